/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * protect.c - mprotect: the entries of a range get another protection.
 *
 * pte_modify() takes the access bits from the protection and keeps the rest of
 * the entry, as far as the architecture keeps it. The new protection is without
 * write permission where a write must be seen first (private mappings; shared
 * ones with ->page_mkwrite or ->pfn_mkwrite), so a store faults once more. Some
 * entries can do without that fault:
 *
 *   mapping	release	  made writable at once
 *   shared	all	  dirty entries: the driver has been asked already
 *   private	5.11	  none
 *		6.1	  dirty entries of exclusive anonymous pages
 *		6.12	  entries of exclusive anonymous pages
 */
#include <errno.h>

#include "pte/leaf.h"
#include "pte/rmap.h"

struct protect {
	struct vm_area_struct *vma;
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
	uint64_t prot;		/* as level 0 has it */
	bool try_writable;
	bool changed;
};

/* Models: mm/mprotect.c, can_change_pte_writable, 6.1 and 6.12; change_pte_range's
 * test of dirty_accountable, 5.11. */
static bool can_change_writable(const struct protect *p, int level, unsigned long addr, uint64_t e)
{
	const struct sim_entry_format *fmt = &p->mmu->format[level];
	bool dirty = fmt_test(fmt, SIM_TEST_DIRTY, e);
	struct page *page;

	if (mmu_protnone(p->mmu, level, e))
		return false;
	if (p->vma->vm_flags & VM_SHARED)
		return dirty;
	if (!sim_rule(p->machine, SIM_RULE_MPROTECT_TRY_WRITABLE))
		return false;
	if (!dirty && !sim_rule(p->machine, SIM_RULE_MPROTECT_CLEAN_ANON))
		return false;
	page = sim_normal_page(p->vma, addr, e, level);
	return page && sim_page_is_anon(page) && sim_page_test(page, PG_anon_exclusive);
}

static bool tries_writable(const struct protect *p, int level)
{
	return p->try_writable &&
	       (level == 0 || sim_rule(p->machine, SIM_RULE_MPROTECT_LEAF_WRITABLE));
}

/* Under the lock: the entry is taken out, so that the MMU cannot touch it, and
 * put back changed. Models: mm/mprotect.c, change_pte_range, and
 * mm/huge_memory.c, change_huge_pmd, 5.11 to 6.12. */
static void change_entry(struct protect *p, int level, void *slot, unsigned long addr)
{
	const struct sim_entry_format *fmt = &p->mmu->format[level];
	uint64_t e = mmu_xchg(p->mmu, p->machine->up, level, slot,
			      sim_none_value(p->mmu, level));

	sim_cpu_count(p->cpu, SIM_CNT_PTE_WRITE);
	e = fmt_modify(fmt, e, sim_prot_to_leaf(p->mmu, level, p->prot));
	if (tries_writable(p, level) && !fmt_test(fmt, SIM_TEST_WRITE, e) &&
	    can_change_writable(p, level, addr, e))
		e = fmt_op(fmt, SIM_OP_MKWRITE, e);
	write_entry(p->machine, p->cpu, level, slot, addr, e);
	p->changed = true;
}

static void change_ptes(struct protect *p, void *table, unsigned long addr, unsigned long end)
{
	const struct sim_entry_format *fmt = &p->mmu->format[0];
	spinlock_t *ptl = sim_ptl(p->mmu, 0, table);
	char *slot = mmu_slot(p->mmu, 0, table, addr);

	ptl_lock(p->cpu, ptl);
	for (; addr != end; addr += mmu_page_size(p->mmu), slot += p->mmu->level[0].entry_bytes) {
		uint64_t e = read_entry(p->cpu, p->mmu, 0, slot);

		if (!fmt_none(fmt, e) && fmt_test(fmt, SIM_TEST_PRESENT, e))
			change_entry(p, 0, slot, addr);
	}
	ptl_unlock(ptl);
}

/* A leaf that the range cuts is split, and its pages fault in again. */
static void change_leaf(struct protect *p, int level, void *slot, unsigned long addr,
			unsigned long end)
{
	spinlock_t *ptl = sim_ptl(p->mmu, level, slot);
	uint64_t e;

	if (end - addr != mmu_leaf_size(p->mmu, level)) {
		split_huge_leaf(p->vma, level, slot, addr);
		return;
	}
	ptl_lock(p->cpu, ptl);
	e = read_entry(p->cpu, p->mmu, level, slot);
	if (!mmu_is_none(p->mmu, level, e) && mmu_is_leaf(p->mmu, level, e))
		change_entry(p, level, slot, addr);
	ptl_unlock(ptl);
}

