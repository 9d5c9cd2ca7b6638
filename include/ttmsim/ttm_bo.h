/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_bo.h - TTM's buffer objects: their life, moves, mmap and faults; and a
 * driver ready-made.
 */
#ifndef TTMSIM_TTM_BO_H
#define TTMSIM_TTM_BO_H

#include <ttmsim/ttm.h>

SIM_BEGIN_DECLS

/* ---------------------------------------------------- buffer objects ----- */

/* Models: include/drm/ttm/ttm_bo_api.h, enum ttm_bo_type, 6.1. */
enum ttm_bo_type {
	ttm_bo_type_device,	/* user space may map it */
	ttm_bo_type_kernel,
	ttm_bo_type_sg		/* imported: the pages are someone else's */
};

/* Models: include/drm/ttm/ttm_bo_api.h, struct ttm_buffer_object, 6.1. */
struct ttm_buffer_object {
	struct drm_gem_object base;
	struct ttm_device *bdev;	/* c */
	enum ttm_bo_type type;		/* c */
	uint32_t page_alignment;	/* c: pages */
	void (*destroy)(struct ttm_buffer_object *); /* c: frees it */
	struct kref kref;		/* a */
	struct ttm_resource *resource;	/* r */
	struct ttm_tt *ttm;		/* r */
	bool deleted;			/* r: only the memory is left */
	struct list_head ddestroy;	/* l */
	unsigned priority;		/* r: which LRU list */
	unsigned pin_count;		/* r, l */
	struct sg_table *sg;		/* c */
};

#define TTM_BO_MAP_IOMEM_MASK 0x80

/* Models: include/drm/ttm/ttm_bo_api.h, struct ttm_bo_kmap_obj, 6.1. */
struct ttm_bo_kmap_obj {
#ifdef __cplusplus
	void *virtual_address;
#else
	void *virtual;
#endif
	struct page *page;
	enum {
		ttm_bo_map_iomap = 1 | TTM_BO_MAP_IOMEM_MASK,
		ttm_bo_map_vmap = 2,
		ttm_bo_map_kmap = 3,
		ttm_bo_map_premapped = 4 | TTM_BO_MAP_IOMEM_MASK
	} bo_kmap_type;
	struct ttm_buffer_object *bo;
	unsigned long sim_first, sim_nr; /* pages */
};

/**
 * ttm_bo_get - take a reference; the caller has one already
 */
static inline void ttm_bo_get(struct ttm_buffer_object *bo)
{
	kref_get(&bo->kref);
}

/**
 * ttm_bo_get_unless_zero - take a reference to an object that may be going
 *
 * Returns: @bo;
 *          NULL where it is going.
 */
static inline struct ttm_buffer_object *ttm_bo_get_unless_zero(struct ttm_buffer_object *bo)
{
	return kref_get_unless_zero(&bo->kref) ? bo : NULL;
}

/**
 * ttm_bo_put - drop a reference; the last one frees the object
 *
 * An object that is reserved or busy then is freed later
 * (ttm_bo_delayed_delete()). NULL is ignored.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_put and ttm_bo_release, 6.1;
 * differs in that no worker frees the rest: the next ttm_bo_put() tries.
 */
SIM_API void ttm_bo_put(struct ttm_buffer_object *bo);

/**
 * ttm_bo_delayed_delete - free the objects that could not be freed at once
 * @remove_all: wait for them
 *
 * Returns: true, none is left.
 */
SIM_API bool ttm_bo_delayed_delete(struct ttm_device *bdev, bool remove_all);

/**
 * ttm_bo_reserve - take the reservation of an object
 *
 * Returns: 0;
 *          -EBUSY, @no_wait and it is taken;
 *          -EALREADY, -EDEADLK, -EIO as ww_mutex_lock();
 *          -ERESTARTSYS, @interruptible and a signal came.
 * Models: include/drm/ttm/ttm_bo_driver.h, ttm_bo_reserve, 6.1.
 */
