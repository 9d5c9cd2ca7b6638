/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_access.c - access_process_vm(): through pages where GUP gets them, by
 * the driver's ->access where not.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static void by_pages(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3), at = addr + fx->page - 3;
	char buf[32] = { 0 };
	char *big = test_malloc(fx->page + 8);

	assert_int_equal(access_process_vm(fx->task, at, (char[]){ "across" }, 6, FOLL_WRITE), 6);
	assert_int_equal(access_process_vm(fx->task, at, buf, 6, 0), 6);
	assert_string_equal(buf, "across");
	memset(buf, 0, sizeof(buf));
	assert_int_equal(sim_read(fx->task, at, buf, 6), 0);
	assert_string_equal(buf, "across");
	assert_int_equal(access_process_vm(fx->task, at, big, (int)fx->page + 8, 0),
			 (int)fx->page + 8);
	assert_int_equal(access_process_vm(fx->task, addr, buf, 0, 0), 0);
	assert_int_equal(access_process_vm(fx->task, addr, buf, -1, 0), 0);
	test_free(big);
}

static void test_access_by_pages(void **state)
{
	(void)state;
	gup_each(by_pages);
}

/* ptrace forces: a breakpoint in a read-only mapping. */
static void forced(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, PROT_READ, 1);
	char byte = 'b';

	assert_int_equal(access_process_vm(fx->task, addr, &byte, 1, FOLL_WRITE), 0);
	assert_int_equal(access_process_vm(fx->task, addr, &byte, 1, FOLL_WRITE | FOLL_FORCE), 1);
	byte = 0;
	assert_int_equal(sim_read(fx->task, addr, &byte, 1), 0);
	assert_int_equal(byte, 'b');
}

static void test_access_forced_write(void **state)
{
	(void)state;
	gup_each(forced);
}

static void short_access(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	char *buf = test_malloc(2 * fx->page);

	assert_int_equal(sim_munmap(fx->task, addr + fx->page, fx->page), 0);
	assert_int_equal(access_process_vm(fx->task, addr, buf, 2 * (int)fx->page, 0),
			 (int)fx->page);
	assert_int_equal(access_process_vm(fx->task, addr + fx->page, buf, 1, 0), 0);
	test_free(buf);
}

static void test_access_stops_at_a_hole(void **state)
{
	(void)state;
	gup_each_release("x86_64", short_access);
}

/* What a driver maps is reached by ->access, on the architectures that have
 * HAVE_IOREMAP_PROT. */
static void by_driver(struct gup_fixture *fx)
{
	bool asks = mmu_has(fx->mmu, SIM_FEAT_IOREMAP_PROT);
	char buf[20] = { 0 };
	unsigned long addr;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.access_result = 7; /* bytes at most: asked again for the rest */
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	assert_int_equal(access_process_vm(fx->task, addr + 2, (char[]){ "sixteen bytes..." }, 16,
					   FOLL_WRITE), asks ? 16 : 0);
	assert_int_equal(access_process_vm(fx->task, addr + 2, buf, 16, 0), asks ? 16 : 0);
	assert_string_equal(buf, asks ? "sixteen bytes..." : "");
	fx->dev.access_result = -EIO;
	assert_int_equal(access_process_vm(fx->task, addr, buf, 1, 0), 0);
	assert_int_equal(fx->dev.nr_fault, 0);
}

static void test_access_by_driver(void **state)
{
	(void)state;
	gup_each(by_driver);
}

static const struct vm_operations_struct no_access_ops;

static void no_driver(struct gup_fixture *fx)
{
	unsigned long addr;
	char byte;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.ops = &no_access_ops;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	assert_int_equal(access_process_vm(fx->task, addr, &byte, 1, 0), 0);
	assert_int_equal(access_process_vm(fx->task, 0, &byte, 1, 0), 0);
}

static void test_access_without_a_driver(void **state)
{
	(void)state;
	gup_each_release("x86_64", no_driver);
}

/* Another task's memory, while this one is current. */
static void other_task(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct task_struct *debugger = sim_task_create(fx->machine, "gdb");
	char byte = 'd';

	assert_non_null(debugger);
	sim_task_switch(debugger);
	assert_int_equal(access_process_vm(fx->task, addr, &byte, 1, FOLL_WRITE), 1);
	assert_int_equal(access_process_vm(debugger, addr, &byte, 1, 0), 0);
	sim_exit(debugger);
	sim_task_switch(fx->task);
	byte = 0;
	assert_int_equal(sim_read(fx->task, addr, &byte, 1), 0);
	assert_int_equal(byte, 'd');
}

static void test_access_another_task(void **state)
{
	(void)state;
	gup_each_release("x86_64", other_task);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_access_by_pages),
	cmocka_unit_test(test_access_forced_write),
	cmocka_unit_test(test_access_stops_at_a_hole),
	cmocka_unit_test(test_access_by_driver),
	cmocka_unit_test(test_access_without_a_driver),
	cmocka_unit_test(test_access_another_task),
};

SIM_TEST_MAIN(tests)
