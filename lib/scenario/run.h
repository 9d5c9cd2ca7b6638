/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.h - a scenario while it runs on a simulated machine: the objects behind
 * its names.
 */
#ifndef SIM_SCENARIO_RUN_H
#define SIM_SCENARIO_RUN_H

#include <ttmsim/gup.h>
#include <ttmsim/scenario.h>

#include "scenario/args.h"
#include "sim/machine.h"

struct scn_object {
	struct task_struct *task;
	struct ttm_buffer_object *bo;
	struct file *file;	/* an open file, or a regular one */
	struct sim_dev *dev;
};

/* What an operation met; a portable transcript ends there (undefined.c). */
struct scn_watch {
	bool bad_entry;		/* "Bad page map" */
	bool no_refs;		/* a reference was taken from a page without any */
	const char *before, *after; /* undefined from it on, from the next one on: why */
};

struct scn_run {
	struct scn_transcript to;
	struct scn_watch watch;
	struct sim_machine *machine;
	struct scn_object object[SCN_MAX_NAMES];
	struct scn_memory memory;
	struct scn_holds holds;
	uint64_t counters[SIM_NR_COUNTERS]; /* as last shown */
	uint64_t weight;	/* pages of all that was made */
	uint64_t work;		/* pages looked at so far */
	bool torn_down;
};

static inline unsigned int scn_page_shift(const struct scn_run *run)
{
	return run->machine->mmu->page_shift;
}

static inline struct task_struct *scn_task(struct scn_run *run, const struct scn_op *op)
{
	return run->object[op->task].task;
}

/* ---- the objects (object.c) ---- */

/* b0+3, d0+1, "zero", or the number. */
void scn_name_pfn(struct scn_run *run, unsigned long pfn, char text[SCN_PFN_TEXT]);
/* Undoes one get or pin. */
void scn_give_back(struct page *page, bool pin);
/* Everything given back, as teardown does: how many kinds of things are left. */
unsigned int scn_teardown(struct scn_run *run, struct scn_result *res);

#endif
