/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.h - many entries that differ in their pfn alone: what they share is worked
 * out once, what is left for each is a shift, an or, and a store.
 */
#ifndef SIM_PTE_RUN_H
#define SIM_PTE_RUN_H

#include "pte/walk.h"

/* Entries of level 0 with one protection. */
struct entry_run {
	uint64_t bits;		/* of each entry, but for its pfn */
	uint64_t flip;		/* pfn_mask where the pfn is stored inverted, else 0 */
	uint64_t pfn_mask;
	uint64_t none_value;
	uint64_t none_mask;	/* the bits of an empty entry that tell that it is one */
	uint8_t pfn_shift;
	bool wide;		/* 8 bytes, not 4 */
};

/*
 * Entries that fmt_make() makes and @mark marks (SIM_NR_PTE_OPS: nothing does). What
 * it adds depends on the protection alone (sim_mmu_resolve() makes sure), so a pfn of 0
 * will do.
 */
static inline void entry_run_init(struct entry_run *run, const struct sim_mmu *mmu,
				  uint64_t prot, enum sim_pte_op_id mark)
{
	const struct sim_entry_format *fmt = &mmu->format[SIM_LEAF_PTE];

	run->flip = fmt_pfn_flip(fmt, prot);
	run->bits = fmt_make(fmt, 0, prot) & ~fmt->pfn_mask;
	if (mark != SIM_NR_PTE_OPS)
		run->bits = fmt_mark(fmt, mark, run->bits);
	run->pfn_mask = fmt->pfn_mask;
	run->pfn_shift = fmt->pfn_shift;
	run->none_value = fmt->none_value;
	run->none_mask = ~fmt->none_ignore;
	run->wide = mmu->level[0].entry_bytes == 8;
}

static inline uint64_t entry_run_make(const struct entry_run *run, unsigned long pfn)
{
	return run->bits | ((((uint64_t)pfn << run->pfn_shift) ^ run->flip) & run->pfn_mask);
}

/* Is each entry of @nr pfns from @pfn on the one before plus a pfn of 1? Not where
 * the field for pfns overflows. */
static inline bool entry_run_counts_up(const struct entry_run *run, unsigned long pfn,
				       unsigned long nr)
{
	uint64_t last = run->pfn_mask >> run->pfn_shift;

	return pfn <= last && nr - 1 <= last - pfn;
}

static inline bool entry_run_none(const struct entry_run *run, uint64_t e)
{
	return (e & run->none_mask) == run->none_value;
}

/* The @i-th entry from @slot on. @wide is run->wide: a constant where it matters. */
static inline __attribute__((always_inline)) uint64_t
entry_run_read(const void *slot, unsigned long i, const bool wide)
{
	return wide ? __atomic_load_n((const uint64_t *)slot + i, __ATOMIC_ACQUIRE)
		    : __atomic_load_n((const uint32_t *)slot + i, __ATOMIC_ACQUIRE);
}

static inline __attribute__((always_inline)) void
entry_run_write(void *slot, unsigned long i, uint64_t e, const bool wide)
{
	if (wide)
		__atomic_store_n((uint64_t *)slot + i, e, __ATOMIC_RELEASE);
	else
		__atomic_store_n((uint32_t *)slot + i, (uint32_t)e, __ATOMIC_RELEASE);
}

/* How many entries from that of @addr to @end, page-aligned, lie in one table of
 * leaves. */
static inline unsigned long entries_in_table(const struct sim_mmu *mmu, unsigned long addr,
					     unsigned long end)
{
	unsigned long span = mmu_leaf_size(mmu, 1), to_end, in_table;

	addr &= ~(mmu_page_size(mmu) - 1);
	to_end = (end - addr) >> mmu->page_shift;
	in_table = (span - (addr & (span - 1))) >> mmu->page_shift;
	return in_table < to_end ? in_table : to_end;
}

#endif
