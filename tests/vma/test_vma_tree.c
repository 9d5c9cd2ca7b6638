/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tree of vmas against an array of pages: what is found, and which hole.
 */
#include <stdlib.h>

#include "support/address_space.h"
#include "vma/internal.h"

#define NR_PAGES 2000	/* some 400 vmas: three levels */
#define FIRST 100	/* page number of the first one */

struct pages {
	struct vm_area_struct *at[NR_PAGES];
};

static unsigned long page_addr(const struct as *as, unsigned long i)
{
	return (FIRST + i) * as->page;
}

static struct vm_area_struct *naive_find(const struct pages *pages, unsigned long i)
{
	for (; i < NR_PAGES; i++)
		if (pages->at[i])
			return pages->at[i];
	return NULL;
}

/* The first page of a hole of @len in [low, high), or -1. */
static long naive_hole(const struct pages *pages, unsigned long len, unsigned long low,
		       unsigned long high, bool highest)
{
	long found = -1;

	for (unsigned long i = low; i + len <= high; i++) {
		unsigned long free = 0;

		while (free < len && !pages->at[i + free])
			free++;
		if (free < len)
			continue;
		found = (long)i;
		if (!highest)
			break;
	}
	return found;
}

static void insert(struct as *as, struct pages *pages, unsigned long i, unsigned long nr)
{
	struct vm_area_struct *vma = calloc(1, sizeof(*vma));

	vma->vm_mm = as->task->mm;
	vma->vm_start = page_addr(as, i);
	vma->vm_end = page_addr(as, i + nr);
	assert_int_equal(vma_tree_reserve(as->task->mm, 1), 0);
	vma_tree_insert(as->task->mm, vma);
	for (unsigned long p = i; p < i + nr; p++)
		pages->at[p] = vma;
}

static void take_out(struct as *as, struct pages *pages, struct vm_area_struct *vma)
{
	vma_tree_remove(as->task->mm, vma);
	vma_tree_trim(as->task->mm);
	for (unsigned long p = 0; p < NR_PAGES; p++)
		if (pages->at[p] == vma)
			pages->at[p] = NULL;
	free(vma);
}

static void compare(struct as *as, const struct pages *pages, uint64_t *seed)
{
	struct mm_struct *mm = as->task->mm;
	unsigned long i = as_random(seed, NR_PAGES), low = as_random(seed, NR_PAGES), high;
	unsigned long len = 1 + as_random(seed, 12);
	struct vm_area_struct *prev, *next;
	unsigned long found;
	long hole;

	high = low + as_random(seed, (uint32_t)(NR_PAGES - low));
	assert_true(vma_tree_is_valid(mm));
	assert_ptr_equal(find_vma(mm, page_addr(as, i) + 5), naive_find(pages, i));
	assert_ptr_equal(vma_lookup(mm, page_addr(as, i)), pages->at[i]);
	next = find_vma_prev(mm, page_addr(as, i), &prev);
	if (next) {
		assert_ptr_equal(next->sim_prev, prev);
	} else if (prev) {
		assert_null(prev->sim_next);
	}
	for (int highest = 0; highest < 2; highest++) {
		found = highest ? vma_tree_highest_hole(mm, len * as->page, page_addr(as, low),
							page_addr(as, high))
				: vma_tree_lowest_hole(mm, len * as->page, page_addr(as, low),
						       page_addr(as, high));
		hole = naive_hole(pages, len, low, high, highest);
		assert_int_equal(found, hole < 0 ? 0 : page_addr(as, (unsigned long)hole));
	}
}

static unsigned long free_pages(const struct pages *pages, unsigned long i)
{
	unsigned long free = 0;

	while (i + free < NR_PAGES && !pages->at[i + free])
		free++;
	return free;
}

/* Takes or gives the vma a page at its end, or at its start. */
static void resize(struct as *as, struct pages *pages, struct vm_area_struct *vma, uint64_t *seed)
{
	unsigned long first = vma->vm_start / as->page - FIRST;
	unsigned long end = vma->vm_end / as->page - FIRST;

	switch (as_random(seed, 4)) {
	case 0:
		if (end < NR_PAGES && !pages->at[end])
			pages->at[end++] = vma;
		break;
	case 1:
		if (first && !pages->at[first - 1])
			pages->at[--first] = vma;
		break;
	case 2:
		if (end - first > 1)
			pages->at[--end] = NULL;
		break;
	default:
		if (end - first > 1)
			pages->at[first++] = NULL;
	}
	vma->vm_start = page_addr(as, first);
	vma->vm_end = page_addr(as, end);
	vma_tree_resized(vma);
}

