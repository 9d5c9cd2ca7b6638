/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_vm.c - buffer objects in user space: what drivers/gpu/drm/ttm/ttm_bo_vm.c
 * holds, and nothing else.
 *
 *	mmap	a vma gets its flags, vm_ops, and a reference to the object
 *	fault	reserve -> wait for moves -> find the pages -> map up to
 *		sim_prefault of them, from the faulting one on
 *	move	elsewhere: ttm_bo_unmap_virtual(), so that the next touch faults
 *
 * The reservation is taken inside mmap_lock here, and may be held for long by
 * a thread that waits for a device. So a fault first only tries it; if that
 * fails it drops mmap_lock, waits, and has the fault retried. A second attempt
 * waits with mmap_lock held.
 *
 * What differs between modes, in one place each:
 *
 *	mode	vm_flags	COW	how one entry is made
 *	mixed	VM_MIXEDMAP	yes	vmf_insert_mixed_prot, PFN_DEV
 *	pfn	VM_PFNMAP	no	vmf_insert_pfn_prot
 *	apply	VM_PFNMAP	no	all at once: set_pte_at() on whatever is there
 *	pfns	VM_PFNMAP	no	all at once, each checked as in pfn
 *	huge	as the release	as the	as its vm_flags say
 *				release
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, 5.11 to 6.12.
 */
#include <limits.h>

#include "ttm/fault.h"

#define VM_FILE "drivers/gpu/drm/ttm/ttm_bo_vm.c"

static bool allow_retry_first(unsigned int flags)
{
	return (flags & FAULT_FLAG_ALLOW_RETRY) && !(flags & FAULT_FLAG_TRIED);
}

static unsigned long vma_nr_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> vma->vm_mm->sim_mmu->page_shift;
}

/* ---- reserving within a fault ---- */

/* Without mmap_lock: wait until the object can be reserved. */
static void wait_unlocked(struct ttm_buffer_object *bo, struct mm_struct *mm)
{
	ttm_bo_get(bo);
	mmap_read_unlock(mm);
	if (!dma_resv_lock_interruptible(bo->base.resv, NULL))
		dma_resv_unlock(bo->base.resv);
	ttm_bo_put(bo);
}

