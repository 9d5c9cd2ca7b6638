/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim.h - machines: one simulated computer each; and scenarios and the matrix.
 */
#ifndef TTMSIM_SIM_H
#define TTMSIM_SIM_H

#include <stdio.h>

#include <ttmsim/ttm.h>

SIM_BEGIN_DECLS

/* ------------------------------------------------------------ machines ---- */

/* What to build. Zero or NULL members take the default. */
struct sim_machine_config {
	const char *arch;	/* "x86_64" */
	const char *release;	/* "6.1" */
	enum sim_ttm_mode ttm;	/* what the release does */
	uint64_t ram_bytes;	/* 64 MiB */
	uint64_t vram_bytes;	/* 16 MiB */
	unsigned int prefault;	/* PTEs that a TTM fault maps: 16 */
	unsigned int pool_max_order; /* largest block that TTM's pool asks for, plus
				      * one; 0 = as the kernel (order 10) */
	enum sim_thp_policy thp; /* always */
	uint32_t toggle_features; /* 1 << enum sim_feature: flipped, for experiments */
	unsigned int cpus;	/* 1: UP, locks and atomic operations cost what they cost in
				 * a UP kernel; only the thread that creates it may use it:
				 * others get -EBUSY (or NULL) from sim_ calls, and must not
				 * call the kernel's functions. Any other number: SMP, for
				 * all threads */
};

/**
 * sim_machine_create - build a machine
 * @config: NULL for all defaults
 *
 * Returns: the machine;
 *          NULL with errno EINVAL (unknown arch, release, mode or policy, sizes
 *          that do not fit the architecture) or ENOMEM.
 */
SIM_API struct sim_machine *sim_machine_create(const struct sim_machine_config *config);

/**
 * sim_machine_destroy - free a machine with all that belongs to it, in one step
 *
 * No other thread may be inside. One whose current task is the machine's switches to
 * another before its next call. NULL is ignored.
 */
SIM_API void sim_machine_destroy(struct sim_machine *machine);

/**
 * sim_machine_arch - the architecture of a machine
 *
 * Returns: the descriptor;
 *          NULL for NULL.
 */
SIM_API const struct sim_arch *sim_machine_arch(const struct sim_machine *machine);

/**
 * sim_machine_release - the name of its kernel release, e.g. "6.1"
 *
 * Returns: a static string;
 *          NULL for NULL.
 */
SIM_API const char *sim_machine_release(const struct sim_machine *machine);

/**
 * sim_machine_features - what it has: bits 1 << enum sim_feature
 */
SIM_API uint32_t sim_machine_features(const struct sim_machine *machine);

/**
 * sim_machine_ttm - its TTM device, with a driver ready-made
 *
 * Made when it is first asked for.
 *
 * Returns: the device, which goes with the machine;
 *          NULL where it could not be made: no memory, or a crashed machine.
 */
SIM_API struct sim_ttm_device *sim_machine_ttm(struct sim_machine *machine);

/**
 * sim_machine_check - does the machine keep all its invariants?
 *
 * Runs sim_mm_check() on every task and compares the mapcount of every RAM page
 * with the entries that map it.
 *
 * Returns: how many violations were found; each is told to @tell, unless NULL;
 *          0 of a crashed machine.
 */
SIM_API unsigned int sim_machine_check(struct sim_machine *machine,
				       void (*tell)(const char *what, void *data), void *data);

/**
 * sim_machine_leaks - what is left after every task and object should be gone
 *
 * Compares the live objects, free RAM and page references with those at
 * creation. TTM's pool is emptied first. Storage for the bytes of pages, the
 * TTM device of sim_machine_ttm() and counters of threads are no leaks.
 *
 * Returns: how many kinds differ; each is told to @tell, unless NULL;
 *          0 of a crashed machine.
 */
SIM_API unsigned int sim_machine_leaks(struct sim_machine *machine,
				       void (*tell)(const char *what, void *data), void *data);

/**
 * sim_release_nth - the names of the kernel releases, oldest first
 *
 * Returns: a static string;
 *          NULL past the last one.
 */
SIM_API const char *sim_release_nth(unsigned int n);

/**
 * sim_release_number - SIM_RELEASE(major, minor) of a release's name
 *
 * Returns: the number;
 *          0 for an unknown name.
 */
SIM_API uint16_t sim_release_number(const char *name);

/* ----------------------------------------------------------- scenarios ---- */

enum sim_scenario_format {
	SIM_SCENARIO_TEXT,	/* a transcript: each line with its result */
	SIM_SCENARIO_KTAP,	/* one nested KTAP test; one result per expectation */
	SIM_SCENARIO_QUIET,	/* nothing but failures, on @err */
};

