/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep.h - one scenario on many machines: what each gave, and how it is told.
 *
 * sweep.c runs it; sweep_set.c knows who gave what, and names sets of machines, for
 * sweep_text.c and sweep_out.c, which print.
 */
#ifndef SIM_SCENARIO_SWEEP_H
#define SIM_SCENARIO_SWEEP_H

#include "scenario/results.h"

#define SWEEP_MAX_VALUES 32	/* of one axis */

enum sweep_axis_id { SWEEP_ARCH, SWEEP_RELEASE, SWEEP_MODE, SWEEP_NR_AXES };

/* What varies; an axis that was not asked for has one value. */
struct sweep_axis {
	const char *name[SWEEP_MAX_VALUES];
	unsigned int nr;
	bool asked;
};

struct sweep_machine {
	unsigned int value[SWEEP_NR_AXES]; /* indices of the axes' names */
	scn_id *id;		/* by operation; NULL: it cannot be built */
	unsigned int outcome;	/* machines with the same ids have the same */
	bool failed;
};

struct sweep {
	const struct scn *scn;
	const struct sim_sweep_options *options;
	struct sweep_axis axis[SWEEP_NR_AXES];
	struct sweep_machine *machine;
	unsigned int nr_machines;
	unsigned int nr_ops;	/* ids of a machine: the scenario's, comments too, and the end */
	struct scn_results texts;
	struct sim_sweep_result result;
};

/* Is it worth telling: do machines differ there, or does an expectation fail? */
bool sweep_differs(const struct sweep *s, unsigned int op);
bool sweep_fails(const struct sweep *s, unsigned int op);
/* The i-th of the results that machines have of an operation; false past the last. */
bool sweep_nth_id(const struct sweep *s, unsigned int op, unsigned int i, scn_id *id);

/*
 * "arm um: 5.11 (default mixed), 5.14; x86_64": the machines of which @in is true, said as
 * shortly as it can be. Host memory, NULL where there is none.
 */
char *sweep_describe(const struct sweep *s, const bool *in);

/* 0, -ENOMEM or -EIO. */
int sweep_print_text(const struct sweep *s, FILE *out);
int sweep_print_csv(const struct sweep *s, FILE *out);
int sweep_print_json(const struct sweep *s, FILE *out);
int sweep_print_html(const struct sweep *s, FILE *out);

#endif
