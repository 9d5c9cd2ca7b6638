/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/portable.h"

static void test_portable_maps(void **state)
{
	static const struct portable_case cases[] = {
		{ "each by its name",
		  "dev d\nfile f pages=3\nopen o ro dev=d\nmmap a d pages=5 off=1\n"
		  "mmap b f share=private prot=rx\nmmap c anon pages=1\n"
		  "mmap e anon pages=2 share=private\nmmap g o prot=r\nmaps",
		  "#| -0x1b000 +16 r--s 0 d\n#| -0xb000 +2 rw-p 0 anon\n#| -0x9000 +1 rw-s 0 shm\n"
		  "#| -0x8000 +3 r-xp 0 f\n#| -0x5000 +5 rw-s 1 d\n" },
		{ "one over another", "mmap a anon pages=1\nmmap b anon pages=2 at=a+0\nmaps",
		  "#| -0x1000 +2 rw-s 0 shm\n" },
		{ "what remap_pfn_range() made of the offset",
		  "dev d insert=remap vma=none\nmmap a d share=private off=2 pages=3\n"
		  "munmap a+0\nmaps",
		  " +2 rw-p pfn+3 d\n" },
		{ "a mapping that is not rewritten has its offset",
		  "dev d insert=remap vma=none\nmmap a d off=2 pages=3\nmaps",
		  " +3 rw-s 2 d\n" },
		{ "nothing", "maps", "-> 0\n" },
	};

	(void)state;
	portable_cases_show(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_portable_maps),
};
SIM_TEST_MAIN(tests)
