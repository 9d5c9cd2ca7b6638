/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the kernel's code follows without a look, and finds NULL: an oops that names
 * file and function, the call fails, the machine has crashed and the process goes on.
 */
#include "support/ttm_fixture.h"

#define TTM "drivers/gpu/drm/ttm/"

/* What a case works on: an object of 4 pages, mapped; its device's functions, a copy. */
struct scene {
	struct ttm_fixture fx;
	struct ttm_device_funcs funcs;
	struct ttm_buffer_object *bo;
	unsigned long addr;
};

/* ---- bo->resource ---- */

static int load(struct scene *s)
{
	uint8_t byte;

	return sim_read(s->fx.task, s->addr, &byte, 1);
}

static int fault_without_resource(struct scene *s)
{
	s->bo->resource = NULL;
	return load(s);
}

static int access_without_resource(struct scene *s)
{
	uint8_t byte;

	s->bo->resource = NULL;
	return ttm_bo_vm_access(ttm_vma(&s->fx, s->addr), s->addr, &byte, 1, 0);
}

static int kmap_without_resource(struct scene *s)
{
	struct ttm_bo_kmap_obj map;

	s->bo->resource = NULL;
	return ttm_bo_kmap(s->bo, 0, 1, &map);
}

static int valuable_without_resource(struct scene *s)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };

	s->bo->resource = NULL;
	return ttm_bo_eviction_valuable(s->bo, &place);
}

/* Reserved, so that it is freed later: then the pinned list is left. */
static int put_pinned_without_resource(struct scene *s)
{
	sim_munmap(s->fx.task, s->addr, 4 * s->fx.page);
	assert_int_equal(ttm_bo_reserve(s->bo, false, false, NULL), 0);
	ttm_bo_pin(s->bo);
	s->bo->resource = NULL;
	ttm_bo_put(s->bo);
	dma_resv_unlock(s->bo->base.resv);
	return 0;
}

/* ---- bo->ttm ---- */

static int fault_without_tt(struct scene *s)
{
	s->bo->ttm = NULL;
	return load(s);
}

static int kmap_without_tt(struct scene *s)
{
	struct ttm_bo_kmap_obj map;

	s->bo->ttm = NULL;
	return ttm_bo_kmap(s->bo, 0, 1, &map);
}

static int unpopulate_nothing(struct scene *s)
{
	ttm_tt_unpopulate(s->fx.bdev, NULL);
	return 0;
}

/* ---- managers ---- */

static int fault_without_manager(struct scene *s)
{
	ttm_set_driver_manager(s->fx.bdev, (int)s->bo->resource->mem_type, NULL);
	return load(s);
}

static int move_without_manager(struct scene *s)
{
	ttm_set_driver_manager(s->fx.bdev, (int)s->bo->resource->mem_type, NULL);
	return sim_bo_move(s->bo, TTM_PL_SYSTEM);
}

static int alloc_without_manager(struct scene *s)
{
	struct ttm_place place = { .mem_type = TTM_PL_PRIV };
	struct ttm_resource *res;

	return ttm_resource_alloc(s->bo, &place, &res);
}

static int alloc_without_manager_func(struct scene *s)
{
	struct ttm_place place = { .mem_type = TTM_PL_VRAM };
	struct ttm_resource *res;

	ttm_manager_type(s->fx.bdev, TTM_PL_VRAM)->func = NULL;
	return ttm_resource_alloc(s->bo, &place, &res);
}

static int free_without_manager(struct scene *s)
{
	ttm_set_driver_manager(s->fx.bdev, (int)s->bo->resource->mem_type, NULL);
	ttm_resource_free(s->bo, &s->bo->resource);
	return s->bo->resource ? 1 : 0;
}

static int evict_all_without_manager(struct scene *s)
{
	return ttm_resource_manager_evict_all(s->fx.bdev,
					      ttm_manager_type(s->fx.bdev, TTM_PL_PRIV));
}

static int evict_first_without_manager(struct scene *s)
{
	struct ttm_operation_ctx ctx = { 0 };

	return ttm_mem_evict_first(s->fx.bdev, NULL, NULL, &ctx, NULL);
}

static int intersects_without_manager(struct scene *s)
{
	ttm_set_driver_manager(s->fx.bdev, TTM_PL_VRAM, NULL);
	return ttm_resource_intersects(s->fx.bdev, s->bo->resource, NULL, 0);
}

/* ---- the driver's functions ---- */

static int fault_without_funcs(struct scene *s)
{
	s->fx.bdev->funcs = NULL;
	return load(s);
}

static int move_without_move(struct scene *s)
{
	s->funcs.move = NULL;
	return sim_bo_move(s->bo, TTM_PL_SYSTEM);
}

