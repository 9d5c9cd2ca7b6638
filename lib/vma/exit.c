/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * exit.c - the end of an address space.
 *
 * Entries go first, of all vmas; then the vmas leave their files' i_mmap, so
 * that no one finds them any more; then the tables go, and at last each vma is
 * closed and freed.
 */
#include "pte/tlb.h"
#include "vma/internal.h"

static void remove_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm -= vma_pages(vma);
	vma_tree_remove(mm, vma);
	mm->map_count--;
	vma_close(vma);
	vma_put_refs(vma);
	vm_area_free(vma);
}

void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	if (sim_mmap_write_lock(mm, __func__))
		return;
	sim_assert_expensive(small_vma_tree_is_valid(mm));
	tlb_gather_mmu_fullmm(&tlb, mm);
	for (vma = sim_vma_next(mm, NULL); vma; vma = vma->sim_next)
		sim_unmap_vma(&tlb, vma);
	for (vma = sim_vma_next(mm, NULL); vma; vma = vma->sim_next)
		i_mmap_remove(vma);
	sim_free_tables(&tlb, 0, mm->task_size, 0, 0);
	tlb_flush_mmu(&tlb);
	while ((vma = sim_vma_next(mm, NULL)))
		remove_vma(mm, vma);
	vma_tree_trim(mm);
	sim_assert(!mm->map_count);
	/* A locked mapping that becomes one with the place it was moved from unlocks both,
	 * and locked_vm stays (docs/fidelity.md). */
	sim_assert(!mm->locked_vm ||
		   sim_rule(mm->sim_machine, SIM_RULE_DONTUNMAP_SELF_MERGES));
	sim_mmap_unlock(mm);
}
