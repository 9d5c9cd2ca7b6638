/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm_gem.h - GEM objects, and the files that have handles to them, under their
 * kernel names.
 */
#ifndef TTMSIM_DRM_GEM_H
#define TTMSIM_DRM_GEM_H

#include <ttmsim/drm.h>

SIM_BEGIN_DECLS

struct dma_buf;
struct dma_buf_attachment;
struct iosys_map;
struct sg_table;

/* Models: include/drm/drm_file.h, struct drm_minor, 6.1 (what GEM needs). */
struct drm_minor {
	int index;
	struct drm_device *dev;		/* c */
};

/* Models: include/drm/drm_file.h, struct drm_file, 6.1 (what GEM needs). */
struct drm_file {
	bool authenticated;
	struct drm_minor *minor;	/* c */
	struct file *filp;
	void *driver_priv;		/* d */
	spinlock_t table_lock;
	struct drm_gem_object **sim_objects; /* table_lock: of handle i + 1 */
	unsigned int sim_nr_objects;
};

struct drm_gem_object;

/*
 * What an object can do. Any member but free may be NULL.
 * Models: include/drm/drm_gem.h, struct drm_gem_object_funcs, 6.1.
 */
struct drm_gem_object_funcs {
	/* the last reference is gone */
	void (*free)(struct drm_gem_object *obj);
	/* a file gets a handle: 0 or -errno */
	int (*open)(struct drm_gem_object *obj, struct drm_file *file);
	/* a file's handle goes */
	void (*close)(struct drm_gem_object *obj, struct drm_file *file);
#ifndef __cplusplus
	struct dma_buf *(*export)(struct drm_gem_object *obj, int flags);
#else
	struct dma_buf *(*sim_export)(struct drm_gem_object *obj, int flags); /* a keyword there */
#endif
	int (*pin)(struct drm_gem_object *obj);
	void (*unpin)(struct drm_gem_object *obj);
	struct sg_table *(*get_sg_table)(struct drm_gem_object *obj);
	int (*vmap)(struct drm_gem_object *obj, struct iosys_map *map);
	void (*vunmap)(struct drm_gem_object *obj, struct iosys_map *map);
	/* set up a vma: 0 or -errno; must set VM_DONTEXPAND */
	int (*mmap)(struct drm_gem_object *obj, struct vm_area_struct *vma);
	/* of vmas of the object */
	const struct vm_operations_struct *vm_ops;
};

/* Models: include/drm/drm_gem.h, struct drm_gem_object, 6.1. */
struct drm_gem_object {
	struct kref refcount;		/* GEM's own; TTM counts in ttm_buffer_object.kref */
	unsigned int handle_count;	/* dev->object_name_lock */
	struct drm_device *dev;		/* c */
	struct file *filp;		/* c: of shmem objects */
	struct drm_vma_offset_node vma_node;
	size_t size;			/* c: bytes */
	int name;
	struct dma_buf *dma_buf;
	struct dma_buf_attachment *import_attach;
	struct dma_resv *resv;		/* &_resv, or one shared with others */
	struct dma_resv _resv;
	const struct drm_gem_object_funcs *funcs; /* c: the driver's */
	struct list_head lru_node;
};

/**
 * drm_gem_private_object_init - an object of @size bytes without backing
 * @obj: memory that the caller has cleared. What it has set since stays: a
 * reservation that is shared with others (@obj->resv), for one
 *
 * A @size that is not in whole pages is a SIM_BUG.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_private_object_init, 6.1 and 6.12.
 */
SIM_API void drm_gem_private_object_init(struct drm_device *dev, struct drm_gem_object *obj,
					 size_t size);

/**
 * drm_gem_object_init - the same with a memory-backed file as backing
 *
 * Returns: 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_object_init, 6.1 and 6.12.
 */
SIM_API int drm_gem_object_init(struct drm_device *dev, struct drm_gem_object *obj, size_t size);

/**
 * drm_gem_object_release - end of an object: its file, its reservation and its offset
 */
SIM_API void drm_gem_object_release(struct drm_gem_object *obj);

/**
 * drm_gem_object_free - call obj->funcs->free, for kref_put()
 *
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_object_free, 6.12.
 */
SIM_API void drm_gem_object_free(struct kref *kref);

static inline void drm_gem_object_get(struct drm_gem_object *obj)
{
	kref_get(&obj->refcount);
}

/* Drops a reference; NULL is ignored. */
static inline void drm_gem_object_put(struct drm_gem_object *obj)
{
	if (obj)
		kref_put(&obj->refcount, drm_gem_object_free);
}

/* ----------------------------------------------------------- offsets ----- */

/**
 * drm_gem_create_mmap_offset_size - give an object a fake offset for @size bytes
 *
 * Returns: 0, also where it has one;
 *          -ENOSPC.
 */
