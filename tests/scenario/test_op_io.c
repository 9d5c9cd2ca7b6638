/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_vm(void **state)
{
	static const struct scenario_case cases[] = {
		{ "another process reads and writes private memory",
		  "mmap m anon pages=3 share=private\n"
		  "vm_write m+0 n=2 value=7 -> 8192\n"
		  "vm_read m+1 -> 4096 value=7\n"
		  "vm_read m+1 n=2 -> 8192\n"
		  "vm_read m+2 n=2 -> 4096 value=0\n"
		  "vm_read m+3 -> -EFAULT\n" },
		{ "what GUP refuses ends it",
		  "dev d\n"
		  "mmap m anon pages=2 share=private\n"
		  "mmap n d pages=1 at=m+1\n"
		  "write n+0 -> 0\n"
		  "vm_read m+0 n=2 -> 4096\n"
		  "vm_read m+1 -> -EFAULT\n"
		  "vm_write m+1 -> -EFAULT\n" },
		{ "it forces nothing",
		  "mmap m anon pages=1 share=private prot=r\n"
		  "vm_write m+0 -> -EFAULT\n"
		  "vm_read m+0 -> 4096\n"
		  "mprotect m prot=none -> 0\n"
		  "vm_read m+0 -> -EFAULT\n" },
		{ "a mapping that failed",
		  "dev d reject_cow=1\n"
		  "mmap m d share=private -> -EINVAL\n"
		  "vm_read m+0 -> not-mapped\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_direct(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a device writes memory and reads it",
		  "mmap m anon pages=3 share=private\n"
		  "direct_read m+0 n=2 value=9 -> 8192\n"
		  "read m+1 -> value=9\n"
		  "direct_write m+1 n=2 -> 8192 value=9\n"
		  "direct_read m+0 -> 4096\n"
		  "read m+0 -> value=0xa5\n" },
		{ "GUP decides about the first page, the CPU about the rest",
		  "dev d\n"
		  "mmap m anon pages=2 share=private\n"
		  "mmap n d pages=1 at=m+1\n"
		  "direct_read n+0 -> -EFAULT\n"
		  "direct_read m+0 n=2 value=8 -> 8192\n"
		  "read n+0 -> value=8\n"
		  "mprotect n prot=r -> 0\n"
		  "direct_read m+0 n=2 -> 4096\n"
		  "direct_write m+0 n=2 -> 8192\n" },
		{ "direct I/O into a copied page does not reach the other task",
		  "mmap m anon pages=1 share=private\n"
		  "write m+0 value=1 -> 0\n"
		  "fork c -> 0\n"
		  "direct_read m+0 value=2 -> 4096\n"
		  "in c read m+0 -> value=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_vmsplice(void **state)
{
	static const struct scenario_case cases[] = {
		{ "into a pipe and out again",
		  "mmap m anon pages=17 share=private\n"
		  "write m+0 value=3 -> 0\n"
		  "vmsplice m+0 n=16 -> 65536 value=3\n"
		  "vmsplice m+16 n=2 -> 4096 value=0\n"
		  "vmsplice m+17 -> -EFAULT\n" },
		{ "not a driver's pages, but those of a VM_MIXEDMAP mapping that count",
		  "dev d\n"
		  "dev p vma=MIXEDMAP insert=page\n"
		  "mmap m d\n"
		  "mmap n p\n"
		  "vmsplice m+0 -> -EFAULT\n"
		  "write n+0 value=4 -> 0\n"
		  "vmsplice n+0 -> 4096 value=4\n"
		  "refs n+0 -> ref=2 map=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_vm),
	cmocka_unit_test(test_direct),
	cmocka_unit_test(test_vmsplice),
};
SIM_TEST_MAIN(tests)
