/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void test_system_memory_is_never_full(void **state)
{
	struct ttm_buffer_object *bo[8];
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	for (int i = 0; i < 8; i++)	/* each as large as all RAM, and without pages */
		bo[i] = ttm_bo(&fx, fx.machine->phys->ram.nr, TTM_PL_SYSTEM, ttm_cached);
	assert_int_equal(fx.bdev->sysman.size, 0);
	assert_true(fx.bdev->sysman.use_tt);
	for (int i = 0; i < 8; i++)
		ttm_bo_put(bo[i]);
	ttm_fixture_close(&fx);
}

static void test_system_alloc_without_memory_is_enomem(void **state)
{
	struct ttm_place place = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_resource *res = NULL;
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 1, TTM_PL_SYSTEM, ttm_cached);
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(ttm_resource_alloc(bo, &place, &res), -ENOMEM);
	assert_int_equal(ttm_resource_alloc(bo, &place, &res), 0);
	assert_int_equal(res->num_pages, 1);
	ttm_resource_free(bo, &res);
	assert_null(res);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_system_memory_is_never_full),
	TTM_TEST(test_system_alloc_without_memory_is_enomem),
};

SIM_TEST_MAIN(tests)
