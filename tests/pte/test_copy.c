/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_copy.c - what a child gets of its parent's entries.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)

/* A parent's vma and the child's, after the copy. */
struct fork {
	struct vm_area_struct *parent, *child;
};

static int fork_vma(struct mm_fixture *fx, struct vm_area_struct *vma, struct fork *fork)
{
	struct mm_struct *mm = mm_create(fx);
	int ret;

	fork->parent = vma;
	fork->child = mm_dup_vma(vma, mm);
	sim_write_lock(fx->machine, &fx->mm->mmap_lock, SIM_RANK_MMAP, __func__);
	ret = copy_page_range(fork->child, vma);
	sim_rw_unlock(&fx->mm->mmap_lock, SIM_RANK_MMAP);
	return ret;
}

static void child_exits(struct fork *fork)
{
	struct mm_struct *mm = fork->child->vm_mm;

	mm_unmap(fork->child);
	mm_destroy(mm);
}

static void anonymous(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, NULL);
	unsigned int seq = fx->mm->write_protect_seq;
	struct page *page;
	struct fork f;

	mm_store(vma, MM_BASE, 5);
	mm_load(vma, MM_BASE + fx->page);
	page = mm_page(vma, MM_BASE);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_int_equal(fx->mm->write_protect_seq, seq + 2);
	assert_ptr_equal(mm_page(f.child, MM_BASE), page);
	assert_int_equal(page_count(page), 2);
	assert_int_equal(page_mapcount(page), 2);
	assert_false(sim_page_test(page, PG_anon_exclusive));
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_false(mm_test(f.child, MM_BASE, SIM_TEST_WRITE));
	assert_false(mm_test(f.child, MM_BASE, SIM_TEST_YOUNG));
	assert_int_equal(mm_rss(f.child->vm_mm, MM_ANONPAGES), 1);
	assert_int_equal(mm_pfn(f.child, MM_BASE + fx->page), sim_zero_pfn(fx->machine));

	mm_store(f.child, MM_BASE, 6);
	assert_int_equal(mm_load(vma, MM_BASE), 5);
	assert_int_equal(mm_load(f.child, MM_BASE), 6);
	assert_int_equal(page_count(page), 1);
	mm_store(vma, MM_BASE, 7);	/* alone again: reused */
	assert_ptr_equal(mm_page(vma, MM_BASE), page);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_anonymous_pages_are_shared_until_written(void **state)
{
	mm_fixture_each(anonymous, state);
}

static void refault(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);
	struct fork f;

	mm_store(vma, MM_BASE, 5);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_true(mm_none(f.child, MM_BASE));
	assert_int_equal(mm_load(f.child, MM_BASE), 5);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_leaves_out_what_a_fault_brings_back(void **state)
{
	mm_fixture_each(refault, state);
}

