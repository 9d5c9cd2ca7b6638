/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static long map_at(struct ttm_fixture *fx, unsigned long pgoff, unsigned long pages)
{
	return sim_mmap(fx->task, 0, pages * fx->page, PROT_READ, MAP_SHARED, fx->file, pgoff);
}

/* The page that is touched is the object's, also where the vma begins inside. */
static void check_inside(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo;
	uint8_t value = 99;
	long addr;

	if (sim_rule(fx->machine, SIM_RULE_TTM_GEM_MMAP))
		return;
	fx->bdev->pool.sim_nr_orders = 1;
	bo = ttm_bo(fx, 4, TTM_PL_SYSTEM, ttm_cached);
	assert_int_equal(sim_bo_write(bo, 3 * fx->page, &value, 1), 0);
	addr = map_at(fx, sim_bo_pgoff(bo) + 2, 2);
	assert_true(addr > 0);
	assert_int_equal(ttm_load(fx, (unsigned long)addr + fx->page), 99);
	assert_int_equal(ttm_pte(fx, (unsigned long)addr + fx->page).pfn, ttm_pfn(bo, 3));
	assert_true(ttm_pte(fx, (unsigned long)addr).none);
	ttm_bo_put(bo);
}

static void test_mapping_from_inside_maps_the_right_page(void **state)
{
	ttm_fixture_each(check_inside, state);
}

/* In any release, by a driver that still calls it. */
static void test_ranges_are_refused_where_no_object_holds_them(void **state)
{
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;
	unsigned long first;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 4, TTM_PL_SYSTEM, ttm_cached);
	first = sim_bo_pgoff(bo);
	{
		const struct {
			const char *what;
			unsigned long pgoff, pages, flags;
			int want;
		} cases[] = {
			{ "all", first, 4, VM_SHARED, 0 },
			{ "from inside", first + 3, 1, VM_SHARED, 0 },
			{ "beyond its end", first + 3, 2, VM_SHARED, -EINVAL },
			{ "below the fake offsets", 1, 1, VM_SHARED, -EINVAL },
			{ "no object there", first + 100, 1, VM_SHARED, -EINVAL },
			{ "a COW mapping", first, 4, VM_MAYWRITE, -EINVAL },
		};

		for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
			struct vm_area_struct vma = {
				.vm_mm = fx.task->mm, .vm_start = 0x10000 * fx.page,
				.vm_end = (0x10000 + cases[i].pages) * fx.page,
				.vm_pgoff = cases[i].pgoff, .vm_flags = cases[i].flags,
				.vm_file = fx.file,
			};
			int ret = ttm_bo_mmap(fx.file, &vma, fx.bdev);

			if (ret != cases[i].want)
				fail_msg("%s: %d", cases[i].what, ret);
			if (!ret)
				ttm_bo_vm_close(&vma);
		}
	}
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_mapping_from_inside_maps_the_right_page),
	TTM_TEST(test_ranges_are_refused_where_no_object_holds_them),
};

SIM_TEST_MAIN(tests)
