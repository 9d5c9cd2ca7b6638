/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm.h - TTM: devices, resource managers, page arrays and their pool, buffer
 * objects, moves, mmap and faults; and a driver ready-made (sim_ttm_*, sim_bo_*).
 *
 * Lock letters behind a field: c = constant after creation, r = the object's
 * reservation, l = bdev->lru_lock, a = atomic, d = the driver's.
 *
 * "Reserved" below: the caller holds bo->base.resv (ttm_bo_reserve()).
 */
#ifndef TTMSIM_TTM_H
#define TTMSIM_TTM_H

#include <ttmsim/drm.h>

SIM_BEGIN_DECLS

struct ttm_buffer_object;
struct ttm_device;
struct ttm_placement;
struct ttm_resource;
struct ttm_resource_manager;
struct sg_table;
struct device;

/* How a device maps its buffer objects. */
enum sim_ttm_mode {
	SIM_TTM_DEFAULT,	/* what the kernel release does */
	SIM_TTM_MIXED,		/* VM_MIXEDMAP, vmf_insert_mixed_prot(), COW allowed */
	SIM_TTM_PFN,		/* VM_PFNMAP, vmf_insert_pfn_prot(), COW refused */
	SIM_TTM_APPLY,		/* VM_PFNMAP, apply_to_page_range(), COW refused */
	SIM_TTM_PFNS,		/* VM_PFNMAP, sim_vmf_insert_pfns_prot(), COW refused */
	SIM_TTM_HUGE,		/* huge_fault inserts PMD leaves, as vmwgfx had it */
	SIM_NR_TTM_MODES
};

/**
 * sim_ttm_mode_name - "default", "mixed", "pfn", "apply", "pfns", "huge"
 *
 * Returns: a static string;
 *          NULL for an unknown mode.
 */
SIM_API const char *sim_ttm_mode_name(enum sim_ttm_mode mode);

/* ----------------------------------------------- caching, placement ------ */

#define TTM_NUM_CACHING_TYPES 3

/* Models: include/drm/ttm/ttm_caching.h, enum ttm_caching, 6.1. */
enum ttm_caching {
	ttm_uncached,
	ttm_write_combined,
	ttm_cached
};

#define TTM_PL_SYSTEM 0
#define TTM_PL_TT 1
#define TTM_PL_VRAM 2
#define TTM_PL_PRIV 3

#define TTM_NUM_MEM_TYPES 8
#define TTM_MAX_BO_PRIORITY 4U

#define TTM_PL_FLAG_CONTIGUOUS (1 << 0)
#define TTM_PL_FLAG_TOPDOWN (1 << 1)
#define TTM_PL_FLAG_TEMPORARY (1 << 2)
/* since 6.12: not where others would have to be evicted; only there */
#define TTM_PL_FLAG_DESIRED (1 << 3)
#define TTM_PL_FLAG_FALLBACK (1 << 4)

/* Models: include/drm/ttm/ttm_placement.h, struct ttm_place, 6.1. */
struct ttm_place {
	unsigned fpfn;		/* first page allowed, within the manager */
	unsigned lpfn;		/* first page beyond; 0 = no limit */
	uint32_t mem_type;	/* TTM_PL_* */
	uint32_t flags;		/* TTM_PL_FLAG_* */
};

/*
 * Where an object may lie: @placement is tried without evicting anything,
 * @busy_placement with. 6.12 has no busy placements and does not look at them: it
 * tries @placement without, then with (TTM_PL_FLAG_DESIRED, _FALLBACK).
 * Models: struct ttm_placement, 6.1.
 */
struct ttm_placement {
	unsigned num_placement;
	const struct ttm_place *placement;
	unsigned num_busy_placement;
	const struct ttm_place *busy_placement;
};

