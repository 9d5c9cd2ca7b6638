/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm.h - fake mmap offsets, DRM devices and GEM objects, under their kernel
 * names and as small as TTM's use of them allows; and with resv.h and drm_mm.h
 * all that TTM stands on.
 */
#ifndef TTMSIM_DRM_H
#define TTMSIM_DRM_H

#include <ttmsim/drm_mm.h>
#include <ttmsim/resv.h>

SIM_BEGIN_DECLS

/* --------------------------------------------------- ranges, offsets ----- */

/* Models: include/drm/drm_vma_manager.h, struct drm_vma_offset_node, 6.1. */
struct drm_vma_offset_node {
	spinlock_t vm_lock;
	struct drm_mm_node vm_node;	/* in pages; manager's vm_lock */
	struct sim_vma_offset_file *sim_vm_files; /* vm_lock: who may map it */
	void *driver_private;
};

/* Models: include/drm/drm_vma_manager.h, struct drm_vma_offset_manager, 6.1. */
struct drm_vma_offset_manager {
	spinlock_t vm_lock;
	struct drm_mm vm_addr_space_mm;	/* vm_lock; in pages */
	struct sim_machine *sim_machine; /* c */
};

/**
 * sim_drm_file_page_offset_start - DRM_FILE_PAGE_OFFSET_START of a machine
 *
 * Returns: pages: above what fits 32 bits of bytes (64-bit kernels) or 28
 * (32-bit ones).
 * Models: include/drm/drm_vma_manager.h, 5.11 to 6.12.
 */
SIM_API unsigned long sim_drm_file_page_offset_start(const struct sim_machine *machine);

/**
 * sim_drm_file_page_offset_size - DRM_FILE_PAGE_OFFSET_SIZE of a machine, in pages
 */
SIM_API unsigned long sim_drm_file_page_offset_size(const struct sim_machine *machine);

/* Of the current machine. */
#define DRM_FILE_PAGE_OFFSET_START sim_drm_file_page_offset_start(sim_current()->sim_machine)
#define DRM_FILE_PAGE_OFFSET_SIZE sim_drm_file_page_offset_size(sim_current()->sim_machine)

/**
 * drm_vma_offset_manager_init - an empty range of fake offsets, of the current machine
 * @page_offset, @size: pages
 */
SIM_API void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr,
					 unsigned long page_offset, unsigned long size);

/**
 * drm_vma_offset_manager_destroy - end of a manager; all nodes must be gone (else SIM_WARN)
 */
