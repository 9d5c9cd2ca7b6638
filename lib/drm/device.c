/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * device.c - DRM devices, as far as TTM asks for them.
 * Models: drivers/gpu/drm/drm_drv.c, drm_managed.c, 6.1.
 */
#include "drm/internal.h"

struct sim_drmm_action {
	drmm_release_t release;
	void *data;
	struct sim_drmm_action *next;
};

void sim_drm_device_init(struct drm_device *dev, struct sim_machine *machine,
			 struct drm_vma_offset_manager *vma_offset_manager)
{
	if (!dev)
		return;
	memset(dev, 0, sizeof(*dev));
	dev->sim_machine = machine;
	dev->vma_offset_manager = vma_offset_manager;
}

static void call_release(struct drm_device *dev, const struct sim_drmm_action *action)
{
	SIM_CALL_VOID(dev->sim_machine, action, release, 0, dev, action->data);
}

void sim_drm_device_fini(struct drm_device *dev)
{
	struct sim_drmm_action *action;

	while (dev && (action = dev->sim_managed)) {
		dev->sim_managed = action->next;
		call_release(dev, action);
		sim_free(action, sizeof(*action), SIM_OBJ_MISC);
	}
}

bool drm_dev_enter(struct drm_device *dev, int *idx)
{
	*idx = 0;
	return !dev || !__atomic_load_n(&dev->unplugged, __ATOMIC_ACQUIRE);
}

void drm_dev_exit(int idx)
{
	(void)idx;
}

void drm_dev_unplug(struct drm_device *dev)
{
	__atomic_store_n(&dev->unplugged, 1, __ATOMIC_RELEASE);
}

int drmm_add_action_or_reset(struct drm_device *dev, drmm_release_t release, void *data)
{
	struct sim_drmm_action *action = sim_alloc(dev->sim_machine, sizeof(*action),
						   SIM_OBJ_MISC);

	if (!action) {
		release(dev, data);
		return -ENOMEM;
	}
	action->release = release;
	action->data = data;
	sim_spin_lock(dev->sim_machine, &dev->sim_managed_lock, SIM_RANK_MISC);
	action->next = dev->sim_managed;
	dev->sim_managed = action;
	sim_spin_unlock(&dev->sim_managed_lock, SIM_RANK_MISC);
	return 0;
}