static int move_without_tt_create(struct scene *s)
{
	s->funcs.ttm_tt_create = NULL;
	return sim_bo_move(s->bo, TTM_PL_TT);
}

static int move_without_tt_destroy(struct scene *s)
{
	s->funcs.ttm_tt_destroy = NULL;
	return sim_bo_move(s->bo, TTM_PL_VRAM);
}

static int evict_without_flags(struct scene *s)
{
	s->funcs.evict_flags = NULL;
	return ttm_resource_manager_evict_all(s->fx.bdev,
					      ttm_manager_type(s->fx.bdev, TTM_PL_VRAM));
}

static int evict_without_valuable(struct scene *s)
{
	s->funcs.eviction_valuable = NULL;
	assert_null(sim_bo_create(s->fx.dev, 64, TTM_PL_VRAM, ttm_cached));
	return -errno;
}

static int put_without_destroy(struct scene *s)
{
	sim_munmap(s->fx.task, s->addr, 4 * s->fx.page);
	s->bo->destroy = NULL;
	ttm_bo_put(s->bo);
	return 0;
}

/* ---- bo->bdev ---- */

static int unreserve_without_device(struct scene *s)
{
	struct ttm_buffer_object bo = { 0 };

	drm_gem_private_object_init(sim_ttm_ddev(s->fx.dev), &bo.base, s->fx.page);
	assert_int_equal(ttm_bo_reserve(&bo, true, false, NULL), 0);
	assert_int_equal(ttm_bo_reserve(&bo, true, true, NULL), -EBUSY);
	assert_false(sim_crashed(s->fx.machine));
	ttm_bo_unreserve(&bo);
	assert_false(dma_resv_is_locked(bo.base.resv));
	return 0;
}

static int pin_without_device(struct scene *s)
{
	struct ttm_buffer_object bo = { 0 };

	drm_gem_private_object_init(sim_ttm_ddev(s->fx.dev), &bo.base, s->fx.page);
	ttm_bo_pin(&bo);
	return bo.pin_count;
}

static int put_without_device(struct scene *s)
{
	struct ttm_buffer_object bo = { 0 };

	drm_gem_private_object_init(sim_ttm_ddev(s->fx.dev), &bo.base, s->fx.page);
	kref_init(&bo.kref);
	ttm_bo_put(&bo);
	return 0;
}

/* ---- all of them, in each release ---- */

static const struct {
	int (*run)(struct scene *s);
	uint32_t mem_type;
	int ret;
	const char *file, *function;
} cases[] = {
	{ fault_without_resource, TTM_PL_VRAM, -EIO, TTM "ttm_bo_util.c", "ttm_mem_io_reserve" },
	{ fault_without_resource, TTM_PL_TT, -EIO, TTM "ttm_bo_util.c", "ttm_mem_io_reserve" },
	{ kmap_without_resource, TTM_PL_TT, -EIO, TTM "ttm_bo_util.c", "ttm_bo_kmap" },
	{ valuable_without_resource, TTM_PL_VRAM, false, TTM "ttm_bo.c",
	  "ttm_bo_eviction_valuable" },
	{ put_pinned_without_resource, TTM_PL_VRAM, 0, TTM "ttm_bo.c", "ttm_bo_release" },
	{ fault_without_tt, TTM_PL_SYSTEM, -EIO, TTM "ttm_bo_util.c", "ttm_io_prot" },
	{ unpopulate_nothing, TTM_PL_SYSTEM, 0, TTM "ttm_tt.c", "ttm_tt_unpopulate" },
	{ fault_without_manager, TTM_PL_VRAM, -EIO, TTM "ttm_bo_util.c", "ttm_io_prot" },
	{ fault_without_manager, TTM_PL_TT, -EIO, TTM "ttm_bo_util.c", "ttm_io_prot" },
	{ alloc_without_manager, TTM_PL_VRAM, -EIO, TTM "ttm_resource.c", "ttm_resource_alloc" },
	{ alloc_without_manager_func, TTM_PL_TT, -EIO, TTM "ttm_resource.c",
	  "ttm_resource_alloc" },
	{ free_without_manager, TTM_PL_VRAM, 1, TTM "ttm_resource.c", "ttm_resource_free" },
	{ evict_all_without_manager, TTM_PL_VRAM, -EIO, TTM "ttm_resource.c",
	  "ttm_resource_manager_evict_all" },
	{ evict_first_without_manager, TTM_PL_VRAM, -EIO, TTM "ttm_bo.c",
	  "ttm_mem_evict_first" },
	{ intersects_without_manager, TTM_PL_VRAM, false, TTM "ttm_resource.c",
	  "ttm_resource_intersects" },
	{ fault_without_funcs, TTM_PL_TT, -EIO, TTM "ttm_bo_util.c", "ttm_mem_io_reserve" },
	{ move_without_move, TTM_PL_VRAM, -EIO, TTM "ttm_bo.c", "ttm_bo_handle_move_mem" },
	{ move_without_tt_create, TTM_PL_VRAM, -EIO, TTM "ttm_tt.c", "ttm_tt_create" },
	{ move_without_tt_destroy, TTM_PL_TT, 0, TTM "ttm_tt.c", "ttm_tt_destroy" },
	{ evict_without_flags, TTM_PL_VRAM, -EIO, TTM "ttm_bo.c", "ttm_bo_evict" },
	{ evict_without_valuable, TTM_PL_VRAM, -EIO, TTM "ttm_bo.c", "ttm_mem_evict_first" },
	{ put_without_destroy, TTM_PL_VRAM, 0, TTM "ttm_bo.c", "ttm_bo_release" },
	{ unreserve_without_device, TTM_PL_VRAM, 0, "include/drm/ttm/ttm_bo_driver.h",
	  "ttm_bo_unreserve" },
	{ pin_without_device, TTM_PL_VRAM, 0, TTM "ttm_bo.c", "ttm_bo_pin" },
	{ put_without_device, TTM_PL_VRAM, 0, TTM "ttm_bo.c", "ttm_bo_release" },
};

