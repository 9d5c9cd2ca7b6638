/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_file.c - the first touch of mappings whose driver returns pages.
 */
#include "support/mm_fixture.h"

static void set_byte(struct mm_fixture *fx, struct page *page, uint8_t value)
{
	assert_int_equal(sim_phys_write(fx->machine, page_to_pfn(page), 0, &value, 1), 0);
}

static uint8_t get_byte(struct mm_fixture *fx, struct page *page)
{
	uint8_t value;

	assert_int_equal(sim_phys_read(fx->machine, page_to_pfn(page), 0, &value, 1), 0);
	return value;
}

static void read_private(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);
	struct page *page = fx->drv.page[2];
	unsigned long addr = MM_BASE + 2 * fx->page;

	set_byte(fx, page, 33);
	assert_int_equal(mm_load(vma, addr), 33);
	assert_ptr_equal(mm_page(vma, addr), page);
	assert_int_equal(page_count(page), 2);
	assert_int_equal(page_mapcount(page), 1);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 1);
	assert_false(mm_test(vma, addr, SIM_TEST_WRITE));
	assert_false(sim_page_test(page, PG_locked));
	assert_int_equal(fx->drv.nr_fault, 1);
	mm_unmap(vma);
}

static void test_file_read_maps_the_page(void **state)
{
	mm_fixture_each(read_private, state);
}

static void rss_kind(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RO, &mm_page_ops);

	sim_page_set(fx->drv.page[0], PG_swapbacked);
	mm_load(vma, MM_BASE);
	mm_load(vma, MM_BASE + fx->page);
	assert_int_equal(mm_rss(fx->mm, MM_SHMEMPAGES), 1);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 1);
	mm_unmap(vma);
	sim_page_clear(fx->drv.page[0], PG_swapbacked);
}

static void test_file_rss_kind_follows_the_page(void **state)
{
	mm_fixture_each(rss_kind, state);
}

static void write_private(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);
	struct page *page = fx->drv.page[0], *copy;

	set_byte(fx, page, 5);
	mm_store(vma, MM_BASE + 1, 6);
	copy = mm_page(vma, MM_BASE);
	assert_ptr_not_equal(copy, page);
	assert_true(sim_page_is_anon(copy));
	assert_int_equal(get_byte(fx, copy), 5);
	assert_int_equal(page_count(copy), 1);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 0);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	mm_unmap(vma);
}

static void test_file_private_write_copies(void **state)
{
	mm_fixture_each(write_private, state);
}

static const struct {
	const char *what;
	vm_fault_t answer, result;
} answers[] = {
	{ "an error", VM_FAULT_SIGBUS, VM_FAULT_SIGBUS },
	{ "out of memory", VM_FAULT_OOM, VM_FAULT_OOM },
	{ "mapped by the driver", VM_FAULT_NOPAGE, VM_FAULT_NOPAGE },
	{ "mmap_lock is gone", VM_FAULT_RETRY, VM_FAULT_RETRY },
};

static void handler_answers(struct mm_fixture *fx)
{
	static const unsigned long sharing[] = { MM_RW, MM_RW | MM_SHARED };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(answers); i++) {
		for (size_t s = 0; s < SIM_ARRAY_SIZE(sharing); s++) {
			struct vm_area_struct *vma =
				mm_map(fx, fx->mm, 0, 4, sharing[s], &mm_page_ops);
			struct mm_state before, after;

			mm_save(fx, fx->mm, &before);
			fx->drv.answer = answers[i].answer;
			assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_DEFAULT),
					 answers[i].result);
			assert_int_equal(mm_fault(vma, MM_BASE,
						  FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE),
					 answers[i].result);
			mm_save(fx, fx->mm, &after);
			mm_assert_same(&before, &after);
			assert_true(mm_none(vma, MM_BASE));
			mm_unmap(vma);
		}
	}
	fx->drv.answer = 0;
}

static void test_file_handler_answer_is_passed_on(void **state)
{
	mm_fixture_each(handler_answers, state);
}

static vm_fault_t locked_fault(struct vm_fault *vmf)
{
	struct mm_driver *drv = vmf->vma->vm_private_data;

	vmf->page = drv->page[vmf->pgoff];
	get_page(vmf->page);
	sim_page_set(vmf->page, PG_locked);
	return VM_FAULT_LOCKED;
}

static void page_comes_locked(struct mm_fixture *fx)
{
	static const struct vm_operations_struct ops = { .fault = locked_fault };
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &ops);

	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_DEFAULT), VM_FAULT_LOCKED);
	mm_store(vma, MM_BASE + fx->page, 1);
	assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	assert_false(sim_page_test(fx->drv.page[1], PG_locked));
	mm_unmap(vma);
}

static void test_file_page_may_come_locked(void **state)
{
	mm_fixture_each(page_comes_locked, state);
}

static void no_handler(struct mm_fixture *fx)
{
	static const struct vm_operations_struct ops = { 0 };
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | VM_PFNMAP, &ops);

	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	mm_set_leaf(vma, MM_BASE + fx->page, 0, fx->drv.io_pfn, false, true);
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	mm_unmap(vma);
}

