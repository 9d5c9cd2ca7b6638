/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.h - a fault under way, as the ways to map its pages see it: the kernel's
 * own in bo_vm.c, those that no kernel has in modes.c.
 */
#ifndef SIM_TTM_FAULT_H
#define SIM_TTM_FAULT_H

#include "ttm/internal.h"

/* A fault under way. Filled by fault_prepare() (bo_vm.c); the loops move
 * offset along. */
struct ttm_fault {
	struct vm_fault *vmf;
	struct vm_area_struct *vma;
	struct ttm_buffer_object *bo;
	struct sim_machine *machine;
	struct page **pages;	/* NULL: iomem */
	unsigned long nr_pages;	/* in that array; iomem: no limit */
	const struct sim_ram *ram; /* where the pages lie */
	unsigned long first_pfn; /* iomem, unless asks_driver: of page 0 */
	unsigned long offset;	/* page of the object to map */
	unsigned long last;	/* first page beyond the vma's end */
	pgprot_t prot;
	bool sets_index;
	bool asks_driver;	/* for each pfn */
};

/* The pfn of page @offset. RAM has a page there: the array is full or the
 * populate failed. */
static inline unsigned long fault_pfn(const struct ttm_fault *f, unsigned long offset)
{
	struct page *page;

	if (!f->pages)
		return f->asks_driver ? ttm_bo_io_mem_pfn(f->bo, offset) : f->first_pfn + offset;
	page = f->pages[offset];
	if (__builtin_expect(f->sets_index, 0))
		page->index = drm_vma_node_start(&f->bo->base.vma_node) + offset;
	return f->ram->start + (unsigned long)(page - f->ram->map);
}

/*
 * Only the end of the vma bounds a fault. Where a driver maps more than the
 * object has, the kernel takes what lies behind the array for a page: a BUG here.
 */
static inline bool beyond_pages(const struct ttm_fault *f)
{
	return SIM_BUG_ON_IN(f->machine, "drivers/gpu/drm/ttm/ttm_bo_vm.c",
			     "ttm_bo_vm_fault_reserved", f->offset >= f->nr_pages);
}

/* As the kernel has it: the page that was asked for, @i = 0, faults again, one
 * that was not fails the fault. */
static inline vm_fault_t insert_error(const struct ttm_fault *f, unsigned long i, vm_fault_t ret)
{
	return i || sim_is_crashed(f->machine) ? ret : VM_FAULT_NOPAGE;
}

/* ---- modes that no kernel has (modes.c) ---- */

vm_fault_t ttm_insert_apply(struct ttm_fault *f, pgoff_t num_prefault);
vm_fault_t ttm_insert_pfns(struct ttm_fault *f, pgoff_t num_prefault);

#endif
