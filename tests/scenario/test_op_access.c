/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_read_and_write(void **state)
{
	static const struct scenario_case cases[] = {
		{ "through a mapping and in the object",
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "write m+1 value=0x21 -> 0\n"
		  "read b+1 -> 0 value=0x21\n"
		  "write b+2 value=0x22 -> 0\n"
		  "read m+2 -> 0 value=0x22\n"
		  "read m+3 -> value=0\n" },
		{ "several pages, the first failure counts",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=4 value=2 -> 0\n"
		  "read m+2 n=2 -> 0 value=2\n"
		  "read m+2 n=3 -> SIGSEGV\n"
		  "write m+3 n=2 -> SIGSEGV\n"
		  "bo b pages=2\n"
		  "write b+0 n=2 -> 0\n"
		  "write b+1 n=2 -> -EINVAL\n"
		  "read b+2 -> -EINVAL\n" },
		{ "signals",
		  "file r pages=1\n"
		  "mmap m r pages=2\n"
		  "read m+0 -> 0\n"
		  "read m+1 -> SIGBUS\n"
		  "write m+1 -> SIGBUS\n"
		  "mmap n r prot=r\n"
		  "write n+0 -> SIGSEGV\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_ptrace(void **state)
{
	static const struct scenario_case cases[] = {
		{ "reads a TTM mapping by vm_ops->access",
		  "bo b pages=2\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "write b+1 value=0x44 -> 0\n"
		  "ptrace m+1 -> 1 value=0x44\n"
		  "ptrace m+1 write value=0x45 -> 1\n"
		  "read b+1 -> value=0x45\n"
		  "ptrace m+2 -> 0\n" },
		{ "writes to a read-only private mapping",
		  "mmap m anon pages=1 prot=r share=private\n"
		  "ptrace m+0 write value=1 -> 1\n"
		  "read m+0 -> value=1\n" },
		{ "not where the architecture lacks ioremap_prot",
		  "machine arch=arm\n"
		  "bo b pages=1\n"
		  "open f rw\n"
		  "mmap m f b\n"
		  "ptrace m+0 -> 0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_codes(void **state)
{
	static const struct scenario_case cases[] = {
		{ "why there was a signal",
		  "file r pages=1\n"
		  "mmap m r pages=2 prot=r\n"
		  "read m+0 -> 0\n"
		  "write m+0 -> SIGSEGV code=SEGV_ACCERR\n"
		  "read m+1 -> SIGBUS code=BUS_ADRERR\n"
		  "munmap m\n"
		  "read m+0 -> SIGSEGV code=SEGV_MAPERR\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_codes),
	cmocka_unit_test(test_read_and_write),
	cmocka_unit_test(test_ptrace),
};
SIM_TEST_MAIN(tests)
