/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * modes.c - mapping modes that no kernel has: all that a fault maps at once.
 *
 *	apply	without a look at what is there
 *	pfns	with every check that mode pfn makes, and its results
 */
#include "ttm/fault.h"

/* ---- apply ---- */

static int apply_entry(pte_t *pte, unsigned long addr, void *data)
{
	struct ttm_fault *f = data;

	if (beyond_pages(f))
		return -EIO;
	if (f->pages && !f->pages[f->offset])
		return -ENOMEM;
	set_pte_at(f->vma->vm_mm, addr, pte,
		   pte_mkspecial(pfn_pte(fault_pfn(f, f->offset++), f->prot)));
	return 0;
}

/*
 * Models: the proposal "drm/ttm: use apply_page_range instead of
 * vmf_insert_pfn_prot" of August 2025 (in no release): no look at what is there,
 * no range, memory-type or pfn check, and an error in what was not asked for is
 * one of the fault.
 */
static vm_fault_t insert_apply(struct ttm_fault *f, pgoff_t num_prefault)
{
	unsigned long pages = f->last - f->offset;
	int err;

	if (pages > num_prefault)
		pages = num_prefault;
	err = apply_to_page_range(f->vma->vm_mm, f->vmf->address,
				  pages << sim_page_shift(f->machine), apply_entry, f);
	if (!err)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* ---- pfns ---- */

/* How many pfns a driver is asked for before they are inserted. */
#define DRIVER_PFNS 64

/* How many of @nr pages from offset on are there: to the array's end, or a gap. */
static unsigned long pages_there(const struct ttm_fault *f, unsigned long nr)
{
	struct page *const *pages;
	unsigned long n = 0, in_array;

	if (!f->pages)
		return nr;
	pages = f->pages + f->offset;
	in_array = f->offset < f->nr_pages ? f->nr_pages - f->offset : 0;
	nr = nr < in_array ? nr : in_array;
#pragma GCC unroll 8
	for (; n < nr; n++)
		if (!pages[n])
			break;
	return n;
}

/* The next of @nr pfns, as many as one call can take. Returns how many. */
static unsigned long next_pfns(const struct ttm_fault *f, unsigned long nr, struct sim_pfns *pfns,
			       unsigned long list[DRIVER_PFNS])
{
	*pfns = (struct sim_pfns){ .first = f->first_pfn + f->offset };
	if (f->pages)
		pfns->pages = f->pages + f->offset;
	if (!f->asks_driver)
		return nr;
	nr = nr < DRIVER_PFNS ? nr : DRIVER_PFNS;
	for (unsigned long i = 0; i < nr; i++)
		list[i] = ttm_bo_io_mem_pfn(f->bo, f->offset + i);
	pfns->list = list;
	return nr;
}

/* The index of the pages that ttm_bo_vm_fault_reserved() would have come to. */
static void set_indices(const struct ttm_fault *f, unsigned long nr)
{
	if (!f->pages || !f->sets_index)
		return;
	for (unsigned long i = 0; i < nr; i++)
		(void)fault_pfn(f, f->offset + i);
}

/* In effect ttm_bo_vm_fault_reserved(), of pfns. */
static vm_fault_t insert_pfns(struct ttm_fault *f, pgoff_t num_prefault)
{
	unsigned long want = f->last - f->offset, there, done = 0, list[DRIVER_PFNS];

	want = want < num_prefault ? want : num_prefault;
	there = pages_there(f, want);
	while (done < there) {
		struct sim_pfns pfns;
		unsigned long nr = next_pfns(f, there - done, &pfns, list), left = nr;
		unsigned long address = f->vmf->address + (done << sim_page_shift(f->machine));
		vm_fault_t ret = sim_vmf_insert_pfns_prot(f->vma, address, &pfns, &left, f->prot);

		set_indices(f, left ? nr - left + 1 : nr);
		done += nr - left;
		f->offset += nr - left;
		if (ret & VM_FAULT_ERROR)
			return insert_error(f, done, ret);
	}
	if (done < want && beyond_pages(f))
		return VM_FAULT_SIGBUS;
	return done < want && !done ? VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

/* ---- the handlers ---- */

typedef vm_fault_t (*insert_fn)(struct ttm_fault *f, pgoff_t num_prefault);

static vm_fault_t fault_reserved(struct vm_fault *vmf, insert_fn insert)
{
	const struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	pgoff_t num_prefault = fault_num_prefault(bo->bdev, vma);
	struct ttm_fault f;
	vm_fault_t ret;

	if (!insert)
		return ttm_bo_vm_fault_reserved(vmf, vma->vm_page_prot, num_prefault);
	ret = ttm_fault_prepare(&f, vmf, vma->vm_page_prot);
	return ret ? ret : insert(&f, num_prefault);
}

/* As ttm_bo_vm_fault(); without @insert, the kernel's way. */
static vm_fault_t mode_fault(struct vm_fault *vmf, insert_fn insert)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *bo = vma->vm_private_data;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);
	int idx;

	if (ret)
		return ret;
	if (!sim_rule(vma->vm_mm->sim_machine, SIM_RULE_TTM_DUMMY_PAGE)) {
		ret = fault_reserved(vmf, insert);
	} else if (drm_dev_enter(bo->base.dev, &idx)) {
		ret = fault_reserved(vmf, insert);
		drm_dev_exit(idx);
	} else {
		ret = ttm_bo_vm_dummy_page(vmf, vma->vm_page_prot);
	}
	if (ret != VM_FAULT_RETRY || (vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		dma_resv_unlock(bo->base.resv);
	return ret;
}

static vm_fault_t apply_fault(struct vm_fault *vmf)
{
	return mode_fault(vmf, vmf->vma->vm_flags & VM_PFNMAP ? insert_apply : NULL);
}

static vm_fault_t pfns_fault(struct vm_fault *vmf)
{
	const struct vm_area_struct *vma = vmf->vma;
	const struct ttm_buffer_object *bo = vma->vm_private_data;

	return mode_fault(vmf, fault_is_mixed(bo->bdev, vma) ? NULL : insert_pfns);
}

static const struct vm_operations_struct apply_vm_ops = {
	.fault = apply_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

static const struct vm_operations_struct pfns_vm_ops = {
	.fault = pfns_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

int sim_ttm_mmap_obj(struct vm_area_struct *vma, struct ttm_buffer_object *bo)
{
	static const struct vm_operations_struct *const mode_vm_ops[SIM_NR_TTM_MODES] = {
		[SIM_TTM_APPLY] = &apply_vm_ops, [SIM_TTM_PFNS] = &pfns_vm_ops,
	};
	const struct vm_operations_struct *before = vma->vm_ops, *of_mode;
	int ret = ttm_bo_mmap_obj(vma, bo);

	of_mode = mode_vm_ops[ttm_sim_device(bo->bdev)->mode];
	if (!ret && of_mode && vma->vm_ops != before)
		vma->vm_ops = of_mode;
	return ret;
}
