/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

struct madvise_case {
	const char *description;
	const char *from;
	unsigned long first, nr;
	int advice;
	int result;
	unsigned long set, clear;	/* vm_flags of the first page afterwards */
	const char *to;
};

static const struct madvise_case cases[] = {
	{ "DONTFORK", "wwww", 0, 2, MADV_DONTFORK, 0, VM_DONTCOPY, 0, "DDww" },
	{ "DOFORK", "DDDD", 0, 4, MADV_DOFORK, 0, 0, VM_DONTCOPY, "wwww" },
	{ "DOFORK of VM_IO", "PP", 0, 2, MADV_DOFORK, -EINVAL, 0, 0, "PP" },
	{ "DONTFORK of VM_IO", "PP", 0, 2, MADV_DONTFORK, 0, VM_DONTCOPY, 0, "PP" },
	{ "RANDOM", "ww", 0, 2, MADV_RANDOM, 0, VM_RAND_READ, VM_SEQ_READ, "ww" },
	{ "SEQUENTIAL", "RR", 0, 2, MADV_SEQUENTIAL, 0, VM_SEQ_READ, VM_RAND_READ, "RR" },
	{ "SEQUENTIAL cuts", "RRR", 1, 1, MADV_SEQUENTIAL, 0, 0, 0, "R|R|R" },
	{ "NORMAL", "ww", 0, 2, MADV_NORMAL, 0, 0, VM_SEQ_READ | VM_RAND_READ, "ww" },
	{ "DONTDUMP", "ww", 0, 2, MADV_DONTDUMP, 0, VM_DONTDUMP, 0, "ww" },
	{ "DODUMP", "ww", 0, 2, MADV_DODUMP, 0, 0, VM_DONTDUMP, "ww" },
	{ "DODUMP of a special one", "PP", 0, 2, MADV_DODUMP, -EINVAL, VM_DONTDUMP, 0, "PP" },
	{ "WIPEONFORK", "ww", 0, 2, MADV_WIPEONFORK, 0, VM_WIPEONFORK, 0, "ww" },
	{ "WIPEONFORK of a file", "RR", 0, 2, MADV_WIPEONFORK, -EINVAL, 0, VM_WIPEONFORK, "RR" },
	{ "KEEPONFORK", "ww", 0, 2, MADV_KEEPONFORK, 0, 0, VM_WIPEONFORK, "ww" },
	{ "WILLNEED", "RR", 0, 2, MADV_WILLNEED, 0, 0, 0, "RR" },
	{ "DONTNEED", "ww", 0, 2, MADV_DONTNEED, 0, 0, 0, "ww" },
	{ "DONTNEED of a special one", "PP", 0, 2, MADV_DONTNEED, -EINVAL, 0, 0, "PP" },
	{ "DONTNEED of a locked one", "LL", 0, 2, MADV_DONTNEED, -EINVAL, 0, 0, "LL" },
	{ "FREE", "ww", 0, 2, MADV_FREE, 0, 0, 0, "ww" },
	{ "FREE of a file", "WW", 0, 2, MADV_FREE, -EINVAL, 0, 0, "WW" },
	{ "a hole: the rest is done", "w.w", 0, 3, MADV_DONTFORK, -ENOMEM, VM_DONTCOPY, 0, "D.D" },
	{ "a hole at the end", "ww.", 0, 3, MADV_DONTFORK, -ENOMEM, VM_DONTCOPY, 0, "DD." },
	{ "a refusal ends the walk", "wPw", 0, 3, MADV_DODUMP, -EINVAL, 0, 0, "wPw" },
	{ "unknown advice", "ww", 0, 2, 12345, -EINVAL, 0, 0, "ww" },
	{ "nothing", "ww", 0, 0, MADV_DONTFORK, 0, 0, VM_DONTCOPY, "ww" },
};

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct madvise_case *c = &cases[i];
		int ret;

		as->what = c->description;
		as_from(as, c->from);
		ret = sim_madvise(as->task, as_page(as, c->first), as_len(as, c->nr), c->advice);
		if (ret != c->result)
			fail_msg("%s: %d", c->description, ret);
		as_assert(as, c->to);
		if ((as_flags(as, 0) & c->set) != c->set || (as_flags(as, 0) & c->clear))
			fail_msg("%s: vm_flags %lx", c->description, as_flags(as, 0));
		as_clear(as);
	}
}

static void test_madvise_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

static void bad_arguments(struct as *as)
{
	as_from(as, "ww");
	assert_int_equal(sim_madvise(as->task, as->base + 1, as->page, MADV_DONTFORK), -EINVAL);
	assert_int_equal(sim_madvise(as->task, as->base, ~0UL, MADV_DONTFORK), -EINVAL);
	assert_int_equal(sim_madvise(as->task, as->base, ~0UL - as->base, MADV_DONTFORK), -EINVAL);
	assert_int_equal(sim_madvise(NULL, as->base, as->page, MADV_DONTFORK), -ESRCH);
	as_assert(as, "ww");
}

static void test_madvise_bad_arguments(void **state)
{
	(void)state;
	as_for_all(bad_arguments);
}

