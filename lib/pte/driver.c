/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * driver.c - what drivers ask of vma flags, protections and entries, besides
 * what the hot paths have inlined (entry.c).
 */
#include <ttmsim/mm.h>

#include "pte/pgtable.h"
#include "pte/walk.h"

/* ---- flags ---- */

/*
 * A fault handler that changes vm_flags has the lock for reading only.
 * Models: include/linux/mm.h, vma_start_write; mmap_lock.h, mmap_assert_write_locked, 6.12.
 */
void sim_vma_start_write(struct vm_area_struct *vma)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool checks = sim_rule(machine, SIM_RULE_FLAGS_NEED_WRITE_LOCK) &&
		      mmu_has(machine->mmu, SIM_FEAT_PER_VMA_LOCK);
	bool not_write_locked = checks && sim_mmap_may_be_read(vma->vm_mm);

	if (not_write_locked)
		sim_outcome_record(machine, SIM_WARN, "include/linux/rwsem.h",
				   "rwsem_assert_held_write_nolockdep", "!(atomic_long_read(&sem->count) & RWSEM_WRITER_LOCKED)");
}

void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	sim_vma_start_write(vma);
	vma->vm_flags |= flags;
}

void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	sim_vma_start_write(vma);
	vma->vm_flags &= ~flags;
}

void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
	sim_vma_start_write(vma);
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}

void vm_flags_reset(struct vm_area_struct *vma, vm_flags_t flags)
{
	sim_vma_start_write(vma);
	vma->vm_flags = flags;
}

/* ---- protections ---- */

static bool arch_is(const struct sim_machine *machine, const char *name)
{
	return strcmp(machine->arch->name, name) == 0;
}

/* arm64 and riscv say so themselves; arm's encoding is that of write-combining with
 * the architecture's DMA as normal memory (ARM v6 and v7). */
pgprot_t pgprot_dmacoherent(pgprot_t prot)
{
	const struct sim_machine *machine = sim_current_machine();

	if (machine && (arch_is(machine, "arm64") || arch_is(machine, "riscv64") ||
			arch_is(machine, "arm")))
		return pgprot_writecombine(prot);
	return pgprot_noncached(prot);
}

/* The bits that VM_EXEC makes different, as without it. */
pgprot_t pgprot_nx(pgprot_t prot)
{
	const struct sim_machine *machine = sim_current_machine();
	uint64_t with, without;

	if (!machine || !(arch_is(machine, "x86_64") || arch_is(machine, "arm64")))
		return prot;
	with = vm_get_page_prot(VM_READ | VM_EXEC | VM_SHARED).pgprot;
	without = vm_get_page_prot(VM_READ | VM_SHARED).pgprot;
	prot.pgprot = (prot.pgprot & ~(with ^ without)) | (without & (with ^ without));
	return prot;
}

/* ---- entries ---- */

pte_t sim_pte_op_current(pte_t pte, enum sim_pte_op_id op)
{
	if (sim_current_pte.format)
		pte.pte = fmt_op(sim_current_pte.format, op, pte.pte);
	return pte;
}

bool sim_pte_test_current(pte_t pte, enum sim_pte_test_id test)
{
	return sim_current_pte.format && fmt_test(sim_current_pte.format, test, pte.pte);
}

pte_t *get_locked_pte(struct mm_struct *mm, unsigned long addr, spinlock_t **ptl)
{
	int err;

	if (sim_is_crashed(mm->sim_machine) || addr >= mm->sim_mmu->task_size)
		return NULL;
	return get_locked_slot(mm, sim_cpu(mm->sim_machine), addr, ptl, &err);
}

pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr,
			   spinlock_t **ptlp)
{
	int level;
	void *slot;

	(void)pmd;
	if (sim_is_crashed(mm->sim_machine) || addr >= mm->sim_mmu->task_size)
		return NULL;
	slot = sim_walk(mm, addr, &level);
	if (level)
		return NULL;
	*ptlp = sim_ptl(mm->sim_mmu, 0, slot);
	sim_spin_lock(mm->sim_machine, *ptlp, SIM_RANK_PTL);
	return slot;
}

void sim_pte_unmap_unlock(pte_t *ptep, spinlock_t *ptl)
{
	(void)ptep;
	sim_spin_unlock(ptl, SIM_RANK_PTL);
}

/* ---- dropping ---- */

void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	sim_flush_tlb_range(vma->vm_mm, start, end);
}

void zap_page_range_single(struct vm_area_struct *vma, unsigned long address, unsigned long size,
			   struct zap_details *details)
{
	const struct sim_zap all = { .even_cows = true };

	(void)details;
	if (!sim_is_crashed(vma->vm_mm->sim_machine) && size)
		sim_zap_range(vma, address, address + size, &all);
}
