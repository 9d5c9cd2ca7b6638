/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * frame.h - what the parts of the command share; families see only bench.h.
 *
 *	axis.c		the axes as data: names, values, defaults
 *	rows.c		families x points: names, filter, what is left out
 *	measure.c	a family at a point, kept running: batches, threads
 *	sample.c	a row's figures: calibration, repetitions, the limit beside it
 *	compare.c	two rows in alternation; pairs.c: which ones
 *	against.c	a row of this build and of another one, in alternation
 *	peer.c serve.c	the processes that do so: how they are asked, how they answer
 *	interval.c	what pairs of times say
 *	list.c		what there is
 *	print.c json.c context.c	how it is told
 *	main.c		options
 */
#ifndef TTMSIM_BENCH_FRAME_H
#define TTMSIM_BENCH_FRAME_H

#include <stdio.h>

#include "bench.h"

#define BENCH_LABEL 32		/* room for the name of an axis' value */
#define BENCH_NAME 256		/* room for the name of a row */
#define BENCH_TEXT 2048		/* room for what is wrong */

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_UNUSABLE = 2 };

/* ---- axis.c ---- */

struct values {
	unsigned long *value;
	size_t nr;
};

/* Key and option of an axis: "arch". */
const char *axis_name(enum bench_axis axis);
/* For --help: which values it has. */
const char *axis_help(enum bench_axis axis);
const char *axis_default(enum bench_axis axis);
/* The nth value's name; NULL behind the last, and for axes of numbers. */
const char *axis_value(enum bench_axis axis, unsigned long n);
/* The values of a list; false with the reason in @why, BENCH_TEXT bytes. */
bool axis_parse(enum bench_axis axis, const char *list, struct values *out, char *why);
void axis_set(enum bench_axis axis, struct point *point, unsigned long value);
/* The value that @point has, as it is printed. */
const char *axis_label(enum bench_axis axis, const struct point *point, char out[BENCH_LABEL]);
/* Where no family and no option says otherwise. */
struct point axis_base_point(void);
/* Does this axis stand in the name ("/shuffled") instead of a column? */
bool axis_in_name(enum bench_axis axis);
/* Moves @point by "arch:um", "shuffled", "shared"; the axis, or BENCH_NR_AXES with @why. */
enum bench_axis axis_move(struct point *point, const char *word, char *why);

/* ---- rows.c ---- */

struct row {
	const struct family *family;
	struct point point;
	const char *unfit;	/* why it cannot be measured; NULL: it can */
	char name[BENCH_NAME];	/* family and the axes that have no column */
	char full[BENCH_NAME];	/* all axes of the family; unique */
};

struct rows {
	struct row *row;
	size_t nr;
};

/* What the options ask for; an axis without values takes its default. */
struct selection {
	struct values axis[BENCH_NR_AXES];
	const char *filter;	/* extended regular expression; NULL: all */
};

const struct family *family_nth(size_t n);
/* Of a name "family" or "family/...": the longest that fits; @rest: behind it, or "". */
const struct family *family_find(const char *name, const char **rest);
/* Their names, as a list. */
void family_names(char *out, size_t room);

void row_init(struct row *row, const struct family *family, const struct point *point);
/* Those that the filter takes, unfit ones too; false with the reason in @why. */
bool rows_select(const struct selection *selection, struct rows *out, char *why);
/* All points of one family. */
void rows_of_family(const struct selection *selection, const struct family *family,
		    struct rows *out);
/* Drops the unfit ones; each reason is told once to @notes, unless NULL. */
void rows_keep_fit(struct rows *rows, FILE *notes);
void rows_free(struct rows *rows);

/* ---- measure.c ---- */

struct load;

/* What a batch took: ns of threads' time in all, and ns per operation by the clock. */
struct batch {
	double busy_ns;
	double ns_per_op;
};

/* @place: 0, 1, 2...: a machine at another place lies on other pages of the host. */
struct load *load_create(const struct family *family, const struct point *point,
			 unsigned int place);
void load_destroy(struct load *load);
/* Each thread does @runs runs. */
struct batch load_batch(struct load *load, unsigned long runs);
/* Warms up; how many runs make a batch that lasts @ns. */
unsigned long load_calibrate(struct load *load, double ns);
/* Counters of one run on each thread, per operation; false: it has none. */
bool load_count(struct load *load, double per_op[SIM_NR_COUNTERS]);
/* Operations that a batch of @runs does on all threads. */
double load_ops(const struct load *load, unsigned long runs);
double clock_ns(void);
/* What reading the clock adds to a time between two readings. */
double clock_cost(void);

/* ---- sample.c ---- */

struct plan {
	unsigned int repetitions;
	double min_ns;		/* of a repetition */
	bool counts;		/* only counters, no times */
	double patience_ns;	/* what lasts longer has fewer repetitions; 0: it has all */
};

