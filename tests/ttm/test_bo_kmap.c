/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void check_kmap(struct ttm_fixture *fx)
{
	static const uint32_t places[] = { TTM_PL_SYSTEM, TTM_PL_TT, TTM_PL_VRAM };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(places); i++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 3, places[i], ttm_cached);
		struct ttm_bo_kmap_obj map;
		uint8_t value = 0;
		bool is_iomem;
		char *at;

		assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
		assert_int_equal(ttm_bo_kmap(bo, 1, 2, &map), 0);
		at = ttm_kmap_obj_virtual(&map, &is_iomem);
		assert_int_equal(is_iomem, places[i] == TTM_PL_VRAM);
		at[fx->page] = 'x';
		ttm_bo_kunmap(&map);
		ttm_bo_kunmap(&map);
		ttm_bo_unreserve(bo);
		assert_int_equal(sim_bo_read(bo, 2 * fx->page, &value, 1), 0);
		assert_int_equal(value, 'x');
		ttm_bo_put(bo);
	}
}

static void test_kmap_reaches_every_place(void **state)
{
	ttm_fixture_each(check_kmap, state);
}

static void test_kmap_refuses_what_is_beyond(void **state)
{
	static const struct {
		unsigned long first, nr;
	} cases[] = { { 0, 0 }, { 0, 4 }, { 3, 1 }, { 2, 2 }, { ~0ul, 2 }, { 1, ~0ul } };
	struct ttm_bo_kmap_obj map;
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 3, TTM_PL_TT, ttm_cached);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		assert_int_equal(ttm_bo_kmap(bo, cases[i].first, cases[i].nr, &map), -EINVAL);
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(ttm_bo_kmap(bo, 0, 1, &map), -ENOMEM);
	ttm_bo_kunmap(&map);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

/* What user space wrote meanwhile stays; what the kernel wrote arrives. */
static void test_kunmap_stores_only_what_changed(void **state)
{
	struct ttm_bo_kmap_obj map;
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long addr;
	char *at;
	bool is_iomem;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 1, TTM_PL_TT, ttm_cached);
	addr = ttm_map(&fx, bo);
	ttm_store(&fx, addr, 1);
	assert_int_equal(ttm_bo_kmap(bo, 0, 1, &map), 0);
	at = ttm_kmap_obj_virtual(&map, &is_iomem);
	ttm_store(&fx, addr + 1, 2);
	at[2] = 3;
	ttm_bo_kunmap(&map);
	assert_int_equal(ttm_load(&fx, addr), 1);
	assert_int_equal(ttm_load(&fx, addr + 1), 2);
	assert_int_equal(ttm_load(&fx, addr + 2), 3);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_kmap_reaches_every_place),
	TTM_TEST(test_kmap_refuses_what_is_beyond),
	TTM_TEST(test_kunmap_stores_only_what_changed),
};

SIM_TEST_MAIN(tests)
