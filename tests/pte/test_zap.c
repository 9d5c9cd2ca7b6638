/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_zap.c - dropping entries: what is given back, and what was never taken.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)

static const struct sim_zap zap_all = { .even_cows = true };
static const struct sim_zap zap_shared = { .even_cows = false };

static void zap(struct vm_area_struct *vma, const struct sim_zap *how)
{
	sim_zap_range(vma, vma->vm_start, vma->vm_end, how);
}

static void special_entries(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	uint64_t refs, maps, flushes;

	for (int i = 0; i < 4; i++)
		mm_touch(vma, MM_BASE + i * fx->page, true);
	refs = mm_count(fx, SIM_CNT_REF);
	maps = mm_count(fx, SIM_CNT_MAPCOUNT);
	flushes = mm_count(fx, SIM_CNT_TLB_FLUSH);
	zap(vma, &zap_shared);
	for (int i = 0; i < 4; i++)
		assert_true(mm_none(vma, MM_BASE + i * fx->page));
	assert_int_equal(mm_count(fx, SIM_CNT_REF), refs);
	assert_int_equal(mm_count(fx, SIM_CNT_MAPCOUNT), maps);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), flushes + 1);
	zap(vma, &zap_shared);	/* nothing there: no flush */
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), flushes + 1);
	mm_unmap(vma);
}

static void test_zap_special_counts_nothing(void **state)
{
	mm_fixture_each(special_entries, state);
}

static void file_pages(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);

	mm_load(vma, MM_BASE);
	mm_store(vma, MM_BASE + fx->page, 1);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 2);
	sim_page_clear(fx->drv.page[1], PG_dirty);
	zap(vma, &zap_all);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 0);
	assert_int_equal(page_count(fx->drv.page[0]), 1);
	assert_int_equal(page_mapcount(fx->drv.page[1]), 0);
	assert_true(sim_page_test(fx->drv.page[1], PG_dirty));
	mm_unmap(vma);
}

static void test_zap_gives_pages_back_and_keeps_dirty(void **state)
{
	mm_fixture_each(file_pages, state);
}

/* A dirty file page is flushed before its table's lock is let go. */
static void dirty_flush(struct mm_fixture *fx, bool dirty, unsigned int nr_flushes)
{
	unsigned long pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, pages - 1, 2, MM_RW | MM_SHARED, &mm_page_ops);
	uint64_t flushes;

	if (dirty)
		mm_store(vma, vma->vm_start, 1);
	else
		mm_load(vma, vma->vm_start);
	mm_load(vma, vma->vm_start + fx->page);
	flushes = mm_count(fx, SIM_CNT_TLB_FLUSH);
	zap(vma, &zap_all);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), flushes + nr_flushes);
	mm_unmap(vma);
}

static void dirty_flushes(struct mm_fixture *fx)
{
	dirty_flush(fx, false, 1);
	dirty_flush(fx, true, 2);
}

/* What was read first and written to afterwards is dirty as the hardware says it. */
static void written_by_hardware(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);

	for (int i = 0; i < 2; i++)
		mm_load(vma, MM_BASE + i * fx->page);
	mm_store(vma, MM_BASE + fx->page, 1);
	for (int i = 0; i < 2; i++)
		sim_page_clear(fx->drv.page[i], PG_dirty);
	zap(vma, &zap_all);
	assert_false(sim_page_test(fx->drv.page[0], PG_dirty));
	assert_true(sim_page_test(fx->drv.page[1], PG_dirty));
	mm_unmap(vma);
}

static void test_zap_keeps_dirty_of_the_hardware(void **state)
{
	mm_fixture_each(written_by_hardware, state);
}

static void test_zap_dirty_page_flushes_under_the_lock(void **state)
{
	mm_fixture_each(dirty_flushes, state);
}

static void tracking(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	unsigned long live = sim_live_objects(fx->machine, SIM_OBJ_MEMTYPE);

	assert_int_equal(remap_pfn_range(vma, MM_BASE, fx->drv.io_pfn, 4 * fx->page,
					 vma->vm_page_prot), 0);
	assert_int_equal(!!(vma->vm_flags & VM_PAT), fx->mmu->has_pat);
	zap_vma_ptes(vma, MM_BASE, fx->page);
	assert_int_equal(vma->vm_flags & VM_PAT, 0);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_MEMTYPE), live);
	mm_unmap(vma);
}

static void test_zap_ends_memory_type_tracking(void **state)
{
	mm_fixture_each(tracking, state);
}

static void part(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);

	for (int i = 0; i < 4; i++)
		mm_load(vma, MM_BASE + i * fx->page);
	/* bytes that are not page-aligned mean the pages they lie in */
	sim_zap_range(vma, MM_BASE + fx->page + 1, MM_BASE + 2 * fx->page + 1, &zap_all);
	assert_false(mm_none(vma, MM_BASE));
	assert_true(mm_none(vma, MM_BASE + fx->page));
	assert_true(mm_none(vma, MM_BASE + 2 * fx->page));
	assert_false(mm_none(vma, MM_BASE + 3 * fx->page));
	sim_zap_range(vma, 0, MM_BASE, &zap_all);
	sim_zap_range(vma, vma->vm_end, ~0UL, &zap_all);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 2);
	mm_unmap(vma);
}

static void test_zap_stays_in_the_range(void **state)
{
	mm_fixture_each(part, state);
}

static void private_copies(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);

	mm_load(vma, MM_BASE);
	mm_store(vma, MM_BASE + fx->page, 1);
	zap(vma, &zap_shared);
	assert_true(mm_none(vma, MM_BASE));
	assert_false(mm_none(vma, MM_BASE + fx->page));
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	zap(vma, &zap_all);
	assert_true(mm_none(vma, MM_BASE + fx->page));
	mm_unmap(vma);
}

