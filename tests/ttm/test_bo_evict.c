/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int setup(void **state)
{
	static struct ttm_fixture fx;

	ttm_fixture_open(&fx, NULL);	/* 64 pages of VRAM, 128 of TT */
	*state = &fx;
	return 0;
}

static int teardown(void **state)
{
	ttm_fixture_close(*state);
	return 0;
}

static void mark(struct ttm_buffer_object *bo, uint8_t value)
{
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	assert_int_equal(sim_bo_write(bo, bo->base.size - 1, &value, 1), 0);
}

static void assert_marked(struct ttm_buffer_object *bo, uint8_t value)
{
	uint8_t first = 0, last = 0;

	assert_int_equal(sim_bo_read(bo, 0, &first, 1), 0);
	assert_int_equal(sim_bo_read(bo, bo->base.size - 1, &last, 1), 0);
	assert_int_equal(first, value);
	assert_int_equal(last, value);
}

static void test_full_vram_evicts_the_oldest_with_bytes(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo[4];

	for (int i = 0; i < 4; i++) {
		bo[i] = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);
		mark(bo[i], (uint8_t)(i + 1));
	}
	mark(bo[0], 10);	/* touched: no longer the oldest */
	ttm_bo_put(ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached));
	assert_int_equal(sim_bo_mem_type(bo[0]), TTM_PL_VRAM);
	assert_int_equal(sim_bo_mem_type(bo[1]), TTM_PL_TT);
	assert_int_equal(sim_bo_mem_type(bo[2]), TTM_PL_VRAM);
	assert_marked(bo[0], 10);
	for (int i = 1; i < 4; i++)
		assert_marked(bo[i], (uint8_t)(i + 1));
	for (int i = 0; i < 4; i++)
		ttm_bo_put(bo[i]);
}

static void test_full_tt_sends_on_to_system(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *vram = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
	struct ttm_buffer_object *tt = ttm_bo(fx, 128, TTM_PL_TT, ttm_cached);
	struct ttm_buffer_object *more;

	mark(vram, 1);
	mark(tt, 2);
	more = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
	/* no room in TT without evicting: straight to system memory */
	assert_int_equal(sim_bo_mem_type(vram), TTM_PL_SYSTEM);
	assert_int_equal(sim_bo_mem_type(tt), TTM_PL_TT);
	assert_int_equal(sim_bo_move(vram, TTM_PL_TT), 0);
	assert_int_equal(sim_bo_mem_type(tt), TTM_PL_SYSTEM);
	assert_marked(vram, 1);
	assert_marked(tt, 2);
	ttm_bo_put(more);
	ttm_bo_put(tt);
	ttm_bo_put(vram);
}

static void test_eviction_under_a_mapping(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached), *other;
	unsigned long addr = ttm_map(fx, bo);

	ttm_store(fx, addr, 21);
	other = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
	assert_true(ttm_pte(fx, addr).none);
	assert_int_equal(ttm_load(fx, addr), 21);
	assert_int_equal(ttm_pte(fx, addr).pfn, ttm_pfn(bo, 0));
	ttm_bo_put(other);
	ttm_bo_put(bo);
}

static void test_pinned_and_reserved_are_passed_over(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *pinned = ttm_bo(fx, 32, TTM_PL_VRAM, ttm_cached);
	struct ttm_buffer_object *reserved = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);
	struct ttm_buffer_object *free_one = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached), *bo;

	assert_int_equal(sim_bo_pin(pinned), 0);
	assert_int_equal(ttm_bo_reserve(reserved, false, false, NULL), 0);
	bo = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_bo_mem_type(free_one), TTM_PL_TT);
	assert_int_equal(sim_bo_pin(bo), 0);
	/* nothing is left that could go */
	assert_null(sim_bo_create(fx->dev, 1, TTM_PL_VRAM, ttm_cached));
	assert_int_equal(errno, ENOMEM);
	ttm_bo_unreserve(reserved);
	assert_int_equal(sim_bo_mem_type(pinned), TTM_PL_VRAM);
	assert_int_equal(sim_bo_move(pinned, TTM_PL_SYSTEM), -EBUSY);
	assert_int_equal(sim_bo_move(pinned, TTM_PL_VRAM), 0);
	assert_int_equal(sim_bo_unpin(pinned), 0);
	assert_int_equal(sim_bo_unpin(pinned), -EINVAL);
	assert_int_equal(sim_bo_unpin(bo), 0);
	ttm_bo_put(bo);
	ttm_bo_put(free_one);
	ttm_bo_put(reserved);
	ttm_bo_put(pinned);
}

