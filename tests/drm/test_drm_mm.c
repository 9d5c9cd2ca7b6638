/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdlib.h>

#include "support/base_fixture.h"
#include "ttm/internal.h"

#define MM_START 100
#define MM_SIZE 64

static int insert(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size,
		  enum drm_mm_insert_mode mode)
{
	return drm_mm_insert_node_in_range(mm, node, size, 0, 0, 0, UINT64_MAX, mode);
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
	memset(&node, 0, sizeof(node));
	assert_int_equal(drm_mm_insert_node_generic(&mm, &node, 5, 8, 0, DRM_MM_INSERT_HIGH), 0);
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
						  0, cases[i].start, cases[i].end,
						  DRM_MM_INSERT_BEST);
		if (ret != cases[i].ret || (!ret && node.start != cases[i].at))
			fail_msg("%s: %d at %lu", cases[i].what, ret, (unsigned long)node.start);
		assert_int_equal(drm_mm_node_allocated(&node), !ret);
	}
}

/* The same as lists without order: what each mode takes is looked for among all holes. */
#define NR_NODES 48
#define SPACE 1024

struct model {
	struct { uint64_t start, end; unsigned long made; } hole[NR_NODES + 1];
	unsigned int nr;
	unsigned long made;
};

static void model_add(struct model *m, uint64_t start, uint64_t end)
{
	if (start < end) {
		m->hole[m->nr].start = start;
		m->hole[m->nr].end = end;
		m->hole[m->nr++].made = ++m->made;
	}
}

/* Is hole @a tried before hole @b? */
static bool model_before(const struct model *m, unsigned int a, unsigned int b,
			 enum drm_mm_insert_mode mode)
{
	uint64_t size_a = m->hole[a].end - m->hole[a].start;
	uint64_t size_b = m->hole[b].end - m->hole[b].start;

	if (mode == DRM_MM_INSERT_LOW || mode == DRM_MM_INSERT_HIGH)
		return (m->hole[a].start < m->hole[b].start) == (mode == DRM_MM_INSERT_LOW);
	if (mode == DRM_MM_INSERT_BEST && size_a != size_b)
		return size_a < size_b;
	return m->hole[a].made > m->hole[b].made;
}

/* The lowest or, HIGH, the highest place in a hole: unit by unit. */
static bool model_place(uint64_t from, uint64_t to, uint64_t size, uint64_t alignment, bool high,
			uint64_t *at)
{
	uint64_t low;

	if (to < from + size)
		return false;
	low = high ? to - size : from;
	while (alignment > 1 && low % alignment)
		low += high ? (uint64_t)-1 : 1;
	*at = low;
	return low >= from && low + size <= to;
}

/* -1 where nothing fits. */
static int model_find(const struct model *m, uint64_t size, uint64_t alignment, uint64_t start,
		      uint64_t end, enum drm_mm_insert_mode mode, uint64_t *at)
{
	int best = -1;

	for (unsigned int i = 0; i < m->nr; i++) {
		uint64_t from = m->hole[i].start, to = m->hole[i].end, here;

		if (!model_place(from < start ? start : from, to > end ? end : to, size, alignment,
				 mode == DRM_MM_INSERT_HIGH, &here))
			continue;
		if (best < 0 || model_before(m, i, (unsigned int)best, mode)) {
			best = (int)i;
			*at = here;
		}
	}
	return best;
}

static void model_take(struct model *m, unsigned int i, uint64_t start, uint64_t end)
{
	uint64_t from = m->hole[i].start, to = m->hole[i].end;

	m->hole[i] = m->hole[--m->nr];
	model_add(m, from, start);
	model_add(m, end, to);
}

static void model_give(struct model *m, uint64_t start, uint64_t end)
{
	for (unsigned int i = 0; i < m->nr; i++)
		if (m->hole[i].end == start || m->hole[i].start == end) {
			start = m->hole[i].start < start ? m->hole[i].start : start;
			end = m->hole[i].end > end ? m->hole[i].end : end;
			m->hole[i--] = m->hole[--m->nr];
		}
	model_add(m, start, end);
}

