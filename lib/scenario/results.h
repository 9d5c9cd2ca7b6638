/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * results.h - what a scenario gives on one machine and another, to be compared.
 *
 * Each result is the number of its text, so that machines are compared by numbers,
 * and a scenario of any length takes a few bytes for each operation and machine.
 */
#ifndef SIM_SCENARIO_RESULTS_H
#define SIM_SCENARIO_RESULTS_H

#include "scenario/run.h"

/* What an operation gave: the number of a text, and whether it is a failure. 0: not reached. */
typedef uint32_t scn_id;

static inline bool scn_is_failure(scn_id id)
{
	return id & 1;
}

/* All texts so far. */
struct scn_results {
	char **text;		/* by number, from 1 on */
	unsigned int nr, max;
	void *by_text;		/* the numbers, for tsearch() */
};

/* "-" for what was not reached. */
const char *scn_id_text(const struct scn_results *all, scn_id id);

/* Ids of one run: the scenario's operations, comments too, and the end. */
static inline unsigned int scn_nr_ids(const struct scn *scn)
{
	return scn->nr_ops + 1;
}

/*
 * Runs @scn and puts what it gave at @ids, scn_nr_ids() zeros so far; *@failed is set where
 * an expectation does not hold or an outcome was not expected.
 * Returns as sim_scenario_run().
 */
int scn_collect(struct scn_results *all, const struct scn *scn,
		const struct sim_scenario_options *options, const struct sim_release *rules,
		scn_id *ids, bool *failed);

void scn_results_free(struct scn_results *all);

/* The n-th operation, or NULL for a comment; "teardown" past the last; and its line. */
const char *scn_id_operation(const struct scn *scn, unsigned int n);
unsigned int scn_id_line(const struct scn *scn, unsigned int n);

#endif
