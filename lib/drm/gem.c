/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem.c - GEM objects: made, released, given offsets.
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
	obj->filp = NULL;
	drm_vma_node_reset(&obj->vma_node);
	INIT_LIST_HEAD(&obj->lru_node);
}

int drm_gem_object_init(struct drm_device *dev, struct drm_gem_object *obj, size_t size)
{
	drm_gem_private_object_init(dev, obj, size);
	obj->filp = sim_regular_file_create(dev->sim_machine,
					    size >> sim_page_shift(dev->sim_machine),
					    "drm mm object");
	return obj->filp ? 0 : -ENOMEM;
}

void drm_gem_object_release(struct drm_gem_object *obj)
{
	if (obj->filp)
		fput(obj->filp);
	dma_resv_fini(&obj->_resv);
	drm_gem_free_mmap_offset(obj);
}

void drm_gem_object_free(struct kref *kref)
{
	struct drm_gem_object *obj = container_of(kref, struct drm_gem_object, refcount);

	if (SIM_WARN_ON(obj->dev->sim_machine, GEM_FILE, !obj->funcs || !obj->funcs->free))
		return;
	obj->funcs->free(obj);
}

/* ---- offsets ---- */

int drm_gem_create_mmap_offset_size(struct drm_gem_object *obj, size_t size)
{
	return drm_vma_offset_add(obj->dev->vma_offset_manager, &obj->vma_node,
				  size >> sim_page_shift(obj->dev->sim_machine));
}

int drm_gem_create_mmap_offset(struct drm_gem_object *obj)
{
	return drm_gem_create_mmap_offset_size(obj, obj->size);
}

void drm_gem_free_mmap_offset(struct drm_gem_object *obj)
{
	if (obj->dev && obj->dev->vma_offset_manager)
		drm_vma_offset_remove(obj->dev->vma_offset_manager, &obj->vma_node);
}