SIM_API int ttm_bo_reserve(struct ttm_buffer_object *bo, bool interruptible, bool no_wait,
			   struct ww_acquire_ctx *ticket);

/**
 * ttm_bo_unreserve - make it the newest of its LRU list and let go
 */
SIM_API void ttm_bo_unreserve(struct ttm_buffer_object *bo);

/**
 * ttm_bo_move_to_lru_tail - make a reserved object the newest of its list
 *
 * Holds: bdev->lru_lock.
 */
SIM_API void ttm_bo_move_to_lru_tail(struct ttm_buffer_object *bo);

/**
 * ttm_bo_init_reserved - set up a driver's new object and validate it
 * @bo: zeroed, but for base (drm_gem_private_object_init())
 * @alignment: pages
 * @resv: NULL, or a reservation that the caller holds
 * @destroy: frees @bo; called for a failure too
 *
 * Returns: 0, and @bo is reserved, with one reference;
 *          -ENOMEM, -ENOSPC, -EINVAL, -ERESTARTSYS: @destroy has been called;
 *          -EIO, no ttm_device_init() made @bdev: an oops.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_init_reserved, 6.1.
 */
SIM_API int ttm_bo_init_reserved(struct ttm_device *bdev, struct ttm_buffer_object *bo,
				 enum ttm_bo_type type, struct ttm_placement *placement,
				 uint32_t alignment, struct ttm_operation_ctx *ctx,
				 struct sg_table *sg, struct dma_resv *resv,
				 void (*destroy)(struct ttm_buffer_object *));

/**
 * ttm_bo_init_validate - ttm_bo_init_reserved() and unreserve, unless @resv is given
 *
 * Returns: as ttm_bo_init_reserved().
 */
SIM_API int ttm_bo_init_validate(struct ttm_device *bdev, struct ttm_buffer_object *bo,
				 enum ttm_bo_type type, struct ttm_placement *placement,
				 uint32_t alignment, bool interruptible, struct sg_table *sg,
				 struct dma_resv *resv,
				 void (*destroy)(struct ttm_buffer_object *));

/**
 * ttm_bo_validate - have a reserved object lie where @placement says
 *
 * Without any place its memory is dropped; since 6.12 bo->resource is NULL then, as
 * it is before the first validation. Others may be evicted for it.
 *
 * Returns: 0;
 *          -ENOMEM, no place had room, no memory, or (6.12) no such memory type;
 *          -ENOSPC where a driver's move says so;
 *          -EINVAL, no such memory type (up to 6.1), or (6.12) it is pinned elsewhere;
 *          -ERESTARTSYS.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_validate, 6.1 and 6.12.
 */
SIM_API int ttm_bo_validate(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			    struct ttm_operation_ctx *ctx);

/**
 * ttm_bo_mem_space - memory for a reserved object, others evicted where needed
 *
 * Returns: as ttm_bo_validate(), but 6.12 says -ENOSPC for no room or no such type.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_mem_space, 6.1 and 6.12.
 */
SIM_API int ttm_bo_mem_space(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			     struct ttm_resource **mem, struct ttm_operation_ctx *ctx);

/**
 * ttm_mem_evict_first - evict the oldest object that can be
 * @place: what the room is for, or NULL
 * @ticket: the ctx that the caller's object is reserved by, or NULL
 *
 * Returns: 0;
 *          -EBUSY, none could be;
 *          what moving it returned.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_mem_evict_first, 6.1.
 */
SIM_API int ttm_mem_evict_first(struct ttm_device *bdev, struct ttm_resource_manager *man,
				const struct ttm_place *place, struct ttm_operation_ctx *ctx,
				struct ww_acquire_ctx *ticket);

/**
 * ttm_bo_eviction_valuable - would evicting a reserved object make room in @place?
 */
SIM_API bool ttm_bo_eviction_valuable(struct ttm_buffer_object *bo,
				      const struct ttm_place *place);

