/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_evict.c - room for a buffer object, others evicted where needed.
 *
 *	1. each place of @placement, as it is
 *	2. each place of @busy_placement (since 6.12: of @placement), evicting its
 *	   manager's oldest objects until the object fits or none is left that can go
 *
 * An object can go unless it is pinned, reserved by someone else, or shares the
 * caller's reservation. Reservations are only tried: the LRU lock is held. If
 * all that is in the way is a reserved object, and the caller has a ticket, it
 * waits for that one and looks again.
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, 6.1; which places, 6.12 too.
 */
#include "ttm/internal.h"

#define BO_FILE "drivers/gpu/drm/ttm/ttm_bo.c"

bool ttm_bo_eviction_valuable(struct ttm_buffer_object *bo, const struct ttm_place *place)
{
	if (SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), BO_FILE, __func__, bo->resource))
		return false;
	if (bo->resource->mem_type == TTM_PL_SYSTEM)
		return true;
	return ttm_resource_intersects(bo->bdev, bo->resource, place, bo->base.size);
}

static int ttm_bo_evict(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx)
{
	struct ttm_placement placement = { 0 };
	struct ttm_resource *mem;
	int ret;

	if (TTM_LACKS(bo->bdev, BO_FILE, __func__, evict_flags))
		return -EIO;
	SIM_CALL_VOID(ttm_machine(bo->bdev), bo->bdev->funcs, evict_flags, 0, bo, &placement);
	if (ttm_is_nowhere(bo->bdev, &placement)) {
		ret = ttm_bo_wait(bo, true, false);
		return ret ? ret : ttm_bo_pipeline_gutting(bo);
	}
	ret = ttm_bo_mem_space(bo, &placement, &mem, ctx);
	return ret ? ret : ttm_bo_move_to(bo, mem, true, ctx);
}

/* Whom to evict, and what became of those that could not be. */
struct evict_walk {
	struct ttm_operation_ctx *ctx;
	const struct ttm_place *place;
	struct ww_acquire_ctx *ticket;
	bool locked;			/* out: we reserved it */
	struct ttm_buffer_object *busy;	/* out: the first that was reserved by others */
};

/* The only function of a driver that is called under a spinlock. */
static bool call_valuable(struct ttm_buffer_object *bo, const struct ttm_place *place)
{
	struct ttm_device *bdev = bo->bdev;
	struct sim_callback callback;
	const void *before;
	bool valuable;

	before = sim_callback_enter_atomic(&callback, ttm_machine(bdev), "->eviction_valuable",
					   sim_code_of(&bdev->funcs->eviction_valuable), 0,
					   &bdev->lru_lock);
	valuable = SIM_CALL_WITHIN(&callback, false, bdev->funcs->eviction_valuable(bo, place));
	sim_callback_leave_atomic(&callback, before);
	return valuable;
}

static bool evict_wanted(const struct evict_walk *walk, struct ttm_buffer_object *bo)
{
	if (!walk->place)
		return true;
	return bo->resource && bo->resource->mem_type == walk->place->mem_type &&
	       call_valuable(bo, walk->place);
}

/* May we touch it? Then it is reserved, by us (locked) or by the caller. */
static bool evict_reserve(struct evict_walk *walk, struct ttm_buffer_object *bo)
{
	walk->locked = false;
	if (bo->pin_count)
		return false;
	if (bo->base.resv == walk->ctx->resv)
		return walk->ctx->allow_res_evict;
	walk->locked = dma_resv_trylock(bo->base.resv);
	if (!walk->locked && !walk->busy &&
	    walk->ticket != dma_resv_locking_ctx(bo->base.resv))
		walk->busy = bo;
	return walk->locked;
}

/* Holds: lru_lock. On success the object is reserved and has one reference more. */
static struct ttm_buffer_object *evict_pick(struct evict_walk *walk,
					    struct ttm_resource_manager *man)
{
	struct ttm_resource_cursor cursor;
	struct ttm_resource *res;

