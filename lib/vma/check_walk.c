/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_walk.c - every entry of an address space that is not empty.
 *
 * Most slots are empty: a table is made for one entry and has room for 512. They are
 * passed over by groups of eight, which is a cache line where an entry has 8 bytes:
 * all that differs from an empty entry in a bit that counts is or-ed, and looked at
 * once.
 */
#include "vma/check.h"

#define GROUP 8u

/* What an empty entry of a level looks like: (e ^ none) & care is 0. */
struct empty {
	uint64_t none, care;
};

static struct empty empty_of(const struct sim_mmu *mmu, int level)
{
	const struct sim_entry_format *fmt = &mmu->format[SIM_LEAF_PTE];

	if (level)
		return (struct empty){ mmu->level[level].none_value, ~0ULL };
	return (struct empty){ fmt->none_value, ~fmt->none_ignore };
}

/* Does a group of entries hold nothing? */
#define GROUP_IS_EMPTY(name, type) \
	static inline bool name(const type *slot, const struct empty *empty) \
	{ \
		type any = 0; \
		\
		for (unsigned int k = 0; k < GROUP; k++) \
			any |= (type)(__atomic_load_n(slot + k, __ATOMIC_RELAXED) ^ \
				      (type)empty->none); \
		return !(any & (type)empty->care); \
	}

GROUP_IS_EMPTY(wide_group_is_empty, uint64_t)
GROUP_IS_EMPTY(narrow_group_is_empty, uint32_t)

static bool group_is_empty(const struct sim_level *l, const void *slot, const struct empty *empty)
{
	return l->entry_bytes == 4 ? narrow_group_is_empty(slot, empty)
				   : wide_group_is_empty(slot, empty);
}

static void walk_table(struct sim_entry_walk *walk, int level, void *table, unsigned long base);

static void walk_slot(struct sim_entry_walk *walk, int level, uint64_t e, unsigned long addr)
{
	struct mm_struct *mm = walk->mm;

	if (mmu_is_leaf(mm->sim_mmu, level, e)) {
		walk->leaf(walk, level, e, addr);
		return;
	}
	walk->table(walk, level - 1);
	walk_table(walk, level - 1, mmu_table(mm->sim_mmu, level, e, mm->sim_machine), addr);
}

static void walk_table(struct sim_entry_walk *walk, int level, void *table, unsigned long base)
{
	const struct sim_mmu *mmu = walk->mm->sim_mmu;
	const struct sim_level *l = &mmu->level[level];
	const struct empty empty = empty_of(mmu, level);
	unsigned int nr = 1u << l->index_bits, group = nr < GROUP ? nr : GROUP;

	for (unsigned int i = 0; i < nr; i += group) {
		const char *slot = (const char *)table + (size_t)i * l->entry_bytes;

		if (group == GROUP && group_is_empty(l, slot, &empty))
			continue;
		for (unsigned int k = i; k < i + group; k++, slot += l->entry_bytes) {
			uint64_t e = mmu_read(mmu, level, slot);

			if ((e ^ empty.none) & empty.care)
				walk_slot(walk, level, e, base + ((unsigned long)k << l->shift));
		}
	}
}

void sim_walk_entries(struct sim_entry_walk *walk)
{
	struct mm_struct *mm = walk->mm;

	if (mm->pgd)
		walk_table(walk, mm->sim_mmu->nr_levels - 1, mm->pgd, 0);
}