vm_fault_t ttm_bo_vm_reserve(struct ttm_buffer_object *bo, struct vm_fault *vmf)
{
	if (__builtin_expect(!dma_resv_trylock(bo->base.resv), 0)) {
		if (allow_retry_first(vmf->flags)) {
			if (!(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
				wait_unlocked(bo, vmf->vma->vm_mm);
			return VM_FAULT_RETRY;
		}
		if (dma_resv_lock_interruptible(bo->base.resv, NULL))
			return VM_FAULT_NOPAGE;
	}
	sim_lock_taken_by(__func__, __builtin_return_address(0));
	if (bo->ttm && (bo->ttm->page_flags & TTM_TT_FLAG_EXTERNAL) &&
	    !(bo->ttm->page_flags & TTM_TT_FLAG_EXTERNAL_MAPPABLE)) {
		dma_resv_unlock(bo->base.resv);
		return VM_FAULT_SIGBUS;
	}
	return 0;
}

/* A move that a device does by itself may not be over. */
static vm_fault_t ttm_bo_vm_fault_idle(struct ttm_buffer_object *bo, struct vm_fault *vmf)
{
	long err;

	if (dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_KERNEL))
		return 0;
	if (allow_retry_first(vmf->flags)) {
		if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
			return VM_FAULT_RETRY;
		ttm_bo_get(bo);
		mmap_read_unlock(vmf->vma->vm_mm);
		(void)dma_resv_wait_timeout(bo->base.resv, DMA_RESV_USAGE_KERNEL, true,
					    MAX_SCHEDULE_TIMEOUT);
		dma_resv_unlock(bo->base.resv);
		ttm_bo_put(bo);
		return VM_FAULT_RETRY;
	}
	err = dma_resv_wait_timeout(bo->base.resv, DMA_RESV_USAGE_KERNEL, true,
				    MAX_SCHEDULE_TIMEOUT);
	if (err >= 0)
		return 0;
	return err == -ERESTARTSYS ? VM_FAULT_NOPAGE : VM_FAULT_SIGBUS;
}

/* ---- what a fault maps ---- */

unsigned long ttm_bo_io_mem_pfn(struct ttm_buffer_object *bo, unsigned long page_offset)
{
	struct ttm_device *bdev = bo->bdev;

	if (bdev->funcs->io_mem_pfn)
		return bdev->funcs->io_mem_pfn(bo, page_offset);
	return (unsigned long)(bo->resource->bus.offset >> sim_page_shift(bdev->sim_machine)) +
	       page_offset;
}

static vm_fault_t populate_error(const struct sim_machine *machine, int err)
{
	if (!sim_rule(machine, SIM_RULE_TTM_POPULATE_ERROR_SIGBUS))
		return VM_FAULT_OOM;
	if (err == -EINTR || err == -ERESTARTSYS || err == -EAGAIN)
		return VM_FAULT_NOPAGE;
	return VM_FAULT_SIGBUS;
}

static vm_fault_t fault_pages(struct ttm_fault *f)
{
	struct ttm_buffer_object *bo = f->bo;
	struct ttm_operation_ctx ctx = {
		.interruptible = sim_rule(f->machine, SIM_RULE_TTM_POPULATE_ERROR_SIGBUS),
		.force_alloc = true,
	};
	int err;

	if (bo->resource->bus.is_iomem) {
		f->first_pfn = (unsigned long)(bo->resource->bus.offset >>
					       sim_page_shift(f->machine));
		f->asks_driver = bo->bdev->funcs->io_mem_pfn != NULL;
		return 0;
	}
	err = ttm_tt_populate(bo->bdev, bo->ttm, &ctx);
	if (err)
		return populate_error(f->machine, err);
	f->pages = bo->ttm->pages;
	f->nr_pages = bo->ttm->num_pages;
	f->ram = &f->machine->phys->ram;
	return 0;
}

static vm_fault_t fault_prepare(struct ttm_fault *f, struct vm_fault *vmf, pgprot_t prot)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	unsigned long node_start = drm_vma_node_start(&bo->base.vma_node);
	vm_fault_t ret = ttm_bo_vm_fault_idle(bo, vmf);

	if (ret)
		return ret;
	if (ttm_mem_io_reserve(bo->bdev, bo->resource))
		return VM_FAULT_SIGBUS;
	f->vmf = vmf;
	f->vma = vma;
	f->bo = bo;
	f->machine = bo->bdev->sim_machine;
	f->pages = NULL;
	f->nr_pages = ULONG_MAX;
	f->ram = NULL;
	f->first_pfn = 0;
	f->asks_driver = false;
	f->offset = ((vmf->address - vma->vm_start) >> sim_page_shift(f->machine)) +
		    vma->vm_pgoff - node_start;
	f->last = vma_nr_pages(vma) + vma->vm_pgoff - node_start;
	f->sets_index = sim_rule(f->machine, SIM_RULE_TTM_SETS_PAGE_INDEX);
	if (f->offset >= bo->resource->num_pages)
		return VM_FAULT_SIGBUS;
	f->prot = ttm_io_prot(bo, bo->resource, prot);
	return fault_pages(f);
}

/* ---- mapping: one entry at a time ---- */

/* Since 5.14 a VM_MIXEDMAP vma of the driver's own making gets pfns all the same. */
static bool inserts_mixed(const struct ttm_fault *f)
{
	return (f->vma->vm_flags & VM_MIXEDMAP) &&
	       (f->bo->bdev->sim_mode == SIM_TTM_MIXED ||
		sim_rule(f->machine, SIM_RULE_TTM_MIXEDMAP));
}

