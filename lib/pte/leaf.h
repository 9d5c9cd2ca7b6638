/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * leaf.h - changing leaves that are in use: the MMU may set young and dirty at
 * any moment, so what is changed in place is changed by compare-exchange, and
 * what is taken out is exchanged. Nothing above this floor includes it.
 *
 * Holds, for every function: the lock of the table that the slot lies in.
 */
#ifndef SIM_PTE_LEAF_H
#define SIM_PTE_LEAF_H

#include "pte/walk.h"

/* Stores @e where the entry still is *@old; else *@old becomes what is there.
 * Needs no lock: it is what the MMU does. */
static inline bool leaf_cmpxchg(const struct sim_mmu *mmu, int level, void *slot, uint64_t *old,
				uint64_t e)
{
	uint32_t low = (uint32_t)*old;
	bool done;

	if (mmu->level[level].entry_bytes != 4)
		return __atomic_compare_exchange_n((uint64_t *)slot, old, e, false,
						   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	done = __atomic_compare_exchange_n((uint32_t *)slot, &low, (uint32_t)e, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	*old = low;
	return done;
}

/* Takes a leaf out; returns what it was, with all that the MMU noted in it.
 * Models: ptep_get_and_clear, 6.1. */
static inline uint64_t leaf_take(struct sim_machine *machine, struct sim_cpu *cpu, int level,
				 void *slot, unsigned long addr)
{
	uint64_t none = sim_none_value(machine->mmu, level);
	uint64_t old = mmu_xchg(machine->mmu, machine->up, level, slot, none);

	sim_cpu_count(cpu, SIM_CNT_PTE_WRITE);
	sim_event(machine, SIM_EV_PTE, addr, none, NULL);
	return old;
}

/* Models: ptep_set_wrprotect, 6.1. Returns the entry as it is now. */
static inline uint64_t leaf_wrprotect(struct sim_machine *machine, struct sim_cpu *cpu, int level,
				      void *slot, unsigned long addr)
{
	const struct sim_mmu *mmu = machine->mmu;
	uint64_t old = mmu_read(mmu, level, slot), e;

	do {
		e = fmt_op(&mmu->format[level], SIM_OP_WRPROTECT, old);
	} while (!leaf_cmpxchg(mmu, level, slot, &old, e));
	sim_cpu_count(cpu, SIM_CNT_PTE_WRITE);
	sim_event(machine, SIM_EV_PTE, addr, e, NULL);
	return e;
}

/*
 * Makes a leaf @e, which allows more than what is there. Where the MMU changed
 * it meanwhile it is left alone: the access faults once more.
 * Models: mm/pgtable-generic.c, ptep_set_access_flags, 6.1.
 */
static inline void leaf_set_access(struct sim_machine *machine, struct sim_cpu *cpu, int level,
				   void *slot, unsigned long addr, uint64_t e)
{
	uint64_t old = mmu_read(machine->mmu, level, slot), seen = old;

	if (old == e || !leaf_cmpxchg(machine->mmu, level, slot, &seen, e))
		return;
	sim_cpu_count(cpu, SIM_CNT_PTE_WRITE);
	sim_event(machine, SIM_EV_PTE, addr, e, NULL);
}

/* The end of the part of [addr, end) that one entry of a level covers. */
static inline unsigned long leaf_end(const struct sim_mmu *mmu, int level, unsigned long addr,
				     unsigned long end)
{
	unsigned long size = mmu_leaf_size(mmu, level);
	unsigned long last = (addr & ~(size - 1)) + size - 1;

	return last < end - 1 ? last + 1 : end;
}

/* May ->huge_fault put leaves into this vma, and nothing count them?
 * Models: include/linux/mm.h, vma_is_special_huge, 6.1; without DAX. */
static inline bool vma_is_special_huge(const struct vm_area_struct *vma)
{
	return vma->vm_file && (vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP));
}

/*
 * Splits a huge leaf the way the kernel does for mappings that are not
 * anonymous: it goes, and the next touch faults it in again, in pages.
 * Takes the lock of its table itself; a slot that holds no leaf is left alone.
 * Models: mm/huge_memory.c, __split_huge_pmd, 5.11 to 6.12.
 */
void split_huge_leaf(struct vm_area_struct *vma, int level, void *slot, unsigned long addr);

#endif
