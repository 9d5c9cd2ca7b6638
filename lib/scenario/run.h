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
	uint64_t weight;	/* of a task: pages that it has mapped, touched, inherited */
};

/* Who looks on while a scenario runs, besides the transcript. */
struct scn_observer {
	void (*op)(void *data, const struct scn_op *op, const struct scn_result *res);
	void *data;
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
	const struct scn_observer *observer; /* NULL: none */
	struct sim_machine *machine;
	struct scn_object object[SCN_MAX_NAMES];
	struct scn_memory memory;
	struct scn_holds holds;
	uint64_t counters[SIM_NR_COUNTERS]; /* as last shown */
	uint64_t weight;	/* pages of all that was made and has not exited */
	uint64_t work;		/* pages looked at so far */
	bool torn_down;
	bool plain_names;	/* pages without a name have no number either */
};

static inline unsigned int scn_page_shift(const struct scn_run *run)
{
	return run->machine->mmu->page_shift;
}

static inline struct task_struct *scn_task(struct scn_run *run, const struct scn_op *op)
{
	return run->object[op->task].task;
}

/* ---- the machine (machine.c) ---- */

/*
 * The machine that @scn asks for, where @options leaves it that; with other rules than its
 * release's, unless NULL. Returns 0; -EINVAL, told; -ENOMEM.
 */
int scn_create_machine(const struct scn *scn, const struct sim_scenario_options *options,
		       const struct sim_release *rules, struct sim_machine **out);
/* What it is, as a machine line says it, defaults and all. */
void scn_describe_machine(const struct sim_machine *machine, FILE *out);
/* What the scenario says of it that was not followed; nothing where it is as written. */
void scn_describe_unfollowed(const struct scn *scn, const struct sim_machine *machine, FILE *out);
/* The mode that it maps TTM objects in; never the default. */
enum sim_ttm_mode scn_ttm_mode(const struct sim_machine *machine);

/* ---- a run (run.c) ---- */

struct scn_how {
	const struct sim_scenario_options *options;
	const struct sim_release *rules;	/* NULL: of the machine's release */
	const struct scn_observer *observer;	/* NULL: none; then pages have numbers */
};
/* Runs what was parsed. Returns as sim_scenario_run(). */
int scn_run(const struct scn *scn, const struct scn_how *how, struct sim_scenario_result *result);

/* ---- as JSON (json.c) ---- */

struct json_t;
struct scn_json {
	struct json_t *ops;
};
/* 0 or -ENOMEM; to be freed. */
int scn_json_begin(struct scn_json *json);
/* An observer: @data is the struct scn_json. */
void scn_json_op(void *data, const struct scn_op *op, const struct scn_result *res);
/* Prints all. Returns 0, -ENOMEM, -EIO. */
int scn_json_end(struct scn_json *json, const struct scn_transcript *to,
		 const struct sim_machine *machine);
void scn_json_free(struct scn_json *json);

/* ---- the objects (object.c) ---- */

/* b0+3, d0+1, "zero", or the number. */
void scn_name_pfn(struct scn_run *run, unsigned long pfn, char text[SCN_PFN_TEXT]);
/* Undoes one get or pin. */
void scn_give_back(struct page *page, bool pin);
/* Everything given back, as teardown does: how many kinds of things are left. */
unsigned int scn_teardown(struct scn_run *run, struct scn_result *res);

#endif
