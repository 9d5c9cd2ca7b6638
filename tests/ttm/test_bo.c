/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int setup(void **state)
{
	static struct ttm_fixture fx;

	ttm_fixture_open(&fx, NULL);
	*state = &fx;
	return 0;
}

static int teardown(void **state)
{
	ttm_fixture_close(*state);
	return 0;
}

/* ---- moves ---- */

static const uint32_t places[] = { TTM_PL_SYSTEM, TTM_PL_TT, TTM_PL_VRAM };

#define NR_PLACES SIM_ARRAY_SIZE(places)

/* From everywhere to everywhere, under a mapping: the entries go, the bytes
 * stay, the next touch maps the new place. */
static void move_under_mapping(struct ttm_fixture *fx, uint32_t from, uint32_t to)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, from, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	ttm_store(fx, addr, 11);
	ttm_store(fx, addr + 3 * fx->page, 44);
	assert_true(ttm_pte(fx, addr).present);
	assert_int_equal(sim_bo_move(bo, to), 0);
	assert_int_equal(sim_bo_mem_type(bo), to);
	assert_int_equal(ttm_pte(fx, addr).none, from != to);
	assert_int_equal(ttm_load(fx, addr), 11);
	assert_int_equal(ttm_load(fx, addr + 3 * fx->page), 44);
	assert_int_equal(ttm_pte(fx, addr).pfn, ttm_pfn(bo, 0));
	assert_int_equal(ttm_pte(fx, addr + 3 * fx->page).pfn, ttm_pfn(bo, 3));
	assert_int_equal(sim_phys_is_iomem(fx->machine, ttm_pfn(bo, 0)), to == TTM_PL_VRAM);
	assert_int_equal(sim_munmap(fx->task, addr, bo->base.size), 0);
	ttm_bo_put(bo);
}

static void check_moves(struct ttm_fixture *fx)
{
	/* Without pte_special the entries count pages: what becomes of the tails
	 * of blocks is shown elsewhere. */
	fx->bdev->pool.sim_nr_orders = 1;
	for (size_t i = 0; i < NR_PLACES; i++)
		for (size_t j = 0; j < NR_PLACES; j++)
			move_under_mapping(fx, places[i], places[j]);
}

static void test_move_keeps_bytes_and_drops_mappings(void **state)
{
	ttm_fixture_each(check_moves, state);
}

static unsigned int nr_moves;
static uint64_t moved_to;

static void note_event(const struct sim_event *event, void *data)
{
	(void)data;
	if (event->kind != SIM_EV_MOVE)
		return;
	nr_moves++;
	moved_to = event->value;
}

static void test_move_is_an_event(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);

	nr_moves = 0;
	sim_set_event_fn(fx->machine, note_event, NULL);
	assert_int_equal(sim_bo_move(bo, TTM_PL_SYSTEM), 0);
	assert_int_equal(nr_moves, 0);
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
	assert_int_equal(nr_moves, 1);
	assert_int_equal(moved_to, TTM_PL_VRAM);
	sim_set_event_fn(fx->machine, NULL, NULL);
	ttm_bo_put(bo);
}

/* A child's copy of the mapping is found as well. */
static void test_move_drops_mappings_of_a_child(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);
	struct task_struct *child;
	struct sim_pte_info info;
	uint8_t value = 0;

	ttm_store(fx, addr, 9);
	assert_int_equal(sim_fork(fx->task, "child", &child), 0);
	assert_int_equal(kref_read(&bo->kref), 3);
	assert_int_equal(sim_read(child, addr, &value, 1), 0);
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
	sim_pte_lookup(child->mm, addr, &info);
	assert_true(info.none);
	assert_int_equal(sim_read(child, addr, &value, 1), 0);
	assert_int_equal(value, 9);
	sim_exit(child);
	assert_int_equal(kref_read(&bo->kref), 2);
	sim_task_switch(fx->task);
	ttm_bo_put(bo);
}

/* ---- hops ---- */

static int nr_hops;

