/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static void open_with_order(struct ttm_fixture *fx, const char *arch, unsigned int max_order)
{
	struct sim_machine_config config = { .arch = arch, .pool_max_order = max_order };

	ttm_fixture_open(fx, &config);
}

/* 13 pages: blocks of 8, 4 and 1; references on heads only. */
static void test_alloc_takes_largest_blocks_without_compound(void **state)
{
	static const int refs[13] = { [0] = 1, [8] = 1, [12] = 1 };
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	open_with_order(&fx, "x86_64", 0);
	bo = ttm_bo(&fx, 13, TTM_PL_TT, ttm_cached);
	for (unsigned long i = 0; i < 13; i++)
		assert_int_equal(page_count(bo->ttm->pages[i]), refs[i]);
	for (unsigned long i = 1; i < 8; i++)
		assert_int_equal(ttm_pfn(bo, i), ttm_pfn(bo, 0) + i);
	assert_int_equal(ttm_pfn(bo, 0) % 8, 0);
	assert_int_equal(ttm_pfn(bo, 8) % 4, 0);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void test_max_order_limits_blocks(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	open_with_order(&fx, "x86_64", 1);
	bo = ttm_bo(&fx, 13, TTM_PL_TT, ttm_cached);
	for (unsigned long i = 0; i < 13; i++)
		assert_int_equal(page_count(bo->ttm->pages[i]), 1);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void test_memory_type_follows_caching(void **state)
{
	static const struct {
		const char *arch;
		enum ttm_caching caching;
		enum sim_cache_mode mode;
		unsigned long kept;
	} cases[] = {
		{ "x86_64", ttm_cached, SIM_CACHE_WB, 0 },
		{ "x86_64", ttm_write_combined, SIM_CACHE_WC, 6 },
		{ "x86_64", ttm_uncached, SIM_CACHE_UC_MINUS, 6 },
		{ "arm64", ttm_write_combined, SIM_CACHE_WB, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_buffer_object *bo;
		struct ttm_fixture fx;
		unsigned long pfn[6];

		open_with_order(&fx, cases[i].arch, 0);
		bo = ttm_bo(&fx, 6, TTM_PL_TT, cases[i].caching);
		for (int j = 0; j < 6; j++) {
			pfn[j] = ttm_pfn(bo, (unsigned long)j);
			if (fx.machine->mmu->has_pat)
				assert_int_equal(sim_memtype_lookup(fx.machine, pfn[j]),
						 cases[i].mode);
		}
		ttm_bo_put(bo);
		assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), cases[i].kept);
		assert_int_equal(sim_ttm_pool_shrink(&fx.bdev->pool, ~0ul), cases[i].kept);
		for (int j = 0; j < 6 && fx.machine->mmu->has_pat; j++)
			assert_int_equal(sim_memtype_lookup(fx.machine, pfn[j]), SIM_CACHE_WB);
		ttm_fixture_close(&fx);
	}
}

static void test_kept_pages_come_back_zeroed(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long pfn;
	uint8_t value = 0x5a;

	(void)state;
	open_with_order(&fx, "x86_64", 0);
	bo = ttm_bo(&fx, 4, TTM_PL_TT, ttm_write_combined);
	pfn = ttm_pfn(bo, 3);
	assert_int_equal(sim_bo_write(bo, 3 * fx.page, &value, 1), 0);
	ttm_bo_put(bo);
	bo = ttm_bo(&fx, 4, TTM_PL_TT, ttm_write_combined);
	assert_int_equal(ttm_pfn(bo, 3), pfn);
	assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 0);
	assert_int_equal(sim_bo_read(bo, 3 * fx.page, &value, 1), 0);
	assert_int_equal(value, 0);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

/* Kept blocks in the middle of fresh ones: all must have the type, and all
 * blocks must be found again at the end. */
static void test_kept_and_fresh_blocks_mix(void **state)
{
	struct ttm_buffer_object *small, *bo;
	struct ttm_fixture fx;

	(void)state;
	open_with_order(&fx, "x86_64", 3);
	small = ttm_bo(&fx, 2, TTM_PL_TT, ttm_write_combined);
	ttm_bo_put(small);
	assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 2);
	bo = ttm_bo(&fx, 11, TTM_PL_TT, ttm_write_combined);	/* 4 + 4 + 2 kept + 1 */
	assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 0);
	for (unsigned long i = 0; i < 11; i++)
		assert_int_equal(sim_memtype_lookup(fx.machine, ttm_pfn(bo, i)), SIM_CACHE_WC);
	ttm_bo_put(bo);
	assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 11);
	ttm_fixture_close(&fx);
}

