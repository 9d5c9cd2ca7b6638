/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * wp.c - a store met a present entry that is not writable.
 *
 *   page (vm_normal_page)   vma       what happens
 *   none: special, pfn      shared    ->pfn_mkwrite, then the entry is made writable
 *   none: special, pfn      private   a copy, read through the user's own mapping
 *   anonymous               private   reused where nobody else has it, else a copy
 *   a file's                shared    ->page_mkwrite, then made writable
 *   a file's                private   a copy
 *
 * "Nobody else has it": up to 5.11 one reference and one mapping; later the page
 * carries a mark (PG_anon_exclusive) that fork takes away, and one reference
 * counts where the mark is gone.
 *
 * A copy is made without the page-table lock, so the entry is compared
 * afterwards; where it changed, the copy goes and the access tries again.
 */
#include <errno.h>

#include "pte/fault/mkwrite.h"
#include "pte/fault/parts.h"
#include "pte/lockless.h"

static bool is_unshare(const struct vm_fault *vmf)
{
	return vmf->flags & FAULT_FLAG_UNSHARE;
}

static bool is_shared_writable(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED);
}

/* Takes the lock again: is the entry what it was at the fault? */
static bool vmf_relock_same(struct vm_fault *vmf)
{
	vmf_lock(vmf);
	return vmf_read(vmf) == vmf->orig_pte.pte;
}

/* ---- made writable where it is ---- */

/* Models: mm/memory.c, wp_page_reuse, 5.11 to 6.12. Lets go of the lock. */
static void wp_page_reuse(struct vm_fault *vmf)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	struct sim_machine *machine = vmf_machine(vmf);
	uint64_t e = fmt_op(fmt, SIM_OP_MKYOUNG, vmf->orig_pte.pte);

	leaf_set_access(machine, sim_cpu(machine), 0, vmf->pte, vmf->address,
			vmf_mk_written(vmf, e));
	vmf_unlock(vmf);
}

/* Models: mm/memory.c, finish_mkwrite_fault, 5.11 to 6.12. */
static vm_fault_t finish_mkwrite_fault(struct vm_fault *vmf)
{
	(void)SIM_WARN_ON(vmf_machine(vmf), "mm/memory.c", !(vmf->vma->vm_flags & VM_SHARED));
	if (!vmf_relock_same(vmf)) {
		vmf_unlock(vmf);
		return VM_FAULT_NOPAGE;
	}
	wp_page_reuse(vmf);
	return 0;
}

/* Models: mm/memory.c, wp_pfn_shared, 5.11 to 6.12. */
static vm_fault_t wp_pfn_shared(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret;

	if (!ops || !ops->pfn_mkwrite) {
		wp_page_reuse(vmf);
		return fault_write_result(vmf_machine(vmf));
	}
	vmf_unlock(vmf);
	vmf->flags |= FAULT_FLAG_MKWRITE;
	ret = call_pfn_mkwrite(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY))
		return ret;
	return finish_mkwrite_fault(vmf);
}

/* Asks the driver and makes the entry writable; then the page is locked. Any
 * other result than VM_FAULT_LOCKED is the fault's. */
static vm_fault_t mkwrite_shared(struct vm_fault *vmf)
{
	vm_fault_t ret = do_page_mkwrite(vmf);

	if (!ret || (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)))
		return ret & ~VM_FAULT_LOCKED;
	ret = finish_mkwrite_fault(vmf);
	if (ret) {
		page_unlock(vmf->page);
		return ret;
	}
	return VM_FAULT_LOCKED;
}

/* Models: mm/memory.c, wp_page_shared, 5.11 to 6.12. */
static vm_fault_t wp_page_shared(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	struct sim_machine *machine = vmf_machine(vmf);
	struct page *page = vmf->page;
	vm_fault_t ret = VM_FAULT_LOCKED;

	get_page(page);
	if (ops && ops->page_mkwrite) {
		vmf_unlock(vmf);
		ret = mkwrite_shared(vmf);
	} else {
		wp_page_reuse(vmf);
		if (!page_lock_or_bug(page))
			ret = VM_FAULT_SIGBUS;
	}
	if (ret == VM_FAULT_LOCKED)
		ret = fault_write_result(machine) | fault_dirty_shared_page(vmf);
	put_page(page);
	return ret;
}

/* ---- is this anonymous page ours alone? ---- */

