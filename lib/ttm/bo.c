/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo.c - the life of a buffer object: made, validated, moved, freed.
 *
 *	ttm_bo_init_reserved    in TTM_PL_SYSTEM, without pages; since 6.12 nowhere
 *	ttm_bo_validate         moves where the placement says (evict.c makes room)
 *	ttm_bo_put, the last	its offset goes, then its memory, then itself
 *
 * Freeing takes the reservation, by trying only: whoever drops the last
 * reference may hold any lock. Where it is taken, or a fence has not signaled,
 * the object comes back to life with one reference that the ddestroy list
 * holds, marked deleted, and is freed by a later ttm_bo_put() of any object, by
 * eviction that runs into it, or by the end of the device.
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo.c, 6.1.
 */
#include "ttm/internal.h"

#define BO_FILE "drivers/gpu/drm/ttm/ttm_bo.c"
#define RESERVE_FILE "include/drm/ttm/ttm_bo_driver.h"

/* ---- reservation ---- */

/* Nothing here needs the device: the object may have none yet. */
static bool warn_ticket(const struct ttm_buffer_object *bo)
{
	struct sim_machine *machine = ttm_bo_machine(bo);

	return !machine || sim_outcome_record(machine, SIM_WARN, RESERVE_FILE, "ttm_bo_reserve",
					      "ticket");
}

/* bo->bdev is followed: an oops where it is NULL. */
static bool lacks_device(const struct ttm_buffer_object *bo, const char *file, const char *func)
{
	struct sim_machine *machine = ttm_bo_machine(bo);

	return machine && SIM_OOPS_IF_NULL(machine, file, func, bo->bdev);
}

int ttm_bo_reserve(struct ttm_buffer_object *bo, bool interruptible, bool no_wait,
		   struct ww_acquire_ctx *ticket)
{
	int ret;

	if (no_wait) {
		if (ticket && warn_ticket(bo))
			return -EBUSY;
		return dma_resv_trylock(bo->base.resv) ? 0 : -EBUSY;
	}
	if (interruptible)
		ret = dma_resv_lock_interruptible(bo->base.resv, ticket);
	else
		ret = dma_resv_lock(bo->base.resv, ticket);
	return ret == -EINTR ? -ERESTARTSYS : ret;
}

void ttm_bo_move_to_lru_tail(struct ttm_buffer_object *bo)
{
	if (bo->resource)
		ttm_resource_move_to_lru_tail(bo->resource);
}

void ttm_bo_unreserve(struct ttm_buffer_object *bo)
{
	if (!lacks_device(bo, RESERVE_FILE, __func__)) {
		ttm_lru_lock(bo->bdev);
		ttm_bo_move_to_lru_tail(bo);
		ttm_lru_unlock(bo->bdev);
	}
	dma_resv_unlock(bo->base.resv);
}

void ttm_bo_pin(struct ttm_buffer_object *bo)
{
	if (lacks_device(bo, BO_FILE, __func__))
		return;
	(void)SIM_WARN_ON(ttm_machine(bo->bdev), BO_FILE, !kref_read(&bo->kref));
	ttm_lru_lock(bo->bdev);
	bo->pin_count++;
	ttm_lru_unlock(bo->bdev);
}

void ttm_bo_unpin(struct ttm_buffer_object *bo)
{
	if (lacks_device(bo, BO_FILE, __func__) ||
	    SIM_WARN_ON(ttm_machine(bo->bdev), BO_FILE, !bo->pin_count))
		return;
	ttm_lru_lock(bo->bdev);
	bo->pin_count--;
	ttm_lru_unlock(bo->bdev);
}

int ttm_bo_wait(struct ttm_buffer_object *bo, bool interruptible, bool no_wait)
{
	long left;

	if (no_wait)
		return dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_BOOKKEEP) ? 0 : -EBUSY;
	left = dma_resv_wait_timeout(bo->base.resv, DMA_RESV_USAGE_BOOKKEEP, interruptible,
				     15 * HZ);
	if (left < 0)
		return (int)left;
	return left ? 0 : -EBUSY;
}

/* ---- moving ---- */

