/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep.h - one scenario on many machines in tests.
 */
#ifndef SIM_TESTS_SUPPORT_SWEEP_H
#define SIM_TESTS_SUPPORT_SWEEP_H

#include <string.h>

#include "support/scenario.h"

struct sweep_output {
	int ret;
	struct sim_sweep_result result;
	char *out, *err;
};

static inline struct sweep_output sweep_run(const char *text, struct sim_sweep_options options)
{
	struct sweep_output o = { .ret = -1 };
	size_t out_len = 0, err_len = 0;

	options.name = "t";
	options.out = open_memstream(&o.out, &out_len);
	options.err = open_memstream(&o.err, &err_len);
	assert_non_null(options.out);
	assert_non_null(options.err);
	o.ret = sim_scenario_sweep(text, strlen(text), &options, &o.result);
	fclose(options.out);
	fclose(options.err);
	return o;
}

static inline void sweep_output_free(struct sweep_output *o)
{
	free(o->out);
	free(o->err);
}

#endif
