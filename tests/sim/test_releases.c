/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/pte.h>

#include "sim/releases.h"
#include "support/run.h"

static void test_nth_is_ordered(void **state)
{
	uint16_t last = 0;
	unsigned int n = 0;

	(void)state;
	for (const char *name; (name = sim_release_nth(n)); n++) {
		assert_true(sim_release_number(name) > last);
		last = sim_release_number(name);
		assert_string_equal(sim_release_find(name)->name, name);
		assert_non_null(sim_release_find(name)->source);
	}
	assert_true(n >= 3);
	assert_null(sim_release_nth(n + 1));
}

static void test_number_of_a_name(void **state)
{
	(void)state;
	assert_int_equal(sim_release_number("5.11"), SIM_RELEASE(5, 11));
	assert_int_equal(sim_release_number("6.12"), SIM_RELEASE(6, 12));
	assert_int_equal(sim_release_number("6.13"), 0);
	assert_int_equal(sim_release_number(""), 0);
	assert_int_equal(sim_release_number(NULL), 0);
	assert_null(sim_release_find("6"));
}

static void test_unknown_release_names_the_nearest(void **state)
{
	static const char *const cases[][2] = {
		{ "6.6", "6.1" }, { "6.7", "6.12" }, { "6.0", "6.1" }, { "5.19", "6.1" },
		{ "5.15", "5.14" }, { "4.19", "5.11" }, { "6.12.3", "6.12" }, { "7.1", "6.12" },
		{ "999.999", "6.12" }, { "5.12", "5.11" }, { "6", NULL }, { "new", NULL },
		{ "", NULL }, { "-6.6", NULL }, { "99999999999.1", NULL },
	};
	char text[200], expected[200];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const char *nearest = cases[i][1];

		sim_release_unknown(text, sizeof(text), cases[i][0], strlen(cases[i][0]));
		snprintf(expected, sizeof(expected),
			 "release %s is not known: 5.11 5.14 6.1 6.12%s%s", cases[i][0],
			 nearest ? "; nearest " : "", nearest ? nearest : "");
		assert_string_equal(text, expected);
	}
}

/* A stable release as it once was: known, but not listed. */
static void test_older_release(void **state)
{
	const struct sim_release *older = sim_release_find("6.1.176");
	unsigned int differ = 0;

	(void)state;
	for (unsigned int rule = 0; rule < SIM_NR_RULES; rule++)
		differ += older->rules[rule] != sim_release_find("6.1")->rules[rule];
	assert_int_equal(differ, 2);
	assert_true(older->rules[SIM_RULE_DONTUNMAP_SELF_MERGES]);
	assert_int_equal(older->number, SIM_RELEASE(6, 1));
	for (unsigned int n = 0; sim_release_nth(n); n++)
		assert_string_not_equal(sim_release_nth(n), "6.1.176");
}

/* In which releases a rule holds, as a string of 5.11, 5.14, 6.1, 6.12. */
static void test_rules_by_release(void **state)
{
	static const struct {
		enum sim_rule rule;
		const char *where;
	} cases[] = {
		{ SIM_RULE_TTM_MIXEDMAP, "x..." },
		{ SIM_RULE_TTM_REFUSES_COW, ".xxx" },
		{ SIM_RULE_TTM_HUGE_FAULT, "xx.." },
		{ SIM_RULE_TTM_POPULATE_ERROR_SIGBUS, "...x" },
		{ SIM_RULE_TTM_GEM_MMAP, ".xxx" },
		{ SIM_RULE_MIXED_NOT_OK_SIGBUS, "...x" },
		{ SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT, "...x" },
		{ SIM_RULE_REMAP_TRACKS_FIRST, ".xxx" },
		{ SIM_RULE_REMAP_ZAPS_ON_ERROR, "..xx" },
		{ SIM_RULE_FORK_PROTECTS_SHARED_PUD, "xxx." },
		{ SIM_RULE_APPLY_REFUSES_LEAF, ".xxx" },
		{ SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA, "xx.x" },
		{ SIM_RULE_ANON_EXCLUSIVE, "..xx" },
		{ SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL, "...x" },
		{ SIM_RULE_GUP_SPECIAL_EEXIST, "..xx" },
		{ SIM_RULE_GUP_SPECIAL_GET_EFAULT, "xx.." },
		{ SIM_RULE_GUP_PIN_REFUSES_WITH_0, "...x" },
		{ SIM_RULE_GUP_FAST_ONLY_ERRORS, "...x" },
		{ SIM_RULE_GUP_LONGTERM_UNLOCKS, "...x" },
		{ SIM_RULE_DIRECT_IO_PINS, "...x" },
		{ SIM_RULE_PAGEMAP_LEAF_EACH, "...x" },
		{ SIM_RULE_SMAPS_WALKS_PFNMAP, "...x" },
		{ SIM_RULE_GUP_FAST_ONLY_CHECKS, "...x" },
		{ SIM_RULE_FLAGS_NEED_WRITE_LOCK, "...x" },
		{ SIM_RULE_DONTUNMAP_ANON_ONLY, "x..." },
		{ SIM_RULE_MADV_POPULATE, ".xxx" },
		{ SIM_RULE_CLOSE_BLOCKS_MERGE, "xxx." },
	};
	static const char *const releases[] = { "5.11", "5.14", "6.1", "6.12" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		char where[5] = "....";

		for (size_t r = 0; r < SIM_ARRAY_SIZE(releases); r++)
			if (sim_release_find(releases[r])->rules[cases[i].rule])
				where[r] = 'x';
		if (strcmp(where, cases[i].where))
			fail_msg("%s: %s, not %s", sim_rule_name(cases[i].rule), where,
				 cases[i].where);
	}
}

static void test_rules_are_named(void **state)
{
	(void)state;
	for (int rule = 0; rule < SIM_NR_RULES; rule++)
		assert_non_null(sim_rule_name((enum sim_rule)rule));
	assert_null(sim_rule_name(SIM_NR_RULES));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nth_is_ordered),
	cmocka_unit_test(test_number_of_a_name),
	cmocka_unit_test(test_unknown_release_names_the_nearest),
	cmocka_unit_test(test_older_release),
	cmocka_unit_test(test_rules_by_release),
	cmocka_unit_test(test_rules_are_named),
};
SIM_TEST_MAIN(tests)