static void random_insert(struct drm_mm *mm, struct model *m, struct drm_mm_node *node,
			  uint64_t *seed)
{
	static const enum drm_mm_insert_mode modes[] = {
		DRM_MM_INSERT_BEST, DRM_MM_INSERT_LOW, DRM_MM_INSERT_HIGH, DRM_MM_INSERT_EVICT,
		DRM_MM_INSERT_LOWEST, DRM_MM_INSERT_HIGHEST,
	};
	enum drm_mm_insert_mode mode = modes[next_random(seed) % SIM_ARRAY_SIZE(modes)];
	enum drm_mm_insert_mode plain = mode & ~DRM_MM_INSERT_ONCE;
	uint64_t size = 1 + next_random(seed) % 60, at = 0, start = 0, end = UINT64_MAX;
	uint64_t alignment = next_random(seed) % 3 ? 0 : next_random(seed) % 40;
	int hole, ret;

	if (next_random(seed) % 3 == 0) {
		start = next_random(seed) % (2 * MM_START + SPACE);
		end = start + next_random(seed) % SPACE;
	}
	hole = model_find(m, size, alignment, start, end, plain, &at);
	ret = drm_mm_insert_node_in_range(mm, node, size, alignment, 7, start, end, mode);
	/* with ONCE what fits may be missed; what is found is what fits first */
	if (mode == plain)
		assert_int_equal(ret, hole < 0 ? -ENOSPC : 0);
	if (ret)
		return;
	assert_int_equal(node->start, at);
	assert_int_equal(node->size, size);
	assert_int_equal(node->color, 7);
	model_take(m, (unsigned int)hole, at, at + size);
}

/* A node at a place of its own: it gets it where a hole has all of it. */
static void random_reserve(struct drm_mm *mm, struct model *m, struct drm_mm_node *node,
			   uint64_t *seed)
{
	unsigned int i;

	node->start = MM_START + next_random(seed) % SPACE;
	node->size = next_random(seed) % 9;
	for (i = 0; i < m->nr; i++)
		if (m->hole[i].start <= node->start &&
		    m->hole[i].end >= node->start + node->size)
			break;
	if (i == m->nr || !node->size) {
		assert_int_equal(drm_mm_reserve_node(mm, node), -ENOSPC);
		return;
	}
	assert_int_equal(drm_mm_reserve_node(mm, node), 0);
	model_take(m, i, node->start, node->start + node->size);
}

/* Each address has the node, and the next one, that a search of all nodes finds. */
static void check_look_ups(struct drm_mm *mm, struct drm_mm_node *nodes, uint64_t *seed)
{
	uint64_t start = next_random(seed) % (2 * MM_START + SPACE);
	uint64_t last = start + next_random(seed) % 20;
	struct drm_mm_node *first = &mm->head_node;

	for (int i = 0; i < NR_NODES; i++)
		if (drm_mm_node_allocated(&nodes[i]) && nodes[i].start <= last &&
		    nodes[i].start + nodes[i].size > start && nodes[i].start < first->start)
			first = &nodes[i];
	assert_ptr_equal(__drm_mm_interval_first(mm, start, last), first);
}

/* What the lists of the two say of holes. */
static void check_holes(struct drm_mm *mm, const struct model *m)
{
	struct drm_mm_node *node;
	uint64_t start, end, newest = 0;
	unsigned int nr = 0, last = 0;

	assert_true(drm_mm_is_valid(mm));
	drm_mm_for_each_hole(node, mm, start, end) {
		for (last = 0; last < m->nr && m->hole[last].start != start; last++)
			;
		assert_true(last < m->nr && m->hole[last].end == end);
		assert_true(!nr || m->hole[last].made < newest);
		newest = m->hole[last].made;
		nr++;
	}
	assert_int_equal(nr, m->nr);
}

static void check_against_model(uint64_t *seed)
{
	struct drm_mm_node node[NR_NODES + 1] = { 0 };
	struct model m = { .nr = 0 };
	struct drm_mm mm;

	drm_mm_init(&mm, MM_START, SPACE);
	model_add(&m, MM_START, MM_START + SPACE);
	for (int round = 0; round < 4000; round++) {
		struct drm_mm_node *n = &node[next_random(seed) % NR_NODES];

		if (!drm_mm_node_allocated(n)) {
			memset(n, 0, sizeof(*n));
			if (next_random(seed) % 8)
				random_insert(&mm, &m, n, seed);
			else
				random_reserve(&mm, &m, n, seed);
		} else if (next_random(seed) % 4 == 0) {
			drm_mm_replace_node(n, &node[NR_NODES]);
			assert_false(drm_mm_node_allocated(n));
			drm_mm_replace_node(&node[NR_NODES], n);
		} else {
			model_give(&m, n->start, n->start + n->size);
			drm_mm_remove_node(n);
		}
		check_holes(&mm, &m);
		check_look_ups(&mm, node, seed);
	}
}

