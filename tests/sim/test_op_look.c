/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_pte(void **state)
{
	static const struct scenario_case cases[] = {
		{ "keys of an entry",
		  "machine arch=x86_64\n"
		  "bo b pages=2 caching=wc\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "pte m+0 -> none present=0 special=0 pfn=none raw=0\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> present=1 special=1 write=1 dirty=1 young=1 user=1 exec=0\n"
		  "pte m+0 -> protnone=0 cache=wc level=pte pfn=b+0\n"
		  "mprotect m prot=none -> 0\n"
		  "pte m+0 -> present=1 protnone=1 user=0\n"
		  "mprotect m prot=r -> 0\n"
		  "pte m+0 -> write=0\n" },
		{ "no user address",
		  "machine arch=arm\n"
		  "mmap m anon pages=1 share=private\n"
		  "pte m+1048576 -> -EINVAL\n" },
		{ "an object without a name is a number",
		  "mmap m anon pages=1 share=private\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> special=0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_refs(void **state)
{
	static const struct scenario_case cases[] = {
		{ "of a device, a mapping, an object",
		  "dev d vma=MIXEDMAP,IO insert=page pages=2\n"
		  "mmap m d\n"
		  "refs d+0 -> ref=1 map=0 pin=0\n"
		  "refs d+2 -> -EINVAL\n"
		  "refs m+0 -> none\n"
		  "read m+0 -> 0\n"
		  "refs m+0 -> ref=2 map=1\n"
		  "refs d+0 -> ref=2 map=1\n"
		  "dev i vma=PFNMAP,IO insert=pfn_prot backing=iomem\n"
		  "refs i+0 -> none\n"
		  "bo b pages=1\n"
		  "refs b+1 -> -EINVAL\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_views(void **state)
{
	static const struct scenario_case cases[] = {
		{ "smaps of an anonymous and a TTM mapping",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=2 -> 0\n"
		  "smaps m -> size=16 rss=8 anonymous=8 private_dirty=8 shared_dirty=0\n"
		  "smaps m -> flags=rd,wr,mr,mw,me,ac\n"
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap t f b\n"
		  "write t+0 -> 0\n"
		  "smaps t -> size=16 rss=0 flags=rd,wr,sh,mr,mw,me,ms,pf,io,de,dd\n"
		  "munmap m\n"
		  "smaps m -> -ENOMEM\n" },
		{ "counters since the last time",
		  "bo b pages=16\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "counters\n"
		  "counters -> 0 fault=0\n"
		  "write m+0 -> 0\n"
		  "counters -> fault=1 handler=1 pte_write=16\n"
		  "check -> violations=0\n" },
		{ "teardown ends names, and may come once",
		  "mmap m anon pages=1 share=private\n"
		  "write m+0 -> 0\n"
		  "teardown -> leaks=0\n"
		  "check -> violations=0\n" },
		{ "an injected failure comes and goes",
		  "mmap m anon pages=4 share=private\n"
		  "fail_alloc n=1 -> 0\n"
		  "write m+0 -> -ENOMEM\n"
		  "write m+0 -> 0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_maps_prints_each_mapping(void **state)
{
	static const char text[] =
		"bo b pages=2\nopen f ro\nmmap m f b share=shared prot=r\nmaps\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_non_null(strstr(o.out, "#| "));
	assert_non_null(strstr(o.out, " r--s "));
	assert_non_null(strstr(o.out, "/dev/dri/card0"));
	scenario_output_free(&o);
}

static void test_check_tells_what_is_wrong(void **state)
{
	static const char text[] =
		"machine arch=mips64 release=6.1\nbo b pages=1\nopen f rw\nmmap m f b\n"
		"write m+0\nmprotect m prot=r\ncheck -> violations=2\nteardown\nteardown\n";
	struct scenario_output o = scenario_run_len(text, sizeof(text) - 1, SIM_SCENARIO_TEXT);

	(void)state;
	assert_int_equal(o.ret, 0);
	assert_int_equal(o.result.nr_failed, 0);
	assert_non_null(strstr(o.out, "mapcount 0, but 1 entries map it"));
	scenario_output_free(&o);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pte),
	cmocka_unit_test(test_refs),
	cmocka_unit_test(test_views),
	cmocka_unit_test(test_maps_prints_each_mapping),
	cmocka_unit_test(test_check_tells_what_is_wrong),
};
SIM_TEST_MAIN(tests)
