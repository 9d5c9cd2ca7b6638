/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void check_default_mode(struct ttm_fixture *fx)
{
	enum sim_ttm_mode want = strcmp(fx->release, "5.11") ? SIM_TTM_PFN : SIM_TTM_MIXED;

	assert_int_equal(fx->bdev->sim_mode, want);
	assert_int_equal(fx->bdev->sim_prefault, TTM_BO_VM_NUM_PREFAULT);
}

static void test_default_mode_is_the_releases(void **state)
{
	ttm_fixture_each(check_default_mode, state);
}

static void test_mode_names(void **state)
{
	(void)state;
	assert_string_equal(sim_ttm_mode_name(SIM_TTM_DEFAULT), "default");
	assert_string_equal(sim_ttm_mode_name(SIM_TTM_PFNS), "pfns");
	assert_string_equal(sim_ttm_mode_name(SIM_TTM_HUGE), "huge");
	assert_null(sim_ttm_mode_name(SIM_NR_TTM_MODES));
	assert_null(sim_ttm_mode_name((enum sim_ttm_mode)-1));
}

static void test_set_mode_refuses_unknown_ones(void **state)
{
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	assert_int_equal(sim_ttm_device_set_mode(fx.bdev, SIM_NR_TTM_MODES), -EINVAL);
	assert_int_equal(fx.bdev->sim_mode, SIM_TTM_PFN);
	assert_int_equal(sim_ttm_device_set_mode(fx.bdev, SIM_TTM_APPLY), 0);
	assert_int_equal(sim_ttm_device_set_mode(fx.bdev, SIM_TTM_DEFAULT), 0);
	assert_int_equal(fx.bdev->sim_mode, SIM_TTM_PFN);
	ttm_fixture_close(&fx);
}

static void test_init_wants_mapping_and_offsets(void **state)
{
	struct drm_vma_offset_manager offsets;
	struct address_space *mapping;
	struct ttm_device bdev;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	mapping = sim_mapping_create(fx.machine);
	drm_vma_offset_manager_init(&offsets, 1, 1);
	assert_int_equal(ttm_device_init(&bdev, NULL, NULL, NULL, &offsets, false, false),
			 -EINVAL);
	assert_int_equal(ttm_device_init(&bdev, NULL, NULL, mapping, NULL, false, false),
			 -EINVAL);
	assert_int_equal(ttm_device_init(&bdev, NULL, NULL, mapping, &offsets, false, false), 0);
	assert_ptr_equal(ttm_manager_type(&bdev, TTM_PL_SYSTEM), &bdev.sysman);
	assert_null(ttm_manager_type(&bdev, TTM_PL_VRAM));
	ttm_device_fini(&bdev);
	assert_null(ttm_manager_type(&bdev, TTM_PL_SYSTEM));
	sim_outcome_record(fx.machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(ttm_device_init(&bdev, NULL, NULL, mapping, &offsets, false, false),
			 -EIO);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_default_mode_is_the_releases),
	TTM_TEST(test_mode_names),
	TTM_TEST(test_set_mode_refuses_unknown_ones),
	TTM_TEST(test_init_wants_mapping_and_offsets),
};

SIM_TEST_MAIN(tests)
