/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * entry.c - the entry helpers under the kernel's names, for drivers and tests.
 * They act on the current machine; without one they change and see nothing.
 */
#include "pte/walk.h"

/* Sizes of who has no machine. */
#define NO_PAGE_SHIFT 12
#define NO_PMD_SHIFT 21
#define NO_PUD_SHIFT 30

__thread struct sim_current_pte sim_current_pte = {
	.page_shift = NO_PAGE_SHIFT, .pmd_shift = NO_PMD_SHIFT, .pud_shift = NO_PUD_SHIFT,
};

static void set_current_pte(const struct sim_machine *machine)
{
	static const struct sim_plain_pte none = {
		.page_shift = NO_PAGE_SHIFT, .pmd_shift = NO_PMD_SHIFT, .pud_shift = NO_PUD_SHIFT,
	};
	const struct sim_plain_pte *plain = machine ? &machine->mmu->plain : &none;
	struct sim_current_pte *cur = &sim_current_pte;

	cur->upright = plain->upright;
	cur->pfn_mask = plain->pfn_mask;
	cur->special = plain->special;
	cur->pfn_shift = plain->pfn_shift;
	cur->page_shift = plain->page_shift;
	cur->pmd_shift = plain->pmd_shift;
	cur->pud_shift = plain->pud_shift;
	cur->format = machine ? &machine->mmu->format[SIM_LEAF_PTE] : NULL;
}

/* Also where it is the same: another thread may have destroyed a machine, and made
 * this one in its place. */
struct sim_machine *sim_set_current_machine(struct sim_machine *machine)
{
	struct sim_machine *old = sim_thread.machine;

	sim_thread.machine = machine;
	set_current_pte(machine);
	return old;
}

static const struct sim_entry_format *current_format(void)
{
	return sim_current_pte.format;
}

static bool pte_is(pte_t pte, enum sim_pte_test_id id)
{
	const struct sim_entry_format *fmt = current_format();

	return fmt && fmt_test(fmt, id, pte.pte);
}

pte_t ptep_get(pte_t *ptep)
{
	struct sim_machine *machine = sim_current_machine();
	pte_t pte = { 0 };

	/* An entry on the caller's stack is as wide as pte_t is. */
	if (!machine || sim_machine_of(ptep) != machine)
		return *ptep;
	sim_count(machine, SIM_CNT_PTE_READ);
	pte.pte = mmu_read(machine->mmu, 0, ptep);
	return pte;
}

void sim_set_pte_at(struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t pte)
{
	sim_set_entry(mm, 0, ptep, addr, pte.pte);
}

unsigned long pte_pfn(pte_t pte)
{
	const struct sim_entry_format *fmt = current_format();

	return fmt ? fmt_pfn(fmt, pte.pte) : 0;
}

int pte_special(pte_t pte)
{
	return pte_is(pte, SIM_TEST_SPECIAL);
}

int pte_present(pte_t pte)
{
	return pte_is(pte, SIM_TEST_PRESENT);
}

int pte_none(pte_t pte)
{
	const struct sim_entry_format *fmt = current_format();

	return fmt && fmt_none(fmt, pte.pte);
}

int pte_write(pte_t pte)
{
	return pte_is(pte, SIM_TEST_WRITE);
}

bool sim_pte_test(const struct sim_machine *machine, enum sim_leaf leaf,
		  enum sim_pte_test_id test, uint64_t entry)
{
	if (!machine || (unsigned int)leaf >= SIM_NR_LEAVES ||
	    (unsigned int)test >= SIM_NR_PTE_TESTS)
		return false;
	return fmt_test(&machine->mmu->format[leaf], test, entry);
}

uint64_t sim_pte_op(const struct sim_machine *machine, enum sim_leaf leaf,
		    enum sim_pte_op_id op, uint64_t entry)
{
	if (!machine || (unsigned int)leaf >= SIM_NR_LEAVES || (unsigned int)op >= SIM_NR_PTE_OPS)
		return entry;
	return fmt_op(&machine->mmu->format[leaf], op, entry);
}
