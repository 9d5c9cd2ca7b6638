/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lookup.c - what a page table holds at an address, for those who look on:
 * tests and transcripts. It counts nothing.
 */
#include <errno.h>

#include "pte/lockless.h"
#include "pte/walk.h"

static void describe(const struct sim_mmu *mmu, unsigned long addr, uint64_t e,
		     struct sim_pte_info *info)
{
	const struct sim_entry_format *fmt = &mmu->format[info->level];
	unsigned long inside = addr & (mmu_leaf_size(mmu, info->level) - 1);

	info->present = fmt_test(fmt, SIM_TEST_PRESENT, e);
	info->special = fmt_test(fmt, SIM_TEST_SPECIAL, e);
	info->write = fmt_test(fmt, SIM_TEST_WRITE, e);
	info->dirty = fmt_test(fmt, SIM_TEST_DIRTY, e);
	info->young = fmt_test(fmt, SIM_TEST_YOUNG, e);
	info->user = fmt_test(fmt, SIM_TEST_USER, e);
	info->exec = fmt_test(fmt, SIM_TEST_EXEC, e);
	info->protnone = fmt_test(fmt, SIM_TEST_PROTNONE, e);
	info->cache = fmt_cache(fmt, e);
	info->pfn = fmt_pfn(fmt, e) + (inside >> mmu->page_shift);
}

/* The entry that decides. Between the walk and the read a table may have come
 * in: then the walk goes on. */
static uint64_t read_leaf(struct mm_struct *mm, unsigned long addr, int *level)
{
	const struct sim_mmu *mmu = mm->sim_mmu;

	for (;;) {
		const void *slot = walk_down(mm, addr, 0, level);
		uint64_t e = mmu_read(mmu, *level, slot);

		if (*level == 0 || walk_ends(&mmu->walk[*level], e, false))
			return e;
	}
}

int sim_pte_lookup(struct mm_struct *mm, unsigned long addr, struct sim_pte_info *info)
{
	const struct sim_mmu *mmu;
	int ret;

	if (!mm || !info)
		return -EINVAL;
	ret = sim_enter(mm->sim_machine);
	if (ret)
		return ret;
	mmu = mm->sim_mmu;
	if (addr >= mmu->task_size)
		return -EINVAL;
	memset(info, 0, sizeof(*info));
	lockless_begin(mm);
	info->raw = read_leaf(mm, addr, &info->level);
	lockless_end();
	info->none = mmu_is_none(mmu, info->level, info->raw);
	if (!info->none)
		describe(mmu, addr, info->raw, info);
	return 0;
}
