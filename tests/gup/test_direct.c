/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static void assert_count(struct gup_fixture *fx, unsigned long addr, bool dirty)
{
	struct page *page;

	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_int_equal(page_count(page), 2);
	assert_int_equal(sim_page_test(page, PG_dirty), dirty);
	gup_put(&page, 1);
}

static void both_ways(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	char *disk = test_malloc(2 * fx->page);
	char byte = 0;

	gup_touch(fx, addr, true);
	assert_count(fx, addr, false);
	memset(disk, 'd', 2 * fx->page);
	assert_int_equal(sim_direct_read(fx->task, addr, disk, 2 * fx->page), 2 * fx->page);
	assert_count(fx, addr, true);
	assert_count(fx, addr + fx->page, true);
	assert_int_equal(sim_read(fx->task, addr + fx->page + 512, &byte, 1), 0);
	assert_int_equal(byte, 'd');
	memset(disk, 0, 2 * fx->page);
	assert_int_equal(sim_direct_write(fx->task, addr + 512, disk, 1024), 1024);
	assert_int_equal(disk[1023], 'd');
	assert_int_equal(disk[1024], 0);
	test_free(disk);
}

static void test_direct_both_ways(void **state)
{
	(void)state;
	gup_each(both_ways);
}

/* Two pages side by side: private memory, then a driver's that GUP refuses. */
static unsigned long private_then_driver(struct gup_fixture *fx, int prot)
{
	unsigned long addr = gup_anon(fx, RW, 2);

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.insert = GUP_INSERT_PFN;
	assert_int_equal(sim_mmap(fx->task, addr + fx->page, fx->page, prot,
				  MAP_SHARED | MAP_FIXED, fx->file, 0), addr + fx->page);
	return addr;
}

static void rest(struct gup_fixture *fx)
{
	unsigned long addr = private_then_driver(fx, RW);
	char *disk = test_malloc(2 * fx->page);
	char byte = 0;

	memset(disk, 'd', 2 * fx->page);
	assert_int_equal(sim_direct_read(fx->task, addr, disk, 2 * fx->page), 2 * fx->page);
	assert_int_equal(fx->dev.nr_fault, 1);
	assert_int_equal(sim_read(fx->task, addr + fx->page, &byte, 1), 0);
	assert_int_equal(byte, 'd');
	assert_int_equal(sim_direct_write(fx->task, addr, disk, 2 * fx->page), 2 * fx->page);
	assert_int_equal(sim_direct_read(fx->task, addr + fx->page, disk, fx->page), -EFAULT);
	assert_int_equal(sim_direct_write(fx->task, addr + fx->page, disk, fx->page), -EFAULT);
	test_free(disk);
}

static void test_direct_rest_goes_by_the_page_cache(void **state)
{
	(void)state;
	gup_each(rest);
}

static void rest_fails(struct gup_fixture *fx)
{
	unsigned long addr = private_then_driver(fx, PROT_READ);
	char *disk = test_malloc(2 * fx->page);

	memset(disk, 0, 2 * fx->page);
	assert_int_equal(sim_direct_read(fx->task, addr, disk, 2 * fx->page), fx->page);
	assert_int_equal(sim_direct_write(fx->task, addr, disk, 2 * fx->page), 2 * fx->page);
	fx->dev.answer = VM_FAULT_SIGBUS;
	fx->dev.answers = 1;
	assert_int_equal(sim_munmap(fx->task, addr + fx->page, fx->page), 0);
	assert_int_equal(sim_direct_write(fx->task, addr, disk, 2 * fx->page), fx->page);
	test_free(disk);
}

static void test_direct_rest_that_cannot_be_touched(void **state)
{
	(void)state;
	gup_each_release("x86_64", rest_fails);
}

static void refused(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	char byte[512] = { 0 };

	assert_int_equal(sim_direct_read(NULL, addr, byte, 512), -ESRCH);
	assert_int_equal(sim_direct_read(fx->task, addr, NULL, 512), -EINVAL);
	assert_int_equal(sim_direct_write(fx->task, addr, NULL, 512), -EINVAL);
	assert_int_equal(sim_direct_read(fx->task, addr + 1, byte, 512), -EINVAL);
	assert_int_equal(sim_direct_read(fx->task, addr, byte, 511), -EINVAL);
	assert_int_equal(sim_direct_read(fx->task, addr, byte, 257 * fx->page), -EINVAL);
	assert_int_equal(sim_direct_read(fx->task, addr, byte, 0), 0);
}

static void test_direct_refuses(void **state)
{
	(void)state;
	gup_each_release("x86_64", refused);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_direct_both_ways),
	cmocka_unit_test(test_direct_rest_goes_by_the_page_cache),
	cmocka_unit_test(test_direct_rest_that_cannot_be_touched),
	cmocka_unit_test(test_direct_refuses),
};

SIM_TEST_MAIN(tests)
