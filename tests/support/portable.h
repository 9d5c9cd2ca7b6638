/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable.h - portable transcripts in tests.
 */
#ifndef SIM_TESTS_SUPPORT_PORTABLE_H
#define SIM_TESTS_SUPPORT_PORTABLE_H

#include <string.h>

#include "support/scenario.h"

/* What the portable transcript of a text is; free() it. */
static inline char *portable_transcript(const char *text, struct sim_scenario_result *result)
{
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	struct sim_scenario_options options = { .name = "t", .out = out, .portable = true };

	assert_int_equal(sim_scenario_run(text, strlen(text), &options, result), 0);
	fclose(out);
	return printed;
}

/* A text, and what must stand in its portable transcript. */
struct portable_case {
	const char *description, *text, *expected;
};

static inline void portable_cases_show(const struct portable_case *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct sim_scenario_result result;
		char *got = portable_transcript(cases[i].text, &result);

		if (!strstr(got, cases[i].expected))
			fail_msg("%s:\n%s", cases[i].description, got);
		free(got);
	}
}

#endif
