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

/* What nobody asked for is told at the end; nothing where there is nothing to tell. */
static void test_what_is_left_is_told(void **state)
{
	static const struct {
		const char *description, *text, *end;
	} cases[] = {
		{ "an entry took references that are not its own, and lost the page",
		  "dev d insert=apply\nmmap m d share=private\nwrite m+3\ninsert m+0 n=12",
		  "teardown                                -> leaks=2 bad_page=1\n"
		  "#| left: page: 1 too many\n#| left: RAM: 1 pages are not back\n" },
		{ "the pages of the object were freed under it",
		  "machine arch=arm release=5.11\nbo b pages=4\nopen f rw\nmmap m f b\nread m+0",
		  "teardown                                -> leaks=0 bad_page=3\n" },
		{ "nothing", "bo b pages=4\nopen f rw\nmmap m f b\nread m+0", NULL },
		{ "what was asked is not told again",
		  "dev d insert=apply\nmmap m d share=private\nwrite m+3\ninsert m+0 n=12\nteardown\n"
		  "teardown -> leaks=0", "teardown                                -> leaks=0\n" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);
		const char *end = strstr(o.out, "teardown ");

		if (!end != !cases[i].end || (end && !strstr(end, cases[i].end)))
			fail_msg("%s:\n%s", cases[i].description, o.out);
		scenario_output_free(&o);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_object_pages_have_names),
	cmocka_unit_test(test_object_of_a_mapping_that_failed),
	cmocka_unit_test(test_what_is_left_is_told),
};
SIM_TEST_MAIN(tests)
