/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * scenario.h - the scenario language (ttmsim-scenario(7)): parsed and run.
 */
#ifndef TTMSIM_SCENARIO_H
#define TTMSIM_SCENARIO_H

#include <stdio.h>

#include <ttmsim/sim.h>

SIM_BEGIN_DECLS

enum sim_scenario_format {
	SIM_SCENARIO_TEXT,	/* a transcript: each line with its result */
	SIM_SCENARIO_KTAP,	/* one nested KTAP test; one result per expectation */
	SIM_SCENARIO_QUIET,	/* nothing but failures, on @err */
	SIM_SCENARIO_JSON,	/* one object, without an end of line */
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
	bool machine_wins;	/* ... and what it says, where @machine says something too */
};

struct sim_scenario_result {
	unsigned int nr_ops;	/* operations that ran */
	/* operations with an expectation: of these, and behind a portable run's early end */
	unsigned int nr_expected;
	unsigned int nr_failed;	/* expectations that did not hold or were not reached */
	unsigned int nr_violations; /* invariants broken before the end (sim_machine_check()) */
	unsigned int nr_leaks;	/* left after the end (sim_machine_leaks()) */
	/* BUGs, operations with bad pages or misuse, and ends with leaks, that no line expects */
	unsigned int nr_unexpected;
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

/* ------------------------------------------- since when, and by which rule -- */

struct sim_bisect_options {
	const char *name;	/* as sim_scenario_options has it */
	struct sim_machine_config machine; /* but for the release: before what the scenario says */
	FILE *out;		/* NULL: nothing is printed */
	FILE *err;		/* NULL: errors are not told */
};

struct sim_bisect_result {
	unsigned int nr_releases; /* that the scenario ran on */
	unsigned int nr_changes; /* neighbours among them that differ */
	unsigned int nr_rules;	/* that were found to make a difference, of all changes */
	unsigned int nr_unexplained; /* changes of which no set of rules makes all */
};

/**
 * sim_scenario_bisect - between which releases a scenario's outcome changes, and why
 * @result: filled where 0 is returned; may be NULL
 *
 * Runs it on every release. Between two neighbours that differ, the rules that one follows
 * and the other does not are tried on the older one, and so are the architecture's entries
 * and features of the newer: first each alone, then smallest sets, until it gives what the
 * newer one gives, line by line.
 *
 * Returns: 0, it ran;
 *          -EINVAL, -E2BIG, it cannot be used: told on @options->err;
 *          -EIO, @options->out cannot be written;
 *          -ENOMEM.
 */
SIM_API int sim_scenario_bisect(const char *text, size_t len,
				const struct sim_bisect_options *options,
				struct sim_bisect_result *result);

/* ------------------------------------------------- on many machines at once -- */

enum sim_sweep_format {
	SIM_SWEEP_TEXT,		/* for a mail: 80 columns */
	SIM_SWEEP_CSV,		/* a row for each machine and operation */
	SIM_SWEEP_JSON,
	SIM_SWEEP_HTML,
};

/* Which machines, and how it is told. Zero or NULL members take the default. */
struct sim_sweep_options {
	const char *name;	/* as sim_scenario_options has it */
	/*
	 * Names with commas between, or "all": they go before what the scenario says. NULL: what
	 * it says, or the default. Modes are sim_ttm_mode_name()'s, "default" too.
	 */
	const char *archs, *releases, *modes;
	uint32_t toggle_features; /* of every machine; those without a bit for it are left out */
	enum sim_sweep_format format;
	FILE *out;		/* NULL: nothing is printed */
	FILE *err;		/* NULL: errors are not told */
	bool color;
};

struct sim_sweep_result {
	unsigned int nr_machines; /* that the scenario ran on */
	unsigned int nr_outcomes; /* that differ */
	/* machines with an expectation that does not hold, or an outcome that none expects */
	unsigned int nr_failed;
	unsigned int first_line; /* at which they part; 0: nowhere */
};

/**
 * sim_scenario_sweep - run a scenario on every machine of a set, and say what differs
 * @result: filled where 0 is returned; may be NULL
 *
 * Compared is what a transcript shows of each operation; pages without a name count as
 * the same. Lines on which machines differ, or on which an expectation fails, are told
 * with each result and the machines that have it.
 *
 * Returns: 0, it ran;
 *          -EINVAL, -E2BIG, it cannot be used, or a name is not known: told on
 *          @options->err;
 *          -EIO, @options->out cannot be written;
 *          -ENOMEM.
 */
SIM_API int sim_scenario_sweep(const char *text, size_t len,
			       const struct sim_sweep_options *options,
			       struct sim_sweep_result *result);

SIM_END_DECLS

#endif