static void test_too_large_for_vram_is_enomem(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 8, TTM_PL_VRAM, ttm_cached);

	assert_null(sim_bo_create(fx->dev, 65, TTM_PL_VRAM, ttm_cached));
	assert_int_equal(errno, ENOMEM);
	/* it was tried: all that could go has gone */
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_TT);
	ttm_bo_put(bo);
}

static void test_deleted_object_gives_its_room(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached), *other;
	struct dma_fence *fence = sim_fence_create(fx->machine);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_BOOKKEEP);
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
	dma_fence_signal(fence);
	other = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_BO), 1);
	ttm_bo_put(other);
	dma_fence_put(fence);
}

static void drop_contents(struct ttm_buffer_object *bo, struct ttm_placement *placement)
{
	(void)bo;
	memset(placement, 0, sizeof(*placement));
}

static void test_driver_may_drop_contents(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached), *other;

	funcs.evict_flags = drop_contents;
	fx->bdev->funcs = &funcs;
	mark(bo, 9);
	other = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_SYSTEM);
	assert_marked(bo, 0);
	ttm_bo_put(other);
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

static void test_own_reservation_is_evicted_only_when_allowed(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
	struct ttm_operation_ctx ctx = { .resv = bo->base.resv };
	struct ttm_resource_manager *man = ttm_manager_type(fx->bdev, TTM_PL_VRAM);

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	assert_int_equal(ttm_mem_evict_first(fx->bdev, man, &place, &ctx, NULL), -EBUSY);
	ctx.allow_res_evict = true;
	/* pinned, and still on the list of those that are not */
	ttm_bo_pin(bo);
	assert_int_equal(ttm_mem_evict_first(fx->bdev, man, &place, &ctx, NULL), -EBUSY);
	ttm_bo_unpin(bo);
	assert_int_equal(ttm_mem_evict_first(fx->bdev, man, &place, &ctx, NULL), 0);
	assert_int_equal(bo->resource->mem_type, TTM_PL_TT);
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
}

static void test_crashed_machine_evicts_nothing(void **state)
{
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);

	sim_outcome_record(fx->machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(ttm_mem_evict_first(fx->bdev, ttm_manager_type(fx->bdev, TTM_PL_VRAM),
					     NULL, &ctx, NULL), -EIO);
	ttm_bo_put(bo);
}

static void test_place_that_would_not_gain_evicts_nothing(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM, .fpfn = 32 };
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);

	assert_int_equal(ttm_mem_evict_first(fx->bdev, ttm_manager_type(fx->bdev, TTM_PL_VRAM),
					     &place, &ctx, NULL), -EBUSY);
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_VRAM);
	ttm_bo_put(bo);
}

static void test_eviction_waits_for_a_busy_object_with_a_ticket(void **state)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 16, TTM_PL_VRAM, ttm_cached);
	struct ww_acquire_ctx young, old;
	int ret;

	ww_acquire_init(&old, &reservation_ww_class);
	ww_acquire_init(&young, &reservation_ww_class);
	assert_int_equal(ttm_bo_reserve(bo, false, false, &old), 0);
	/* the wait is for our own thread here: it must come back all the same */
	ret = ttm_mem_evict_first(fx->bdev, ttm_manager_type(fx->bdev, TTM_PL_VRAM), NULL, &ctx,
				  &young);
	assert_int_equal(ret, -EBUSY);
	ttm_bo_unreserve(bo);
	fx->expect_warnings = true;	/* recursive locking */
	ttm_bo_put(bo);
}

static void test_new_object_waits_for_the_last_move(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };
	struct ttm_placement placement = { 1, &place, 0, NULL };
	struct ttm_operation_ctx no_wait = { .no_wait_gpu = true }, wait = { 0 };
	struct ttm_fixture *fx = *state;
	struct ttm_resource_manager *man = ttm_manager_type(fx->bdev, TTM_PL_VRAM);
	struct dma_fence *fence = sim_fence_create(fx->machine);
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_resource *mem;

	man->move = dma_fence_get(fence);
	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	assert_int_equal(ttm_bo_mem_space(bo, &placement, &mem, &no_wait), -ENOMEM);
	assert_int_equal(ttm_bo_mem_space(bo, &placement, &mem, &wait), 0);
	assert_false(dma_resv_test_signaled(bo->base.resv, DMA_RESV_USAGE_KERNEL));
	ttm_resource_free(bo, &mem);
	dma_fence_signal(fence);
	assert_int_equal(ttm_bo_mem_space(bo, &placement, &mem, &no_wait), 0);
	ttm_resource_free(bo, &mem);
	ttm_bo_unreserve(bo);
	dma_fence_put(fence);
	ttm_bo_put(bo);
}

