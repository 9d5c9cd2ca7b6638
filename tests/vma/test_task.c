/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static void current_task(struct as *as)
{
	struct task_struct *other = sim_task_create(as->machine, "a name that is too long");

	assert_non_null(other);
	assert_string_equal(other->comm, "a name that is ");
	assert_ptr_equal(sim_task_switch(as->task), as->task);
	assert_ptr_equal(current, as->task);
	assert_int_equal(sim_munmap(other, as->base, as->page), 0);
	assert_ptr_equal(current, other); /* a call makes its task current */
	assert_ptr_equal(sim_task_switch(NULL), other);
	assert_null(current);
	sim_exit(other);
	assert_null(current);
	sim_exit(NULL);
}

static void test_task_current(void **state)
{
	(void)state;
	as_for_all(current_task);
}

/* A task that has exited is no task, and what comes next may be made of it. */
static void exited_task(struct as *as)
{
	struct task_struct *gone = sim_task_create(as->machine, "gone"), *next = NULL;
	unsigned long live = sim_live_objects(as->machine, SIM_OBJ_TASK);
	struct sim_snapshot *snapshot;
	char byte = 0;

	assert_non_null(gone);
	snapshot = sim_snapshot(as->machine);
	sim_exit(gone);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_TASK), live - 1);
	assert_int_equal(sim_read(gone, as->base, &byte, 1), -ESRCH);
	assert_int_equal(sim_fork(gone, "child", &next), -ESRCH);
	assert_int_equal(sim_munmap(gone, as->base, as->page), -ESRCH);
	sim_exit(gone);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_TASK), live - 1);
	assert_int_equal(sim_fork(as->task, "next", &next), 0);
	assert_ptr_equal(next, gone);
	assert_string_equal(next->comm, "next");
	sim_exit(next);
	assert_int_equal(sim_restore(as->machine, snapshot), 0);
	sim_snapshot_free(snapshot);
	assert_string_equal(gone->comm, "gone");
	assert_int_equal(sim_mm_check(gone->mm, NULL, NULL), 0);
	sim_exit(gone);
}

static void test_task_exited(void **state)
{
	(void)state;
	as_for_all(exited_task);
}

/* Many tasks, which end from both sides and from the middle. */
static void test_task_many(void **state)
{
	enum { NR = 300 };
	struct task_struct *child[NR];
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	as_from(&as, "ws");
	for (int i = 0; i < NR; i++)
		assert_int_equal(sim_fork(as.task, "child", &child[i]), 0);
	for (int i = 0; i < NR / 3; i++) {
		sim_exit(child[i]);
		sim_exit(child[NR - 1 - i]);
		sim_exit(child[NR / 3 + (i * 37) % (NR / 3)]);
		if (i % 20 == 0)
			assert_int_equal(sim_machine_check(as.machine, NULL, NULL), 0);
		assert_int_equal(sim_live_objects(as.machine, SIM_OBJ_TASK), NR - 3 * i - 2);
	}
	as_clear(&as);
	as_destroy(&as);
}

/* After a BUG every call says so, and nothing hangs. */
static int bad_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP | VM_MIXEDMAP;
	return (int)vmf_insert_pfn(vma, vma->vm_start, 0) & 0;
}

static void test_crashed_machine(void **state)
{
	static const struct file_operations fops = { .mmap = bad_mmap };
	struct task_struct *child;
	struct address_space *mapping;
	struct file *file;
	struct as as;
	char byte = 0;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	mapping = sim_mapping_create(as.machine);
	file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "bad");
	as_from(&as, "ww");
	assert_int_equal(sim_mmap(as.task, as_page(&as, 4), as.page, PROT_READ,
				  MAP_PRIVATE | MAP_FIXED, file, 0), -EIO);
	assert_true(sim_crashed(as.machine));
	assert_int_equal(sim_mmap(as.task, 0, as.page, PROT_READ, MAP_PRIVATE, as.file, 0), -EIO);
	assert_int_equal(sim_munmap(as.task, as.base, as.page), -EIO);
	assert_int_equal(sim_mprotect(as.task, as.base, as.page, 0), -EIO);
	assert_int_equal(sim_mremap(as.task, as.base, as.page, as.page, 0, 0), -EIO);
	assert_int_equal(sim_madvise(as.task, as.base, as.page, MADV_DONTNEED), -EIO);
	assert_int_equal(sim_mlock(as.task, as.base, as.page), -EIO);
	assert_int_equal(sim_munlock(as.task, as.base, as.page), -EIO);
	assert_int_equal(sim_read(as.task, as.base, &byte, 1), -EIO);
	assert_int_equal(sim_fork(as.task, "child", &child), -EIO);
	assert_int_equal(sim_maps(as.task, NULL, 0), -EIO);
	assert_null(sim_task_create(as.machine, "late"));
	assert_null(sim_mapping_create(as.machine));
	assert_null(sim_regular_file_create(as.machine, 1, "late"));
	assert_null(sim_file_reopen(as.file, FMODE_READ));
	sim_exit(as.task);
	unmap_mapping_range(mapping, 0, 0, 1);
	sim_machine_destroy(as.machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_task_current),
	cmocka_unit_test(test_task_exited),
	cmocka_unit_test(test_task_many),
	cmocka_unit_test(test_crashed_machine),
};

SIM_TEST_MAIN(tests)
