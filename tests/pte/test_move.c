/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_move.c - mremap: entries at another address.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)

/* A second vma for the same thing, @at pages from MM_BASE. */
static struct vm_area_struct *target(struct mm_fixture *fx, struct vm_area_struct *vma,
				     unsigned long at)
{
	unsigned long pages = (vma->vm_end - vma->vm_start) / fx->page;
	struct vm_area_struct *to = mm_map(fx, fx->mm, at, pages, vma->vm_flags, vma->vm_ops);

	to->anon_vma = vma->anon_vma;
	to->vm_pgoff = vma->vm_pgoff;
	sim_anon_vma_get(to->anon_vma);
	return to;
}

static unsigned long move(struct vm_area_struct *vma, struct vm_area_struct *to)
{
	return sim_move_tables(vma, vma->vm_start, to, to->vm_start,
			       vma->vm_end - vma->vm_start);
}

/* Entries with holes between, from the middle of one table across into another. */
static void entries(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 300, 600, MM_RW, NULL), *to;
	uint64_t counted;

	for (int i = 0; i < 600; i += 7)
		mm_store(vma, vma->vm_start + i * fx->page, (uint8_t)(i + 1));
	to = target(fx, vma, 5001);
	counted = mm_count(fx, SIM_CNT_REF) + mm_count(fx, SIM_CNT_MAPCOUNT);
	assert_int_equal(move(vma, to), 600 * fx->page);
	assert_int_equal(mm_count(fx, SIM_CNT_REF) + mm_count(fx, SIM_CNT_MAPCOUNT), counted);
	for (int i = 0; i < 600; i++) {
		assert_true(mm_none(vma, vma->vm_start + i * fx->page));
		assert_int_equal(mm_none(to, to->vm_start + i * fx->page), i % 7 != 0);
		if (i % 7 == 0)
			assert_int_equal(mm_load(to, to->vm_start + i * fx->page),
					 (uint8_t)(i + 1));
	}
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 600 / 7 + 1);
	mm_unmap(vma);
	mm_unmap(to);
}

static void test_move_keeps_entries_and_holes(void **state)
{
	mm_fixture_each(entries, state);
}

static void bits(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops), *to;
	uint64_t e;

	mm_touch(vma, MM_BASE, true);
	e = mm_entry(vma, MM_BASE, NULL);
	to = target(fx, vma, 40);
	assert_int_equal(move(vma, to), 4 * fx->page);
	assert_true(mm_entry(to, to->vm_start, NULL) ==
		    fmt_op(&fx->mmu->format[0], SIM_OP_MKSOFT_DIRTY, e));
	assert_int_equal(fx->drv.nr_fault, 1);
	mm_unmap(vma);
	mm_unmap(to);
}

static void test_move_within_one_table_keeps_the_bits(void **state)
{
	mm_fixture_each(bits, state);
}

static void empty(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4000, MM_RW, NULL);
	struct vm_area_struct *to = target(fx, vma, 8000);
	uint64_t tables = mm_count(fx, SIM_CNT_TABLE_ALLOC);

	assert_int_equal(move(vma, to), 4000 * fx->page);
	assert_int_equal(mm_count(fx, SIM_CNT_TABLE_ALLOC), tables);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), 0);
	mm_unmap(vma);
	mm_unmap(to);
}

static void test_move_of_nothing_needs_no_tables(void **state)
{
	mm_fixture_each(empty, state);
}

static void leaf(struct mm_fixture *fx)
{
	struct vm_area_struct *vma, *to, *odd;
	unsigned long pages;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	to = target(fx, vma, 4 * pages);
	assert_int_equal(move(vma, to), pages * fx->page);
	assert_true(mm_none(vma, MM_BASE));
	assert_int_equal(mm_pfn(to, to->vm_start), fx->drv.pfn & ~(pages - 1));
	/* not aligned: the leaf goes, its pages fault in again */
	odd = target(fx, vma, 8 * pages + 1);
	assert_int_equal(move(to, odd), pages * fx->page);
	assert_true(mm_none(to, to->vm_start));
	assert_true(mm_none(odd, odd->vm_start));
	mm_unmap(vma);
	mm_unmap(to);
	mm_unmap(odd);
}

static void test_move_huge_leaf_whole_or_split(void **state)
{
	mm_fixture_each(leaf, state);
}

/* Without memory a part has moved, and can be moved back. */
static void sweep(struct mm_fixture *fx)
{
	unsigned long size = mmu_leaf_size(fx->mmu, 1), len = 2 * size, nth;
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, len / fx->page, MM_RW, NULL), *to;
	unsigned long done = 0;

	mm_store(vma, MM_BASE, 1);
	mm_store(vma, MM_BASE + size, 2);
	for (nth = 1; done != len; nth++) {
		to = target(fx, vma, 16 * len / fx->page);
		sim_fail_alloc(fx->machine, nth);
		done = move(vma, to);
		sim_fail_alloc(fx->machine, 0);
		assert_true(done <= len);
		assert_int_equal(sim_move_tables(to, to->vm_start, vma, MM_BASE, done), done);
		assert_int_equal(mm_load(vma, MM_BASE), 1);
		assert_int_equal(mm_load(vma, MM_BASE + size), 2);
		assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 2);
		mm_unmap(to);
	}
	assert_true(nth > 2);
	mm_unmap(vma);
}

static void test_move_without_memory_can_be_undone(void **state)
{
	mm_fixture_each(sweep, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_move_keeps_entries_and_holes),
	MM_TEST(test_move_within_one_table_keeps_the_bits),
	MM_TEST(test_move_of_nothing_needs_no_tables),
	MM_TEST(test_move_huge_leaf_whole_or_split),
	MM_TEST(test_move_without_memory_can_be_undone),
};

SIM_TEST_MAIN(tests)
