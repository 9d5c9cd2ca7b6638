/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem.c - GEM objects, as far as TTM asks for them.
 * Models: drivers/gpu/drm/drm_gem.c, 6.1.
 */
#include "drm/internal.h"

#define GEM_FILE "drivers/gpu/drm/drm_gem.c"

void drm_gem_private_object_init(struct drm_device *dev, struct drm_gem_object *obj, size_t size)
{
	unsigned long page_size = sim_page_size(dev->sim_machine);

	if (SIM_BUG_ON(dev->sim_machine, GEM_FILE, (size & (page_size - 1)) != 0))
		return;
	kref_init(&obj->refcount);
	obj->handle_count = 0;
	obj->dev = dev;
	obj->size = size;
	dma_resv_init(&obj->_resv);
	obj->_resv.lock.sim_machine = dev->sim_machine;
	if (!obj->resv)
		obj->resv = &obj->_resv;
	drm_vma_node_reset(&obj->vma_node);
}

void drm_gem_object_release(struct drm_gem_object *obj)
{
	dma_resv_fini(&obj->_resv);
	if (obj->dev && obj->dev->vma_offset_manager)
		drm_vma_offset_remove(obj->dev->vma_offset_manager, &obj->vma_node);
}
