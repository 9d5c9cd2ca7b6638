/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/scenario.h"

static void test_mmap(void **state)
{
	static const struct scenario_case cases[] = {
		{ "more than the object",
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap m f b pages=4 -> 0\n"
		  "mmap n f b pages=5 -> -EINVAL\n"
		  "mmap o f b pages=2 off=3 -> -EINVAL\n"
		  "read m+4 -> SIGSEGV\n" },
		{ "a part of the object, in 5.11",
		  "machine release=5.11\n"
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap m f b off=2 -> 0\n"
		  "write m+0 value=5 -> 0\n"
		  "read b+2 -> value=5\n"
		  "read m+2 -> SIGSEGV\n" },
		{ "what failed is not there",
		  "dev d reject_cow=1\n"
		  "mmap m d share=private -> -EINVAL\n"
		  "read m+0 -> not-mapped\n"
		  "pte m+0 -> not-mapped\n"
		  "gup m+0 -> not-mapped\n"
		  "munmap m -> not-mapped\n"
		  "mprotect m prot=r -> not-mapped\n"
		  "madvise m normal -> not-mapped\n"
		  "mlock m -> not-mapped\n"
		  "munlock m -> not-mapped\n"
		  "mremap m pages=1 -> not-mapped\n"
		  "smaps m -> not-mapped\n"
		  "ptrace m+0 -> not-mapped\n"
		  "refs m+0 -> none\n"
		  "mmap n anon pages=1 at=m -> -EINVAL\n" },
		{ "at a place that is taken",
		  "mmap m anon pages=4 share=private -> 0\n"
		  "write m+1 value=3 -> 0\n"
		  "mmap n anon pages=1 share=private at=m -> 0\n"
		  "read m+0 -> value=0\n"
		  "read m+1 -> value=3\n" },
		{ "at the start of a PMD",
		  "machine release=5.11 ttm=huge\n"
		  "bo b pages=512\n"
		  "open f rw\n"
		  "mmap m f b align=pmd -> 0\n"
		  "write m+5 -> 0\n"
		  "pte m+5 -> level=pmd\n"
		  "mmap n f b off=512 pages=1 align=pmd -> -EINVAL\n" },
		{ "every protection",
		  "mmap a anon pages=1 prot=none share=private -> 0\n"
		  "mmap b anon pages=1 prot=r share=private -> 0\n"
		  "mmap c anon pages=1 prot=w share=private -> 0\n"
		  "mmap d anon pages=1 prot=rx share=private -> 0\n"
		  "mmap e anon pages=1 prot=x share=private -> 0\n"
		  "mmap f anon pages=1 prot=rwx share=private -> 0\n"
		  "read a+0 -> SIGSEGV\n"
		  "write b+0 -> SIGSEGV\n"
		  "write c+0 -> 0\n"
		  "write d+0 -> SIGSEGV\n"
		  "write f+0 -> 0\n"
		  "pte f+0 -> exec=1 write=1\n" },
		{ "a file that is closed, an object that never was",
		  "machine vram=1M\n"
		  "bo b pages=300 in=vram -> -ENOMEM\n"
		  "open f rw\n"
		  "mmap m f b -> -ENOENT\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_ranges(void **state)
{
	static const struct scenario_case cases[] = {
		{ "munmap of one page in the middle",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=4 -> 0\n"
		  "munmap m+1 -> 0\n"
		  "read m+0 -> 0\n"
		  "read m+1 -> SIGSEGV\n"
		  "read m+2 -> 0\n"
		  "munmap m+2 pages=2 -> 0\n"
		  "read m+3 -> SIGSEGV\n" },
		{ "mprotect of a part",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=4 -> 0\n"
		  "mprotect m+1 pages=2 prot=r -> 0\n"
		  "write m+0 -> 0\n"
		  "write m+1 -> SIGSEGV\n"
		  "write m+3 -> 0\n"
		  "mprotect m+9 prot=r -> -ENOMEM\n" },
		{ "madvise",
		  "mmap m anon pages=2 share=private\n"
		  "write m+0 value=8 -> 0\n"
		  "madvise m dontneed -> 0\n"
		  "read m+0 -> value=0\n"
		  "madvise m dontfork -> 0\n"
		  "fork c\n"
		  "in c read m+0 -> SIGSEGV\n"
		  "madvise m dofork -> 0\n"
		  "bo b pages=1\n"
		  "open f rw\n"
		  "mmap t f b\n"
		  "madvise t dontneed -> -EINVAL\n"
		  "madvise t dofork -> -EINVAL\n" },
		{ "madvise, what reclaim and merging would look at",
		  "machine arch=x86_64 release=6.1\n"
		  "mmap m anon pages=2 share=private\n"
		  "write m+0 value=8 -> 0\n"
		  "madvise m cold -> 0\n"
		  "madvise m pageout -> 0\n"
		  "madvise m free -> 0\n"
		  "smaps m -> private_clean=4\n"
		  "madvise m mergeable -> 0\n"
		  "smaps m -> flags=rd,wr,mr,mw,me,ac,mg\n"
		  "madvise m unmergeable -> 0\n"
		  "madvise m remove -> -EINVAL\n"
		  "madvise m collapse -> -EINVAL\n"
		  "madvise m dontneed_locked -> 0\n"
		  "read m+0 -> value=0\n"
		  "mmap s anon pages=2 share=shared\n"
		  "write s+0 value=8 -> 0\n"
		  "madvise s remove -> 0\n"
		  "read s+0 -> value=0\n" },
		{ "madvise that a release does not know",
		  "machine arch=x86_64 release=5.14\n"
		  "mmap m anon pages=2 share=private\n"
		  "madvise m dontneed_locked -> -EINVAL\n"
		  "madvise m collapse -> -EINVAL\n"
		  "madvise m cold -> 0\n" },
		{ "mlock",
		  "mmap m anon pages=2 share=private\n"
		  "mlock m -> 0\n"
		  "refs m+1 -> ref=1 map=1\n"
		  "smaps m -> locked=8\n"
		  "munlock m -> 0\n"
		  "smaps m -> locked=0\n"
		  "bo b pages=1\n"
		  "open f rw\n"
		  "mmap t f b\n"
		  "mlock t -> 0\n"
		  "smaps t -> locked=0\n" },
		{ "mremap",
		  "mmap m anon pages=2 share=private\n"
		  "write m+1 value=4 -> 0\n"
		  "mremap m pages=8 -> 0\n"
		  "read m+1 -> value=4\n"
		  "read m+7 -> value=0\n"
		  "mremap m pages=1 -> 0\n"
		  "read m+1 -> SIGSEGV\n"
		  "bo b pages=4\n"
		  "open f rw\n"
		  "mmap t f b\n"
		  "mremap t pages=8 -> -EFAULT\n"
		  "mremap t pages=4 dontunmap -> -EINVAL\n"
		  "mremap t pages=2 inplace -> 0\n"
		  "read t+2 -> SIGSEGV\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_places(void **state)
{
	static const struct scenario_case cases[] = {
		{ "mmap over a page of another mapping",
		  "mmap m anon pages=4 share=private\n"
		  "write m+0 n=4 value=1 -> 0\n"
		  "mmap n anon pages=2 share=private at=m+1 -> 0\n"
		  "read m+1 -> value=0\n"
		  "read m+3 -> value=1\n"
		  "smaps m -> size=16\n" },
		{ "mremap to a place",
		  "mmap m anon pages=4 share=private\n"
		  "mmap n anon pages=1 share=private\n"
		  "write n+0 value=5 -> 0\n"
		  "mremap n pages=1 at=m+2 -> 0\n"
		  "read m+2 -> value=5\n"
		  "mremap n pages=1 at=n -> -EINVAL\n"
		  "mremap n pages=1 at=m inplace -> -EINVAL\n" },
		{ "mmap that faults pages in, locks them, reserves nothing",
		  "mmap m anon pages=2 share=private populate noreserve -> 0\n"
		  "pte m+1 -> present=1 write=1\n"
		  "smaps m -> rss=8 flags=rd,wr,mr,mw,me,nr\n"
		  "mmap l anon pages=1 share=private prot=r locked -> 0\n"
		  "pte l+0 -> pfn=zero\n"
		  "smaps l -> rss=0 locked=0 flags=rd,mr,mw,me,lo\n"
		  "dev d\n"
		  "mmap q d populate locked -> 0\n"
		  "pte q+0 -> none\n" },
		{ "advice that a child sees",
		  "mmap m anon pages=2 share=private\n"
		  "write m+0 n=2 -> 0\n"
		  "madvise m+0 wipeonfork -> 0\n"
		  "smaps m -> flags=rd,wr,mr,mw,me,ac,wf\n"
		  "fork c -> 0\n"
		  "in c read m+0 -> value=0\n"
		  "in c read m+1 -> value=0xa5\n"
		  "madvise m keeponfork -> 0\n"
		  "madvise m+1 populate_write -> 0\n"
		  "pte m+1 -> write=1\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_populate(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a fault that makes the mapping special is not asked about again",
		  "dev d vma=MIXEDMAP insert=remap pages=4 time=fault\n"
		  "mmap m d\n"
		  "madvise m populate_read -> 0\n"
		  "smaps m -> flags=rd,wr,sh,mr,mw,me,ms,pf,io,de,dd,mm\n"
		  "madvise m populate_read -> -EINVAL\n" },
		{ "populating for writing makes pages dirty, not entries",
		  "dev d pages=4 vma=none insert=pages time=mmap\n"
		  "mmap m d\n"
		  "madvise m pages=3 populate_write -> 0\n"
		  "pte m+0 -> write=1 dirty=0\n"
		  "smaps m -> private_dirty=12 private_clean=4\n" },
		{ "special entries will do, and are touched",
		  "dev d vma=MIXEDMAP insert=apply pages=4\n"
		  "mmap m d\n"
		  "madvise m+0 populate_read -> 0\n"
		  "pte m+0 -> special=1 dirty=0\n"
		  "madvise m+0 populate_write -> 0\n"
		  "pte m+0 -> special=1 dirty=1 young=1\n" },
		{ "a device that remaps what is in the reverse map by then",
		  "dev d pages=3 insert=remap vma=PFNMAP time=fault\n"
		  "mmap m0 d share=private pages=1\n"
		  "mmap m1 d share=private pages=1\n"
		  "insert m0+0 page=0 -> 0\n"
		  "munmap m0 -> 0\n"
		  "munmap m1 -> 0\n" },
		{ "entries in error are told about",
		  "dev d vma=none insert=apply pages=4\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "mlock m+0 -> 0 bad_page=2\n"
		  "munlock m+0 -> 0 bad_page=1\n"
		  "smaps m -> rss=0 bad_page=1\n"
		  "munmap m\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

/*
 * Without a special bit the pages of remap's block are normal, and all but the first
 * have no references, which kernels of before 6.1 do not look at. Counts are wrong
 * ever after, so that not all invariants hold at the end.
 */
static void test_populate_without_references(void **state)
{
	static const char *const texts[] = {
		"machine arch=um release=6.1\n"
		"dev d vma=MIXEDMAP insert=remap pages=4 time=fault\n"
		"mmap m d\n"
		"madvise m populate_read -> -EINVAL warn=1\n"
		"pte m+1 -> present=1\n"
		"pte m+2 -> none\n",
		"machine arch=um release=5.14\n"
		"dev d vma=MIXEDMAP insert=remap pages=4 time=fault\n"
		"mmap m d\n"
		"madvise m populate_read -> 0\n"
		"pte m+2 -> present=1\n",
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(texts); i++) {
		struct scenario_output o =
			scenario_run_len(texts[i], strlen(texts[i]), SIM_SCENARIO_TEXT);

		if (o.ret || o.result.nr_failed)
			fail_msg("%s%s", o.err, o.out);
		scenario_output_free(&o);
	}
}

static void test_msync(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a device has no fsync, a file has",
		  "dev d\n"
		  "file f pages=2\n"
		  "mmap m d\n"
		  "mmap n f\n"
		  "msync m -> -EINVAL\n"
		  "msync m sync -> -EINVAL\n"
		  "msync m async -> 0\n"
		  "msync m+1 pages=2 invalidate -> 0\n"
		  "msync n -> 0\n"
		  "msync n sync async -> -EINVAL\n"
		  "mlock n -> 0\n"
		  "msync n invalidate -> -EBUSY\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_insert(void **state)
{
	static const struct scenario_case cases[] = {
		{ "pages: another time, another page, beyond",
		  "dev d vma=MIXEDMAP insert=page pages=4\n"
		  "mmap m d -> 0\n"
		  "insert m+0 -> 0\n"
		  "insert m+0 -> -EBUSY\n"
		  "insert m+1 page=3 n=1 -> 0\n"
		  "pte m+1 -> pfn=d+3\n"
		  "insert m+2 page=1 n=3 -> -EFAULT\n"
		  "pte m+3 -> pfn=d+2\n"
		  "insert m+4 page=0 -> -EFAULT\n"
		  "insert m+2 page=4 -> -EINVAL\n" },
		{ "pfns: what is there stays",
		  "dev d pages=4\n"
		  "mmap m d -> 0\n"
		  "insert m+0 page=2 n=2 -> 0\n"
		  "insert m+0 page=1 -> 0\n"
		  "pte m+0 -> pfn=d+2 special=1\n" },
		{ "a pfn past the end of the mapping is SIGBUS",
		  "dev d pages=4\n"
		  "mmap m d pages=2 -> 0\n"
		  "insert m+0 page=0 n=3 -> SIGBUS\n" },
		{ "ranges",
		  "dev d insert=apply pages=4\n"
		  "dev e vma=MIXEDMAP insert=pages pages=4\n"
		  "mmap m d -> 0\n"
		  "mmap n e -> 0\n"
		  "insert m+1 page=0 n=3 -> 0\n"
		  "pte m+3 -> pfn=d+2\n"
		  "insert m+2 page=0 n=4 -> -EFAULT\n"
		  "insert n+0 n=4 -> 0\n"
		  "insert n+0 n=4 -> -EBUSY\n" },
		{ "remap_pfn_range() over what is there is a BUG",
		  "dev d insert=remap time=fault pages=4\n"
		  "mmap m d -> 0\n"
		  "insert m+0 -> 0\n"
		  "insert m+0 -> BUG\n" },
		{ "nothing to insert with, or into",
		  "dev d vma=none insert=fault_page\n"
		  "dev i vma=MIXEDMAP insert=page backing=iomem\n"
		  "mmap m d -> 0\n"
		  "mmap n anon pages=1 -> 0\n"
		  "mmap o i -> 0\n"
		  "insert m+0 -> -EINVAL\n"
		  "insert n+0 -> -EFAULT\n"
		  "insert o+0 -> -EINVAL\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_zap(void **state)
{
	static const struct scenario_case cases[] = {
		{ "of a part",
		  "dev d\n"
		  "mmap m d\n"
		  "read m+0 n=6 -> 0\n"
		  "zap d+1 -> 0\n"
		  "zap d+3 pages=2 -> 0\n"
		  "pte m+0 -> present=1\n"
		  "pte m+1 -> none\n"
		  "pte m+2 -> present=1\n"
		  "pte m+4 -> none\n"
		  "pte m+5 -> present=1\n"
		  "zap d pages=1 -> 0\n"
		  "pte m+0 -> none\n" },
		{ "of an object, a device and a file",
		  "bo b pages=2\n"
		  "open f rw\n"
		  "dev d reject_cow=1\n"
		  "file r pages=2\n"
		  "mmap m1 f b\n"
		  "mmap m2 d\n"
		  "mmap m3 r\n"
		  "read m1+0 -> 0\n"
		  "read m2+0 -> 0\n"
		  "write m3+0 value=6 -> 0\n"
		  "zap b -> 0\n"
		  "zap d -> 0\n"
		  "zap r -> 0\n"
		  "pte m1+0 -> none\n"
		  "pte m2+0 -> none\n"
		  "pte m3+0 -> none\n"
		  "read m3+0 -> value=6\n" },
		{ "private copies stay unless told",
		  "machine release=5.11\n"
		  "bo b pages=2\n"
		  "open f rw\n"
		  "mmap m f b share=private\n"
		  "write m+0 value=1 -> 0\n"
		  "zap b even_cows=0 -> 0\n"
		  "read m+0 -> value=1\n"
		  "zap b -> 0\n"
		  "read m+0 -> value=0\n" },
		{ "of what never was",
		  "machine vram=1M\n"
		  "bo b pages=300 in=vram -> -ENOMEM\n"
		  "zap b -> -ENOENT\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_mremap_of_parts(void **state)
{
	static const struct scenario_case cases[] = {
		{ "a part moves, under a name of its own",
		  "mmap m anon pages=4 share=private\n"
		  "mmap t anon pages=8 share=private\n"
		  "write m+1 value=5; write m+3 value=7\n"
		  "mremap m+1 old=2 pages=2 at=t+1 as=n -> 0\n"
		  "read n+0 -> value=5\n"
		  "read t+1 -> value=5\n"
		  "read m+1 -> SIGSEGV code=SEGV_MAPERR\n"
		  "read m+3 -> value=7\n" },
		{ "the rest, from a page on",
		  "mmap m anon pages=4 share=private\n"
		  "write m+3 value=7\n"
		  "mremap m+2 pages=1 -> 0\n"
		  "read m+3 -> SIGSEGV\n"
		  "read m+1 -> 0\n" },
		{ "a part grows",
		  "mmap m anon pages=4 share=private\n"
		  "write m+1 value=3\n"
		  "mremap m+1 old=1 pages=3 as=n -> 0\n"
		  "read n+0 -> value=3\n"
		  "read n+2 -> 0\n"
		  "read m+1 -> SIGSEGV\n" },
		{ "a second mapping of what is shared",
		  "mmap m anon pages=4\n"
		  "write m+2 value=3\n"
		  "mremap m old=0 pages=4 as=n -> 0\n"
		  "read n+2 -> value=3\n"
		  "write n+2 value=4\n"
		  "read m+2 -> value=4\n"
		  "refs m+2 -> map=2\n" },
		{ "... and of what is not",
		  "mmap m anon pages=4 share=private\n"
		  "mremap m old=0 pages=4 as=n -> -EINVAL\n"
		  "read n+0 -> not-mapped\n" },
		{ "the name follows a whole mapping only",
		  "mmap m anon pages=4 share=private\n"
		  "mmap t anon pages=4\n"
		  "mremap m pages=4 at=t -> 0\n"
		  "write m+0 value=8 -> 0\n"
		  "read t+0 -> value=8\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static void test_zap_ptes(void **state)
{
	static const struct scenario_case cases[] = {
		{ "of a PFNMAP mapping",
		  "dev d vma=PFNMAP pages=4\n"
		  "mmap m d\n"
		  "read m+0 n=4 -> 0\n"
		  "zap_ptes m+1 pages=2 -> 0\n"
		  "pte m+0 -> present=1\n"
		  "pte m+1 -> none\n"
		  "pte m+2 -> none\n"
		  "zap_ptes m+3 pages=2 -> 0\n"
		  "pte m+3 -> present=1\n"
		  "zap_ptes m -> 0\n"
		  "pte m+0 -> none\n" },
		{ "and of no other",
		  "dev d vma=MIXEDMAP insert=mixed_prot pages=2\n"
		  "mmap m d\n"
		  "read m+0 -> 0\n"
		  "zap_ptes m -> 0\n"
		  "pte m+0 -> present=1\n"
		  "munmap m\n"
		  "zap_ptes m -> -EFAULT\n" },
	};

	(void)state;
	scenario_cases_hold(cases, SIM_ARRAY_SIZE(cases));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mremap_of_parts),
	cmocka_unit_test(test_zap_ptes),
	cmocka_unit_test(test_mmap),
	cmocka_unit_test(test_ranges),
	cmocka_unit_test(test_places),
	cmocka_unit_test(test_populate),
	cmocka_unit_test(test_populate_without_references),
	cmocka_unit_test(test_msync),
	cmocka_unit_test(test_insert),
	cmocka_unit_test(test_zap),
};
SIM_TEST_MAIN(tests)