SIM_API void drm_vma_offset_manager_destroy(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_add - give a node a range of offsets; one that has one keeps it
 *
 * Returns: 0;
 *          -ENOSPC.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_offset_add, 6.1.
 */
SIM_API int drm_vma_offset_add(struct drm_vma_offset_manager *mgr,
			       struct drm_vma_offset_node *node, unsigned long pages);

/**
 * drm_vma_offset_remove - take it away; without one: nothing
 */
SIM_API void drm_vma_offset_remove(struct drm_vma_offset_manager *mgr,
				   struct drm_vma_offset_node *node);

/**
 * drm_vma_offset_lock_lookup - keep nodes from going until the unlock
 */
SIM_API void drm_vma_offset_lock_lookup(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_unlock_lookup - end of drm_vma_offset_lock_lookup()
 */
SIM_API void drm_vma_offset_unlock_lookup(struct drm_vma_offset_manager *mgr);

/**
 * drm_vma_offset_lookup_locked - the node that holds [start, start + pages)
 *
 * Holds: drm_vma_offset_lock_lookup().
 *
 * Returns: the node, which may begin below @start;
 *          NULL where no single node holds the range.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_offset_lookup_locked, 6.1.
 */
SIM_API struct drm_vma_offset_node *
drm_vma_offset_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
			     unsigned long pages);

/**
 * drm_vma_offset_exact_lookup_locked - the same for a node that begins at @start
 *
 * Returns: the node;
 *          NULL.
 */
SIM_API struct drm_vma_offset_node *
drm_vma_offset_exact_lookup_locked(struct drm_vma_offset_manager *mgr, unsigned long start,
				   unsigned long pages);

/**
 * drm_vma_node_reset - a node without an offset, that no file may map
 */
SIM_API void drm_vma_node_reset(struct drm_vma_offset_node *node);

struct drm_file;

/**
 * drm_vma_node_allow - let a file map a node; counted: as often as it is revoked
 *
 * Returns: 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/drm_vma_manager.c, drm_vma_node_allow, 6.1.
 */
SIM_API int drm_vma_node_allow(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_allow_once - the same, but one revocation ends it
 *
 * Returns: as drm_vma_node_allow().
 */
SIM_API int drm_vma_node_allow_once(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_revoke - undo one drm_vma_node_allow(); without one: nothing
 */
SIM_API void drm_vma_node_revoke(struct drm_vma_offset_node *node, struct drm_file *tag);

/**
 * drm_vma_node_is_allowed - may a file map a node?
 */
SIM_API bool drm_vma_node_is_allowed(struct drm_vma_offset_node *node, struct drm_file *tag);

static inline int drm_vma_node_verify_access(struct drm_vma_offset_node *node,
					     struct drm_file *tag)
{
	return drm_vma_node_is_allowed(node, tag) ? 0 : -EACCES;
}

/**
 * drm_vma_node_start - the first page of its range; 0 without one
 */
static inline unsigned long drm_vma_node_start(const struct drm_vma_offset_node *node)
{
	return (unsigned long)node->vm_node.start;
}

/**
 * drm_vma_node_size - the pages of its range; 0 without one
 */
static inline unsigned long drm_vma_node_size(const struct drm_vma_offset_node *node)
{
	return (unsigned long)node->vm_node.size;
}

/**
 * drm_vma_node_offset_addr - its range's first byte, what user space passes to mmap
 *
 * Acts on the current machine (its page size).
 */
SIM_API uint64_t drm_vma_node_offset_addr(const struct drm_vma_offset_node *node);

/**
 * drm_vma_node_unmap - drop all entries that map the node, private copies too
 *
 * Models: include/drm/drm_vma_manager.h, drm_vma_node_unmap, 6.1:
 * unmap_mapping_range() with even_cows.
 */
SIM_API void drm_vma_node_unmap(struct drm_vma_offset_node *node,
				struct address_space *file_mapping);

/* ------------------------------------------------ devices, GEM objects --- */

struct device;
struct drm_device;

typedef void (*drmm_release_t)(struct drm_device *dev, void *res);

/* Models: include/drm/drm_device.h, struct drm_device, 6.1 (what TTM needs). */
struct drm_device {
	struct sim_machine *sim_machine; /* c */
	unsigned int unplugged;		/* a */
	struct address_space *sim_mapping; /* d: of its files; NULL: none */
	struct drm_vma_offset_manager *vma_offset_manager; /* c */
	struct device *dev;		/* d */
	struct mutex object_name_lock;	/* handles of all files */
	spinlock_t sim_managed_lock;
	struct sim_drmm_action *sim_managed; /* newest first */
};

/**
 * sim_drm_device_init - a device that is plugged in
 */
SIM_API void sim_drm_device_init(struct drm_device *dev, struct sim_machine *machine,
				 struct drm_vma_offset_manager *vma_offset_manager);

/**
 * sim_drm_device_fini - run the managed actions, newest first
 */
SIM_API void sim_drm_device_fini(struct drm_device *dev);

/**
 * drm_dev_enter - may the hardware be touched?
 * @dev: NULL counts as plugged in
 * @idx: for drm_dev_exit()
 *
 * Returns: true, and drm_dev_exit() must follow;
 *          false after drm_dev_unplug().
 * Models: drivers/gpu/drm/drm_drv.c, drm_dev_enter, 6.1; differs in that
 * drm_dev_unplug() does not wait for those inside.
 */
SIM_API bool drm_dev_enter(struct drm_device *dev, int *idx);

/**
 * drm_dev_exit - end of a successful drm_dev_enter()
 */
SIM_API void drm_dev_exit(int idx);

/**
 * drm_dev_unplug - the hardware is gone
 *
 * Since 5.14 all that files of @dev->sim_mapping map is unmapped; a driver sets that to
 * the mapping of its TTM device. Without it, and up to 5.11, mappings stay until the
 * driver drops them.
 * Models: drivers/gpu/drm/drm_drv.c, drm_dev_unplug, 6.1 and 6.12.
 */
SIM_API void drm_dev_unplug(struct drm_device *dev);

/**
 * drm_dev_is_unplugged - has drm_dev_unplug() been called?
 */
static inline bool drm_dev_is_unplugged(struct drm_device *dev)
{
	return __atomic_load_n(&dev->unplugged, __ATOMIC_ACQUIRE) != 0;
}

/**
 * drmm_add_action - run @action when the device goes
 *
 * Returns: 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/drm_managed.c, drmm_add_action, 6.1.
 */
SIM_API int drmm_add_action(struct drm_device *dev, drmm_release_t action, void *data);

/**
 * drmm_kmalloc - memory that goes with the device
 *
 * Returns: it;
 *          NULL, no memory.
 * Models: drivers/gpu/drm/drm_managed.c, drmm_kmalloc, 6.1.
 */
SIM_API void *drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp);

/**
 * drmm_kfree - give such memory back before
 */
SIM_API void drmm_kfree(struct drm_device *dev, void *data);

static inline void *drmm_kzalloc(struct drm_device *dev, size_t size, gfp_t gfp)
{
	return drmm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

/**
 * drmm_add_action_or_reset - run @action when the device goes
 *
 * Returns: 0;
 *          -ENOMEM, and @action has been run.
 */
SIM_API int drmm_add_action_or_reset(struct drm_device *dev, drmm_release_t action, void *data);

SIM_END_DECLS

#include <ttmsim/drm_gem.h>

#endif
