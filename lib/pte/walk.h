/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * walk.h - the walk itself, inline for the paths that run once per entry, and
 * the page tables as objects. Nothing above this floor includes it.
 */
#ifndef SIM_PTE_WALK_H
#define SIM_PTE_WALK_H

#include "pte/pgtable.h"

/* ---- tables as objects (tables.c) ---- */

/* A table for @level, every entry empty, its lock free. NULL: out of memory. */
void *sim_table_alloc(struct mm_struct *mm, int level);
/* For a table that no other thread can have seen, or after a grace period. */
void sim_table_free(struct mm_struct *mm, int level, void *table);
/* What a table adds to mm->pgtables_bytes: the entries, without padding. */
long sim_table_bytes(const struct sim_mmu *mmu, int level);
/* An entry of @level that holds nothing. */
uint64_t sim_none_value(const struct sim_mmu *mmu, int level);

/* ---- walks ---- */

/*
 * sim_walk() without the counter: from the top table down to a leaf, to an
 * empty entry, or to @stop, whichever comes first.
 */
static inline void *walk_down(const struct mm_struct *mm, unsigned long addr, int stop, int *at)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	int level = mmu->nr_levels - 1;
	void *table = mm->pgd;

	for (;;) {
		void *slot = mmu_slot(mmu, level, table, addr);
		uint64_t e;

		if (level == stop)
			goto found;
		e = mmu_read(mmu, level, slot);
		if (mmu_is_none(mmu, level, e) || mmu_is_leaf(mmu, level, e))
			goto found;
		table = mmu_table(mmu, level, e, mm->sim_machine);
		level--;
		continue;
found:
		*at = level;
		return slot;
	}
}

/* sim_walk_alloc() without the counter. */
void *walk_alloc(struct mm_struct *mm, unsigned long addr, int level, int *err);

/*
 * Turns the -EBUSY of a walk to level 0 that met a huge leaf into what the
 * kernel makes of it.
 */
void sim_leaf_in_the_way(struct mm_struct *mm, int *err);

static inline void ptl_lock(struct sim_cpu *cpu, spinlock_t *ptl)
{
	sim_spin_lock(NULL, ptl, SIM_RANK_PTL);
	sim_cpu_count(cpu, SIM_CNT_LOCK);
}

static inline void ptl_unlock(spinlock_t *ptl)
{
	sim_spin_unlock(ptl, SIM_RANK_PTL);
}

/*
 * The level-0 slot of @addr with its table's lock held; tables are made as
 * needed. NULL: -ENOMEM in *@err, or -EIO after a BUG.
 * Models: mm/memory.c, __get_locked_pte, 5.11 to 6.12.
 */
static inline void *get_locked_slot(struct mm_struct *mm, struct sim_cpu *cpu,
				    unsigned long addr, spinlock_t **ptl, int *err)
{
	int at;
	void *slot = walk_down(mm, addr, 0, &at);

	sim_cpu_count(cpu, SIM_CNT_WALK);
	if (__builtin_expect(at != 0, 0)) {
		slot = walk_alloc(mm, addr, 0, err);
		if (!slot) {
			sim_leaf_in_the_way(mm, err);
			return NULL;
		}
	}
	*ptl = sim_ptl(mm->sim_mmu, 0, slot);
	ptl_lock(cpu, *ptl);
	return slot;
}

/* ---- entries, with the counters of one call looked up once ---- */

static inline uint64_t read_entry(struct sim_cpu *cpu, const struct sim_mmu *mmu, int level,
				  const void *slot)
{
	sim_cpu_count(cpu, SIM_CNT_PTE_READ);
	return mmu_read(mmu, level, slot);
}

static inline void write_entry(struct sim_machine *machine, struct sim_cpu *cpu, int level,
			       void *slot, unsigned long addr, uint64_t e)
{
	sim_cpu_count(cpu, SIM_CNT_PTE_WRITE);
	mmu_write(machine->mmu, level, slot, e);
	sim_event(machine, SIM_EV_PTE, addr, e, NULL);
}

/* Makes an entry writable where the mapping may be written.
 * Models: include/linux/mm.h, maybe_mkwrite, 6.1. */
static inline uint64_t maybe_mkwrite(const struct sim_entry_format *fmt, uint64_t e,
				     const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? fmt_op(fmt, SIM_OP_MKWRITE, e) : e;
}

#endif