static int hop_by_tt(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		     struct ttm_resource *new_mem, struct ttm_place *hop)
{
	if (bo->resource && bo->resource->mem_type == TTM_PL_SYSTEM &&
	    new_mem->mem_type == TTM_PL_VRAM) {
		nr_hops++;
		hop->mem_type = TTM_PL_TT;
		return -EMULTIHOP;
	}
	(void)evict;
	if (new_mem->mem_type == TTM_PL_TT && bo->resource->mem_type == TTM_PL_SYSTEM) {
		ttm_bo_move_null(bo, new_mem);
		return 0;
	}
	return ttm_bo_move_memcpy(bo, ctx, new_mem);
}

static void test_move_goes_by_way_of_a_hop(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	uint8_t value = 77;

	funcs.move = hop_by_tt;
	fx->bdev->funcs = &funcs;
	nr_hops = 0;
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
	assert_int_equal(nr_hops, 1);
	value = 0;
	assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
	assert_int_equal(value, 77);
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

static int move_fails(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		      struct ttm_resource *new_mem, struct ttm_place *hop)
{
	(void)bo, (void)evict, (void)ctx, (void)new_mem, (void)hop;
	return -EDEADLK;
}

static void test_failed_move_leaves_it_there(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	ttm_store(fx, addr, 5);
	funcs.move = move_fails;
	fx->bdev->funcs = &funcs;
	assert_int_equal(sim_bo_move(bo, TTM_PL_TT), -EDEADLK);
	fx->bdev->funcs = old;
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_VRAM);
	assert_null(bo->ttm);
	assert_int_equal(ttm_load(fx, addr), 5);
	ttm_bo_put(bo);
}

/* ---- validate, reserve ---- */

static void test_validate_to_nowhere_drops_contents(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_placement nowhere = { 0 };
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_buffer_object *bo;
	uint8_t value = 3;

	for (size_t i = 0; i < NR_PLACES; i++) {
		bo = ttm_bo(fx, 2, places[i], ttm_cached);
		value = 3;
		assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
		assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
		assert_int_equal(ttm_bo_validate(bo, &nowhere, &ctx), 0);
		ttm_bo_unreserve(bo);
		assert_int_equal(sim_bo_mem_type(bo), TTM_PL_SYSTEM);
		assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
		assert_int_equal(value, 0);
		ttm_bo_put(bo);
	}
}

static void test_validate_counts_bytes_moved(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };
	struct ttm_placement placement = { 1, &place, 0, NULL };
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_TT, ttm_cached);

	assert_int_equal(ttm_bo_reserve(bo, false, true, NULL), 0);
	assert_int_equal(ttm_bo_reserve(bo, false, true, NULL), -EBUSY);
	assert_int_equal(ttm_bo_validate(bo, &placement, &ctx), 0);
	assert_int_equal(ctx.bytes_moved, 2 * fx->page);
	assert_int_equal(ttm_bo_validate(bo, &placement, &ctx), 0);
	assert_int_equal(ctx.bytes_moved, 2 * fx->page);
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
}

/* 6.12 refuses to move a pinned object; older releases leave that to drivers. */
static void test_validate_moves_pinned_objects_in_old_releases(void **state)
{
	static const struct { const char *release; int result; } cases[] = {
		{ "5.11", 0 }, { "6.1", 0 }, { "6.12", -EINVAL },
	};
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };
	struct ttm_placement placement = { 1, &place, 0, NULL };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sim_machine_config config = { .release = cases[i].release };
		struct ttm_operation_ctx ctx = { 0 };
		struct ttm_buffer_object *bo;
		struct ttm_fixture fx;

		ttm_fixture_open(&fx, &config);
		bo = ttm_bo(&fx, 2, TTM_PL_TT, ttm_cached);
		assert_int_equal(ttm_bo_reserve(bo, false, true, NULL), 0);
		ttm_bo_pin(bo);
		assert_int_equal(ttm_bo_validate(bo, &placement, &ctx), cases[i].result);
		place.mem_type = bo->resource->mem_type;
		assert_int_equal(place.mem_type, cases[i].result ? TTM_PL_TT : TTM_PL_VRAM);
		assert_int_equal(ttm_bo_validate(bo, &placement, &ctx), 0);
		place.mem_type = TTM_PL_VRAM;
		ttm_bo_unpin(bo);
		ttm_bo_unreserve(bo);
		ttm_bo_put(bo);
		ttm_fixture_close(&fx);
	}
}

