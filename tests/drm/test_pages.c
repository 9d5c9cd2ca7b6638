/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/pages.h>

#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

/* The teardown finds pages that are left. */
static void test_pages_are_had_and_given_back(void **state)
{
	struct page *page = alloc_page(GFP_KERNEL), *four = alloc_pages(GFP_KERNEL, 2);

	(void)state;
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_to_pfn(four) % 4, 0);
	assert_ptr_equal(phys_to_page(page_to_phys(page)), page);
	assert_int_equal(sim_phys_free_pages(fx.machine), fx.free_pages - 5);
	__free_page(page);
	__free_pages(four, 2);
	__free_page(NULL);
	sim_fail_alloc(fx.machine, 1);
	assert_null(alloc_page(GFP_KERNEL));
	sim_task_switch(NULL);
	assert_null(alloc_page(GFP_KERNEL));
	sim_task_switch(fx.task);
}

/* What is stored through the pointer is what physical memory has, and the other way. */
static void test_bytes_are_the_pages(void **state)
{
	struct page *page = alloc_page(GFP_KERNEL), *other = alloc_page(GFP_KERNEL);
	unsigned char *bytes = kmap_local_page(page), byte = 7;

	(void)state;
	assert_int_equal(bytes[0] | bytes[PAGE_SIZE - 1], 0);
	bytes[5] = 3;
	assert_int_equal(sim_phys_write(fx.machine, page_to_pfn(page), 6, &byte, 1), 0);
	assert_int_equal(bytes[6], 7);
	assert_int_equal(sim_phys_read(fx.machine, page_to_pfn(page), 5, &byte, 1), 0);
	assert_int_equal(byte, 3);
	assert_ptr_equal(page_address(page), bytes);
	assert_ptr_equal(virt_to_page(bytes + 100), page);
	assert_null(virt_to_page(&byte));
	assert_null(virt_to_page(fx.task));
	copy_highpage(other, page);
	assert_int_equal(((unsigned char *)page_address(other))[5], 3);
	clear_highpage(page);
	assert_int_equal(bytes[5], 0);
	kunmap_local(bytes);
	__free_page(page);
	assert_null(virt_to_page(bytes));
	__free_page(other);
}

static void test_blocks_have_one_address(void **state)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 3);
	unsigned char *bytes = (unsigned char *)addr;
	struct page *page = virt_to_page(bytes);
	unsigned long before;

	(void)state;
	assert_non_null(page);
	for (unsigned long i = 0; i < 8; i++) {
		bytes[i * PAGE_SIZE] = (unsigned char)i;
		assert_ptr_equal(virt_to_page(bytes + i * PAGE_SIZE), page + i);
		assert_ptr_equal(page_address(page + i), bytes + i * PAGE_SIZE);
	}
	free_pages(addr, 3);
	/* the same pages, whose bytes lie in a row already */
	before = sim_live_objects(fx.machine, SIM_OBJ_PAGE_BYTES);
	addr = __get_free_pages(GFP_KERNEL, 3);
	assert_int_equal(((unsigned char *)addr)[PAGE_SIZE], 0);
	assert_int_equal(sim_live_objects(fx.machine, SIM_OBJ_PAGE_BYTES), before + 8);
	free_pages(addr, 3);
	free_pages(0, 3);
	for (unsigned long nth = 1;; nth++) {
		sim_fail_alloc(fx.machine, nth);
		addr = __get_free_pages(GFP_KERNEL, 1);
		if (addr)
			break;
	}
	sim_fail_alloc(fx.machine, 0);
	free_pages(addr, 1);
}

static void test_marks_and_locks(void **state)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct folio *folio = page_folio(page);

	(void)state;
	assert_true(set_page_dirty(page));
	assert_false(folio_mark_dirty(folio));
	assert_true(PageDirty(page));
	lock_page(page);
	assert_true(PageLocked(page));
	assert_false(trylock_page(page));
	unlock_page(page);
	assert_false(set_page_dirty_lock(page));
	assert_false(PageLocked(page));
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
	unlock_page(page);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
	folio_get(folio);
	assert_int_equal(page_count(page), 2);
	folio_put(folio);
	assert_int_equal(folio_pfn(folio), page_to_pfn(page));
	assert_int_equal(folio_nr_pages(folio), 1);
	assert_true(is_zero_pfn(sim_zero_pfn(fx.machine)));
	assert_false(is_zero_pfn(page_to_pfn(page)));
	__free_page(page);
}

static void test_memory_types_are_the_pages(void **state)
{
	struct page *pages[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL) };
	unsigned long pfn = page_to_pfn(pages[1]);

	(void)state;
	assert_int_equal(set_pages_array_wc(pages, 2), 0);
	assert_int_equal(sim_memtype_lookup(fx.machine, pfn), SIM_CACHE_WC);
	assert_int_equal(set_memory_uc((unsigned long)page_address(pages[1]), 1), 0);
	assert_int_equal(sim_memtype_lookup(fx.machine, pfn), SIM_CACHE_UC_MINUS);
	assert_int_equal(set_pages_array_wb(pages, 2), 0);
	assert_int_equal(sim_memtype_lookup(fx.machine, pfn), SIM_CACHE_WB);
	assert_int_equal(set_memory_wc((unsigned long)&pages, 1), -EINVAL);
	__free_page(pages[0]);
	__free_page(pages[1]);
}

#define PAGES_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	PAGES_TEST(test_pages_are_had_and_given_back),
	PAGES_TEST(test_bytes_are_the_pages),
	PAGES_TEST(test_blocks_have_one_address),
	PAGES_TEST(test_marks_and_locks),
	PAGES_TEST(test_memory_types_are_the_pages),
};

SIM_TEST_MAIN(tests)
