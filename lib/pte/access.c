/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * access.c - what the CPU does when a program touches memory: walk, look at the
 * access bits, set young and dirty. It takes no lock and knows no vma.
 *
 * Another thread may free tables meanwhile: the walk runs in the caller's RCU
 * read section. It may also change the entry: young and dirty are set by
 * compare-exchange, and a CPU that lost walks again, as hardware does.
 *
 * CPUs keep the entries above level 0 that they walked through last (Intel's
 * paging-structure caches, Arm's walk caches): the next page of the same table
 * costs one load. sim_mmu_touch() is a CPU that has them.
 */
#include <errno.h>

#include "pte/leaf.h"

static bool access_allowed(const struct sim_entry_format *fmt, uint64_t e, bool write)
{
	return fmt_test(fmt, write ? SIM_TEST_HW_WRITE : SIM_TEST_HW_READ, e);
}

/* The leaf's page for @addr. */
static unsigned long leaf_pfn(const struct sim_mmu *mmu, int level, uint64_t e, unsigned long addr)
{
	unsigned long in_leaf = addr & (mmu_leaf_size(mmu, level) - 1);

	return fmt_pfn(&mmu->format[level], e) + (in_leaf >> mmu->page_shift);
}

/*
 * The walk has ended at @slot. 0, and *@e is the leaf as it is then.
 * -EAGAIN: the entry has changed meanwhile, walk again.
 */
static int access_slot(const struct sim_mmu *mmu, int level, void *slot, bool write, uint64_t *e)
{
	const struct sim_entry_format *fmt = &mmu->format[level];
	uint64_t old = mmu_read(mmu, level, slot);

	if (mmu_is_none(mmu, level, old))
		return -EFAULT;
	if (!mmu_is_leaf(mmu, level, old))
		return -EAGAIN;
	if (!access_allowed(fmt, old, write))
		return -EFAULT;
	*e = fmt_op(fmt, write ? SIM_OP_HW_STORE : SIM_OP_HW_LOAD, old);
	if (*e != old && !leaf_cmpxchg(mmu, level, slot, &old, *e))
		return -EAGAIN;
	return 0;
}

static int access_once(struct mm_struct *mm, unsigned long addr, bool write, unsigned long *pfn)
{
	int level, ret;
	void *slot = walk_down(mm, addr, 0, &level);
	uint64_t e;

	ret = access_slot(mm->sim_mmu, level, slot, write, &e);
	if (!ret)
		*pfn = leaf_pfn(mm->sim_mmu, level, e, addr);
	return ret;
}

int sim_mmu_access(struct mm_struct *mm, unsigned long addr, bool write, unsigned long *pfn)
{
	int ret;

	if (addr >= mm->sim_mmu->task_size)
		return -EFAULT;
	do {
		ret = access_once(mm, addr, write, pfn);
	} while (ret == -EAGAIN);
	return ret;
}

/* Does memory answer there? */
static inline bool pfn_answers(const struct sim_machine *machine, unsigned long pfn)
{
	return sim_pfn_valid(machine, pfn) ||
	       pfn - machine->phys->io_start < machine->phys->io_nr;
}

/*
 * Of the memory that answers, the part in which @pfn lies: its first page and how
 * many, no more than an entry can name. => pfn_answers()
 */
static unsigned long part_around(const struct sim_machine *machine, unsigned long pfn,
				 unsigned long *nr)
{
	const struct sim_phys *phys = machine->phys;
	bool io = pfn - phys->io_start < phys->io_nr;
	unsigned long start = io ? phys->io_start : phys->ram.start;
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];
	unsigned long most = (unsigned long)(fmt->pfn_mask >> fmt->pfn_shift) + 1 - start;

	*nr = io ? phys->io_nr : phys->ram.nr;
	if (*nr > most)
		*nr = most;
	return start;
}

/*
 * How many entries of a level-0 table, up to @nr, are as @like but for the pfn, and
 * memory answers there: what let @like through lets them through, and left nothing to
 * be noted. Once per page of what a program touches, so one comparison has to do:
 * less an entry of the lowest pfn, such entries are a pfn at its place and nothing
 * else. Turned until the pfn begins at bit 0, anything else is a large number.
 */
static unsigned long count_alike(const struct sim_machine *machine, const char *slot,
				 unsigned long nr, uint64_t like)
{
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];
	const uint64_t flip = fmt_pfn_flip(fmt, like);
	const unsigned int shift = fmt->pfn_shift, turn = (64 - shift) % 64;
	const bool wide = machine->mmu->level[0].entry_bytes == 8;
	unsigned long nr_pfns, start = part_around(machine, fmt_pfn(fmt, like), &nr_pfns);
	const uint64_t lowest = ((like ^ flip) & ~fmt->pfn_mask) | (uint64_t)start << shift;
	unsigned long i = 0;

#pragma GCC unroll 4
	for (; i < nr; i++) {
		uint64_t e = wide ? __atomic_load_n((const uint64_t *)slot + i, __ATOMIC_RELAXED)
				  : __atomic_load_n((const uint32_t *)slot + i, __ATOMIC_RELAXED);
		uint64_t above = (e ^ flip) - lowest;

		if (unlikely((above >> shift | above << turn) >= nr_pfns))
			break;
	}
	return i;
}

/* As sim_mmu_touch(), the entries of one level-0 table. */
static unsigned long touch_entries(struct mm_struct *mm, char *slot, unsigned long addr,
				   unsigned long end, bool write)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	uint64_t e;

	while (addr < end && !access_slot(mmu, 0, slot, write, &e) &&
	       pfn_answers(mm->sim_machine, fmt_pfn(&mmu->format[SIM_LEAF_PTE], e))) {
		unsigned long nr = (end - addr) >> mmu->page_shift;

		nr = 1 + count_alike(mm->sim_machine, slot + mmu->level[0].entry_bytes, nr - 1, e);
		addr += nr << mmu->page_shift;
		slot += nr * mmu->level[0].entry_bytes;
	}
	return addr;
}

unsigned long sim_mmu_touch(struct mm_struct *mm, unsigned long addr, unsigned long end,
			    bool write)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	int level;
	void *slot = walk_down(mm, addr, 0, &level);
	uint64_t e;

	end = leaf_end(mmu, 1, addr, end);
	if (!level)
		return touch_entries(mm, slot, addr, end, write);
	/* Memory may answer for a part of the leaf: then page by page. */
	if (access_slot(mmu, level, slot, write, &e) ||
	    !pfn_answers(mm->sim_machine, leaf_pfn(mmu, level, e, addr)) ||
	    !pfn_answers(mm->sim_machine, leaf_pfn(mmu, level, e, end - 1)))
		return addr;
	return end;
}