static void pfn_shared(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	uint64_t refs;
	struct fork f;

	mm_touch(vma, MM_BASE, true);
	refs = mm_count(fx, SIM_CNT_REF);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_int_equal(mm_pfn(f.child, MM_BASE), mm_pfn(vma, MM_BASE));
	assert_int_equal(mm_test(f.child, MM_BASE, SIM_TEST_SPECIAL), fx->mmu->has_special);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_true(mm_test(f.child, MM_BASE, SIM_TEST_WRITE));
	assert_false(mm_test(f.child, MM_BASE, SIM_TEST_DIRTY));
	assert_false(mm_test(f.child, MM_BASE, SIM_TEST_YOUNG));
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	assert_int_equal(mm_count(fx, SIM_CNT_REF), refs);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_special_shared_is_verbatim(void **state)
{
	mm_fixture_each(pfn_shared, state);
}

static void pfn_private(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | VM_PFNMAP, &mm_pfn_ops);
	struct fork f;

	vma->vm_pgoff = fx->drv.io_pfn;
	mm_set_leaf(vma, MM_BASE, 0, fx->drv.io_pfn, true, true);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_false(mm_test(f.child, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_pfn(f.child, MM_BASE), fx->drv.io_pfn);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_special_private_loses_write(void **state)
{
	mm_fixture_each(pfn_private, state);
}

static void mixed_pages(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED | VM_MIXEDMAP, &mm_mixed_ops);
	int counted = !fx->mmu->has_special;
	struct page *page = fx->drv.page[0];
	struct fork f;

	fx->drv.pfn = page_to_pfn(page);
	mm_touch(vma, MM_BASE, true);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_int_equal(page_count(page), 1 + 2 * counted);
	assert_int_equal(page_mapcount(page), 2 * counted);
	assert_int_equal(mm_rss(f.child->vm_mm, MM_FILEPAGES), counted);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_mixedmap_counts_where_there_is_no_special_bit(void **state)
{
	mm_fixture_each(mixed_pages, state);
}

/* A page that a device writes to stays the parent's. */
static void pinned(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, NULL);
	struct page *page;
	struct fork f;

	mm_store(vma, MM_BASE, 5);
	mm_store(vma, MM_BASE + fx->page, 6);
	page = mm_page(vma, MM_BASE);
	fx->mm->has_pinned = 1;
	sim_get_page(page, GUP_PIN_COUNTING_BIAS);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_ptr_equal(mm_page(vma, MM_BASE), page);
	assert_ptr_not_equal(mm_page(f.child, MM_BASE), page);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_true(mm_test(f.child, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(page_mapcount(page), 1);
	assert_int_equal(mm_load(f.child, MM_BASE), 5);
	/* the page beside it is shared as ever */
	assert_ptr_equal(mm_page(f.child, MM_BASE + fx->page), mm_page(vma, MM_BASE + fx->page));
	assert_int_equal(mm_rss(f.child->vm_mm, MM_ANONPAGES), 2);
	sim_put_page(page, GUP_PIN_COUNTING_BIAS);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_pinned_page_at_once(void **state)
{
	mm_fixture_each(pinned, state);
}

/* Many references look like a pin only where the mm was ever pinned. */
static void not_pinned(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, NULL);
	struct page *page;
	struct fork f;

	mm_store(vma, MM_BASE, 5);
	page = mm_page(vma, MM_BASE);
	sim_get_page(page, GUP_PIN_COUNTING_BIAS);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_ptr_equal(mm_page(f.child, MM_BASE), page);
	sim_put_page(page, GUP_PIN_COUNTING_BIAS);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_never_pinned_mm_shares(void **state)
{
	mm_fixture_each(not_pinned, state);
}

static void leaf(struct mm_fixture *fx)
{
	unsigned long pages;
	struct vm_area_struct *vma;
	struct fork f;
	bool special;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	special = mm_test(vma, MM_BASE, SIM_TEST_SPECIAL);
	assert_int_equal(special, mmu_has(fx->mmu, SIM_FEAT_PMD_SPECIAL));
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_int_equal(!mm_none(f.child, MM_BASE), special);
	if (special)
		assert_true(mm_test(f.child, MM_BASE, SIM_TEST_WRITE));
	child_exits(&f);
	mm_unmap(vma);
}

/* Up to 6.1 a PUD leaf loses its write permission in shared mappings too. */
static void pud_leaf(struct mm_fixture *fx)
{
	bool protects = sim_rule(fx->machine, SIM_RULE_FORK_PROTECTS_SHARED_PUD);
	struct vm_area_struct *vma;
	unsigned long pages;
	struct fork f;

	if (!fx->mmu->has_leaf[2])
		return;
	pages = mmu_leaf_size(fx->mmu, 2) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 2, fx->drv.pfn & ~(pages - 1), true, true);
	assert_int_equal(fork_vma(fx, vma, &f), 0);
	assert_int_equal(mm_test(f.child, MM_BASE, SIM_TEST_WRITE), !protects);
	assert_int_equal(mm_test(vma, MM_BASE, SIM_TEST_WRITE), !protects);
	child_exits(&f);
	mm_unmap(vma);
}

static void test_copy_pud_leaf_by_release(void **state)
{
	mm_fixture_each(pud_leaf, state);
}

static void test_copy_huge_leaf_only_where_special(void **state)
{
	mm_fixture_each(leaf, state);
}

/* Where the copy fails, the child's memory-type reservation ends too. */
static void tracked(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	unsigned long live;
	bool done = false;

	assert_int_equal(remap_pfn_range(vma, MM_BASE, fx->drv.io_pfn, 4 * fx->page,
					 vma->vm_page_prot), 0);
	live = sim_live_objects(fx->machine, SIM_OBJ_MEMTYPE);
	for (unsigned long nth = 1; !done; nth++) {
		struct fork f = { vma, mm_dup_vma(vma, mm_create(fx)) };
		int ret;

		sim_fail_alloc(fx->machine, nth);
		ret = copy_page_range(f.child, vma);
		done = sim_fail_alloc_pending(fx->machine);
		sim_fail_alloc(fx->machine, 0);
		assert_int_equal(ret == 0, done);
		if (done)
			assert_int_equal(mm_pfn(f.child, MM_BASE), fx->drv.io_pfn);
		child_exits(&f);
		assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_MEMTYPE), live);
	}
	mm_unmap(vma);
}

static void test_copy_tracked_pfns_without_memory(void **state)
{
	mm_fixture_each(tracked, state);
}

/* 5.11 looks at pins of any page, and finds no family for the copy. */
static void test_copy_pinned_file_page_is_a_bug_in_5_11(void **state)
{
	static const struct {
		const char *release;
		bool bug;
	} cases[] = { { "5.11", true }, { "6.1", false }, { "6.12", false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sim_machine_config config = { .release = cases[i].release };
		struct mm_fixture fx;
		struct vm_area_struct *vma;
		struct fork f;

		mm_fixture_open(&fx, &config);
		vma = mm_map(&fx, fx.mm, 0, 4, MM_RW | VM_MIXEDMAP, &mm_page_ops);
		mm_load(vma, MM_BASE);
		fx.mm->has_pinned = 1;
		sim_get_page(fx.drv.page[0], GUP_PIN_COUNTING_BIAS);
		assert_int_equal(fork_vma(&fx, vma, &f), cases[i].bug ? -EIO : 0);
		assert_int_equal(sim_crashed(fx.machine), cases[i].bug);
		if (cases[i].bug)
			assert_int_equal(copy_page_range(f.child, vma), -EIO);
		sim_machine_destroy(fx.machine);
	}
}

/* Pages over three tables, one of them pinned; @nth allocation fails. */
static struct vm_area_struct *big_parent(struct mm_fixture *fx)
{
	unsigned long size = mmu_leaf_size(fx->mmu, 1);
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 2 * size / fx->page + 1, MM_RW, NULL);

	mm_store(vma, MM_BASE, 1);
	mm_store(vma, MM_BASE + size, 2);
	mm_store(vma, MM_BASE + 2 * size, 3);
	fx->mm->has_pinned = 1;
	sim_get_page(mm_page(vma, MM_BASE + size), GUP_PIN_COUNTING_BIAS);
	return vma;
}

static void oom_sweep(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = big_parent(fx);
	unsigned long size = mmu_leaf_size(fx->mmu, 1), nth;
	struct mm_state before, after;
	bool done = false;

	mm_save(fx, fx->mm, &before);
	for (nth = 1; !done; nth++) {
		struct fork f;
		int ret;

		f.parent = vma;
		f.child = mm_dup_vma(vma, mm_create(fx));
		sim_fail_alloc(fx->machine, nth);
		ret = copy_page_range(f.child, vma);
		done = sim_fail_alloc_pending(fx->machine);
		sim_fail_alloc(fx->machine, 0);
		assert_int_equal(ret, done ? 0 : -ENOMEM);
		assert_int_equal(fx->mm->write_protect_seq % 2, 0);
		child_exits(&f);
		mm_save(fx, fx->mm, &after);
		mm_assert_same(&before, &after);
		assert_int_equal(page_mapcount(mm_page(vma, MM_BASE)), 1);
	}
	assert_true(nth > 5);
	assert_int_equal(mm_load(vma, MM_BASE + size), 2);
	sim_put_page(mm_page(vma, MM_BASE + size), GUP_PIN_COUNTING_BIAS);
	mm_unmap(vma);
}

static void test_copy_without_memory_leaves_the_parent(void **state)
{
	mm_fixture_each(oom_sweep, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_copy_anonymous_pages_are_shared_until_written),
	MM_TEST(test_copy_leaves_out_what_a_fault_brings_back),
	MM_TEST(test_copy_special_shared_is_verbatim),
	MM_TEST(test_copy_special_private_loses_write),
	MM_TEST(test_copy_mixedmap_counts_where_there_is_no_special_bit),
	MM_TEST(test_copy_pinned_page_at_once),
	MM_TEST(test_copy_never_pinned_mm_shares),
	MM_TEST(test_copy_huge_leaf_only_where_special),
	MM_TEST(test_copy_pud_leaf_by_release),
	MM_TEST(test_copy_tracked_pfns_without_memory),
	cmocka_unit_test(test_copy_pinned_file_page_is_a_bug_in_5_11),
	MM_TEST(test_copy_without_memory_leaves_the_parent),
};

SIM_TEST_MAIN(tests)
