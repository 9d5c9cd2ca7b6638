/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>

#include "scenario/results.h"
#include "support/run.h"

#define MAX_IDS 16

static void collect(struct scn_results *all, const char *text, const char *arch, scn_id *ids,
		    bool *failed)
{
	const struct sim_scenario_options options = {
		.format = SIM_SCENARIO_QUIET, .machine = { .arch = arch },
	};
	struct scn *scn;

	assert_int_equal(scn_parse(text, strlen(text), "t", stderr, &scn), 0);
	assert_true(scn_nr_ids(scn) <= MAX_IDS);
	memset(ids, 0, MAX_IDS * sizeof(*ids));
	*failed = false;
	assert_int_equal(scn_collect(all, scn, &options, NULL, ids, failed), 0);
	scn_free(scn);
}

static void test_results_are_equal_by_number(void **state)
{
	static const char text[] = "# why\nmmap m anon pages=1 share=private -> 0\nwrite m+0\n"
				   "pte m+0 full\nread m+0 -> value=1\n";
	struct scn_results all = { NULL };
	scn_id a[MAX_IDS], b[MAX_IDS], c[MAX_IDS];
	bool failed;

	(void)state;
	collect(&all, text, "x86_64", a, &failed);
	assert_true(failed);
	collect(&all, text, "x86_64", b, &failed);
	collect(&all, text, "arm64", c, &failed);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(a[0], 0);		/* a comment */
	assert_int_equal(a[1], a[2]);		/* the same text: the same number */
	assert_int_not_equal(a[3], c[3]);	/* raw bits */
	assert_int_equal(a[4], c[4]);
	assert_true(scn_is_failure(a[4]));
	assert_false(scn_is_failure(a[3]));
	assert_string_equal(scn_id_text(&all, a[4]), "0 value=0xa5");
	assert_string_equal(scn_id_text(&all, a[0]), "-");
	scn_results_free(&all);
}

static void test_results_have_the_end(void **state)
{
	static const char text[] = "dev d insert=fault_page\nmmap m d\nwrite m+1";
	struct scn_results all = { NULL };
	scn_id ids[MAX_IDS];
	struct scn *scn;
	bool failed;

	(void)state;
	assert_int_equal(scn_parse(text, sizeof(text) - 1, "t", stderr, &scn), 0);
	collect(&all, text, "um", ids, &failed);
	assert_true(failed);
	assert_string_equal(scn_id_operation(scn, 3), "teardown");
	assert_int_equal(scn_id_line(scn, 3), 3);
	assert_string_equal(scn_id_text(&all, ids[3]), "leaks=2 bad_page=1");
	collect(&all, text, "x86_64", ids, &failed);
	assert_false(failed);
	assert_int_equal(ids[3], 0);
	scn_free(scn);
	scn_results_free(&all);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_results_are_equal_by_number),
	cmocka_unit_test(test_results_have_the_end),
};
SIM_TEST_MAIN(tests)