static vm_fault_t insert_each(struct ttm_fault *f, pgoff_t num_prefault)
{
	struct vm_area_struct *vma = f->vma;
	unsigned long address = f->vmf->address, page_size = sim_page_size(f->machine);
	bool mixed = inserts_mixed(f);
	vm_fault_t ret = VM_FAULT_NOPAGE;

	for (pgoff_t i = 0; i < num_prefault && f->offset < f->last; i++, address += page_size) {
		unsigned long pfn;

		if (beyond_pages(f))
			return VM_FAULT_SIGBUS;
		if (f->pages && !f->pages[f->offset])
			return i ? VM_FAULT_NOPAGE : VM_FAULT_OOM;
		pfn = fault_pfn(f, f->offset++);
		if (mixed)
			ret = vmf_insert_mixed_prot(vma, address, __pfn_to_pfn_t(pfn, PFN_DEV),
						    f->prot);
		else
			ret = vmf_insert_pfn_prot(vma, address, pfn, f->prot);
		if (__builtin_expect(ret & VM_FAULT_ERROR, 0))
			return insert_error(f, i, ret);
	}
	return ret;
}

/* ---- mapping: one leaf for many pages ---- */

static bool is_contiguous(const struct ttm_fault *f, unsigned long first, pgoff_t pages)
{
	unsigned long pfn = fault_pfn(f, first);

	if (!f->pages && !f->asks_driver)
		return true;
	for (pgoff_t i = 1; i < pages; i++)
		if (fault_pfn(f, first + i) != pfn + i)
			return false;
	return true;
}

/* Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_insert_huge, 5.11. */
static vm_fault_t insert_huge(struct ttm_fault *f, pgoff_t pages)
{
	unsigned long first = f->offset & ~(pages - 1), pfn;
	bool write = f->vmf->flags & FAULT_FLAG_WRITE;

	if (first + pages > f->bo->resource->num_pages)
		return VM_FAULT_FALLBACK;
	pfn = fault_pfn(f, first);
	if ((pfn & (pages - 1)) || !is_contiguous(f, first, pages))
		return VM_FAULT_FALLBACK;
	if (vmf_insert_pfn_pmd_prot(f->vmf, __pfn_to_pfn_t(pfn, PFN_DEV), f->prot, write) !=
	    VM_FAULT_NOPAGE)
		return VM_FAULT_FALLBACK;
	return VM_FAULT_NOPAGE;
}

/* ---- the handlers ---- */

vm_fault_t ttm_bo_vm_fault_reserved(struct vm_fault *vmf, pgprot_t prot, pgoff_t num_prefault)
{
	struct ttm_fault f;
	vm_fault_t ret = fault_prepare(&f, vmf, prot);

	if (ret)
		return ret;
	if (f.bo->bdev->sim_mode == SIM_TTM_APPLY && (f.vma->vm_flags & VM_PFNMAP))
		return ttm_insert_apply(&f, num_prefault);
	if (f.bo->bdev->sim_mode == SIM_TTM_PFNS && !inserts_mixed(&f))
		return ttm_insert_pfns(&f, num_prefault);
	return insert_each(&f, num_prefault);
}

vm_fault_t sim_ttm_bo_vm_fault_reserved_huge(struct vm_fault *vmf, pgprot_t prot,
					     pgoff_t fault_page_size)
{
	struct ttm_fault f;
	vm_fault_t ret = fault_prepare(&f, vmf, prot);

	return ret ? ret : insert_huge(&f, fault_page_size);
}

static void dummy_page_release(struct drm_device *dev, void *res)
{
	(void)dev;
	sim_free_pages(res, 0);
}

