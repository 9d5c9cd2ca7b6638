/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vmf.h - what every part of a fault uses: the entry at its address, and the calls
 * into the driver. Nothing above this floor includes it.
 */
#ifndef SIM_PTE_FAULT_VMF_H
#define SIM_PTE_FAULT_VMF_H

#include "pte/leaf.h"
#include "pte/rmap.h"

static inline struct sim_machine *vmf_machine(const struct vm_fault *vmf)
{
	return vmf->vma->vm_mm->sim_machine;
}

/* How entries of level 0 are stored. */
static inline const struct sim_entry_format *vmf_format(const struct vm_fault *vmf)
{
	return &vmf->vma->vm_mm->sim_mmu->format[0];
}

/* What the kernel's pmd_none() and pmd_trans_huge() are asked about: the entry
 * above the page's table. */
static inline uint64_t vmf_read_pmd(const struct vm_fault *vmf)
{
	return mmu_read(vmf->vma->vm_mm->sim_mmu, 1, vmf->pmd);
}

/* Takes the lock of the table that vmf->pte lies in. */
static inline void vmf_lock(struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);

	vmf->ptl = sim_ptl(machine->mmu, 0, vmf->pte);
	ptl_lock(sim_cpu(machine), vmf->ptl);
}

static inline void vmf_unlock(struct vm_fault *vmf)
{
	ptl_unlock(vmf->ptl);
}

/* The entry at vmf->pte; under its lock unless a look is all that is wanted. */
static inline uint64_t vmf_read(const struct vm_fault *vmf)
{
	struct sim_machine *machine = vmf_machine(vmf);

	return read_entry(sim_cpu(machine), machine->mmu, 0, vmf->pte);
}

static inline void vmf_write(const struct vm_fault *vmf, uint64_t e)
{
	struct sim_machine *machine = vmf_machine(vmf);

	write_entry(machine, sim_cpu(machine), 0, vmf->pte, vmf->address, e);
}

static inline bool vmf_none(const struct vm_fault *vmf, uint64_t e)
{
	return fmt_none(vmf_format(vmf), e);
}

/* The entry for a page of this fault; the page is being touched, so it is young.
 * Models: mm/memory.c, mk_pte and pte_sw_mkyoung, 6.1. */
static inline uint64_t vmf_mk_pte(const struct vm_fault *vmf, const struct page *page)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	uint64_t e = fmt_make(fmt, sim_page_to_pfn(page), vmf->vma->vm_page_prot.pgprot);

	return fmt_op(fmt, SIM_OP_MKYOUNG, e);
}

/* maybe_mkwrite(pte_mkdirty(e), vma) */
static inline uint64_t vmf_mk_written(const struct vm_fault *vmf, uint64_t e)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);

	return maybe_mkwrite(fmt, fmt_op(fmt, SIM_OP_MKDIRTY, e), vmf->vma);
}

/* What a write that was let through adds to the result, up to 6.1. */
static inline vm_fault_t fault_write_result(const struct sim_machine *machine)
{
	return sim_rule(machine, SIM_RULE_FAULT_WRITE_RESULT) ? VM_FAULT_WRITE : 0;
}

/*
 * The slot of vmf->address at level 0 with its lock held, its table made if
 * missing. False: *@ret is the fault's result.
 */
bool vmf_alloc_lock(struct vm_fault *vmf, vm_fault_t *ret);

/* Calls into the driver, counted and reported. A crash inside turns an answer
 * that keeps mmap_lock into VM_FAULT_SIGBUS. */
vm_fault_t call_fault(struct vm_fault *vmf);
vm_fault_t call_huge_fault(struct vm_fault *vmf, enum page_entry_size size);
vm_fault_t call_page_mkwrite(struct vm_fault *vmf);
vm_fault_t call_pfn_mkwrite(struct vm_fault *vmf);

#endif
