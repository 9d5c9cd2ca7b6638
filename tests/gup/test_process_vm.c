/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* Another task copies: nothing here may depend on who is current. */
static void both_ways(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3), at = addr + fx->page - 3;
	char buf[8] = { 0 };
	struct page *page;

	sim_task_switch(NULL);
	assert_int_equal(sim_process_vm_writev(fx->task, at, "across", 6), 6);
	assert_int_equal(sim_process_vm_readv(fx->task, at, buf, 6), 6);
	assert_string_equal(buf, "across");
	assert_int_equal(sim_process_vm_readv(fx->task, at, buf, 0), 0);
	sim_task_switch(fx->task);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_true(sim_page_test(page, PG_dirty));
	assert_int_equal(page_count(page), 2);
	gup_put(&page, 1);
}

static void test_process_vm_both_ways(void **state)
{
	(void)state;
	gup_each(both_ways);
}

static void stops(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3), page = fx->page;
	char *buf = test_malloc(3 * page);

	assert_int_equal(sim_munmap(fx->task, addr + 2 * page, page), 0);
	assert_int_equal(sim_mprotect(fx->task, addr + page, page, PROT_READ), 0);
	memset(buf, 0, 3 * page);
	assert_int_equal(sim_process_vm_readv(fx->task, addr, buf, 3 * page), 2 * page);
	assert_int_equal(sim_process_vm_writev(fx->task, addr, buf, 3 * page), page);
	assert_int_equal(sim_process_vm_writev(fx->task, addr + page, buf, 1), -EFAULT);
	assert_int_equal(sim_process_vm_readv(fx->task, addr + 2 * page, buf, 1), -EFAULT);
	test_free(buf);
}

static void test_process_vm_stops_at_what_cannot_be_pinned(void **state)
{
	(void)state;
	gup_each(stops);
}

/* ->access would allow it: ptrace asks that, this does not. */
static void driver(struct gup_fixture *fx)
{
	unsigned long addr;
	char byte = 1;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.insert = GUP_INSERT_PFN;
	fx->dev.access_result = 1;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr, true);
	assert_int_equal(sim_process_vm_readv(fx->task, addr, &byte, 1), -EFAULT);
	assert_int_equal(sim_process_vm_writev(fx->task, addr, &byte, 1), -EFAULT);
}

static void test_process_vm_asks_no_driver(void **state)
{
	(void)state;
	gup_each(driver);
}

/* A special entry in a VM_MIXEDMAP mapping: the pin that 5.11 only counts. */
static void mixed(struct gup_fixture *fx)
{
	bool counts = !sim_rule(fx->machine, SIM_RULE_GUP_SPECIAL_EEXIST);
	unsigned long addr;
	char byte = 1;

	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr, true);
	assert_int_equal(sim_process_vm_readv(fx->task, addr, &byte, 1), counts ? -EIO : -EFAULT);
	assert_int_equal(sim_crashed(fx->machine), counts);
}

static void test_process_vm_special_entry(void **state)
{
	(void)state;
	gup_each_release("x86_64", mixed);
}

static void refused(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	char byte;

	assert_int_equal(sim_process_vm_readv(NULL, addr, &byte, 1), -ESRCH);
	assert_int_equal(sim_process_vm_readv(fx->task, addr, NULL, 1), -EINVAL);
	assert_int_equal(sim_process_vm_writev(fx->task, addr, NULL, 1), -EINVAL);
	assert_int_equal(sim_process_vm_readv(fx->task, -1UL, &byte, 16), -EFAULT);
}

static void test_process_vm_refuses(void **state)
{
	(void)state;
	gup_each_release("x86_64", refused);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_process_vm_both_ways),
	cmocka_unit_test(test_process_vm_stops_at_what_cannot_be_pinned),
	cmocka_unit_test(test_process_vm_asks_no_driver),
	cmocka_unit_test(test_process_vm_special_entry),
	cmocka_unit_test(test_process_vm_refuses),
};

SIM_TEST_MAIN(tests)
