/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * oracle.h - what the parts of ttmsim-oracle share.
 *
 *   table.c, fuzz_gen.c, files    make scenarios
 *   sim_side.c, vm.c              run them: on the simulator, on a kernel
 *   compare.c, groups.c           say where two transcripts differ, and sort that
 *   shrink.c                      makes the program shorter that showed it
 *   cmd_*.c                       the commands
 *   guest.c                       a guest without a kernel: the simulator behind the protocol
 *
 * Exit status: 0, done and no difference; 1, there is one; 2, it cannot be done.
 * Without memory the program ends: nothing here outlives a run.
 */
#ifndef TTMSIM_ORACLE_HOST_H
#define TTMSIM_ORACLE_HOST_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { STATUS_OK = 0, STATUS_DIFFERS = 1, STATUS_UNUSABLE = 2 };

/* Each takes the words from its own name on, and returns the exit status. */
int command_table(int argc, char **argv);
int command_golden(int argc, char **argv);
int command_record(int argc, char **argv);
int command_check(int argc, char **argv);
int command_fuzz(int argc, char **argv);
int command_guest(int argc, char **argv);

/* A message on standard error. */
__attribute__((format(printf, 1, 2)))
void complain(const char *format, ...);
/* The same, then the end of the program. */
__attribute__((format(printf, 1, 2), noreturn))
void give_up(const char *format, ...);
/* One line that is written over, where standard error is a terminal; NULL: it goes. */
__attribute__((format(printf, 1, 2)))
void progress(const char *format, ...);
void progress_end(void);
double seconds_now(void);

/* ------------------------------------------------------------- text.c ------ */

/* Bytes that grow; data ends with a 0 that len does not count, or is NULL. */
struct text {
	char *data;
	size_t len, max;
};

void text_add(struct text *text, const char *bytes, size_t len);
__attribute__((format(printf, 2, 3)))
void text_printf(struct text *text, const char *format, ...);
void text_free(struct text *text);
static inline const char *text_of(const struct text *text)
{
	return text->data ? text->data : "";
}
/* Files end the program where they cannot be read or written. */
void text_read_file(struct text *text, const char *path);
void text_write_file(const struct text *text, const char *path);

struct line {
	const char *at;
	size_t len;
};

/* The line at *@cursor without its end, and the cursor past it; false: no more. */
bool next_line(const char **cursor, struct line *line);
static inline bool line_is(struct line line, const char *prefix, size_t len)
{
	return line.len >= len && !__builtin_memcmp(line.at, prefix, len);
}
#define LINE_BEGINS(line, prefix) line_is(line, prefix, sizeof(prefix) - 1)
/* Where " -> " is; the length where there is none. */
size_t line_arrow(struct line line);

/* Transcript: one blank before each "->", no blanks at the end. */
void text_compact(struct text *out, const char *transcript);
/* Transcript -> the program: no results, no "#|" lines. */
void text_program(struct text *out, const char *transcript);
/* Operations with a result. */
unsigned int count_observations(const char *transcript);

/* ----------------------------------------------------------- bundle.c ------ */

struct scenario {
	char *section, *name;
	struct text text;
};

struct scenarios {
	struct scenario *v;
	unsigned int nr, max;
};

/* A bundle is scenarios, each after a line "#@ NAME". */
#define BUNDLE_MARK "#@ "

struct kernel;
struct scenario *scenarios_add(struct scenarios *all, const char *section, const char *name);
void scenarios_free(struct scenarios *all);
/* Adds what is in the file: a bundle's, or itself under its base name. */
void scenarios_add_file(struct scenarios *all, const char *path);
struct common;
/* The files of the command line, without scenarios of other kernels. */
void scenarios_add_files(struct scenarios *all, const struct common *common);
/* Every *.sim of a folder, by name; false: there is no such folder. */
bool scenarios_add_folder(struct scenarios *all, const char *path);
/* Its file name without folder and ".sim": to be freed. */
char *stem_of(const char *path);

/* --------------------------------------------------- table.c, expand.c ----- */

/* An axis of the table: in a script $LETTER stands for the text of one value. */
struct axis_value {
	const char *name;	/* in the scenario's name; NULL ends the list */
	const char *text;
};

struct axis {
	char letter;
	const struct axis_value *values;
};

#define MAX_AXES 8

struct script {
	const char *name;	/* NULL ends the list */
	const char *text;
};

struct section {
	const char *name;
	const char *about;
	const struct axis *axes[MAX_AXES];
	const char *head;	/* before each script: devices and mappings */
	const struct script *scripts;
	const char *tail;	/* after each */
	/* combinations that say nothing new; NULL: all are wanted */
	bool (*skips)(const char *const value[MAX_AXES]);
	unsigned int share;	/* of golden files: one in so many */
};

/* In table.c; a section without a name ends it. */
extern const struct section oracle_table[];
/* Adds the scenarios of a section, NULL: of all; @share: only what golden files hold. */
bool table_expand(struct scenarios *all, const char *section, bool share);

/* --------------------------------------------------------- sim_side.c ------ */

struct kernel {
	const char *name;	/* for messages */
	const char *arch, *release;
};

/* 0, -EINVAL where the simulator refuses the scenario (said in @out), or a signal's number. */
int sim_transcript(const struct kernel *kernel, const char *name, const char *text,
		   struct text *out);
/* The same in a process of its own, which may die: @out tells. */
int sim_transcript_apart(const struct kernel *kernel, const char *name, const char *text,
			 struct text *out);
