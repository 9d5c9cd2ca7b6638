/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fuzz_scenario - any bytes as a scenario: parsed, run where they parse, and
 * what that printed run again: a transcript is a scenario that holds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <ttmsim/scenario.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The second run says what the first one did, so long as both ran whole. */
static void run_again(const char *transcript, size_t len, const struct sim_scenario_result *first)
{
	struct sim_scenario_result second;
	int ret = sim_scenario_run(transcript, len, NULL, &second);

	if (ret == 0 && second.nr_failed == 0 && second.nr_unexpected == 0 &&
	    second.nr_ops == first->nr_ops)
		return;
	fprintf(stderr, "the transcript does not hold (%d, %u failed, %u not expected):\n%.*s\n",
		ret, ret ? 0 : second.nr_failed, ret ? 0 : second.nr_unexpected, (int)len,
		transcript);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_scenario_result result;
	struct sim_scenario_options options = { .name = "fuzz" };
	char *out = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&out, &len);
	int ret;

	if (!file)
		return 0;
	options.out = file;
	ret = sim_scenario_run((const char *)data, size, &options, &result);
	fclose(file);
	/* A line with its result may be longer than a line may be. */
	if (ret == 0 && size < 1000)
		run_again(out, len, &result);
	free(out);
	return 0;
}
