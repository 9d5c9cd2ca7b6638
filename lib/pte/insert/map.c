/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * map.c - whole mappings at mmap time: all pages of an object, or an area of
 * physical memory.
 */
#include <ttmsim/mm.h>

#include "pte/walk.h"

/* Models: mm/memory.c, __vm_map_pages, 5.11 to 6.12. */
static int map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num,
		     unsigned long offset)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long count = (vma->vm_end - vma->vm_start) >> shift;

	if (offset >= num || count > num - offset)
		return -ENXIO;
	for (unsigned long i = 0; i < count; i++) {
		int ret = vm_insert_page(vma, vma->vm_start + (i << shift), pages[offset + i]);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int vm_map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_pages(vma, pages, num, vma->vm_pgoff);
}

int vm_map_pages_zero(struct vm_area_struct *vma, struct page **pages, unsigned long num)
{
	return map_pages(vma, pages, num, 0);
}

int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long len)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long mask = (1UL << shift) - 1, pfn, pages;
	unsigned long vm_len = vma->vm_end - vma->vm_start;

	if (start + len < start)
		return -EINVAL;
	len += start & mask;
	pfn = (unsigned long)(start >> shift);
	pages = (len + mask) >> shift;
	if (pfn + pages < pfn || vma->vm_pgoff > pages)
		return -EINVAL;
	pfn += vma->vm_pgoff;
	pages -= vma->vm_pgoff;
	if (vm_len >> shift > pages)
		return -EINVAL;
	return io_remap_pfn_range(vma, vma->vm_start, pfn, vm_len, vma->vm_page_prot);
}