void ttm_bo_unmap_virtual(struct ttm_buffer_object *bo)
{
	drm_vma_node_unmap(&bo->base.vma_node, bo->bdev->dev_mapping);
	ttm_mem_io_free(bo->bdev, bo->resource);
}

void ttm_bo_tt_destroy(struct ttm_buffer_object *bo)
{
	if (!bo->ttm)
		return;
	ttm_tt_unpopulate(bo->bdev, bo->ttm);
	ttm_tt_destroy(bo->bdev, bo->ttm);
	bo->ttm = NULL;
}

static bool uses_tt(struct ttm_buffer_object *bo, const struct ttm_resource *res)
{
	if (!res)
		return ttm_rule(bo->bdev, SIM_RULE_TTM_NO_DUMMY_RESOURCE);
	return ttm_manager_type(bo->bdev, (int)res->mem_type)->use_tt;
}

/* What the kernel follows on the way of a move is there: else an oops. */
static bool can_move(struct ttm_buffer_object *bo, const struct ttm_resource *mem)
{
	const char *func = "ttm_bo_handle_move_mem";

	return (!bo->resource || ttm_res_manager(bo->bdev, bo->resource, BO_FILE, func)) &&
	       ttm_res_manager(bo->bdev, mem, BO_FILE, func) &&
	       !TTM_LACKS(bo->bdev, BO_FILE, func, move);
}

/* The pages of the place that @bo is about to move to. */
static int prepare_tt(struct ttm_buffer_object *bo, const struct ttm_resource *mem,
		      struct ttm_operation_ctx *ctx)
{
	int ret;

	if (!uses_tt(bo, mem))
		return 0;
	ret = ttm_tt_create(bo, uses_tt(bo, bo->resource));
	if (ret || mem->mem_type == TTM_PL_SYSTEM)
		return ret;
	return ttm_tt_populate(bo->bdev, bo->ttm, ctx);
}

static int call_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		     struct ttm_resource *mem, struct ttm_place *hop)
{
	return SIM_CALL(ttm_machine(bo->bdev), bo->bdev->funcs, move, 0, -EIO, bo, evict, ctx, mem,
			hop);
}

int ttm_bo_handle_move_mem(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
			   struct ttm_operation_ctx *ctx, struct ttm_place *hop)
{
	struct sim_machine *machine = ttm_machine(bo->bdev);
	bool old_use_tt;
	int ret;

	if (!can_move(bo, mem))
		return -EIO;
	old_use_tt = uses_tt(bo, bo->resource);
	ttm_bo_unmap_virtual(bo);
	ret = prepare_tt(bo, mem, ctx);
	if (!ret)
		ret = dma_resv_reserve_fences(bo->base.resv, 1);
	if (!ret)
		ret = call_move(bo, evict, ctx, mem, hop);
	if (!ret) {
		ctx->bytes_moved += bo->base.size;
		sim_event(machine, SIM_EV_MOVE,
			  drm_vma_node_start(&bo->base.vma_node) << sim_page_shift(machine),
			  mem->mem_type, evict ? "evict" : "move");
	} else if (ret != -EMULTIHOP && !old_use_tt) {
		ttm_bo_tt_destroy(bo);
	}
	return ret;
}

/* A driver that cannot move at once names a place in between: go there, and
 * find out again how to reach *@mem. */
static int bounce(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
		  const struct ttm_place *hop)
{
	struct ttm_placement placement = { 1, hop, 1, hop };
	struct ttm_resource *hop_mem;
	int ret = ttm_bo_mem_space(bo, &placement, &hop_mem, ctx);

	if (ret)
		return ret;
	ret = ttm_bo_handle_move_mem(bo, hop_mem, false, ctx, NULL);
	if (ret)
		ttm_resource_free(bo, &hop_mem);
	return ret;
}

int ttm_bo_move_to(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
		   struct ttm_operation_ctx *ctx)
{
	struct ttm_place hop = { 0 };
	int ret;

	do {
		ret = ttm_bo_handle_move_mem(bo, mem, evict, ctx, &hop);
		if (ret != -EMULTIHOP)
			break;
		ret = bounce(bo, ctx, &hop);
	} while (!ret);
	if (ret)
		ttm_resource_free(bo, &mem);
	return ret;
}

