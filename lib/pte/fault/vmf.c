/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vmf.c - what every part of a fault needs: the calls into the driver, and the
 * slot of the page's entry.
 */
#include <errno.h>

#include "pte/fault/vmf.h"

/* ---- calls into the driver ---- */

/* A handler that is under way. */
struct handler {
	struct sim_callback callback;
	struct vm_fault *vmf;
	struct mm_struct *mm;
	unsigned long start, end;	/* of the vma */
};

static inline __attribute__((always_inline)) void
handler_enter(struct handler *h, struct vm_fault *vmf, const char *name, const void *fn)
{
	h->vmf = vmf;
	h->mm = vmf->vma->vm_mm;
	h->start = vmf->vma->vm_start;
	h->end = vmf->vma->vm_end;
	sim_count(h->mm->sim_machine, SIM_CNT_HANDLER);
	sim_callback_enter(&h->callback, h->mm->sim_machine, name, fn, vmf->address);
}

/* Which mmap_lock does the result say was let go? NULL: none. */
static const void *lock_dropped(const struct handler *h, vm_fault_t ret)
{
	if (ret & VM_FAULT_COMPLETED)
		return &h->mm->mmap_lock;
	if (!(ret & VM_FAULT_RETRY) || (h->vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return NULL;
	return &h->mm->mmap_lock;
}

/* Under mmap_lock for reading a mapping has its place. */
static __attribute__((cold, noinline)) void put_place_back(const struct handler *h)
{
	struct vm_area_struct *vma = h->vmf->vma;

	sim_outcome_record(h->mm->sim_machine, SIM_MISUSE, "mm/memory.c", h->callback.name,
			   "vm_start or vm_end was changed");
	vma->vm_start = h->start;
	vma->vm_end = h->end;
}

static inline void check_place(const struct handler *h)
{
	const struct vm_area_struct *vma = h->vmf->vma;

	if (unlikely(vma->vm_start != h->start || vma->vm_end != h->end))
		put_place_back(h);
}

/* Only the machine may be looked at where mmap_lock is gone. */
static inline __attribute__((always_inline)) vm_fault_t
handler_returned(struct handler *h, vm_fault_t ret, const char *what)
{
	struct sim_machine *machine = h->mm->sim_machine;
	unsigned long addr = h->vmf->address;
	const void *dropped = lock_dropped(h, ret);

	sim_callback_leave(&h->callback, dropped);
	if (!dropped)
		check_place(h);
	sim_event(machine, SIM_EV_HANDLER, addr, ret, what);
	if (sim_is_crashed(machine) && !dropped)
		return VM_FAULT_SIGBUS;
	return ret;
}

static __attribute__((noinline)) vm_fault_t call_fault_guarded(struct handler *h)
{
	return SIM_CALL_WITHIN(&h->callback, VM_FAULT_SIGBUS, h->vmf->vma->vm_ops->fault(h->vmf));
}

vm_fault_t call_fault(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	struct handler h;
	vm_fault_t ret;

	handler_enter(&h, vmf, "->fault", sim_code_of(&ops->fault));
	ret = SIM_CALL_HOT(&h.callback, call_fault_guarded(&h), ops->fault(vmf));
	return handler_returned(&h, ret, "fault");
}

vm_fault_t call_huge_fault(struct vm_fault *vmf, enum page_entry_size size)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	struct handler h;
	vm_fault_t ret;

	handler_enter(&h, vmf, "->huge_fault", sim_code_of(&ops->huge_fault));
	ret = SIM_CALL_WITHIN(&h.callback, VM_FAULT_SIGBUS, ops->huge_fault(vmf, size));
	return handler_returned(&h, ret, "huge_fault");
}

vm_fault_t call_page_mkwrite(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	struct handler h;
	vm_fault_t ret;

	handler_enter(&h, vmf, "->page_mkwrite", sim_code_of(&ops->page_mkwrite));
	ret = SIM_CALL_WITHIN(&h.callback, VM_FAULT_SIGBUS, ops->page_mkwrite(vmf));
	return handler_returned(&h, ret, "page_mkwrite");
}

vm_fault_t call_pfn_mkwrite(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	struct handler h;
	vm_fault_t ret;

	handler_enter(&h, vmf, "->pfn_mkwrite", sim_code_of(&ops->pfn_mkwrite));
	ret = SIM_CALL_WITHIN(&h.callback, VM_FAULT_SIGBUS, ops->pfn_mkwrite(vmf));
	return handler_returned(&h, ret, "pfn_mkwrite");
}

/* ---- slots ---- */

bool vmf_alloc_lock(struct vm_fault *vmf, vm_fault_t *ret)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	uint64_t pmd = vmf_read_pmd(vmf);
	int err = 0;

	if (mmu_is_none(mmu, 1, pmd)) {
		vmf->pte = walk_alloc(mm, vmf->address, 0, &err);
	} else {
		vmf->pte = NULL;
		if (!mmu_is_leaf(mmu, 1, pmd))
			vmf->pte = mmu_slot(mmu, 0, mmu_table(mmu, 1, pmd, mm->sim_machine),
					    vmf->address);
	}
	*ret = err == -ENOMEM ? VM_FAULT_OOM : 0;
	if (!vmf->pte)
		return false;
	vmf_lock(vmf);
	return true;
}
