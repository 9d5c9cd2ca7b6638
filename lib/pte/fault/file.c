/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * file.c - the first touch of a mapping with vm_ops.
 *
 *   access          vma       page asked of       what is mapped
 *   read            any       ->fault             the page, read-only where COW
 *   write           private   ->fault             a copy (do_cow_fault)
 *   write           shared    ->fault, then       the page, writable
 *                             ->page_mkwrite
 *
 * ->fault either returns a page, with a reference that the entry keeps, or maps
 * something itself and answers VM_FAULT_NOPAGE, as TTM does.
 */
#include "pte/fault/mkwrite.h"
#include "pte/fault/parts.h"

/* ---- asking the driver ---- */

/* A table to have in hand, so that none must be allocated with the page locked. */
static bool preallocate_table(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	if (!mmu_is_none(mm->sim_mmu, 1, vmf_read_pmd(vmf)))
		return true;
	vmf->prealloc_pte = sim_table_alloc(mm, 0);
	return vmf->prealloc_pte != NULL;
}

/* Unless the result says that there is none, vmf->page is locked and referenced.
 * Models: mm/memory.c, __do_fault, 5.11 to 6.12. */
static vm_fault_t __do_fault(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);
	vm_fault_t ret;

	if (!preallocate_table(vmf))
		return VM_FAULT_OOM;
	ret = call_fault(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY | VM_FAULT_DONE_COW))
		return ret;
	if (SIM_BUG_ON(machine, "mm/memory.c", !vmf->page))
		return VM_FAULT_SIGBUS;
	if (!(ret & VM_FAULT_LOCKED) && !page_lock_or_bug(vmf->page)) {
		put_page(vmf->page);
		return VM_FAULT_SIGBUS;
	}
	return ret;
}

/* ---- mapping what came back ---- */

/* Hangs the table in hand into the pmd. Models: mm/memory.c, pmd_install, 6.1. */
static void install_table(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	bool split = mmu->has_leaf[1];
	spinlock_t *lock = split ? sim_ptl(mmu, 1, vmf->pmd) : &mm->page_table_lock;
	enum sim_lock_rank rank = split ? SIM_RANK_PTL : SIM_RANK_TABLE;

	sim_spin_lock(mm->sim_machine, lock, rank);
	if (mmu_is_none(mmu, 1, vmf_read_pmd(vmf))) {
		mmu_write(mmu, 1, vmf->pmd,
			  mmu_table_entry(mmu, 1, vmf->prealloc_pte, mm->sim_machine));
		vmf->prealloc_pte = NULL;
		__atomic_fetch_add(&mm->pgtables_bytes.counter, sim_table_bytes(mmu, 0),
				   __ATOMIC_RELAXED);
	}
	sim_spin_unlock(lock, rank);
}

/* Under the lock. false after a BUG. Models: mm/memory.c, do_set_pte, 5.11 to 6.12. */
static bool do_set_pte(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	uint64_t e = vmf_mk_pte(vmf, page);

	if (vmf->flags & FAULT_FLAG_WRITE)
		e = vmf_mk_written(vmf, e);
	if ((vmf->flags & FAULT_FLAG_WRITE) && !(vma->vm_flags & VM_SHARED)) {
		if (!page_add_new_anon_rmap(page, vma, vmf->address))
			return false;
		sim_rss_add(vma->vm_mm, MM_ANONPAGES, 1);
	} else {
		sim_page_add_map(page);
		sim_rss_add(vma->vm_mm, sim_mm_counter(page), 1);
	}
	vmf_write(vmf, e);
	return true;
}

/* Models: mm/memory.c, finish_fault, 5.11 to 6.12; order-0 pages only. */
static vm_fault_t finish_fault(struct vm_fault *vmf)
{
	bool cow = (vmf->flags & FAULT_FLAG_WRITE) && !(vmf->vma->vm_flags & VM_SHARED);
	vm_fault_t ret;

	if (vmf->prealloc_pte && mmu_is_none(vmf->vma->vm_mm->sim_mmu, 1, vmf_read_pmd(vmf)))
		install_table(vmf);
	if (!vmf_alloc_lock(vmf, &ret))
		return ret ? ret : VM_FAULT_NOPAGE;
	if (!vmf_none(vmf, vmf_read(vmf)))
		ret = VM_FAULT_NOPAGE;
	else
		ret = do_set_pte(vmf, cow ? vmf->cow_page : vmf->page) ? 0 : VM_FAULT_SIGBUS;
	vmf_unlock(vmf);
	return ret;
}

