/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_object_pages_have_names(void **state)
{
	static const struct scenario_case cases[] = {
		{ "of an object, wherever it lies",
		  "bo b pages=2 in=vram\nopen f rw\nmmap m f b\nread m+1\npte m+1 -> pfn=b+1\n"
		  "move b to=system\nread m+1\npte m+1 -> pfn=b+1" },
		{ "of a device", "dev d backing=iomem\nmmap m d off=2 pages=2\nread m+1\n"
		  "pte m+1 -> pfn=d+3" },
		{ "of a regular file", "file f pages=2\nmmap m f\nread m+1\npte m+1 -> pfn=f+1" },
		{ "the zero page", "mmap m anon pages=1 share=private\nread m+0\n"
		  "pte m+0 -> pfn=zero" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_object_of_a_mapping_that_failed(void **state)
{
	static const struct scenario_case cases[] = {
		{ "has no addresses",
		  "dev d reject_cow=1\nmmap m d share=private -> -EINVAL\nread m+0 -> not-mapped\n"
		  "munmap m -> not-mapped\nrefs m+0 -> none" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_what_is_left_is_told(void **state)
{
	/* The pages of the object were freed under it. */
	static const char text[] =
		"machine arch=arm release=5.11\nbo b pages=4\nopen f rw\nmmap m f b\nread m+0\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_int_equal(o.result.nr_ops, 5);
	assert_int_equal(o.result.nr_expected, 0);
	assert_int_equal(o.result.nr_leaks != 0, strstr(o.out, "#| after the end, left: ") != NULL);
	scenario_output_free(&o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_object_pages_have_names),
	cmocka_unit_test(test_object_of_a_mapping_that_failed),
	cmocka_unit_test(test_what_is_left_is_told),
};
SIM_TEST_MAIN(tests)
