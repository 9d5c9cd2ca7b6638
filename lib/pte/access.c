/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * access.c - what the CPU does when a program touches memory: walk, look at the
 * access bits, set young and dirty. It takes no lock and knows no vma.
 *
 * Another thread may free tables meanwhile: the walk runs in the caller's RCU
 * read section. It may also change the entry: young and dirty are set by
 * compare-exchange, and a CPU that lost walks again, as hardware does.
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

static int access_once(struct mm_struct *mm, unsigned long addr, bool write, unsigned long *pfn)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	const struct sim_entry_format *fmt;
	int level;
	void *slot = walk_down(mm, addr, 0, &level);
	uint64_t e = mmu_read(mmu, level, slot), touched;

	if (mmu_is_none(mmu, level, e))
		return -EFAULT;
	if (!mmu_is_leaf(mmu, level, e))
		return -EAGAIN;
	fmt = &mmu->format[level];
	if (!access_allowed(fmt, e, write))
		return -EFAULT;
	touched = fmt_op(fmt, write ? SIM_OP_HW_STORE : SIM_OP_HW_LOAD, e);
	if (touched != e && !leaf_cmpxchg(mmu, level, slot, &e, touched))
		return -EAGAIN;
	*pfn = leaf_pfn(mmu, level, touched, addr);
	return 0;
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