vm_fault_t ttm_bo_vm_dummy_page(struct vm_fault *vmf, pgprot_t prot)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	struct sim_machine *machine = bo->bdev->sim_machine;
	struct page *page = sim_alloc_pages(machine, 0);
	vm_fault_t ret = VM_FAULT_NOPAGE;

	if (!page || drmm_add_action_or_reset(bo->base.dev, dummy_page_release, page))
		return VM_FAULT_OOM;
	for (unsigned long address = vma->vm_start; address < vma->vm_end;
	     address += sim_page_size(machine)) {
		ret = vmf_insert_pfn_prot(vma, address, sim_page_to_pfn(page), prot);
		if (sim_is_crashed(machine))
			break;
	}
	return ret;
}

vm_fault_t ttm_bo_vm_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);
	int idx;

	if (ret)
		return ret;
	if (!sim_rule(bo->bdev->sim_machine, SIM_RULE_TTM_DUMMY_PAGE)) {
		ret = ttm_bo_vm_fault_reserved(vmf, vma->vm_page_prot, bo->bdev->sim_prefault);
	} else if (drm_dev_enter(bo->base.dev, &idx)) {
		ret = ttm_bo_vm_fault_reserved(vmf, vma->vm_page_prot, bo->bdev->sim_prefault);
		drm_dev_exit(idx);
	} else {
		ret = ttm_bo_vm_dummy_page(vmf, vma->vm_page_prot);
	}
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;
	dma_resv_unlock(bo->base.resv);
	return ret;
}

void ttm_bo_vm_open(struct vm_area_struct *vma)
{
	struct ttm_buffer_object *bo = vma->vm_private_data;

	(void)SIM_WARN_ON(bo->bdev->sim_machine, VM_FILE,
			  bo->bdev->dev_mapping != vma->vm_file->f_mapping);
	ttm_bo_get(bo);
}

void ttm_bo_vm_close(struct vm_area_struct *vma)
{
	struct ttm_buffer_object *bo = vma->vm_private_data;

	ttm_bo_put(bo);
	vma->vm_private_data = NULL;
}

/* ---- access for ptrace ---- */

static int access_page(struct ttm_buffer_object *bo, unsigned long page, unsigned long offset,
		       void *buf, size_t len, int write)
{
	struct ttm_bo_kmap_obj map;
	bool is_iomem;
	char *ptr;
	int ret = ttm_bo_kmap(bo, page, 1, &map);

	if (ret)
		return ret;
	ptr = (char *)ttm_kmap_obj_virtual(&map, &is_iomem) + offset;
	(void)SIM_WARN_ON(bo->bdev->sim_machine, VM_FILE, is_iomem);
	if (write)
		memcpy(ptr, buf, len);
	else
		memcpy(buf, ptr, len);
	ttm_bo_kunmap(&map);
	return 0;
}

/* Page by page, so that no long range of kernel addresses is needed. */
static int ttm_bo_vm_access_kmap(struct ttm_buffer_object *bo, unsigned long offset, char *buf,
				 int len, int write)
{
	unsigned long page_size = sim_page_size(bo->bdev->sim_machine);
	unsigned long page = offset / page_size, left = (unsigned long)len;

	for (offset %= page_size; left; offset = 0) {
		unsigned long bytes = left < page_size - offset ? left : page_size - offset;
		int ret = access_page(bo, page++, offset, buf, bytes, write);

		if (ret)
			return ret;
		buf += bytes;
		left -= bytes;
	}
	return len;
}

static bool access_in_range(const struct ttm_buffer_object *bo, unsigned long offset, int len)
{
	const struct sim_machine *machine = bo->bdev->sim_machine;
	unsigned long end = offset + (unsigned long)len;

	if (len < 1 || end < offset)
		return false;
	if (sim_rule(machine, SIM_RULE_TTM_ACCESS_CHECKS_BYTES))
		return end <= bo->base.size;
	return end >> sim_page_shift(machine) <= bo->resource->num_pages;
}