/*
 * The program as far as it is defined what a kernel does (lib/scenario/undefined.c): what
 * a kernel is given. For the kernel that kernel_check() has seen.
 */
void sim_defined_part(const char *name, const struct text *program, struct text *out);
/* How much of all programs kernels were not given, and why; nothing where that is 0. */
void sim_print_cuts(FILE *out);
/* Has this kernel no such operation? */
bool kernel_lacks(const struct kernel *kernel, const char *verb);
/* Does it parse? Quiet. */
bool sim_parses(const char *text, size_t len);
/* Gives up where the simulator knows no such architecture or release. */
void kernel_check(const struct kernel *kernel);

/* --------------------------------------------------------------- vm.c ------ */

enum job_status { JOB_WAITS, JOB_OK, JOB_UNUSABLE, JOB_HUNG };

struct job {
	const struct scenario *scenario;
	struct text transcript;	/* compact; of an unusable one: why */
	enum job_status status;
};

struct vm_options {
	char **argv;		/* the command; ends with NULL */
	unsigned int boot_timeout, timeout; /* s */
	const char *release;	/* what uname -r must begin with; NULL: anything */
};

struct vm;

struct vm *vm_create(const struct vm_options *options);
/* What the guest said of itself: "6.1.0-56-amd64 x86_64"; boots it first. */
const char *vm_uname(struct vm *vm);
/* Runs them in order; @done is called for each as it ends, unless NULL. */
void vm_run(struct vm *vm, struct job *jobs, unsigned int nr,
	    void (*done)(struct job *job, void *data), void *data);
unsigned int vm_starts(const struct vm *vm);
/* Has it power off, waits, ends it. */
void vm_destroy(struct vm *vm);

/* -------------------------------------------------- compare.c, groups.c ---- */

#define DIFF_TEXT 96

/* The first place where two transcripts differ. */
struct difference {
	unsigned int line;	/* of the kernel's compact transcript, from 1 */
	char op[32];		/* the verb; "end" where one of them is over */
	char key[32];		/* "value", a key, or "lines" */
	char kernel[DIFF_TEXT], sim[DIFF_TEXT];
};

/* Both compact. Returns whether they differ. */
bool find_difference(const char *kernel, const char *sim, struct difference *diff);
/* Same cause, as far as one can see. */
bool same_kind(const struct difference *a, const struct difference *b);
/* "op key: kernel X, simulator Y", numbers made alike. */
void signature_of(const struct difference *diff, struct text *out);
/* Why the kernel could not run it to the end: its last line. */
void refusal_of(const struct job *job, struct text *out);
/* Is that since its release has no such function? */
bool job_lacks_function(const struct kernel *kernel, const struct job *job);
/* Both transcripts from a few lines before the difference on. */
void print_difference(FILE *out, const char *kernel, const char *sim,
		      const struct difference *diff, unsigned int before);

/*
 * A kernel's answer against the simulator's. Fills @sim; returns whether they
 * differ. Where the kernel's release lacks a function the answer is compared up to
 * there; whatever else a guest cannot run is a difference.
 */
bool check_job(const struct kernel *kernel, struct job *job, struct text *sim,
	       struct difference *diff);

struct group {
	char *signature;
	char *first;		/* the scenario that showed it first */
	unsigned int nr;
};

struct groups {
	struct group *v;
	unsigned int nr, max, total;
};

/* Counts it; returns how many there are of its signature now. */
unsigned int groups_add(struct groups *groups, const struct difference *diff, const char *name);
unsigned int groups_count(struct groups *groups, const char *signature, const char *name);
/* @what: "differences". */
void groups_print(const struct groups *groups, const char *what, FILE *out);
void groups_free(struct groups *groups);

/* --------------------------------------------- fuzz_gen.c, shrink.c -------- */

struct fuzz_key {
	uint64_t seed;
	unsigned int index, length;
	const struct kernel *kernel; /* only what it has */
};

/* The program of that key, the dump at its end included. */
void fuzz_program(const struct fuzz_key *key, struct text *out);

/*
 * The shortest program found whose first difference is of the same kind. @program
 * is replaced; so are the transcripts.
 */
struct shrink {
	struct vm *vm;
	const struct kernel *kernel;
	struct text program, on_kernel, on_sim;
	struct difference diff;
	unsigned int tries;
};

void shrink_program(struct shrink *shrink);

/* ----------------------------------------------------------- options.c ----- */

/* What commands share on the command line. */
struct common {
	struct kernel kernel;
	struct vm_options vm;
	const char *out;	/* a folder */
	char **files;		/* other words */
	int nr_files;
};

#define OPTION_KERNEL 0x100
#define OPTION_ARCH 0x101
#define OPTION_RELEASE 0x102
#define OPTION_OUT 0x103
#define OPTION_TIMEOUT 0x104
#define OPTION_BOOT_TIMEOUT 0x105
#define OPTION_UNAME 0x106

/* Child parser: --kernel, --arch, --release, --timeout ..., FILES. */
extern const struct argp common_argp;
/*
 * Takes "-- VM COMMAND" off the end of argv before argp sees it, which would lose
 * where the words before it end. NULL: there is none.
 */
char **split_command(int *argc, char **argv);
/* After the last word: ends the program where something is missing. */
void common_check(const struct common *common, struct argp_state *state);
unsigned int parse_count(const char *arg, const char *what, struct argp_state *state);

#endif