	sim_assert(sim_rank_held(SIM_RANK_LRU, &man->bdev->lru_lock));
	for (res = ttm_resource_manager_first(man, &cursor); res;
	     res = ttm_resource_manager_next(man, &cursor, res)) {
		struct ttm_buffer_object *bo = res->bo;

		if (!evict_reserve(walk, bo))
			continue;
		if (bo->resource == res && evict_wanted(walk, bo) && ttm_bo_get_unless_zero(bo))
			return bo;
		if (walk->locked)
			dma_resv_unlock(bo->base.resv);
	}
	return NULL;
}

static int evict_wait_busy(const struct evict_walk *walk)
{
	struct dma_resv *resv;
	int ret;

	if (!walk->busy || !walk->ticket)
		return -EBUSY;
	resv = walk->busy->base.resv;
	if (walk->ctx->interruptible)
		ret = dma_resv_lock_interruptible(resv, walk->ticket);
	else
		ret = dma_resv_lock(resv, walk->ticket);
	if (!ret)
		dma_resv_unlock(resv);
	return ret == -EDEADLK ? -EBUSY : ret;
}

int ttm_mem_evict_first(struct ttm_device *bdev, struct ttm_resource_manager *man,
			const struct ttm_place *place, struct ttm_operation_ctx *ctx,
			struct ww_acquire_ctx *ticket)
{
	struct evict_walk walk = { .ctx = ctx, .place = place, .ticket = ticket };
	struct ttm_buffer_object *bo;
	int ret;

	if (sim_is_crashed(ttm_machine(bdev)) ||
	    SIM_OOPS_IF_NULL(ttm_machine(bdev), BO_FILE, __func__, man) ||
	    (place && TTM_LACKS(bdev, BO_FILE, __func__, eviction_valuable)))
		return -EIO;
	ttm_lru_lock(bdev);
	bo = evict_pick(&walk, man);
	if (!bo) {
		if (walk.busy)
			walk.busy = ttm_bo_get_unless_zero(walk.busy);
		ttm_lru_unlock(bdev);
		ret = evict_wait_busy(&walk);
		ttm_bo_put(walk.busy);
		return ret;
	}
	if (bo->deleted) {
		ret = ttm_bo_cleanup_refs(bo, ctx->interruptible, ctx->no_wait_gpu, walk.locked);
		ttm_bo_put(bo);
		return ret;
	}
	ttm_lru_unlock(bdev);
	ret = ttm_bo_evict(bo, ctx);
	if (walk.locked) {
		ttm_bo_unreserve(bo);
	} else {
		ttm_lru_lock(bdev);
		ttm_bo_move_to_lru_tail(bo);
		ttm_lru_unlock(bdev);
	}
	ttm_bo_put(bo);
	return ret;
}

/* ---- space ---- */

static struct ttm_resource_manager *usable_manager(struct ttm_buffer_object *bo,
						   const struct ttm_place *place)
{
	struct ttm_resource_manager *man = NULL;

	if (place->mem_type < TTM_NUM_MEM_TYPES)
		man = ttm_manager_type(bo->bdev, (int)place->mem_type);
	return man && ttm_resource_manager_used(man) ? man : NULL;
}

/* The move that last left this memory must be over before @bo is used there. */
static int ttm_bo_add_move_fence(struct ttm_buffer_object *bo, struct ttm_resource_manager *man,
				 bool no_wait_gpu)
{
	struct dma_fence *fence;
	int ret;

	sim_spin_lock(ttm_machine(bo->bdev), &man->move_lock, SIM_RANK_LRU);
	fence = dma_fence_get(man->move);
	sim_spin_unlock(&man->move_lock, SIM_RANK_LRU);
	if (!fence)
		return 0;
	if (no_wait_gpu) {
		ret = dma_fence_is_signaled(fence) ? 0 : -EBUSY;
	} else {
		dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_KERNEL);
		ret = dma_resv_reserve_fences(bo->base.resv, 1);
	}
	dma_fence_put(fence);
	return ret;
}

