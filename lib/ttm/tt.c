/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tt.c - the RAM of a buffer object: an array of pages, empty until populated.
 * Models: drivers/gpu/drm/ttm/ttm_tt.c, 6.1; without DMA addresses and without
 * swapping out what exceeds a limit.
 */
#include "ttm/internal.h"

#define TT_FILE "drivers/gpu/drm/ttm/ttm_tt.c"

static struct ttm_tt *call_create(struct ttm_buffer_object *bo, uint32_t page_flags)
{
	return SIM_CALL(ttm_machine(bo->bdev), bo->bdev->funcs, ttm_tt_create, 0, NULL, bo,
			page_flags);
}

int ttm_tt_create(struct ttm_buffer_object *bo, bool zero_alloc)
{
	uint32_t page_flags = 0;

	if (bo->ttm)
		return 0;
	switch (bo->type) {
	case ttm_bo_type_device:
		if (zero_alloc)
			page_flags |= TTM_TT_FLAG_ZERO_ALLOC;
		break;
	case ttm_bo_type_kernel:
		break;
	case ttm_bo_type_sg:
		page_flags |= TTM_TT_FLAG_EXTERNAL;
		break;
	default:
		return -EINVAL;
	}
	if (TTM_LACKS(bo->bdev, TT_FILE, __func__, ttm_tt_create))
		return -EIO;
	bo->ttm = call_create(bo, page_flags);
	return bo->ttm ? 0 : -ENOMEM;
}

static size_t tt_array_bytes(const struct ttm_tt *ttm)
{
	return (size_t)ttm->num_pages * sizeof(*ttm->pages);
}

int ttm_tt_init(struct ttm_tt *ttm, struct ttm_buffer_object *bo, uint32_t page_flags,
		enum ttm_caching caching, unsigned long extra_pages)
{
	if ((unsigned int)caching >= TTM_NUM_CACHING_TYPES)
		return -EINVAL;
	ttm->num_pages = (uint32_t)(ttm_bo_nr_pages(bo) + extra_pages);
	ttm->page_flags = page_flags;
	ttm->sg = bo->sg;
	ttm->swap_storage = NULL;
	ttm->caching = caching;
	ttm->sim_bdev = bo->bdev;
	ttm->pages = sim_alloc(ttm_machine(bo->bdev), tt_array_bytes(ttm), SIM_OBJ_TT);
	return ttm->pages ? 0 : -ENOMEM;
}

void ttm_tt_fini(struct ttm_tt *ttm)
{
	(void)SIM_WARN_ON(ttm_machine(ttm->sim_bdev), TT_FILE,
			  ttm->page_flags & TTM_TT_FLAG_PRIV_POPULATED);
	sim_free(ttm->pages, tt_array_bytes(ttm), SIM_OBJ_TT);
	ttm->pages = NULL;
}

void ttm_tt_destroy(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	if (!TTM_LACKS(bdev, TT_FILE, __func__, ttm_tt_destroy))
		SIM_CALL_VOID(ttm_machine(bdev), bdev->funcs, ttm_tt_destroy, 0, bdev, ttm);
}

static int call_populate(struct ttm_device *bdev, struct ttm_tt *ttm,
			 struct ttm_operation_ctx *ctx)
{
	return SIM_CALL(ttm_machine(bdev), bdev->funcs, ttm_tt_populate, 0, -EIO, bdev, ttm, ctx);
}

int ttm_tt_populate(struct ttm_device *bdev, struct ttm_tt *ttm, struct ttm_operation_ctx *ctx)
{
	int ret;

	if (!ttm)
		return -EINVAL;
	if (ttm_tt_is_populated(ttm))
		return 0;
	if (bdev->funcs->ttm_tt_populate)
		ret = call_populate(bdev, ttm, ctx);
	else
		ret = ttm_pool_alloc(&bdev->pool, ttm, ctx);
	if (!ret)
		ttm->page_flags |= TTM_TT_FLAG_PRIV_POPULATED;
	return ret;
}

void ttm_tt_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	if (SIM_OOPS_IF_NULL(ttm_machine(bdev), TT_FILE, __func__, ttm))
		return;
	if (!ttm_tt_is_populated(ttm))
		return;
	if (bdev->funcs->ttm_tt_unpopulate)
		SIM_CALL_VOID(ttm_machine(bdev), bdev->funcs, ttm_tt_unpopulate, 0, bdev, ttm);
	else
		ttm_pool_free(&bdev->pool, ttm);
	ttm->page_flags &= ~TTM_TT_FLAG_PRIV_POPULATED;
}