static void change_tables(struct protect *p, int level, void *table, unsigned long addr,
			  unsigned long end)
{
	for (unsigned long next; addr != end; addr = next) {
		void *slot = mmu_slot(p->mmu, level, table, addr);
		uint64_t e = mmu_read(p->mmu, level, slot);

		next = leaf_end(p->mmu, level, addr, end);
		if (mmu_is_none(p->mmu, level, e))
			continue;
		if (mmu_is_leaf(p->mmu, level, e))
			change_leaf(p, level, slot, addr, next);
		else if (level > 1)
			change_tables(p, level - 1, mmu_table(p->mmu, level, e, p->machine), addr,
				      next);
		else
			change_ptes(p, mmu_table(p->mmu, level, e, p->machine), addr, next);
	}
}

void sim_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   bool try_writable)
{
	struct mm_struct *mm = vma->vm_mm;
	struct protect p = {
		.vma = vma,
		.machine = mm->sim_machine,
		.mmu = mm->sim_mmu,
		.cpu = sim_cpu(mm->sim_machine),
		.prot = vma->vm_page_prot.pgprot,
		.try_writable = try_writable,
	};

	if (start >= end)
		return;
	sim_cpu_count(p.cpu, SIM_CNT_WALK);
	change_tables(&p, p.mmu->nr_levels - 1, mm->pgd, start, end);
	if (p.changed)
		sim_flush_tlb_range(mm, start, end);
}

/* ---- may these pfns be mapped without access? ---- */

/* Models: mm/mprotect.c, prot_none_pte_entry, 5.11 to 6.12; mm/pagewalk.c splits
 * the huge leaves in the way. */
static int prot_none_tables(struct vm_area_struct *vma, int level, void *table, unsigned long addr,
			    unsigned long end, uint64_t prot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_mmu *mmu = machine->mmu;
	int ret = 0;

	for (unsigned long next; addr != end && !ret; addr = next) {
		void *slot = mmu_slot(mmu, level, table, addr);
		uint64_t e = mmu_read(mmu, level, slot);

		next = leaf_end(mmu, level, addr, end);
		if (mmu_is_none(mmu, level, e))
			continue;
		if (level == 0)
			ret = sim_pfn_modify_allowed(machine, fmt_pfn(&mmu->format[0], e), prot)
				      ? 0 : -EACCES;
		else if (mmu_is_leaf(mmu, level, e))
			split_huge_leaf(vma, level, slot, addr);
		else
			ret = prot_none_tables(vma, level - 1,
					       mmu_table(mmu, level, e, machine), addr, next,
					       prot);
	}
	return ret;
}

int sim_prot_none_allowed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  pgprot_t newprot)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;

	/* Only architectures that invert such entries check (arch_has_pfn_modify_check). */
	if (start >= end || !mmu->format[0].pfn_inverted_unless)
		return 0;
	sim_count(mm->sim_machine, SIM_CNT_WALK);
	return prot_none_tables(vma, mmu->nr_levels - 1, mm->pgd, start, end, newprot.pgprot);
}

/* Models: ptep_get_and_clear_full, pte_mkold, pte_mkclean and set_pte_at, 6.1. */
bool sim_make_old(struct mm_struct *mm, unsigned long addr, void *slot, bool clean)
{
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_entry_format *fmt = &machine->mmu->format[0];
	struct sim_cpu *cpu = sim_cpu(machine);
	uint64_t e = read_entry(cpu, machine->mmu, 0, slot);

	if (!fmt_test(fmt, SIM_TEST_YOUNG, e) && !(clean && fmt_test(fmt, SIM_TEST_DIRTY, e)))
		return false;
	/* what the MMU notes meanwhile is not to be lost */
	e = fmt_op(fmt, SIM_OP_MKOLD, leaf_take(machine, cpu, 0, slot, addr));
	if (clean)
		e = fmt_op(fmt, SIM_OP_MKCLEAN, e);
	write_entry(machine, cpu, 0, slot, addr, e);
	return true;
}