static int call_access_memory(struct ttm_buffer_object *bo, unsigned long offset, void *buf,
			      int len, int write)
{
	return SIM_CALL(bo->bdev->sim_machine, bo->bdev->funcs, access_memory, 0, -EIO, bo, offset,
			buf, len, write);
}

int ttm_bo_vm_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		     int write)
{
	struct ttm_buffer_object *bo = vma->vm_private_data;
	unsigned int shift = sim_page_shift(bo->bdev->sim_machine);
	unsigned long offset = addr - vma->vm_start +
			       ((vma->vm_pgoff - drm_vma_node_start(&bo->base.vma_node)) << shift);
	int ret;

	if (!access_in_range(bo, offset, len))
		return -EIO;
	ret = ttm_bo_reserve(bo, true, false, NULL);
	if (ret)
		return ret;
	if (bo->resource->mem_type <= TTM_PL_TT)
		ret = ttm_bo_vm_access_kmap(bo, offset, buf, len, write);
	else if (bo->bdev->funcs->access_memory)
		ret = call_access_memory(bo, offset, buf, len, write);
	else
		ret = -EIO;
	ttm_bo_unreserve(bo);
	return ret;
}

/* ---- mmap ---- */

static const struct vm_operations_struct ttm_bo_vm_ops = {
	.fault = ttm_bo_vm_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

static bool mode_refuses_cow(const struct ttm_device *bdev)
{
	if (bdev->sim_mode == SIM_TTM_HUGE)
		return sim_rule(bdev->sim_machine, SIM_RULE_TTM_REFUSES_COW);
	return bdev->sim_mode != SIM_TTM_MIXED;
}

static unsigned long mode_vm_flags(const struct ttm_device *bdev)
{
	unsigned long flags = VM_IO | VM_DONTEXPAND | VM_DONTDUMP;

	if (bdev->sim_mode == SIM_TTM_MIXED)
		return flags | VM_MIXEDMAP;
	if (bdev->sim_mode == SIM_TTM_HUGE &&
	    sim_rule(bdev->sim_machine, SIM_RULE_TTM_MIXEDMAP))
		return flags | VM_MIXEDMAP;
	return flags | VM_PFNMAP;
}

int ttm_bo_mmap_obj(struct vm_area_struct *vma, struct ttm_buffer_object *bo)
{
	if (mode_refuses_cow(bo->bdev) && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	ttm_bo_get(bo);
	if (!vma->vm_ops || sim_rule(bo->bdev->sim_machine, SIM_RULE_TTM_OWN_VM_OPS))
		vma->vm_ops = &ttm_bo_vm_ops;
	vma->vm_private_data = bo;
	vma->vm_flags |= mode_vm_flags(bo->bdev);
	return 0;
}

static struct ttm_buffer_object *ttm_bo_vm_lookup(struct ttm_device *bdev, unsigned long offset,
						  unsigned long pages)
{
	struct drm_vma_offset_node *node;
	struct ttm_buffer_object *bo = NULL;

	drm_vma_offset_lock_lookup(bdev->vma_manager);
	node = drm_vma_offset_lookup_locked(bdev->vma_manager, offset, pages);
	if (node)
		bo = ttm_bo_get_unless_zero(container_of(node, struct ttm_buffer_object,
							 base.vma_node));
	drm_vma_offset_unlock_lookup(bdev->vma_manager);
	return bo;
}

int ttm_bo_mmap(struct file *filp, struct vm_area_struct *vma, struct ttm_device *bdev)
{
	struct ttm_buffer_object *bo;
	int ret;

	(void)filp;
	if (vma->vm_pgoff < sim_drm_file_page_offset_start(bdev->sim_machine))
		return -EINVAL;
	bo = ttm_bo_vm_lookup(bdev, vma->vm_pgoff, vma_nr_pages(vma));
	if (!bo)
		return -EINVAL;
	ret = ttm_bo_mmap_obj(vma, bo);
	ttm_bo_put(bo);
	return ret;
}
