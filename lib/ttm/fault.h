/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.h - a fault under way, as the ways to map its pages see it: the kernel's
 * own in bo_vm.c, those that no kernel has, or none any more, in modes.c and huge.c.
 */
#ifndef SIM_TTM_FAULT_H
#define SIM_TTM_FAULT_H

#include <limits.h>

#include "ttm/internal.h"

/* A fault under way. Filled by ttm_fault_prepare(); the loops move offset along. */
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

/* Since 5.14 a VM_MIXEDMAP vma of the driver's own making gets pfns all the same. */
static inline bool fault_is_mixed(const struct ttm_device *bdev, const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_MIXEDMAP) &&
	       (sim_rule(vma->vm_mm->sim_machine, SIM_RULE_TTM_MIXEDMAP) ||
		ttm_sim_device_in(vma->vm_mm->sim_machine, bdev)->mixed);
}

/* How many pages TTM's own handlers map. */
static inline unsigned int fault_num_prefault(const struct ttm_device *bdev,
					      const struct vm_area_struct *vma)
{
	return ttm_sim_device_in(vma->vm_mm->sim_machine, bdev)->prefault;
}

static inline bool fault_flag_allow_retry_first(unsigned int flags)
{
	return (flags & FAULT_FLAG_ALLOW_RETRY) && !(flags & FAULT_FLAG_TRIED);
}

/* ---- its beginning ---- */

/* A move that a device does by itself is not over: VM_FAULT_RETRY, and mmap_lock and
 * the reservation have been dropped (unless FAULT_FLAG_RETRY_NOWAIT); 0, now it is;
 * VM_FAULT_NOPAGE, a signal came; VM_FAULT_SIGBUS. */
vm_fault_t ttm_fault_wait_idle(struct ttm_buffer_object *bo, struct vm_fault *vmf);
/* 0, or what the release makes of the error. */
vm_fault_t ttm_fault_populate(struct ttm_fault *f);

static inline vm_fault_t fault_find_pages(struct ttm_fault *f)
{
	struct ttm_buffer_object *bo = f->bo;
	const struct ttm_bus_placement *bus = &bo->resource->bus;

	f->pages = NULL;
	f->nr_pages = ULONG_MAX;
	f->first_pfn = 0;
	f->asks_driver = false;
	if (bus->is_iomem) {
		f->first_pfn = (unsigned long)(bus->offset >> sim_page_shift(f->machine));
		f->asks_driver = bo->bdev->funcs->io_mem_pfn != NULL;
		return 0;
	}
	if (!bo->ttm || !ttm_tt_is_populated(bo->ttm)) {
		vm_fault_t ret = ttm_fault_populate(f);

		if (ret)
			return ret;
	}
	f->pages = bo->ttm->pages;
	f->nr_pages = bo->ttm->num_pages;
	f->ram = &f->machine->phys->ram;
	return 0;
}

/*
 * What every way to map an object finds out first: is it at rest, can the CPU
 * reach it, where are its pages. The object is reserved. Inlined: faults are hot.
 *
 * Returns 0, or the result of the fault.
 */
static inline vm_fault_t ttm_fault_prepare(struct ttm_fault *f, struct vm_fault *vmf, pgprot_t prot)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	unsigned long node_start = drm_vma_node_start(&bo->base.vma_node);
	vm_fault_t ret = 0;

	if (!dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_KERNEL))
		ret = ttm_fault_wait_idle(bo, vmf);
	if (ret)
		return ret;
	if (ttm_mem_io_reserve(bo->bdev, bo->resource))
		return VM_FAULT_SIGBUS;
	f->vmf = vmf;
	f->vma = vma;
	f->bo = bo;
	f->machine = vma->vm_mm->sim_machine;
	f->offset = ((vmf->address - vma->vm_start) >> sim_page_shift(f->machine)) +
		    vma->vm_pgoff - node_start;
	f->last = vma_nr_pages(vma) + vma->vm_pgoff - node_start;
	f->sets_index = sim_rule(f->machine, SIM_RULE_TTM_SETS_PAGE_INDEX);
	if (f->offset >= bo->resource->num_pages)
		return VM_FAULT_SIGBUS;
	f->prot = ttm_io_prot(bo, bo->resource, prot);
	return fault_find_pages(f);
}

#endif
