/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_anon.c - the families of anonymous pages.
 */
#include "pte/rmap.h"
#include "support/mm_fixture.h"

static void prepare(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL);
	struct anon_vma *first;

	sim_fail_alloc(fx->machine, 1);
	assert_int_equal(sim_anon_vma_prepare(vma), -ENOMEM);
	assert_null(vma->anon_vma);
	assert_int_equal(sim_anon_vma_prepare(vma), 0);
	first = vma->anon_vma;
	assert_non_null(first);
	assert_int_equal(sim_anon_vma_prepare(vma), 0);
	assert_ptr_equal(vma->anon_vma, first);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_ANON_VMA), 1);
	mm_unmap(vma);
}

static void test_anon_prepare_once(void **state)
{
	mm_fixture_each(prepare, state);
}

static void references(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL), *copy;

	assert_int_equal(sim_anon_vma_prepare(vma), 0);
	copy = mm_dup_vma(vma, fx->mm);
	mm_unmap(vma);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_ANON_VMA), 1);
	mm_unmap(copy);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_ANON_VMA), 0);
	sim_anon_vma_get(NULL);
	sim_anon_vma_put(NULL);
}

static void test_anon_lives_as_long_as_a_vma_uses_it(void **state)
{
	mm_fixture_each(references, state);
}

static void kinds(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 3, 4, MM_RW, NULL);
	struct page *page = sim_alloc_pages(fx->machine, 0);

	assert_false(sim_page_is_anon(page));
	assert_int_equal(sim_mm_counter(page), MM_FILEPAGES);
	assert_int_equal(sim_anon_vma_prepare(vma), 0);
	assert_true(page_add_new_anon_rmap(page, vma, vma->vm_start + fx->page));
	assert_true(sim_page_is_anon(page));
	assert_ptr_equal(page_rmapping(page), vma->anon_vma);
	assert_int_equal(sim_mm_counter(page), MM_ANONPAGES);
	assert_int_equal(page->index, 1);
	assert_int_equal(sim_page_remove_map(page), 0);
	put_page(page);
	assert_int_equal(sim_mm_counter(fx->drv.page[0]), MM_FILEPAGES);
	sim_page_set(fx->drv.page[0], PG_swapbacked);
	assert_int_equal(sim_mm_counter(fx->drv.page[0]), MM_SHMEMPAGES);
	sim_page_clear(fx->drv.page[0], PG_swapbacked);
	mm_unmap(vma);
}

static void test_anon_page_is_told_by_its_mapping(void **state)
{
	mm_fixture_each(kinds, state);
}

static void test_anon_page_without_family_is_a_bug(void **state)
{
	struct mm_fixture fx;
	struct vm_area_struct *vma;

	(void)state;
	mm_fixture_open(&fx, NULL);
	vma = mm_map(&fx, fx.mm, 0, 1, MM_RW, NULL);
	assert_false(page_add_new_anon_rmap(fx.drv.page[0], vma, MM_BASE));
	assert_true(sim_crashed(fx.machine));
	assert_int_equal(page_mapcount(fx.drv.page[0]), 0);
	sim_machine_destroy(fx.machine);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_anon_prepare_once),
	MM_TEST(test_anon_lives_as_long_as_a_vma_uses_it),
	MM_TEST(test_anon_page_is_told_by_its_mapping),
	cmocka_unit_test(test_anon_page_without_family_is_a_bug),
};

SIM_TEST_MAIN(tests)
