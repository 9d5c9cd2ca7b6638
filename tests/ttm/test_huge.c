/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

/* Is a PMD leaf of 2 MiB (512 pages) what these have? */
static unsigned long leaf_pages(const struct ttm_fixture *fx)
{
	const struct sim_mmu *mmu = fx->machine->mmu;

	return mmu->has_leaf[1] ? 1ul << (mmu->level[1].shift - mmu->page_shift) : 0;
}

static void check_huge_leaf(struct ttm_fixture *fx, uint32_t mem_type)
{
	unsigned long pages = leaf_pages(fx), addr;
	bool by_release = strcmp(fx->release, "6.1") != 0;
	struct ttm_buffer_object *bo;
	uint8_t value = 0;

	bo = ttm_bo(fx, pages, mem_type, ttm_cached);
	addr = ttm_map(fx, bo);
	ttm_store(fx, addr + 3 * fx->page, 8);
	assert_int_equal(ttm_pte(fx, addr).level, by_release ? SIM_LEAF_PMD : SIM_LEAF_PTE);
	assert_int_equal(ttm_pte(fx, addr + 3 * fx->page).pfn, ttm_pfn(bo, 3));
	if (by_release)
		assert_int_equal(ttm_pte(fx, addr).special,
				 mmu_has(fx->machine->mmu, SIM_FEAT_PMD_SPECIAL));
	assert_int_equal(sim_bo_read(bo, 3 * fx->page, &value, 1), 0);
	assert_int_equal(value, 8);
	assert_int_equal(sim_bo_move(bo, TTM_PL_SYSTEM), 0);
	assert_int_equal(ttm_load(fx, addr + 3 * fx->page), 8);
	sim_munmap(fx->task, addr, bo->base.size);
	ttm_bo_put(bo);
}

static void test_huge_maps_leaves_where_mm_asks(void **state)
{
	static const char *const archs[] = { "x86_64", "arm64", "s390x", "riscv64" };
	static const char *const releases[] = { "5.11", "6.1", "6.12" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++) {
		for (size_t j = 0; j < SIM_ARRAY_SIZE(releases); j++) {
			struct sim_machine_config config = {
				.arch = archs[i], .release = releases[j],
				.ttm = SIM_TTM_HUGE, .vram_bytes = 8 << 20,
			};
			struct ttm_fixture fx;

			ttm_fixture_open(&fx, &config);
			if (leaf_pages(&fx)) {
				check_huge_leaf(&fx, TTM_PL_TT);
				check_huge_leaf(&fx, TTM_PL_VRAM);
			}
			ttm_fixture_close(&fx);
		}
	}
}

static void open_huge(struct ttm_fixture *fx, unsigned int pool_max_order)
{
	struct sim_machine_config config = {
		.release = "5.11", .ttm = SIM_TTM_HUGE, .vram_bytes = 8 << 20,
		.pool_max_order = pool_max_order,
	};

	ttm_fixture_open(fx, &config);
}

static void test_huge_falls_back_where_pages_are_scattered(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long addr;

	(void)state;
	open_huge(&fx, 5);
	bo = ttm_bo(&fx, 512, TTM_PL_TT, ttm_cached);
	addr = ttm_map(&fx, bo);
	ttm_store(&fx, addr, 8);
	assert_int_equal(ttm_pte(&fx, addr).level, SIM_LEAF_PTE);
	assert_true(ttm_pte(&fx, addr + 15 * fx.page).present);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static void test_huge_falls_back_where_the_object_ends(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long addr;

	(void)state;
	open_huge(&fx, 0);
	bo = ttm_bo(&fx, 512 + 100, TTM_PL_VRAM, ttm_cached);
	addr = ttm_map(&fx, bo);
	ttm_store(&fx, addr + 520 * fx.page, 8);
	assert_int_equal(ttm_pte(&fx, addr + 520 * fx.page).level, SIM_LEAF_PTE);
	ttm_store(&fx, addr, 9);
	assert_int_equal(ttm_pte(&fx, addr).level, SIM_LEAF_PMD);
	assert_int_equal(ttm_load(&fx, addr + 520 * fx.page), 8);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static unsigned long holey_pfn(struct ttm_buffer_object *bo, unsigned long page_offset)
{
	unsigned long first = ttm_machine(bo->bdev)->phys->io_start;

	return first + page_offset + (page_offset >= 300);
}

static void test_huge_asks_the_driver_for_every_pfn(void **state)
{
	struct ttm_device_funcs funcs, *old;
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long addr;

	(void)state;
	open_huge(&fx, 0);
	old = fx.bdev->funcs;
	funcs = *old;
	funcs.io_mem_pfn = holey_pfn;
	bo = ttm_bo(&fx, 512, TTM_PL_VRAM, ttm_cached);
	addr = ttm_map(&fx, bo);
	fx.bdev->funcs = &funcs;
	ttm_store(&fx, addr + 299 * fx.page, 8);
	assert_int_equal(ttm_pte(&fx, addr).level, SIM_LEAF_PTE);
	assert_int_equal(ttm_pte(&fx, addr + 300 * fx.page).pfn, holey_pfn(bo, 300));
	ttm_bo_unmap_virtual(bo);
	fx.bdev->funcs = old;
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

/* A private mapping stays mixed: a read may map a leaf of the object, read-only;
 * the write that follows is refused one and copies a page. */
static void test_huge_private_read_maps_a_read_only_leaf(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	uint8_t value = 3;
	long addr;

	(void)state;
	open_huge(&fx, 0);
	bo = ttm_bo(&fx, 512, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	addr = ttm_mmap(&fx, bo, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	assert_true(addr > 0);
	assert_int_equal(ttm_load(&fx, (unsigned long)addr), 3);
	assert_int_equal(ttm_pte(&fx, (unsigned long)addr).level, SIM_LEAF_PMD);
	assert_false(ttm_pte(&fx, (unsigned long)addr).write);
	ttm_store(&fx, (unsigned long)addr, 4);
	assert_int_equal(ttm_pte(&fx, (unsigned long)addr).level, SIM_LEAF_PTE);
	assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
	assert_int_equal(value, 3);
	assert_int_equal(ttm_load(&fx, (unsigned long)addr), 4);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_huge_maps_leaves_where_mm_asks),
	TTM_TEST(test_huge_falls_back_where_pages_are_scattered),
	TTM_TEST(test_huge_falls_back_where_the_object_ends),
	TTM_TEST(test_huge_asks_the_driver_for_every_pfn),
	TTM_TEST(test_huge_private_read_maps_a_read_only_leaf),
};

SIM_TEST_MAIN(tests)
