/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static void lock_and_unlock(struct as *as)
{
	struct mm_struct *mm = as->task->mm;

	as_from(as, "wwwww");
	assert_int_equal(sim_mlock(as->task, as_page(as, 1) + 5, as_len(as, 2)), 0);
	as_assert(as, "wLLLw"); /* rounded outwards */
	assert_int_equal(mm->locked_vm, 3);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, 3);
	assert_int_equal(sim_mlock(as->task, as_page(as, 1), as_len(as, 2)), 0);
	assert_int_equal(mm->locked_vm, 3);
	assert_int_equal(sim_munlock(as->task, as_page(as, 2), as_len(as, 1)), 0);
	as_assert(as, "wLwLw");
	assert_int_equal(sim_munlock(as->task, as->base, as_len(as, 5)), 0);
	/* what has pages now does not merge with what has none */
	as_assert(as, "w|www|w");
	assert_int_equal(mm->locked_vm, 0);
}

static void test_mlock_and_unlock(void **state)
{
	(void)state;
	as_for_all(lock_and_unlock);
}

static void errors(struct as *as)
{
	as_from(as, "ww.wwn");
	assert_int_equal(sim_mlock(as->task, as->base, as_len(as, 4)), -ENOMEM);
	as_assert(as, "LL.wwn");
	assert_int_equal(sim_munlock(as->task, as->base, as_len(as, 3)), -ENOMEM);
	as_assert(as, "ww.wwn"); /* each up to the hole */
	assert_int_equal(sim_mlock(as->task, as->base, 0), 0);
	assert_int_equal(sim_mlock(as->task, as->base, ~0UL - 2 * as->page), -EINVAL);
	/* no right at all: locked, but not to be had */
	assert_int_equal(sim_mlock(as->task, as_page(as, 5), as->page), -ENOMEM);
	assert_true(as_flags(as, 5) & VM_LOCKED);
	assert_int_equal(sim_mlock(NULL, as->base, as->page), -ESRCH);
	assert_int_equal(sim_munlock(NULL, as->base, as->page), -ESRCH);
}

static void test_mlock_errors(void **state)
{
	(void)state;
	as_for_all(errors);
}

static void special(struct as *as)
{
	as_from(as, "PP");
	assert_int_equal(sim_mlock(as->task, as->base, as_len(as, 2)), 0);
	assert_int_equal(as_flags(as, 0) & VM_LOCKED, 0);
	assert_int_equal(as->task->mm->locked_vm, 0);
	assert_int_equal(as->task->mm->pgtables_bytes.counter, 0);
	as_clear(as);
}

static void test_mlock_passes_over_special(void **state)
{
	(void)state;
	as_for_all(special);
}

/* Which page a locked mapping has at once, per kind. */
static void populates(struct as *as)
{
	struct mm_struct *mm = as->task->mm;

	as_from(as, "rWRs");
	assert_int_equal(sim_mlock(as->task, as->base, as_len(as, 4)), 0);
	assert_int_equal(mm->rss_stat[MM_ANONPAGES].counter, 1);	/* W; r has the zero page */
	assert_int_equal(mm->rss_stat[MM_SHMEMPAGES].counter, 2);	/* R and s */
	as_check(as, as->task);
}

static void test_mlock_populates(void **state)
{
	(void)state;
	as_for_all(populates);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mlock_and_unlock),
	cmocka_unit_test(test_mlock_errors),
	cmocka_unit_test(test_mlock_passes_over_special),
	cmocka_unit_test(test_mlock_populates),
};

SIM_TEST_MAIN(tests)
