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

static struct ttm_resource_manager *vram(struct ttm_fixture *fx)
{
	return ttm_manager_type(fx->bdev, TTM_PL_VRAM);
}

static void test_usage_follows_objects(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 3, TTM_PL_VRAM, ttm_cached);

	assert_int_equal(ttm_resource_manager_usage(vram(fx)), 3 * fx->page);
	assert_int_equal(sim_bo_move(bo, TTM_PL_TT), 0);
	assert_int_equal(ttm_resource_manager_usage(vram(fx)), 0);
	assert_int_equal(ttm_resource_manager_usage(ttm_manager_type(fx->bdev, TTM_PL_TT)),
			 3 * fx->page);
	ttm_bo_put(bo);
	assert_int_equal(ttm_resource_manager_usage(ttm_manager_type(fx->bdev, TTM_PL_TT)), 0);
}

static struct ttm_buffer_object *oldest(struct ttm_fixture *fx)
{
	struct ttm_resource_cursor cursor;
	struct ttm_resource *res;

	ttm_lru_lock(fx->bdev);
	res = ttm_resource_manager_first(vram(fx), &cursor);
	ttm_lru_unlock(fx->bdev);
	return res ? res->bo : NULL;
}

static void test_unreserve_makes_newest(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *a = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
	struct ttm_buffer_object *b = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);

	assert_ptr_equal(oldest(fx), a);
	assert_int_equal(ttm_bo_reserve(a, false, false, NULL), 0);
	ttm_bo_unreserve(a);
	assert_ptr_equal(oldest(fx), b);
	ttm_bo_put(a);
	ttm_bo_put(b);
	assert_null(oldest(fx));
}

static void test_walk_goes_by_priority_then_age(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo[4];
	struct ttm_resource_cursor cursor;
	struct ttm_resource *res;
	static const unsigned int priority[] = { 3, 0, 1, 0 }, want[] = { 1, 3, 2, 0 };
	int i = 0;

	for (i = 0; i < 4; i++) {
		bo[i] = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
		assert_int_equal(ttm_bo_reserve(bo[i], false, false, NULL), 0);
		bo[i]->priority = priority[i];
		ttm_bo_unreserve(bo[i]);
	}
	i = 0;
	ttm_lru_lock(fx->bdev);
	for (res = ttm_resource_manager_first(vram(fx), &cursor); res;
	     res = ttm_resource_manager_next(vram(fx), &cursor, res))
		assert_ptr_equal(res->bo, bo[want[i++]]);
	ttm_lru_unlock(fx->bdev);
	assert_int_equal(i, 4);
	for (i = 0; i < 4; i++)
		ttm_bo_put(bo[i]);
}

static void test_pinned_leave_the_lru_list(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);

	assert_int_equal(sim_bo_pin(bo), 0);
	assert_null(oldest(fx));
	assert_int_equal(sim_bo_unpin(bo), 0);
	assert_ptr_equal(oldest(fx), bo);
	ttm_bo_put(bo);
}

static void test_compat_compares_places(void **state)
{
	static const struct {
		const char *what;
		struct ttm_place place;
		bool fits;
	} cases[] = {
		{ "same memory", { .mem_type = TTM_PL_VRAM }, true },
		{ "other memory", { .mem_type = TTM_PL_TT }, false },
		{ "begins above it", { .mem_type = TTM_PL_VRAM, .fpfn = 1 }, false },
		{ "ends where it ends", { .mem_type = TTM_PL_VRAM, .lpfn = 2 }, true },
		{ "ends within it", { .mem_type = TTM_PL_VRAM, .lpfn = 1 }, false },
		{ "contiguous", { .mem_type = TTM_PL_VRAM, .flags = TTM_PL_FLAG_CONTIGUOUS },
		  false },
	};
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_placement first = { 1, &cases[i].place, 0, NULL };
		struct ttm_placement busy = { 0, NULL, 1, &cases[i].place };

		if (ttm_resource_compat(bo->resource, &first) != cases[i].fits ||
		    ttm_resource_compat(bo->resource, &busy) != cases[i].fits)
			fail_msg("%s", cases[i].what);
	}
	bo->resource->placement |= TTM_PL_FLAG_TEMPORARY;
	assert_false(ttm_resource_compat(bo->resource,
					 &(struct ttm_placement){ 1, &cases[0].place, 0, NULL }));
	ttm_bo_put(bo);
}

static void test_alloc_of_no_type_is_einval(void **state)
{
	static const uint32_t types[] = { TTM_NUM_MEM_TYPES, ~0u };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_resource *res = NULL;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(types); i++) {
		struct ttm_place place = { .mem_type = types[i] };

		assert_int_equal(ttm_resource_alloc(bo, &place, &res), -EINVAL);
	}
	ttm_resource_free(bo, &res);
	ttm_bo_put(bo);
}

static void test_intersects_asks_the_manager(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	struct ttm_place above = { .mem_type = TTM_PL_VRAM, .fpfn = 2 };
	struct ttm_place on = { .mem_type = TTM_PL_VRAM, .fpfn = 1 };

	assert_false(ttm_resource_intersects(fx->bdev, NULL, &on, 1));
	assert_true(ttm_resource_intersects(fx->bdev, bo->resource, NULL, 1));
	assert_true(ttm_resource_intersects(fx->bdev, bo->resource, &on, 1));
	assert_false(ttm_resource_intersects(fx->bdev, bo->resource, &above, 1));
	ttm_bo_put(bo);
}

static void test_evict_all_waits_for_the_last_move(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);

	vram(fx)->move = dma_fence_get(fence);
	dma_fence_signal(fence);
	assert_int_equal(ttm_resource_manager_evict_all(fx->bdev, vram(fx)), 0);
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_TT);
	ttm_resource_manager_cleanup(vram(fx));
	assert_int_equal(kref_read(&fence->refcount), 1);
	dma_fence_put(fence);
	ttm_bo_put(bo);
}

static void test_set_used_with_objects_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);

	assert_true(ttm_resource_manager_used(vram(fx)));
	ttm_resource_manager_set_used(vram(fx), false);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	assert_false(ttm_resource_manager_used(vram(fx)));
	assert_null(sim_bo_create(fx->dev, 1, TTM_PL_VRAM, ttm_cached));
	assert_int_equal(errno, EINVAL);
	fx->expect_warnings = true;
	ttm_bo_put(bo);
}

#define R_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	R_TEST(test_usage_follows_objects),
	R_TEST(test_unreserve_makes_newest),
	R_TEST(test_walk_goes_by_priority_then_age),
	R_TEST(test_pinned_leave_the_lru_list),
	R_TEST(test_compat_compares_places),
	R_TEST(test_alloc_of_no_type_is_einval),
	R_TEST(test_intersects_asks_the_manager),
	R_TEST(test_evict_all_waits_for_the_last_move),
	R_TEST(test_set_used_with_objects_warns),
};

SIM_TEST_MAIN(tests)
