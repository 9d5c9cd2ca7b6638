/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vmf.c - what every part of a fault needs: the calls into the driver, and the
 * slot of the page's entry.
 */
#include <errno.h>

#include "pte/fault/vmf.h"

/* ---- calls into the driver ---- */

/* Only the machine may be looked at where mmap_lock is gone. */
static vm_fault_t handler_returned(struct sim_machine *machine, unsigned long addr,
				   vm_fault_t ret, const char *what)
{
	sim_event(machine, SIM_EV_HANDLER, addr, ret, what);
	if (sim_is_crashed(machine) && !(ret & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		return VM_FAULT_SIGBUS;
	return ret;
}

vm_fault_t call_fault(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);

	sim_count(machine, SIM_CNT_HANDLER);
	return handler_returned(machine, vmf->address, vmf->vma->vm_ops->fault(vmf), "fault");
}

vm_fault_t call_huge_fault(struct vm_fault *vmf, enum page_entry_size size)
{
	struct sim_machine *machine = vmf_machine(vmf);

	sim_count(machine, SIM_CNT_HANDLER);
	return handler_returned(machine, vmf->address, vmf->vma->vm_ops->huge_fault(vmf, size),
				"huge_fault");
}

vm_fault_t call_page_mkwrite(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);

	sim_count(machine, SIM_CNT_HANDLER);
	return handler_returned(machine, vmf->address, vmf->vma->vm_ops->page_mkwrite(vmf),
				"page_mkwrite");
}

vm_fault_t call_pfn_mkwrite(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);

	sim_count(machine, SIM_CNT_HANDLER);
	return handler_returned(machine, vmf->address, vmf->vma->vm_ops->pfn_mkwrite(vmf),
				"pfn_mkwrite");
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
