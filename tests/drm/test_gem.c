/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void test_gem_object_begins_with_its_own_reservation(void **state)
{
	struct ttm_fixture fx;
	struct drm_gem_object obj = { 0 };

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

static void test_gem_object_keeps_a_reservation_of_the_drivers(void **state)
{
	struct drm_gem_object first = { 0 }, second = { 0 };
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	drm_gem_private_object_init(sim_ttm_ddev(fx.dev), &first, fx.page);
	second.resv = first.resv;
	drm_gem_private_object_init(sim_ttm_ddev(fx.dev), &second, fx.page);
	assert_ptr_equal(second.resv, &first._resv);
	assert_int_equal(dma_resv_lock(second.resv, NULL), 0);
	assert_false(dma_resv_trylock(first.resv));
	/* its own is there all the same */
	assert_true(dma_resv_trylock(&second._resv));
	dma_resv_unlock(&second._resv);
	dma_resv_unlock(second.resv);
	drm_gem_object_release(&second);
	drm_gem_object_release(&first);
	ttm_fixture_close(&fx);
}

static void test_gem_object_has_whole_pages(void **state)
{
	struct drm_gem_object obj = { 0 };
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	drm_gem_private_object_init(sim_ttm_ddev(fx.dev), &obj, fx.page + 1);
	assert_true(sim_crashed(fx.machine));
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->function,
			    "drm_gem_private_object_init");
	sim_machine_destroy(fx.machine);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_gem_object_begins_with_its_own_reservation),
	TTM_TEST(test_gem_object_keeps_a_reservation_of_the_drivers),
	TTM_TEST(test_gem_object_has_whole_pages),
};

SIM_TEST_MAIN(tests)
