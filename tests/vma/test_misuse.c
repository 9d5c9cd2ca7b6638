/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

/* What a call returns where it gets NULL, or a length that cannot be. */
struct misuse {
	const char *what;
	long got, expected;
};

static void check_all(const struct misuse *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (cases[i].got != cases[i].expected)
			fail_msg("%s: %ld, not %ld", cases[i].what, cases[i].got,
				 cases[i].expected);
}

static void no_task(struct as *as)
{
	struct task_struct *child;
	struct sim_smaps smaps;
	char byte = 0;
	const struct misuse cases[] = {
		{ "mmap", sim_mmap(NULL, 0, as->page, 1, 2, as->file, 0), -ESRCH },
		{ "munmap", sim_munmap(NULL, as->base, as->page), -ESRCH },
		{ "mprotect", sim_mprotect(NULL, as->base, as->page, 0), -ESRCH },
		{ "mremap", sim_mremap(NULL, as->base, as->page, as->page, 0, 0), -ESRCH },
		{ "madvise", sim_madvise(NULL, as->base, as->page, 0), -ESRCH },
		{ "mlock", sim_mlock(NULL, as->base, as->page), -ESRCH },
		{ "munlock", sim_munlock(NULL, as->base, as->page), -ESRCH },
		{ "read", sim_read(NULL, as->base, &byte, 1), -ESRCH },
		{ "write", sim_write(NULL, as->base, &byte, 1), -ESRCH },
		{ "smaps", sim_smaps(NULL, as->base, &smaps), -ESRCH },
		{ "maps", sim_maps(NULL, &byte, 1), -ESRCH },
		{ "fork", sim_fork(NULL, "child", &child), -ESRCH },
	};

	check_all(cases, SIM_ARRAY_SIZE(cases));
	sim_exit(NULL);
}

static void no_arguments(struct as *as)
{
	struct task_struct *task = as->task;
	const struct misuse cases[] = {
		{ "fork without a child", sim_fork(task, "child", NULL), -EINVAL },
		{ "read to nowhere", sim_read(task, as->base, NULL, 1), -EINVAL },
		{ "write from nowhere", sim_write(task, as->base, NULL, ~0UL), -EINVAL },
		{ "read of nothing", sim_read(task, as->base, NULL, 0), 0 },
		{ "smaps to nowhere", sim_smaps(task, as->base, NULL), -EINVAL },
		{ "maps to nowhere", sim_maps(task, NULL, 1), -EINVAL },
		{ "mmap without a file", sim_mmap(task, 0, as->page, 1, 2, NULL, 0), -EBADF },
		{ "mmap of everything", sim_mmap(task, 0, ~0UL, 1, 2, as->file, 0), -ENOMEM },
		{ "munmap of everything", sim_munmap(task, 0, ~0UL), -EINVAL },
		{ "check of no mm", sim_mm_check(NULL, NULL, NULL), 0 },
	};

	check_all(cases, SIM_ARRAY_SIZE(cases));
}

static void no_objects(struct as *as)
{
	assert_null(sim_task_create(NULL, "none"));
	assert_null(sim_mapping_create(NULL));
	sim_mapping_put(NULL);
	assert_null(sim_file_create(NULL, NULL, FMODE_READ, NULL, "none"));
	assert_null(sim_file_reopen(NULL, FMODE_READ));
	assert_null(sim_file_reopen(as->file, 0x80));
	assert_null(sim_regular_file_create(NULL, 1, "none"));
	assert_null(sim_vma_next(NULL, NULL));
}

static void test_misuse_no_task(void **state)
{
	(void)state;
	as_for_all(no_task);
}

static void test_misuse_no_arguments(void **state)
{
	(void)state;
	as_for_all(no_arguments);
}

static void test_misuse_no_objects(void **state)
{
	(void)state;
	as_for_all(no_objects);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_no_task),
	cmocka_unit_test(test_misuse_no_arguments),
	cmocka_unit_test(test_misuse_no_objects),
};

SIM_TEST_MAIN(tests)
