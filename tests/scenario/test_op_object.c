/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_bo_and_move(void **state)
{
	static const struct scenario_case cases[] = {
		{ "fork does not say why it failed",
		  "dev d vma=none insert=remap pages=4\n"
		  "mmap m d share=private\n"
		  "write m+0 -> 0\n"
		  "fork c -> -ENOMEM\n" },
		{ "in each place",
		  "machine arch=x86_64 release=6.1\n"
		  "bo s pages=2 in=system -> 0\n"
		  "bo t pages=2 in=tt caching=wc -> 0\n"
		  "bo v pages=2 in=vram caching=uc -> 0\n"
		  "refs s+0 -> none\n"
		  "refs t+0 -> ref=1 map=0 pin=0\n"
		  "refs v+0 -> none\n"
		  "move s to=tt -> 0\n"
		  "move t to=vram -> 0\n"
		  "move v to=system -> 0\n"
		  "move v to=system -> 0\n" },
		{ "too large for its place",
		  "machine vram=1M\n"
		  "bo v pages=4096 in=vram -> -ENOMEM\n"
		  "move v to=tt -> -ENOENT\n"
		  "refs v+0 -> none\n"
		  "free v -> -ENOENT\n" },
		{ "a larger one pushes a smaller one out of VRAM",
		  "machine vram=1M\n"
		  "bo a pages=200 in=vram -> 0\n"
		  "write a+7 value=9 -> 0\n"
		  "bo b pages=200 in=vram -> 0\n"
		  "refs a+0 -> ref=1\n"
		  "read a+7 -> value=9\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_open_and_close(void **state)
{
	static const struct scenario_case cases[] = {
		{ "what a mode allows",
		  "bo b pages=1\n"
		  "open r ro -> 0\n"
		  "open w wo -> 0\n"
		  "open rw rw -> 0\n"
		  "mmap m1 r b prot=rw -> -EACCES\n"
		  "mmap m2 w b prot=w -> -EACCES\n"
		  "mmap m3 rw b prot=rw -> 0\n"
		  "close rw -> 0\n"
		  "write m3+0 -> 0\n"
		  "read m3+0 -> 0\n" },
		{ "a regular file opened again",
		  "file f pages=2 -> 0\n"
		  "open r ro dev=f -> 0\n"
		  "mmap m1 f share=shared prot=rw -> 0\n"
		  "mmap m2 r share=shared prot=r -> 0\n"
		  "write m1+1 value=7 -> 0\n"
		  "read m2+1 -> value=7\n"
		  "mmap m3 r share=shared prot=rw -> -EACCES\n"
		  "read m1+1 -> 0\n" },
		{ "a device opened read-only",
		  "dev d pages=2 reject_cow=1 -> 0\n"
		  "open r ro dev=d -> 0\n"
		  "mmap m1 r share=shared prot=r -> 0\n"
		  "read m1+1 -> 0\n"
		  "mprotect m1 prot=rw -> -EACCES\n"
		  "mmap m2 r share=private prot=r -> -EINVAL\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_tasks(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a child has the mappings and then its own",
		  "mmap m anon pages=2 share=private -> 0\n"
		  "write m+0 value=1 -> 0\n"
		  "fork c -> 0\n"
		  "in c read m+0 -> value=1\n"
		  "in c write m+0 value=2 -> 0\n"
		  "read m+0 -> value=1\n"
		  "in c munmap m -> 0\n"
		  "in c read m+0 -> SIGSEGV\n"
		  "read m+0 -> value=1\n"
		  "exit c -> 0\n" },
		{ "a grandchild outlives its parents",
		  "mmap m anon pages=1 share=shared -> 0\n"
		  "fork c\n"
		  "in c fork g -> 0\n"
		  "exit c -> 0\n"
		  "exit main -> 0\n"
		  "in g write m+0 -> 0\n"
		  "maps -> -ESRCH\n"
		  "bo b pages=1 -> -ESRCH\n"
		  "exit g -> 0\n"
		  "check -> violations=0\n"
		  "teardown -> leaks=0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_writeback(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a file that is told of writes",
		  "machine release=6.12\n"
		  "file f pages=2 writeback=1; file g pages=2\n"
		  "mmap m f; mmap n g\n"
		  "pin m+0 write longterm -> -EFAULT\n"
		  "pin n+0 write longterm -> 1\n"
		  "write m+0 -> 0\n"
		  "pte m+0 -> write=1 dirty=1 pfn=f+0\n"
		  "msync m -> 0\n"
		  "pte m+0 -> write=0 dirty=0\n"
		  "refs m+0 -> dirty=0\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_writeback),
	cmocka_unit_test(test_bo_and_move),
	cmocka_unit_test(test_open_and_close),
	cmocka_unit_test(test_tasks),
};
SIM_TEST_MAIN(tests)