SIM_API int drm_gem_create_mmap_offset_size(struct drm_gem_object *obj, size_t size);

/**
 * drm_gem_create_mmap_offset - give an object a fake offset for all of it
 *
 * Returns: as drm_gem_create_mmap_offset_size().
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_create_mmap_offset, 6.1.
 */
SIM_API int drm_gem_create_mmap_offset(struct drm_gem_object *obj);

/**
 * drm_gem_free_mmap_offset - take it away; without one: nothing
 */
SIM_API void drm_gem_free_mmap_offset(struct drm_gem_object *obj);

/* ----------------------------------------------------------- mapping ----- */

/**
 * drm_gem_mmap - ->mmap of a DRM file: the object that begins at the offset
 * @filp: its private_data is a struct drm_file
 *
 * Holds: mmap_lock for writing.
 *
 * Returns: 0;
 *          -ENODEV, the device is unplugged;
 *          -EINVAL, no object begins there and holds the whole mapping;
 *          -EACCES, the file may not map it;
 *          as drm_gem_mmap_obj().
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_mmap, 6.1 and 6.12.
 */
SIM_API int drm_gem_mmap(struct file *filp, struct vm_area_struct *vma);

/**
 * drm_gem_mmap_obj - set up a vma of an object; it takes a reference
 * @obj_size: bytes that may be mapped
 *
 * Returns: 0;
 *          -EINVAL, too large, or neither ->mmap nor vm_ops;
 *          what obj->funcs->mmap returned.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_mmap_obj, 6.1 and 6.12.
 */
SIM_API int drm_gem_mmap_obj(struct drm_gem_object *obj, unsigned long obj_size,
			     struct vm_area_struct *vma);

/**
 * drm_gem_vm_open - ->open of an object's vmas: one more reference
 */
SIM_API void drm_gem_vm_open(struct vm_area_struct *vma);

/**
 * drm_gem_vm_close - ->close of an object's vmas: one less
 */
SIM_API void drm_gem_vm_close(struct vm_area_struct *vma);

/**
 * drm_gem_get_pages - the pages of a shmem object, with a reference each
 *
 * Returns: an array of obj->size >> PAGE_SHIFT pages;
 *          ERR_PTR(-EINVAL), the object has no file;
 *          ERR_PTR(-ENOMEM).
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_get_pages, 6.1.
 */
SIM_API struct page **drm_gem_get_pages(struct drm_gem_object *obj);

/**
 * drm_gem_put_pages - give such an array back
 * @dirty: the pages were written to; @accessed: ignored
 *
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_put_pages, 6.1.
 */
SIM_API void drm_gem_put_pages(struct drm_gem_object *obj, struct page **pages, bool dirty,
			       bool accessed);

/* ----------------------------------------------------------- handles ----- */

/**
 * drm_gem_handle_create - a handle for an object in a file, which may map it then
 *
 * The first one takes a reference for all handles.
 *
 * Returns: 0, and *@handlep, the lowest number from 1 on that is free;
 *          -ENOMEM;
 *          what obj->funcs->open returned.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_handle_create_tail, 6.1 and 6.12.
 */
SIM_API int drm_gem_handle_create(struct drm_file *file_priv, struct drm_gem_object *obj,
				  uint32_t *handlep);

/**
 * drm_gem_handle_delete - a handle goes, and with the last one a reference
 *
 * Returns: 0;
 *          -EINVAL, there is no such handle.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_handle_delete, 6.1 and 6.12.
 */
SIM_API int drm_gem_handle_delete(struct drm_file *filp, uint32_t handle);

/**
 * drm_gem_object_lookup - the object of a handle, with a reference
 *
 * Returns: the object;
 *          NULL.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_object_lookup, 6.1.
 */
SIM_API struct drm_gem_object *drm_gem_object_lookup(struct drm_file *filp, uint32_t handle);

/**
 * drm_gem_dumb_map_offset - the offset to map a handle's object at
 *
 * Returns: 0, and *@offset in bytes;
 *          -ENOENT, there is no such handle;
 *          -EINVAL, the object is imported;
 *          -ENOSPC.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_dumb_map_offset, 6.1 and 6.12.
 */
SIM_API int drm_gem_dumb_map_offset(struct drm_file *file, struct drm_device *dev,
				    uint32_t handle, uint64_t *offset);

/**
 * sim_drm_file_init - an open file of a device: filp->private_data is to be @file
 */
SIM_API void sim_drm_file_init(struct drm_file *file, struct drm_minor *minor);

/**
 * sim_drm_file_fini - all handles of a file go
 */
SIM_API void sim_drm_file_fini(struct drm_file *file);

SIM_END_DECLS

#endif
