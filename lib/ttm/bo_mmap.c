/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_mmap.c - mmap of a driver's file as it was until 5.13: the object that the
 * range lies in.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_mmap, 5.11.
 */
#include "ttm/internal.h"

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
	if (vma->vm_pgoff < sim_drm_file_page_offset_start(ttm_machine(bdev)))
		return -EINVAL;
	bo = ttm_bo_vm_lookup(bdev, vma->vm_pgoff, vma_nr_pages(vma));
	if (!bo)
		return -EINVAL;
	ret = sim_ttm_mmap_obj(vma, bo);
	ttm_bo_put(bo);
	return ret;
}
