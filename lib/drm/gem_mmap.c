/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem_mmap.c - mappings of GEM objects. Each vma of an object has a reference to it.
 * Models: drivers/gpu/drm/drm_gem.c, 6.1 and 6.12.
 */
#include <ttmsim/mm.h>

#include "drm/internal.h"

#define GEM_FILE "drivers/gpu/drm/drm_gem.c"

/* What a driver without ->mmap gets: I/O memory, write-combined. */
static int default_mmap(struct vm_area_struct *vma)
{
	if (!vma->vm_ops)
		return -EINVAL;
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vm_get_page_prot(vma->vm_flags));
	return 0;
}

int drm_gem_mmap_obj(struct drm_gem_object *obj, unsigned long obj_size,
		     struct vm_area_struct *vma)
{
	int ret;

	if (obj_size < vma->vm_end - vma->vm_start)
		return -EINVAL;
	drm_gem_object_get(obj);
	vma->vm_private_data = obj;
	vma->vm_ops = obj->funcs->vm_ops;
	ret = obj->funcs->mmap ? obj->funcs->mmap(obj, vma) : default_mmap(vma);
	if (ret) {
		drm_gem_object_put(obj);
		return ret;
	}
	if (obj->funcs->mmap)
		(void)SIM_WARN_ON(obj->dev->sim_machine, GEM_FILE,
				  !(vma->vm_flags & VM_DONTEXPAND));
	return 0;
}

/* The object that begins at the vma's offset and holds all of it, with a reference. One
 * without references is about to go. */
static struct drm_gem_object *find_object(struct drm_device *dev,
					  const struct vm_area_struct *vma)
{
	struct drm_vma_offset_manager *mgr = dev->vma_offset_manager;
	struct drm_vma_offset_node *node;
	struct drm_gem_object *obj = NULL;

	drm_vma_offset_lock_lookup(mgr);
	node = drm_vma_offset_exact_lookup_locked(mgr, vma->vm_pgoff, vma_pages(vma));
	if (node)
		obj = container_of(node, struct drm_gem_object, vma_node);
	if (obj && !kref_get_unless_zero(&obj->refcount))
		obj = NULL;
	drm_vma_offset_unlock_lookup(mgr);
	return obj;
}

int drm_gem_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct drm_file *priv = filp->private_data;
	struct drm_device *dev = priv->minor->dev;
	struct drm_gem_object *obj;
	int ret = -EACCES;

	if (drm_dev_is_unplugged(dev))
		return -ENODEV;
	obj = find_object(dev, vma);
	if (!obj)
		return -EINVAL;
	if (drm_vma_node_is_allowed(&obj->vma_node, priv))
		ret = drm_gem_mmap_obj(obj, drm_vma_node_size(&obj->vma_node) << PAGE_SHIFT, vma);
	drm_gem_object_put(obj);
	return ret;
}

void drm_gem_vm_open(struct vm_area_struct *vma)
{
	drm_gem_object_get(vma->vm_private_data);
}

void drm_gem_vm_close(struct vm_area_struct *vma)
{
	drm_gem_object_put(vma->vm_private_data);
}