/**
 * ttm_bo_pin - keep a reserved object where it is
 */
SIM_API void ttm_bo_pin(struct ttm_buffer_object *bo);

/**
 * ttm_bo_unpin - undo one ttm_bo_pin(); one too many is a SIM_WARN
 */
SIM_API void ttm_bo_unpin(struct ttm_buffer_object *bo);

/**
 * ttm_bo_wait - wait for all fences of a reserved object
 *
 * Returns: 0;
 *          -EBUSY, @no_wait and not idle, or not idle in 15 s;
 *          -ERESTARTSYS, @interruptible and a signal came.
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_wait, 6.1.
 */
SIM_API int ttm_bo_wait(struct ttm_buffer_object *bo, bool interruptible, bool no_wait);

/**
 * ttm_bo_unmap_virtual - drop all user mappings of an object
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_unmap_virtual, 6.1.
 */
SIM_API void ttm_bo_unmap_virtual(struct ttm_buffer_object *bo);

/* ------------------------------------------------- for a driver's move --- */

/**
 * ttm_bo_assign_mem - @new_mem backs @bo; it must have had none (else SIM_WARN)
 */
SIM_API void ttm_bo_assign_mem(struct ttm_buffer_object *bo, struct ttm_resource *new_mem);

/**
 * ttm_bo_move_null - a move for which nothing has to be copied
 *
 * Models: include/drm/ttm/ttm_bo_driver.h, ttm_bo_move_null, 6.1.
 */
SIM_API void ttm_bo_move_null(struct ttm_buffer_object *bo, struct ttm_resource *new_mem);

/**
 * ttm_bo_move_memcpy - a move by the CPU; the bytes stay what they were
 *
 * Returns: 0;
 *          -ENOMEM, -EFAULT or what ->io_mem_reserve returned: nothing has changed.
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, ttm_bo_move_memcpy, 6.1.
 */
SIM_API int ttm_bo_move_memcpy(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
			       struct ttm_resource *new_mem);

/**
 * ttm_bo_move_sync_cleanup - the copy is done: free the old memory
 */
SIM_API void ttm_bo_move_sync_cleanup(struct ttm_buffer_object *bo,
				      struct ttm_resource *new_mem);

/**
 * ttm_bo_tt_destroy - free an object's ttm_tt and its pages, if any
 */
SIM_API void ttm_bo_tt_destroy(struct ttm_buffer_object *bo);

/**
 * ttm_mem_io_reserve - have the driver fill in mem->bus, once
 *
 * Returns: 0;
 *          what ->io_mem_reserve returned.
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, ttm_mem_io_reserve, 6.1.
 */
SIM_API int ttm_mem_io_reserve(struct ttm_device *bdev, struct ttm_resource *mem);

/**
 * ttm_mem_io_free - undo ttm_mem_io_reserve(); NULL is ignored
 */
SIM_API void ttm_mem_io_free(struct ttm_device *bdev, struct ttm_resource *mem);

/**
 * ttm_io_prot - a protection with the memory type of an object's memory
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, ttm_io_prot, 6.1.
 */
SIM_API pgprot_t ttm_io_prot(struct ttm_buffer_object *bo, struct ttm_resource *res,
			     pgprot_t tmp);

/**
 * ttm_bo_kmap - let the kernel reach pages of a reserved object
 *
 * Returns: 0, ttm_bo_kunmap() must follow;
 *          -EINVAL, beyond the object, or @buf is NULL and @len is not 0;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, ttm_bo_kmap, 6.1; differs in that
 * the mapping is a copy: the bytes that change in it reach the object at
 * ttm_bo_kunmap().
 */
SIM_API int ttm_bo_kmap(struct ttm_buffer_object *bo, unsigned long start_page,
			unsigned long num_pages, struct ttm_bo_kmap_obj *map);

/**
 * ttm_bo_kunmap - end of ttm_bo_kmap()
 */
SIM_API void ttm_bo_kunmap(struct ttm_bo_kmap_obj *map);