static void check_unknown_memory(struct ttm_fixture *fx)
{
	bool forced = !strcmp(fx->release, "6.12");
	static const uint32_t types[] = { 77, TTM_PL_PRIV, TTM_NUM_MEM_TYPES };
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_operation_ctx ctx = { 0 };
	struct ttm_resource *mem;

	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(types); i++) {
		struct ttm_place place = { .mem_type = types[i] };
		struct ttm_placement placement = { 1, &place, 1, &place };

		assert_int_equal(ttm_bo_mem_space(bo, &placement, &mem, &ctx),
				 forced ? -ENOSPC : -EINVAL);
		assert_int_equal(ttm_bo_validate(bo, &placement, &ctx),
				 forced ? -ENOMEM : -EINVAL);
		assert_int_equal(bo->resource->mem_type, TTM_PL_SYSTEM);
	}
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
}

static void test_unknown_memory_by_release(void **state)
{
	ttm_fixture_each(check_unknown_memory, state);
}

/* VRAM is full: where does an object go that may lie in VRAM, perhaps in TT? */
static void check_placement(struct ttm_fixture *fx)
{
	bool forced = !strcmp(fx->release, "6.12");
	const struct {
		const char *what;
		uint32_t vram, tt;	/* flags */
		unsigned int nr, nr_busy;
		int ret;
		uint32_t where;
		bool evicts;
	} cases[] = {
		{ "VRAM", 0, 0, 1, 0, forced ? 0 : -ENOMEM, forced ? TTM_PL_VRAM : TTM_PL_SYSTEM,
		  forced },
		{ "VRAM, busy", 0, 0, 1, 1, 0, TTM_PL_VRAM, true },
		{ "VRAM or TT", 0, 0, 2, 2, 0, TTM_PL_TT, false },
		{ "only busy", 0, 0, 0, 1, 0, forced ? TTM_PL_SYSTEM : TTM_PL_VRAM, !forced },
		{ "VRAM desired", TTM_PL_FLAG_DESIRED, 0, 1, 1, forced ? -ENOMEM : 0,
		  forced ? TTM_PL_SYSTEM : TTM_PL_VRAM, !forced },
		{ "VRAM fallback", TTM_PL_FLAG_FALLBACK, 0, 1, 1, 0, TTM_PL_VRAM, true },
		{ "VRAM desired, TT fallback", TTM_PL_FLAG_DESIRED, TTM_PL_FLAG_FALLBACK, 2, 2,
		  0, TTM_PL_TT, false },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_place place[2] = {
			{ .mem_type = TTM_PL_VRAM, .flags = cases[i].vram },
			{ .mem_type = TTM_PL_TT, .flags = cases[i].tt },
		};
		struct ttm_placement placement = { cases[i].nr, place, cases[i].nr_busy, place };
		struct ttm_buffer_object *full = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
		struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
		struct ttm_operation_ctx ctx = { 0 };
		int ret;

		assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
		ret = ttm_bo_validate(bo, &placement, &ctx);
		ttm_bo_unreserve(bo);
		if (ret != cases[i].ret || sim_bo_mem_type(bo) != cases[i].where ||
		    (sim_bo_mem_type(full) != TTM_PL_VRAM) != cases[i].evicts)
			fail_msg("%s: %d, in %u, full in %u", cases[i].what, ret,
				 sim_bo_mem_type(bo), sim_bo_mem_type(full));
		ttm_bo_put(bo);
		ttm_bo_put(full);
	}
}

static void test_places_with_and_without_eviction_by_release(void **state)
{
	ttm_fixture_each(check_placement, state);
}

#define E_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	E_TEST(test_full_vram_evicts_the_oldest_with_bytes),
	E_TEST(test_full_tt_sends_on_to_system),
	E_TEST(test_eviction_under_a_mapping),
	E_TEST(test_pinned_and_reserved_are_passed_over),
	E_TEST(test_too_large_for_vram_is_enomem),
	E_TEST(test_deleted_object_gives_its_room),
	E_TEST(test_driver_may_drop_contents),
	E_TEST(test_own_reservation_is_evicted_only_when_allowed),
	E_TEST(test_crashed_machine_evicts_nothing),
	E_TEST(test_place_that_would_not_gain_evicts_nothing),
	E_TEST(test_eviction_waits_for_a_busy_object_with_a_ticket),
	E_TEST(test_new_object_waits_for_the_last_move),
	TTM_TEST(test_unknown_memory_by_release),
	TTM_TEST(test_places_with_and_without_eviction_by_release),
};

SIM_TEST_MAIN(tests)
