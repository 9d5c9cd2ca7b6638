/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tree of vmas against an array of pages: what is found, and which hole.
 */
#include <stdlib.h>

#include "support/address_space.h"
#include "vma/internal.h"

#define NR_PAGES 200
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
	vma_tree_insert(as->task->mm, vma);
	for (unsigned long p = i; p < i + nr; p++)
		pages->at[p] = vma;
}

static void take_out(struct as *as, struct pages *pages, struct vm_area_struct *vma)
{
	vma_tree_remove(as->task->mm, vma);
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
		assert_ptr_equal(vma_prev(next), prev);
	} else if (prev) {
		assert_null(vma_next(prev));
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

static void random_tree(struct as *as)
{
	uint64_t seed = as_seed(1);
	struct pages pages = { 0 };

	for (int round = 0; round < 4000; round++) {
		unsigned long i = as_random(&seed, NR_PAGES), nr = 1 + as_random(&seed, 6);
		unsigned long free = 0;

		while (free < nr && i + free < NR_PAGES && !pages.at[i + free])
			free++;
		if (pages.at[i] && as_random(&seed, 3))
			take_out(as, &pages, pages.at[i]);
		else if (free == nr)
			insert(as, &pages, i, nr);
		compare(as, &pages, &seed);
	}
	for (unsigned long i = 0; i < NR_PAGES; i++)
		if (pages.at[i])
			take_out(as, &pages, pages.at[i]);
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_vma_tree_random),
	cmocka_unit_test(test_vma_tree_resized),
};

SIM_TEST_MAIN(tests)
