/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

/* facts: 4 GiB where long has 64 bits, 256 MiB where it has 32 */
static void check_limits(struct ttm_fixture *fx)
{
	bool wide = sim_machine_arch(fx->machine)->bits_per_long == 64;
	uint64_t start = (uint64_t)sim_drm_file_page_offset_start(fx->machine) * fx->page;
	uint64_t size = (uint64_t)sim_drm_file_page_offset_size(fx->machine) * fx->page;

	assert_int_equal(start, wide ? 1ull << 32 : 1ull << 28);
	assert_int_equal(size, wide ? 256 * ((1ull << 32) - fx->page)
				    : 16 * ((1ull << 28) - fx->page));
}

static void test_limits_are_the_architectures(void **state)
{
	ttm_fixture_each(check_limits, state);
}

static void test_add_gives_disjoint_ranges(void **state)
{
	struct drm_vma_offset_node a = { 0 }, b = { 0 }, c = { 0 };
	struct drm_vma_offset_manager mgr;

	(void)state;
	drm_vma_offset_manager_init(&mgr, 1000, 10);
	assert_int_equal(drm_vma_offset_add(&mgr, &a, 4), 0);
	assert_int_equal(drm_vma_offset_add(&mgr, &b, 6), 0);
	assert_int_equal(drm_vma_offset_add(&mgr, &c, 1), -ENOSPC);
	assert_int_equal(drm_vma_node_start(&a), 1000);
	assert_int_equal(drm_vma_node_start(&b), 1004);
	/* one that has a range keeps it */
	assert_int_equal(drm_vma_offset_add(&mgr, &a, 9), 0);
	assert_int_equal(drm_vma_node_size(&a), 4);
	drm_vma_offset_remove(&mgr, &a);
	drm_vma_offset_remove(&mgr, &a);
	assert_int_equal(drm_vma_node_size(&a), 0);
	assert_int_equal(drm_vma_offset_add(&mgr, &c, 4), 0);
	drm_vma_offset_remove(&mgr, &b);
	drm_vma_offset_remove(&mgr, &c);
	drm_vma_offset_manager_destroy(&mgr);
}

static void test_lookup_wants_the_whole_range(void **state)
{
	static const struct {
		const char *what;
		unsigned long start, pages;
		bool found, exact;
	} cases[] = {
		{ "all", 1004, 4, true, true },
		{ "its beginning", 1004, 1, true, true },
		{ "its end", 1006, 2, true, false },
		{ "beyond its end", 1006, 3, false, false },
		{ "below it", 1003, 1, false, false },
		{ "above it", 1008, 1, false, false },
		{ "far below", 1, 1, false, false },
	};
	struct drm_vma_offset_node hole = { 0 }, node = { 0 };
	struct drm_vma_offset_manager mgr;

	(void)state;
	drm_vma_offset_manager_init(&mgr, 1000, 100);
	drm_vma_offset_add(&mgr, &hole, 4);
	drm_vma_offset_add(&mgr, &node, 4);
	drm_vma_offset_remove(&mgr, &hole);
	drm_vma_offset_lock_lookup(&mgr);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		void *found = drm_vma_offset_lookup_locked(&mgr, cases[i].start, cases[i].pages);
		void *exact = drm_vma_offset_exact_lookup_locked(&mgr, cases[i].start,
								 cases[i].pages);

		if (found != (cases[i].found ? &node : NULL) ||
		    exact != (cases[i].exact ? &node : NULL))
			fail_msg("%s", cases[i].what);
	}
	drm_vma_offset_unlock_lookup(&mgr);
}

static void test_node_unmap_without_offset_does_nothing(void **state)
{
	struct drm_vma_offset_node node;

	(void)state;
	memset(&node, 0xff, sizeof(node));
	drm_vma_node_reset(&node);
	drm_vma_node_unmap(&node, NULL);
	assert_int_equal(drm_vma_node_start(&node), 0);
	assert_int_equal(drm_vma_node_offset_addr(&node), 0);
}

static void check_offset_addr(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 3, TTM_PL_SYSTEM, ttm_cached);

	assert_int_equal(drm_vma_node_offset_addr(&bo->base.vma_node),
			 (uint64_t)sim_bo_pgoff(bo) * fx->page);
	ttm_bo_put(bo);
}

static void test_offset_addr_is_in_bytes(void **state)
{
	ttm_fixture_each(check_offset_addr, state);
}

static void test_destroy_with_nodes_warns(void **state)
{
	struct drm_vma_offset_manager mgr;
	struct drm_vma_offset_node node = { 0 };
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	drm_vma_offset_manager_init(&mgr, 10, 10);
	drm_vma_offset_add(&mgr, &node, 1);
	drm_vma_offset_manager_destroy(&mgr);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_limits_are_the_architectures),
	TTM_TEST(test_add_gives_disjoint_ranges),
	TTM_TEST(test_lookup_wants_the_whole_range),
	TTM_TEST(test_node_unmap_without_offset_does_nothing),
	TTM_TEST(test_offset_addr_is_in_bytes),
	TTM_TEST(test_destroy_with_nodes_warns),
};

SIM_TEST_MAIN(tests)
