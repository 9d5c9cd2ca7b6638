/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * huge.c - mode huge: one leaf for many pages, as TTM and vmwgfx had it in 5.11.
 */
#include "ttm/huge.h"

/* ---- TTM's part ---- */

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

vm_fault_t sim_ttm_bo_vm_fault_reserved_huge(struct vm_fault *vmf, pgprot_t prot,
					     pgoff_t fault_page_size)
{
	struct ttm_fault f;
	vm_fault_t ret = ttm_fault_prepare(&f, vmf, prot);

	return ret ? ret : insert_huge(&f, fault_page_size);
}

/* ---- the driver's part ---- */

/* Models: drivers/gpu/drm/vmwgfx/vmwgfx_page_dirty.c, vmw_bo_vm_huge_fault,
 * 5.11, for an object whose dirty pages nobody tracks. */
static vm_fault_t huge_fault(struct vm_fault *vmf, enum page_entry_size pe_size)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	const struct sim_mmu *mmu = ttm_machine(bo->bdev)->mmu;
	struct sim_machine *old;
	pgprot_t prot;
	vm_fault_t ret;

	if (pe_size != PE_SIZE_PMD || !mmu->has_leaf[1] ||
	    ((vmf->flags & FAULT_FLAG_WRITE) && is_cow_mapping(vma->vm_flags)))
		return VM_FAULT_FALLBACK;
	ret = ttm_bo_vm_reserve(bo, vmf);
	if (ret)
		return ret;
	old = sim_set_current_machine(ttm_machine(bo->bdev));
	prot = vm_get_page_prot(vma->vm_flags);
	sim_set_current_machine(old);
	ret = sim_ttm_bo_vm_fault_reserved_huge(vmf, prot,
						1UL << (mmu->level[1].shift - mmu->page_shift));
	if (ret != VM_FAULT_RETRY || (vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		dma_resv_unlock(bo->base.resv);
	return ret;
}

static const struct vm_operations_struct huge_vm_ops = {
	.fault = ttm_bo_vm_fault,
	.huge_fault = huge_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

/* Models: drivers/gpu/drm/vmwgfx/vmwgfx_ttm_glue.c, vmw_mmap, 5.11: what is not
 * COW need not be mixed. */
static void flip_to_pfnmap(struct vm_area_struct *vma)
{
	if (is_cow_mapping(vma->vm_flags))
		return;
	vma->vm_flags = (vma->vm_flags & ~VM_MIXEDMAP) | VM_PFNMAP;
}

void ttm_huge_mmap(struct vm_area_struct *vma)
{
	vma->vm_ops = &huge_vm_ops;
	flip_to_pfnmap(vma);
}
