/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/address_space.h"

static void assert_page(struct as *as, struct task_struct *task, unsigned long page, bool present,
			bool file, bool exclusive)
{
	struct sim_pagemap map = { false, true, true, 9 };

	assert_int_equal(sim_pagemap(task, as_page(as, page), &map), 0);
	assert_int_equal(map.present, present);
	assert_int_equal(map.file, file);
	assert_int_equal(map.exclusive, exclusive);
	if (!present)
		assert_int_equal(map.pfn, 0);
}

static void pages(struct as *as)
{
	struct task_struct *child;
	struct sim_pagemap map;
	char byte = 1;

	as_from(as, "wwsP.");
	for (unsigned long i = 0; i < 5; i++)
		assert_page(as, as->task, i, false, false, false);
	assert_int_equal(sim_write(as->task, as_page(as, 0), &byte, 1), 0);
	assert_int_equal(sim_read(as->task, as_page(as, 1), &byte, 1), 0);
	assert_int_equal(sim_write(as->task, as_page(as, 2), &byte, 1), 0);
	assert_page(as, as->task, 0, true, false, true);
	/* the zero page is nobody's */
	assert_page(as, as->task, 1, true, false, false);
	assert_int_equal(sim_pagemap(as->task, as_page(as, 1), &map), 0);
	assert_int_equal(map.pfn, sim_zero_pfn(as->machine));
	assert_page(as, as->task, 2, true, true, true);
	assert_int_equal(sim_mprotect(as->task, as_page(as, 0), as->page, PROT_NONE), 0);
	assert_page(as, as->task, 0, true, false, true);
	assert_int_equal(sim_fork(as->task, "child", &child), 0);
	assert_page(as, child, 0, true, false, false);
	assert_page(as, as->task, 0, true, false, false);
	sim_exit(child);
	assert_page(as, as->task, 0, true, false, true);
	assert_int_equal(sim_pagemap(as->task, 0, NULL), -EINVAL);
	assert_int_equal(sim_pagemap(NULL, 0, &map), -ESRCH);
	as_clear(as);
}

static void test_pagemap(void **state)
{
	(void)state;
	as_for_all(pages);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pagemap),
};

SIM_TEST_MAIN(tests)
