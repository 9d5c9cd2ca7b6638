/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rmap.h - what a page knows of the entries that map it: mapcount, mapping,
 * and from 6.1 on whether one mm has it for itself. Nothing above this floor
 * includes it.
 */
#ifndef SIM_PTE_RMAP_H
#define SIM_PTE_RMAP_H

#include "pte/pgtable.h"

/* Returns whether the flag was set before. */
static inline bool page_test_and_set(struct page *page, enum pageflags flag)
{
	return __atomic_fetch_or(&page->flags, 1UL << flag, __ATOMIC_ACQ_REL) >> flag & 1;
}

/* page->mapping without its low bit. Models: mm/util.c, page_rmapping, 5.11. */
static inline const void *page_rmapping(const struct page *page)
{
	uintptr_t mapping = (uintptr_t)__atomic_load_n(&page->mapping, __ATOMIC_ACQUIRE);

	return (const void *)(mapping & ~PAGE_MAPPING_ANON);
}

/* Where @addr lies in its file. Models: include/linux/pagemap.h, linear_page_index, 6.1. */
static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return ((addr - vma->vm_start) >> vma->vm_mm->sim_mmu->page_shift) + vma->vm_pgoff;
}

/*
 * The anon_vma of a neighbour with which @vma might merge; NULL for none. No
 * reference is taken. A vma that is in no tree yet has no neighbours.
 * Models: mm/mmap.c, find_mergeable_anon_vma, 5.11 to 6.12.
 */
struct anon_vma *find_mergeable_anon_vma(struct vm_area_struct *vma);

/*
 * A fresh page becomes an anonymous page of @vma, mapped once.
 * false: the vma has no anon_vma, a BUG.
 * Models: mm/rmap.c, page_add_new_anon_rmap, 6.1.
 */
bool page_add_new_anon_rmap(struct page *page, struct vm_area_struct *vma, unsigned long addr);

/* From now on @page belongs to @vma's mm alone.
 * Models: mm/rmap.c, page_move_anon_rmap, 6.1. */
void page_move_anon_rmap(struct page *page, struct vm_area_struct *vma);

#endif