/**
 * ttm_kmap_obj_virtual - the address that ttm_bo_kmap() gave
 */
SIM_API void *ttm_kmap_obj_virtual(struct ttm_bo_kmap_obj *map, bool *is_iomem);

/* ------------------------------------------------ mmap and faults -------- */

/**
 * ttm_bo_vm_reserve - reserve an object within a fault
 *
 * Returns: 0, reserved;
 *          VM_FAULT_RETRY, mmap_lock has been dropped (unless
 *          FAULT_FLAG_RETRY_NOWAIT) and the wait is over;
 *          VM_FAULT_NOPAGE, a signal came;
 *          VM_FAULT_SIGBUS, an imported object.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_reserve, 5.11 to 6.12.
 */
SIM_API vm_fault_t ttm_bo_vm_reserve(struct ttm_buffer_object *bo, struct vm_fault *vmf);

/**
 * ttm_bo_vm_fault_reserved - map an object's pages at a fault
 * @prot: protection before caching is put in
 * @num_prefault: entries to map at most, the faulting one included
 *
 * Returns: VM_FAULT_NOPAGE, mapped, or an error that a retry will meet again;
 *          VM_FAULT_RETRY, a move is under way: mmap_lock and the reservation
 *          have been dropped (unless FAULT_FLAG_RETRY_NOWAIT);
 *          VM_FAULT_SIGBUS, beyond the object, or not reachable;
 *          VM_FAULT_OOM.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_fault_reserved, 5.11 to 6.12.
 */
SIM_API vm_fault_t ttm_bo_vm_fault_reserved(struct vm_fault *vmf, pgprot_t prot,
					    pgoff_t num_prefault);

/**
 * sim_ttm_bo_vm_fault_reserved_huge - the same for a leaf of @fault_page_size pages
 *
 * Returns: as ttm_bo_vm_fault_reserved();
 *          VM_FAULT_FALLBACK, it cannot be one leaf.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_fault_reserved with its
 * fourth argument and ttm_bo_vm_insert_huge, 5.11 (gone by 6.1); PMD leaves.
 */
SIM_API vm_fault_t sim_ttm_bo_vm_fault_reserved_huge(struct vm_fault *vmf, pgprot_t prot,
						     pgoff_t fault_page_size);

/**
 * ttm_bo_vm_fault - TTM's own ->fault
 *
 * Returns: as ttm_bo_vm_reserve() and ttm_bo_vm_fault_reserved().
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_fault, 5.11 to 6.12.
 */
SIM_API vm_fault_t ttm_bo_vm_fault(struct vm_fault *vmf);

/**
 * ttm_bo_vm_dummy_page - map one zeroed page all over a vma whose device is gone
 *
 * Returns: VM_FAULT_NOPAGE;
 *          VM_FAULT_OOM.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_dummy_page, 6.1.
 */
SIM_API vm_fault_t ttm_bo_vm_dummy_page(struct vm_fault *vmf, pgprot_t prot);

/**
 * ttm_bo_vm_open - TTM's ->open: one more vma holds the object
 */
SIM_API void ttm_bo_vm_open(struct vm_area_struct *vma);

/**
 * ttm_bo_vm_close - TTM's ->close
 */
SIM_API void ttm_bo_vm_close(struct vm_area_struct *vma);

/**
 * ttm_bo_vm_access - TTM's ->access, for ptrace
 *
 * Returns: @len;
 *          -EIO, beyond the object, or memory that only ->access_memory could reach;
 *          as ttm_bo_reserve().
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_vm_access, 5.11 to 6.12.
 */
SIM_API int ttm_bo_vm_access(struct vm_area_struct *vma, unsigned long addr, void *buf,
			     int len, int write);

/**
 * ttm_bo_mmap_obj - have a new vma map an object
 *
 * Sets vm_ops unless the driver has, vm_private_data and vm_flags; the vma
 * takes a reference.
 *
 * Returns: 0;
 *          -EINVAL, a COW mapping where the mode (or release) refuses those.
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_mmap_obj, 5.11 to 6.12.
 */
