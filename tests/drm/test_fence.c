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

static void test_fence_signals_once(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);

	assert_false(dma_fence_is_signaled(fence));
	assert_int_equal(dma_fence_signal(fence), 0);
	assert_true(dma_fence_is_signaled(fence));
	assert_int_equal(dma_fence_signal(fence), -EINVAL);
	assert_int_equal(dma_fence_wait(fence, true), 0);
	dma_fence_put(fence);
}

static void test_fence_goes_with_its_last_reference(void **state)
{
	struct ttm_fixture *fx = *state;
	unsigned long before = sim_live_objects(fx->machine, SIM_OBJ_MISC);
	struct dma_fence *fence = sim_fence_create(fx->machine);

	assert_ptr_equal(dma_fence_get(fence), fence);
	dma_fence_put(fence);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_MISC), before + 1);
	dma_fence_put(fence);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_MISC), before);
	assert_null(dma_fence_get(NULL));
}

static void test_crash_ends_wait_for_fence(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);

	sim_outcome_record(fx->machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(dma_fence_wait(fence, false), -EIO);
	assert_null(sim_fence_create(fx->machine));
	dma_fence_put(fence);
}

#define FENCE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	FENCE_TEST(test_fence_signals_once),
	FENCE_TEST(test_fence_goes_with_its_last_reference),
	FENCE_TEST(test_crash_ends_wait_for_fence),
};

SIM_TEST_MAIN(tests)