/**
 * ttm_prot_from_caching - a protection with the memory type asked for
 *
 * Acts on the current machine. The architecture decides what it makes of the
 * request (struct sim_ttm_caching_rule).
 * Models: drivers/gpu/drm/ttm/ttm_module.c, ttm_prot_from_caching, 6.1
 * (5.11: ttm_io_prot in ttm_bo_util.c).
 */
SIM_API pgprot_t ttm_prot_from_caching(enum ttm_caching caching, pgprot_t tmp);

/* ---------------------------------------------------- operations --------- */

/* Models: include/drm/ttm/ttm_bo_api.h, struct ttm_operation_ctx, 6.1. */
struct ttm_operation_ctx {
	bool interruptible;	/* waits end with a signal */
	bool no_wait_gpu;	/* -EBUSY instead of waiting */
	bool gfp_retry_mayfail;
	bool allow_res_evict;	/* objects that share @resv may be evicted */
	bool force_alloc;
	struct dma_resv *resv;	/* held by the caller */
	uint64_t bytes_moved;	/* out */
};

/* ---------------------------------------------- resources, managers ------ */

/* Models: include/drm/ttm/ttm_resource.h, struct ttm_resource_manager_func, 6.1. */
struct ttm_resource_manager_func {
	/* 0 and *res; -ENOSPC: evict and try again; other errors end it */
	int (*alloc)(struct ttm_resource_manager *man, struct ttm_buffer_object *bo,
		     const struct ttm_place *place, struct ttm_resource **res);
	void (*free)(struct ttm_resource_manager *man, struct ttm_resource *res);
	/* would evicting @res help @place? */
	bool (*intersects)(struct ttm_resource_manager *man, struct ttm_resource *res,
			   const struct ttm_place *place, size_t size);
	/* does @res satisfy @place? */
	bool (*compatible)(struct ttm_resource_manager *man, struct ttm_resource *res,
			   const struct ttm_place *place, size_t size);
};

/* One kind of memory. Models: struct ttm_resource_manager, 6.1. */
struct ttm_resource_manager {
	bool use_type;			/* may be allocated from */
	bool use_tt;			/* its memory is a ttm_tt's pages */
	struct ttm_device *bdev;	/* c */
	uint64_t size;			/* c: pages */
	const struct ttm_resource_manager_func *func; /* c */
	spinlock_t move_lock;
	struct dma_fence *move;		/* move_lock: the last pipelined move, or NULL */
	struct list_head lru[TTM_MAX_BO_PRIORITY]; /* l: resources, oldest first */
	uint64_t usage;			/* l: bytes */
};

/* Models: struct ttm_bus_placement, 6.1. */
struct ttm_bus_placement {
	void *addr;		/* where the kernel has it mapped, or NULL */
	phys_addr_t offset;	/* bytes, physical */
	bool is_iomem;
	enum ttm_caching caching;
};

/* One allocation. Models: struct ttm_resource, 6.1. */
struct ttm_resource {
	unsigned long start;	/* c: page within the manager */
	unsigned long num_pages; /* c */
	uint32_t mem_type;	/* c: TTM_PL_* */
	uint32_t placement;	/* c: TTM_PL_FLAG_* */
	struct ttm_bus_placement bus; /* r */
	struct ttm_buffer_object *bo; /* l: whom it backs */
	struct list_head lru;	/* l */
};

/* Models: struct ttm_resource_cursor, 6.1. */
struct ttm_resource_cursor {
	unsigned int priority;
};

/**
 * ttm_resource_init - fill in a new resource and put it on its LRU list
 *
 * Models: drivers/gpu/drm/ttm/ttm_resource.c, ttm_resource_init, 6.1.
 */
SIM_API void ttm_resource_init(struct ttm_buffer_object *bo, const struct ttm_place *place,
			       struct ttm_resource *res);

/**
 * ttm_resource_fini - take a resource off its LRU list
 */
SIM_API void ttm_resource_fini(struct ttm_resource_manager *man, struct ttm_resource *res);

