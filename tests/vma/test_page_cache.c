/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/internal.h"

/* Every page of a file that is larger than its table of chains. */
static void many_pages(struct as *as)
{
	struct file *big = sim_regular_file_create(as->machine, 3000, "big");
	unsigned long addr;
	uint32_t found;

	addr = (unsigned long)sim_mmap(as->task, 0, 3000 * as->page, PROT_READ | PROT_WRITE,
				       MAP_SHARED, big, 0);
	for (uint32_t i = 0; i < 3000; i++)
		assert_int_equal(sim_write(as->task, addr + i * as->page, &i, sizeof(i)), 0);
	assert_int_equal(sim_munmap(as->task, addr, 3000 * as->page), 0);
	addr = (unsigned long)sim_mmap(as->task, 0, 3000 * as->page, PROT_READ, MAP_PRIVATE, big,
				       0);
	for (uint32_t i = 0; i < 3000; i++) {
		assert_int_equal(sim_read(as->task, addr + i * as->page, &found, sizeof(found)), 0);
		assert_int_equal(found, i);
	}
	assert_int_equal(as->task->mm->rss_stat[MM_SHMEMPAGES].counter, 3000);
	assert_int_equal(sim_munmap(as->task, addr, 3000 * as->page), 0);
	fput(big);
}

static void test_page_cache_many_pages(void **state)
{
	(void)state;
	as_for_all(many_pages);
}

static void one_page(struct as *as)
{
	struct address_space *mapping = as->file->f_mapping;
	struct page *page = sim_page_cache_get(mapping, 5);
	struct page *same_chain = sim_page_cache_get(mapping, 5 + 1024);

	assert_non_null(page);
	assert_int_equal(page_count(page), 2); /* the cache's, and ours */
	assert_ptr_equal(page->mapping, mapping);
	assert_int_equal(page->index, 5);
	assert_ptr_equal(sim_page_cache_get(mapping, 5), page);
	assert_ptr_not_equal(page, same_chain);
	assert_int_equal(same_chain->index, 5 + 1024);
	assert_int_equal(page_count(page), 3);
	put_page(same_chain);
	put_page(page);
	put_page(page);
	assert_int_equal(page_count(page), 1);
}

static void test_page_cache_one_page(void **state)
{
	(void)state;
	as_for_all(one_page);
}

/* A page with another reference outlives its file, and no longer knows it. */
static void outlives(struct as *as)
{
	struct file *file = sim_regular_file_create(as->machine, 4, "short");
	struct page *page = sim_page_cache_get(file->f_mapping, 0);

	fput(file);
	assert_null(page->mapping);
	assert_int_equal(page_count(page), 1);
	put_page(page);
}

static void test_page_cache_page_outlives(void **state)
{
	(void)state;
	as_for_all(outlives);
}

static void no_memory(struct as *as)
{
	struct file *file = sim_regular_file_create(as->machine, 4, "poor");

	for (unsigned long nth = 1; nth < 3; nth++) { /* the table, the page */
		sim_fail_alloc(as->machine, nth);
		assert_null(sim_page_cache_get(file->f_mapping, 0));
	}
	sim_fail_alloc(as->machine, 0);
	put_page(sim_page_cache_get(file->f_mapping, 0));
	fput(file);
}

static void test_page_cache_no_memory(void **state)
{
	(void)state;
	as_for_all(no_memory);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_page_cache_many_pages),
	cmocka_unit_test(test_page_cache_one_page),
	cmocka_unit_test(test_page_cache_page_outlives),
	cmocka_unit_test(test_page_cache_no_memory),
};

SIM_TEST_MAIN(tests)
