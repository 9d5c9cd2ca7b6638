/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <signal.h>

#include "support/address_space.h"
#include "vma/call.h"

/* What a handler does with its own task, and what it saw. */
static struct seen {
	void (*act)(struct vm_fault *vmf);
	struct task_struct *task, *other;
	struct page *page;
	struct mm_struct *mm;
	int ret;
	bool had_mm;
} seen;

static vm_fault_t acting_fault(struct vm_fault *vmf)
{
	if (seen.act)
		seen.act(vmf);
	seen.act = NULL;
	return vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(seen.page));
}

static const struct vm_operations_struct acting_ops = { .fault = acting_fault };

static int acting_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_PFNMAP;
	vma->vm_ops = &acting_ops;
	return 0;
}

static const struct file_operations acting_fops = { .mmap = acting_mmap };

/* A task with a page of a driver at *@addr whose first fault runs @act. */
static struct task_struct *begin_acting(struct as *as, void (*act)(struct vm_fault *vmf),
					long *addr)
{
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &acting_fops, FMODE_READ | FMODE_WRITE, NULL,
					    "acting");

	assert_non_null(file);
	memset(&seen, 0, sizeof(seen));
	seen.task = sim_task_create(as->machine, "acting");
	seen.other = as->task;
	seen.page = sim_alloc_pages(as->machine, 0);
	assert_non_null(seen.task);
	assert_non_null(seen.page);
	*addr = sim_mmap(seen.task, 0, as->page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	assert_true(*addr > 0);
	seen.act = act;
	fput(file);
	sim_mapping_put(mapping);
	return seen.task;
}

static void end_acting(void)
{
	sim_exit(seen.task);
	sim_free_pages(seen.page, 0);
}

static void exit_own(struct vm_fault *vmf)
{
	char byte;

	sim_exit(seen.task);
	sim_exit(seen.task);	/* the second one is no news */
	seen.ret = sim_read(seen.task, vmf->address, &byte, 1);
	seen.had_mm = seen.task->mm == vmf->vma->vm_mm;
}

/* The call around it still has its address space, and ends with its result. */
static void exit_inside(struct as *as)
{
	unsigned long tasks = sim_live_objects(as->machine, SIM_OBJ_TASK);
	unsigned long mms = sim_live_objects(as->machine, SIM_OBJ_MM);
	char byte = 1;
	long addr;
	struct task_struct *task = begin_acting(as, exit_own, &addr);

	assert_int_equal(sim_read(task, (unsigned long)addr, &byte, 1), 0);
	assert_int_equal(seen.ret, -ESRCH);
	assert_true(seen.had_mm);
	assert_null(task->mm);
	assert_int_equal(sim_read(task, (unsigned long)addr, &byte, 1), -ESRCH);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_TASK), tasks);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), mms);
	end_acting();
}

static void test_call_exit_inside(void **state)
{
	(void)state;
	as_for_all(exit_inside);
}

static void read_other(struct vm_fault *vmf)
{
	char byte;

	(void)vmf;
	seen.ret = sim_read(seen.other, 0, &byte, 1);
	sim_exit(seen.other);
	seen.had_mm = seen.other->mm != NULL;
}

/* Calls on two tasks, one within the other: the inner one's ends when it is ended. */
static void nested(struct as *as)
{
	struct task_struct *other = sim_task_create(as->machine, "other");
	char byte = 1;
	long addr;
	struct task_struct *task = begin_acting(as, read_other, &addr);

	seen.other = other;
	assert_int_equal(sim_read(task, (unsigned long)addr, &byte, 1), 0);
	assert_int_equal(seen.ret, SIGSEGV);
	assert_false(seen.had_mm);
	assert_int_equal(sim_read(other, 0, &byte, 1), -ESRCH);
	assert_non_null(task->mm);
	end_acting();
}

static void test_call_nested(void **state)
{
	(void)state;
	as_for_all(nested);
}

static void exit_and_fork(struct vm_fault *vmf)
{
	(void)vmf;
	sim_exit(seen.task);
	/* what has not ended yet is not what the next task is made of */
	seen.other = sim_task_create(seen.task->sim_machine, "next");
	seen.had_mm = seen.task->mm != NULL;
	seen.mm = get_task_mm(seen.task);
}

/* While a call is under way its task is nobody else's. */
static void not_reused(struct as *as)
{
	char byte = 1;
	long addr;
	struct task_struct *task = begin_acting(as, exit_and_fork, &addr);

	assert_int_equal(sim_read(task, (unsigned long)addr, &byte, 1), 0);
	assert_ptr_not_equal(seen.other, task);
	assert_true(seen.had_mm);
	assert_non_null(seen.mm);	/* its mappings stay for who took a reference */
	assert_null(task->mm);
	assert_null(get_task_mm(task));
	mmap_read_lock(seen.mm);
	assert_non_null(find_vma(seen.mm, (unsigned long)addr));
	mmap_read_unlock(seen.mm);
	mmput(seen.mm);
	sim_exit(seen.other);
	end_acting();
}

static void test_call_task_not_reused(void **state)
{
	(void)state;
	as_for_all(not_reused);
}

/* A snapshot of a call that is under way does not keep the task for ever. */
static void restored(struct as *as)
{
	struct task_struct *task = sim_task_create(as->machine, "held");
	struct sim_snapshot *snapshot;
	struct sim_call call;

	assert_non_null(task);
	assert_int_equal(sim_call_begin(&call, task), 0);
	snapshot = sim_snapshot(as->machine);
	assert_int_equal(sim_call_end(&call, 7), 7);
	assert_non_null(snapshot);
	assert_int_equal(sim_restore(as->machine, snapshot), 0);
	sim_snapshot_free(snapshot);
	sim_exit(task);
	assert_null(task->mm);
}

static void test_call_restored(void **state)
{
	(void)state;
	as_for_all(restored);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_call_exit_inside),
	cmocka_unit_test(test_call_nested),
	cmocka_unit_test(test_call_task_not_reused),
	cmocka_unit_test(test_call_restored),
};

SIM_TEST_MAIN(tests)
