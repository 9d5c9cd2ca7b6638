/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * clean.c - a page is about to be written back: entries that are dirty or let writes
 * through no longer do, so that the next store is seen.
 */
#include "pte/leaf.h"
#include "pte/tlb.h"

/* Is it an entry of this page that lets the file miss a store? */
static bool needs_cleaning(const struct sim_entry_format *fmt, uint64_t e, unsigned long pfn)
{
	if (fmt_none(fmt, e) || !fmt_test(fmt, SIM_TEST_PRESENT, e) || fmt_pfn(fmt, e) != pfn)
		return false;
	return fmt_test(fmt, SIM_TEST_DIRTY, e) || fmt_test(fmt, SIM_TEST_WRITE, e);
}

bool sim_clean_entry(struct vm_area_struct *vma, unsigned long addr, const struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	struct sim_cpu *cpu = sim_cpu(machine);
	bool cleaned;
	spinlock_t *ptl;
	uint64_t e;
	int level;
	void *slot = walk_down(mm, addr, 0, &level);

	if (level)
		return false;
	ptl = sim_ptl(mm->sim_mmu, 0, slot);
	ptl_lock(cpu, ptl);
	cleaned = needs_cleaning(fmt, read_entry(cpu, mm->sim_mmu, 0, slot),
				 sim_page_to_pfn(page));
	if (cleaned) {
		e = leaf_take(machine, cpu, 0, slot, addr);
		sim_flush_tlb_range(mm, addr, addr + mmu_page_size(mm->sim_mmu));
		e = fmt_op(fmt, SIM_OP_MKCLEAN, fmt_op(fmt, SIM_OP_WRPROTECT, e));
		write_entry(machine, cpu, 0, slot, addr, e);
	}
	ptl_unlock(ptl);
	return cleaned;
}