/* How to run a scenario. Zero or NULL members take the default. */
struct sim_scenario_options {
	const char *name;	/* as errors name it: "scenario" */
	enum sim_scenario_format format;
	unsigned int ktap_number; /* of this test in the plan around it: 1 */
	FILE *out;		/* NULL: nothing is printed */
	FILE *err;		/* where parse errors go; NULL: nowhere */
	bool color;
	/* only what a real kernel can print as well; ends where that is undefined, or at a BUG */
	bool portable;
	struct sim_machine_config machine; /* what the `machine` line leaves open */
};

struct sim_scenario_result {
	unsigned int nr_ops;	/* operations that ran */
	/* operations with an expectation: of these, and behind a portable run's early end */
	unsigned int nr_expected;
	unsigned int nr_failed;	/* expectations that did not hold or were not reached */
	unsigned int nr_violations; /* invariants broken before the end (sim_machine_check()) */
	unsigned int nr_leaks;	/* left after the end (sim_machine_leaks()) */
	bool crashed;		/* a BUG ended it */
};

/**
 * sim_scenario_run - parse and run a scenario (ttmsim-scenario(7))
 * @text: need not end with 0; any bytes
 * @result: filled where 0 is returned; may be NULL
 *
 * Nothing runs unless the whole text parses. The same text gives the same
 * transcript each time, and a transcript is a scenario that holds.
 *
 * Returns: 0, it ran, whatever its expectations said;
 *          -EINVAL, it cannot be used: a parse error, told on @options->err;
 *          -E2BIG, it exceeds a limit, told on @options->err;
 *          -ENOMEM.
 */
SIM_API int sim_scenario_run(const char *text, size_t len,
			     const struct sim_scenario_options *options,
			     struct sim_scenario_result *result);

/**
 * sim_scenario_nr_expected - how many expectations a scenario has
 *
 * Returns: the number;
 *          -EINVAL, -E2BIG, -ENOMEM as sim_scenario_run(), told on @err.
 */
SIM_API int sim_scenario_nr_expected(const char *text, size_t len, const char *name, FILE *err);

/* -------------------------------------------------------------- matrix ---- */

enum sim_matrix_placement {
	SIM_PLACE_SYSTEM,
	SIM_PLACE_TT,
	SIM_PLACE_VRAM,
	SIM_NR_PLACES
};

enum sim_matrix_sharing {
	SIM_SHARED_RW,		/* MAP_SHARED, file opened read-write */
	SIM_SHARED_RO,		/* MAP_SHARED, file opened read-only */
	SIM_PRIVATE_RW,		/* MAP_PRIVATE, file opened read-write */
	SIM_PRIVATE_RO,		/* MAP_PRIVATE, file opened read-only */
	SIM_NR_SHARINGS
};

/* Which kernel's view of user memory was asked. */
enum sim_matrix_gup {
	SIM_GUP_SLOW,		/* get_user_pages_unlocked */
	SIM_GUP_SLOW_WRITE,	/* ... FOLL_WRITE */
	SIM_GUP_FAST,		/* get_user_pages_fast */
	SIM_GUP_FAST_WRITE,	/* ... FOLL_WRITE */
	SIM_GUP_FAST_ONLY,	/* get_user_pages_fast_only */
	SIM_GUP_PIN_FAST,	/* pin_user_pages_fast, FOLL_WRITE */
	SIM_GUP_LONGTERM,	/* ... FOLL_LONGTERM too */
	SIM_NR_MATRIX_GUPS
};

/* When it was asked: each on its own copy of the machine. */
enum sim_matrix_phase {
	SIM_PHASE_READ,		/* after a load */
	SIM_PHASE_WRITTEN,	/* after a load and a store */
	SIM_PHASE_PROTECTED,	/* ... then mprotect to another protection and back */
	SIM_PHASE_FORKED,	/* ... then fork: asked in the child */
	SIM_NR_PHASES
};

enum sim_matrix_reached {
	SIM_REACHED_NOTHING,
	SIM_REACHED_OTHER,	/* a page that is not the buffer object's: a private copy */
	SIM_REACHED_BO,		/* the buffer object's own memory */
};

enum sim_verdict {
	SIM_VERDICT_SAFE,
	SIM_VERDICT_REFUSED,	/* mmap said no */
	SIM_VERDICT_REFCOUNT_TAKEN, /* page counts move with the mapping, or are wrong
				     * after it; GUP gets no page of the object */
	SIM_VERDICT_GUP_REACHES_TTM,
	SIM_VERDICT_BUG,
	SIM_NR_VERDICTS
};