static void scene_open(struct scene *s, const char *release, uint32_t mem_type)
{
	const struct sim_machine_config config = { .release = release };

	ttm_fixture_open(&s->fx, &config);
	s->funcs = *s->fx.bdev->funcs;
	s->fx.bdev->funcs = &s->funcs;
	s->bo = ttm_bo(&s->fx, 4, mem_type, ttm_write_combined);
	s->addr = ttm_map(&s->fx, s->bo);
	sim_expect_outcome(s->fx.machine, SIM_OOPS, SIM_ANY_NUMBER);
	sim_expect_outcome(s->fx.machine, SIM_BUG, SIM_ANY_NUMBER);
	sim_expect_outcome(s->fx.machine, SIM_WARN, SIM_ANY_NUMBER);
}

static void scene_close(struct scene *s)
{
	sim_task_switch(NULL);
	sim_machine_destroy(s->fx.machine);
}

static void run_cases(const char *release)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct sim_outcome *oops;
		struct scene s;
		int ret;

		scene_open(&s, release, cases[i].mem_type);
		ret = cases[i].run(&s);
		oops = sim_last_outcome(s.fx.machine, SIM_OOPS);
		if (!oops || !sim_crashed(s.fx.machine) || ret != cases[i].ret ||
		    strcmp(oops->file, cases[i].file) || strcmp(oops->function, cases[i].function))
			fail_msg("%s, case %zu, %s: %d, %s %s: %s", release, i,
				 cases[i].function, ret, oops ? oops->file : "no oops",
				 oops ? oops->function : "", oops ? oops->condition : "");
		assert_int_equal(sim_write(s.fx.task, s.addr, "", 1), -EIO);
		scene_close(&s);
	}
}

static void test_null_pointers_are_oopses(void **state)
{
	(void)state;
	for (unsigned int i = 0; sim_release_nth(i); i++)
		run_cases(sim_release_nth(i));
}

/* 6.1 asks the old place's manager whether it will do, 6.12 compares types first. */
static void test_move_without_manager_by_release(void **state)
{
	static const struct { const char *release, *function; } whos[] = {
		{ "6.1", "ttm_resource_compatible" }, { "6.12", "ttm_bo_handle_move_mem" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(whos); i++) {
		struct scene s;

		scene_open(&s, whos[i].release, TTM_PL_TT);
		assert_int_equal(move_without_manager(&s), -EIO);
		assert_string_equal(sim_last_outcome(s.fx.machine, SIM_OOPS)->function,
				    whos[i].function);
		scene_close(&s);
	}
}

/* ->access: 6.12 looks at the bytes, not at the resource, and then for one. */
static void test_access_without_resource_by_release(void **state)
{
	(void)state;
	for (unsigned int i = 0; sim_release_nth(i); i++) {
		bool looks = !strcmp(sim_release_nth(i), "6.12");
		struct scene s;

		scene_open(&s, sim_release_nth(i), TTM_PL_VRAM);
		assert_int_equal(access_without_resource(&s), looks ? -ENODATA : -EIO);
		assert_int_equal(sim_crashed(s.fx.machine), !looks);
		assert_int_equal(sim_nr_outcomes(s.fx.machine, SIM_OOPS), looks ? 0 : 1);
		if (!looks)
			assert_string_equal(sim_last_outcome(s.fx.machine, SIM_OOPS)->function,
					    "ttm_bo_vm_access");
		scene_close(&s);
	}
}

static void test_kmap_without_tt_is_a_bug(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s, NULL, TTM_PL_TT);
	assert_int_equal(kmap_without_tt(&s), -EIO);
	assert_string_equal(sim_last_outcome(s.fx.machine, SIM_BUG)->function, "ttm_bo_kmap_ttm");
	scene_close(&s);
}

