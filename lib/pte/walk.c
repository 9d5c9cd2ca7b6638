/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * walk.c - from an address to the entry that decides about it, with and
 * without making tables on the way.
 *
 * A table is made without a lock and hung in under one, after another look:
 * who comes second gives his own back. The lock is that of the table it is
 * hung into where huge leaves may lie (level 1: so that a leaf and a table
 * cannot both get in), and mm->page_table_lock elsewhere.
 */
#include <errno.h>

#include "pte/walk.h"

void *sim_walk(struct mm_struct *mm, unsigned long addr, int *level)
{
	sim_count(mm->sim_machine, SIM_CNT_WALK);
	return walk_down(mm, addr, 0, level);
}

struct hook_lock {
	spinlock_t *lock;
	enum sim_lock_rank rank;
};

/* Models: mm/memory.c, __pud_alloc, __pmd_alloc, pmd_install, 5.11 to 6.12. */
static struct hook_lock hook_lock(struct mm_struct *mm, int level, const void *slot)
{
	struct hook_lock table = { &mm->page_table_lock, SIM_RANK_TABLE };
	struct hook_lock split = { sim_ptl(mm->sim_mmu, level, slot), SIM_RANK_PTL };

	return mm->sim_mmu->has_leaf[level] ? split : table;
}

/* Hangs a fresh table into an empty entry. 0, also where another was faster. */
static int add_table(struct mm_struct *mm, int level, void *slot)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	struct hook_lock hook = hook_lock(mm, level, slot);
	void *table = sim_table_alloc(mm, level - 1);
	bool added;

	if (!table)
		return -ENOMEM;
	sim_assert(level > 0 && level < mmu->nr_levels);
	sim_assert((uintptr_t)table % (1ul << mmu->level[level - 1].table_lg2) == 0);
	sim_spin_lock(mm->sim_machine, hook.lock, hook.rank);
	added = mmu_is_none(mmu, level, mmu_read(mmu, level, slot));
	if (added)
		mmu_write(mmu, level, slot, mmu_table_entry(mmu, level, table, mm->sim_machine));
	sim_spin_unlock(hook.lock, hook.rank);
	if (added)
		__atomic_fetch_add(&mm->pgtables_bytes.counter, sim_table_bytes(mmu, level - 1),
				   __ATOMIC_RELAXED);
	else
		sim_table_free(mm, level - 1, table);
	return 0;
}

/* The table under an entry, made if missing. */
static void *table_below(struct mm_struct *mm, int level, void *slot, int *err)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	uint64_t e = mmu_read(mmu, level, slot);

	if (mmu_is_none(mmu, level, e)) {
		*err = add_table(mm, level, slot);
		if (*err)
			return NULL;
		e = mmu_read(mmu, level, slot);
	}
	if (mmu_is_leaf(mmu, level, e)) {
		*err = -EBUSY;
		return NULL;
	}
	return mmu_table(mmu, level, e, mm->sim_machine);
}

void *walk_alloc_below(struct mm_struct *mm, unsigned long addr, int level, void *slot, int *err)
{
	void *table = table_below(mm, level, slot, err);

	return table ? mmu_slot(mm->sim_mmu, level - 1, table, addr) : NULL;
}

void *walk_alloc(struct mm_struct *mm, unsigned long addr, int level, int *err)
{
	int at = mm->sim_mmu->nr_levels - 1;
	void *slot = mmu_slot(mm->sim_mmu, at, mm->pgd, addr);

	*err = 0;
	for (; slot && at > level; at--)
		slot = walk_alloc_below(mm, addr, at, slot, err);
	return slot;
}

void *sim_walk_alloc(struct mm_struct *mm, unsigned long addr, int level, int *err)
{
	sim_count(mm->sim_machine, SIM_CNT_WALK);
	return walk_alloc(mm, addr, level, err);
}

/*
 * Up to 6.1 nothing looks whether the pmd is a leaf: its memory would be taken
 * for a page table (VM_BUG_ON(pmd_trans_huge) says so where it is compiled in).
 * 6.12: pte_offset_map_lock() looks, and the caller sees no table.
 * Models: mm/memory.c, walk_to_pmd, 5.11 and 6.1; mm/pgtable-generic.c,
 * __pte_offset_map_lock, 6.12.
 */
void sim_leaf_in_the_way(struct mm_struct *mm, int *err)
{
	struct sim_machine *machine = mm->sim_machine;
	bool pmd_trans_huge = *err == -EBUSY;

	if (!pmd_trans_huge)
		return;
	*err = -ENOMEM;
	if (!sim_rule(machine, SIM_RULE_MAP_LOCK_REFUSES_LEAF) &&
	    SIM_BUG_ON_IN(machine, "mm/memory.c", "walk_to_pmd", pmd_trans_huge))
		*err = -EIO;
}