static void test_reserve_no_wait_with_ticket_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, &reservation_ww_class);
	assert_int_equal(ttm_bo_reserve(bo, false, true, &ctx), -EBUSY);
	assert_int_equal(ttm_bo_reserve(bo, true, false, &ctx), 0);
	assert_int_equal(ttm_bo_reserve(bo, true, false, &ctx), -EALREADY);
	ttm_bo_unreserve(bo);
	ww_acquire_fini(&ctx);
	fx->expect_warnings = true;
	ttm_bo_put(bo);
}

static void test_unpin_without_pin_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	ttm_bo_unpin(bo);
	ttm_bo_unreserve(bo);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	ttm_bo_put(bo);
}

static void test_wait_is_for_fences(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct dma_fence *fence = sim_fence_create(fx->machine);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	assert_int_equal(ttm_bo_wait(bo, true, true), 0);
	dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_BOOKKEEP);
	assert_int_equal(ttm_bo_wait(bo, true, true), -EBUSY);
	fx->task->sim_signal_pending = true;
	assert_int_equal(ttm_bo_wait(bo, true, false), -ERESTARTSYS);
	fx->task->sim_signal_pending = false;
	dma_fence_signal(fence);
	assert_int_equal(ttm_bo_wait(bo, true, false), 0);
	ttm_bo_unreserve(bo);
	dma_fence_put(fence);
	ttm_bo_put(bo);
}

/* ---- the end ---- */

static int nr_destroyed, nr_notified;

static void own_destroy(struct ttm_buffer_object *bo)
{
	nr_destroyed++;
	drm_gem_object_release(&bo->base);
}

static void own_notify(struct ttm_buffer_object *bo)
{
	(void)bo;
	nr_notified++;
}

static void test_mapping_keeps_the_object(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	assert_int_equal(kref_read(&bo->kref), 2);
	ttm_bo_put(bo);
	ttm_store(fx, addr, 1);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 1);
	assert_int_equal(sim_munmap(fx->task, addr, 2 * fx->page), 0);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 0);
}

static void test_put_of_a_reserved_object_frees_it_later(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_TT, ttm_cached);
	struct ttm_buffer_object *other = ttm_bo(fx, 1, TTM_PL_TT, ttm_cached);
	unsigned long pgoff = sim_bo_pgoff(bo);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	ttm_bo_put(bo);
	assert_true(bo->deleted);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 2);
	assert_false(ttm_bo_delayed_delete(fx->bdev, false));
	ttm_bo_unreserve(bo);
	/* it is there, but nobody can map it any more */
	assert_int_equal(sim_mmap(fx->task, 0, fx->page, PROT_READ, MAP_SHARED, fx->file, pgoff),
			 -EINVAL);
	ttm_bo_put(other);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 0);
	ttm_bo_put(NULL);
}

static void test_put_of_a_busy_object_waits_for_its_fence(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	struct dma_fence *fence = sim_fence_create(fx->machine);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_READ);
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
	assert_false(ttm_bo_delayed_delete(fx->bdev, false));
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 1);
	dma_fence_signal(fence);
	assert_true(ttm_bo_delayed_delete(fx->bdev, false));
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 0);
	dma_fence_put(fence);
}

static void test_driver_hears_of_the_end_once(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_TT, ttm_cached);

	funcs.release_notify = own_notify;
	fx->bdev->funcs = &funcs;
	nr_notified = 0;
	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	ttm_bo_put(bo);
	ttm_bo_unreserve(bo);
	assert_true(ttm_bo_delayed_delete(fx->bdev, false));
	assert_int_equal(nr_notified, 1);
	fx->bdev->funcs = old;
}