static void test_memcpy_without_resource_by_release(void **state)
{
	(void)state;
	for (unsigned int i = 0; sim_release_nth(i); i++) {
		bool warns = !strcmp(sim_release_nth(i), "6.12");
		struct ttm_operation_ctx ctx = { 0 };
		struct ttm_resource *res;
		struct scene s;

		scene_open(&s, sim_release_nth(i), TTM_PL_VRAM);
		res = s.bo->resource;
		s.bo->resource = NULL;
		assert_int_equal(ttm_bo_move_memcpy(s.bo, &ctx, res), warns ? -EINVAL : 0);
		assert_int_equal(sim_nr_outcomes(s.fx.machine, SIM_WARN), warns);
		assert_false(sim_crashed(s.fx.machine));
		assert_null(s.bo->resource);
		scene_close(&s);
	}
}

/* Where the release first wants something of a device that is all zeros. */
static void test_init_on_an_unmade_device_by_release(void **state)
{
	static const struct { const char *release, *function; } whos[] = {
		{ "6.1", "ttm_resource_alloc" }, { "6.12", "drm_vma_offset_add" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(whos); i++) {
		struct ttm_buffer_object bo = { 0 };
		struct ttm_placement nowhere = { 0 };
		struct ttm_device bdev = { 0 };
		struct scene s;

		scene_open(&s, whos[i].release, TTM_PL_TT);
		drm_gem_private_object_init(sim_ttm_ddev(s.fx.dev), &bo.base, s.fx.page);
		assert_int_equal(ttm_bo_init_validate(i ? NULL : &bdev, &bo, ttm_bo_type_device,
						      &nowhere, 0, false, NULL, NULL, NULL),
				 -EIO);
		assert_string_equal(sim_last_outcome(s.fx.machine, SIM_OOPS)->function,
				    whos[i].function);
		scene_close(&s);
	}
}

/* The count of what no init made is 0: it goes no lower, and nothing is freed. */
static void test_put_of_what_no_init_made_warns(void **state)
{
	struct ttm_buffer_object bo = { 0 };
	struct scene s;

	(void)state;
	scene_open(&s, NULL, TTM_PL_VRAM);
	drm_gem_private_object_init(sim_ttm_ddev(s.fx.dev), &bo.base, s.fx.page);
	ttm_bo_put(&bo);
	assert_false(sim_crashed(s.fx.machine));
	assert_string_equal(sim_last_outcome(s.fx.machine, SIM_WARN)->file, "lib/refcount.c");
	scene_close(&s);
}

/* Before any init: the lock is the object's own, and a ticket may not come without a wait. */
static void test_reserve_before_there_is_a_device(void **state)
{
	struct ttm_buffer_object bo = { 0 };
	struct ww_acquire_ctx ticket;
	struct scene s;

	(void)state;
	scene_open(&s, NULL, TTM_PL_VRAM);
	drm_gem_private_object_init(sim_ttm_ddev(s.fx.dev), &bo.base, s.fx.page);
	ww_acquire_init(&ticket, &reservation_ww_class);
	assert_int_equal(ttm_bo_reserve(&bo, true, true, &ticket), -EBUSY);
	assert_string_equal(sim_last_outcome(s.fx.machine, SIM_WARN)->function, "ttm_bo_reserve");
	assert_int_equal(ttm_bo_reserve(&bo, true, false, &ticket), 0);
	dma_resv_unlock(bo.base.resv);
	ww_acquire_fini(&ticket);
	assert_false(sim_crashed(s.fx.machine));
	scene_close(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_null_pointers_are_oopses),
	cmocka_unit_test(test_move_without_manager_by_release),
	cmocka_unit_test(test_access_without_resource_by_release),
	cmocka_unit_test(test_kmap_without_tt_is_a_bug),
	cmocka_unit_test(test_memcpy_without_resource_by_release),
	cmocka_unit_test(test_init_on_an_unmade_device_by_release),
	cmocka_unit_test(test_put_of_what_no_init_made_warns),
	cmocka_unit_test(test_reserve_before_there_is_a_device),
};

SIM_TEST_MAIN(tests)
