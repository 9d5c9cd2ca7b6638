/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "scenario/ops.h"
#include "support/scenario.h"

/* The only operation of a text; scn_free() the result. */
static struct scn *parse(const char *text)
{
	struct scn *scn = NULL;

	assert_int_equal(scn_parse(text, strlen(text), "t", stderr, &scn), 0);
	return scn;
}

static void test_value_lists_are_ored(void **state)
{
	struct scn *scn = parse("dev d vma=PFNMAP,IO,DONTDUMP insert=apply pages=3");

	(void)state;
	assert_int_equal(scn->op[0].arg[DEV_VMA].number, VM_PFNMAP | VM_IO | VM_DONTDUMP);
	assert_int_equal(scn->op[0].arg[DEV_PAGES].number, 3);
	assert_false(scn->op[0].arg[DEV_TIME].set);
	scn_free(scn);
}

static void test_value_machine(void **state)
{
	struct scn *scn = parse("machine arch=arm release=6.1 ttm=huge ram=8M vram=1M prefault=3 "
				"pool_order=2 toggle=pte_special,pat");

	(void)state;
	assert_string_equal(scn->machine.arch, "arm");
	assert_string_equal(scn->machine.release, "6.1");
	assert_int_equal(scn->machine.ttm, SIM_TTM_HUGE);
	assert_int_equal(scn->machine.ram_bytes, 8 << 20);
	assert_int_equal(scn->machine.vram_bytes, 1 << 20);
	assert_int_equal(scn->machine.prefault, 3);
	assert_int_equal(scn->machine.pool_max_order, 2);
	assert_int_equal(scn->machine.toggle_features,
			 1u << SIM_FEAT_PTE_SPECIAL | 1u << SIM_FEAT_PAT);
	scn_free(scn);
}

static void test_value_places_and_ranges(void **state)
{
	struct scn *scn = parse("mmap m anon pages=9 share=private\nmunmap m\nmunmap m+4 pages=2\n"
				"read m+0x8");

	(void)state;
	assert_int_equal(scn->op[0].arg[MMAP_FILE].object, -1);
	assert_false(scn->op[1].arg[RANGE_MAP].has_page);
	assert_true(scn->op[2].arg[RANGE_MAP].has_page);
	assert_int_equal(scn->op[2].arg[RANGE_MAP].number, 4);
	assert_int_equal(scn->op[3].arg[ACCESS_PLACE].number, 8);
	scn_free(scn);
}

static void test_value_flags_stand_anywhere(void **state)
{
	struct scn *scn = parse("mmap m anon pages=1\ngup write m+0 n=2 longterm");

	(void)state;
	assert_true(scn_flag(&scn->op[1], GUP_WRITE));
	assert_true(scn_flag(&scn->op[1], GUP_LONGTERM));
	assert_false(scn_flag(&scn->op[1], GUP_PIN));
	assert_int_equal(scn_number(&scn->op[1], GUP_N, 1), 2);
	scn_free(scn);
}

static void test_value_names_come_back(void **state)
{
	static const struct scenario_case cases[] = {
		{ "an object's name after free", "bo b pages=1\nfree b\nbo b pages=2 -> 0" },
		{ "a mapping's name at any time",
		  "mmap m anon pages=1 -> 0\nmmap m anon pages=1 -> 0\nread m+0 -> 0" },
		{ "a task's name after exit", "fork c -> 0\nexit c -> 0\nfork c -> 0" },
		{ "a file's name after close", "open f rw\nclose f\nopen f ro -> 0" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_value_lists_are_ored),
	cmocka_unit_test(test_value_machine),
	cmocka_unit_test(test_value_places_and_ranges),
	cmocka_unit_test(test_value_flags_stand_anywhere),
	cmocka_unit_test(test_value_names_come_back),
};
SIM_TEST_MAIN(tests)
