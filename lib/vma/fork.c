/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fork.c - an address space is copied, vma by vma.
 *
 *	VM_DONTCOPY		the child does not get it
 *	VM_WIPEONFORK		the child gets it without entries
 *	otherwise		copy_page_range() copies what a fault could not bring
 *				back: private pages write-protected on both sides
 *
 * Whatever fails, the parent's vmas stay as they were; the child goes, closing
 * each vma that it already has.
 */
#include "vma/internal.h"

/*
 * The child's pages belong to an anon_vma of its own, linked to the parent's.
 * Models: mm/rmap.c, anon_vma_fork, 6.1; without the chains: the child's vma
 * remembers that it is no sole owner (merge.c).
 */
static int anon_vma_fork(struct vm_area_struct *vma, const struct vm_area_struct *parent)
{
	vma->anon_vma = NULL;
	vma->sim_anon_forked = false;
	if (!parent->anon_vma || (parent->vm_flags & VM_WIPEONFORK))
		return 0;
	if (sim_anon_vma_prepare(vma))
		return -ENOMEM;
	vma->sim_anon_forked = true;
	return 0;
}

/* Into the file's reverse map, and the entries, both under its lock (rmap.c). */
static int link_and_copy(struct vm_area_struct *vma, struct vm_area_struct *parent)
{
	int ret = 0;

	i_mmap_lock_write(vma->vm_file);
	i_mmap_insert_locked(vma);
	if (!(vma->vm_flags & VM_WIPEONFORK))
		ret = copy_page_range(vma, parent);
	i_mmap_unlock_write(vma->vm_file);
	return ret;
}

/* One vma. A vma that could be linked stays, error or not: exit_mmap() ends it. */
static int dup_vma(struct mm_struct *mm, struct vm_area_struct *parent)
{
	bool opens_first = sim_rule(mm->sim_machine, SIM_RULE_FORK_OPENS_FIRST);
	struct vma_spares spares = { 0 };
	struct vm_area_struct *vma;
	int ret = vma_spares_get(mm, &spares, 1);

	if (ret)
		return ret;
	vma = vm_area_dup(parent, mm, &spares);
	ret = anon_vma_fork(vma, parent);
	if (ret) {
		vm_area_free(vma);
		vma_spares_put(&spares);
		return ret;
	}
	vma->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	if (vma->vm_file)
		get_file(vma->vm_file);
	vma_tree_insert(mm, vma);
	vma_spares_put(&spares);
	mm->map_count++;
	if (opens_first)
		vma_open(vma);
	ret = link_and_copy(vma, parent);
	if (!opens_first)
		vma_open(vma);
	return ret;
}

/* Models: kernel/fork.c, dup_mmap, 5.11 to 6.12. Both locks are held. */
static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *vma;
	int ret = 0;

	sim_assert(mmap_write_held(mm) && mmap_write_held(oldmm) && !mm->map_count);
	mm->total_vm = oldmm->total_vm;
	mm->data_vm = oldmm->data_vm;
	for (vma = sim_vma_next(oldmm, NULL); vma && !ret; vma = vma->sim_next) {
		if (vma->vm_flags & VM_DONTCOPY)
			vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		else
			ret = dup_vma(mm, vma);
		if (!ret && sim_is_crashed(mm->sim_machine))
			ret = -EIO;
	}
	return ret;
}

/*
 * What a child has of its parent beside the mappings. The kernel copies the structure
 * and sets back counts, locks and most of def_flags: what mlockall() wants of mappings
 * to come is the parent's.
 * Models: kernel/fork.c, dup_mm and mm_init; include/linux/mm.h, VM_INIT_DEF_MASK, 5.11
 * to 6.12.
 */
static void inherit(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	mm->mmap_base = oldmm->mmap_base;
	mm->def_flags = oldmm->def_flags & VM_NOHUGEPAGE;
}

struct mm_struct *dup_mm(struct mm_struct *oldmm)
{
	struct mm_struct *mm = mm_alloc(oldmm->sim_machine);
	int ret;

	if (!mm)
		return NULL;
	if (sim_mmap_write_lock(oldmm, "sim_fork")) {
		mmput(mm);
		return NULL;
	}
	inherit(mm, oldmm);
	(void)sim_mmap_write_lock(mm, "sim_fork"); /* nobody else knows it */
	ret = dup_mmap(mm, oldmm);
	sim_assert(mm->map_count <= oldmm->map_count);
	sim_assert_expensive(small_vma_tree_is_valid(mm));
	sim_flush_tlb_range(oldmm, 0, oldmm->task_size);
	sim_mmap_unlock(mm);
	sim_mmap_unlock(oldmm);
	if (!ret)
		return mm;
	mmput(mm);
	return NULL;
}
