/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_access.c - what the CPU lets through, and what it notes in entries.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)

static void nothing_mapped(struct mm_fixture *fx)
{
	unsigned long pfn = 77;

	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE, false, &pfn), -EFAULT);
	assert_int_equal(sim_mmu_access(fx->mm, fx->mmu->task_size, false, &pfn), -EFAULT);
	assert_int_equal(sim_mmu_access(fx->mm, ~0UL, true, &pfn), -EFAULT);
	assert_int_equal(pfn, 77);
}

static void test_access_unmapped_faults(void **state)
{
	mm_fixture_each(nothing_mapped, state);
}

static void permissions(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 2, SHARED_PFN, &mm_pfn_ops);
	unsigned long pfn;

	mm_set_leaf(vma, MM_BASE, 0, fx->drv.io_pfn + 3, false, true);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE + 9, false, &pfn), 0);
	assert_int_equal(pfn, fx->drv.io_pfn + 3);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE, true, &pfn), -EFAULT);

	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, VM_NONE);
	mm_set_leaf(vma, MM_BASE, 0, fx->drv.io_pfn, false, true);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE, false, &pfn), -EFAULT);
	mm_unmap(vma);
}

static void test_access_obeys_permissions(void **state)
{
	mm_fixture_each(permissions, state);
}

/* Takes young and dirty from an entry. */
static void make_old_and_clean(struct vm_area_struct *vma, unsigned long addr)
{
	const struct sim_entry_format *fmt = &vma->vm_mm->sim_mmu->format[0];
	int level;
	void *slot = sim_walk(vma->vm_mm, addr, &level);
	uint64_t e = mmu_read(vma->vm_mm->sim_mmu, 0, slot);

	e = fmt_op(fmt, SIM_OP_MKOLD, fmt_op(fmt, SIM_OP_MKCLEAN, e));
	sim_set_entry(vma->vm_mm, 0, slot, addr, e);
}

static void young_and_dirty(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 2, SHARED_PFN, &mm_pfn_ops);
	bool hardware = !fx->mmu->ad_fault;
	unsigned long pfn;
	uint64_t faults;

	assert_int_equal(mm_touch(vma, MM_BASE, true), 0);
	make_old_and_clean(vma, MM_BASE);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_YOUNG));

	faults = mm_count(fx, SIM_CNT_FAULT);
	assert_int_equal(mm_touch(vma, MM_BASE, false), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_YOUNG));
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	if (hardware)
		assert_int_equal(mm_count(fx, SIM_CNT_FAULT), faults);
	assert_int_equal(mm_touch(vma, MM_BASE, true), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	if (hardware)
		assert_int_equal(mm_count(fx, SIM_CNT_FAULT), faults);
	else
		assert_true(mm_count(fx, SIM_CNT_FAULT) > faults);
	/* from now on nothing is left to do */
	faults = mm_count(fx, SIM_CNT_FAULT);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE, true, &pfn), 0);
	assert_int_equal(mm_count(fx, SIM_CNT_FAULT), faults);
	mm_unmap(vma);
}

static void test_access_sets_young_and_dirty(void **state)
{
	mm_fixture_each(young_and_dirty, state);
}

static void huge_leaf(struct mm_fixture *fx)
{
	unsigned long pages, pfn, base = 512 * (fx->drv.io_pfn / 512);
	struct vm_area_struct *vma;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_pfn_ops);
	mm_set_leaf(vma, MM_BASE, 1, base, false, true);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE + 5 * fx->page + 1, false, &pfn), 0);
	assert_int_equal(pfn, base + 5);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE + 5 * fx->page, true, &pfn), -EFAULT);
	mm_unmap(vma);
}

static void test_access_inside_huge_leaf(void **state)
{
	mm_fixture_each(huge_leaf, state);
}

/* The first page that is not let through, or that nothing answers at. */
static void touch_ends(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 6, SHARED_PFN, &mm_pfn_ops);
	unsigned long end = MM_BASE + 6 * fx->page;

	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE, end, false), MM_BASE);
	for (unsigned long i = 0; i < 6; i++)
		mm_set_leaf(vma, MM_BASE + i * fx->page, 0, fx->drv.io_pfn + 5 - i, i != 3, true);
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE, end, false), end);
	/* the entries are clean: where software notes that, the first store faults */
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE, end, true),
			 fx->mmu->ad_fault ? MM_BASE : MM_BASE + 3 * fx->page);
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE + 3 * fx->page, end, true),
			 MM_BASE + 3 * fx->page);
	mm_set_leaf(vma, MM_BASE + fx->page, 0, fx->mmu->arch->ram_start_pfn - 1, true, true);
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE, end, false), MM_BASE + fx->page);
	mm_unmap(vma);
}

static void test_access_touch_ends_at_a_fault(void **state)
{
	mm_fixture_each(touch_ends, state);
}

static void touch_huge(struct mm_fixture *fx)
{
	unsigned long size, base = 512 * (fx->drv.io_pfn / 512);
	struct vm_area_struct *vma;

	if (!fx->mmu->has_leaf[1])
		return;
	size = mmu_leaf_size(fx->mmu, 1);
	vma = mm_map(fx, fx->mm, 0, 2 * size / fx->page, SHARED_PFN, &mm_pfn_ops);
	mm_set_leaf(vma, MM_BASE, 1, base, false, true);
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE + 5 * fx->page, MM_BASE + 2 * size, false),
			 MM_BASE + size);
	assert_int_equal(sim_mmu_touch(fx->mm, MM_BASE, MM_BASE + size, true), MM_BASE);
	mm_unmap(vma);
}

static void test_access_touch_inside_huge_leaf(void **state)
{
	mm_fixture_each(touch_huge, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_access_unmapped_faults),
	MM_TEST(test_access_obeys_permissions),
	MM_TEST(test_access_sets_young_and_dirty),
	MM_TEST(test_access_inside_huge_leaf),
	MM_TEST(test_access_touch_ends_at_a_fault),
	MM_TEST(test_access_touch_inside_huge_leaf),
};

SIM_TEST_MAIN(tests)
