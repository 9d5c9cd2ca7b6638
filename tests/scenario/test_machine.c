/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "scenario/run.h"
#include "sim/releases.h"
#include "support/scenario.h"

/* What is said of a machine that cannot be, or of its head where it can. */
static char *said(const char *text, const struct sim_machine_config *machine, bool wins, int ret)
{
	char *printed = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&printed, &len);
	struct sim_scenario_options options = { .name = "t", .out = out, .err = out,
						.machine = *machine, .machine_wins = wins };

	assert_int_equal(sim_scenario_run(text, strlen(text), &options, NULL), ret);
	fclose(out);
	return printed;
}

static void test_machine_of_file_and_caller(void **state)
{
	static const struct {
		const char *description, *text, *head;
		struct sim_machine_config machine;
		bool wins;
	} cases[] = {
		{ "defaults", "maps", "arch=x86_64 release=6.1 ttm=pfn ram=64M", { 0 }, false },
		{ "the caller's, where the file says nothing", "maps",
		  "arch=um release=5.11 ttm=mixed ram=1M",
		  { .arch = "um", .release = "5.11", .ram_bytes = 1 << 20 }, false },
		{ "the file's before the caller's", "machine arch=arm ttm=huge",
		  "arch=arm release=6.12 ttm=huge", { .arch = "um", .release = "6.12" }, false },
		{ "the caller's before the file's", "machine arch=arm ttm=huge release=5.11",
		  "arch=um release=6.12 ttm=huge", { .arch = "um", .release = "6.12" }, true },
		{ "and what is not as written is told", "machine arch=arm ttm=huge release=5.11",
		  "\n#| not as written: arch=arm release=5.11\n",
		  { .arch = "um", .release = "6.12" }, true },
		{ "toggled twice is not toggled", "machine toggle=pat,pte_special",
		  "toggle=pat\n", { .toggle_features = 1u << SIM_FEAT_PTE_SPECIAL }, false },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		char *text = said(cases[i].text, &cases[i].machine, cases[i].wins, 0);

		if (!strstr(text, cases[i].head))
			fail_msg("%s:\n%s", cases[i].description, text);
		free(text);
	}
}

static void test_machine_that_cannot_be(void **state)
{
	static const struct {
		const char *text, *error;
		struct sim_machine_config machine;
	} cases[] = {
		{ "maps", "t:1:1: error: architecture vax is not known: arm ", { .arch = "vax" } },
		{ "maps", "t:1:1: error: release 6.6 is not known: ", { .release = "6.6" } },
		{ "# so\nmachine ram=65K", "t:2:1: error: no such machine can be built: ", { 0 } },
		{ "machine arch=arm toggle=fast_gup,pte_special",
		  "t:1:1: error: toggle=pte_special changes nothing", { 0 } },
		{ "machine arch=um", "error: toggle=pte_special changes nothing",
		  { .toggle_features = 1u << SIM_FEAT_PTE_SPECIAL } },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		char *text = said(cases[i].text, &cases[i].machine, false, -EINVAL);

		if (!strstr(text, cases[i].error))
			fail_msg("%s:\n%s", cases[i].text, text);
		free(text);
	}
}

/* Other rules than those of the release, for one of the two. */
static void test_machine_with_other_rules(void **state)
{
	static const char text[] = "bo b pages=1\nopen f rw\nmmap m f b share=private -> -EINVAL\n";
	static const struct sim_scenario_options options = { .name = "t" };
	struct sim_release rules = *sim_release_find("6.1");
	struct scn_how how = { .options = &options, .rules = &rules };
	struct sim_scenario_result result;
	struct scn *scn;

	(void)state;
	assert_int_equal(scn_parse(text, sizeof(text) - 1, "t", NULL, &scn), 0);
	assert_int_equal(scn_run(scn, &how, &result), 0);
	assert_int_equal(result.nr_failed, 0);
	rules.rules[SIM_RULE_TTM_MIXEDMAP] = true;
	assert_int_equal(scn_run(scn, &how, &result), 0);
	assert_int_equal(result.nr_failed, 1);
	scn_free(scn);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_machine_of_file_and_caller),
	cmocka_unit_test(test_machine_that_cannot_be),
	cmocka_unit_test(test_machine_with_other_rules),
};
SIM_TEST_MAIN(tests)
