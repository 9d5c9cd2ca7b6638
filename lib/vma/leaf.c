/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * leaf.c - one entry of a vma after the other, each under the lock of its table:
 * for those who look on.
 */
#include "vma/internal.h"

bool vma_leaf_lock(struct vm_area_struct *vma, unsigned long addr, struct vma_leaf *leaf)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;

	leaf->slot = sim_walk(mm, addr, &leaf->level);
	leaf->vma = vma;
	leaf->addr = addr;
	leaf->ptl = sim_ptl(mmu, leaf->level, leaf->slot);
	sim_spin_lock(mm->sim_machine, leaf->ptl, SIM_RANK_PTL);
	leaf->e = sim_get_entry(mm, leaf->level, leaf->slot);
	return !mmu_is_none(mmu, leaf->level, leaf->e) && mmu_is_leaf(mmu, leaf->level, leaf->e) &&
	       fmt_test(&mmu->format[leaf->level], SIM_TEST_PRESENT, leaf->e);
}

void vma_leaf_unlock(const struct vma_leaf *leaf)
{
	sim_spin_unlock(leaf->ptl, SIM_RANK_PTL);
}

unsigned long vma_leaf_end(const struct vma_leaf *leaf)
{
	unsigned long size = mmu_leaf_size(leaf->vma->vm_mm->sim_mmu, leaf->level);

	return (leaf->addr & ~(size - 1)) + size;
}

unsigned long vma_leaf_pfn(const struct vma_leaf *leaf)
{
	const struct sim_mmu *mmu = leaf->vma->vm_mm->sim_mmu;
	unsigned long inside = leaf->addr & (mmu_leaf_size(mmu, leaf->level) - 1);

	return fmt_pfn(&mmu->format[leaf->level], leaf->e) + (inside >> mmu->page_shift);
}

struct page *vma_leaf_page(const struct vma_leaf *leaf)
{
	return sim_normal_page(leaf->vma, leaf->addr, leaf->e, leaf->level);
}
