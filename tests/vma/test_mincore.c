/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/address_space.h"

static void assert_in_core(struct as *as, const char *expected)
{
	unsigned char vec[16];
	char got[16] = "";
	size_t nr = strlen(expected);

	assert_int_equal(sim_mincore(as->task, as->base, as_len(as, nr), vec), 0);
	for (size_t i = 0; i < nr; i++)
		got[i] = vec[i] ? '1' : '0';
	assert_string_equal(got, expected);
}

static void touch(struct as *as, unsigned long page, bool write)
{
	char byte = 1;

	assert_int_equal(write ? sim_write(as->task, as_page(as, page), &byte, 1)
			       : sim_read(as->task, as_page(as, page), &byte, 1), 0);
}

static void in_core(struct as *as)
{
	as_from(as, "wwwssRRP");
	assert_in_core(as, "00000000");
	touch(as, 0, true);
	touch(as, 2, false);	/* the zero page */
	touch(as, 3, false);
	touch(as, 6, false);
	assert_in_core(as, "10110010");
	/* the file has the page still; private memory is gone */
	assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 4), MADV_DONTNEED), 0);
	assert_in_core(as, "00010010");
	/* PROT_NONE is there */
	assert_int_equal(sim_mprotect(as->task, as_page(as, 6), as->page, PROT_NONE), 0);
	assert_in_core(as, "00010010");
	as_clear(as);
}

static void test_mincore(void **state)
{
	(void)state;
	as_for_all(in_core);
}

static void refused(struct as *as)
{
	unsigned char vec[4] = { 9, 9, 9, 9 };

	as_from(as, "w.w");
	assert_int_equal(sim_mincore(as->task, as->base, as_len(as, 3), vec), -ENOMEM);
	assert_int_equal(sim_mincore(as->task, as->base + 1, 1, vec), -EINVAL);
	/* nowhere to put it: found out after what is wrong with the range */
	assert_int_equal(sim_mincore(as->task, as->base, 1, NULL), -EFAULT);
	assert_int_equal(sim_mincore(as->task, as->base, as_len(as, 3), NULL), -EFAULT);
	assert_int_equal(sim_mincore(as->task, as_page(as, 1), as->page, NULL), -ENOMEM);
	assert_int_equal(sim_mincore(as->task, as->base, -1UL, NULL), -ENOMEM);
	assert_int_equal(sim_mincore(as->task, as->base + 1, 1, NULL), -EINVAL);
	assert_int_equal(sim_mincore(as->task, as->base, 0, NULL), 0);
	assert_int_equal(sim_mincore(as->task, as->base, -1UL, vec), -ENOMEM);
	assert_int_equal(sim_mincore(as->task, as->task->mm->task_size, as->page, vec), -ENOMEM);
	assert_int_equal(sim_mincore(NULL, as->base, 1, vec), -ESRCH);
	vec[0] = 9;
	assert_int_equal(sim_mincore(as->task, as->base, 1, vec), 0); /* a part of a page */
	assert_int_equal(vec[0], 0);
	as_clear(as);
}

static void test_mincore_refuses(void **state)
{
	(void)state;
	as_for_all(refused);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mincore),
	cmocka_unit_test(test_mincore_refuses),
};

SIM_TEST_MAIN(tests)
