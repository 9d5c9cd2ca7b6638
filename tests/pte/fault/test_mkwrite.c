/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_mkwrite.c - a page that a mapping shares with a file is written to.
 */
#include "support/mm_fixture.h"

static uint8_t get_byte(struct mm_fixture *fx, struct page *page)
{
	uint8_t value;

	assert_int_equal(sim_phys_read(fx->machine, page_to_pfn(page), 0, &value, 1), 0);
	return value;
}

/* The writer is throttled without mmap_lock: the fault ends there. */
static vm_fault_t throttled(const struct mm_fixture *fx)
{
	return sim_rule(fx->machine, SIM_RULE_FAULT_COMPLETED) ? VM_FAULT_COMPLETED
							       : VM_FAULT_RETRY;
}

static void write_shared(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_mkwrite_ops);
	struct page *page = fx->drv.page[1];
	unsigned long addr = MM_BASE + fx->page;

	assert_int_equal(mm_fault(vma, addr, FAULT_FLAG_WRITE | FAULT_FLAG_DEFAULT),
			 throttled(fx));
	assert_int_equal(fx->drv.nr_page_mkwrite, 1);
	assert_int_equal(fx->drv.flags, FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE);
	assert_true(mm_test(vma, addr, SIM_TEST_WRITE));
	mm_store(vma, addr, 44);
	assert_int_equal(fx->drv.nr_page_mkwrite, 1);
	assert_int_equal(get_byte(fx, page), 44);
	assert_true(sim_page_test(page, PG_dirty));
	assert_false(sim_page_test(page, PG_locked));
	assert_int_equal(page_count(page), 2);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 1);
	mm_unmap(vma);
}

static void test_mkwrite_shared_write_asks_page_mkwrite(void **state)
{
	mm_fixture_each(write_shared, state);
}

/* Without a file behind the page nobody is throttled. */
static void write_shared_no_mapping(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);
	unsigned int again = FAULT_FLAG_WRITE | FAULT_FLAG_DEFAULT | FAULT_FLAG_TRIED;

	fx->drv.page[0]->mapping = NULL;
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE | FAULT_FLAG_DEFAULT), 0);
	fx->drv.page[0]->mapping = fx->mapping;
	/* ... nor at a second attempt */
	assert_int_equal(mm_fault(vma, MM_BASE + fx->page, again), 0);
	mm_store(vma, MM_BASE, 1);
	mm_unmap(vma);
}

static void test_mkwrite_shared_write_throttles_first_attempt_only(void **state)
{
	mm_fixture_each(write_shared_no_mapping, state);
}

/* A dirty page throttles no more, unless the driver wants to know of writes. */
static void write_dirty_page(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);
	struct vm_area_struct *noted =
		mm_map(fx, fx->mm, 10, 4, MM_RW | MM_SHARED, &mm_mkwrite_ops);
	const unsigned int flags = FAULT_FLAG_WRITE | FAULT_FLAG_DEFAULT;

	sim_page_set(fx->drv.page[0], PG_dirty);
	assert_int_equal(mm_fault(vma, vma->vm_start, flags), 0);
	assert_int_equal(mm_fault(noted, noted->vm_start, flags), throttled(fx));
	mm_unmap(noted);
	mm_unmap(vma);
}

static void test_mkwrite_shared_write_of_dirty_page(void **state)
{
	mm_fixture_each(write_dirty_page, state);
}

static void mkwrite_refuses(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_mkwrite_ops);
	struct mm_state before, after;

	mm_load(vma, MM_BASE);
	mm_save(fx, fx->mm, &before);
	fx->drv.answer = VM_FAULT_SIGBUS;
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE), VM_FAULT_SIGBUS);
	fx->drv.answer = VM_FAULT_NOPAGE;
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE), VM_FAULT_NOPAGE);
	fx->drv.answer = 0;
	mm_save(fx, fx->mm, &after);
	mm_assert_same(&before, &after);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	mm_unmap(vma);
}

static void test_mkwrite_page_mkwrite_may_refuse(void **state)
{
	mm_fixture_each(mkwrite_refuses, state);
}

/* Somebody left the page locked, and nobody else is there to unlock it. */
static void test_mkwrite_page_locked_for_ever_is_a_bug(void **state)
{
	struct mm_fixture fx;
	struct vm_area_struct *vma;

	(void)state;
	mm_fixture_open(&fx, NULL);
	vma = mm_map(&fx, fx.mm, 0, 4, MM_RW, &mm_page_ops);
	sim_page_set(fx.drv.page[0], PG_locked);
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->function, "__lock_page");
	sim_machine_destroy(fx.machine);
}

/* Another thread maps the page while the driver is asked. */
static const struct CMUnitTest tests[] = {
	MM_TEST(test_mkwrite_shared_write_asks_page_mkwrite),
	MM_TEST(test_mkwrite_shared_write_throttles_first_attempt_only),
	MM_TEST(test_mkwrite_shared_write_of_dirty_page),
	MM_TEST(test_mkwrite_page_mkwrite_may_refuse),
	cmocka_unit_test(test_mkwrite_page_locked_for_ever_is_a_bug),
};

SIM_TEST_MAIN(tests)
