/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem_handle.c - the numbers under which a file knows objects.
 * Models: drivers/gpu/drm/drm_gem.c, 6.1 and 6.12.
 */
#include "drm/internal.h"

void sim_drm_file_init(struct drm_file *file, struct drm_minor *minor)
{
	memset(file, 0, sizeof(*file));
	file->minor = minor;
	file->authenticated = true;
}

void sim_drm_file_fini(struct drm_file *file)
{
	for (uint32_t handle = 1; handle <= file->sim_nr_objects; handle++)
		(void)drm_gem_handle_delete(file, handle);
	kfree(file->sim_objects);
	file->sim_objects = NULL;
	file->sim_nr_objects = 0;
}

/* Makes room for twice as many handles: 0 or -ENOMEM. => table_lock held */
static int grow_locked(struct drm_file *file)
{
	unsigned int nr = file->sim_nr_objects ? 2 * file->sim_nr_objects : 8;
	struct drm_gem_object **more = krealloc(file->sim_objects, nr * sizeof(*more),
						GFP_KERNEL);

	if (!more)
		return -ENOMEM;
	memset(more + file->sim_nr_objects, 0,
	       (nr - file->sim_nr_objects) * sizeof(struct drm_gem_object *));
	file->sim_objects = more;
	file->sim_nr_objects = nr;
	return 0;
}

/* The lowest number that is free, from 1 on: 0 or -ENOMEM. */
static int take_number(struct drm_file *file, struct drm_gem_object *obj, uint32_t *handle)
{
	unsigned int i = 0;
	int ret = 0;

	spin_lock(&file->table_lock);
	while (i < file->sim_nr_objects && file->sim_objects[i])
		i++;
	if (i == file->sim_nr_objects)
		ret = grow_locked(file);
	if (!ret)
		file->sim_objects[i] = obj;
	spin_unlock(&file->table_lock);
	*handle = i + 1;
	return ret;
}

static struct drm_gem_object *give_number(struct drm_file *file, uint32_t handle)
{
	struct drm_gem_object *obj = NULL;

	spin_lock(&file->table_lock);
	if (handle - 1 < file->sim_nr_objects) {
		obj = file->sim_objects[handle - 1];
		file->sim_objects[handle - 1] = NULL;
	}
	spin_unlock(&file->table_lock);
	return obj;
}

/* Models: drivers/gpu/drm/drm_gem.c, drm_gem_object_handle_get, 6.12. */
static void handle_get(struct drm_gem_object *obj)
{
	mutex_lock(&obj->dev->object_name_lock);
	if (!obj->handle_count++)
		drm_gem_object_get(obj);
	mutex_unlock(&obj->dev->object_name_lock);
}

/* Models: drivers/gpu/drm/drm_gem.c, drm_gem_object_handle_put_unlocked, 6.1. */
static void handle_put(struct drm_gem_object *obj)
{
	bool last;

	mutex_lock(&obj->dev->object_name_lock);
	last = !--obj->handle_count;
	mutex_unlock(&obj->dev->object_name_lock);
	if (last)
		drm_gem_object_put(obj);
}

int drm_gem_handle_create(struct drm_file *file_priv, struct drm_gem_object *obj,
			  uint32_t *handlep)
{
	uint32_t handle;
	int ret;

	handle_get(obj);
	ret = take_number(file_priv, obj, &handle);
	if (ret)
		goto err_unref;
	ret = drm_vma_node_allow(&obj->vma_node, file_priv);
	if (ret)
		goto err_remove;
	if (obj->funcs && obj->funcs->open) {
		ret = obj->funcs->open(obj, file_priv);
		if (ret)
			goto err_revoke;
	}
	*handlep = handle;
	return 0;

err_revoke:
	drm_vma_node_revoke(&obj->vma_node, file_priv);
err_remove:
	(void)give_number(file_priv, handle);
err_unref:
	handle_put(obj);
	return ret;
}

int drm_gem_handle_delete(struct drm_file *filp, uint32_t handle)
{
	struct drm_gem_object *obj = give_number(filp, handle);

	if (!obj)
		return -EINVAL;
	if (obj->funcs && obj->funcs->close)
		obj->funcs->close(obj, filp);
	drm_vma_node_revoke(&obj->vma_node, filp);
	handle_put(obj);
	return 0;
}

struct drm_gem_object *drm_gem_object_lookup(struct drm_file *filp, uint32_t handle)
{
	struct drm_gem_object *obj = NULL;

	spin_lock(&filp->table_lock);
	if (handle - 1 < filp->sim_nr_objects)
		obj = filp->sim_objects[handle - 1];
	if (obj)
		drm_gem_object_get(obj);
	spin_unlock(&filp->table_lock);
	return obj;
}

int drm_gem_dumb_map_offset(struct drm_file *file, struct drm_device *dev, uint32_t handle,
			    uint64_t *offset)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(file, handle);
	int ret;

	if (!obj)
		return -ENOENT;
	ret = obj->import_attach ? -EINVAL : drm_gem_create_mmap_offset(obj);
	if (!ret)
		*offset = obj->vma_node.vm_node.start << sim_page_shift(dev->sim_machine);
	drm_gem_object_put(obj);
	return ret;
}
