/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * move.c - mremap: entries move to another address, bits and all.
 *
 * Nothing is counted: the same pages are mapped as before. Two tables are
 * involved; the one at the lower address is locked first. The old addresses are
 * flushed before the locks are let go, so that nobody reaches a page through
 * both.
 */
#include <errno.h>

#include "pte/leaf.h"

struct move {
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
};

static void lock_two(struct sim_cpu *cpu, spinlock_t *a, spinlock_t *b)
{
	ptl_lock(cpu, a < b ? a : b);
	if (a != b)
		ptl_lock(cpu, a < b ? b : a);
}

static void unlock_two(spinlock_t *a, spinlock_t *b)
{
	if (a != b)
		ptl_unlock(a < b ? b : a);
	ptl_unlock(a < b ? a : b);
}

/* Under both locks; returns whether there was something. */
static bool move_entry(struct move *m, int level, void *from, unsigned long old_addr, void *to,
		       unsigned long new_addr)
{
	const struct sim_entry_format *fmt = &m->mmu->format[level];
	struct sim_machine *machine = m->mm->sim_machine;
	uint64_t e = read_entry(m->cpu, m->mmu, level, from);

	if (mmu_is_none(m->mmu, level, e))
		return false;
	e = leaf_take(machine, m->cpu, level, from, old_addr);
	write_entry(machine, m->cpu, level, to, new_addr, fmt_op(fmt, SIM_OP_MKSOFT_DIRTY, e));
	return true;
}

/* Models: mm/mremap.c, move_ptes, 5.11 to 6.12. */
static void move_ptes(struct move *m, char *from, unsigned long old_addr, char *to,
		      unsigned long new_addr, unsigned long len)
{
	spinlock_t *old_ptl = sim_ptl(m->mmu, 0, from), *new_ptl = sim_ptl(m->mmu, 0, to);
	unsigned int bytes = m->mmu->level[0].entry_bytes;
	unsigned long page = mmu_page_size(m->mmu);
	bool flush = false;

	lock_two(m->cpu, old_ptl, new_ptl);
	for (unsigned long at = 0; at < len; at += page, from += bytes, to += bytes)
		flush |= move_entry(m, 0, from, old_addr + at, to, new_addr + at);
	if (flush)
		sim_flush_tlb_range(m->mm, old_addr, old_addr + len);
	unlock_two(old_ptl, new_ptl);
}

/*
 * A whole leaf, where both addresses are aligned. false: it is still there and
 * must be split. Models: mm/huge_memory.c, move_huge_pmd, 5.11 to 6.12.
 */
static bool move_leaf(struct move *m, int level, void *from, unsigned long old_addr,
		      unsigned long new_addr, unsigned long len, int *err)
{
	unsigned long size = mmu_leaf_size(m->mmu, level);
	spinlock_t *old_ptl = sim_ptl(m->mmu, level, from), *new_ptl;
	void *to;

	if (len != size || ((old_addr | new_addr) & (size - 1)))
		return false;
	to = walk_alloc(m->mm, new_addr, level, err);
	if (!to)
		return false;
	new_ptl = sim_ptl(m->mmu, level, to);
	lock_two(m->cpu, old_ptl, new_ptl);
	if (mmu_is_none(m->mmu, level, mmu_read(m->mmu, level, to)) &&
	    move_entry(m, level, from, old_addr, to, new_addr)) {
		sim_flush_tlb_range(m->mm, old_addr, old_addr + size);
		len = 0;
	}
	unlock_two(old_ptl, new_ptl);
	return !len;
}

/* Up to the next boundary of a page table at either address, at most @len. */
static unsigned long extent(const struct sim_mmu *mmu, int level, unsigned long old_addr,
			    unsigned long new_addr, unsigned long len)
{
	unsigned long left = leaf_end(mmu, level, old_addr, old_addr + len) - old_addr;

	return leaf_end(mmu, level, new_addr, new_addr + left) - new_addr;
}

/* One stretch that lies in one table at both ends: 0, or -ENOMEM. *@len: its length. */
static int move_stretch(struct move *m, unsigned long old_addr, unsigned long new_addr,
			unsigned long *len)
{
	int level, err = 0;
	void *from = walk_down(m->mm, old_addr, 0, &level), *to;
	uint64_t e = mmu_read(m->mmu, level, from);
	bool none = mmu_is_none(m->mmu, level, e);

	*len = extent(m->mmu, none && level ? level : 1, old_addr, new_addr, *len);
	if (level > 0 && !none) {
		*len = extent(m->mmu, level, old_addr, new_addr, *len);
		if (!move_leaf(m, level, from, old_addr, new_addr, *len, &err) && !err)
			split_huge_leaf(m->vma, level, from, old_addr);
		return err;
	}
	if (level > 0)
		return 0;
	to = walk_alloc(m->mm, new_addr, 0, &err);
	if (!to)
		return -ENOMEM;
	move_ptes(m, from, old_addr, to, new_addr, *len);
	return 0;
}

unsigned long sim_move_tables(struct vm_area_struct *vma, unsigned long old_addr,
			      struct vm_area_struct *new_vma, unsigned long new_addr,
			      unsigned long len)
{
	struct mm_struct *mm = vma->vm_mm;
	struct move m = { vma, mm, mm->sim_mmu, sim_cpu(mm->sim_machine) };
	unsigned long done = 0;

	(void)new_vma;
	while (done < len) {
		unsigned long part = len - done;

		sim_cpu_count(m.cpu, SIM_CNT_WALK);
		if (move_stretch(&m, old_addr + done, new_addr + done, &part))
			break;
		done += part;
	}
	return done;
}
