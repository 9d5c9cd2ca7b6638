/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_vm.c - buffer objects in user space: what drivers/gpu/drm/ttm/ttm_bo_vm.c
 * holds, and nothing else.
 *
 *	mmap	a vma gets its flags, vm_ops, and a reference to the object
 *	fault	reserve -> wait for moves -> find the pages (fault.c) -> map
 *		some of them, from the faulting one on
 *	move	elsewhere: ttm_bo_unmap_virtual(), so that the next touch faults
 *
 * The reservation is taken inside mmap_lock here, and may be held for long by
 * a thread that waits for a device. So a fault first only tries it; if that
 * fails it drops mmap_lock, waits, and has the fault retried. A second attempt
 * waits with mmap_lock held.
 *
 * A device maps pages (VM_MIXEDMAP) or pfns (VM_PFNMAP), see sim_device.h. What
 * no kernel does, or none since 5.11, stands elsewhere: modes.c, huge.c,
 * bo_mmap.c.
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, 5.11 to 6.12.
 */
#include <limits.h>

#include "ttm/fault.h"

#define VM_FILE "drivers/gpu/drm/ttm/ttm_bo_vm.c"

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
	const void *from = __builtin_return_address(0);

	if (unlikely(!ww_mutex_trylock_by(&bo->base.resv->lock, NULL, __func__, from))) {
		if (fault_flag_allow_retry_first(vmf->flags)) {
			if (!(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
				wait_unlocked(bo, vmf->vma->vm_mm);
			return VM_FAULT_RETRY;
		}
		if (dma_resv_lock_interruptible(bo->base.resv, NULL))
			return VM_FAULT_NOPAGE;
		sim_lock_taken_by(__func__, from);
	}
	if (bo->ttm && (bo->ttm->page_flags & TTM_TT_FLAG_EXTERNAL) &&
	    !(bo->ttm->page_flags & TTM_TT_FLAG_EXTERNAL_MAPPABLE)) {
		dma_resv_unlock(bo->base.resv);
		return VM_FAULT_SIGBUS;
	}
	return 0;
}

/* ---- mapping: one entry at a time ---- */

static vm_fault_t insert_each(struct ttm_fault *f, pgoff_t num_prefault)
{
	struct vm_area_struct *vma = f->vma;
	unsigned long address = f->vmf->address, page_size = sim_page_size(f->machine);
	bool mixed = fault_is_mixed(f->bo->bdev, vma);
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

/* ---- the handlers ---- */

vm_fault_t ttm_bo_vm_fault_reserved(struct vm_fault *vmf, pgprot_t prot, pgoff_t num_prefault)
{
	struct ttm_fault f;
	vm_fault_t ret = ttm_fault_prepare(&f, vmf, prot);

	return ret ? ret : insert_each(&f, num_prefault);
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
	struct sim_machine *machine = vma->vm_mm->sim_machine;
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

static vm_fault_t fault_plugged_in(struct vm_fault *vmf, const struct ttm_buffer_object *bo)
{
	struct vm_area_struct *vma = vmf->vma;

	return ttm_bo_vm_fault_reserved(vmf, vma->vm_page_prot, fault_num_prefault(bo->bdev, vma));
}

vm_fault_t ttm_bo_vm_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);
	int idx;

	if (ret)
		return ret;
	if (!sim_rule(vma->vm_mm->sim_machine, SIM_RULE_TTM_DUMMY_PAGE)) {
		ret = fault_plugged_in(vmf, bo);
	} else if (drm_dev_enter(bo->base.dev, &idx)) {
		ret = fault_plugged_in(vmf, bo);
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

	(void)SIM_WARN_ON(ttm_machine(bo->bdev), VM_FILE,
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
	(void)SIM_WARN_ON(ttm_machine(bo->bdev), VM_FILE, is_iomem);
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
	unsigned long page_size = sim_page_size(ttm_machine(bo->bdev));
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
	const struct sim_machine *machine = ttm_machine(bo->bdev);
	unsigned long end = offset + (unsigned long)len;

	if (len < 1 || end < offset)
		return false;
	if (sim_rule(machine, SIM_RULE_TTM_ACCESS_CHECKS_BYTES))
		return end <= bo->base.size;
	if (SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), VM_FILE, "ttm_bo_vm_access", bo->resource))
		return false;
	return end >> sim_page_shift(machine) <= bo->resource->num_pages;
}

static int call_access_memory(struct ttm_buffer_object *bo, unsigned long offset, void *buf,
			      int len, int write)
{
	return SIM_CALL(ttm_machine(bo->bdev), bo->bdev->funcs, access_memory, 0, -EIO, bo, offset,
			buf, len, write);
}

int ttm_bo_vm_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		     int write)
{
	struct ttm_buffer_object *bo = vma->vm_private_data;
	unsigned int shift = sim_page_shift(ttm_machine(bo->bdev));
	unsigned long offset = addr - vma->vm_start +
			       ((vma->vm_pgoff - drm_vma_node_start(&bo->base.vma_node)) << shift);
	int ret;

	if (!access_in_range(bo, offset, len))
		return -EIO;
	ret = ttm_bo_reserve(bo, true, false, NULL);
	if (ret)
		return ret;
	if (!bo->resource)
		ret = -ENODATA;
	else if (bo->resource->mem_type <= TTM_PL_TT)
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

int ttm_bo_mmap_obj(struct vm_area_struct *vma, struct ttm_buffer_object *bo)
{
	const struct sim_ttm_device *dev = ttm_sim_device(bo->bdev);

	if (dev->refuses_cow && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	ttm_bo_get(bo);
	if (!vma->vm_ops || sim_rule(ttm_machine(bo->bdev), SIM_RULE_TTM_OWN_VM_OPS))
		vma->vm_ops = &ttm_bo_vm_ops;
	vma->vm_private_data = bo;
	vma->vm_flags |= VM_IO | VM_DONTEXPAND | VM_DONTDUMP |
			 (dev->mixed ? VM_MIXEDMAP : VM_PFNMAP);
	return 0;
}