/**
 * ttm_resource_alloc - ask a place's manager for memory
 *
 * Returns: 0 and *@res_ptr;
 *          -ENOSPC, full;
 *          -EINVAL, no such type (the kernel reads beyond its array);
 *          -EIO, no such manager: an oops;
 *          -ENOMEM.
 */
SIM_API int ttm_resource_alloc(struct ttm_buffer_object *bo, const struct ttm_place *place,
			       struct ttm_resource **res_ptr);

/**
 * ttm_resource_free - give memory back; *@res becomes NULL, and may have been
 */
SIM_API void ttm_resource_free(struct ttm_buffer_object *bo, struct ttm_resource **res);

/**
 * ttm_resource_intersects - would evicting @res help @place?
 *
 * Models: drivers/gpu/drm/ttm/ttm_resource.c, ttm_resource_intersects, 6.1.
 */
SIM_API bool ttm_resource_intersects(struct ttm_device *bdev, struct ttm_resource *res,
				     const struct ttm_place *place, size_t size);

/**
 * ttm_resource_compat - does a resource satisfy one of the places?
 *
 * Models: drivers/gpu/drm/ttm/ttm_resource.c, ttm_resource_compat, 6.1.
 */
SIM_API bool ttm_resource_compat(struct ttm_resource *res, struct ttm_placement *placement);

/**
 * ttm_resource_move_to_lru_tail - the newest of its list, or among the pinned
 *
 * Holds: bdev->lru_lock.
 */
SIM_API void ttm_resource_move_to_lru_tail(struct ttm_resource *res);

/**
 * ttm_resource_manager_init - the part of a manager that TTM needs
 * @size: pages
 */
SIM_API void ttm_resource_manager_init(struct ttm_resource_manager *man,
				       struct ttm_device *bdev, uint64_t size);

/**
 * ttm_resource_manager_set_used - may objects be allocated from it?
 *
 * Its lists must be empty (else SIM_WARN).
 */
SIM_API void ttm_resource_manager_set_used(struct ttm_resource_manager *man, bool used);

/**
 * ttm_resource_manager_used - may objects be allocated from it?
 */
static inline bool ttm_resource_manager_used(struct ttm_resource_manager *man)
{
	return man->use_type;
}

/**
 * ttm_resource_manager_cleanup - drop the manager's fence
 */
SIM_API void ttm_resource_manager_cleanup(struct ttm_resource_manager *man);

/**
 * ttm_resource_manager_evict_all - move everything out of a manager
 *
 * Returns: 0;
 *          what ttm_mem_evict_first() returned.
 */
SIM_API int ttm_resource_manager_evict_all(struct ttm_device *bdev,
					   struct ttm_resource_manager *man);

/**
 * ttm_resource_manager_usage - bytes in use
 */
SIM_API uint64_t ttm_resource_manager_usage(struct ttm_resource_manager *man);

/**
 * ttm_resource_manager_first - the oldest resource of the lowest priority
 *
 * Holds: bdev->lru_lock.
 *
 * Returns: the resource;
 *          NULL where there is none.
 */
SIM_API struct ttm_resource *ttm_resource_manager_first(struct ttm_resource_manager *man,
							struct ttm_resource_cursor *cursor);

/**
 * ttm_resource_manager_next - the one after @res
 *
 * Holds: bdev->lru_lock.
 *
 * Returns: the resource;
 *          NULL past the last one.
 */
SIM_API struct ttm_resource *ttm_resource_manager_next(struct ttm_resource_manager *man,
						       struct ttm_resource_cursor *cursor,
						       struct ttm_resource *res);

/**
 * ttm_range_man_init - a manager that hands out contiguous ranges
 * @type: TTM_PL_*; @p_size: pages
 *
 * Returns: 0;
 *          -EINVAL, @type out of range or taken;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/ttm/ttm_range_manager.c, 6.1.
 */
SIM_API int ttm_range_man_init(struct ttm_device *bdev, unsigned int type, bool use_tt,
			       unsigned long p_size);

