/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep.h - one scenario on many machines: what each gave, and how it is told.
 *
 * sweep.c runs it and finds what differs, sweep_set.c names sets of machines,
 * sweep_text.c and sweep_out.c print.
 */
#ifndef SIM_SCENARIO_SWEEP_H
#define SIM_SCENARIO_SWEEP_H

#include "scenario/run.h"

#define SWEEP_MAX_VALUES 32	/* of one axis */

enum sweep_axis_id { SWEEP_ARCH, SWEEP_RELEASE, SWEEP_MODE, SWEEP_NR_AXES };

/* What varies; an axis that was not asked for has one value. */
struct sweep_axis {
	const char *name[SWEEP_MAX_VALUES];
	unsigned int nr;
	bool asked;
};

/* What an operation gave: the number of a text, and whether it is a failure. 0: not reached. */
typedef uint32_t sweep_id;

static inline sweep_id sweep_make_id(unsigned int text, bool failed)
{
	return (sweep_id)(text << 1) | failed;
}

static inline bool sweep_is_failure(sweep_id id)
{
	return id & 1;
}

struct sweep_machine {
	unsigned int value[SWEEP_NR_AXES]; /* indices of the axes' names */
	sweep_id *id;		/* by operation; NULL: it cannot be built */
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
	char **text;		/* by number, from 1 on */
	unsigned int nr_texts, max_texts;
	void *by_text;		/* the numbers, for tsearch() */
	struct sim_sweep_result result;
};

/* The n-th operation, or NULL for a comment; "teardown" past the last. */
const char *sweep_op_text(const struct sweep *s, unsigned int n);
unsigned int sweep_op_line(const struct sweep *s, unsigned int n);
/* "-" for what was not reached. */
const char *sweep_text(const struct sweep *s, sweep_id id);
/* Is it worth telling: do machines differ there, or does an expectation fail? */
bool sweep_differs(const struct sweep *s, unsigned int op);
bool sweep_fails(const struct sweep *s, unsigned int op);
/* The i-th of the results that machines have of an operation; false past the last. */
bool sweep_nth_id(const struct sweep *s, unsigned int op, unsigned int i, sweep_id *id);

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
