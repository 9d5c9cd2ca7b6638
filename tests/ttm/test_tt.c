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

static void test_system_object_gets_pages_at_first_touch(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 5, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_buffer_object *tt = ttm_bo(fx, 5, TTM_PL_TT, ttm_cached);
	unsigned long addr = ttm_map(fx, bo), pfn;

	assert_false(ttm_tt_is_populated(bo->ttm));
	assert_int_equal(sim_bo_pfn(bo, 0, &pfn), -ENODATA);
	assert_true(ttm_tt_is_populated(tt->ttm));
	ttm_store(fx, addr, 1);
	assert_true(ttm_tt_is_populated(bo->ttm));
	assert_int_equal(sim_bo_pfn(bo, 0, &pfn), 0);
	ttm_bo_put(bo);
	ttm_bo_put(tt);
}

static void test_populate_twice_is_once(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 5, TTM_PL_TT, ttm_cached);
	struct ttm_operation_ctx ctx = { 0 };
	unsigned long nr_free = sim_phys_free_pages(fx->machine);

	assert_int_equal(ttm_tt_populate(fx->bdev, bo->ttm, &ctx), 0);
	assert_int_equal(sim_phys_free_pages(fx->machine), nr_free);
	assert_int_equal(ttm_tt_populate(fx->bdev, NULL, &ctx), -EINVAL);
	ttm_tt_unpopulate(fx->bdev, bo->ttm);
	assert_int_equal(sim_phys_free_pages(fx->machine), nr_free + 5);
	ttm_tt_unpopulate(fx->bdev, bo->ttm);
	assert_int_equal(sim_phys_free_pages(fx->machine), nr_free + 5);
	for (int i = 0; i < 5; i++)
		assert_null(bo->ttm->pages[i]);
	ttm_bo_put(bo);
}

static void test_create_goes_by_type(void **state)
{
	static const struct {
		const char *what;
		enum ttm_bo_type type;
		int ret;
		uint32_t flags;
	} cases[] = {
		{ "user space's", ttm_bo_type_device, 0, TTM_TT_FLAG_ZERO_ALLOC },
		{ "the kernel's", ttm_bo_type_kernel, 0, 0 },
		{ "imported", ttm_bo_type_sg, 0, TTM_TT_FLAG_EXTERNAL },
		{ "no type", (enum ttm_bo_type)9, -EINVAL, 0 },
	};
	struct ttm_fixture *fx = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
		enum ttm_bo_type type = bo->type;

		assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
		ttm_bo_tt_destroy(bo);
		bo->type = cases[i].type;
		if (ttm_tt_create(bo, true) != cases[i].ret ||
		    (bo->ttm && bo->ttm->page_flags != cases[i].flags))
			fail_msg("%s", cases[i].what);
		bo->type = type;
		ttm_bo_unreserve(bo);
		ttm_bo_put(bo);
	}
}

static void test_fini_of_populated_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_tt tt = { 0 };

	assert_int_equal(ttm_tt_init(&tt, bo, 0, ttm_cached, 3), 0);
	assert_int_equal(tt.num_pages, 5);
	tt.page_flags |= TTM_TT_FLAG_PRIV_POPULATED;
	ttm_tt_fini(&tt);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	ttm_tt_mark_for_clear(&tt);
	assert_true(tt.page_flags & TTM_TT_FLAG_ZERO_ALLOC);
	ttm_bo_put(bo);
}

/* ---- a driver with pages of its own ---- */

static struct page *own_page;
static int nr_unpopulated;

static int own_populate(struct ttm_device *bdev, struct ttm_tt *ttm, struct ttm_operation_ctx *ctx)
{
	(void)bdev, (void)ctx;
	if (!own_page)
		return -ENOMEM;
	ttm->pages[0] = own_page;
	return 0;
}

static void own_unpopulate(struct ttm_device *bdev, struct ttm_tt *ttm)
{
	(void)bdev;
	ttm->pages[0] = NULL;
	nr_unpopulated++;
}

static void test_init_with_no_such_caching_is_einval(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_tt tt = { 0 };

	assert_int_equal(ttm_tt_init(&tt, bo, 0, (enum ttm_caching)TTM_NUM_CACHING_TYPES, 0),
			 -EINVAL);
	assert_int_equal(ttm_tt_init(&tt, bo, 0, (enum ttm_caching)-1, 0), -EINVAL);
	assert_null(tt.pages);
	ttm_bo_put(bo);
}

static void test_driver_may_populate(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo;

	funcs.ttm_tt_populate = own_populate;
	funcs.ttm_tt_unpopulate = own_unpopulate;
	fx->bdev->funcs = &funcs;
	nr_unpopulated = 0;
	own_page = NULL;
	assert_null(sim_bo_create(fx->dev, 1, TTM_PL_TT, ttm_cached));
	assert_int_equal(errno, ENOMEM);
	own_page = sim_alloc_pages(fx->machine, 0);
	bo = ttm_bo(fx, 1, TTM_PL_TT, ttm_cached);
	assert_int_equal(ttm_pfn(bo, 0), page_to_pfn(own_page));
	ttm_bo_put(bo);
	assert_int_equal(nr_unpopulated, 1);
	sim_free_pages(own_page, 0);
	fx->bdev->funcs = old;
}

#define T_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	T_TEST(test_system_object_gets_pages_at_first_touch),
	T_TEST(test_populate_twice_is_once),
	T_TEST(test_create_goes_by_type),
	T_TEST(test_fini_of_populated_warns),
	T_TEST(test_init_with_no_such_caching_is_einval),
	T_TEST(test_driver_may_populate),
};

SIM_TEST_MAIN(tests)
