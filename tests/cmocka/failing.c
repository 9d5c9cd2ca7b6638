/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * failing.c - tests that must fail, and say why: failing.sh reads what they print.
 */
#include <sys/mman.h>

#include <ttmsim/cmocka.h>

static void test_other_errno(void **state)
{
	struct sim_test *t = *state;

	assert_errno(sim_munmap(t->task, 1, 4096), -ENOMEM);
}

static long map_page(struct sim_test *t)
{
	long addr = sim_mmap(t->task, 0, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

	assert_errno(sim_write(t->task, addr, "x", 1), 0);
	return addr;
}

static void test_other_entry(void **state)
{
	struct sim_test *t = *state;

	assert_pte(t->task->mm, map_page(t), "present !write");
}

static void test_unknown_word(void **state)
{
	struct sim_test *t = *state;

	assert_pte(t->task->mm, map_page(t), "present writeable");
}

static void test_page_left(void **state)
{
	struct sim_test *t = *state;

	assert_non_null(sim_alloc_pages(t->machine, 0));
}

static void test_outcome_not_expected(void **state)
{
	struct sim_test *t = *state;
	struct page *page = sim_alloc_pages(t->machine, 0);

	sim_free_pages(page, 0);
	sim_free_pages(page, 0);
}

static void test_outcome_that_does_not_come(void **state)
{
	struct sim_test *t = *state;

	sim_expect_outcome(t->machine, SIM_WARN, 2);
}

static void test_no_such_outcome(void **state)
{
	struct sim_test *t = *state;

	assert_outcome(t->machine, SIM_BUG, NULL);
}

static void test_object_left_by_a_driver(void **state)
{
	struct sim_test *t = *state;
	static const struct sim_test_driver driver = { .vram_pages = 4 };

	sim_test_driver_init(t, &driver);
	(void)sim_test_bo(t, 2, TTM_PL_VRAM);
}

int main(void)
{
	static struct sim_machine_config vax = { .arch = "vax" };
	const struct CMUnitTest tests[] = {
		sim_unit_test(test_other_errno),
		sim_unit_test(test_other_entry),
		sim_unit_test(test_unknown_word),
		sim_unit_test(test_page_left),
		sim_unit_test(test_outcome_not_expected),
		sim_unit_test(test_outcome_that_does_not_come),
		sim_unit_test(test_no_such_outcome),
		sim_unit_test(test_object_left_by_a_driver),
		sim_unit_test_on(test_page_left, &vax),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
