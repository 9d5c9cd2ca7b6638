/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fault.c - fixup_user_fault(): it asks for rights, not for VM_IO.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static int fixup(struct gup_fixture *fx, unsigned long addr, unsigned int flags, bool *unlocked)
{
	int ret;

	mmap_read_lock(fx->mm);
	ret = fixup_user_fault(fx->mm, addr, flags, unlocked);
	mmap_read_unlock(fx->mm);
	return ret;
}

static void io_mapping(struct gup_fixture *fx)
{
	struct sim_pte_info info;
	unsigned long addr;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.insert = GUP_INSERT_IO;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	assert_int_equal(fixup(fx, addr, FAULT_FLAG_WRITE, NULL), 0);
	assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
	assert_int_equal(info.pfn, fx->dev.io_pfn);
}

static void test_fixup_maps_io_memory(void **state)
{
	(void)state;
	gup_each(io_mapping);
}

static void rights(struct gup_fixture *fx)
{
	static const struct {
		const char *what;
		int prot;
		unsigned int flags;
		int ret;
	} rows[] = {
		{ "read of r", PROT_READ, 0, 0 },
		{ "write of r", PROT_READ, FAULT_FLAG_WRITE, -EFAULT },
		{ "write of rw", RW, FAULT_FLAG_WRITE, 0 },
		{ "read of none", PROT_NONE, 0, -EFAULT },
		{ "read of w", PROT_WRITE, 0, -EFAULT },
		{ "write of w", PROT_WRITE, FAULT_FLAG_WRITE, 0 },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		unsigned long addr = gup_anon(fx, rows[i].prot, 1);

		print_message("  %s\n", rows[i].what);
		assert_int_equal(fixup(fx, addr, rows[i].flags, NULL), rows[i].ret);
	}
	assert_int_equal(fixup(fx, 0, 0, NULL), -EFAULT);
	assert_int_equal(fixup(fx, fx->mmu->task_size, 0, NULL), -EFAULT);
}

static void test_fixup_rights_table(void **state)
{
	(void)state;
	gup_each_release("x86_64", rights);
}

static void retried(struct gup_fixture *fx)
{
	bool unlocked = false;
	unsigned long addr;

	fx->dev.insert = GUP_INSERT_PAGE;
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	assert_int_equal(fixup(fx, addr, 0, &unlocked), 0);
	assert_true(unlocked);
	assert_true(fx->dev.fault_flags & FAULT_FLAG_TRIED);
	unlocked = false;
	assert_int_equal(fixup(fx, addr + fx->page, 0, &unlocked), 0);
	assert_false(unlocked);
	assert_true(fx->dev.fault_flags & FAULT_FLAG_ALLOW_RETRY);
}

static void test_fixup_retries(void **state)
{
	(void)state;
	gup_each(retried);
}

/* The first write to a page of a shared file drops the lock on its way. */
static void dropped_by_a_write(struct gup_fixture *fx)
{
	struct file *file = sim_regular_file_create(fx->machine, 1, "file");
	long addr = sim_mmap(fx->task, 0, fx->page, RW, MAP_SHARED, file, 0);
	bool unlocked = false;

	assert_true(addr > 0);
	assert_int_equal(fixup(fx, (unsigned long)addr, FAULT_FLAG_WRITE, &unlocked), 0);
	assert_true(unlocked);
	fput(file);
}

static void test_fixup_lock_dropped_by_a_write(void **state)
{
	(void)state;
	gup_each(dropped_by_a_write);
}

static void errors(struct gup_fixture *fx)
{
	unsigned long addr = gup_map(fx, RW, MAP_SHARED, 1);
	bool unlocked = false;

	fx->dev.answers = 1;
	fx->dev.answer = VM_FAULT_OOM;
	assert_int_equal(fixup(fx, addr, 0, NULL), -ENOMEM);
	fx->dev.answers = 1;
	fx->dev.answer = VM_FAULT_SIGBUS;
	assert_int_equal(fixup(fx, addr, 0, NULL), -EFAULT);
	fx->dev.answers = 1000000;
	fx->dev.answer = VM_FAULT_RETRY;
	assert_int_equal(fixup(fx, addr, 0, &unlocked), -EFAULT);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->task->sim_signal_pending = true;
	assert_int_equal(fixup(fx, addr, 0, &unlocked), -EINTR);
	fx->task->sim_signal_pending = false;
	fx->dev.answers = 1;
	fx->dev.answer = VM_FAULT_FALLBACK;
	assert_int_equal(fixup(fx, addr, 0, NULL), -EIO);
	assert_true(sim_crashed(fx->machine));
	assert_int_equal(fixup(fx, addr, 0, NULL), -EIO);
}

static void test_fixup_errors(void **state)
{
	(void)state;
	gup_each_release("x86_64", errors);
}

static void fault_errno(struct gup_fixture *fx)
{
	(void)fx;
	assert_int_equal(vm_fault_to_errno(0), 0);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_NOPAGE), 0);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_OOM | VM_FAULT_SIGBUS), -ENOMEM);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_SIGSEGV), -EFAULT);
}

static void test_vm_fault_to_errno(void **state)
{
	(void)state;
	gup_each_release("x86_64", fault_errno);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fixup_maps_io_memory),
	cmocka_unit_test(test_fixup_rights_table),
	cmocka_unit_test(test_fixup_retries),
	cmocka_unit_test(test_fixup_lock_dropped_by_a_write),
	cmocka_unit_test(test_fixup_errors),
	cmocka_unit_test(test_vm_fault_to_errno),
};

SIM_TEST_MAIN(tests)
