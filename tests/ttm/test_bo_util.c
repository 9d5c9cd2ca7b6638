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

static int nr_reserved, nr_freed, reserve_ret;

static int count_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	(void)bdev;
	if (reserve_ret)
		return reserve_ret;
	nr_reserved++;
	mem->bus.offset = 0x1000;
	mem->bus.is_iomem = true;
	return 0;
}

static void count_free(struct ttm_device *bdev, struct ttm_resource *mem)
{
	(void)bdev, (void)mem;
	nr_freed++;
}

static void test_io_reserve_asks_once(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);

	funcs.io_mem_reserve = count_reserve;
	funcs.io_mem_free = count_free;
	nr_reserved = nr_freed = reserve_ret = 0;
	ttm_mem_io_free(fx->bdev, bo->resource);
	ttm_mem_io_free(fx->bdev, NULL);
	fx->bdev->funcs = &funcs;
	assert_int_equal(ttm_mem_io_reserve(fx->bdev, bo->resource), 0);
	assert_int_equal(ttm_mem_io_reserve(fx->bdev, bo->resource), 0);
	assert_int_equal(nr_reserved, 1);
	ttm_mem_io_free(fx->bdev, bo->resource);
	ttm_mem_io_free(fx->bdev, bo->resource);
	assert_int_equal(nr_freed, 1);
	assert_int_equal(bo->resource->bus.offset, 0);
	funcs.io_mem_reserve = NULL;
	assert_int_equal(ttm_mem_io_reserve(fx->bdev, bo->resource), 0);
	assert_false(bo->resource->bus.is_iomem);
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

/* Whose caching counts: the pages', or the driver's for its own memory. */
static void test_io_prot_goes_by_the_memory(void **state)
{
	static const struct {
		const char *what;
		uint32_t mem_type;
		enum ttm_caching caching;
		enum sim_cache_mode mode;
	} cases[] = {
		{ "cached pages", TTM_PL_SYSTEM, ttm_cached, SIM_CACHE_WB },
		{ "WC pages", TTM_PL_SYSTEM, ttm_write_combined, SIM_CACHE_WC },
		{ "UC pages in TT", TTM_PL_TT, ttm_uncached, SIM_CACHE_UC_MINUS },
		{ "WC VRAM", TTM_PL_VRAM, ttm_write_combined, SIM_CACHE_WC },
		{ "UC VRAM", TTM_PL_VRAM, ttm_uncached, SIM_CACHE_UC_MINUS },
	};
	struct ttm_fixture *fx = *state;
	const struct sim_entry_format *fmt = &fx->machine->mmu->format[0];

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 1, cases[i].mem_type,
						      cases[i].caching);
		pgprot_t prot = vm_get_page_prot(VM_READ | VM_SHARED);

		assert_int_equal(ttm_mem_io_reserve(fx->bdev, bo->resource), 0);
		prot = ttm_io_prot(bo, bo->resource, prot);
		if (fmt_cache(fmt, prot.pgprot) != cases[i].mode)
			fail_msg("%s", cases[i].what);
		ttm_bo_put(bo);
	}
}

static void test_memcpy_of_unpopulated_clears_vram(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo;
	uint8_t value = 0xee;

	bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_bo_write(bo, 5 * fx->page, &value, 1), 0);
	ttm_bo_put(bo);
	bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);	/* the same memory */
	assert_int_equal(sim_bo_read(bo, 5 * fx->page, &value, 1), 0);
	assert_int_equal(value, 0);
	ttm_bo_put(bo);
}

static void test_memcpy_without_reach_fails_unchanged(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	uint8_t value = 4;

	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	funcs.io_mem_reserve = count_reserve;
	fx->bdev->funcs = &funcs;
	reserve_ret = -ENXIO;
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), -ENXIO);
	/* no bus address, no pages: nothing can be copied there */
	funcs.io_mem_reserve = NULL;
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), -EINVAL);
	fx->bdev->funcs = old;
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_SYSTEM);
	assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
	assert_int_equal(value, 4);
	reserve_ret = 0;
	ttm_bo_put(bo);
}

static void test_move_out_of_vram_gives_pages_back_to_it(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 8, TTM_PL_TT, ttm_cached);
	unsigned long nr_free = sim_phys_free_pages(fx->machine);

	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
	assert_null(bo->ttm);
	assert_int_equal(sim_phys_free_pages(fx->machine), nr_free + 8);
	assert_int_equal(sim_bo_move(bo, TTM_PL_SYSTEM), 0);
	assert_int_equal(sim_phys_free_pages(fx->machine), nr_free);
	ttm_bo_put(bo);
}

static void test_assign_over_memory_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);

	ttm_bo_assign_mem(bo, bo->resource);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	ttm_bo_put(bo);
}

#define U_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	U_TEST(test_io_reserve_asks_once),
	U_TEST(test_io_prot_goes_by_the_memory),
	U_TEST(test_memcpy_of_unpopulated_clears_vram),
	U_TEST(test_memcpy_without_reach_fails_unchanged),
	U_TEST(test_move_out_of_vram_gives_pages_back_to_it),
	U_TEST(test_assign_over_memory_warns),
};

SIM_TEST_MAIN(tests)
