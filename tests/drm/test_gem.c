/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void test_gem_object_begins_with_its_own_reservation(void **state)
{
	struct ttm_fixture fx;
	struct drm_gem_object obj;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	drm_gem_private_object_init(sim_ttm_ddev(fx.dev), &obj, 5 * fx.page);
	assert_ptr_equal(obj.resv, &obj._resv);
	assert_int_equal(obj.size, 5 * fx.page);
	assert_int_equal(kref_read(&obj.refcount), 1);
	assert_int_equal(drm_vma_offset_add(obj.dev->vma_offset_manager, &obj.vma_node, 5), 0);
	drm_gem_object_release(&obj);
	assert_int_equal(drm_vma_node_size(&obj.vma_node), 0);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_gem_object_begins_with_its_own_reservation),
};

SIM_TEST_MAIN(tests)