static void test_put_of_a_pinned_object_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	ttm_bo_pin(bo);
	ttm_bo_put(bo);		/* still reserved: goes to the list of the deleted */
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	assert_int_equal(bo->pin_count, 0);
	ttm_bo_unreserve(bo);
	assert_true(ttm_bo_delayed_delete(fx->bdev, true));
	fx->expect_warnings = true;
}

/* ---- a driver of one's own ---- */

static struct ttm_tt *no_tt(struct ttm_buffer_object *bo, uint32_t page_flags)
{
	(void)bo, (void)page_flags;
	return NULL;
}

static void test_init_failure_calls_destroy_once(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_placement placement = { 1, &place, 1, &place };
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object bo = { 0 };

	funcs.ttm_tt_create = no_tt;
	funcs.release_notify = own_notify;
	funcs.delete_mem_notify = own_notify;
	fx->bdev->funcs = &funcs;
	nr_destroyed = nr_notified = 0;
	drm_gem_private_object_init(sim_ttm_ddev(fx->dev), &bo.base, fx->page);
	assert_int_equal(ttm_bo_init_validate(fx->bdev, &bo, ttm_bo_type_device, &placement, 0,
					      false, NULL, NULL, own_destroy), -ENOMEM);
	assert_int_equal(nr_destroyed, 1);
	assert_int_equal(nr_notified, 2);
	fx->bdev->funcs = old;
}

/* Objects that share a reservation: the second outlives nobody. */
static void test_shared_reservation_is_left_at_the_end(void **state)
{
	struct ttm_placement nowhere = { 0 };
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_buffer_object *first = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_buffer_object bo = { 0 };

	funcs.ttm_tt_create = first->bdev->funcs->ttm_tt_create;
	nr_destroyed = 0;
	drm_gem_private_object_init(sim_ttm_ddev(fx->dev), &bo.base, fx->page);
	assert_int_equal(ttm_bo_reserve(first, false, false, NULL), 0);
	fx->bdev->funcs = &funcs;
	funcs.ttm_tt_create = no_tt;
	assert_int_equal(ttm_bo_init_reserved(fx->bdev, &bo, ttm_bo_type_kernel, &nowhere, 0,
					      &ctx, NULL, first->base.resv, own_destroy),
			 -ENOMEM);
	assert_int_equal(nr_destroyed, 1);
	fx->bdev->funcs = old;
	ttm_bo_unreserve(first);
	ttm_bo_put(first);
}

/* ---- without memory: 6.12 has no resource for it, older releases system memory's ---- */

static bool has_no_resource(const struct ttm_fixture *fx)
{
	return !strcmp(fx->release, "6.12");
}

static void check_dropped(struct ttm_fixture *fx)
{
	struct ttm_placement nowhere = { 0 };
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	uint8_t byte = 7;

	assert_int_equal(sim_bo_write(bo, 0, &byte, 1), 0);
	for (int i = 0; i < 2; i++) { /* the second time there is nothing to drop */
		assert_int_equal(ttm_bo_reserve(bo, false, true, NULL), 0);
		assert_int_equal(ttm_bo_validate(bo, &nowhere, &ctx), 0);
		assert_non_null(bo->ttm);
		assert_false(ttm_tt_is_populated(bo->ttm));
		if (has_no_resource(fx))
			assert_null(bo->resource);
		else
			assert_int_equal(bo->resource->mem_type, TTM_PL_SYSTEM);
		ttm_bo_unreserve(bo);
	}
	assert_int_equal(ttm_resource_manager_usage(ttm_manager_type(fx->bdev, TTM_PL_VRAM)), 0);
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_SYSTEM);
	for (uint32_t type = TTM_PL_SYSTEM; type <= TTM_PL_VRAM; type++) {
		assert_int_equal(ttm_bo_reserve(bo, false, true, NULL), 0);
		assert_int_equal(ttm_bo_validate(bo, &nowhere, &ctx), 0);
		ttm_bo_unreserve(bo);
		assert_int_equal(sim_bo_move(bo, type), 0);
		assert_int_equal(bo->resource->mem_type, type);
		assert_int_equal(sim_bo_read(bo, 0, &byte, 1), 0);
		assert_int_equal(byte, 0);
	}
	ttm_bo_put(bo);
}

