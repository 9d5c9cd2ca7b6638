/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int order[3], nr_run;

static void note_run(struct drm_device *dev, void *res)
{
	(void)dev;
	order[nr_run++] = *(int *)res;
}

static void test_managed_actions_run_newest_first(void **state)
{
	int one = 1, two = 2;
	struct drm_device dev;
	struct ttm_fixture fx;

	(void)state;
	nr_run = 0;
	ttm_fixture_open(&fx, NULL);
	sim_drm_device_init(&dev, fx.machine, NULL);
	assert_int_equal(drmm_add_action_or_reset(&dev, note_run, &one), 0);
	assert_int_equal(drmm_add_action_or_reset(&dev, note_run, &two), 0);
	assert_int_equal(nr_run, 0);
	sim_drm_device_fini(&dev);
	assert_int_equal(nr_run, 2);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
	ttm_fixture_close(&fx);
}

static void test_managed_action_without_memory_runs_at_once(void **state)
{
	struct drm_device dev;
	struct ttm_fixture fx;
	int one = 1;

	(void)state;
	nr_run = 0;
	ttm_fixture_open(&fx, NULL);
	sim_drm_device_init(&dev, fx.machine, NULL);
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(drmm_add_action_or_reset(&dev, note_run, &one), -ENOMEM);
	assert_int_equal(nr_run, 1);
	sim_drm_device_fini(&dev);
	assert_int_equal(nr_run, 1);
	ttm_fixture_close(&fx);
}

static void test_enter_fails_after_unplug(void **state)
{
	struct drm_device dev = { 0 };
	int idx;

	(void)state;
	assert_true(drm_dev_enter(NULL, &idx));
	assert_true(drm_dev_enter(&dev, &idx));
	drm_dev_exit(idx);
	assert_false(drm_dev_is_unplugged(&dev));
	drm_dev_unplug(&dev);
	assert_true(drm_dev_is_unplugged(&dev));
	assert_false(drm_dev_enter(&dev, &idx));
}

static void test_managed_memory_goes_with_the_device(void **state)
{
	struct drm_device dev;
	struct ttm_fixture fx;
	unsigned char *kept, *gone;
	unsigned long before;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	sim_drm_device_init(&dev, fx.machine, NULL);
	before = sim_live_objects(fx.machine, SIM_OBJ_MISC);
	kept = drmm_kzalloc(&dev, 100, GFP_KERNEL);
	assert_int_equal(kept[0] | kept[99], 0);
	gone = drmm_kmalloc(&dev, 10, GFP_KERNEL);
	drmm_kfree(&dev, gone);
	drmm_kfree(&dev, NULL);
	assert_int_equal(sim_live_objects(fx.machine, SIM_OBJ_MISC), before + 2);
	for (unsigned long nth = 1; nth <= 2; nth++) {
		sim_fail_alloc(fx.machine, nth);
		assert_null(drmm_kmalloc(&dev, 10, GFP_KERNEL));
	}
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
	drmm_kfree(&dev, &dev);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
	sim_drm_device_fini(&dev);
	assert_int_equal(sim_live_objects(fx.machine, SIM_OBJ_MISC), before);
	ttm_fixture_close(&fx);
}

static void check_unplug_unmaps(struct ttm_fixture *fx)
{
	bool unmaps = strcmp(fx->release, "5.11") != 0;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	ttm_store(fx, addr, 1);
	drm_dev_unplug(sim_ttm_ddev(fx->dev));
	assert_int_equal(ttm_pte(fx, addr).present, !unmaps);
	ttm_bo_put(bo);
}

static void test_unplug_unmaps_what_is_mapped(void **state)
{
	ttm_fixture_each(check_unplug_unmaps, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_managed_memory_goes_with_the_device),
	TTM_TEST(test_managed_actions_run_newest_first),
	TTM_TEST(test_managed_action_without_memory_runs_at_once),
	TTM_TEST(test_enter_fails_after_unplug),
	TTM_TEST(test_unplug_unmaps_what_is_mapped),
};

SIM_TEST_MAIN(tests)
