/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_interval.c - two trees from one template, against a plain array.
 */
#include "support/base_fixture.h"

#include <stdlib.h>

struct span {
	unsigned long start, last;
	struct {
		struct span *rbe_left, *rbe_right, *rbe_parent;
		int rbe_color;
	} link;
	unsigned long below;
	bool in_tree;
};

struct named {
	unsigned long pgoff, nr;
	struct {
		struct named *rbe_left, *rbe_right, *rbe_parent;
		int rbe_color;
	} rb;
	unsigned long max;
};

#define SIM_INTERVAL_NAME span_tree
#define SIM_INTERVAL_TYPE span
#define SIM_INTERVAL_LINK link
#define SIM_INTERVAL_SUBTREE below
#define SIM_INTERVAL_START(span) ((span)->start)
#define SIM_INTERVAL_LAST(span) ((span)->last)
#include "base/interval.h"

#define SIM_INTERVAL_NAME named_tree
#define SIM_INTERVAL_TYPE named
#define SIM_INTERVAL_LINK rb
#define SIM_INTERVAL_SUBTREE max
#define SIM_INTERVAL_START(item) ((item)->pgoff)
#define SIM_INTERVAL_LAST(item) ((item)->pgoff + (item)->nr - 1)
#include "base/interval.h"

#define NR_SPANS 200
#define SPACE 1000

static struct span spans[NR_SPANS];

/* Depth of the tree; checks order, links and the largest last of each node. */
static unsigned int check_below(const struct span *node)
{
	const struct span *left = node->link.rbe_left, *right = node->link.rbe_right;
	unsigned int depth_left = 0, depth_right = 0;
	unsigned long last = node->last;

	if (left) {
		assert_ptr_equal(left->link.rbe_parent, node);
		assert_true(span_tree_cmp(left, node) < 0);
		depth_left = check_below(left);
		last = left->below > last ? left->below : last;
	}
	if (right) {
		assert_ptr_equal(right->link.rbe_parent, node);
		assert_true(span_tree_cmp(right, node) > 0);
		depth_right = check_below(right);
		last = right->below > last ? right->below : last;
	}
	assert_int_equal(node->below, last);
	return 1 + (depth_left > depth_right ? depth_left : depth_right);
}

static int by_order(const void *a, const void *b)
{
	return span_tree_cmp(*(struct span *const *)a, *(struct span *const *)b);
}

static void check_query(struct span *root, unsigned long start, unsigned long last)
{
	struct span *wanted[NR_SPANS], *found = span_tree_first(&root, start, last);
	size_t nr = 0;

	for (size_t i = 0; i < NR_SPANS; i++) {
		if (spans[i].in_tree && spans[i].start <= last && spans[i].last >= start)
			wanted[nr++] = &spans[i];
	}
	qsort(wanted, nr, sizeof(void *), by_order);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(found, wanted[i]);
		found = span_tree_next(found, start, last);
	}
	assert_null(found);
}

static void test_first_in_empty_tree(void **state)
{
	struct span *root = NULL;

	(void)state;
	assert_null(span_tree_first(&root, 0, ~0ul));
}

struct overlap {
	const char *description;
	unsigned long start, last;
	bool found;
};

static void test_first_at_the_edges(void **state)
{
	static const struct overlap cases[] = {
		{ "before", 0, 9, false },	  { "touches the start", 0, 10, true },
		{ "inside", 12, 13, true },	  { "around", 0, 100, true },
		{ "touches the end", 19, 30, true }, { "after", 20, 30, false },
	};
	struct span one = { .start = 10, .last = 19 }, *root = NULL;

	(void)state;
	span_tree_insert(&root, &one);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct span *found = span_tree_first(&root, cases[i].start, cases[i].last);

		if ((found == &one) != cases[i].found)
			fail_msg("%s", cases[i].description);
	}
	span_tree_remove(&root, &one);
	assert_null(root);
}

static void test_equal_intervals_are_all_kept(void **state)
{
	struct named items[5], *root = NULL, *found;
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(items); i++) {
		items[i] = (struct named){ .pgoff = 7, .nr = 3 };
		named_tree_insert(&root, &items[i]);
	}
	for (found = named_tree_first(&root, 9, 9); found; found = named_tree_next(found, 9, 9))
		assert_ptr_equal(found, &items[nr++]);
	assert_int_equal(nr, 5);
	assert_null(named_tree_first(&root, 10, 20));
	for (size_t i = 0; i < SIM_ARRAY_SIZE(items); i++)
		named_tree_remove(&root, &items[i]);
	assert_null(root);
}

static void toggle(struct span **root, struct span *span, uint64_t *seed)
{
	if (span->in_tree) {
		span_tree_remove(root, span);
	} else {
		span->start = next_random(seed) % SPACE;
		span->last = span->start + next_random(seed) % (next_random(seed) % 8 ? 10 : 300);
		span_tree_insert(root, span);
	}
	span->in_tree = !span->in_tree;
}

static void test_random_against_an_array(void **state)
{
	uint64_t seed = 0x5eed2;
	struct span *root = NULL;

	(void)state;
	print_message("seed %#lx\n", (unsigned long)seed);
	memset(spans, 0, sizeof(spans));
	for (int step = 0; step < 6000; step++) {
		unsigned long start = next_random(&seed) % SPACE;

		toggle(&root, &spans[next_random(&seed) % NR_SPANS], &seed);
		if (root)
			assert_in_range(check_below(root), 1, 2 * 8 + 2);
		check_query(root, start, start + next_random(&seed) % 50);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_first_in_empty_tree),
	cmocka_unit_test(test_first_at_the_edges),
	cmocka_unit_test(test_equal_intervals_are_all_kept),
	cmocka_unit_test(test_random_against_an_array),
};
SIM_TEST_MAIN(tests)
