/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/scenario.h"

static void test_flavours(void **state)
{
	static const struct scenario_case cases[] = {
		{ "every one gets anonymous pages",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=4 -> 0\n"
		  "refs m+0 -> ref=1 map=1 pin=0\n"
		  "gup m+0 -> 1\n"
		  "gup_fast m+0 write -> 1\n"
		  "gup_fast_only m+0 -> 1\n"
		  "refs m+0 -> ref=4\n"
		  "put m+0 n=1 -> 0\n"
		  "put m+0 -> 0\n"
		  "put m+0 -> 0\n"
		  "put m+0 -> -ENOENT\n"
		  "pin m+0 write -> 1\n"
		  "pin_fast m+0 -> 1\n"
		  "pin_fast_only m+0 -> 1\n"
		  "gup m+0 pin -> 1\n"
		  "refs m+0 -> ref=1 pin=4\n"
		  "unpin m+0 -> 0\n"
		  "put m+0 -> -ENOENT\n"
		  "refs m+0 -> pin=3\n"
		  "gup m+1 n=3 -> 3\n"
		  "gup m+3 n=3 -> 1\n"
		  "gup m+9 -> -EFAULT\n" },
		{ "none gets a TTM object",
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "write m+0 -> 0\n"
		  "gup m+0 -> -EFAULT\n"
		  "gup m+0 write -> -EFAULT\n"
		  "gup m+0 force -> -EFAULT\n"
		  "gup_fast m+0 -> -EFAULT\n"
		  "gup_fast_only m+0 -> 0\n"
		  "pin m+0 -> -EFAULT\n"
		  "pin_fast m+0 write longterm -> -EFAULT\n"
		  "pin_fast_only m+0 -> 0\n" },
		{ "what is held goes back at the end",
		  "mmap m anon pages=2 share=private\n"
		  "gup m+0 write n=2 -> 2\n"
		  "pin m+0 write -> 1\n"
		  "teardown -> leaks=0\n" },
		{ "a MIXEDMAP page is named after its device",
		  "dev d vma=MIXEDMAP insert=page pages=2\n"
		  "mmap m d\n"
		  "read m+1 -> 0\n"
		  "gup m+1 -> 1 page=d+1\n"
		  "gup_fast m+1 -> 1 page=d+1\n"
		  "refs d+1 -> ref=4 map=1\n"
		  "put m+1 n=1 -> 0\n" },
		{ "the zero page",
		  "mmap m anon pages=1 share=private\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> pfn=zero special=1\n"
		  "gup m+0 -> 1 page=zero\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_special_entry_without_io(void **state)
{
	static const struct scenario_case cases[] = {
		{ "6.1 returns -EEXIST",
		  "machine release=6.1\n"
		  "dev d vma=MIXEDMAP insert=mixed_prot backing=iomem\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "gup m+0 -> -EEXIST\n" },
		{ "5.11 has -EFAULT for a reference, and nothing at all for a pin",
		  "machine release=5.11\n"
		  "dev d vma=MIXEDMAP insert=mixed_prot backing=iomem\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "gup m+0 -> -EFAULT\n"
		  "pin m+0 -> 1 page=unwritten\n"
		  "unpin m+0 -> -ENOENT\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_other_ways(void **state)
{
	static const struct scenario_case cases[] = {
		{ "without the lock, or with somebody else's",
		  "mmap m anon pages=2 share=private\n"
		  "gup_unlocked m+0 write -> 1\n"
		  "gup_remote m+0 n=2 -> 2\n"
		  "pin_unlocked m+0 write -> 1\n"
		  "pin_remote m+0 write -> 1\n"
		  "gup_unlocked m+0 pin write -> 1\n"
		  "refs m+0 -> ref=3 pin=3\n"
		  "unpin m+0; unpin m+0; unpin m+0 -> 0\n"
		  "unpin m+0 -> -ENOENT\n"
		  "teardown -> leaks=0\n" },
		{ "long-term, and a lock that may be given up",
		  "mmap m anon pages=1 share=private\n"
		  "pin_unlocked m+0 write longterm -> -EINVAL warn=1\n"
		  "pin_remote m+0 longterm -> -EINVAL warn=1\n" },
		{ "... from 6.12 on",
		  "machine release=6.12\n"
		  "mmap m anon pages=1 share=private\n"
		  "pin_unlocked m+0 write longterm -> 1\n"
		  "pin_remote m+0 longterm -> 1\n"
		  "gup m+0 longterm -> -EINVAL warn=1\n" },
		{ "without pages",
		  "mmap m anon pages=4 share=private\n"
		  "gup m+0 n=2 nopages write -> 2\n"
		  "pte m+1 -> present=1 dirty=1\n"
		  "gup_unlocked m+2 nopages -> 1\n"
		  "pte m+2 -> pfn=zero\n"
		  "gup_remote m+3 nopages write -> 1\n"
		  "put m+0 -> -ENOENT\n"
		  "pin m+0 nopages -> -EINVAL warn=1\n" },
		{ "for a dump",
		  "mmap m anon pages=3 share=private\n"
		  "write m+0 -> 0\n"
		  "read m+1 -> 0\n"
		  "dump_page m+0 -> 1\n"
		  "dump_page m+1 -> 0\n"
		  "dump_page m+2 -> 0\n"
		  "gup m+2 dump -> -EFAULT\n"
		  "gup m+0 n=3 dump -> 1\n"
		  "gup_fast m+0 dump -> -EINVAL warn=1\n"
		  "put m+0 n=1 -> 0\n"
		  "refs m+0 -> ref=2\n" },
		{ "without waiting",
		  "mmap m anon pages=1 share=private\n"
		  "gup m+0 nowait write -> 1\n"
		  "gup_fast_only m+0 nowait -> 0 warn=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_fast_needs_pages(void **state)
{
	static const char text[] = "mmap m anon pages=1\ngup_fast m+0 nopages\n";

	(void)state;
	assert_int_equal(sim_scenario_nr_expected(text, strlen(text), "t", NULL), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_other_ways),
	cmocka_unit_test(test_fast_needs_pages),
	cmocka_unit_test(test_flavours),
	cmocka_unit_test(test_special_entry_without_io),
};
SIM_TEST_MAIN(tests)