static void test_insert_agrees_with_a_search_of_all_holes(void **state)
{
	const char *text = getenv("SIM_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 0x5eed;

	(void)state;
	print_message("SIM_SEED=%#lx\n", (unsigned long)seed);
	check_against_model(&seed);
}

static void test_equal_holes_the_last_one_made_is_taken(void **state)
{
	struct drm_mm_node node[7] = { 0 }, fit[3] = { 0 };
	struct drm_mm mm;

	(void)state;
	drm_mm_init(&mm, 0, 28);
	for (int i = 0; i < 7; i++)
		assert_int_equal(drm_mm_insert_node(&mm, &node[i], 4), 0);
	drm_mm_remove_node(&node[3]);
	drm_mm_remove_node(&node[5]);
	drm_mm_remove_node(&node[1]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(drm_mm_insert_node(&mm, &fit[i], 4), 0);
	assert_int_equal(fit[0].start, 4);
	assert_int_equal(fit[1].start, 20);
	assert_int_equal(fit[2].start, 12);
}

/* Neighbours of another color are kept a unit away. */
static void keep_away(const struct drm_mm_node *node, unsigned long color, uint64_t *start,
		      uint64_t *end)
{
	const struct drm_mm_node *next = list_next_entry(node, node_list);

	if (drm_mm_node_allocated(node) && node->color != color)
		++*start;
	if (drm_mm_node_allocated(next) && next->color != color)
		--*end;
}

static void test_color_adjust_narrows_a_hole(void **state)
{
	struct drm_mm_node a = { 0 }, b = { 0 }, c = { .start = 5, .size = 1, .color = 2 };
	struct drm_mm mm;

	(void)state;
	drm_mm_init(&mm, 0, 32);
	mm.color_adjust = keep_away;
	assert_int_equal(drm_mm_insert_node_generic(&mm, &a, 4, 0, 1, DRM_MM_INSERT_LOW), 0);
	assert_int_equal(drm_mm_insert_node_generic(&mm, &b, 4, 0, 1, DRM_MM_INSERT_LOW), 0);
	assert_int_equal(b.start, 4);
	drm_mm_remove_node(&b);
	memset(&b, 0, sizeof(b));
	assert_int_equal(drm_mm_insert_node_generic(&mm, &b, 4, 0, 2, DRM_MM_INSERT_LOW), 0);
	assert_int_equal(b.start, 5);
	drm_mm_remove_node(&b);
	c.start = 4;
	assert_int_equal(drm_mm_reserve_node(&mm, &c), -ENOSPC);
	c.start = 5;
	assert_int_equal(drm_mm_reserve_node(&mm, &c), 0);
}

static void test_range_is_walked_in_order(void **state)
{
	struct drm_mm_node node[4] = { 0 }, *at;
	struct drm_mm mm;
	int nr = 0;

	(void)state;
	drm_mm_init(&mm, 0, 100);
	assert_true(drm_mm_initialized(&mm));
	for (int i = 0; i < 4; i++) {
		node[i].start = (uint64_t)i * 20 + 10;
		node[i].size = 5;
		assert_int_equal(drm_mm_reserve_node(&mm, &node[i]), 0);
	}
	drm_mm_for_each_node_in_range(at, &mm, 34, 70)
		assert_ptr_equal(at, &node[1 + nr++]);
	assert_int_equal(nr, 2);
	drm_mm_for_each_node_in_range(at, &mm, 35, 50)
		fail();
	drm_mm_for_each_node_in_range(at, &mm, 90, 100)
		fail();
}

/* 100,000 ranges, a tenth of them given back; too slow to end in time were it a list. */
static void test_many_nodes_take_no_longer_each(void **state)
{
	unsigned long nr = SIM_ASSERT_LEVEL > 1 ? 2000 : 100000;
	struct drm_mm_node *node = calloc(nr, sizeof(*node));
	struct drm_mm mm;

	(void)state;
	assert_non_null(node);
	drm_mm_init(&mm, 0, 2 * nr);
	for (unsigned long i = 0; i < nr; i++)
		assert_int_equal(drm_mm_insert_node(&mm, &node[i], 2), 0);
	for (unsigned long i = 0; i < nr; i += 10)
		drm_mm_remove_node(&node[i]);
	for (unsigned long i = 0; i < nr; i += 10) {
		memset(&node[i], 0, sizeof(node[i]));
		assert_int_equal(drm_mm_insert_node(&mm, &node[i], 2), 0);
		assert_ptr_equal(drm_mm_last_from(&mm, node[i].start + 1), &node[i]);
	}
	assert_true(drm_mm_is_valid(&mm));
	free(node);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_insert_best_takes_smallest_hole),
	cmocka_unit_test(test_insert_high_takes_the_top),
	cmocka_unit_test(test_insert_keeps_range_and_alignment),
	cmocka_unit_test(test_insert_agrees_with_a_search_of_all_holes),
	cmocka_unit_test(test_equal_holes_the_last_one_made_is_taken),
	cmocka_unit_test(test_color_adjust_narrows_a_hole),
	cmocka_unit_test(test_range_is_walked_in_order),
	cmocka_unit_test(test_many_nodes_take_no_longer_each),
};

SIM_TEST_MAIN(tests)
