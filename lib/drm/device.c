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
	if (dev->sim_mapping && sim_rule(dev->sim_machine, SIM_RULE_DRM_UNPLUG_UNMAPS))
		unmap_mapping_range(dev->sim_mapping, 0, 0, 1);
}

int drmm_add_action(struct drm_device *dev, drmm_release_t release, void *data)
{
	struct sim_drmm_action *action = sim_alloc(dev->sim_machine, sizeof(*action),
						   SIM_OBJ_MISC);

	if (!action)
		return -ENOMEM;
	action->release = release;
	action->data = data;
	sim_spin_lock(dev->sim_machine, &dev->sim_managed_lock, SIM_RANK_MISC);
	action->next = dev->sim_managed;
	dev->sim_managed = action;
	sim_spin_unlock(&dev->sim_managed_lock, SIM_RANK_MISC);
	return 0;
}

int drmm_add_action_or_reset(struct drm_device *dev, drmm_release_t release, void *data)
{
	int ret = drmm_add_action(dev, release, data);

	if (ret)
		release(dev, data);
	return ret;
}

static void free_managed(struct drm_device *dev, void *data)
{
	(void)dev;
	kfree(data);
}

void *drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp)
{
	void *data = kmalloc(size, gfp);

	if (!data || !drmm_add_action(dev, free_managed, data))
		return data;
	kfree(data);
	return NULL;
}

void drmm_kfree(struct drm_device *dev, void *data)
{
	struct sim_drmm_action **at, *action;

	if (!data)
		return;
	sim_spin_lock(dev->sim_machine, &dev->sim_managed_lock, SIM_RANK_MISC);
	for (at = &dev->sim_managed; (action = *at); at = &action->next)
		if (action->release == free_managed && action->data == data) {
			*at = action->next;
			break;
		}
	sim_spin_unlock(&dev->sim_managed_lock, SIM_RANK_MISC);
	if (SIM_WARN_ON(dev->sim_machine, "drivers/gpu/drm/drm_managed.c", !action))
		return;
	kfree(data);
	sim_free(action, sizeof(*action), SIM_OBJ_MISC);
}
