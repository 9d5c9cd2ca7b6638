/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tlb.h - pages that were unmapped and wait for the TLB flush.
 *
 *	tlb_gather_mmu()
 *	sim_unmap_vma()		of each vma; tlb_end_vma() may flush
 *	sim_free_tables()	flushes if tables went; the vmas are out of i_mmap by now
 *	tlb_flush_mmu()		flushes what nothing else has; the pages go
 */
#ifndef SIM_PTE_TLB_H
#define SIM_PTE_TLB_H

#include "pte/lockless.h"
#include "pte/pgtable.h"

#define GATHER_PAGES 128

/* Models: include/asm-generic/tlb.h, struct mmu_gather, 6.1; of fixed size. */
struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start, end;	/* what a flush must cover; start >= end: nothing */
	bool fullmm;			/* all goes: nothing is flushed vma by vma */
	unsigned int nr;
	struct page *page[GATHER_PAGES]; /* a reference each */
};

static inline void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb->mm = mm;
	tlb->start = ~0UL;
	tlb->end = 0;
	tlb->nr = 0;
	tlb->fullmm = false;
}

/* For the end of an address space. */
static inline void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm)
{
	tlb_gather_mmu(tlb, mm);
	tlb->fullmm = true;
}

static inline bool tlb_full(const struct mmu_gather *tlb)
{
	return tlb->nr == GATHER_PAGES;
}

static inline void tlb_remove_entry(struct mmu_gather *tlb, unsigned long start,
				    unsigned long end)
{
	if (start < tlb->start)
		tlb->start = start;
	if (end > tlb->end)
		tlb->end = end;
}

/* A vma's entries are gone: flushes where ranges are not merged over vmas. */
void tlb_end_vma(struct mmu_gather *tlb, const struct vm_area_struct *vma);
/* Flush what was unmapped so far. */
void tlb_flush_mmu_tlbonly(struct mmu_gather *tlb);
/* ... and let go of the pages. */
void tlb_flush_mmu(struct mmu_gather *tlb);

#endif
