/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_flavours),
	cmocka_unit_test(test_special_entry_without_io),
};
SIM_TEST_MAIN(tests)
