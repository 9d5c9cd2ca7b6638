/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.c - one device: its managers, its pool, its lists, and how it maps.
 * Models: drivers/gpu/drm/ttm/ttm_device.c, 6.1; what the kernel shares between
 * devices each device has for itself.
 */
#include "ttm/internal.h"

const char *sim_ttm_mode_name(enum sim_ttm_mode mode)
{
	static const char *const names[SIM_NR_TTM_MODES] = {
		[SIM_TTM_DEFAULT] = "default",	[SIM_TTM_MIXED] = "mixed",
		[SIM_TTM_PFN] = "pfn",		[SIM_TTM_APPLY] = "apply",
		[SIM_TTM_PFNS] = "pfns",	[SIM_TTM_HUGE] = "huge",
	};

	return (unsigned int)mode < SIM_NR_TTM_MODES ? names[mode] : NULL;
}

int sim_ttm_device_set_mode(struct ttm_device *bdev, enum sim_ttm_mode mode)
{
	if (!bdev || (unsigned int)mode >= SIM_NR_TTM_MODES)
		return -EINVAL;
	if (mode == SIM_TTM_DEFAULT)
		mode = sim_rule(bdev->sim_machine, SIM_RULE_TTM_MIXEDMAP) ? SIM_TTM_MIXED
									  : SIM_TTM_PFN;
	bdev->sim_mode = mode;
	return 0;
}

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
	bdev->sim_machine = mapping->sim_machine;
	bdev->funcs = funcs;
	bdev->vma_manager = vma_manager;
	bdev->dev_mapping = mapping;
	bdev->sim_prefault = TTM_BO_VM_NUM_PREFAULT;
	INIT_LIST_HEAD(&bdev->ddestroy);
	INIT_LIST_HEAD(&bdev->pinned);
	ttm_sys_man_init(bdev);
	ttm_pool_init(&bdev->pool, bdev->sim_machine);
	return sim_ttm_device_set_mode(bdev, SIM_TTM_DEFAULT);
}

void ttm_device_fini(struct ttm_device *bdev)
{
	ttm_bo_delayed_delete(bdev, true);
	ttm_resource_manager_set_used(&bdev->sysman, false);
	ttm_set_driver_manager(bdev, TTM_PL_SYSTEM, NULL);
	ttm_pool_fini(&bdev->pool);
}
