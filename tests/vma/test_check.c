/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Each invariant, broken by hand, is seen, and by its name.
 */
#include "pte/pgtable.h"
#include "support/address_space.h"

static char told[512];

static void collect(const char *what, void *data)
{
	size_t used = strlen(told);

	(void)data;
	snprintf(told + used, sizeof(told) - used, "%.3s ", what);
}

static void assert_found(struct as *as, const char *want)
{
	told[0] = 0;
	assert_true(sim_mm_check(as->task->mm, collect, NULL) > 0);
	if (!strstr(told, want))
		fail_msg("%s is not among %s", want, told);
	assert_true(sim_mm_check(as->task->mm, NULL, NULL) > 0);
}

static void broken_counts(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	struct vm_area_struct *vma = sim_vma_next(mm, NULL);

	mm->map_count++;
	assert_found(as, "V.1");
	mm->map_count--;
	mm->total_vm++;
	assert_found(as, "V.3");
	mm->total_vm--;
	mm->locked_vm++;
	assert_found(as, "V.3");
	mm->locked_vm--;
	mm->data_vm++;
	assert_found(as, "V.3");
	mm->data_vm--;
	for (int i = 0; i < NR_MM_COUNTERS; i++) {
		mm->rss_stat[i].counter++;
		assert_found(as, "V.5");
		mm->rss_stat[i].counter--;
	}
	mm->pgtables_bytes.counter++;
	assert_found(as, "V.6");
	mm->pgtables_bytes.counter--;
	mm->sim_vmas.nr++;
	assert_found(as, "V.1");
	mm->sim_vmas.nr--;
	mm->sim_vmas.nr_nodes--;
	assert_found(as, "V.1");
	mm->sim_vmas.nr_nodes++;
	vma->sim_prev = vma;
	assert_found(as, "V.1");
	vma->sim_prev = NULL;
	as_check(as, as->task);
}

static void broken_vmas(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	struct vm_area_struct *vma = sim_vma_next(mm, NULL), *last = vma;

	while (sim_vma_next(mm, last))
		last = sim_vma_next(mm, last);
	vma->vm_end += 7;
	assert_found(as, "V.1");
	vma->vm_end -= 7;
	vma->vm_end = sim_vma_next(mm, vma)->vm_end;
	assert_found(as, "V.1");
	vma->vm_end = as_page(as, 2);
	as_check(as, as->task);
	last->vm_file->f_mapping->i_mmap.rbh_root = NULL;
	assert_found(as, "V.2");
	last->vm_file->f_mapping->i_mmap.rbh_root = last;
	as_check(as, as->task);
}

static void entry_outside(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	struct vm_area_struct *vma = sim_vma_next(mm, NULL);

	vma->vm_end -= as->page;
	assert_found(as, "V.4");
	vma->vm_end += as->page;
	as_check(as, as->task);
}

static void all(struct as *as)
{
	char byte = 1;

	as_from(as, "wwrs");
	for (int i = 0; i < 4; i++)
		assert_int_equal(sim_read(as->task, as_page(as, i), &byte, 1), 0);
	assert_int_equal(sim_write(as->task, as_page(as, 1), &byte, 1), 0);
	as_check(as, as->task);
	broken_counts(as);
	broken_vmas(as);
	entry_outside(as);
}

static void test_check_sees(void **state)
{
	(void)state;
	as_for_all(all);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_check_sees),
};

SIM_TEST_MAIN(tests)