static void hugepage(struct as *as)
{
	bool thp = sim_machine_features(as->machine) >> SIM_FEAT_PMD_LEAF & 1;

	as_from(as, "ww");
	assert_int_equal(sim_madvise(as->task, as->base, as->page, MADV_HUGEPAGE),
			 thp ? 0 : -EINVAL);
	if (!thp)
		return;
	assert_int_equal(as_flags(as, 0) & (VM_HUGEPAGE | VM_NOHUGEPAGE), VM_HUGEPAGE);
	assert_int_equal(sim_madvise(as->task, as->base, as->page, MADV_NOHUGEPAGE), 0);
	assert_int_equal(as_flags(as, 0) & (VM_HUGEPAGE | VM_NOHUGEPAGE), VM_NOHUGEPAGE);
	as_assert(as, "w|w");
}

static void test_madvise_hugepage(void **state)
{
	(void)state;
	as_for_all(hugepage);
}

/* What is read after DONTNEED: zeros, the file's page, the shared page. */
static void dontneed(struct as *as)
{
	const struct { char kind; char want; } cases[] = { { 'w', 0 }, { 'W', 1 }, { 's', 5 } };
	char one = 1, five = 5, byte;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		as_from(as, "s");
		assert_int_equal(sim_write(as->task, as->base, &one, 1), 0);
		as_from(as, (char[]){ cases[i].kind, 0 });
		assert_int_equal(sim_write(as->task, as->base, &five, 1), 0);
		assert_int_equal(sim_madvise(as->task, as->base, as->page, MADV_DONTNEED), 0);
		assert_int_equal(as->task->mm->rss_stat[MM_ANONPAGES].counter, 0);
		assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
		assert_int_equal(byte, cases[i].want);
		as_check(as, as->task);
		as_clear(as);
	}
}

static void test_madvise_dontneed(void **state)
{
	(void)state;
	as_for_all(dontneed);
}

static void populate(struct as *as)
{
	bool known = strcmp(sim_machine_release(as->machine), "5.11") != 0;
	const unsigned long page = as->page;
	struct mm_struct *mm = as->task->mm;

	as_from(as, "wwrrPn.sR");
	if (!known) {
		assert_int_equal(sim_madvise(as->task, as->base, page, MADV_POPULATE_READ),
				 -EINVAL);
		return;
	}
	assert_int_equal(sim_madvise(as->task, as->base, 2 * page, MADV_POPULATE_WRITE), 0);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, 2);
	assert_int_equal(sim_madvise(as->task, as_page(as, 2), page, MADV_POPULATE_WRITE), -EINVAL);
	assert_int_equal(sim_madvise(as->task, as_page(as, 2), page, MADV_POPULATE_READ), 0);
	assert_int_equal(sim_madvise(as->task, as_page(as, 4), page, MADV_POPULATE_READ), -EINVAL);
	assert_int_equal(sim_madvise(as->task, as_page(as, 5), page, MADV_POPULATE_READ), -EINVAL);
	assert_int_equal(sim_madvise(as->task, as_page(as, 6), page, MADV_POPULATE_READ), -ENOMEM);
	assert_int_equal(sim_madvise(as->task, as_page(as, 7), 2 * page, MADV_POPULATE_READ), 0);
	assert_int_equal(mm->rss_stat[MM_SHMEMPAGES].counter, 2);
	assert_int_equal(sim_mmap(as->task, as_page(as, 9), page, PROT_READ,
				  MAP_SHARED | MAP_FIXED, as->file, AS_FILE_PAGES),
			 as_page(as, 9));
	assert_int_equal(sim_madvise(as->task, as_page(as, 9), page, MADV_POPULATE_READ), -EFAULT);
	as_check(as, as->task);
}

static void test_madvise_populate(void **state)
{
	(void)state;
	as_for_all(populate);
}

/* A hole on the way makes it -ENOMEM; up to 6.1 what lies behind it is populated
 * all the same. */
static void populate_holes(struct as *as)
{
	const char *release = sim_machine_release(as->machine);
	struct mm_struct *mm = as->task->mm;

	if (!strcmp(release, "5.11"))
		return;
	as_from(as, "w..w.");
	assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 5), MADV_POPULATE_WRITE),
			 -ENOMEM);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, strcmp(release, "6.12") ? 2 : 1);
	as_clear(as);
	as_from(as, "..wP.w");
	assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 6), MADV_POPULATE_WRITE),
			 strcmp(release, "6.12") ? -EINVAL : -ENOMEM);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, strcmp(release, "6.12") ? 1 : 0);
	as_clear(as);
}

static void test_madvise_populate_holes(void **state)
{
	(void)state;
	as_for_all(populate_holes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_madvise_cases),
	cmocka_unit_test(test_madvise_bad_arguments),
	cmocka_unit_test(test_madvise_hugepage),
	cmocka_unit_test(test_madvise_dontneed),
	cmocka_unit_test(test_madvise_populate),
	cmocka_unit_test(test_madvise_populate_holes),
};

SIM_TEST_MAIN(tests)
