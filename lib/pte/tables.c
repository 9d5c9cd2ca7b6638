/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tables.c - page tables as objects: made, freed, and freed range by range.
 *
 * A table that was hung into an address space may be in the hands of a walker
 * that takes no lock (fast GUP, sim_mmu_access()). It is therefore taken out of
 * its parent first and given back after a grace period; a batch of tables
 * shares one. A machine that only one thread uses needs no grace period.
 */
#include <errno.h>

#include "pte/tlb.h"
#include "pte/walk.h"

uint64_t sim_none_value(const struct sim_mmu *mmu, int level)
{
	return level ? mmu->level[level].none_value : mmu->format[0].none_value;
}

long sim_table_bytes(const struct sim_mmu *mmu, int level)
{
	return (long)mmu->level[level].entry_bytes << mmu->level[level].index_bits;
}

/* Each table has a descriptor, and so a lock, of its own: small ones are padded. */
static size_t table_size(const struct sim_mmu *mmu, int level)
{
	unsigned int lg2 = mmu->level[level].table_lg2;

	return 1UL << (lg2 > SIM_DESC_UNIT_LG2 ? lg2 : SIM_DESC_UNIT_LG2);
}

static void fill_table(const struct sim_mmu *mmu, int level, void *table)
{
	uint64_t none = sim_none_value(mmu, level);
	size_t bytes = table_size(mmu, level);

	if (!none) {
		memset(table, 0, bytes);
		return;
	}
	for (size_t at = 0; at < bytes; at += mmu->level[level].entry_bytes)
		mmu_write(mmu, level, (char *)table + at, none);
}

void *sim_table_alloc(struct mm_struct *mm, int level)
{
	struct sim_machine *machine = mm->sim_machine;
	void *table = sim_alloc_raw(machine, table_size(mm->sim_mmu, level), SIM_OBJ_TABLE);
	struct sim_desc *desc;

	if (!table)
		return NULL;
	fill_table(mm->sim_mmu, level, table);
	desc = sim_desc_of(table);
	desc->ptl.word = 0;
	desc->nr_used = 0;
	sim_count(machine, SIM_CNT_TABLE_ALLOC);
	return table;
}

void sim_table_free(struct mm_struct *mm, int level, void *table)
{
	sim_count(mm->sim_machine, SIM_CNT_TABLE_FREE);
	sim_free(table, table_size(mm->sim_mmu, level), SIM_OBJ_TABLE);
}

int sim_pgd_alloc(struct mm_struct *mm)
{
	mm->pgd = sim_table_alloc(mm, mm->sim_mmu->nr_levels - 1);
	return mm->pgd ? 0 : -ENOMEM;
}

/* Does a table hold nothing? */
static __attribute__((unused)) bool table_is_empty(const struct mm_struct *mm, int level,
						   const void *table)
{
	const struct sim_level *l = &mm->sim_mmu->level[level];
	const char *slot = table;

	for (unsigned int i = 0; i < 1u << l->index_bits; i++, slot += l->entry_bytes)
		if (!mmu_is_none(mm->sim_mmu, level, mmu_read(mm->sim_mmu, level, slot)))
			return false;
	return true;
}

void sim_pgd_free(struct mm_struct *mm)
{
	if (!mm->pgd)
		return;
	sim_assert_expensive(table_is_empty(mm, mm->sim_mmu->nr_levels - 1, mm->pgd));
	sim_table_free(mm, mm->sim_mmu->nr_levels - 1, mm->pgd);
	mm->pgd = NULL;
}

/* ---- freeing by range ---- */

#define BATCH 64

struct batch {
	struct mmu_gather *tlb;
	unsigned int nr;
	struct {
		void *table;
		int level;
	} item[BATCH];
};

/* Nobody walks over them any more. */
static void free_batch(struct batch *batch)
{
	for (unsigned int i = 0; i < batch->nr; i++)
		sim_table_free(batch->tlb->mm, batch->item[i].level, batch->item[i].table);
	batch->nr = 0;
}

/* Takes the table under @slot, which is that of @addr, out of its parent. */
static void unhook(struct batch *batch, int level, void *slot, unsigned long addr, void *table)
{
	struct mm_struct *mm = batch->tlb->mm;

	if (batch->nr == BATCH) {
		lockless_wait(mm);
		free_batch(batch);
	}
	mmu_write(mm->sim_mmu, level, slot, sim_none_value(mm->sim_mmu, level));
	__atomic_fetch_sub(&mm->pgtables_bytes.counter, sim_table_bytes(mm->sim_mmu, level - 1),
			   __ATOMIC_RELAXED);
	batch->item[batch->nr].table = table;
	batch->item[batch->nr].level = level - 1;
	batch->nr++;
	tlb_remove_entry(batch->tlb, addr, addr + mmu_page_size(mm->sim_mmu));
}

/*
 * Frees below the entries of @table (of @level >= 1) that cover [addr, end).
 * A child goes where nothing outside [floor, last] can use it: where its whole
 * span lies inside.
 */
static void free_below(struct batch *batch, int level, void *table, unsigned long addr,
		       unsigned long end, unsigned long floor, unsigned long last)
{
	const struct sim_mmu *mmu = batch->tlb->mm->sim_mmu;
	unsigned long span = mmu_leaf_size(mmu, level);

	for (unsigned long stop; addr < end; addr = stop) {
		unsigned long base = addr & ~(span - 1), span_last = base + span - 1;
		void *slot = mmu_slot(mmu, level, table, addr), *child;
		uint64_t e = mmu_read(mmu, level, slot);

		stop = span_last < end - 1 ? span_last + 1 : end;
		if (mmu_is_none(mmu, level, e) || mmu_is_leaf(mmu, level, e))
			continue;
		child = mmu_table(mmu, level, e, batch->tlb->mm->sim_machine);
		if (level > 1)
			free_below(batch, level - 1, child, addr, stop, floor, last);
		if (base >= floor && span_last <= last)
			unhook(batch, level, slot, base, child);
	}
}

void sim_free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		     unsigned long floor, unsigned long ceiling)
{
	struct mm_struct *mm = tlb->mm;
	struct batch batch;

	batch.tlb = tlb;
	batch.nr = 0;
	free_below(&batch, mm->sim_mmu->nr_levels - 1, mm->pgd, start, end, floor, ceiling - 1);
	if (!batch.nr)
		return;
	tlb_flush_mmu_tlbonly(tlb);
	free_batch(&batch);
}