/* Models: mm/memory.c, do_wp_page, 5.11: one reference, one mapping. */
static bool can_reuse_by_count(struct page *page)
{
	bool alone;

	if (page_count(page) != 1 || page_test_and_set(page, PG_locked))
		return false;
	alone = page_mapcount(page) == 1 && page_count(page) == 1;
	page_unlock(page);
	return alone;
}

/* Models: mm/memory.c, do_wp_page, 6.1, and wp_can_reuse_anon_folio, 6.12. */
static bool can_reuse_by_mark(struct page *page, struct vm_area_struct *vma)
{
	bool alone;

	if (sim_page_test(page, PG_anon_exclusive))
		return true;
	if (page_count(page) != 1 || page_test_and_set(page, PG_locked))
		return false;
	alone = page_count(page) == 1;
	if (alone)
		page_move_anon_rmap(page, vma);
	page_unlock(page);
	return alone;
}

static bool can_reuse(const struct vm_fault *vmf)
{
	if (!sim_page_is_anon(vmf->page))
		return false;
	if (sim_rule(vmf_machine(vmf), SIM_RULE_ANON_EXCLUSIVE))
		return can_reuse_by_mark(vmf->page, vmf->vma);
	return can_reuse_by_count(vmf->page);
}

/* ---- the copy ---- */

/* __copy_from_user_inatomic() of the page at the fault's address. */
static int copy_from_user_page(struct vm_fault *vmf, unsigned long to_pfn)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	unsigned long pfn;
	int err;

	if (mm->sim_machine->arch->copies_by_tables)
		return sim_phys_copy(mm->sim_machine, to_pfn,
				     fmt_pfn(vmf_format(vmf), vmf->orig_pte.pte));
	lockless_begin(mm);
	err = sim_mmu_access(mm, vmf->address, false, &pfn);
	if (!err)
		err = sim_phys_copy(mm->sim_machine, to_pfn, pfn);
	lockless_end();
	return err;
}

/* Where young is set by faults, the copy would take one. The entry is no longer
 * what the fault saw, so this copy will be dropped and the next attempt works.
 * Under the lock. */
static void mark_young(struct vm_fault *vmf)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	struct sim_machine *machine = vmf_machine(vmf);

	leaf_set_access(machine, sim_cpu(machine), 0, vmf->pte, vmf->address,
			fmt_op(fmt, SIM_OP_MKYOUNG, vmf->orig_pte.pte));
}

/*
 * There is no struct page to copy from: the bytes come through the user's
 * mapping, as the user would see them. The first attempt is made without the
 * lock, the second under it. 0, also where nothing could be read and the copy
 * stays empty; -EAGAIN, the entry has changed; -ENOMEM.
 * Models: mm/memory.c, cow_user_page, 5.11, and __wp_page_copy_user, 6.1, 6.12;
 * differs in that it reads the vma's address space (the kernel: the current one).
 */
static int copy_through_mapping(struct vm_fault *vmf, unsigned long to_pfn)
{
	struct sim_machine *machine = vmf_machine(vmf);
	bool young = fmt_test(vmf_format(vmf), SIM_TEST_YOUNG, vmf->orig_pte.pte);
	bool mark = machine->mmu->ad_fault && !young, copy_failed;
	int err = mark ? -EFAULT : copy_from_user_page(vmf, to_pfn);

	if (!err || err == -ENOMEM)
		return err;
	if (!vmf_relock_same(vmf)) {
		vmf_unlock(vmf);
		return -EAGAIN;
	}
	if (mark)
		mark_young(vmf);
	err = copy_from_user_page(vmf, to_pfn);
	vmf_unlock(vmf);
	copy_failed = err && err != -ENOMEM;
	if (SIM_WARN_ON(machine, "mm/memory.c", copy_failed))
		return 0;
	return err;
}

/* Fills the fresh, zeroed page. 0, -EAGAIN or -ENOMEM. */
static int fill_copy(struct vm_fault *vmf, struct page *new_page)
{
	struct sim_machine *machine = vmf_machine(vmf);
	unsigned long to = sim_page_to_pfn(new_page);

	if (fmt_pfn(vmf_format(vmf), vmf->orig_pte.pte) == sim_zero_pfn(machine))
		return 0;
	if (!vmf->page)
		return copy_through_mapping(vmf, to);
	return sim_phys_copy(machine, to, sim_page_to_pfn(vmf->page));
}

