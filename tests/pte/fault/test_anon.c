/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_anon.c - the first touch of anonymous memory.
 */
#include "support/mm_fixture.h"

static void read_maps_zero_page(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, NULL);
	unsigned long live = sim_live_objects(fx->machine, SIM_OBJ_PAGE);

	assert_int_equal(mm_load(vma, MM_BASE + 5), 0);
	assert_int_equal(mm_pfn(vma, MM_BASE), sim_zero_pfn(fx->machine));
	assert_int_equal(mm_test(vma, MM_BASE, SIM_TEST_SPECIAL), fx->mmu->has_special);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 0);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_PAGE), live);
	assert_null(vma->anon_vma);
	assert_true(mm_none(vma, MM_BASE + fx->page));
	mm_unmap(vma);
}

static void test_anon_read_maps_zero_page(void **state)
{
	mm_fixture_each(read_maps_zero_page, state);
}

static void write_maps_own_page(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, NULL);
	unsigned long addr = MM_BASE + fx->page;
	struct page *page;

	mm_store(vma, addr, 7);
	page = mm_page(vma, addr);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 1);
	assert_true(sim_page_is_anon(page));
	assert_int_equal(page->index, vma->vm_pgoff + 1);
	assert_int_equal(sim_page_test(page, PG_anon_exclusive),
			 sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE));
	assert_true(mm_test(vma, addr, SIM_TEST_WRITE));
	assert_true(mm_test(vma, addr, SIM_TEST_DIRTY));
	assert_true(mm_test(vma, addr, SIM_TEST_YOUNG));
	assert_false(mm_test(vma, addr, SIM_TEST_SPECIAL));
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	assert_int_equal(mm_load(vma, addr), 7);
	assert_int_equal(mm_load(vma, addr + 1), 0);
	mm_unmap(vma);
}

static void test_anon_write_maps_own_page(void **state)
{
	mm_fixture_each(write_maps_own_page, state);
}

static void write_after_read(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL);

	mm_load(vma, MM_BASE);
	mm_store(vma, MM_BASE, 9);
	assert_int_not_equal(mm_pfn(vma, MM_BASE), sim_zero_pfn(fx->machine));
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	assert_int_equal(mm_load(vma, MM_BASE), 9);
	mm_unmap(vma);
}

static void test_anon_write_after_read_replaces_zero_page(void **state)
{
	mm_fixture_each(write_after_read, state);
}

static void shared_is_sigbus(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW | MM_SHARED, NULL);

	assert_int_equal(mm_touch(vma, MM_BASE, false), VM_FAULT_SIGBUS);
	assert_int_equal(mm_touch(vma, MM_BASE, true), VM_FAULT_SIGBUS);
	mm_unmap(vma);
}

static void test_anon_shared_without_ops_is_sigbus(void **state)
{
	mm_fixture_each(shared_is_sigbus, state);
}

/* A write that FOLL_FORCE lets through: a page, but not a writable one. */
static void forced_write(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RO, NULL);

	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE), 0);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	mm_unmap(vma);
}

static void test_anon_forced_write_maps_read_only(void **state)
{
	mm_fixture_each(forced_write, state);
}

static void oom_sweep(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL);
	struct mm_state before, after;
	unsigned long nth;

	mm_save(fx, fx->mm, &before);
	for (nth = 1;; nth++) {
		sim_fail_alloc(fx->machine, nth);
		if (mm_touch(vma, MM_BASE, true) == 0)
			break;
		assert_false(sim_fail_alloc_pending(fx->machine));
		mm_save(fx, fx->mm, &after);
		mm_assert_same(&before, &after);
		assert_true(mm_none(vma, MM_BASE));
	}
	sim_fail_alloc(fx->machine, 0);
	assert_in_range(nth, 3, 10);	/* anon_vma, page, tables */
	mm_unmap(vma);
}

static void test_anon_write_without_memory_changes_nothing(void **state)
{
	mm_fixture_each(oom_sweep, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_anon_read_maps_zero_page),
	MM_TEST(test_anon_write_maps_own_page),
	MM_TEST(test_anon_write_after_read_replaces_zero_page),
	MM_TEST(test_anon_shared_without_ops_is_sigbus),
	MM_TEST(test_anon_forced_write_maps_read_only),
	MM_TEST(test_anon_write_without_memory_changes_nothing),
};

SIM_TEST_MAIN(tests)
