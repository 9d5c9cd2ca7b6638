/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A device whose ->mmap maps all at once, and the calls that do so. */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

#define NR_PAGES 4

static struct page *pages[NR_PAGES];
static int (*map)(struct vm_area_struct *vma);

static int map_pages(struct vm_area_struct *vma)
{
	return vm_map_pages(vma, pages, NR_PAGES);
}

static int map_pages_zero(struct vm_area_struct *vma)
{
	return vm_map_pages_zero(vma, pages, NR_PAGES);
}

static unsigned long area_start, area_len;

static int map_area(struct vm_area_struct *vma)
{
	return vm_iomap_memory(vma, area_start, area_len);
}

static int device_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	return map(vma);
}

static const struct file_operations fops = { .mmap = device_mmap };

static struct file *device_open(struct ttm_fixture *fx)
{
	struct address_space *mapping = sim_mapping_create(fx->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "dev");

	sim_mapping_put(mapping);
	return file;
}

static long device_map(struct ttm_fixture *fx, struct file *file, unsigned long nr,
		       unsigned long pgoff)
{
	return sim_mmap(fx->task, 0, nr * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			pgoff);
}

static void check_pages(struct ttm_fixture *fx)
{
	static const struct {
		const char *what;
		int (*map)(struct vm_area_struct *vma);
		unsigned long nr, pgoff;
		long ret;
		unsigned int first;	/* page at the mapping's start */
	} cases[] = {
		{ "all of it", map_pages, NR_PAGES, 0, 0, 0 },
		{ "its end", map_pages, 2, 2, 0, 2 },
		{ "beyond its end", map_pages, 3, 2, -ENXIO, 0 },
		{ "behind it", map_pages, 1, NR_PAGES, -ENXIO, 0 },
		{ "an offset that means nothing", map_pages_zero, 2, 100, 0, 0 },
		{ "too many", map_pages_zero, NR_PAGES + 1, 0, -ENXIO, 0 },
	};
	struct file *file = device_open(fx);

	for (int i = 0; i < NR_PAGES; i++)
		pages[i] = sim_alloc_pages(fx->machine, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		long addr;

		map = cases[i].map;
		addr = device_map(fx, file, cases[i].nr, cases[i].pgoff);
		if (cases[i].ret ? addr != cases[i].ret : addr <= 0)
			fail_msg("%s: %ld", cases[i].what, addr);
		for (unsigned long n = 0; addr > 0 && n < cases[i].nr; n++) {
			assert_int_equal(ttm_pte(fx, (unsigned long)addr + n * PAGE_SIZE).pfn,
					 page_to_pfn(pages[cases[i].first + n]));
			assert_int_equal(page_mapcount(pages[cases[i].first + n]), 1);
		}
		if (addr > 0)
			assert_int_equal(sim_munmap(fx->task, (unsigned long)addr,
						    cases[i].nr * PAGE_SIZE), 0);
	}
	for (int i = 0; i < NR_PAGES; i++)
		put_page(pages[i]);
	fput(file);
}

static void test_pages_of_an_object(void **state)
{
	ttm_fixture_each(check_pages, state);
}

static void check_area(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, NR_PAGES, TTM_PL_VRAM, ttm_write_combined);
	unsigned long pfn = ttm_pfn(bo, 0);
	struct file *file = device_open(fx);
	long addr;

	map = map_area;
	/* from the middle of a page on: it begins with that page */
	area_start = (pfn << PAGE_SHIFT) + 8;
	area_len = 2 * PAGE_SIZE;
	addr = device_map(fx, file, 2, 1);
	assert_true(addr > 0);
	assert_int_equal(ttm_pte(fx, (unsigned long)addr).pfn, pfn + 1);
	assert_int_equal(ttm_vma(fx, (unsigned long)addr)->vm_flags & VM_PFNMAP, VM_PFNMAP);
	assert_int_equal(sim_munmap(fx->task, (unsigned long)addr, 2 * PAGE_SIZE), 0);
	assert_int_equal(device_map(fx, file, 3, 1), -EINVAL);
	assert_int_equal(device_map(fx, file, 1, 4), -EINVAL);
	area_len = ~0ul - PAGE_SIZE;
	assert_int_equal(device_map(fx, file, 1, 0), -EINVAL);
	fput(file);
	ttm_bo_put(bo);
}

static void test_area_of_physical_memory(void **state)
{
	ttm_fixture_each(check_area, state);
}

static int count_entry(pte_t *pte, unsigned long addr, void *data)
{
	(void)pte, (void)addr;
	++*(int *)data;
	return 0;
}

/* Tables that are not there are neither made nor visited. */
static void check_existing(struct ttm_fixture *fx)
{
	unsigned long span = PMD_SIZE, tables;
	long addr = sim_mmap(fx->task, 0, 4 * span, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NULL, 0);
	unsigned long start;
	int nr = 0;

	if (addr <= 0)
		return; /* too little room on this architecture */
	start = ((unsigned long)addr + span - 1) & ~(span - 1);
	ttm_store(fx, start + span, 1);
	tables = sim_live_objects(fx->machine, SIM_OBJ_TABLE);
	assert_int_equal(apply_to_existing_page_range(fx->task->mm, start, 3 * span, count_entry,
						      &nr), 0);
	assert_int_equal(nr, (int)(span >> PAGE_SHIFT));
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_TABLE), tables);
	assert_int_equal(sim_munmap(fx->task, (unsigned long)addr, 4 * span), 0);
}

static void test_existing_tables_alone(void **state)
{
	ttm_fixture_each(check_existing, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_pages_of_an_object),
	TTM_TEST(test_area_of_physical_memory),
	TTM_TEST(test_existing_tables_alone),
};

SIM_TEST_MAIN(tests)
