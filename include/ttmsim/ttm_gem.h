/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_gem.h - GEM objects that are TTM's, and what drivers put together from
 * other calls, under their kernel names.
 */
#ifndef TTMSIM_TTM_GEM_H
#define TTMSIM_TTM_GEM_H

#include <ttmsim/ttm.h>

SIM_BEGIN_DECLS

#define drm_gem_ttm_of_gem(gem_obj) container_of(gem_obj, struct ttm_buffer_object, base)

/**
 * drm_gem_ttm_mmap - ->mmap of the funcs of such objects
 *
 * TTM counts its own references: GEM's, which drm_gem_mmap_obj() took, is dropped.
 *
 * Returns: as ttm_bo_mmap_obj().
 * Models: drivers/gpu/drm/drm_gem_ttm_helper.c, drm_gem_ttm_mmap, 6.1 and 6.12.
 */
SIM_API int drm_gem_ttm_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma);

/* Models: include/drm/ttm/ttm_bo_api.h, ttm_bo_wait_ctx, 6.1. */
static inline int ttm_bo_wait_ctx(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx)
{
	return ttm_bo_wait(bo, ctx->interruptible, ctx->no_wait_gpu);
}

/* After ttm_bo_reserve() gave -EDEADLK, with all other reservations dropped: 0, or
 * -ERESTARTSYS. Models: include/drm/ttm/ttm_bo_driver.h, ttm_bo_reserve_slowpath, 6.1. */
static inline int ttm_bo_reserve_slowpath(struct ttm_buffer_object *bo, bool interruptible,
					  struct ww_acquire_ctx *ticket)
{
	int ret;

	if (!interruptible) {
		dma_resv_lock_slow(bo->base.resv, ticket);
		return 0;
	}
	ret = dma_resv_lock_slow_interruptible(bo->base.resv, ticket);
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

SIM_END_DECLS

#endif
