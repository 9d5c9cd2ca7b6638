/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * advice.c - what advice does to pages and entries of a part of one vma.
 *
 *	DONTNEED, DONTNEED_LOCKED	entries go
 *	COLD				entries of pages that nobody else maps become old
 *	PAGEOUT				the same of anonymous ones, and those of files go
 *	REMOVE				the file's pages go, with every entry of them
 *	FREE				entries become old and clean: who reclaimed would drop them
 *	COLLAPSE			nothing: a huge page is never to be had
 *	WILLNEED			nothing: there is no read-ahead
 */
#include <sys/mman.h>

#include "vma/advice.h"

static const struct sim_zap zap_all = { .even_cows = true };

/* Would the page be on a list of the LRU? Drivers' are not. */
static bool on_lru(const struct page *page)
{
	return sim_page_is_anon(page) || __atomic_load_n(&page->mapping, __ATOMIC_RELAXED);
}

/*
 * Models: mm/madvise.c, madvise_cold_or_pageout_pte_range, 5.11 to 6.12, for pages that
 * are no part of a larger one.
 */
static bool age_page(const struct vma_leaf *leaf, const struct page *page)
{
	return on_lru(page) && page_mapcount(page) == 1 &&
	       sim_make_old(leaf->vma->vm_mm, leaf->addr, leaf->slot, false);
}

/*
 * There is no swap, so no page goes. What reclaim tries first differs: an anonymous page
 * gets a place in the swap, and keeps its entry without; a file's page loses its entry.
 * True where the entry is to go.
 * Models: the same; mm/vmscan.c, shrink_folio_list, 6.1 and 6.12.
 */
static bool page_out(const struct vma_leaf *leaf, const struct page *page, bool *changed)
{
	if (!on_lru(page) || page_mapcount(page) != 1)
		return false;
	if (!sim_page_is_anon(page))
		return true;
	if (!sim_rule(leaf->vma->vm_mm->sim_machine, SIM_RULE_MADV_PAGEOUT_KEEPS_YOUNG))
		*changed |= age_page(leaf, page);
	return false;
}

/* Models: mm/madvise.c, madvise_free_pte_range, 5.11 to 6.12; nobody reclaims the page. */
static bool free_page(const struct vma_leaf *leaf, struct page *page)
{
	if (!on_lru(page))
		return false;
	if (sim_page_test(page, PG_dirty)) {
		if (page_mapcount(page) != 1 || page_count(page) != 1)
			return false;
		sim_page_clear(page, PG_dirty);
	}
	return sim_make_old(leaf->vma->vm_mm, leaf->addr, leaf->slot, true);
}

/* COLD, PAGEOUT, FREE. */
static void advise_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			 int behavior)
{
	unsigned long addr = start, next;
	struct vma_leaf leaf;
	bool changed = false;

	for (; addr < end; addr = next) {
		struct page *page = NULL;
		bool goes = false;

		if (vma_leaf_lock(vma, addr, &leaf) && !leaf.level)
			page = vma_leaf_page(&leaf);
		if (page && behavior == MADV_PAGEOUT)
			goes = page_out(&leaf, page, &changed);
		else if (page)
			changed |= behavior == MADV_FREE ? free_page(&leaf, page)
							 : age_page(&leaf, page);
		vma_leaf_unlock(&leaf);
		next = vma_leaf_end(&leaf);
		if (goes)
			sim_zap_range(vma, addr, next, &zap_all);
	}
	if (changed)
		sim_flush_tlb_range(vma->vm_mm, start, end);
}

/*
 * Models: mm/madvise.c, madvise_remove; fs/open.c, vfs_fallocate; mm/shmem.c,
 * shmem_fallocate, 5.11 to 6.12. The kernel lets go of mmap_lock meanwhile.
 */
static int remove_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	pgoff_t first = linear_page_index(vma, start);
	unsigned long nr = to_pages(vma->vm_mm, end - start);
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;

	if (!(vma->vm_file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!mapping->sim_nr_pages)
		return -ENODEV; /* a device */
	unmap_mapping_range(mapping, (int64_t)(first << shift), (int64_t)(end - start), 0);
	sim_page_cache_remove(mapping, first, nr);
	unmap_mapping_range(mapping, (int64_t)(first << shift), (int64_t)(end - start), 0);
	return 0;
}

/* Is there a page table below the entry that a huge page would take? */
static bool has_table(const struct vm_area_struct *vma, unsigned long addr)
{
	struct sim_pte_info info;

	return !sim_pte_lookup(vma->vm_mm, addr, &info) && info.level == SIM_LEAF_PTE;
}

/*
 * Up to the first range for which a huge page would have to be allocated.
 * Models: mm/khugepaged.c, madvise_collapse and hpage_collapse_scan_pmd;
 * mm/huge_memory.c, hugepage_vma_check (6.12: __thp_vma_allowable_orders), 6.1 and 6.12.
 */
static int collapse(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	unsigned long size = 1UL << mmu->level[1].shift, mask = ~(size - 1);
	unsigned long first = (start + size - 1) & mask, last = end & mask;
	unsigned long tail = (vma->vm_end - size) & mask;

	if ((vma->vm_flags & (VM_NOHUGEPAGE | VM_SPECIAL | VM_HUGETLB)) || vma->vm_end < size ||
	    tail < vma->vm_start || tail + size > vma->vm_end)
		return -EINVAL;
	if (!vma_is_anonymous(vma)) {
		unsigned long skew = to_pages(vma->vm_mm, vma->vm_start) - vma->vm_pgoff;

		if (vma->vm_ops != &sim_shmem_vm_ops || skew % to_pages(vma->vm_mm, size))
			return -EINVAL;
		return first < last ? -ENOMEM : first == last ? 0 : -EINVAL;
	}
	if (!vma->anon_vma)
		return -EINVAL;
	for (unsigned long addr = first; addr < last; addr += size)
		if (has_table(vma, addr))
			return -ENOMEM;
	return first == last ? 0 : -EINVAL;
}

int sim_advise_entries(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int behavior)
{
	switch (behavior) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
		sim_zap_range(vma, start, end, &zap_all);
		return 0;
	case MADV_PAGEOUT:
	case MADV_COLD:
	case MADV_FREE:
		advise_pages(vma, start, end, behavior);
		return 0;
	case MADV_REMOVE:
		return remove_pages(vma, start, end);
	case MADV_COLLAPSE:
		return collapse(vma, start, end);
	default: /* MADV_WILLNEED */
		return 0;
	}
}
