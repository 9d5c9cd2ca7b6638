/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void check_default_mode(struct ttm_fixture *fx)
{
	enum sim_ttm_mode want = strcmp(fx->release, "5.11") ? SIM_TTM_PFN : SIM_TTM_MIXED;

	assert_int_equal(fx->dev->mode, want);
	assert_int_equal(fx->dev->prefault, TTM_BO_VM_NUM_PREFAULT);
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
	assert_int_equal(fx.dev->mode, SIM_TTM_PFN);
	assert_int_equal(sim_ttm_device_set_mode(fx.bdev, SIM_TTM_APPLY), 0);
	assert_int_equal(sim_ttm_device_set_mode(fx.bdev, SIM_TTM_DEFAULT), 0);
	assert_int_equal(fx.dev->mode, SIM_TTM_PFN);
	ttm_fixture_close(&fx);
}

/* ---- devices that a driver has for itself, in memory of the host ---- */

struct own {
	struct ttm_device bdev;
	struct drm_vma_offset_manager offsets;
	struct address_space *mapping;
};

static int own_init(struct own *own, struct sim_machine *machine)
{
	own->mapping = sim_mapping_create(machine);
	assert_non_null(own->mapping);
	drm_vma_offset_manager_init(&own->offsets, 1, 100);
	return ttm_device_init(&own->bdev, NULL, NULL, own->mapping, &own->offsets, false, false);
}

static void own_fini(struct own *own)
{
	ttm_device_fini(&own->bdev);
	sim_mapping_put(own->mapping);
}

static void test_each_device_has_a_side_of_its_own(void **state)
{
	struct sim_ttm_device *side[3];
	struct ttm_fixture fx;
	struct own own[3];

	(void)state;
	ttm_fixture_open(&fx, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(own_init(&own[i], fx.machine), 0);
		side[i] = ttm_sim_device(&own[i].bdev);
		assert_ptr_equal(side[i]->bdev, &own[i].bdev);
		assert_null(side[i]->driver);
	}
	assert_int_equal(sim_ttm_device_set_mode(&own[1].bdev, SIM_TTM_MIXED), 0);
	assert_int_equal(side[0]->mode, SIM_TTM_PFN);
	assert_int_equal(side[1]->mode, SIM_TTM_MIXED);
	assert_int_equal(side[2]->mode, SIM_TTM_PFN);
	assert_ptr_equal(ttm_sim_device(fx.bdev), fx.dev);
	assert_int_equal(fx.dev->mode, SIM_TTM_PFN);
	for (int i = 0; i < 3; i++)
		own_fini(&own[i]);
	ttm_fixture_close(&fx);
}

static void test_the_next_device_begins_anew(void **state)
{
	unsigned long live;
	struct ttm_fixture fx;
	struct own own;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	live = sim_live_objects(fx.machine, SIM_OBJ_MISC);
	for (int i = 0; i < 100; i++) {
		struct sim_ttm_device *side;

		assert_int_equal(own_init(&own, fx.machine), 0);
		side = ttm_sim_device(&own.bdev);
		assert_int_equal(side->mode, SIM_TTM_PFN);
		assert_int_equal(side->prefault, TTM_BO_VM_NUM_PREFAULT);
		side->mode = SIM_TTM_APPLY;
		side->prefault = 1;
		own_fini(&own);
		assert_int_equal(sim_live_objects(fx.machine, SIM_OBJ_MISC), live);
	}
	ttm_fixture_close(&fx);
}

/* A driver that forgets ttm_device_fini(): its memory serves the next device. */
static void test_a_second_init_takes_the_side_over(void **state)
{
	struct sim_ttm_device *side;
	struct ttm_fixture fx;
	struct own own;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	assert_int_equal(own_init(&own, fx.machine), 0);
	side = ttm_sim_device(&own.bdev);
	side->mode = SIM_TTM_APPLY;
	assert_int_equal(ttm_device_init(&own.bdev, NULL, NULL, own.mapping, &own.offsets, false,
					 false), 0);
	assert_ptr_equal(ttm_sim_device(&own.bdev), side);
	assert_int_equal(side->mode, SIM_TTM_PFN);
	own_fini(&own);
	ttm_fixture_close(&fx);
}

/* A restore takes back what stands in the machine, not the driver's memory. */
static void check_restored(struct ttm_fixture *fx)
{
	bool mixed = !strcmp(fx->release, "5.11");
	struct sim_snapshot *before;
	struct own own;

	own.mapping = sim_mapping_create(fx->machine);
	drm_vma_offset_manager_init(&own.offsets, 1, 100);
	before = sim_snapshot(fx->machine);
	assert_non_null(before);
	assert_int_equal(ttm_device_init(&own.bdev, NULL, NULL, own.mapping, &own.offsets, false,
					 false), 0);
	assert_int_equal(sim_ttm_device_set_mode(&own.bdev, SIM_TTM_APPLY), 0);
	assert_int_equal(sim_restore(fx->machine, before), 0);
	sim_snapshot_free(before);
	assert_int_equal(ttm_sim_device(&own.bdev)->mode, mixed ? SIM_TTM_MIXED : SIM_TTM_PFN);
	assert_int_equal(ttm_sim_device(&own.bdev)->mixed, mixed);
	assert_int_equal(ttm_sim_device(&own.bdev)->refuses_cow, !mixed);
	assert_int_equal((int)ttm_sim_device(&own.bdev)->prefault, TTM_BO_VM_NUM_PREFAULT);
	assert_int_equal(sim_ttm_device_set_mode(&own.bdev, SIM_TTM_APPLY), -EINVAL);
	sim_mapping_put(own.mapping);
}

static void test_restored_machine_has_the_releases_mode(void **state)
{
	ttm_fixture_each(check_restored, state);
}

static void test_init_without_memory_is_enomem(void **state)
{
	struct ttm_fixture fx;
	struct own own;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	own.mapping = sim_mapping_create(fx.machine);
	drm_vma_offset_manager_init(&own.offsets, 1, 100);
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(ttm_device_init(&own.bdev, NULL, NULL, own.mapping, &own.offsets, false,
					 false), -ENOMEM);
	sim_mapping_put(own.mapping);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_default_mode_is_the_releases),
	TTM_TEST(test_mode_names),
	TTM_TEST(test_set_mode_refuses_unknown_ones),
	TTM_TEST(test_each_device_has_a_side_of_its_own),
	TTM_TEST(test_the_next_device_begins_anew),
	TTM_TEST(test_a_second_init_takes_the_side_over),
	TTM_TEST(test_restored_machine_has_the_releases_mode),
	TTM_TEST(test_init_without_memory_is_enomem),
};

SIM_TEST_MAIN(tests)
