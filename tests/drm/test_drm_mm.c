/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>

#include "support/base_fixture.h"
#include "ttm/internal.h"

#define MM_START 100
#define MM_SIZE 64

static int insert(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size,
		  enum drm_mm_insert_mode mode)
{
	return drm_mm_insert_node_in_range(mm, node, size, 0, 0, UINT64_MAX, mode);
}

static void test_insert_best_takes_smallest_hole(void **state)
{
	struct drm_mm_node node[5] = { 0 }, fit = { 0 };
	struct drm_mm mm;

	(void)state;
	drm_mm_init(&mm, MM_START, MM_SIZE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(insert(&mm, &node[i], i == 1 ? 8 : 4, DRM_MM_INSERT_BEST), 0);
	/* | 4 | 8 | 4 | 4 | 4 | rest: holes of 8, 4 and the rest */
	drm_mm_remove_node(&node[1]);
	drm_mm_remove_node(&node[3]);
	assert_int_equal(insert(&mm, &fit, 3, DRM_MM_INSERT_BEST), 0);
	assert_int_equal(fit.start, MM_START + 16);
	assert_false(drm_mm_clean(&mm));
}

static void test_insert_high_takes_the_top(void **state)
{
	struct drm_mm_node node = { 0 };
	struct drm_mm mm;

	(void)state;
	drm_mm_init(&mm, MM_START, MM_SIZE);
	assert_int_equal(insert(&mm, &node, 5, DRM_MM_INSERT_HIGH), 0);
	assert_int_equal(node.start, MM_START + MM_SIZE - 5);
	drm_mm_remove_node(&node);
	assert_int_equal(drm_mm_insert_node_in_range(&mm, &node, 5, 8, 0, UINT64_MAX,
						     DRM_MM_INSERT_HIGH), 0);
	assert_int_equal(node.start, 152);
}

static void test_insert_keeps_range_and_alignment(void **state)
{
	static const struct {
		const char *what;
		uint64_t size, alignment, start, end;
		int ret;
		uint64_t at;
	} cases[] = {
		{ "anywhere", 4, 0, 0, UINT64_MAX, 0, 100 },
		{ "aligned", 4, 32, 0, UINT64_MAX, 0, 128 },
		{ "from", 4, 0, 120, UINT64_MAX, 0, 120 },
		{ "too small a range", 4, 0, 120, 123, -ENOSPC, 0 },
		{ "just fits", 3, 0, 120, 123, 0, 120 },
		{ "all of it", 64, 0, 0, UINT64_MAX, 0, 100 },
		{ "one too many", 65, 0, 0, UINT64_MAX, -ENOSPC, 0 },
		{ "aligned beyond the end", 4, 1024, 0, UINT64_MAX, -ENOSPC, 0 },
		{ "range above", 4, 0, 164, UINT64_MAX, -ENOSPC, 0 },
		{ "nothing", 0, 0, 0, UINT64_MAX, -ENOSPC, 0 },
		{ "huge", UINT64_MAX, 0, 0, UINT64_MAX, -ENOSPC, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct drm_mm_node node = { 0 };
		struct drm_mm mm;
		int ret;

		drm_mm_init(&mm, MM_START, MM_SIZE);
		ret = drm_mm_insert_node_in_range(&mm, &node, cases[i].size, cases[i].alignment,
						  cases[i].start, cases[i].end,
						  DRM_MM_INSERT_BEST);
		if (ret != cases[i].ret || (!ret && node.start != cases[i].at))
			fail_msg("%s: %d at %lu", cases[i].what, ret, (unsigned long)node.start);
		assert_int_equal(drm_mm_node_allocated(&node), !ret);
	}
}

/* A naive model: one byte for each unit. */
static void check_against_bytes(uint64_t *seed)
{
	struct drm_mm_node node[MM_SIZE] = { 0 };
	char taken[MM_SIZE] = { 0 };
	struct drm_mm mm;

	drm_mm_init(&mm, MM_START, MM_SIZE);
	for (int round = 0; round < 2000; round++) {
		struct drm_mm_node *n = &node[next_random(seed) % MM_SIZE];
		uint64_t size = 1 + next_random(seed) % 9, run = 0, longest = 0;

		if (drm_mm_node_allocated(n)) {
			memset(taken + n->start - MM_START, 0, n->size);
			drm_mm_remove_node(n);
			continue;
		}
		for (int i = 0; i < MM_SIZE; i++) {
			run = taken[i] ? 0 : run + 1;
			longest = run > longest ? run : longest;
		}
		assert_int_equal(insert(&mm, n, size, (next_random(seed) & 1) ?
					DRM_MM_INSERT_HIGH : DRM_MM_INSERT_BEST),
				 size <= longest ? 0 : -ENOSPC);
		for (uint64_t i = 0; drm_mm_node_allocated(n) && i < size; i++)
			assert_int_equal(taken[n->start - MM_START + i]++, 0);
	}
}

static void test_insert_agrees_with_a_map_of_bytes(void **state)
{
	const char *text = getenv("SIM_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 0x5eed;

	(void)state;
	print_message("SIM_SEED=%#lx\n", (unsigned long)seed);
	check_against_bytes(&seed);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_insert_best_takes_smallest_hole),
	cmocka_unit_test(test_insert_high_takes_the_top),
	cmocka_unit_test(test_insert_keeps_range_and_alignment),
	cmocka_unit_test(test_insert_agrees_with_a_map_of_bytes),
};

SIM_TEST_MAIN(tests)
