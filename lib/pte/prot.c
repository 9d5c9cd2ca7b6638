/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * prot.c - protection bits: from vm_flags, with a memory type, and how
 * vma->vm_page_prot is made again when vm_flags change.
 *
 * A mapping that wants to hear of the first write to each page
 * (vma_wants_writenotify()) has the protection of a private one: readable
 * entries even where VM_WRITE is set.
 */
#include "pte/walk.h"

#define VM_PROT_BITS (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED)

pgprot_t sim_vm_page_prot(const struct sim_mmu *mmu, unsigned long vm_flags)
{
	pgprot_t prot = { mmu->format[SIM_LEAF_PTE].prot[vm_flags & VM_PROT_BITS] };

	return prot;
}

static pgprot_t prot_op(const struct sim_mmu *mmu, enum sim_pte_op_id op, pgprot_t prot)
{
	prot.pgprot = fmt_op(&mmu->format[SIM_LEAF_PTE], op, prot.pgprot);
	return prot;
}

static bool prot_has_op_done(const struct sim_mmu *mmu, enum sim_pte_op_id op, pgprot_t prot)
{
	return prot_op(mmu, op, prot).pgprot == prot.pgprot;
}

/*
 * What a new protection takes over from the old one. x86 keeps what pte_modify
 * keeps; elsewhere a memory type survives only where the old protection is
 * exactly what one of the helpers makes of it.
 * Models: include/linux/pgtable.h and arch/x86/include/asm/pgtable.h,
 * pgprot_modify, 5.11 to 6.12; without pgprot_device, which nothing here makes.
 */
static pgprot_t pgprot_modify(const struct sim_mmu *mmu, pgprot_t oldprot, pgprot_t newprot)
{
	uint64_t chg_mask = mmu->format[SIM_LEAF_PTE].chg_mask;

	if (mmu->has_pat) {
		newprot.pgprot = (oldprot.pgprot & chg_mask) | (newprot.pgprot & ~chg_mask);
		return newprot;
	}
	if (prot_has_op_done(mmu, SIM_OP_NONCACHED, oldprot))
		newprot = prot_op(mmu, SIM_OP_NONCACHED, newprot);
	if (prot_has_op_done(mmu, SIM_OP_WRITECOMBINE, oldprot))
		newprot = prot_op(mmu, SIM_OP_WRITECOMBINE, newprot);
	return newprot;
}

/* Models: mm/mmap.c, vm_pgprot_modify, 6.1. */
static pgprot_t vm_pgprot_modify(const struct sim_mmu *mmu, pgprot_t oldprot,
				 unsigned long vm_flags)
{
	return pgprot_modify(mmu, oldprot, sim_vm_page_prot(mmu, vm_flags));
}

/*
 * Models: mm/mmap.c, vma_wants_writenotify, 5.11 to 6.12; without soft-dirty
 * and userfaultfd; each file that is written back here has ->page_mkwrite.
 */
bool vma_wants_writenotify(struct vm_area_struct *vma, pgprot_t vm_page_prot)
{
	const struct vm_operations_struct *vm_ops = vma->vm_ops;

	(void)vm_page_prot;
	if ((vma->vm_flags & (VM_WRITE | VM_SHARED)) != (VM_WRITE | VM_SHARED))
		return false;
	return vm_ops && (vm_ops->page_mkwrite || vm_ops->pfn_mkwrite);
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	pgprot_t prot = vm_pgprot_modify(mmu, vma->vm_page_prot, vma->vm_flags);

	if (vma_wants_writenotify(vma, prot))
		prot = vm_pgprot_modify(mmu, prot, vma->vm_flags & ~VM_SHARED);
	__atomic_store_n(&vma->vm_page_prot.pgprot, prot.pgprot, __ATOMIC_RELAXED);
}

/* ---- for drivers: on the current machine ---- */

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	const struct sim_machine *machine = sim_current_machine();
	pgprot_t none = { 0 };

	return machine ? sim_vm_page_prot(machine->mmu, vm_flags) : none;
}

pgprot_t pgprot_writecombine(pgprot_t prot)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine ? prot_op(machine->mmu, SIM_OP_WRITECOMBINE, prot) : prot;
}

pgprot_t pgprot_noncached(pgprot_t prot)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine ? prot_op(machine->mmu, SIM_OP_NONCACHED, prot) : prot;
}