static void test_object_without_memory_by_release(void **state)
{
	ttm_fixture_each(check_dropped, state);
}

static int nr_moves_from_nowhere;

static int counting_move(struct ttm_buffer_object *bo, bool evict,
			 struct ttm_operation_ctx *ctx, struct ttm_resource *new_mem,
			 struct ttm_place *hop)
{
	(void)evict, (void)ctx, (void)hop;
	nr_moves_from_nowhere += !bo->resource;
	ttm_bo_move_null(bo, new_mem);
	return 0;
}

/* What a driver's first move sees of a new object. */
static void check_first_move(struct ttm_fixture *fx)
{
	struct ttm_place place = { .mem_type = TTM_PL_TT };
	struct ttm_placement placement = { 1, &place, 1, &place }, nowhere = { 0 };
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_operation_ctx ctx = { 0 };
	struct sim_bo sbo = { .caching = ttm_cached };
	struct ttm_buffer_object *bo = &sbo.base;

	funcs.move = counting_move;
	fx->bdev->funcs = &funcs;
	nr_moves_from_nowhere = nr_destroyed = 0;
	drm_gem_private_object_init(sim_ttm_ddev(fx->dev), &bo->base, fx->page);
	assert_int_equal(ttm_bo_init_reserved(fx->bdev, bo, ttm_bo_type_kernel, &nowhere, 0,
					      &ctx, NULL, NULL, own_destroy), 0);
	assert_int_equal(bo->resource == NULL, has_no_resource(fx));
	assert_int_equal(ttm_bo_validate(bo, &placement, &ctx), 0);
	assert_int_equal(bo->resource->mem_type, TTM_PL_TT);
	assert_true(ttm_tt_is_populated(bo->ttm));
	assert_int_equal(nr_moves_from_nowhere, has_no_resource(fx));
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
	assert_int_equal(nr_destroyed, 1);
	fx->bdev->funcs = old;
}

static void test_first_move_by_release(void **state)
{
	ttm_fixture_each(check_first_move, state);
}

static void test_crashed_machine_validates_nothing(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);

	sim_outcome_record(fx->machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), -EIO);
	assert_null(sim_bo_create(fx->dev, 1, TTM_PL_SYSTEM, ttm_cached));
	assert_int_equal(errno, EIO);
	ttm_bo_put(bo);
}

#define B_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_move_keeps_bytes_and_drops_mappings),
	B_TEST(test_move_is_an_event),
	B_TEST(test_move_drops_mappings_of_a_child),
	B_TEST(test_move_goes_by_way_of_a_hop),
	B_TEST(test_failed_move_leaves_it_there),
	B_TEST(test_validate_to_nowhere_drops_contents),
	B_TEST(test_validate_counts_bytes_moved),
	TTM_TEST(test_validate_moves_pinned_objects_in_old_releases),
	B_TEST(test_reserve_no_wait_with_ticket_warns),
	B_TEST(test_unpin_without_pin_warns),
	B_TEST(test_wait_is_for_fences),
	B_TEST(test_mapping_keeps_the_object),
	B_TEST(test_put_of_a_reserved_object_frees_it_later),
	B_TEST(test_put_of_a_busy_object_waits_for_its_fence),
	B_TEST(test_driver_hears_of_the_end_once),
	B_TEST(test_put_of_a_pinned_object_warns),
	B_TEST(test_init_failure_calls_destroy_once),
	B_TEST(test_shared_reservation_is_left_at_the_end),
	TTM_TEST(test_object_without_memory_by_release),
	TTM_TEST(test_first_move_by_release),
	B_TEST(test_crashed_machine_validates_nothing),
};

SIM_TEST_MAIN(tests)