/**
 * ttm_range_man_fini - evict what is in it and take the manager away
 *
 * Returns: 0, also without such a manager;
 *          what ttm_resource_manager_evict_all() returned: it is still there.
 */
SIM_API int ttm_range_man_fini(struct ttm_device *bdev, unsigned int type);

/* --------------------------------------------------- pages and pool ------ */

#define TTM_TT_FLAG_SWAPPED (1 << 0)
#define TTM_TT_FLAG_ZERO_ALLOC (1 << 1)
#define TTM_TT_FLAG_EXTERNAL (1 << 2)
#define TTM_TT_FLAG_EXTERNAL_MAPPABLE (1 << 3)
#define TTM_TT_FLAG_DECRYPTED (1 << 4)
#define TTM_TT_FLAG_PRIV_POPULATED (1U << 31)

/* The RAM of an object. Models: include/drm/ttm/ttm_tt.h, struct ttm_tt, 6.1. */
struct ttm_tt {
	struct page **pages;	/* r: NULL entries where not populated */
	uint32_t page_flags;	/* r: TTM_TT_FLAG_* */
	uint32_t num_pages;	/* c */
	struct sg_table *sg;
	struct file *swap_storage;
	enum ttm_caching caching; /* c */
	struct ttm_device *sim_bdev; /* c */
};

/**
 * ttm_tt_is_populated - does it have its pages?
 */
static inline bool ttm_tt_is_populated(struct ttm_tt *tt)
{
	return (tt->page_flags & TTM_TT_FLAG_PRIV_POPULATED) != 0;
}

/**
 * ttm_tt_mark_for_clear - its next population is to be zeroed
 */
static inline void ttm_tt_mark_for_clear(struct ttm_tt *ttm)
{
	ttm->page_flags |= TTM_TT_FLAG_ZERO_ALLOC;
}

/**
 * ttm_tt_create - give a reserved object its ttm_tt, by the driver; one that has one keeps it
 *
 * Returns: 0;
 *          -ENOMEM;
 *          -EINVAL, no known type of object.
 * Models: drivers/gpu/drm/ttm/ttm_tt.c, ttm_tt_create, 6.1.
 */
SIM_API int ttm_tt_create(struct ttm_buffer_object *bo, bool zero_alloc);

/**
 * ttm_tt_init - fill in a driver's new ttm_tt
 *
 * Returns: 0;
 *          -EINVAL, no such caching (the kernel's pool reads beyond its lists);
 *          -ENOMEM, no page array.
 * Models: drivers/gpu/drm/ttm/ttm_tt.c, ttm_tt_init, 6.1.
 */
SIM_API int ttm_tt_init(struct ttm_tt *ttm, struct ttm_buffer_object *bo, uint32_t page_flags,
			enum ttm_caching caching, unsigned long extra_pages);

/**
 * ttm_tt_fini - free what ttm_tt_init() allocated; it must not be populated (else SIM_WARN)
 */
SIM_API void ttm_tt_fini(struct ttm_tt *ttm);

/**
 * ttm_tt_destroy - have the driver free a ttm_tt
 */
SIM_API void ttm_tt_destroy(struct ttm_device *bdev, struct ttm_tt *ttm);

/**
 * ttm_tt_populate - get the pages, by the driver or from the pool
 *
 * Returns: 0, also where it had them;
 *          -EINVAL, @ttm is NULL;
 *          -ENOMEM.
 * Models: drivers/gpu/drm/ttm/ttm_tt.c, ttm_tt_populate, 6.1; without swapping.
 */
SIM_API int ttm_tt_populate(struct ttm_device *bdev, struct ttm_tt *ttm,
			    struct ttm_operation_ctx *ctx);

/**
 * ttm_tt_unpopulate - give the pages back
 */
SIM_API void ttm_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm);

/* Blocks have at most 1 << (MAX_ORDER - 1) pages. Models: 6.1. */
#define MAX_ORDER 11

