/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.c - one device: its managers, its pool, its lists.
 * Models: drivers/gpu/drm/ttm/ttm_device.c, 6.1; what the kernel shares between
 * devices each device has for itself.
 */
#include "ttm/internal.h"

int ttm_device_init(struct ttm_device *bdev, struct ttm_device_funcs *funcs, struct device *dev,
		    struct address_space *mapping, struct drm_vma_offset_manager *vma_manager,
		    bool use_dma_alloc, bool use_dma32)
{
	(void)dev, (void)use_dma_alloc, (void)use_dma32;
	if (!mapping || !vma_manager)
		return -EINVAL;
	if (sim_is_crashed(mapping->sim_machine))
		return -EIO;
	memset(bdev, 0, sizeof(*bdev));
	bdev->funcs = funcs;
	bdev->vma_manager = vma_manager;
	bdev->dev_mapping = mapping;
	INIT_LIST_HEAD(&bdev->ddestroy);
	INIT_LIST_HEAD(&bdev->pinned);
	ttm_sys_man_init(bdev);
	ttm_pool_init(&bdev->pool, mapping->sim_machine);
	return ttm_sim_device_add(bdev);
}

void ttm_device_fini(struct ttm_device *bdev)
{
	ttm_bo_delayed_delete(bdev, true);
	ttm_resource_manager_set_used(&bdev->sysman, false);
	ttm_set_driver_manager(bdev, TTM_PL_SYSTEM, NULL);
	ttm_pool_fini(&bdev->pool);
	ttm_sim_device_remove(bdev);
}