SIM_API int ttm_bo_mmap_obj(struct vm_area_struct *vma, struct ttm_buffer_object *bo);

/**
 * sim_ttm_mmap_obj - ttm_bo_mmap_obj() in a mode that may be no kernel's
 *
 * In modes apply and pfns the vma gets their handlers where it would have got TTM's.
 *
 * Returns: as ttm_bo_mmap_obj().
 */
SIM_API int sim_ttm_mmap_obj(struct vm_area_struct *vma, struct ttm_buffer_object *bo);

/**
 * ttm_bo_mmap - ->mmap of a driver of 5.11: find the object and map it
 *
 * The range may begin inside the object.
 *
 * Returns: 0;
 *          -EINVAL, below DRM_FILE_PAGE_OFFSET_START, or no object holds the range;
 *          as ttm_bo_mmap_obj().
 * Models: drivers/gpu/drm/ttm/ttm_bo_vm.c, ttm_bo_mmap, 5.11 (gone by 5.14);
 * without verify_access.
 */
SIM_API int ttm_bo_mmap(struct file *filp, struct vm_area_struct *vma, struct ttm_device *bdev);

/**
 * sim_ttm_gem_mmap - ->mmap of a driver since 5.14: the object that begins there
 *
 * Returns: 0;
 *          -EINVAL, no object begins at the vma's offset, or it is too short;
 *          -ENODEV, the device was unplugged;
 *          as ttm_bo_mmap_obj().
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_mmap; drm_gem_ttm_helper.c,
 * drm_gem_ttm_mmap, 6.1; differs in that the reference in between is TTM's.
 */
SIM_API int sim_ttm_gem_mmap(struct file *filp, struct vm_area_struct *vma,
			     struct ttm_device *bdev, struct drm_device *ddev);

/* ------------------------------------------------ a driver ready-made ---- */

/* The calls below refuse a NULL device or object with -EINVAL, or with what each
 * says. */
struct sim_ttm_device;

/* What to build. Zero members take the default. */
struct sim_ttm_config {
	enum sim_ttm_mode mode;	/* what the release does */
	unsigned int prefault;	/* PTEs that a fault maps: 16 */
	uint64_t vram_offset;	/* where VRAM begins in the machine's I/O range, bytes;
				 * page-aligned, and within that range */
	uint64_t vram_bytes;	/* all of the I/O range from there on */
	uint64_t gtt_bytes;	/* of TTM_PL_TT: half of RAM */
	unsigned int pool_max_order; /* largest block of the pool, plus one: 11 */
	bool no_reserve_wc;	/* do not reserve VRAM as WC with the architecture */
};

/**
 * sim_ttm_device_create - a device with VRAM, TT and system memory and a driver
 * @config: NULL for all defaults
 *
 * Returns: the device;
 *          NULL with errno EINVAL (no machine, an offset that is not page-aligned,
 *          sizes that do not fit the machine, no such mode), ENOMEM or EIO.
 */
SIM_API struct sim_ttm_device *sim_ttm_device_create(struct sim_machine *machine,
						     const struct sim_ttm_config *config);

/**
 * sim_ttm_device_destroy - end of a device; NULL is ignored
 *
 * All its objects must have been put and its files closed by then.
 */
SIM_API void sim_ttm_device_destroy(struct sim_ttm_device *dev);

/**
 * sim_ttm_bdev - its ttm_device; NULL where @dev is NULL
 */
SIM_API struct ttm_device *sim_ttm_bdev(struct sim_ttm_device *dev);

/**
 * sim_ttm_ddev - its drm_device; NULL where @dev is NULL
 */
SIM_API struct drm_device *sim_ttm_ddev(struct sim_ttm_device *dev);

/**
 * sim_ttm_set_mode - how its objects are mapped from now on
 *
 * Returns: 0;
 *          -EINVAL, no such mode.
 */
