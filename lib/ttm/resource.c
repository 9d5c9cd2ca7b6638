/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * resource.c - what buffer objects lie in, and the order in which they are
 * evicted: one LRU list for each manager and priority, one list of pinned ones.
 * Models: drivers/gpu/drm/ttm/ttm_resource.c, 6.1; without bulk moves.
 */
#include "ttm/internal.h"

#define RESOURCE_FILE "drivers/gpu/drm/ttm/ttm_resource.c"

/* NULL and an oops of @func where nothing manages that type. */
static struct list_head *resource_list(struct ttm_resource *res, const char *func)
{
	struct ttm_buffer_object *bo = res->bo;
	struct ttm_resource_manager *man;

	if (bo->pin_count)
		return &bo->bdev->pinned;
	man = ttm_res_manager(bo->bdev, res, RESOURCE_FILE, func);
	return man ? &man->lru[bo->priority] : NULL;
}

void ttm_resource_move_to_lru_tail(struct ttm_resource *res)
{
	struct list_head *list = resource_list(res, __func__);

	if (list)
		list_move_tail(&res->lru, list);
}

static uint64_t resource_bytes(const struct ttm_resource *res, const struct ttm_device *bdev)
{
	return (uint64_t)res->num_pages << sim_page_shift(ttm_machine(bdev));
}

void ttm_resource_init(struct ttm_buffer_object *bo, const struct ttm_place *place,
		       struct ttm_resource *res)
{
	struct ttm_resource_manager *man = ttm_manager_type(bo->bdev, (int)place->mem_type);

	INIT_LIST_HEAD(&res->lru);
	res->start = 0;
	res->num_pages = ttm_bo_nr_pages(bo);
	res->mem_type = place->mem_type;
	res->placement = place->flags;
	res->bus.addr = NULL;
	res->bus.offset = 0;
	res->bus.is_iomem = false;
	res->bus.caching = ttm_cached;
	res->bo = bo;
	if (SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), RESOURCE_FILE, __func__, man))
		return;
	ttm_lru_lock(bo->bdev);
	list_add_tail(&res->lru, resource_list(res, __func__));
	sim_assert_expensive(list_is_valid(resource_list(res, __func__)));
	man->usage += resource_bytes(res, bo->bdev);
	ttm_lru_unlock(bo->bdev);
}

void ttm_resource_fini(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	ttm_lru_lock(man->bdev);
	sim_assert(res->lru.next->prev == &res->lru && res->lru.prev->next == &res->lru);
	list_del_init(&res->lru);
	man->usage -= resource_bytes(res, man->bdev);
	ttm_lru_unlock(man->bdev);
}

int ttm_resource_alloc(struct ttm_buffer_object *bo, const struct ttm_place *place,
		       struct ttm_resource **res_ptr)
{
	struct ttm_resource_manager *man;

	if (place->mem_type >= TTM_NUM_MEM_TYPES)
		return -EINVAL;
	man = ttm_manager_type(bo->bdev, (int)place->mem_type);
	if (SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), RESOURCE_FILE, __func__, man) ||
	    SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), RESOURCE_FILE, __func__, man->func))
		return -EIO;
	return SIM_CALL(ttm_machine(bo->bdev), man->func, alloc, 0, -EIO, man, bo, place, res_ptr);
}

void ttm_resource_free(struct ttm_buffer_object *bo, struct ttm_resource **res)
{
	struct ttm_resource_manager *man;

	if (!*res)
		return;
	man = ttm_res_manager(bo->bdev, *res, RESOURCE_FILE, __func__);
	if (!man)
		return;
	SIM_CALL_VOID(ttm_machine(bo->bdev), man->func, free, 0, man, *res);
	*res = NULL;
}

bool ttm_resource_intersects(struct ttm_device *bdev, struct ttm_resource *res,
			     const struct ttm_place *place, size_t size)
{
	struct ttm_resource_manager *man;

	if (!res)
		return false;
	man = ttm_res_manager(bdev, res, RESOURCE_FILE, __func__);
	if (!man)
		return false;
	if (!place || !man->func->intersects)
		return true;
	return SIM_CALL(ttm_machine(bdev), man->func, intersects, 0, false, man, res, place, size);
}

static bool call_compatible(struct ttm_resource_manager *man, struct ttm_resource *res,
			    const struct ttm_place *place, size_t size)
{
	return SIM_CALL(ttm_machine(man->bdev), man->func, compatible, 0, false, man, res, place,
			size);
}

static bool resource_fits(struct ttm_resource *res, const struct ttm_place *place)
{
	struct ttm_buffer_object *bo = res->bo;
	struct ttm_resource_manager *man;

	if (res->mem_type != place->mem_type)
		return false;
	man = ttm_res_manager(bo->bdev, res, RESOURCE_FILE, "ttm_resource_compatible");
	if (!man)
		return false;
	if (man->func->compatible && !call_compatible(man, res, place, bo->base.size))
		return false;
	return !(place->flags & TTM_PL_FLAG_CONTIGUOUS) ||
	       (res->placement & TTM_PL_FLAG_CONTIGUOUS);
}