/* Free blocks of one order and caching. Models: struct ttm_pool_type, 6.1. */
struct ttm_pool_type {
	unsigned int order;		/* c */
	enum ttm_caching caching;	/* c */
	spinlock_t lock;
	struct page *sim_pages;		/* lock: by page->sim_next */
};

/*
 * Models: include/drm/ttm/ttm_pool.h, struct ttm_pool, 6.1; differs in that
 * each device has the lists that the kernel shares between devices.
 */
struct ttm_pool {
	struct {
		struct ttm_pool_type orders[MAX_ORDER];
	} caching[TTM_NUM_CACHING_TYPES];
	struct sim_machine *sim_machine; /* c */
	unsigned int sim_nr_orders;	/* c: blocks of order below this */
	atomic_long_t sim_allocated;	/* pages in the lists */
	unsigned long sim_limit;	/* c: pages kept at most */
	unsigned int sim_shrink_next;	/* a: the list to shrink next */
};

/**
 * ttm_pool_alloc - get pages for a ttm_tt, large blocks first, without __GFP_COMP
 *
 * Returns: 0;
 *          -ENOMEM, and nothing has changed.
 * Models: drivers/gpu/drm/ttm/ttm_pool.c, ttm_pool_alloc, 6.1; without DMA
 * addresses. On x86 the pages get the memory type of tt->caching.
 */
SIM_API int ttm_pool_alloc(struct ttm_pool *pool, struct ttm_tt *tt,
			   struct ttm_operation_ctx *ctx);

/**
 * ttm_pool_free - give pages back: x86 keeps WC and UC blocks for later
 *
 * Models: drivers/gpu/drm/ttm/ttm_pool.c, ttm_pool_free, 6.1.
 */
SIM_API void ttm_pool_free(struct ttm_pool *pool, struct ttm_tt *tt);

/**
 * sim_ttm_pool_shrink - free blocks that a pool keeps
 * @nr_pages: at least so many, where there are
 *
 * Returns: the pages freed.
 * Models: drivers/gpu/drm/ttm/ttm_pool.c, ttm_pool_shrinker_scan, 6.1.
 */
SIM_API unsigned long sim_ttm_pool_shrink(struct ttm_pool *pool, unsigned long nr_pages);

/**
 * sim_ttm_pool_pages - how many pages a pool keeps
 */
SIM_API unsigned long sim_ttm_pool_pages(const struct ttm_pool *pool);

/* --------------------------------------------------------- devices ------- */

/*
 * What the driver does. Only those without "optional" must be there.
 * Models: include/drm/ttm/ttm_device.h, struct ttm_device_funcs, 6.1.
 */
struct ttm_device_funcs {
	/* a new ttm_tt, or NULL */
	struct ttm_tt *(*ttm_tt_create)(struct ttm_buffer_object *bo, uint32_t page_flags);
	/* optional: get pages; ttm_pool_alloc() otherwise */
	int (*ttm_tt_populate)(struct ttm_device *bdev, struct ttm_tt *ttm,
			       struct ttm_operation_ctx *ctx);
	/* optional: give them back; ttm_pool_free() otherwise */
	void (*ttm_tt_unpopulate)(struct ttm_device *bdev, struct ttm_tt *ttm);
	void (*ttm_tt_destroy)(struct ttm_device *bdev, struct ttm_tt *ttm);
	/* is evicting bo worth it for place? usually ttm_bo_eviction_valuable() */
	bool (*eviction_valuable)(struct ttm_buffer_object *bo, const struct ttm_place *place);
	/* where bo goes when evicted; nowhere: its contents are dropped */
	void (*evict_flags)(struct ttm_buffer_object *bo, struct ttm_placement *placement);
	/* move bo to new_mem: 0, -errno, or -EMULTIHOP with a place for hop */
	int (*move)(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		    struct ttm_resource *new_mem, struct ttm_place *hop);
	/* optional: bo's memory is about to go */
	void (*delete_mem_notify)(struct ttm_buffer_object *bo);
	/* optional */
	void (*swap_notify)(struct ttm_buffer_object *bo);
	/* optional: fill in mem->bus, so that the CPU can reach it */
	int (*io_mem_reserve)(struct ttm_device *bdev, struct ttm_resource *mem);
	/* optional */
	void (*io_mem_free)(struct ttm_device *bdev, struct ttm_resource *mem);
	/* optional: the pfn of a page of bo; from mem->bus.offset otherwise */
	unsigned long (*io_mem_pfn)(struct ttm_buffer_object *bo, unsigned long page_offset);
	/* optional: reads or writes for ptrace: bytes done or -errno */
	int (*access_memory)(struct ttm_buffer_object *bo, unsigned long offset, void *buf,
			     int len, int write);
	/* optional: the last reference to bo is gone */
	void (*release_notify)(struct ttm_buffer_object *bo);
};

