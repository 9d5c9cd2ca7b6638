/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static long map_at(struct as *as, unsigned long addr, unsigned long nr)
{
	return sim_mmap(as->task, addr, nr * as->page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			NULL, 0);
}

/* From mmap_base down; what is freed is used again, highest first. */
static void topdown(struct as *as)
{
	unsigned long base = as->task->mm->mmap_base, page = as->page;

	assert_int_equal(map_at(as, 0, 4), base - 4 * page);
	assert_int_equal(map_at(as, 0, 2), base - 6 * page);
	assert_int_equal(sim_munmap(as->task, base - 3 * page, page), 0);
	assert_int_equal(map_at(as, 0, 2), base - 8 * page);
	assert_int_equal(map_at(as, 0, 1), base - 3 * page);
	as_check(as, as->task);
}

static void test_unmapped_topdown(void **state)
{
	(void)state;
	as_for_all(topdown);
}

static void hints(struct as *as)
{
	unsigned long min = sim_machine_arch(as->machine)->mmap_min, page = as->page, ret;
	unsigned long top = as->task->mm->task_size;

	assert_int_equal(map_at(as, as->base, 2), as->base);
	assert_int_equal(map_at(as, as->base + 5 * page + 7, 1), as->base + 5 * page);
	ret = (unsigned long)map_at(as, as->base + page, 1); /* taken */
	assert_int_equal(ret, as->task->mm->mmap_base - page);
	ret = (unsigned long)map_at(as, as->base - page, 2); /* runs into it */
	assert_int_equal(ret, as->task->mm->mmap_base - 3 * page);
	assert_int_equal(map_at(as, as->base - page, 1), as->base - page);
	if (min > page)
		assert_int_equal(map_at(as, page, 1), min);
	assert_int_equal(map_at(as, top - page, 1), top - page);
	ret = (unsigned long)map_at(as, top, 1); /* outside */
	assert_true(ret < top);
	as_check(as, as->task);
}

static void test_unmapped_hints(void **state)
{
	(void)state;
	as_for_all(hints);
}

/* Below mmap_base is full: above it, upwards; then nothing. */
static void full(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	unsigned long min = sim_machine_arch(as->machine)->mmap_min;
	unsigned long low = min > as->page ? min : as->page;

	assert_int_equal(map_at(as, low, (mm->mmap_base - low) / as->page), low);
	assert_int_equal(map_at(as, 0, 1), mm->mmap_base);
	assert_int_equal(map_at(as, 0, 1), mm->mmap_base + as->page);
	assert_int_equal(map_at(as, 0, (mm->task_size - mm->mmap_base) / as->page), -ENOMEM);
	assert_int_equal(map_at(as, 0, (mm->task_size - mm->mmap_base) / as->page - 2),
			 mm->mmap_base + 2 * as->page);
	assert_int_equal(map_at(as, 0, 1), -ENOMEM);
	assert_int_equal(mm->map_count, 1);
	as_check(as, as->task);
}

static void test_unmapped_full(void **state)
{
	(void)state;
	as_for_all(full);
}

/* User-mode Linux, from mmap_base up; what is freed is used again, lowest first. */
static void test_unmapped_bottomup(void **state)
{
	struct as as;
	unsigned long base, page;

	(void)state;
	as_create(&as, "um", "6.1");
	base = as.task->mm->mmap_base;
	page = as.page;
	assert_int_equal(map_at(&as, 0, 4), base);
	assert_int_equal(map_at(&as, 0, 2), base + 4 * page);
	assert_int_equal(sim_munmap(as.task, base + 2 * page, page), 0);
	assert_int_equal(map_at(&as, 0, 2), base + 6 * page);
	assert_int_equal(map_at(&as, 0, 1), base + 2 * page);
	assert_int_equal(map_at(&as, base - page, 1), base - page);
	assert_int_equal(map_at(&as, base - page, 1), base + 8 * page); /* taken */
	as_check(&as, as.task);
	as_destroy(&as);
}

/* Nothing is tried below mmap_base. */
static void test_unmapped_bottomup_full(void **state)
{
	struct as as;
	struct mm_struct *mm;

	(void)state;
	as_create(&as, "um", "6.12");
	mm = as.task->mm;
	assert_int_equal(map_at(&as, 0, (mm->task_size - mm->mmap_base) / as.page + 1), -ENOMEM);
	assert_int_equal(map_at(&as, 0, (mm->task_size - mm->mmap_base) / as.page), mm->mmap_base);
	assert_int_equal(map_at(&as, 0, 1), -ENOMEM);
	as_check(&as, as.task);
	as_destroy(&as);
}

/* ---- a driver's choice ---- */

static unsigned long wanted;

static unsigned long choose(struct file *filp, unsigned long addr, unsigned long len,
			    unsigned long pgoff, unsigned long flags)
{
	if (!wanted)
		return mm_get_unmapped_area(current->mm, filp, addr, len, pgoff, flags);
	return wanted;
}

static int choose_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp, (void)vma;
	return 0;
}

static void driver(struct as *as)
{
	static const struct file_operations fops = { .mmap = choose_mmap,
						     .get_unmapped_area = choose };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "choose");
	const struct { unsigned long wanted; long result; } cases[] = {
		{ 0, (long)(as->task->mm->mmap_base - as->page) },
		{ as->base, (long)as->base },
		{ as->base + 1, -EINVAL },
		{ as->task->mm->task_size, -ENOMEM },
		{ (unsigned long)-EBUSY, -EBUSY },
		{ as->page, sim_machine_arch(as->machine)->mmap_min > as->page ? -EPERM
									       : (long)as->page },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		wanted = cases[i].wanted;
		assert_int_equal(sim_mmap(as->task, 0, as->page, PROT_READ, MAP_PRIVATE, file, 0),
				 cases[i].result);
	}
	fput(file);
	sim_mapping_put(mapping);
}

static void test_unmapped_driver(void **state)
{
	(void)state;
	as_for_all(driver);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_unmapped_topdown),
	cmocka_unit_test(test_unmapped_hints),
	cmocka_unit_test(test_unmapped_full),
	cmocka_unit_test(test_unmapped_bottomup),
	cmocka_unit_test(test_unmapped_bottomup_full),
	cmocka_unit_test(test_unmapped_driver),
};

SIM_TEST_MAIN(tests)