/* ---- the three kinds ---- */

#define FAULT_UNFINISHED (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)

/* Models: mm/memory.c, do_read_fault, 5.11 to 6.12; without fault-around. */
static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = __do_fault(vmf);

	if (ret & (FAULT_UNFINISHED | VM_FAULT_DONE_COW))
		return ret;
	ret |= finish_fault(vmf);
	page_unlock(vmf->page);
	if (ret & FAULT_UNFINISHED)
		put_page(vmf->page);
	return ret;
}

/* The copy of vmf->page, and the entry for it. */
static vm_fault_t finish_cow(struct vm_fault *vmf)
{
	int err = sim_phys_copy(vmf_machine(vmf), sim_page_to_pfn(vmf->cow_page),
				sim_page_to_pfn(vmf->page));
	vm_fault_t ret = err ? VM_FAULT_OOM : finish_fault(vmf);

	page_unlock(vmf->page);
	put_page(vmf->page);
	return ret;
}

/* Models: mm/memory.c, do_cow_fault, 5.11 to 6.12. */
static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (sim_anon_vma_prepare(vmf->vma))
		return VM_FAULT_OOM;
	vmf->cow_page = sim_alloc_pages(vmf_machine(vmf), 0);
	if (!vmf->cow_page)
		return VM_FAULT_OOM;
	ret = __do_fault(vmf);
	if (ret & VM_FAULT_DONE_COW)
		return ret;
	if (!(ret & FAULT_UNFINISHED))
		ret |= finish_cow(vmf);
	if (ret & FAULT_UNFINISHED)
		put_page(vmf->cow_page);
	return ret;
}

/* Models: mm/memory.c, do_shared_fault, 5.11 to 6.12. */
static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = __do_fault(vmf), tmp;

	if (ret & (FAULT_UNFINISHED | VM_FAULT_DONE_COW))
		return ret;
	if (vmf->vma->vm_ops->page_mkwrite) {
		page_unlock(vmf->page);
		tmp = do_page_mkwrite(vmf);
		if (!tmp || (tmp & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))) {
			put_page(vmf->page);
			return tmp;
		}
	}
	ret |= finish_fault(vmf);
	if (ret & FAULT_UNFINISHED) {
		page_unlock(vmf->page);
		put_page(vmf->page);
		return ret;
	}
	return ret | fault_dirty_shared_page(vmf);
}

/* A vma with vm_ops but no ->fault: everything should have been mapped at mmap.
 * An entry that is back by now was only being changed. */
static vm_fault_t no_fault_handler(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	uint64_t pmd = vmf_read_pmd(vmf);
	vm_fault_t ret;

	if (mmu_is_none(mm->sim_mmu, 1, pmd) || mmu_is_leaf(mm->sim_mmu, 1, pmd))
		return VM_FAULT_SIGBUS;
	vmf->pte = mmu_slot(mm->sim_mmu, 0, mmu_table(mm->sim_mmu, 1, pmd, mm->sim_machine),
			    vmf->address);
	vmf_lock(vmf);
	ret = vmf_none(vmf, vmf_read(vmf)) ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
	vmf_unlock(vmf);
	return ret;
}

/* Models: mm/memory.c, do_fault, 5.11 to 6.12. */
vm_fault_t do_fault(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	vm_fault_t ret;

	if (!vmf->vma->vm_ops->fault)
		ret = no_fault_handler(vmf);
	else if (!(vmf->flags & FAULT_FLAG_WRITE))
		ret = do_read_fault(vmf);
	else if (!(vmf->vma->vm_flags & VM_SHARED))
		ret = do_cow_fault(vmf);
	else
		ret = do_shared_fault(vmf);
	if (vmf->prealloc_pte)
		sim_table_free(mm, 0, vmf->prealloc_pte);
	vmf->prealloc_pte = NULL;
	return ret;
}
