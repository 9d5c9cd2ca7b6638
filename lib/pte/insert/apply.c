/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * apply.c - apply_to_page_range(): a callback on every level-0 entry of a range.
 */
#include <errno.h>

#include <ttmsim/mm.h>

#include "pte/walk.h"

struct apply {
	struct mm_struct *mm;
	pte_fn_t fn;
	void *data;
	bool create;		/* tables that are missing; else they are passed over */
};

/* What stood in sim_current_pte before a table was lent to a callback. */
struct lent {
	const struct mm_struct *filling;
	uint64_t filled;
};

/* From here on set_pte_at() stores and notes that it did, where that is all there is
 * to do. A callback may apply as well, so what was there comes back afterwards. */
static struct lent lend(const struct mm_struct *mm)
{
	const struct lent before = { sim_current_pte.filling, sim_current_pte.filled };
	bool plain = mm->sim_mmu->level[0].entry_bytes == 8 && !mm->sim_machine->listeners.event;

	sim_current_pte.filling = plain ? mm : NULL;
	sim_current_pte.filled = 0;
	return before;
}

static void take_back(const struct mm_struct *mm, const struct lent *before)
{
	if (sim_current_pte.filled)
		sim_count_n(mm->sim_machine, SIM_CNT_PTE_WRITE, sim_current_pte.filled);
	sim_current_pte.filling = before->filling;
	sim_current_pte.filled = before->filled;
}

/* Calls back for each of @nr entries, up to the first error, which it returns. */
static int call_each(const struct apply *apply, char *slot, unsigned long addr, unsigned long nr)
{
	const unsigned long bytes = apply->mm->sim_mmu->level[0].entry_bytes;
	const unsigned long page = mmu_page_size(apply->mm->sim_mmu);
	const pte_fn_t fn = apply->fn;
	void *const data = apply->data;
	int err = 0;

	/* A call, a return and a jump back are most of what an entry costs. */
#pragma GCC unroll 4
	for (unsigned long i = 0; i < nr; i++, slot += bytes, addr += page) {
		err = fn((pte_t *)(void *)slot, addr, data);
		if (err)
			break;
	}
	return err;
}

static __attribute__((noinline)) int call_each_guarded(struct sim_callback *callback,
						      const struct apply *apply, char *slot,
						      unsigned long addr, unsigned long nr)
{
	return SIM_CALL_WITHIN(callback, -EIO, call_each(apply, slot, addr, nr));
}

/* The same, all of it one callback: under the lock of the table. */
static inline int call_under_lock(const struct apply *apply, spinlock_t *ptl, char *slot,
			   unsigned long addr, unsigned long nr)
{
	struct sim_callback callback;
	const void *before;
	int err;

	before = sim_callback_enter_atomic(&callback, apply->mm->sim_machine,
					   "apply_to_page_range's function",
					   sim_code_of(&apply->fn), addr, ptl);
	err = SIM_CALL_HOT(&callback, call_each_guarded(&callback, apply, slot, addr, nr),
			   call_each(apply, slot, addr, nr));
	sim_callback_leave_atomic(&callback, before);
	return err;
}

/*
 * A huge leaf is refused from 5.14 on; before, its memory would be taken for a
 * page table, and apply_to_pte_range() has a BUG_ON against that.
 */
static int leaf_met(struct sim_machine *machine)
{
	const bool pmd_huge = true, pmd_leaf = true;

	if (sim_rule(machine, SIM_RULE_APPLY_REFUSES_LEAF)) {
		(void)SIM_WARN_ON(machine, "mm/memory.c", pmd_leaf);
		return -EINVAL;
	}
	(void)SIM_BUG_ON_IN(machine, "mm/memory.c", "apply_to_pte_range", pmd_huge);
	return -EIO;
}

/* The level-0 entry of @addr; NULL and *@err: -EBUSY for a huge leaf, 0 where there
 * is no table and none is wanted. */
static void *find_table(const struct apply *apply, unsigned long addr, int *err)
{
	struct mm_struct *mm = apply->mm;
	int level;
	void *slot;

	if (apply->create)
		return sim_walk_alloc(mm, addr, 0, err);
	slot = sim_walk(mm, addr, &level);
	*err = level && !mmu_is_none(mm->sim_mmu, level, sim_get_entry(mm, level, slot)) ? -EBUSY
											: 0;
	return level ? NULL : slot;
}

/* The entries of [addr, end), which lie in one table. */
static int apply_to_table(const struct apply *apply, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = apply->mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	int err;
	char *slot = find_table(apply, addr, &err);
	struct lent before;
	spinlock_t *ptl;

	if (!slot)
		return err == -EBUSY ? leaf_met(mm->sim_machine) : err;
	ptl = sim_ptl(mmu, 0, slot);
	ptl_lock(sim_cpu(mm->sim_machine), ptl);
	before = lend(mm);
	err = call_under_lock(apply, ptl, slot, addr, (end - addr) >> mmu->page_shift);
	take_back(mm, &before);
	ptl_unlock(ptl);
	return err;
}

/*
 * Models: mm/memory.c, __apply_to_page_range, 5.11 to 6.12; differs in that a
 * range outside user space is refused and each table is walked to from the top.
 */
static int apply_to_range(const struct apply *apply, unsigned long address, unsigned long size)
{
	struct mm_struct *mm = apply->mm;
	struct sim_machine *machine = mm->sim_machine;
	unsigned long end = address + size, span = mmu_leaf_size(mm->sim_mmu, 1);
	struct sim_machine *before;
	int ret = 0;

	if (sim_is_crashed(machine))
		return -EIO;
	if (SIM_WARN_ON(machine, "mm/memory.c", address >= end) || end > mm->sim_mmu->task_size ||
	    (address | size) & (mmu_page_size(mm->sim_mmu) - 1))
		return -EINVAL;
	/* fn uses the helpers that take no context, and whoever applies need not be a
	 * task of this machine. */
	before = sim_set_current_machine(machine);
	while (address < end && !ret) {
		unsigned long next = (address | (span - 1)) + 1;

		next = next < end ? next : end;
		ret = apply_to_table(apply, address, next);
		address = next;
	}
	sim_set_current_machine(before);
	return ret;
}

int apply_to_page_range(struct mm_struct *mm, unsigned long address, unsigned long size,
			pte_fn_t fn, void *data)
{
	const struct apply apply = { mm, fn, data, true };

	return apply_to_range(&apply, address, size);
}

int apply_to_existing_page_range(struct mm_struct *mm, unsigned long address,
				 unsigned long size, pte_fn_t fn, void *data)
{
	const struct apply apply = { mm, fn, data, false };

	return apply_to_range(&apply, address, size);
}
