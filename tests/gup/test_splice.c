/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static void reads(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3);
	char *buf = test_malloc(3 * fx->page);
	struct page *page;

	assert_int_equal(sim_write(fx->task, addr + fx->page - 2, "over", 4), 0);
	assert_int_equal(sim_vmsplice(fx->task, addr + fx->page - 2, buf, 4), 4);
	assert_memory_equal(buf, "over", 4);
	/* what was not touched is the zero page: read only */
	assert_int_equal(sim_vmsplice(fx->task, addr, buf, 3 * fx->page), 3 * fx->page);
	assert_int_equal(sim_vmsplice(fx->task, addr, buf, 0), 0);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_int_equal(page_count(page), 2);
	gup_put(&page, 1);
	test_free(buf);
}

static void test_splice_reads(void **state)
{
	(void)state;
	gup_each(reads);
}

static void stops(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 20);
	char *buf = test_malloc(20 * fx->page);

	assert_int_equal(sim_vmsplice(fx->task, addr, buf, 20 * fx->page),
			 SIM_PIPE_PAGES * fx->page);
	assert_int_equal(sim_munmap(fx->task, addr + 2 * fx->page, fx->page), 0);
	assert_int_equal(sim_vmsplice(fx->task, addr, buf, 4 * fx->page), 2 * fx->page);
	assert_int_equal(sim_vmsplice(fx->task, addr + 1, buf, 4 * fx->page), 2 * fx->page - 1);
	assert_int_equal(sim_vmsplice(fx->task, addr + 2 * fx->page, buf, fx->page), -EFAULT);
	assert_int_equal(sim_vmsplice(fx->task, addr, NULL, 1), -EINVAL);
	assert_int_equal(sim_vmsplice(NULL, addr, buf, 1), -ESRCH);
	test_free(buf);
}

static void test_splice_stops(void **state)
{
	(void)state;
	gup_each(stops);
}

static void driver(struct gup_fixture *fx)
{
	unsigned long addr;
	char byte;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	fx->dev.insert = GUP_INSERT_PFN;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr, true);
	assert_int_equal(sim_vmsplice(fx->task, addr, &byte, 1), -EFAULT);
}

static void test_splice_of_a_driver(void **state)
{
	(void)state;
	gup_each(driver);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_splice_reads),
	cmocka_unit_test(test_splice_stops),
	cmocka_unit_test(test_splice_of_a_driver),
};

SIM_TEST_MAIN(tests)