/* One of the places, but for those with a flag of @skipped? */
static bool resource_fits_any(struct ttm_resource *res, const struct ttm_place *places,
			      unsigned int nr, uint32_t skipped)
{
	if (res->placement & TTM_PL_FLAG_TEMPORARY)
		return false;
	for (unsigned int i = 0; i < nr; i++)
		if (!(places[i].flags & skipped) && resource_fits(res, &places[i]))
			return true;
	return false;
}

bool ttm_resource_compat(struct ttm_resource *res, struct ttm_placement *placement)
{
	/* 6.1 asks for the manager before it compares types */
	if (!ttm_res_manager(res->bo->bdev, res, RESOURCE_FILE, "ttm_resource_compatible"))
		return false;
	return resource_fits_any(res, placement->placement, placement->num_placement, 0) ||
	       resource_fits_any(res, placement->busy_placement, placement->num_busy_placement,
				 0);
}

bool ttm_resource_fits(struct ttm_resource *res, const struct ttm_placement *placement,
		       bool evicting)
{
	return resource_fits_any(res, placement->placement, placement->num_placement,
				 evicting ? TTM_PL_FLAG_DESIRED : TTM_PL_FLAG_FALLBACK);
}

/* ---- managers ---- */

void ttm_resource_manager_init(struct ttm_resource_manager *man, struct ttm_device *bdev,
			       uint64_t size)
{
	man->move_lock.word = 0;
	man->bdev = bdev;
	man->size = size;
	man->usage = 0;
	man->move = NULL;
	for (unsigned int i = 0; i < TTM_MAX_BO_PRIORITY; i++)
		INIT_LIST_HEAD(&man->lru[i]);
}

static bool manager_is_empty(const struct ttm_resource_manager *man)
{
	for (unsigned int i = 0; i < TTM_MAX_BO_PRIORITY; i++)
		if (!list_empty(&man->lru[i]))
			return false;
	return true;
}

void ttm_resource_manager_set_used(struct ttm_resource_manager *man, bool used)
{
	(void)SIM_WARN_ON(ttm_machine(man->bdev), RESOURCE_FILE, !manager_is_empty(man));
	man->use_type = used;
}

void ttm_resource_manager_cleanup(struct ttm_resource_manager *man)
{
	dma_fence_put(man->move);
	man->move = NULL;
}

static bool manager_is_empty_unlocked(struct ttm_resource_manager *man)
{
	bool empty;

	ttm_lru_lock(man->bdev);
	empty = manager_is_empty(man);
	ttm_lru_unlock(man->bdev);
	return empty;
}

static int manager_wait_move(struct ttm_resource_manager *man)
{
	struct dma_fence *fence;
	long ret;

	sim_spin_lock(ttm_machine(man->bdev), &man->move_lock, SIM_RANK_LRU);
	fence = dma_fence_get(man->move);
	sim_spin_unlock(&man->move_lock, SIM_RANK_LRU);
	if (!fence)
		return 0;
	ret = dma_fence_wait(fence, false);
	dma_fence_put(fence);
	return (int)ret;
}

int ttm_resource_manager_evict_all(struct ttm_device *bdev, struct ttm_resource_manager *man)
{
	struct ttm_operation_ctx ctx = { .force_alloc = true };

	if (SIM_OOPS_IF_NULL(ttm_machine(bdev), RESOURCE_FILE, __func__, man))
		return -EIO;
	while (!manager_is_empty_unlocked(man)) {
		int ret = ttm_mem_evict_first(bdev, man, NULL, &ctx, NULL);

		if (ret)
			return ret;
	}
	return manager_wait_move(man);
}

uint64_t ttm_resource_manager_usage(struct ttm_resource_manager *man)
{
	uint64_t usage;

	ttm_lru_lock(man->bdev);
	usage = man->usage;
	ttm_lru_unlock(man->bdev);
	return usage;
}

/* ---- walking the LRU lists ---- */

static struct ttm_resource *first_from(struct ttm_resource_manager *man,
				       struct ttm_resource_cursor *cursor)
{
	for (; cursor->priority < TTM_MAX_BO_PRIORITY; cursor->priority++) {
		struct list_head *head = &man->lru[cursor->priority];

		if (!list_empty(head))
			return list_entry(head->next, struct ttm_resource, lru);
	}
	return NULL;
}

struct ttm_resource *ttm_resource_manager_first(struct ttm_resource_manager *man,
						struct ttm_resource_cursor *cursor)
{
	cursor->priority = 0;
	return first_from(man, cursor);
}

struct ttm_resource *ttm_resource_manager_next(struct ttm_resource_manager *man,
					       struct ttm_resource_cursor *cursor,
					       struct ttm_resource *res)
{
	if (res->lru.next != &man->lru[cursor->priority])
		return list_entry(res->lru.next, struct ttm_resource, lru);
	cursor->priority++;
	return first_from(man, cursor);
}
