/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_fault(void **state)
{
	static const struct scenario_case cases[] = {
		{ "signals",
		  "dev d fault=sigbus; dev e fault=sigsegv\n"
		  "mmap m d; mmap n e\n"
		  "read m+0 -> SIGBUS code=BUS_ADRERR\n"
		  "read n+0 -> SIGSEGV code=SEGV_MAPERR\n"
		  "calls d -> fault=1\n" },
		{ "... as another architecture tells them",
		  "machine arch=mips64\n"
		  "dev e fault=sigsegv\n"
		  "mmap n e\n"
		  "read n+0 -> SIGSEGV code=SEGV_ACCERR\n" },
		{ "a second try",
		  "dev d insert=fault_page vma=none fault=retry pages=3\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "calls d -> fault=2\n"
		  "gup m+1 -> 1 page=d+1\n"
		  "calls d -> fault=3\n"
		  "gup_unlocked m+2 nowait -> 0\n"
		  "gup_remote m+2 nowait -> 1 page=d+2\n"
		  "calls d -> fault=5\n"
		  "zap d+2\n"
		  "mlock m+2 -> 0\n"
		  "calls d -> fault=7\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_mkwrite(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a page that the handler locks",
		  "dev d insert=fault_page vma=none page_mkwrite=locked pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "pte m+0 -> write=0\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> write=1 dirty=1\n"
		  "refs d+0 -> ref=2 map=1 dirty=1\n"
		  "write m+1 -> 0\n"
		  "calls d -> fault=2 page_mkwrite=2 pfn_mkwrite=0\n" },
		{ "one that it keeps from being written",
		  "dev d insert=page vma=MIXEDMAP page_mkwrite=sigbus pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "write m+0 -> SIGBUS\n"
		  "pte m+0 -> write=0\n"
		  "refs d+0 -> dirty=0\n" },
		{ "a pfn that it keeps from being written",
		  "dev d pfn_mkwrite=sigbus pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "write m+0 -> SIGBUS code=BUS_ADRERR\n"
		  "calls d -> pfn_mkwrite=1\n" },
		{ "a long-term pin of a page that must be told of writes",
		  "machine release=6.12\n"
		  "dev d insert=fault_page vma=none page_mkwrite=locked pages=2\n"
		  "mmap m d\n"
		  "pin m+0 write longterm -> -EFAULT\n"
		  "pin m+0 longterm -> 1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_open_close_access(void **state)
{
	static const struct scenario_case cases[] = {
		{ "each copy and each end of a mapping",
		  "dev d open=1 close=1 pages=4\n"
		  "mmap m d\n"
		  "calls d -> open=0 close=0\n"
		  "fork c\n"
		  "calls d -> open=1 close=0\n"
		  "munmap m+1 -> 0\n"
		  "exit c\n"
		  "munmap m -> 0\n"
		  "calls d -> open=3 close=4\n" },
		{ "no handlers, no calls",
		  "dev d pages=4\n"
		  "mmap m d\n"
		  "munmap m+1 -> 0\n"
		  "munmap m -> 0\n"
		  "calls d -> open=0 close=0\n" },
		{ "access",
		  "dev d access=bytes pages=2; dev e access=error\n"
		  "mmap m d; mmap n e\n"
		  "write d+1 value=5 -> 0\n"
		  "ptrace m+1 -> 1 value=5\n"
		  "ptrace m+0 write value=9 -> 1\n"
		  "read d+0 -> 0 value=9\n"
		  "ptrace n+0 -> 0\n"
		  "calls d -> access=2 fault=0\n"
		  "calls e -> access=1\n" },
		{ "what may never be written",
		  "dev d vma=PFNMAP,NOMAYWRITE pages=2\n"
		  "mmap m d prot=r\n"
		  "vmprot m -> flags=rd,sh,mr,me,ms,pf\n"
		  "mprotect m prot=rw -> -EACCES\n"
		  "mmap n d prot=r share=private\n"
		  "read n+0 -> 0\n" },
		{ "... and a page of it that is pinned when it forks",
		  "dev d vma=MIXEDMAP,NOMAYWRITE backing=iomem pages=2\n"
		  "mmap m d share=private\n"
		  "pin m+0 write -> 1\n"
		  "fork c -> 0\n"
		  "refs m+0 -> ref=1 map=1 pin=1\n" },
		{ "... in 5.14",
		  "machine release=5.14\n"
		  "dev d vma=MIXEDMAP,NOMAYWRITE backing=iomem pages=2\n"
		  "mmap m d share=private\n"
		  "pin m+0 write -> 1\n"
		  "fork c -> 0\n"
		  "refs m+0 -> ref=2 map=2 pin=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fault),
	cmocka_unit_test(test_mkwrite),
	cmocka_unit_test(test_open_close_access),
};
SIM_TEST_MAIN(tests)
