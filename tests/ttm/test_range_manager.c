/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void test_ranges_are_contiguous_and_disjoint(void **state)
{
	struct ttm_buffer_object *a, *b;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	a = ttm_bo(&fx, 5, TTM_PL_VRAM, ttm_cached);
	b = ttm_bo(&fx, 7, TTM_PL_VRAM, ttm_cached);
	for (unsigned long i = 0; i < 5; i++)
		assert_int_equal(ttm_pfn(a, i), fx.machine->phys->io_start + i);
	for (unsigned long i = 0; i < 7; i++)
		assert_int_equal(ttm_pfn(b, i), fx.machine->phys->io_start + 5 + i);
	ttm_bo_put(a);
	ttm_bo_put(b);
	ttm_fixture_close(&fx);
}

static void test_place_decides_where(void **state)
{
	static const struct {
		const char *what;
		struct ttm_place place;
		int ret;
		unsigned long start;
	} cases[] = {
		{ "anywhere", { 0, 0, TTM_PL_VRAM, 0 }, 0, 0 },
		{ "top down", { 0, 0, TTM_PL_VRAM, TTM_PL_FLAG_TOPDOWN }, 0, 60 },
		{ "from 8 on", { 8, 0, TTM_PL_VRAM, 0 }, 0, 8 },
		{ "top down below 32", { 0, 32, TTM_PL_VRAM, TTM_PL_FLAG_TOPDOWN }, 0, 28 },
		{ "too little room", { 8, 11, TTM_PL_VRAM, 0 }, -ENOSPC, 0 },
		{ "beyond the end", { 64, 0, TTM_PL_VRAM, 0 }, -ENOSPC, 0 },
	};
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 4, TTM_PL_SYSTEM, ttm_cached);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_resource *res = NULL;
		int ret = ttm_resource_alloc(bo, &cases[i].place, &res);

		if (ret != cases[i].ret || (!ret && res->start != cases[i].start))
			fail_msg("%s: %d", cases[i].what, ret);
		ttm_resource_free(bo, &res);
	}
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void test_init_refuses_types(void **state)
{
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	assert_int_equal(ttm_range_man_init(fx.bdev, TTM_PL_VRAM, false, 1), -EINVAL);
	assert_int_equal(ttm_range_man_init(fx.bdev, TTM_NUM_MEM_TYPES, false, 1), -EINVAL);
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(ttm_range_man_init(fx.bdev, TTM_PL_PRIV, false, 1), -ENOMEM);
	assert_int_equal(ttm_range_man_init(fx.bdev, TTM_PL_PRIV, false, 1), 0);
	assert_int_equal(ttm_range_man_fini(fx.bdev, TTM_PL_PRIV), 0);
	assert_int_equal(ttm_range_man_fini(fx.bdev, TTM_PL_PRIV), 0);
	assert_int_equal(ttm_range_man_fini(fx.bdev, TTM_NUM_MEM_TYPES), 0);
	ttm_fixture_close(&fx);
}

static void test_fini_evicts_with_bytes(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	uint8_t value = 7;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 2, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_bo_write(bo, fx.page, &value, 1), 0);
	assert_int_equal(ttm_range_man_fini(fx.bdev, TTM_PL_VRAM), 0);
	assert_null(ttm_manager_type(fx.bdev, TTM_PL_VRAM));
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_TT);
	value = 0;
	assert_int_equal(sim_bo_read(bo, fx.page, &value, 1), 0);
	assert_int_equal(value, 7);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_ranges_are_contiguous_and_disjoint),
	TTM_TEST(test_place_decides_where),
	TTM_TEST(test_init_refuses_types),
	TTM_TEST(test_fini_evicts_with_bytes),
};

SIM_TEST_MAIN(tests)
