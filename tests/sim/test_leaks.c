/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "support/run.h"

static void keep(const char *what, void *data)
{
	snprintf(data, 160, "%s", what);
}

/* A task with four anonymous pages, written to. */
static struct task_struct *busy_task(struct sim_machine *machine, unsigned long *addr)
{
	struct task_struct *task = sim_task_create(machine, "busy");
	long at = sim_mmap(task, 0, 4 << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   NULL, 0);

	assert_true(at > 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sim_write(task, (unsigned long)at + ((unsigned long)i << 12),
					   "x", 1), 0);
	*addr = (unsigned long)at;
	return task;
}

static void test_leaks_of_a_live_task(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct task_struct *task;
	unsigned long addr;

	(void)state;
	task = busy_task(machine, &addr);
	assert_true(sim_machine_leaks(machine, NULL, NULL) > 0);
	sim_exit(task);
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	sim_machine_destroy(machine);
}

static void test_leaks_of_a_page(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct page *page = sim_alloc_pages(machine, 0);
	char what[160];

	(void)state;
	assert_int_equal(sim_machine_leaks(machine, keep, what), 2);
	assert_string_equal(what, "RAM: 1 pages are not back");
	put_page(page);
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	page->_mapcount.counter = 1;
	assert_int_equal(sim_machine_leaks(machine, keep, what), 1);
	assert_string_equal(what, "1 free pages have references or mappings");
	sim_machine_destroy(machine);
}

static void test_leaks_ignores_what_the_pool_keeps(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct sim_ttm_device *ttm = sim_machine_ttm(machine);
	struct ttm_buffer_object *bo = sim_bo_create(ttm, 16, TTM_PL_TT, ttm_write_combined);

	(void)state;
	assert_int_equal(sim_bo_write(bo, 0, "x", 1), 0);
	ttm_bo_put(bo);
	assert_true(sim_ttm_pool_pages(&sim_ttm_bdev(ttm)->pool) > 0);
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	sim_machine_destroy(machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_leaks_of_a_live_task),
	cmocka_unit_test(test_leaks_of_a_page),
	cmocka_unit_test(test_leaks_ignores_what_the_pool_keeps),
};
SIM_TEST_MAIN(tests)
