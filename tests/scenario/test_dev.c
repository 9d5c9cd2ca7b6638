/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_insertion(void **state)
{
	static const struct scenario_case cases[] = {
		{ "vmf_insert_pfn_prot",
		  "dev d vma=PFNMAP,IO insert=pfn_prot reject_cow=1\n"
		  "mmap m d\n"
		  "write m+3 -> 0\n"
		  "pte m+3 -> special=1 pfn=d+3 write=1\n"
		  "pte m+4 -> none\n"
		  "refs d+3 -> ref=1 map=0\n" },
		{ "the same with prefault",
		  "dev d vma=PFNMAP,IO insert=pfn_prot prefault=4 pages=6\n"
		  "mmap m d\n"
		  "read m+4 -> 0\n"
		  "pte m+5 -> pfn=d+5\n"
		  "pte m+3 -> none\n"
		  "read m+0 -> 0\n"
		  "pte m+3 -> pfn=d+3\n" },
		{ "vmf_insert_mixed_prot of RAM",
		  "dev d vma=MIXEDMAP,IO insert=mixed_prot\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> special=1\n"
		  "refs d+0 -> ref=1 map=0\n" },
		{ "vmf_insert_mixed_prot without pte_special",
		  "machine arch=um\n"
		  "dev d vma=MIXEDMAP,IO insert=mixed_prot\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> special=0\n"
		  "refs d+0 -> ref=2 map=1\n"
		  "munmap m\n"
		  "refs d+0 -> ref=1 map=0\n" },
		{ "vm_insert_page",
		  "dev d vma=MIXEDMAP insert=page prefault=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+1 -> special=0 pfn=d+1\n"
		  "refs d+1 -> ref=2 map=1\n"
		  "smaps m -> rss=8\n" },
		{ "vm_insert_page where the vma is not mixed yet: at mmap",
		  "dev d vma=none insert=page time=mmap pages=2\n"
		  "mmap m d -> 0\n"
		  "smaps m -> rss=8\n"
		  "read m+1 -> 0\n" },
		{ "vm_insert_pages",
		  "dev d vma=MIXEDMAP insert=pages prefault=8\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "smaps m -> rss=32\n" },
		{ "remap_pfn_range",
		  "dev d vma=none insert=remap pages=4\n"
		  "mmap m d -> 0\n"
		  "pte m+3 -> special=1 pfn=d+3\n"
		  "smaps m -> flags=rd,wr,sh,mr,mw,me,ms,pf,io,de,ar,dd\n"
		  "read m+3 -> 0\n" },
		{ "remap_pfn_range of a private mapping",
		  "dev d vma=none insert=remap pages=4\n"
		  "mmap m d share=private -> 0\n"
		  "write m+1 value=1 -> 0\n"
		  "refs d+1 -> map=0\n"
		  "pte m+1 -> special=0\n"
		  "pte m+2 -> special=1 pfn=d+2\n" },
		{ "apply_to_page_range",
		  "dev d vma=PFNMAP,IO insert=apply prefault=3\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+2 -> special=1 pfn=d+2\n"
		  "pte m+3 -> none\n" },
		{ "a page returned by the handler",
		  "dev d vma=none insert=fault_page\n"
		  "mmap m d\n"
		  "write m+1 value=2 -> 0\n"
		  "pte m+1 -> special=0 pfn=d+1\n"
		  "refs d+1 -> ref=2 map=1\n"
		  "gup_fast m+1 write -> 1 page=d+1\n" },
		{ "I/O memory",
		  "dev d vma=PFNMAP,IO insert=pfn_prot backing=iomem\n"
		  "mmap m d\n"
		  "write m+0 value=5 -> 0\n"
		  "read m+0 -> value=5\n"
		  "refs m+0 -> none\n" },
		{ "I/O memory has no pages to insert",
		  "dev a vma=MIXEDMAP insert=page backing=iomem\n"
		  "dev b vma=MIXEDMAP insert=pages backing=iomem\n"
		  "dev c vma=none insert=fault_page backing=iomem\n"
		  "mmap ma a\n"
		  "mmap mb b\n"
		  "mmap mc c\n"
		  "read ma+0 -> SIGBUS\n"
		  "read mb+0 -> SIGBUS\n"
		  "read mc+0 -> SIGBUS\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_bounds(void **state)
{
	static const struct scenario_case cases[] = {
		{ "beyond the device",
		  "dev d vma=PFNMAP,IO pages=2\n"
		  "mmap m d pages=4\n"
		  "read m+1 -> 0\n"
		  "read m+2 -> SIGBUS\n" },
		{ "all at mmap",
		  "dev d vma=PFNMAP,IO time=mmap pages=2\n"
		  "mmap m d -> 0\n"
		  "pte m+1 -> pfn=d+1\n"
		  "mmap n d pages=3 -> -ENXIO\n"
		  "mmap o d off=1 pages=1 -> 0\n"
		  "pte o+0 -> pfn=d+1\n"
		  "zap d\n"
		  "read m+0 -> SIGBUS\n"
		  "dev e vma=none insert=fault_page time=mmap\n"
		  "mmap p e -> -EINVAL\n" },
		{ "I/O memory is used up",
		  "dev a backing=iomem pages=4096 -> 0\n"
		  "dev b backing=iomem pages=1 -> -ENOMEM\n"
		  "mmap m b -> -EBADF\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_pfn_mkwrite(void **state)
{
	static const struct scenario_case cases[] = {
		{ "has the first store fault",
		  "dev d vma=PFNMAP,IO pfn_mkwrite=1\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=0\n"
		  "counters\n"
		  "write m+0 -> 0\n"
		  "counters -> handler=1\n"
		  "pte m+0 -> write=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_caching(void **state)
{
	static const struct scenario_case cases[] = {
		{ "RAM pages carry their type",
		  "dev d vma=PFNMAP,IO caching=wc\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> cache=wc\n"
		  "dev u vma=PFNMAP,IO caching=uc\n"
		  "mmap n u\n"
		  "read n+0 -> 0\n"
		  "pte n+0 -> cache=uc-\n"
		  "munmap m; munmap n\n" },
		{ "a second device at the same place",
		  "dev d vma=PFNMAP,IO backing=iomem caching=wc reserve=1\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> cache=wc\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_memory(void **state)
{
	static const struct scenario_case cases[] = {
		{ "parts of I/O memory, reserved one over the other",
		  "dev d backing=iomem vma=PFNMAP pages=4\n"
		  "reserve d+1 pages=2 -> 0\n"
		  "memtype d+1 -> type=wc\n"
		  "memtype d+3 -> type=uc-\n"
		  "reserve d+2 pages=2 -> 0\n"
		  "unreserve d+1 pages=3 -> -ENOENT\n"
		  "unreserve d+1 pages=2 -> 0\n"
		  "memtype d+1 -> type=uc-\n"
		  "memtype d+2 -> type=wc\n"
		  "reserve d pages=5 -> -EINVAL\n"
		  "reserve d+9 -> -EINVAL\n" },
		{ "... which take over the type of a mapping that is there",
		  "dev d backing=iomem vma=none insert=remap pages=2\n"
		  "mmap m d -> 0\n"
		  "reserve d -> 0\n"
		  "memtype d+0 -> type=uc-\n" },
		{ "RAM is not reserved",
		  "dev d pages=2\n"
		  "reserve d -> -EINVAL\n"
		  "unreserve d -> -EINVAL\n" },
		{ "what is reserved is no leak",
		  "dev d backing=iomem pages=4\n"
		  "reserve d+0 -> 0\n"
		  "reserve d+1 -> 0\n"
		  "teardown -> leaks=0\n" },
		{ "more than a device can remember",
		  "dev d backing=iomem pages=20\n"
		  "reserve d+0; reserve d+1; reserve d+2; reserve d+3; reserve d+4; reserve d+5\n"
		  "reserve d+6; reserve d+7; reserve d+8; reserve d+9; reserve d+10\n"
		  "reserve d+11; reserve d+12; reserve d+13; reserve d+14\n"
		  "reserve d+15 -> 0\n"
		  "reserve d+16 -> -ENOSPC\n" },
		{ "two devices over one range",
		  "dev d pages=4 insert=pfn_prot\n"
		  "dev e over=d+1 pages=2 insert=fault_page vma=none\n"
		  "dev f over=e+1 insert=apply vma=PFNMAP\n"
		  "mmap m d; mmap n e; mmap o f\n"
		  "write m+2 value=7 -> 0\n"
		  "read n+1 -> value=7\n"
		  "read o+0 -> value=7\n"
		  "pte n+1 -> pfn=d+2 special=0\n"
		  "pte o+0 -> pfn=d+2 special=1\n"
		  "refs d+2 -> ref=2 map=1\n"
		  "zap d -> 0\n"
		  "pte m+2 -> none\n"
		  "pte n+1 -> present=1\n" },
		{ "two memory types over one range",
		  "dev d backing=iomem insert=apply vma=PFNMAP caching=wc pages=2\n"
		  "dev e over=d insert=apply vma=PFNMAP caching=uc\n"
		  "mmap m d; mmap n e\n"
		  "read m+0; read n+0\n"
		  "pte m+0 -> cache=wc\n"
		  "pte n+0 -> cache=uc-\n"
		  "munmap m; munmap n\n" },
		{ "over what is not there",
		  "dev d pages=4\n"
		  "dev e over=d+2 pages=3 -> -EINVAL\n"
		  "dev f over=d+4 -> -EINVAL\n"
		  "mmap m e -> -EBADF\n"
		  "dev g over=e -> -EINVAL\n" },
		{ "a block of remap, and what lies over it",
		  "dev d insert=remap vma=none pages=4\n"
		  "dev e over=d+1 insert=remap vma=none\n"
		  "mmap m e -> 0\n"
		  "pte m+2 -> pfn=d+3\n" },
		{ "bytes of pages",
		  "dev d pages=2; dev i pages=2 backing=iomem\n"
		  "write d+0 n=2 value=3 -> 0\n"
		  "write d+1 n=2 -> -EINVAL\n"
		  "read d+0 -> value=3\n"
		  "read d+1 -> value=0xa5\n"
		  "write i+1 value=4 -> 0\n"
		  "mmap m i\n"
		  "read m+1 -> value=4\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_memory),
	cmocka_unit_test(test_insertion),
	cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_pfn_mkwrite),
	cmocka_unit_test(test_caching),
};
SIM_TEST_MAIN(tests)
