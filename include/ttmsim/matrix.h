/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * matrix.h - every case of TTM memory and get_user_pages(), run and printed.
 */
#ifndef TTMSIM_MATRIX_H
#define TTMSIM_MATRIX_H

#include <stdio.h>

#include <ttmsim/sim.h>

SIM_BEGIN_DECLS

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