/* Kept blocks that a failed allocation had taken are kept again. */
static void test_failure_returns_kept_blocks(void **state)
{
	struct ttm_fixture fx;

	(void)state;
	open_with_order(&fx, "x86_64", 1);
	ttm_bo_put(ttm_bo(&fx, 2, TTM_PL_TT, ttm_write_combined));
	for (unsigned long nth = 1; nth < 100; nth++) {
		struct ttm_buffer_object *bo;

		sim_fail_alloc(fx.machine, nth);
		bo = sim_bo_create(fx.dev, 5, TTM_PL_TT, ttm_write_combined);
		if (bo) {
			assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 0);
			ttm_bo_put(bo);
			break;
		}
		assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 2);
	}
	sim_fail_alloc(fx.machine, 0);
	ttm_fixture_close(&fx);
}

static void test_allocator_empty_is_enomem(void **state)
{
	struct sim_machine_config config = { .ram_bytes = 1 << 20, .vram_bytes = 4 << 20 };
	struct ttm_buffer_object *bo;
	unsigned long nr_free;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, &config);
	nr_free = sim_phys_free_pages(fx.machine);
	assert_null(sim_bo_create(fx.dev, 300, TTM_PL_TT, ttm_write_combined));
	assert_int_equal(errno, ENOMEM);
	/* what was taken is WB again, or kept as what it is */
	sim_ttm_pool_shrink(&fx.bdev->pool, ~0ul);
	assert_int_equal(sim_phys_free_pages(fx.machine), nr_free);
	bo = ttm_bo(&fx, 100, TTM_PL_TT, ttm_cached);
	for (unsigned long i = 0; i < 100; i++)
		assert_int_equal(sim_memtype_lookup(fx.machine, ttm_pfn(bo, i)), SIM_CACHE_WB);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

/* Kept WC blocks are given up when nothing else is free. */
static void test_kept_pages_are_reclaimed(void **state)
{
	struct sim_machine_config config = { .ram_bytes = 1 << 20, .vram_bytes = 4 << 20,
					     .pool_max_order = 1 };
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, &config);
	bo = ttm_bo(&fx, 100, TTM_PL_TT, ttm_write_combined);
	ttm_bo_put(bo);
	assert_int_equal(sim_ttm_pool_pages(&fx.bdev->pool), 100);
	bo = ttm_bo(&fx, 220, TTM_PL_TT, ttm_cached);
	assert_true(sim_ttm_pool_pages(&fx.bdev->pool) < 100);
	for (unsigned long i = 0; i < 220; i++)
		assert_int_equal(sim_memtype_lookup(fx.machine, ttm_pfn(bo, i)), SIM_CACHE_WB);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void test_pool_keeps_half_of_ram_at_most(void **state)
{
	struct sim_machine_config config = { .ram_bytes = 1 << 20, .vram_bytes = 4 << 20 };
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, &config);
	bo = ttm_bo(&fx, 200, TTM_PL_TT, ttm_write_combined);
	ttm_bo_put(bo);
	assert_true(sim_ttm_pool_pages(&fx.bdev->pool) <= 128);
	assert_true(sim_ttm_pool_pages(&fx.bdev->pool) > 0);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_alloc_takes_largest_blocks_without_compound),
	TTM_TEST(test_max_order_limits_blocks),
	TTM_TEST(test_memory_type_follows_caching),
	TTM_TEST(test_kept_pages_come_back_zeroed),
	TTM_TEST(test_kept_and_fresh_blocks_mix),
	TTM_TEST(test_failure_returns_kept_blocks),
	TTM_TEST(test_allocator_empty_is_enomem),
	TTM_TEST(test_kept_pages_are_reclaimed),
	TTM_TEST(test_pool_keeps_half_of_ram_at_most),
};

SIM_TEST_MAIN(tests)
