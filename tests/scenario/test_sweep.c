/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/sweep.h"

static void test_sweep_counts(void **state)
{
	static const struct {
		const char *description, *text;
		struct sim_sweep_options options;
		struct sim_sweep_result result;
	} cases[] = {
		{ "one machine", "maps", { 0 }, { 1, 1, 0, 0 } },
		{ "all that is known, and all the same", "mmap m anon pages=1 -> 0\nread m+0 -> 0",
		  { .archs = "all", .releases = "all", .modes = "all" }, { 168, 1, 0, 0 } },
		{ "COW is refused from 5.14 on",
		  "bo b pages=4\nopen f rw\nmmap m f b share=private",
		  { .releases = "all" }, { 4, 2, 0, 3 } },
		{ "and an expectation fails there",
		  "bo b pages=4\nopen f rw\nmmap m f b share=private -> 0",
		  { .releases = "all" }, { 4, 2, 3, 3 } },
		{ "or a BUG is met that no line expects",
		  "dev d vma=PFNMAP,IO\nmmap m d share=private\nread m+0",
		  { .archs = "arm64,x86_64" }, { 2, 1, 2, 0 } },
		{ "names twice, and by their other names", "maps", { .archs = "x86,amd64,x86_64" },
		  { 1, 1, 0, 0 } },
		{ "what the scenario says of other axes stays",
		  "machine release=5.11\nbo b pages=4\nopen f rw\nmmap m f b share=private -> 0",
		  { .archs = "arm64,x86_64" }, { 2, 1, 0, 0 } },
		{ "what it says of these does not",
		  "machine release=5.11\nbo b pages=4\nopen f rw\nmmap m f b share=private -> 0",
		  { .releases = "6.1" }, { 1, 1, 1, 0 } },
		{ "the release's own mode, whatever the scenario says",
		  "machine ttm=mixed\nbo b pages=4\nopen f rw\nmmap m f b share=private",
		  { .modes = "default,mixed" }, { 2, 2, 0, 4 } },
		{ "machines that cannot be are left out", "maps",
		  { .archs = "arm,arm64,um", .toggle_features = 1u << SIM_FEAT_PTE_SPECIAL },
		  { 1, 1, 0, 0 } },
		{ "what differs is what is shown: no bits",
		  "mmap m anon pages=1 share=private\nread m+0\npte m+0 -> present=1",
		  { .archs = "arm64,s390x,x86_64" }, { 3, 1, 0, 0 } },
		{ "unless it is asked for",
		  "mmap m anon pages=1 share=private\nread m+0\npte m+0 full",
		  { .archs = "arm64,s390x,x86_64" }, { 3, 3, 0, 3 } },
		{ "at the end, too",
		  "machine arch=um\ndev d insert=fault_page\nmmap m d\nwrite m+1",
		  { .archs = "um,x86_64" }, { 2, 2, 1, 4 } },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sweep_output o = sweep_run(cases[i].text, cases[i].options);
		const struct sim_sweep_result *r = &cases[i].result;

		if (o.ret || o.result.nr_machines != r->nr_machines ||
		    o.result.nr_outcomes != r->nr_outcomes || o.result.nr_failed != r->nr_failed ||
		    o.result.first_line != r->first_line)
			fail_msg("%s: %d, %u machines, %u outcomes, %u failed, line %u\n%s%s",
				 cases[i].description, o.ret, o.result.nr_machines,
				 o.result.nr_outcomes, o.result.nr_failed, o.result.first_line,
				 o.out, o.err);
		sweep_output_free(&o);
	}
}

static void test_sweep_refuses(void **state)
{
	static const struct {
		const char *text, *error;
		struct sim_sweep_options options;
	} cases[] = {
		{ "fly", "t:1:1: error: unknown operation 'fly'", { .archs = "all" } },
		{ "maps", "architecture vax is not known: ", { .archs = "um,vax" } },
		{ "maps", "architecture  is not known: ", { .archs = "um," } },
		{ "maps", "release 6.6 is not known: 5.11 5.14 6.1 6.12; nearest 6.1",
		  { .releases = "6.6" } },
		{ "maps", "mode pfsn is not known: default mixed pfn apply pfns huge; did you mean",
		  { .modes = "pfsn" } },
		{ "machine ram=65K", "no such machine can be built", { 0 } },
		{ "machine ram=65K", "no such machine can be built",
		  { .archs = "all", .releases = "all", .modes = "all" } },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sweep_output o = sweep_run(cases[i].text, cases[i].options);

		if (o.ret != -EINVAL || !strstr(o.err, cases[i].error))
			fail_msg("%s: %d, %s", cases[i].error, o.ret, o.err);
		assert_string_equal(o.out, "");
		sweep_output_free(&o);
	}
	assert_int_equal(sim_scenario_sweep(NULL, 1, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_sweep("maps", 4, NULL, NULL), 0);
}

/* Each machine gives what a run of its own gives. */
static void test_sweep_agrees_with_single_runs(void **state)
{
	static const char text[] =
		"bo b pages=4\nopen f rw\nmmap m f b share=private -> 0\nwrite m+0 -> 0\n"
		"gup_fast m+0 write -> 1\nrefs b+0 -> map=0\n";
	struct sim_scenario_result one;
	unsigned int nr_failed = 0;
	struct sweep_output o = sweep_run(text, (struct sim_sweep_options){
		.archs = "all", .releases = "all", .modes = "all" });

	(void)state;
	for (unsigned int a = 0; sim_arch_nth(a); a++) {
		for (unsigned int r = 0; sim_release_nth(r); r++) {
			for (int mode = 0; mode < SIM_NR_TTM_MODES; mode++) {
				struct sim_scenario_options options = { .machine = {
					.arch = sim_arch_nth(a)->name,
					.release = sim_release_nth(r),
					.ttm = (enum sim_ttm_mode)mode } };

				assert_int_equal(sim_scenario_run(text, sizeof(text) - 1, &options,
								  &one), 0);
				nr_failed += one.nr_failed || one.nr_unexpected;
			}
		}
	}
	assert_int_equal(o.result.nr_failed, nr_failed);
	sweep_output_free(&o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_sweep_counts),
	cmocka_unit_test(test_sweep_refuses),
	cmocka_unit_test(test_sweep_agrees_with_single_runs),
};
SIM_TEST_MAIN(tests)
