/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tables.h - freeing tables without a munmap.
 */
#ifndef SIM_TESTS_SUPPORT_TABLES_H
#define SIM_TESTS_SUPPORT_TABLES_H

#include "pte/tlb.h"

static inline void free_tables(struct mm_struct *mm, unsigned long start, unsigned long end,
			       unsigned long floor, unsigned long ceiling)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	sim_free_tables(&tlb, start, end, floor, ceiling);
	tlb_flush_mmu(&tlb);
}

#endif
