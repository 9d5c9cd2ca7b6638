/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mkwrite.c - a page that a mapping shares with a file is written to: the page
 * lock, ->page_mkwrite, and what is due once the page is dirty.
 */
#include <sched.h>

#include "pte/fault/mkwrite.h"

#define LOCK_SPINS 100u
#define LOCK_TRIES 10000000u

/* Who would wait for ever: the kernel's hung-task detector. */
static bool hung_task(struct sim_machine *machine)
{
	bool page_stays_locked = true;

	return SIM_BUG_ON_IN(machine, "mm/filemap.c", "__lock_page", page_stays_locked);
}

/*
 * Waits for PG_locked. false after a BUG: nobody else is there to unlock the
 * page, or nobody did for very long.
 * Models: include/linux/pagemap.h, lock_page, 6.1.
 */
bool page_lock_or_bug(struct page *page)
{
	struct sim_machine *machine = sim_machine_of(page);

	for (unsigned int tries = 0; page_test_and_set(page, PG_locked); tries++) {
		if (sim_is_crashed(machine))
			return false;
		if (!__atomic_load_n(&machine->threaded, __ATOMIC_RELAXED) ||
		    tries == LOCK_TRIES)
			return !hung_task(machine);
		if (tries > LOCK_SPINS)
			sched_yield();
	}
	return true;
}

void page_unlock(struct page *page)
{
	__atomic_fetch_and(&page->flags, ~(1UL << PG_locked), __ATOMIC_RELEASE);
}

/*
 * A page that was mapped is about to become writable: the driver may object.
 * 0: the page is no longer the file's, the access is to be tried again.
 * Otherwise, without an error, the page is locked.
 * Models: mm/memory.c, do_page_mkwrite, 5.11 to 6.12.
 */
vm_fault_t do_page_mkwrite(struct vm_fault *vmf)
{
	struct page *page = vmf->page;
	unsigned int old_flags = vmf->flags;
	vm_fault_t ret;

	vmf->flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
	ret = call_page_mkwrite(vmf);
	vmf->flags = old_flags;
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_LOCKED))
		return ret;
	if (!page_lock_or_bug(page))
		return VM_FAULT_SIGBUS;
	if (!page_rmapping(page)) {
		page_unlock(page);
		return 0;
	}
	return ret | VM_FAULT_LOCKED;
}

/* May mmap_lock be let go at this attempt?
 * Models: mm/internal.h, maybe_unlock_mmap_for_io, 5.11 to 6.12. */
static bool may_unlock_mmap(const struct vm_fault *vmf)
{
	return (vmf->flags & FAULT_FLAG_ALLOW_RETRY) && !(vmf->flags & FAULT_FLAG_TRIED) &&
	       !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT);
}

/*
 * A shared page was written to. It comes locked and is unlocked. Where it is
 * newly dirty the kernel throttles the writer, without mmap_lock where it may:
 * then the vma may be gone on return.
 * Models: mm/memory.c, fault_dirty_shared_page, 5.11 to 6.12.
 */
vm_fault_t fault_dirty_shared_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct sim_machine *machine = vmf_machine(vmf);
	struct page *page = vmf->page;
	bool page_mkwrite = vma->vm_ops && vma->vm_ops->page_mkwrite;
	bool dirtied = !page_test_and_set(page, PG_dirty);
	bool mapping = page_rmapping(page) != NULL;

	page_unlock(page);
	if (!(dirtied || page_mkwrite) || !mapping || !may_unlock_mmap(vmf))
		return 0;
	sim_mmap_unlock(vma->vm_mm);
	return sim_rule(machine, SIM_RULE_FAULT_COMPLETED) ? VM_FAULT_COMPLETED : VM_FAULT_RETRY;
}