struct figures {
	unsigned int repetitions; /* that there were */
	double *ns;		/* per operation, of each repetition */
	double *busy;		/* the same in time of all threads */
	double *limit;		/* of limit/store beside each; NULL in comparisons */
	double ns_min, ns_median, x_limit;
	double ops;		/* of a repetition */
	bool counted;
	double counter[SIM_NR_COUNTERS]; /* per operation */
};

void measure_row(const struct row *row, const struct plan *plan, struct figures *out);
void figures_free(struct figures *figures);
double median_of(const double *values, size_t nr);
double min_of(const double *values, size_t nr);

/* ---- pairs.c ---- */

/* The rows of both sides, pair by pair; false with the reason in @why. */
bool pairs_select(const struct selection *selection, const char *name_a, const char *name_b,
		  struct rows *ra, struct rows *rb, char *why);
/* The row of a full name; false with the reason in @why. */
bool row_find(const char *full, struct row *out, char *why);

/* ---- interval.c ---- */

struct comparison {
	struct row a, b;
	struct figures fa, fb;
	double ratio;		/* a's time / b's */
	double low, high;	/* 95 % confidence */
};

/* A difference that nobody would change a program for. */
#define SAME 0.01

enum verdict { NO_DIFFERENCE, FASTER, SLOWER };

/* Room for the times of @nr pairs. */
void comparison_prepare(struct comparison *out, unsigned int nr);
/* Of the times: all that is to be known. */
void comparison_judge(struct comparison *out, unsigned int rounds, unsigned int per_round);
void comparison_free(struct comparison *comparison);
/* Is a surely slower than b by more than this part, or faster? */
enum verdict comparison_verdict(const struct comparison *comparison, double margin);

/* ---- compare.c ---- */

#define COMPARE_REPETITIONS 350
#define COMPARE_MIN_NS 2e5
#define COMPARE_PATIENCE_NS 15e9
#define COMPARE_ROUNDS 25
#define COMPARE_LEAST_ROUNDS 5

void compare_rows(const struct row *a, const struct row *b, const struct plan *plan,
		  struct comparison *out);

/* ---- serve.c ---- */

/* Answers on @out what @in asks, a line for a line; the status to end with. */
int serve(FILE *in, FILE *out);

#define SERVE_GREETING "ttmsim-bench serves, version 1, build type "

/* ---- peer.c ---- */

/* A ttmsim-bench that measures one row in a process of its own. */
struct peer;

enum peer_status {
	PEER_OK,
	PEER_NO_ROW,		/* it cannot measure that row */
	PEER_LOST,		/* it ended, or says what nobody asked */
};

/* What is not PEER_OK has its reason in @why, BENCH_TEXT bytes. @quiet: without its stderr. */
enum peer_status peer_start(const char *binary, bool quiet, struct peer **out, char *why);
enum peer_status peer_row(struct peer *peer, const struct row *row, char *why);
enum peer_status peer_calibrate(struct peer *peer, double ns, unsigned long *runs, char *why);
enum peer_status peer_batch(struct peer *peer, unsigned long runs, struct batch *batch,
			    double *ops, char *why);
/* "release" or "debug" */
const char *peer_build_type(const struct peer *peer);
/* Keeps it on the nth of the CPUs that this process may use, modulo their number. */
void peer_pin(const struct peer *peer, unsigned int nth);
void peer_stop(struct peer *peer);

/* ---- against.c ---- */

#define AGAINST_PATIENCE_NS 10e9

struct against {
	const char *binary;
	double threshold;	/* what is slower by more than this part is a regression */
};

/* Can @binary be asked? Else false with the reason in @why. */
bool against_probe(const char *binary, char *why);
/* @out: a is this build, b the other one. */
enum peer_status against_row(const char *binary, const struct row *row, const struct plan *plan,
			     struct comparison *out, char *why);
/* "slower", "faster", "same" */
const char *against_verdict(const struct comparison *comparison, const struct against *against);
bool against_regression(const struct comparison *comparison, const struct against *against);

/* ---- list.c ---- */

void list_families(FILE *out, const struct rows *rows);
void list_rows(FILE *out, const struct rows *rows);

/* ---- printing ---- */

/* One way to tell results; begin, then rows or comparisons, then end. */
struct format {
	const char *name;
	void (*begin)(FILE *out, const struct rows *rows, const struct plan *plan);
	void (*row)(FILE *out, const struct row *row, const struct figures *figures);
	void (*compare_begin)(FILE *out);
	void (*compare)(FILE *out, const struct comparison *comparison);
	void (*against_begin)(FILE *out, const struct rows *rows, const struct against *against);
	void (*against)(FILE *out, const struct comparison *comparison,
			const struct against *against);
	void (*end)(FILE *out);
};

extern const struct format text_format, csv_format, json_format;

struct json_t;
/* The machine it ran on, as Google Benchmark's "context". */
struct json_t *bench_context(void);
/* "release", or "debug" where assertions or a sanitizer spoil the times. */
const char *bench_build_type(void);
/* "AMD EPYC, 2 CPUs" */
const char *bench_host(char out[BENCH_NAME]);

#endif
