/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tlb.c - TLB flushes.
 *
 * There is no TLB: the simulated CPU walks for each access. But an access takes
 * two steps, the walk and the bytes, and between the two the page must not get
 * another owner. Both steps lie in one RCU read section (lib/pte/access.c), so
 * a flush waits for the readers, as the kernel waits for the other CPUs to
 * confirm theirs: for those in the same address space (lockless.h). Pages are
 * let go only after it. A machine that one thread uses needs none of this.
 */

#include "pte/tlb.h"

static bool walked_by_others(struct sim_machine *machine, const struct mm_struct *mm)
{
	const struct sim_cpu *self = sim_cpu(machine);
	unsigned int nr = __atomic_load_n(&machine->nr_cpus, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&machine->crowded, __ATOMIC_RELAXED))
		return true;
	for (unsigned int i = 0; i < nr; i++) {
		const struct sim_cpu *cpu = machine->cpu[i];

		if (cpu != self && __atomic_load_n(&cpu->mm, __ATOMIC_ACQUIRE) == mm)
			return true;
	}
	return false;
}

void lockless_wait(struct mm_struct *mm)
{
	struct sim_machine *machine = mm->sim_machine;

	/* A full barrier: a thread that enters now either is seen here, or sees
	 * the entries as they are (sim_enter() sets the flag before it walks). */
	if (__atomic_fetch_add(&machine->threaded, 0, __ATOMIC_SEQ_CST) &&
	    walked_by_others(machine, mm))
		synchronize_rcu();
}

void sim_flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct sim_machine *machine = mm->sim_machine;

	sim_count(machine, SIM_CNT_TLB_FLUSH);
	sim_event(machine, SIM_EV_TLB, start, end, NULL);
	lockless_wait(mm);
}

void tlb_flush_mmu_tlbonly(struct mmu_gather *tlb)
{
	if (tlb->start >= tlb->end)
		return;
	sim_flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = ~0UL;
	tlb->end = 0;
}

/*
 * Nobody counts who maps what is special, so unmap_mapping_range() has to find the
 * vma for as long as its entries may be in a TLB. Before 5.19 only the architectures
 * that do not merge see to that.
 * Models: include/asm-generic/tlb.h, tlb_end_vma, 5.11 to 6.12; up to 5.14 with the
 * empty one of arch/{x86,s390}/include/asm/tlb.h.
 */
void tlb_end_vma(struct mmu_gather *tlb, const struct vm_area_struct *vma)
{
	struct sim_machine *machine = tlb->mm->sim_machine;

	if (tlb->fullmm)
		return;
	if (!mmu_has(machine->mmu, SIM_FEAT_MERGE_VMAS) ||
	    ((vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) &&
	     sim_rule(machine, SIM_RULE_UNMAP_FLUSHES_PFNMAP)))
		tlb_flush_mmu_tlbonly(tlb);
}

void tlb_flush_mmu(struct mmu_gather *tlb)
{
	struct sim_machine *machine = tlb->mm->sim_machine;
	unsigned int put = 0;

	tlb_flush_mmu_tlbonly(tlb);
	for (unsigned int i = 0; i < tlb->nr; i++)
		put += sim_page_ref_sub(tlb->page[i], 1, machine->up);
	sim_count_n(machine, SIM_CNT_REF, put);
	tlb->nr = 0;
}