static uint64_t copied_entry(const struct vm_fault *vmf, const struct page *new_page)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	uint64_t e = vmf_mk_pte(vmf, new_page);

	if (!is_unshare(vmf))
		return vmf_mk_written(vmf, e);
	if (fmt_test(fmt, SIM_TEST_SOFT_DIRTY, vmf->orig_pte.pte))
		e = fmt_op(fmt, SIM_OP_MKSOFT_DIRTY, e);
	return e;
}

/* A copy has taken the place of this page. Whoever pinned it would have it written where
 * nobody looks: that is for a check to tell (P.3). */
static void leave_page(struct page *page)
{
	int left = sim_page_remove_map(page);

	if (left < 0)
		sim_page_unmap_dead(page);
	else if (!left && sim_page_is_anon(page) && page_maybe_dma_pinned(page))
		sim_page_set(page, PG_sim_pin_lost);
}

/* Under the lock, entry unchanged: the copy takes the old page's place. The old
 * entry goes and is flushed before the new one comes, so that no CPU can see
 * both. false after a BUG. */
static bool switch_to_copy(struct vm_fault *vmf, struct page *new_page)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	struct page *old_page = vmf->page;
	struct sim_machine *machine = mm->sim_machine;

	if (!page_add_new_anon_rmap(new_page, vma, vmf->address))
		return false;
	if (!old_page || !sim_page_is_anon(old_page)) {
		if (old_page)
			sim_rss_add(mm, sim_mm_counter(old_page), -1);
		sim_rss_add(mm, MM_ANONPAGES, 1);
	}
	leaf_take(machine, sim_cpu(machine), 0, vmf->pte, vmf->address);
	sim_flush_tlb_range(mm, vmf->address, vmf->address + mmu_page_size(mm->sim_mmu));
	vmf_write(vmf, copied_entry(vmf, new_page));
	if (old_page)
		leave_page(old_page);
	return true;
}

/* What is put where the copy did not come about. */
static vm_fault_t drop_copy(struct vm_fault *vmf, struct page *new_page, vm_fault_t ret)
{
	if (new_page)
		put_page(new_page);
	if (vmf->page)
		put_page(vmf->page);
	return ret;
}

/*
 * Entered without the lock; vmf->page has one more reference, or is NULL.
 * Models: mm/memory.c, wp_page_copy, 5.11 to 6.12.
 */
static vm_fault_t wp_page_copy(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);
	struct page *new_page;
	bool copied;
	int err;

	if (sim_anon_vma_prepare(vmf->vma))
		return drop_copy(vmf, NULL, VM_FAULT_OOM);
	new_page = sim_alloc_pages(machine, 0);
	if (!new_page)
		return drop_copy(vmf, NULL, VM_FAULT_OOM);
	err = fill_copy(vmf, new_page);
	if (err)
		return drop_copy(vmf, new_page, err == -EAGAIN ? 0 : VM_FAULT_OOM);

	copied = vmf_relock_same(vmf) && switch_to_copy(vmf, new_page);
	vmf_unlock(vmf);
	if (!copied)
		return drop_copy(vmf, new_page, sim_is_crashed(machine) ? VM_FAULT_SIGBUS : 0);
	if (vmf->page) {
		put_page(vmf->page);	/* the entry's */
		put_page(vmf->page);	/* the one that protected it here */
	}
	return is_unshare(vmf) ? 0 : fault_write_result(machine);
}

/* Is there anything to unshare? Up to 6.1 only an anonymous page. */
static bool unshare_is_idle(const struct vm_fault *vmf)
{
	return is_unshare(vmf) && !sim_rule(vmf_machine(vmf), SIM_RULE_UNSHARE_ANY_PAGE) &&
	       !(vmf->page && sim_page_is_anon(vmf->page));
}

/* Models: mm/memory.c, do_wp_page, 5.11 to 6.12. */
vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	vmf->page = sim_normal_page(vma, vmf->address, vmf->orig_pte.pte, 0);
	if (unshare_is_idle(vmf)) {
		vmf_unlock(vmf);
		return 0;
	}
	if (vmf->page && can_reuse(vmf)) {
		if (is_unshare(vmf)) {
			vmf_unlock(vmf);
			return 0;
		}
		wp_page_reuse(vmf);
		return fault_write_result(vmf_machine(vmf));
	}
	if (!is_unshare(vmf) && is_shared_writable(vma) &&
	    !(vmf->page && sim_page_is_anon(vmf->page)))
		return vmf->page ? wp_page_shared(vmf) : wp_pfn_shared(vmf);
	if (vmf->page)
		get_page(vmf->page);
	vmf_unlock(vmf);
	return wp_page_copy(vmf);
}