/* Of a validated object: 0, or what making its ttm_tt returned. */
static int validate_tt(struct ttm_buffer_object *bo)
{
	if (!bo->resource || bo->resource->mem_type == TTM_PL_SYSTEM)
		return ttm_tt_create(bo, true);
	return 0;
}

/* Models: drivers/gpu/drm/ttm/ttm_bo.c, ttm_bo_validate, 6.12. */
static int validate_forced(struct ttm_buffer_object *bo, struct ttm_placement *placement,
			   struct ttm_operation_ctx *ctx)
{
	struct ttm_resource *mem;
	bool force_space = false;
	int ret;

	do {
		if (bo->resource && ttm_resource_fits(bo->resource, placement, force_space))
			return 0;
		if (bo->pin_count)
			return -EINVAL;
		ret = ttm_bo_alloc_resource(bo, placement, ctx, force_space, &mem);
		force_space = !force_space;
	} while (ret == -ENOSPC && force_space);
	if (ret)
		return ret == -ENOSPC ? -ENOMEM : ret;
	ret = ttm_bo_move_to(bo, mem, false, ctx);
	return ret ? ret : validate_tt(bo);
}

int ttm_bo_validate(struct ttm_buffer_object *bo, struct ttm_placement *placement,
		    struct ttm_operation_ctx *ctx)
{
	struct ttm_resource *mem;
	int ret;

	if (sim_is_crashed(ttm_machine(bo->bdev)))
		return -EIO;
	if (ttm_is_nowhere(bo->bdev, placement))
		return ttm_bo_pipeline_gutting(bo);
	if (ttm_rule(bo->bdev, SIM_RULE_TTM_FORCED_PLACEMENT))
		return validate_forced(bo, placement, ctx);
	if (!bo->resource || !ttm_resource_compat(bo->resource, placement)) {
		ret = ttm_bo_mem_space(bo, placement, &mem, ctx);
		if (!ret)
			ret = ttm_bo_move_to(bo, mem, false, ctx);
		if (ret)
			return ret;
	}
	return validate_tt(bo);
}

/* ---- the beginning ---- */

static void bo_init_fields(struct ttm_device *bdev, struct ttm_buffer_object *bo,
			   enum ttm_bo_type type, uint32_t alignment, struct sg_table *sg,
			   struct dma_resv *resv, void (*destroy)(struct ttm_buffer_object *))
{
	kref_init(&bo->kref);
	INIT_LIST_HEAD(&bo->ddestroy);
	bo->bdev = bdev;
	bo->type = type;
	bo->page_alignment = alignment;
	bo->destroy = destroy;
	bo->pin_count = 0;
	bo->sg = sg;
	bo->base.resv = resv ? resv : &bo->base._resv;
}

/* A device that no ttm_device_init() made has no manager and no offsets: an oops where
 * the release first wants one. */
static bool is_made(const struct ttm_device *bdev, const struct ttm_buffer_object *bo)
{
	struct sim_machine *machine = bo->base.dev ? bo->base.dev->sim_machine
						   : sim_current_machine();

	if (bdev && bdev->dev_mapping)
		return true;
	if (!machine || sim_is_crashed(machine))
		return false;
	if (sim_rule(machine, SIM_RULE_TTM_NO_DUMMY_RESOURCE))
		sim_outcome_record(machine, SIM_OOPS, "drivers/gpu/drm/drm_vma_manager.c",
				   "drm_vma_offset_add", "NULL pointer: mgr");
	else
		sim_outcome_record(machine, SIM_OOPS, "drivers/gpu/drm/ttm/ttm_resource.c",
				   "ttm_resource_alloc", "NULL pointer: man");
	return false;
}

static int bo_init_memory(struct ttm_buffer_object *bo)
{
	static const struct ttm_place sys_mem = { .mem_type = TTM_PL_SYSTEM };
	int ret = 0;

	if (!ttm_rule(bo->bdev, SIM_RULE_TTM_NO_DUMMY_RESOURCE))
		ret = ttm_resource_alloc(bo, &sys_mem, &bo->resource);
	if (ret || bo->type == ttm_bo_type_kernel)
		return ret;
	return drm_vma_offset_add(bo->bdev->vma_manager, &bo->base.vma_node,
				  ttm_bo_nr_pages(bo));
}

