/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_with_what_protection(void **state)
{
	static const struct scenario_case cases[] = {
		{ "three memory types, each by itself",
		  "dev d vma=PFNMAP prot_caching=wc insert_caching=uc pages_caching=wb pages=2 "
		  "backing=iomem insert=apply\n"
		  "mmap m d\n"
		  "vmprot m -> cache=wc\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> cache=uc-\n"
		  "memtype d+0 -> type=uc-\n" },
		{ "what is tracked goes before what is inserted with",
		  "dev d vma=PFNMAP pages_caching=wc pages=2\n"
		  "mmap m d\n"
		  "vmprot m -> cache=wb\n"
		  "memtype d+0 -> type=wc\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> cache=wc\n" },
		{ "more rights than the mapping has",
		  "dev d vma=PFNMAP insert_prot=rw pages=2\n"
		  "mmap m d prot=r\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=1\n"
		  "vmprot m -> flags=rd,sh,mr,mw,me,ms,pf\n"
		  "munmap m\n" },
		{ "... and fewer",
		  "dev d vma=PFNMAP insert_prot=r pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=0\n" },
		{ "a release that cannot say with which",
		  "machine release=6.12\n"
		  "dev d vma=MIXEDMAP insert=mixed_prot insert_prot=r pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=1\n" },
		{ "one that can",
		  "machine release=6.1\n"
		  "dev d vma=MIXEDMAP insert=mixed_prot insert_prot=r pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_by_what(void **state)
{
	static const struct scenario_case cases[] = {
		{ "PFN_SPECIAL where the vma is not mixed",
		  "dev d vma=none insert=mixed_special pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> special=1 pfn=d+0\n"
		  "munmap m -> 0 bad_page=1\n" },
		{ "... which an architecture without the bit does not know",
		  "machine arch=um\n"
		  "dev d vma=none insert=mixed_special pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> BUG\n" },
		{ "mkwrite: clean at a read, written at a write",
		  "dev d vma=MIXEDMAP insert=mixed_mkwrite pfn_mkwrite=insert pages=3\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=0 dirty=0\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> write=1 dirty=1\n"
		  "write m+1 -> 0\n"
		  "pte m+1 -> write=1 dirty=1\n"
		  "calls d -> fault=2 pfn_mkwrite=1\n" },
		{ "nothing at all",
		  "dev d vma=MIXEDMAP insert=none pages=2\n"
		  "mmap m d -> 0\n"
		  "read m+0 -> SIGBUS code=BUS_ADRERR\n"
		  "insert m+0 -> -EINVAL\n"
		  "insert m+0 by=page -> 0\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> special=0 pfn=d+0\n" },
		{ "nothing in mmap",
		  "dev d vma=none insert=none time=mmap pages=2\n"
		  "mmap m d -> 0\n"
		  "pte m+0 -> none\n" },
		{ "by another function than the device's",
		  "dev d vma=MIXEDMAP insert=page pages=4\n"
		  "mmap m d\n"
		  "insert m+0 by=mixed_prot -> 0\n"
		  "pte m+0 -> special=1\n"
		  "insert m+1 by=apply n=2 -> 0\n"
		  "pte m+2 -> special=1 pfn=d+2\n"
		  "insert m+3 by=pages -> 0\n"
		  "refs d+3 -> ref=2 map=1\n"
		  "insert m+3 by=page -> -EBUSY\n"
		  "insert m+0 by=fault_page -> -EINVAL\n"
		  "insert m+0 by=pfn_prot -> BUG\n" },
		{ "remap of pages that do not lie together: one by one",
		  "dev d vma=PFNMAP insert=pfn_prot pages=4\n"
		  "mmap m d\n"
		  "insert m+0 by=remap n=4 -> 0\n"
		  "pte m+3 -> pfn=d+3 special=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_with_what_protection),
	cmocka_unit_test(test_by_what),
};
SIM_TEST_MAIN(tests)