static void test_file_without_fault_handler_is_sigbus(void **state)
{
	mm_fixture_each(no_handler, state);
}

/* What ->fault inserts itself: the table made beforehand is not needed. */
static void driver_inserts(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED | VM_PFNMAP, &mm_pfn_ops);
	uint64_t allocs = mm_count(fx, SIM_CNT_TABLE_ALLOC);
	uint64_t frees = mm_count(fx, SIM_CNT_TABLE_FREE);

	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE), VM_FAULT_NOPAGE);
	assert_int_equal(mm_count(fx, SIM_CNT_TABLE_ALLOC) - allocs, fx->mmu->nr_levels);
	assert_int_equal(mm_count(fx, SIM_CNT_TABLE_FREE) - frees, 1);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	mm_unmap(vma);
}

static void test_file_preallocated_table_is_given_back(void **state)
{
	mm_fixture_each(driver_inserts, state);
}

static void sweep(struct mm_fixture *fx, unsigned long flags, bool write)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, flags, &mm_mkwrite_ops);
	struct mm_state before, after;

	set_byte(fx, fx->drv.page[0], 1);
	mm_save(fx, fx->mm, &before);
	for (unsigned long nth = 1;; nth++) {
		sim_fail_alloc(fx->machine, nth);
		if (mm_touch(vma, MM_BASE, write) == 0)
			break;
		assert_in_range(nth, 1, 20);
		mm_save(fx, fx->mm, &after);
		mm_assert_same(&before, &after);
		assert_true(mm_none(vma, MM_BASE));
		assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	}
	sim_fail_alloc(fx->machine, 0);
	mm_unmap(vma);
}

static void oom_sweeps(struct mm_fixture *fx)
{
	sweep(fx, MM_RW, false);
	sweep(fx, MM_RW, true);
	sweep(fx, MM_RW | MM_SHARED, true);
}

static void test_file_fault_without_memory_changes_nothing(void **state)
{
	mm_fixture_each(oom_sweeps, state);
}

static vm_fault_t empty_fault(struct vm_fault *vmf)
{
	(void)vmf;
	return 0;
}

/* A handler that answers 0 owes a page. */
static void test_file_no_page_is_a_bug(void **state)
{
	static const struct vm_operations_struct ops = { .fault = empty_fault };
	struct mm_fixture fx;
	struct vm_area_struct *vma;

	(void)state;
	mm_fixture_open(&fx, NULL);
	vma = mm_map(&fx, fx.mm, 0, 4, MM_RW, &ops);
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	assert_true(sim_crashed(fx.machine));
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->function, "__do_fault");
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	sim_machine_destroy(fx.machine);
}

static vm_fault_t overtaken_mkwrite(struct vm_fault *vmf)
{
	const struct mm_driver *drv = vmf->vma->vm_private_data;

	mm_set_leaf(vmf->vma, vmf->address, 0, drv->io_pfn, false, true);
	return 0;
}

static void overtaken(struct mm_fixture *fx)
{
	struct vm_operations_struct ops = mm_mkwrite_ops;
	struct vm_area_struct *vma;

	ops.page_mkwrite = overtaken_mkwrite;
	vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED | VM_MIXEDMAP, &ops);
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_WRITE), VM_FAULT_NOPAGE);
	assert_int_equal(page_count(fx->drv.page[0]), 1);
	assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	mm_unmap(vma);
}

static void test_file_overtaken_by_another_thread(void **state)
{
	mm_fixture_each(overtaken, state);
}

static vm_fault_t leaf_meanwhile(struct vm_fault *vmf)
{
	struct mm_driver *drv = vmf->vma->vm_private_data;

	mm_set_leaf(vmf->vma, vmf->address, 1, drv->pfn, true, true);
	vmf->page = drv->page[0];
	get_page(vmf->page);
	return 0;
}

static void overtaken_by_leaf(struct mm_fixture *fx)
{
	static const struct vm_operations_struct ops = { .fault = leaf_meanwhile };
	struct vm_area_struct *vma;
	unsigned long pages;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	fx->drv.pfn &= ~(pages - 1);
	vma = mm_map(fx, fx->mm, 0, pages, MM_RW | MM_SHARED | VM_MIXEDMAP, &ops);
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_NOPAGE);
	assert_int_equal(page_count(fx->drv.page[0]), 1);
	mm_unmap(vma);
}

static void test_file_overtaken_by_a_huge_leaf(void **state)
{
	mm_fixture_each(overtaken_by_leaf, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_file_overtaken_by_another_thread),
	MM_TEST(test_file_overtaken_by_a_huge_leaf),
	MM_TEST(test_file_read_maps_the_page),
	MM_TEST(test_file_rss_kind_follows_the_page),
	MM_TEST(test_file_private_write_copies),
	MM_TEST(test_file_handler_answer_is_passed_on),
	MM_TEST(test_file_page_may_come_locked),
	MM_TEST(test_file_without_fault_handler_is_sigbus),
	MM_TEST(test_file_preallocated_table_is_given_back),
	MM_TEST(test_file_fault_without_memory_changes_nothing),
	cmocka_unit_test(test_file_no_page_is_a_bug),
};

SIM_TEST_MAIN(tests)