static int alloc_and_fence(struct ttm_buffer_object *bo, struct ttm_resource_manager *man,
			   const struct ttm_place *place, struct ttm_resource **mem,
			   struct ttm_operation_ctx *ctx)
{
	int ret = ttm_resource_alloc(bo, place, mem);

	if (ret)
		return ret;
	ret = ttm_bo_add_move_fence(bo, man, ctx->no_wait_gpu);
	if (ret)
		ttm_resource_free(bo, mem);
	return ret;
}

static int ttm_bo_mem_force_space(struct ttm_buffer_object *bo, struct ttm_resource_manager *man,
				  const struct ttm_place *place, struct ttm_resource **mem,
				  struct ttm_operation_ctx *ctx)
{
	struct ww_acquire_ctx *ticket = dma_resv_locking_ctx(bo->base.resv);
	int ret;

	while ((ret = alloc_and_fence(bo, man, place, mem, ctx)) == -ENOSPC) {
		ret = ttm_mem_evict_first(bo->bdev, man, place, ctx, ticket);
		if (ret)
			break;
	}
	return ret;
}

int ttm_bo_alloc_resource(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			  struct ttm_operation_ctx *ctx, bool force_space,
			  struct ttm_resource **res)
{
	uint32_t skipped = force_space ? TTM_PL_FLAG_DESIRED : TTM_PL_FLAG_FALLBACK;
	int ret = dma_resv_reserve_fences(bo->base.resv, 1);

	if (ret)
		return ret;
	for (unsigned int i = 0; i < placement->num_placement; i++) {
		const struct ttm_place *place = &placement->placement[i];
		struct ttm_resource_manager *man = usable_manager(bo, place);

		if (!man || (place->flags & skipped))
			continue;
		if (force_space && place->mem_type != TTM_PL_SYSTEM)
			ret = ttm_bo_mem_force_space(bo, man, place, res, ctx);
		else
			ret = alloc_and_fence(bo, man, place, res, ctx);
		if (ret != -ENOSPC && ret != -EBUSY)
			return ret;
	}
	return -ENOSPC;
}

static int mem_space_forced(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			    struct ttm_resource **mem, struct ttm_operation_ctx *ctx)
{
	int ret = ttm_bo_alloc_resource(bo, placement, ctx, false, mem);

	if (ret == -ENOSPC)
		ret = ttm_bo_alloc_resource(bo, placement, ctx, true, mem);
	return ret;
}

static int mem_space_busy(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			  struct ttm_resource **mem, struct ttm_operation_ctx *ctx)
{
	struct ttm_resource_manager *man;
	bool type_found = false;
	int ret = dma_resv_reserve_fences(bo->base.resv, 1);

	if (ret)
		return ret;
	for (unsigned int i = 0; i < placement->num_placement; i++) {
		man = usable_manager(bo, &placement->placement[i]);
		if (!man)
			continue;
		type_found = true;
		ret = alloc_and_fence(bo, man, &placement->placement[i], mem, ctx);
		if (ret != -ENOSPC && ret != -EBUSY)
			return ret;
	}
	for (unsigned int i = 0; i < placement->num_busy_placement; i++) {
		man = usable_manager(bo, &placement->busy_placement[i]);
		if (!man)
			continue;
		type_found = true;
		ret = ttm_bo_mem_force_space(bo, man, &placement->busy_placement[i], mem, ctx);
		if (ret != -EBUSY)
			return ret;
	}
	return type_found ? -ENOMEM : -EINVAL;
}

int ttm_bo_mem_space(struct ttm_buffer_object *bo, struct ttm_placement *placement,
		     struct ttm_resource **mem, struct ttm_operation_ctx *ctx)
{
	if (ttm_rule(bo->bdev, SIM_RULE_TTM_FORCED_PLACEMENT))
		return mem_space_forced(bo, placement, mem, ctx);
	return mem_space_busy(bo, placement, mem, ctx);
}