static void test_zap_without_even_cows_keeps_copies(void **state)
{
	mm_fixture_each(private_copies, state);
}

/* Up to 5.14 a page stays that belongs to another mapping than the one that is
 * unmapped, later only an anonymous one. */
static void other_mapping(struct mm_fixture *fx)
{
	const struct sim_zap how = { .check_mapping = fx->mapping };
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);
	bool keeps = sim_rule(fx->machine, SIM_RULE_ZAP_CHECKS_MAPPING);

	fx->drv.page[1]->mapping = (struct address_space *)(void *)fx;
	mm_load(vma, MM_BASE);
	mm_load(vma, MM_BASE + fx->page);
	mm_store(vma, MM_BASE + 2 * fx->page, 1);
	zap(vma, &how);
	assert_true(mm_none(vma, MM_BASE));
	assert_int_equal(!mm_none(vma, MM_BASE + fx->page), keeps);
	assert_false(mm_none(vma, MM_BASE + 2 * fx->page));
	mm_unmap(vma);
}

static void test_zap_check_mapping_follows_the_release(void **state)
{
	mm_fixture_each(other_mapping, state);
}

static void many_pages(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 200, 700, MM_RW, NULL);

	for (int i = 0; i < 700; i++)
		mm_store(vma, vma->vm_start + i * fx->page, (uint8_t)i);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 700);
	zap(vma, &zap_all);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 0);
	mm_unmap(vma);
}

static void test_zap_many_pages_over_several_tables(void **state)
{
	mm_fixture_each(many_pages, state);
}

/* An entry that lost its special bit: nobody counted the page, zap gives it back. */
static void uncounted(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW | MM_SHARED, &mm_page_ops);
	unsigned int bad = sim_nr_outcomes(fx->machine, SIM_BAD_PAGE);
	struct page *page = fx->drv.page[0];

	get_page(page);
	mm_set_leaf(vma, MM_BASE, 0, page_to_pfn(page), true, false);
	zap(vma, &zap_all);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_BAD_PAGE), bad + 1);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), -1);
	sim_rss_add(fx->mm, MM_FILEPAGES, 1);
	mm_unmap(vma);
}

static void test_zap_of_uncounted_page_is_bad_page_map(void **state)
{
	mm_fixture_each(uncounted, state);
}

static void leaves(struct mm_fixture *fx)
{
	unsigned long pages, size, pfn;
	struct vm_area_struct *vma;

	if (!fx->mmu->has_leaf[1])
		return;
	size = mmu_leaf_size(fx->mmu, 1);
	pages = size / fx->page;
	pfn = fx->drv.pfn & ~(pages - 1);
	vma = mm_map(fx, fx->mm, 0, 3 * pages, SHARED_PFN, &mm_huge_ops);
	for (int i = 0; i < 3; i++)
		mm_set_leaf(vma, MM_BASE + i * size, 1, pfn, true, true);
	/* the first whole, the second cut: both go, the third stays */
	sim_zap_range(vma, MM_BASE, MM_BASE + size + fx->page, &zap_all);
	assert_true(mm_none(vma, MM_BASE));
	assert_true(mm_none(vma, MM_BASE + size));
	assert_true(mm_none(vma, MM_BASE + 2 * size - fx->page));
	assert_false(mm_none(vma, MM_BASE + 2 * size));
	assert_int_equal(mm_count(fx, SIM_CNT_MAPCOUNT), 0);
	mm_unmap(vma);
}

static void test_zap_huge_leaves(void **state)
{
	mm_fixture_each(leaves, state);
}

static void vma_ptes(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 1, 2, SHARED_PFN, &mm_pfn_ops);
	struct vm_area_struct *mixed =
		mm_map(fx, fx->mm, 8, 2, MM_RW | MM_SHARED | VM_MIXEDMAP, &mm_mixed_ops);

	mm_touch(vma, vma->vm_start, true);
	zap_vma_ptes(vma, MM_BASE, 4 * fx->page);
	zap_vma_ptes(vma, vma->vm_start, 3 * fx->page);
	zap_vma_ptes(vma, vma->vm_start, ~0UL);
	assert_false(mm_none(vma, vma->vm_start));
	zap_vma_ptes(vma, vma->vm_start, fx->page);
	assert_true(mm_none(vma, vma->vm_start));

	mm_touch(mixed, mixed->vm_start, true);
	zap_vma_ptes(mixed, mixed->vm_start, fx->page);
	assert_false(mm_none(mixed, mixed->vm_start));
	mm_unmap(mixed);
	mm_unmap(vma);
}

static void test_zap_vma_ptes_is_for_pfnmap_and_its_own_range(void **state)
{
	mm_fixture_each(vma_ptes, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_zap_special_counts_nothing),
	MM_TEST(test_zap_gives_pages_back_and_keeps_dirty),
	MM_TEST(test_zap_keeps_dirty_of_the_hardware),
	MM_TEST(test_zap_dirty_page_flushes_under_the_lock),
	MM_TEST(test_zap_ends_memory_type_tracking),
	MM_TEST(test_zap_stays_in_the_range),
	MM_TEST(test_zap_without_even_cows_keeps_copies),
	MM_TEST(test_zap_check_mapping_follows_the_release),
	MM_TEST(test_zap_many_pages_over_several_tables),
	MM_TEST(test_zap_of_uncounted_page_is_bad_page_map),
	MM_TEST(test_zap_huge_leaves),
	MM_TEST(test_zap_vma_ptes_is_for_pfnmap_and_its_own_range),
};

SIM_TEST_MAIN(tests)
