/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of this floor share, and all that they take from
 * the floors below.
 *
 * Page tables are reached only through what a driver may call (<ttmsim/pte.h>,
 * <ttmsim/vma.h>).
 */
#ifndef SIM_TTM_INTERNAL_H
#define SIM_TTM_INTERNAL_H

#include <ttmsim/ttm.h>

#include "base/outcome.h"
#include "drm/internal.h"
#include "ttm/sim_device.h"

/* ---- sizes ---- */

/* bo->base.size in pages: PFN_UP(). */
static inline unsigned long ttm_bo_nr_pages(const struct ttm_buffer_object *bo)
{
	const struct sim_machine *machine = ttm_machine(bo->bdev);

	return (bo->base.size + sim_page_size(machine) - 1) >> sim_page_shift(machine);
}

static inline unsigned long vma_nr_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> sim_page_shift(vma->vm_mm->sim_machine);
}

/* The pfn of a page of an iomem object whose resource is io-reserved. */
static inline unsigned long ttm_bo_io_mem_pfn(struct ttm_buffer_object *bo,
					      unsigned long page_offset)
{
	struct ttm_device *bdev = bo->bdev;

	if (bdev->funcs->io_mem_pfn)
		return bdev->funcs->io_mem_pfn(bo, page_offset);
	return (unsigned long)(bo->resource->bus.offset >> sim_page_shift(ttm_machine(bdev))) +
	       page_offset;
}

static inline bool ttm_rule(const struct ttm_device *bdev, enum sim_rule rule)
{
	return sim_rule(ttm_machine(bdev), rule);
}

/* The machine of an object, also of one that no init made; NULL where nothing tells. */
static inline struct sim_machine *ttm_bo_machine(const struct ttm_buffer_object *bo)
{
	if (bo->bdev)
		return ttm_machine(bo->bdev);
	return bo->base.dev ? bo->base.dev->sim_machine : sim_current_machine();
}

/* A function that a driver must have and has not: the kernel calls NULL. */
#define TTM_LACKS(bdev, file, func, member) \
	(SIM_OOPS_IF_NULL(ttm_machine(bdev), file, func, (bdev)->funcs) || \
	 SIM_OOPS_IF_NULL(ttm_machine(bdev), file, func, (bdev)->funcs->member))

/* The manager of a resource; where there is none, NULL and an oops of @func. */
static inline struct ttm_resource_manager *ttm_res_manager(struct ttm_device *bdev,
							   const struct ttm_resource *res,
							   const char *file, const char *func)
{
	struct ttm_resource_manager *man = ttm_manager_type(bdev, (int)res->mem_type);

	(void)SIM_OOPS_IF_NULL(ttm_machine(bdev), file, func, man);
	return man;
}

/* Does a placement ask for the memory to be dropped? */
static inline bool ttm_is_nowhere(const struct ttm_device *bdev,
				  const struct ttm_placement *placement)
{
	return !placement->num_placement &&
	       (!placement->num_busy_placement ||
		ttm_rule(bdev, SIM_RULE_TTM_FORCED_PLACEMENT));
}

static inline void ttm_lru_lock(struct ttm_device *bdev)
{
	sim_spin_lock(ttm_machine(bdev), &bdev->lru_lock, SIM_RANK_LRU);
}

static inline void ttm_lru_unlock(struct ttm_device *bdev)
{
	sim_spin_unlock(&bdev->lru_lock, SIM_RANK_LRU);
}

/* ---- buffer objects (bo.c) ---- */

/* Move to @mem, at once: 0, -errno, or -EMULTIHOP and *@hop says by way of where. */
int ttm_bo_handle_move_mem(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
			   struct ttm_operation_ctx *ctx, struct ttm_place *hop);
/* Move to @mem, by way of other places where the driver asks for it. On failure
 * @mem has been freed. */
int ttm_bo_move_to(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
		   struct ttm_operation_ctx *ctx);
/* Free what a deleted object still holds, and the list's reference. Holds:
 * lru_lock, which is let go of; the reservation, let go of with @unlock_resv.
 * 0, -EBUSY or -ERESTARTSYS. */
int ttm_bo_cleanup_refs(struct ttm_buffer_object *bo, bool interruptible, bool no_wait_gpu,
			bool unlock_resv);
bool ttm_ddestroy_is_empty(struct ttm_device *bdev);
/* Memory at one of the places, others evicted for it with @force_space: 0 and *@res,
 * -ENOSPC where none has room or none is known, -errno (bo_evict.c). Models:
 * drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_alloc_resource, 6.12. */
int ttm_bo_alloc_resource(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			  struct ttm_operation_ctx *ctx, bool force_space,
			  struct ttm_resource **res);

/* Does a resource satisfy one of the places that count with, or without, @evicting?
 * (resource.c) Models: ttm_resource_compatible, 6.12. */
bool ttm_resource_fits(struct ttm_resource *res, const struct ttm_placement *placement,
		       bool evicting);

/* ---- the parts of a device ---- */

void ttm_sys_man_init(struct ttm_device *bdev);			/* sys_manager.c */
void ttm_pool_init(struct ttm_pool *pool, struct sim_machine *machine);
void ttm_pool_fini(struct ttm_pool *pool);
/* Drop an object's contents: it lies in TTM_PL_SYSTEM, empty (bo_util.c). */
int ttm_bo_pipeline_gutting(struct ttm_buffer_object *bo);
/* ttm_prot_from_caching() on a machine of the caller's (caching.c). */
pgprot_t ttm_machine_prot(struct sim_machine *machine, enum ttm_caching caching, pgprot_t prot);

/* io_mem_reserve of a simulated device (simdrv.c). */
int ttm_sim_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *mem);

#endif
