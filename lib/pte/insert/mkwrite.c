/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mkwrite.c - a pfn that is writable and dirty at once, for filesystems whose pages
 * are memory of a device (dax).
 */
#include <errno.h>

#include <ttmsim/mm.h>

#include "pte/insert/insert.h"

static uint64_t dirty_writable(const struct sim_entry_format *fmt, uint64_t e,
			       struct vm_area_struct *vma)
{
	e = fmt_op(fmt, SIM_OP_MKDIRTY, fmt_op(fmt, SIM_OP_MKYOUNG, e));
	return maybe_mkwrite(fmt, e, vma);
}

/* What is there becomes writable, where it is the same pfn.
 * Models: mm/memory.c, insert_pfn with mkwrite, 5.11 to 6.12. */
static void update(struct vm_area_struct *vma, void *slot, unsigned long addr, uint64_t e,
		   unsigned long pfn)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];

	if (fmt_pfn(fmt, e) == pfn) {
		sim_set_entry(mm, 0, slot, addr, dirty_writable(fmt, e, vma));
		return;
	}
	if (fmt_pfn(fmt, e) != sim_zero_pfn(mm->sim_machine))
		sim_outcome_record(mm->sim_machine, SIM_WARN, "mm/memory.c", "insert_pfn",
				   "!is_zero_pfn(pte_pfn(entry))");
}

static vm_fault_t insert(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			 uint64_t prot, enum sim_pte_op_id mark)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	spinlock_t *ptl;
	int err;
	void *slot = get_locked_slot(mm, sim_cpu(mm->sim_machine), addr, &ptl, &err);
	uint64_t e;

	if (!slot)
		return err == -EIO ? VM_FAULT_SIGBUS : VM_FAULT_OOM;
	e = sim_get_entry(mm, 0, slot);
	if (fmt_none(fmt, e))
		sim_set_entry(mm, 0, slot, addr,
			      dirty_writable(fmt, fmt_op(fmt, mark, fmt_make(fmt, pfn, prot)),
					     vma));
	else
		update(vma, slot, addr, e, pfn);
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return VM_FAULT_NOPAGE;
}

/* What has to be in order before. Models: mm/memory.c, __vm_insert_mixed, 5.11 to 6.12. */
static bool in_order(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool zero = pfn_t_to_pfn(pfn) == sim_zero_pfn(machine);
	bool mixed_ok = vm_mixed_ok(vma, pfn);

	if (sim_is_crashed(machine))
		return false;
	if (zero && sim_rule(machine, SIM_RULE_MIXED_ZERO_PAGE_SPECIAL))
		mixed_ok = false;
	if (!sim_rule(machine, SIM_RULE_MIXED_NOT_OK_SIGBUS) &&
	    SIM_BUG_ON_IN(machine, "mm/memory.c", "__vm_insert_mixed", !mixed_ok))
		return false;
	return mixed_ok && !outside(vma, addr);
}

vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long nr = pfn_t_to_pfn(pfn);
	uint64_t prot = vma->vm_page_prot.pgprot;
	bool devmap = pfn_t_devmap(machine, pfn);

	if (!in_order(vma, addr, pfn))
		return VM_FAULT_SIGBUS;
	track_pfn_insert(machine, sim_cpu(machine), &prot, nr);
	if (!pfn_modify_allowed(machine, nr, prot))
		return VM_FAULT_SIGBUS;
	/* Counted, and not made writable: the kernel's insert_page() knows no mkwrite. */
	if (!machine->mmu->has_special && !devmap && sim_pfn_valid(machine, nr))
		return insert_counted(vma, addr, pfn, (pgprot_t){ prot });
	return insert(vma, addr, nr, prot, devmap ? SIM_OP_MKDEVMAP : SIM_OP_MKSPECIAL);
}