int ttm_bo_init_reserved(struct ttm_device *bdev, struct ttm_buffer_object *bo,
			 enum ttm_bo_type type, struct ttm_placement *placement,
			 uint32_t alignment, struct ttm_operation_ctx *ctx, struct sg_table *sg,
			 struct dma_resv *resv, void (*destroy)(struct ttm_buffer_object *))
{
	int ret;

	if (!is_made(bdev, bo))
		return -EIO;
	bo_init_fields(bdev, bo, type, alignment, sg, resv, destroy);
	ret = bo_init_memory(bo);
	if (ret)
		goto put;
	if (!resv)
		(void)SIM_WARN_ON(ttm_machine(bdev), BO_FILE, !dma_resv_trylock(bo->base.resv));
	ret = ttm_bo_validate(bo, placement, ctx);
	if (!ret)
		return 0;
	if (!resv)
		dma_resv_unlock(bo->base.resv);
put:
	ttm_bo_put(bo);
	return ret;
}

int ttm_bo_init_validate(struct ttm_device *bdev, struct ttm_buffer_object *bo,
			 enum ttm_bo_type type, struct ttm_placement *placement,
			 uint32_t alignment, bool interruptible, struct sg_table *sg,
			 struct dma_resv *resv, void (*destroy)(struct ttm_buffer_object *))
{
	struct ttm_operation_ctx ctx = { .interruptible = interruptible };
	int ret = ttm_bo_init_reserved(bdev, bo, type, placement, alignment, &ctx, sg, resv,
				       destroy);

	if (!ret && !resv)
		ttm_bo_unreserve(bo);
	return ret;
}

/* ---- the end ---- */

static void bo_free_memory(struct ttm_buffer_object *bo)
{
	sim_assert(sim_rank_held(SIM_RANK_RESV, &bo->base.resv->lock));
	if (bo->bdev->funcs->delete_mem_notify)
		SIM_CALL_VOID(ttm_machine(bo->bdev), bo->bdev->funcs, delete_mem_notify, 0, bo);
	ttm_bo_tt_destroy(bo);
	ttm_resource_free(bo, &bo->resource);
}

/* A shared reservation outlives the object: from here on it uses its own. */
static void bo_own_resv(struct ttm_buffer_object *bo)
{
	if (bo->base.resv == &bo->base._resv || bo->type == ttm_bo_type_sg)
		return;
	ttm_lru_lock(bo->bdev);
	bo->base.resv = &bo->base._resv;
	ttm_lru_unlock(bo->bdev);
}

static void bo_leave_device(struct ttm_buffer_object *bo)
{
	bo_own_resv(bo);
	if (bo->bdev->funcs->release_notify)
		SIM_CALL_VOID(ttm_machine(bo->bdev), bo->bdev->funcs, release_notify, 0, bo);
	drm_vma_offset_remove(bo->bdev->vma_manager, &bo->base.vma_node);
	ttm_mem_io_free(bo->bdev, bo->resource);
}

static void bo_delay_delete(struct ttm_buffer_object *bo)
{
	struct ttm_device *bdev = bo->bdev;

	sim_assert(list_empty(&bo->ddestroy) || bo->deleted);
	bo->deleted = true;
	if (bo->pin_count && SIM_OOPS_IF_NULL(ttm_machine(bdev), BO_FILE, "ttm_bo_release",
					      bo->resource))
		return;
	ttm_lru_lock(bdev);
	if (bo->pin_count) {
		bo->pin_count = 0;
		ttm_bo_move_to_lru_tail(bo);
	}
	kref_init(&bo->kref);
	list_add_tail(&bo->ddestroy, &bdev->ddestroy);
	ttm_lru_unlock(bdev);
}