SIM_API int sim_ttm_set_mode(struct sim_ttm_device *dev, enum sim_ttm_mode mode);

/**
 * sim_ttm_mode - the mode in use; SIM_TTM_DEFAULT only where @dev is NULL
 */
SIM_API enum sim_ttm_mode sim_ttm_mode(const struct sim_ttm_device *dev);

/**
 * sim_ttm_open - open the device
 * @fmode: FMODE_READ, FMODE_WRITE or both
 *
 * Returns: the file with one reference; all files of a device share one mapping;
 *          NULL where an allocation failed, @dev is NULL or @fmode is no such mode.
 */
SIM_API struct file *sim_ttm_open(struct sim_ttm_device *dev, unsigned int fmode);

/**
 * sim_bo_create - a new object
 * @nr_pages: 1 or more; @mem_type: TTM_PL_SYSTEM, TTM_PL_TT or TTM_PL_VRAM
 *
 * RAM comes at the first touch for TTM_PL_SYSTEM, at once for TTM_PL_TT.
 *
 * Returns: the object with one reference (ttm_bo_put());
 *          NULL with errno EINVAL, ENOMEM, ENOSPC or EIO.
 */
SIM_API struct ttm_buffer_object *sim_bo_create(struct sim_ttm_device *dev,
						unsigned long nr_pages, uint32_t mem_type,
						enum ttm_caching caching);

/**
 * sim_bo_move - move an object; its bytes go with it
 *
 * Returns: 0, also where it is there already;
 *          -EINVAL, no such memory;
 *          -EBUSY, it is pinned;
 *          -ENOMEM, -ENOSPC, -ERESTARTSYS, -EIO.
 */
SIM_API int sim_bo_move(struct ttm_buffer_object *bo, uint32_t mem_type);

/**
 * sim_bo_pin - pin an object where it is; sim_bo_unpin() undoes it
 *
 * Returns: 0;
 *          -EIO, -ERESTARTSYS.
 */
SIM_API int sim_bo_pin(struct ttm_buffer_object *bo);

/**
 * sim_bo_unpin - undo one sim_bo_pin()
 *
 * Returns: 0;
 *          -EINVAL, it is not pinned;
 *          -EIO, -ERESTARTSYS.
 */
SIM_API int sim_bo_unpin(struct ttm_buffer_object *bo);

/**
 * sim_bo_pgoff - the offset to mmap an object at, in pages; 0 where @bo is NULL
 */
SIM_API unsigned long sim_bo_pgoff(struct ttm_buffer_object *bo);

/**
 * sim_bo_mem_type - TTM_PL_* where the object lies now; TTM_PL_SYSTEM of NULL
 */
SIM_API uint32_t sim_bo_mem_type(struct ttm_buffer_object *bo);

/**
 * sim_bo_pfn - the pfn of one page of an object
 *
 * Returns: 0 and *@pfn;
 *          -EINVAL, beyond the object, it has no memory, or @pfn is NULL;
 *          -ENODATA, it has no page yet;
 *          -ERESTARTSYS, -EIO.
 */
SIM_API int sim_bo_pfn(struct ttm_buffer_object *bo, unsigned long page, unsigned long *pfn);

/**
 * sim_bo_read - read bytes of an object as the kernel would
 * @offset: bytes from its start
 *
 * Returns: 0;
 *          -EINVAL, beyond the object, or it has no memory;
 *          -ENOMEM, -ERESTARTSYS, -EIO.
 */
SIM_API int sim_bo_read(struct ttm_buffer_object *bo, uint64_t offset, void *buf, size_t len);

/**
 * sim_bo_write - write bytes of an object as the kernel would
 *
 * Returns: as sim_bo_read().
 */
SIM_API int sim_bo_write(struct ttm_buffer_object *bo, uint64_t offset, const void *buf,
			 size_t len);

SIM_END_DECLS

#endif