/* Models: include/drm/ttm/ttm_device.h, struct ttm_device, 6.1. */
struct ttm_device {
	struct ttm_device_funcs *funcs;	/* c */
	struct ttm_resource_manager sysman;
	struct ttm_resource_manager *man_drv[TTM_NUM_MEM_TYPES];
	struct drm_vma_offset_manager *vma_manager; /* c */
	struct ttm_pool pool;
	spinlock_t lru_lock;
	struct list_head ddestroy;	/* l: objects that are to be freed later */
	struct list_head pinned;	/* l: resources that stay where they are */
	struct address_space *dev_mapping; /* c: of all files of the device */
};

/* PTEs that one fault maps. Models: include/drm/ttm/ttm_bo_api.h, 6.1. */
#define TTM_BO_VM_NUM_PREFAULT 16

/**
 * ttm_device_init - a device without memory besides TTM_PL_SYSTEM
 * @dev: ignored
 * @mapping: the address space of the files that its objects are mapped through;
 *           the device belongs to the same machine
 * @use_dma_alloc, @use_dma32: ignored
 *
 * Its mode is the kernel release's; see sim_ttm_device_set_mode().
 *
 * Returns: 0;
 *          -EINVAL, @vma_manager or @mapping is NULL;
 *          -ENOMEM;
 *          -EIO, the machine has crashed.
 * Models: drivers/gpu/drm/ttm/ttm_device.c, ttm_device_init, 6.1.
 */
SIM_API int ttm_device_init(struct ttm_device *bdev, struct ttm_device_funcs *funcs,
			    struct device *dev, struct address_space *mapping,
			    struct drm_vma_offset_manager *vma_manager, bool use_dma_alloc,
			    bool use_dma32);

/**
 * ttm_device_fini - end of a device: objects, managers besides the system one
 * and mappings must be gone
 *
 * Models: drivers/gpu/drm/ttm/ttm_device.c, ttm_device_fini, 6.1.
 */
SIM_API void ttm_device_fini(struct ttm_device *bdev);

/**
 * sim_ttm_device_set_mode - how its objects are mapped from now on
 *
 * Mappings that exist keep the vm_flags and the handlers they got.
 *
 * Returns: 0;
 *          -EINVAL, no such mode, or no such device.
 */
SIM_API int sim_ttm_device_set_mode(struct ttm_device *bdev, enum sim_ttm_mode mode);

/**
 * ttm_manager_type - the manager of a memory type, or NULL
 */
static inline struct ttm_resource_manager *ttm_manager_type(struct ttm_device *bdev, int mem_type)
{
	return bdev->man_drv[mem_type];
}

/**
 * ttm_set_driver_manager - have a manager of the driver's
 */
static inline void ttm_set_driver_manager(struct ttm_device *bdev, int type,
					  struct ttm_resource_manager *manager)
{
	bdev->man_drv[type] = manager;
}

SIM_END_DECLS

#include <ttmsim/ttm_bo.h>

#endif
