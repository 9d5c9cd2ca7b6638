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
		{ "smaps flags of a reserved range, and of advice",
		  "machine arch=x86_64 release=6.1\n"
		  "dev d vma=none insert=remap backing=iomem caching=wc reserve=1 pages=4\n"
		  "open f rw dev=d\n"
		  "mmap m f share=shared prot=rw pages=4\n"
		  "smaps m -> flags=rd,wr,sh,mr,mw,me,ms,pf,io,de,ar,dd\n"
		  "madvise m random -> 0\n"
		  "smaps m -> flags=rd,wr,sh,mr,mw,me,ms,pf,io,rr,de,ar,dd\n"
		  "madvise m sequential -> 0\n"
		  "smaps m -> flags=rd,wr,sh,mr,mw,me,ms,pf,io,sr,de,ar,dd\n" },
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

static void test_residence(void **state)
{
	static const struct scenario_case cases[] = {
		{ "mincore: entries that count, and pages of files",
		  "dev d vma=MIXEDMAP insert=page\n"
		  "dev p\n"
		  "file f pages=3\n"
		  "mmap m d pages=3\n"
		  "mmap q p pages=3\n"
		  "mmap r f\n"
		  "read m+1 -> 0\n"
		  "read q+0 n=3 -> 0\n"
		  "read r+2 -> 0\n"
		  "mincore m -> 0 resident=010\n"
		  "mincore m+1 -> resident=1\n"
		  "mincore q -> resident=000\n"
		  "mincore r+1 pages=2 -> resident=01\n"
		  "munmap r+1\n"
		  "mincore r -> -ENOMEM\n" },
		{ "mincore: of a long mapping the first 48 pages",
		  "mmap m anon pages=100 share=private\n"
		  "mincore m -> resident=000000000000000000000000000000000000000000000000\n" },
		{ "pagemap: what is mapped, and whose it is",
		  "dev d vma=MIXEDMAP insert=page\n"
		  "dev p\n"
		  "mmap m d\n"
		  "mmap q p\n"
		  "mmap a anon pages=2 share=private\n"
		  "write m+1 -> 0\n"
		  "write q+1 -> 0\n"
		  "write a+0 -> 0\n"
		  "read a+1 -> 0\n"
		  "pagemap m+0 -> present=0 file=0 exclusive=0 page=none\n"
		  "pagemap m+1 -> present=1 file=1 exclusive=1 page=d+1\n"
		  "pagemap q+1 -> present=0 file=0 exclusive=0 page=none\n"
		  "pagemap a+0 -> present=1 file=0 exclusive=1\n"
		  "pagemap a+1 -> present=1 file=0 exclusive=0 page=zero\n"
		  "fork c -> 0\n"
		  "pagemap m+1 -> exclusive=0\n" },
		{ "memory types",
		  "dev d caching=wc\n"
		  "dev w\n"
		  "dev i backing=iomem\n"
		  "dev r backing=iomem caching=wc reserve=1\n"
		  "mmap m d\n"
		  "memtype d+0 -> type=wc\n"
		  "memtype w+0 -> type=wb\n"
		  "memtype i+0 -> type=uc-\n"
		  "memtype r+15 -> type=wc\n"
		  "memtype r+16 -> -EINVAL\n"
		  "memtype m+0 -> none\n"
		  "read m+0 -> 0\n"
		  "memtype m+0 -> type=wc\n" },
		{ "normal pages, and bits without a pfn",
		  "dev d vma=MIXEDMAP insert=page\n"
		  "dev p\n"
		  "mmap m d\n"
		  "mmap q p\n"
		  "read m+0 -> 0\n"
		  "read q+0 -> 0\n"
		  "pte m+0 -> normal=1 special=0 bits=0x8000000000000027\n"
		  "pte q+0 -> normal=0 special=1 bits=0x8000000000000227\n"
		  "pte m+1 -> none normal=0 bits=0\n" },
		{ "an entry in error is not normal, and asking tells nobody",
		  "dev d vma=none insert=apply\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> special=1 normal=0 bad_page=0\n"
		  "munmap m\n" },
		{ "a page of a file by its name",
		  "file f pages=3\n"
		  "mmap m f\n"
		  "read m+2 -> 0\n"
		  "pte m+2 -> pfn=f+2\n"
		  "gup m+1 -> 1 page=f+1\n" },
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

static void test_vmprot(void **state)
{
	static const struct scenario_case cases[] = {
		{ "protection and flags of a mapping",
		  "mmap m anon pages=2 share=private prot=r\n"
		  "vmprot m -> cache=wb pat=0 flags=rd,mr,mw,me\n"
		  "munmap m\n"
		  "vmprot m -> -ENOMEM\n" },
		{ "a mapping that is told of writes",
		  "dev d pfn_mkwrite=1 vma=PFNMAP; dev e vma=PFNMAP\n"
		  "mmap m d; mmap n e\n"
		  "vmprot m -> bits=0x8000000000000025 flags=rd,wr,sh,mr,mw,me,ms,pf\n"
		  "vmprot n -> bits=0x8000000000000027\n" },
		{ "a memory type, and a reservation of its own",
		  "dev d insert=remap vma=none backing=iomem caching=wc\n"
		  "mmap m d\n"
		  "vmprot m -> cache=wc pat=1\n" },
		{ "dirty pages",
		  "file f pages=2\n"
		  "mmap m f\n"
		  "read m+0 -> 0\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> dirty=1\n"
		  "refs m+0 -> dirty=0\n"
		  "munmap m+0 -> 0\n"
		  "mmap n f\n"
		  "read n+0 -> 0\n"
		  "refs n+0 -> dirty=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_pte_is_short_or_full(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "dev d vma=MIXEDMAP insert=page\nmmap m d\nread m+1\npte m+1",
		  " -> present=1 write=1 young=1 pfn=d+1 normal=1\n" },
		{ "dev d caching=wc\nmmap m d\nread m+1\npte m+1",
		  " -> present=1 special=1 write=1 young=1 cache=wc pfn=d+1\n" },
		{ "mmap m anon pages=1\npte m+0", " -> none\n" },
		{ "mmap m anon pages=1\npte m+0 full",
		  " -> none present=0 special=0 write=0 dirty=0 young=0 user=0 exec=0 protnone=0 "
		  "cache=wb level=pgd pfn=none raw=0x0 bits=0x0 normal=0\n" },
		{ "dev d\nmmap m d\nread m+1\npte m+1 full",
		  " -> present=1 special=1 write=1 dirty=0 young=1 user=1 exec=0 protnone=0 "
		  "cache=wb level=pte pfn=d+1 raw=" },
	};
	static const struct scenario_case expected[] = {
		{ "what is not shown can be expected",
		  "dev d\nmmap m d\nread m+1\npte m+1 -> dirty=0 user=1 level=pte cache=wb "
		  "bits=0x8000000000000227 protnone=0\npte m+0 -> none pfn=none raw=0 special=0\n"
		  "pte m+1 full -> dirty=0 user=1" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct scenario_output o = scenario_run_len(cases[i].text, strlen(cases[i].text),
							    SIM_SCENARIO_TEXT);

		if (!strstr(o.out, cases[i].line))
			fail_msg("%s:\n%s", cases[i].text, o.out);
		scenario_output_free(&o);
	}
	scenario_cases_hold(expected, SIM_ARRAY_SIZE(expected));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_vmprot),
	cmocka_unit_test(test_pte),
	cmocka_unit_test(test_refs),
	cmocka_unit_test(test_views),
	cmocka_unit_test(test_residence),
	cmocka_unit_test(test_maps_prints_each_mapping),
	cmocka_unit_test(test_check_tells_what_is_wrong),
	cmocka_unit_test(test_pte_is_short_or_full),
};
SIM_TEST_MAIN(tests)