static void ttm_bo_release(struct kref *kref)
{
	struct ttm_buffer_object *bo = container_of(kref, struct ttm_buffer_object, kref);
	struct ttm_device *bdev = bo->bdev;

	if (lacks_device(bo, BO_FILE, __func__) ||
	    SIM_OOPS_IF_NULL(ttm_machine(bdev), BO_FILE, __func__, bdev->funcs))
		return;
	(void)SIM_WARN_ON(ttm_machine(bdev), BO_FILE, bo->pin_count);
	if (!bo->deleted)
		bo_leave_device(bo);
	if (!dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_BOOKKEEP) ||
	    !dma_resv_trylock(bo->base.resv)) {
		bo_delay_delete(bo);
		return;
	}
	ttm_lru_lock(bdev);
	list_del_init(&bo->ddestroy);
	ttm_lru_unlock(bdev);
	bo_free_memory(bo);
	sim_assert(!bo->ttm && !bo->resource && list_empty(&bo->ddestroy));
	dma_resv_unlock(bo->base.resv);
	if (!SIM_OOPS_IF_NULL(ttm_machine(bdev), BO_FILE, __func__, bo->destroy))
		SIM_CALL_VOID(ttm_machine(bdev), bo, destroy, 0, bo);
}

void ttm_bo_put(struct ttm_buffer_object *bo)
{
	struct ttm_device *bdev;

	if (!bo)
		return;
	bdev = bo->bdev;
	if (kref_put(&bo->kref, ttm_bo_release) && bdev &&
	    __builtin_expect(!ttm_ddestroy_is_empty(bdev), 0))
		ttm_bo_delayed_delete(bdev, false);
}

int ttm_bo_cleanup_refs(struct ttm_buffer_object *bo, bool interruptible, bool no_wait_gpu,
			bool unlock_resv)
{
	long left = dma_resv_test_signaled(&bo->base._resv, DMA_RESV_USAGE_BOOKKEEP);

	sim_assert(bo->deleted && sim_rank_held(SIM_RANK_LRU, &bo->bdev->lru_lock));
	ttm_lru_unlock(bo->bdev);
	if (!left && !no_wait_gpu)
		left = dma_resv_wait_timeout(&bo->base._resv, DMA_RESV_USAGE_BOOKKEEP,
					     interruptible, 30 * HZ);
	ttm_lru_lock(bo->bdev);
	if (left <= 0 || list_empty(&bo->ddestroy)) {
		ttm_lru_unlock(bo->bdev);
		if (unlock_resv)
			dma_resv_unlock(bo->base.resv);
		return left < 0 ? (int)left : left ? 0 : -EBUSY;
	}
	list_del_init(&bo->ddestroy);
	ttm_lru_unlock(bo->bdev);
	bo_free_memory(bo);
	if (unlock_resv)
		dma_resv_unlock(bo->base.resv);
	ttm_bo_put(bo);
	return 0;
}

bool ttm_ddestroy_is_empty(struct ttm_device *bdev)
{
	bool empty;

	ttm_lru_lock(bdev);
	empty = list_empty(&bdev->ddestroy);
	sim_assert_expensive(list_is_valid(&bdev->ddestroy));
	ttm_lru_unlock(bdev);
	return empty;
}

/* One object that was taken off the list, with a reference of ours. */
static void ddestroy_one(struct ttm_buffer_object *bo, bool wait)
{
	if (wait ? dma_resv_lock(bo->base.resv, NULL) == 0 : dma_resv_trylock(bo->base.resv)) {
		ttm_lru_lock(bo->bdev);
		ttm_bo_cleanup_refs(bo, false, !wait, true);
	}
	kref_put(&bo->kref, ttm_bo_release);
}

bool ttm_bo_delayed_delete(struct ttm_device *bdev, bool remove_all)
{
	struct list_head seen;
	bool empty;

	INIT_LIST_HEAD(&seen);
	ttm_lru_lock(bdev);
	while (!list_empty(&bdev->ddestroy)) {
		struct ttm_buffer_object *bo = list_entry(bdev->ddestroy.next,
							  struct ttm_buffer_object, ddestroy);

		list_move_tail(&bo->ddestroy, &seen);
		if (!ttm_bo_get_unless_zero(bo))
			continue;
		ttm_lru_unlock(bdev);
		ddestroy_one(bo, remove_all);
		ttm_lru_lock(bdev);
	}
	while (!list_empty(&seen))
		list_move_tail(seen.next, &bdev->ddestroy);
	empty = list_empty(&bdev->ddestroy);
	ttm_lru_unlock(bdev);
	return empty;
}
