/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * scenario.h - running scenario texts in tests.
 */
#ifndef SIM_TESTS_SUPPORT_SCENARIO_H
#define SIM_TESTS_SUPPORT_SCENARIO_H

#include <stdlib.h>

#include <ttmsim/scenario.h>

#include "support/run.h"

/* What one run printed; free both with scenario_output_free(). */
struct scenario_output {
	int ret;
	struct sim_scenario_result result;
	char *out, *err;
	size_t out_len, err_len;
};

static inline struct scenario_output scenario_run_len(const char *text, size_t len,
						      enum sim_scenario_format format)
{
	struct scenario_output o = { .ret = -1 };
	FILE *out = open_memstream(&o.out, &o.out_len);
	FILE *err = open_memstream(&o.err, &o.err_len);
	struct sim_scenario_options options = {
		.name = "t", .format = format, .out = out, .err = err,
	};

	assert_non_null(out);
	assert_non_null(err);
	o.ret = sim_scenario_run(text, len, &options, &o.result);
	fclose(out);
	fclose(err);
	return o;
}

static inline void scenario_output_free(struct scenario_output *o)
{
	free(o->out);
	free(o->err);
}

/* Runs @text, of which every expectation must hold and nothing be left. */
static inline void scenario_holds(const char *what, const char *text)
{
	struct scenario_output o = scenario_run_len(text, strlen(text), SIM_SCENARIO_TEXT);

	if (o.ret || o.result.nr_failed)
		fail_msg("%s: returned %d, %u failed\n%s%s", what, o.ret, o.result.nr_failed,
			 o.err, o.out);
	if (!o.result.crashed && (o.result.nr_leaks || o.result.nr_violations))
		fail_msg("%s: %u leaks, %u violations\n%s", what, o.result.nr_leaks,
			 o.result.nr_violations, o.out);
	scenario_output_free(&o);
}

/* A table of texts that must hold, each with what it shows. */
struct scenario_case {
	const char *description;
	const char *text;
};

static inline void scenario_cases_hold(const struct scenario_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		scenario_holds(cases[i].description, cases[i].text);
}

#endif
