/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem_mmap.c - mmap of a DRM file since 5.14: the object that begins at the offset.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_mmap, and drm_gem_ttm_helper.c, 6.1.
 */
#include "ttm/internal.h"

/* The object that begins at the vma's offset and holds all of it, with a
 * reference; NULL. */
static struct ttm_buffer_object *gem_lookup(const struct vm_area_struct *vma,
					    struct ttm_device *bdev)
{
	struct drm_vma_offset_node *node;
	struct ttm_buffer_object *bo = NULL;

	drm_vma_offset_lock_lookup(bdev->vma_manager);
	node = drm_vma_offset_exact_lookup_locked(bdev->vma_manager, vma->vm_pgoff,
						  vma_nr_pages(vma));
	if (node)
		bo = ttm_bo_get_unless_zero(container_of(node, struct ttm_buffer_object,
							 base.vma_node));
	drm_vma_offset_unlock_lookup(bdev->vma_manager);
	return bo;
}

int sim_ttm_gem_mmap(struct file *filp, struct vm_area_struct *vma, struct ttm_device *bdev,
		     struct drm_device *ddev)
{
	struct ttm_buffer_object *bo;
	int ret, idx;

	(void)filp;
	if (!vma || !bdev)
		return -EINVAL;
	if (!drm_dev_enter(ddev, &idx))
		return -ENODEV;
	drm_dev_exit(idx);
	bo = gem_lookup(vma, bdev);
	if (!bo)
		return -EINVAL;
	ret = sim_ttm_mmap_obj(vma, bo);
	ttm_bo_put(bo);
	return ret;
}
