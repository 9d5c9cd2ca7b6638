/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

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
	TTM_TEST(test_init_wants_mapping_and_offsets),
};

SIM_TEST_MAIN(tests)
