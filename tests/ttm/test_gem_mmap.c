/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static long map_at(struct ttm_fixture *fx, unsigned long pgoff, unsigned long pages)
{
	return sim_mmap(fx->task, 0, pages * fx->page, PROT_READ, MAP_SHARED, fx->file, pgoff);
}

/* 5.11 (ttm_bo_mmap) lets a mapping begin inside the object; drm_gem_mmap does not. */
static void check_offsets(struct ttm_fixture *fx)
{
	bool gem = strcmp(fx->release, "5.11") != 0;
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, TTM_PL_SYSTEM, ttm_cached);
	unsigned long first = sim_bo_pgoff(bo);
	const struct {
		const char *what;
		unsigned long pgoff, pages;
		bool ok;
	} cases[] = {
		{ "all", first, 4, true },
		{ "its beginning", first, 1, true },
		{ "from inside", first + 1, 3, !gem },
		{ "beyond its end", first, 5, false },
		{ "inside, beyond its end", first + 1, 4, false },
		{ "no object there", first + 100, 1, false },
		{ "below the fake offsets", 0, 1, false },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		long addr = map_at(fx, cases[i].pgoff, cases[i].pages);

		if (cases[i].ok ? addr <= 0 : addr != -EINVAL)
			fail_msg("%s: %ld", cases[i].what, addr);
	}
	ttm_bo_put(bo);
}

static void test_offset_finds_object(void **state)
{
	ttm_fixture_each(check_offsets, state);
}

static void check_unplugged(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	long addr;

	drm_dev_unplug(sim_ttm_ddev(fx->dev));
	addr = map_at(fx, sim_bo_pgoff(bo), 1);
	if (sim_rule(fx->machine, SIM_RULE_TTM_GEM_MMAP))
		assert_int_equal(addr, -ENODEV);
	else
		assert_true(addr > 0);
	ttm_bo_put(bo);
}

static void test_mmap_of_unplugged_device_is_enodev(void **state)
{
	ttm_fixture_each(check_unplugged, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_offset_finds_object),
	TTM_TEST(test_mmap_of_unplugged_device_is_enodev),
};

SIM_TEST_MAIN(tests)
