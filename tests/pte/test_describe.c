/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_describe.c - entries in words.
 */
#include <ttmsim/pte.h>

#include "support/run.h"

static const struct sim_pte_info special = {
	.level = SIM_LEAF_PTE, .present = true, .special = true, .write = true, .young = true,
	.user = true, .cache = SIM_CACHE_WC, .pfn = 0x100, .raw = 0xabc,
};
static const struct sim_pte_info empty = { .none = true };

static void test_describe_says_what_is_set(void **state)
{
	char text[128];
	int len;

	(void)state;
	len = sim_pte_describe(&special, text, sizeof(text));
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, "present special write young user cache=wc level=pte pfn=0x100");
	assert_int_equal(sim_pte_describe(&empty, text, sizeof(text)), 4);
	assert_string_equal(text, "none");
}

static void test_describe_keeps_to_the_room_there_is(void **state)
{
	char text[12] = "xxxxxxxxxxx";
	int whole = sim_pte_describe(&special, NULL, 0);

	(void)state;
	assert_int_equal(sim_pte_describe(&special, text, 8), whole);
	assert_string_equal(text, "present");
	assert_int_equal(text[8], 'x');
}

static void test_describe_misuse(void **state)
{
	struct sim_pte_info wild = { .level = 7 };
	const char *word;
	size_t len;

	(void)state;
	assert_int_equal(sim_pte_describe(NULL, NULL, 0), -EINVAL);
	assert_int_equal(sim_pte_describe(&wild, NULL, 0), -EINVAL);
	assert_int_equal(sim_pte_holds(NULL, "present", &word, &len), -EINVAL);
	assert_int_equal(sim_pte_holds(&special, NULL, &word, &len), -EINVAL);
}

static void test_words_held_against_an_entry(void **state)
{
	static const struct {
		const char *expected;
		int ret;
		const char *word; /* told where not all holds */
	} cases[] = {
		{ "", 1, NULL },
		{ "present special", 1, NULL },
		{ "  present   !dirty ", 1, NULL },
		{ "write=1 dirty=0", 1, NULL },
		{ "cache=wc level=pte pfn=0x100 raw=0xabc", 1, NULL },
		{ "pfn=256", 1, NULL },
		{ "present dirty write", 0, "dirty" },
		{ "!present", 0, "!present" },
		{ "write=0", 0, "write=0" },
		{ "cache=wb", 0, "cache=wb" },
		{ "level=pmd", 0, "level=pmd" },
		{ "pfn=257", 0, "pfn=257" },
		{ "none", 0, "none" },
		{ "writable", -EINVAL, "writable" },
		{ "write=2", -EINVAL, "write=2" },
		{ "!write=1", -EINVAL, "!write=1" },
		{ "pfn=", -EINVAL, "pfn=" },
		{ "pfn=0x1g", -EINVAL, "pfn=0x1g" },
		{ "cache=wx", -EINVAL, "cache=wx" },
		{ "level=pgd", -EINVAL, "level=pgd" },
		{ "present color=red", -EINVAL, "color=red" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const char *word = NULL;
		size_t len = 0;
		int ret = sim_pte_holds(&special, cases[i].expected, &word, &len);

		if (ret != cases[i].ret)
			fail_msg("\"%s\": %d", cases[i].expected, ret);
		if (!cases[i].word)
			continue;
		assert_int_equal(len, strlen(cases[i].word));
		assert_memory_equal(word, cases[i].word, len);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_describe_says_what_is_set),
	cmocka_unit_test(test_describe_keeps_to_the_room_there_is),
	cmocka_unit_test(test_describe_misuse),
	cmocka_unit_test(test_words_held_against_an_entry),
};

SIM_TEST_MAIN(tests)
