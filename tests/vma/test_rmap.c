/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/internal.h"

#define NR 8

static void map_pfn(struct as *as, struct task_struct *task, unsigned long page, unsigned long nr,
		    unsigned long pgoff)
{
	assert_int_equal(sim_mmap(task, as_page(as, page), as_len(as, nr), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, as->pfn_file, pgoff), as_page(as, page));
}

static void touch_all(struct as *as, struct task_struct *task, unsigned long page,
		      unsigned long nr)
{
	char byte = 0;

	for (unsigned long i = 0; i < nr; i++)
		assert_int_equal(sim_read(task, as_page(as, page + i), &byte, 1), 0);
}

/* "1" for each page that has an entry. */
static const char *entries(struct as *as, struct task_struct *task, unsigned long page)
{
	static char found[NR + 1];
	struct sim_pte_info info;

	for (unsigned long i = 0; i < NR; i++) {
		assert_int_equal(sim_pte_lookup(task->mm, as_page(as, page + i), &info), 0);
		found[i] = info.present ? '1' : '0';
	}
	return found;
}

struct unmap_case {
	const char *description;
	unsigned long begin, len;	/* pages */
	long begin_bytes, len_bytes;	/* added */
	const char *left;		/* of pages 4 .. 11 of the file */
};

static const struct unmap_case cases[] = {
	{ "all", 0, 64, 0, 0, "00000000" },
	{ "holelen 0: to the end", 6, 0, 0, 0, "11000000" },
	{ "holelen 0 from the start", 0, 0, 0, 0, "00000000" },
	{ "inside", 6, 2, 0, 0, "11001111" },
	{ "below", 0, 4, 0, 0, "11111111" },
	{ "above", 12, 4, 0, 0, "11111111" },
	{ "over the start", 2, 4, 0, 0, "00111111" },
	{ "over the end", 10, 9, 0, 0, "11111100" },
	{ "a part of a page counts whole", 6, 0, 0, 1, "11011111" },
	{ "the start is rounded down", 6, 1, 5, 0, "11011111" },
	{ "a length that wraps", 6, 0, 0, -1, "11000000" },
};

static void run_cases(struct as *as)
{
	map_pfn(as, as->task, 0, NR, 4);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct unmap_case *c = &cases[i];

		touch_all(as, as->task, 0, NR);
		unmap_mapping_range(as->pfn_file->f_mapping,
				    (int64_t)as_len(as, c->begin) + c->begin_bytes,
				    (int64_t)as_len(as, c->len) + c->len_bytes, 1);
		if (strcmp(entries(as, as->task, 0), c->left))
			fail_msg("%s: %s", c->description, entries(as, as->task, 0));
		as_check(as, as->task);
	}
	as_clear(as);
}

static void test_unmap_mapping_range_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* Every vma of every task, whichever file it was opened through. */
static void everywhere(struct as *as)
{
	struct task_struct *other = sim_task_create(as->machine, "other");

	map_pfn(as, as->task, 0, NR, 0);
	map_pfn(as, as->task, 20, NR, 0);
	map_pfn(as, other, 40, NR, 4);
	touch_all(as, as->task, 0, NR);
	touch_all(as, as->task, 20, NR);
	touch_all(as, other, 40, NR);
	unmap_mapping_range(as->pfn_file->f_mapping, (int64_t)as_len(as, 4), (int64_t)as->page, 1);
	assert_string_equal(entries(as, as->task, 0), "11110111");
	assert_string_equal(entries(as, as->task, 20), "11110111");
	assert_string_equal(entries(as, other, 40), "01111111");
	sim_exit(other);
	sim_task_switch(as->task);
	as_clear(as);
}

static void test_unmap_mapping_range_everywhere(void **state)
{
	(void)state;
	as_for_all(everywhere);
}

/* After each cut, move and merge the reverse map must still find the page. */
static void after_changes(struct as *as)
{
	unsigned long at[NR];

	map_pfn(as, as->task, 0, NR, 0);
	for (unsigned long i = 0; i < NR; i++)
		at[i] = i;
	assert_int_equal(sim_mprotect(as->task, as_page(as, 2), as_len(as, 2), PROT_READ), 0);
	assert_true(sim_mremap(as->task, as_page(as, 4), as_len(as, 2), as_len(as, 2),
			       MREMAP_MAYMOVE | MREMAP_FIXED, as_page(as, 30)) > 0);
	at[4] = 30;
	at[5] = 31;
	for (unsigned long i = 0; i < NR; i++) {
		struct sim_pte_info info;

		touch_all(as, as->task, at[i], 1);
		unmap_mapping_range(as->pfn_file->f_mapping, (int64_t)as_len(as, i),
				    (int64_t)as->page, 1);
		assert_int_equal(sim_pte_lookup(as->task->mm, as_page(as, at[i]), &info), 0);
		assert_true(info.none);
	}
	as_check(as, as->task);
	as_clear(as);
}

static void test_unmap_mapping_range_after_changes(void **state)
{
	(void)state;
	as_for_all(after_changes);
}

/* Private copies go only where they are asked for. */
static void even_cows(struct as *as)
{
	char byte = 9;

	as_from(as, "W");
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	unmap_mapping_range(as->file->f_mapping, 0, 0, 0);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(byte, 9);
	unmap_mapping_range(as->file->f_mapping, 0, 0, 1);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(byte, 0);
	as_check(as, as->task);
	as_clear(as);
}

static void test_unmap_mapping_range_even_cows(void **state)
{
	(void)state;
	as_for_all(even_cows);
}

/* Of many vmas that show the same pages, which are in the tree? */
static void test_rmap_contains(void **state)
{
	enum { NR_VMAS = 40 };
	struct vm_area_struct *vma[NR_VMAS];
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	for (unsigned long i = 0; i < NR_VMAS; i++) {
		map_pfn(&as, as.task, 2 * i, 1, i % 3);
		vma[i] = find_vma(as.task->mm, as_page(&as, 2 * i));
		assert_true(i_mmap_contains(vma[i]));
	}
	for (int i = 0; i < NR_VMAS; i++) {
		mmap_write_lock(as.task->mm);
		i_mmap_remove(vma[i]);
		for (int j = 0; j < NR_VMAS; j++)
			assert_int_equal(i_mmap_contains(vma[j]), i != j);
		i_mmap_insert(vma[i]);
		mmap_write_unlock(as.task->mm);
	}
	assert_int_equal(sim_munmap(as.task, as.base, as_len(&as, 2 * NR_VMAS)), 0);
	as_destroy(&as);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_unmap_mapping_range_cases),
	cmocka_unit_test(test_unmap_mapping_range_everywhere),
	cmocka_unit_test(test_unmap_mapping_range_after_changes),
	cmocka_unit_test(test_unmap_mapping_range_even_cows),
	cmocka_unit_test(test_rmap_contains),
};

SIM_TEST_MAIN(tests)
