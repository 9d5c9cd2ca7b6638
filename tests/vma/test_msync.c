/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/address_space.h"

/* "s" is shared and of a file with an fsync, "P" a driver's without. */
static const struct {
	const char *description, *strip;
	unsigned long first, nr;
	int flags, result;
} cases[] = {
	{ "a file", "ssss", 0, 4, MS_SYNC, 0 },
	{ "a driver has no fsync", "PP", 0, 2, MS_SYNC, -EINVAL },
	{ "MS_ASYNC asks no file", "PP", 0, 2, MS_ASYNC, 0 },
	{ "no flag, the same", "PP", 0, 2, 0, 0 },
	{ "what is private has nothing to write", "RRww", 0, 4, MS_SYNC, 0 },
	{ "an error ends it", "sPw.", 0, 4, MS_SYNC, -EINVAL },
	{ "a hole, the rest is done", "s.s", 0, 3, MS_SYNC, -ENOMEM },
	{ "a hole, the error behind it counts", "s.P", 0, 3, MS_SYNC, -EINVAL },
	{ "a hole at the end", "ss.", 0, 3, MS_SYNC, -ENOMEM },
	{ "a hole at the start", ".ss", 0, 3, MS_ASYNC, -ENOMEM },
	{ "MS_ASYNC stops at a hole", "w.L", 0, 3, MS_ASYNC, -ENOMEM },
	{ "with MS_INVALIDATE it goes on", "w.L", 0, 3, MS_ASYNC | MS_INVALIDATE, -EBUSY },
	{ "MS_INVALIDATE of a locked one", "wL", 0, 2, MS_INVALIDATE, -EBUSY },
	{ "... that is not reached", "wL", 0, 1, MS_INVALIDATE, 0 },
	{ "nothing", "PP", 0, 0, MS_SYNC, 0 },
	{ "both", "ss", 0, 1, MS_SYNC | MS_ASYNC, -EINVAL },
	{ "an unknown flag", "ss", 0, 1, 8, -EINVAL },
};

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		int ret;

		as->what = cases[i].description;
		as_from(as, cases[i].strip);
		ret = sim_msync(as->task, as_page(as, cases[i].first),
				as_len(as, cases[i].nr), cases[i].flags);
		if (ret != cases[i].result)
			fail_msg("%s: %d", cases[i].description, ret);
		as_assert(as, cases[i].strip);
		as_clear(as);
	}
	assert_int_equal(sim_msync(as->task, as->base + 1, as->page, MS_SYNC), -EINVAL);
	assert_int_equal(sim_msync(as->task, as->base, -as->page, MS_SYNC), -ENOMEM);
	assert_int_equal(sim_msync(NULL, as->base, as->page, MS_SYNC), -ESRCH);
}

static void test_msync(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* ---- what ->fsync is asked ---- */

static int64_t asked_start, asked_end;

static int fsync_fails(struct file *filp, int64_t start, int64_t end, int datasync)
{
	(void)filp;
	assert_int_equal(datasync, 1);
	asked_start = start;
	asked_end = end;
	return -ENOSPC;
}

static int plain_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp, (void)vma;
	return 0;
}

static void asks(struct as *as)
{
	static const struct file_operations fops = { .mmap = plain_mmap, .fsync = fsync_fails };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "f");
	long addr = sim_mmap(as->task, 0, 4 * as->page, PROT_READ, MAP_SHARED, file, 3);

	assert_true(addr > 0);
	assert_int_equal(sim_msync(as->task, (unsigned long)addr + as->page, 2 * as->page,
				   MS_SYNC), -ENOSPC);
	assert_int_equal(asked_start, 4 * as->page);
	assert_int_equal(asked_end, 6 * as->page - 1);
	assert_int_equal(sim_munmap(as->task, (unsigned long)addr, 4 * as->page), 0);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_msync_asks_for_the_range(void **state)
{
	(void)state;
	as_for_all(asks);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_msync),
	cmocka_unit_test(test_msync_asks_for_the_range),
};

SIM_TEST_MAIN(tests)