/* Grows for a while, then shrinks for a while. */
static void random_tree(struct as *as)
{
	uint64_t seed = as_seed(1);
	struct pages pages = { 0 };

	for (int round = 0; round < 6000; round++) {
		unsigned long i = as_random(&seed, NR_PAGES), nr = 1 + as_random(&seed, 6);
		bool shrink = round / 1500 % 2 ? as_random(&seed, 8) : !as_random(&seed, 8);

		for (; shrink && i < NR_PAGES - 1 && !pages.at[i]; i++)
			;
		if (pages.at[i] && shrink)
			take_out(as, &pages, pages.at[i]);
		else if (pages.at[i])
			resize(as, &pages, pages.at[i], &seed);
		else if (free_pages(&pages, i) >= nr)
			insert(as, &pages, i, nr);
		compare(as, &pages, &seed);
	}
	for (unsigned long i = 0; i < NR_PAGES; i++)
		if (pages.at[i])
			take_out(as, &pages, pages.at[i]);
	assert_int_equal(as->task->mm->sim_vmas.nr_nodes, 0);
}

static void test_vma_tree_random(void **state)
{
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	random_tree(&as);
	as_destroy(&as);
}

/* A vma that grows and shrinks changes the holes beside it. */
static void test_vma_tree_resized(void **state)
{
	struct pages pages = { 0 };
	struct as as;

	(void)state;
	as_create(&as, "arm", "6.1");
	for (unsigned long i = 0; i < NR_PAGES; i += 10)
		insert(&as, &pages, i, 3);
	for (unsigned long i = 0; i < NR_PAGES; i += 10) {
		pages.at[i]->vm_end += as.page;
		vma_tree_resized(pages.at[i]);
		assert_true(vma_tree_is_valid(as.task->mm));
		pages.at[i]->vm_start += as.page;
		vma_tree_resized(pages.at[i]);
		assert_true(vma_tree_is_valid(as.task->mm));
	}
	for (unsigned long i = 0; i < NR_PAGES; i += 10)
		take_out(&as, &pages, pages.at[i]);
	as_destroy(&as);
}

/* In order, from below or from above, there and back. */
static void test_vma_tree_in_order(void **state)
{
	struct pages pages = { 0 };
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	for (int up = 0; up < 4; up++) {
		for (unsigned long i = 0; i < NR_PAGES; i++)
			insert(&as, &pages, up & 1 ? i : NR_PAGES - 1 - i, 1);
		assert_true(vma_tree_is_valid(as.task->mm));
		for (unsigned long i = 0; i < NR_PAGES; i++) {
			take_out(&as, &pages, pages.at[up & 2 ? i : NR_PAGES - 1 - i]);
			assert_true(i % 16 || vma_tree_is_valid(as.task->mm));
		}
	}
	assert_null(find_vma(as.task->mm, 0));
	as_destroy(&as);
}

/* Room that cannot be had leaves the tree with what it had. */
static void test_vma_tree_reserve_fails(void **state)
{
	struct pages pages = { 0 };
	unsigned long nr_nodes;
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	for (unsigned long i = 0; i < 100; i++)
		insert(&as, &pages, i, 1);
	nr_nodes = as.task->mm->sim_vmas.nr_nodes;
	sim_fail_alloc(as.machine, 3);
	assert_int_equal(vma_tree_reserve(as.task->mm, 30), -ENOMEM);
	assert_int_equal(as.task->mm->sim_vmas.nr_nodes, nr_nodes);
	assert_int_equal(vma_tree_reserve(as.task->mm, 30), 0);
	assert_true(as.task->mm->sim_vmas.nr_nodes > nr_nodes + 3);
	vma_tree_trim(as.task->mm);
	assert_int_equal(as.task->mm->sim_vmas.nr_nodes, nr_nodes);
	for (unsigned long i = 0; i < 100; i++)
		take_out(&as, &pages, pages.at[i]);
	as_destroy(&as);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_vma_tree_random),
	cmocka_unit_test(test_vma_tree_resized),
	cmocka_unit_test(test_vma_tree_in_order),
	cmocka_unit_test(test_vma_tree_reserve_fails),
};

SIM_TEST_MAIN(tests)