/* One case, and what was seen when it ran. */
struct sim_matrix_cell {
	/* the case */
	const char *release;
	const struct sim_arch *arch;
	uint32_t features;
	enum sim_ttm_mode mode;
	enum sim_matrix_placement placement;
	enum sim_matrix_sharing sharing;
	int prot;			/* PROT_* */

	/* what was seen */
	int mmap_result;		/* 0 or -errno */
	int touch_read, touch_write;	/* 0, a signal, or -EIO for a BUG; page 0 */
	bool pte_present, pte_special, pte_write;
	int pte_level;			/* enum sim_leaf */
	bool normal_page;		/* vm_normal_page() returns a page after a load */
	int mprotect_write;		/* mprotect to PROT_READ | PROT_WRITE */
	bool special_lost;		/* mprotect left a special entry without its bit */
	int fork_result;
	int ref_taken, map_taken;	/* by the first page, through the mapping */
	long rss_taken;			/* pages */
	int gup_result[SIM_NR_PHASES][SIM_NR_MATRIX_GUPS]; /* of page 0 */
	/* of page 0, which was written to, and of page 1, which was not: the worse */
	enum sim_matrix_reached gup_reached[SIM_NR_PHASES][SIM_NR_MATRIX_GUPS];
	int reached_level;		/* where GUP got the object: enum sim_leaf */
	unsigned int bad_pages;		/* "bad page" reports up to the end */
	unsigned int leaks;		/* kinds of objects left at the end */
	const char *bug;		/* the BUG's condition, or NULL; static */
	bool bug_in_gup;		/* it was GUP that met it */
	enum sim_verdict verdict;
	const char *reason;		/* one line that says why; static */
};

/* Which cases to run: NULL or 0 takes all. */
struct sim_matrix_filter {
	const char *arch;
	const char *release;
	enum sim_ttm_mode mode;
};

/* Called for each case; a result other than 0 ends the run. */
typedef int (*sim_matrix_fn)(const struct sim_matrix_cell *cell, void *data);

/**
 * sim_matrix_run - run every case of the matrix
 * @filter: NULL for all
 *
 * Each case is really run, on a machine of its architecture and release;
 * verdicts come from what was seen.
 *
 * Returns: 0;
 *          -EINVAL, an unknown arch, release or mode in @filter, or one that
 *          leaves no case; no @fn;
 *          -ENOMEM;
 *          what @fn returned.
 */
SIM_API int sim_matrix_run(const struct sim_matrix_filter *filter, sim_matrix_fn fn, void *data);

enum sim_matrix_format {
	SIM_MATRIX_TEXT,	/* on one screen: before and after the patch, then the holes */
	SIM_MATRIX_TABLE,	/* a line for each case */
	SIM_MATRIX_CSV,		/* every column of every case, as in the two below */
	SIM_MATRIX_JSON,
	SIM_MATRIX_HTML,
};

/* What a program that prints a matrix needs to keep; opaque. */
struct sim_matrix_writer;

/**
 * sim_matrix_writer_create - begin to print
 * @out: gets the text, some of it at the end only
 * @color: terminal colours in SIM_MATRIX_TEXT and SIM_MATRIX_TABLE
 *
 * Returns: the writer;
 *          NULL with errno EINVAL (no @out, an unknown format) or ENOMEM.
 */
SIM_API struct sim_matrix_writer *sim_matrix_writer_create(FILE *out,
							   enum sim_matrix_format format,
							   bool color);

/**
 * sim_matrix_write - print one case; to be passed to sim_matrix_run()
 * @writer: a struct sim_matrix_writer
 *
 * Returns: 0;
 *          -EINVAL, NULL was passed;
 *          -ENOMEM.
 */
SIM_API int sim_matrix_write(const struct sim_matrix_cell *cell, void *writer);

/**
 * sim_matrix_writer_finish - print the rest and free the writer
 *
 * Returns: 0;
 *          -EINVAL, NULL was passed;
 *          -ENOMEM.
 */
SIM_API int sim_matrix_writer_finish(struct sim_matrix_writer *writer);

/**
 * sim_verdict_name - "safe", "refused", "refcount-taken", "gup-reaches-ttm", "BUG"
 *
 * Returns: a static string;
 *          NULL for an unknown verdict.
 */
SIM_API const char *sim_verdict_name(enum sim_verdict verdict);

SIM_END_DECLS

#endif
