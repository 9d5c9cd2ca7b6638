/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <sys/mman.h>

#include "sim/machine.h"
#include "support/findings.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

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

static void test_check_of_a_sound_machine(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct task_struct *child, *task;
	unsigned long addr;

	(void)state;
	task = busy_task(machine, &addr);
	assert_int_equal(sim_fork(task, "child", &child), 0);
	assert_int_equal(sim_machine_check(machine, NULL, NULL), 0);
	sim_exit(child);
	assert_int_equal(sim_machine_check(machine, NULL, NULL), 0);
	sim_machine_destroy(machine);
}

static void test_check_leaves_outcomes_alone(void **state)
{
	struct sim_machine_config config = { .arch = "mips64", .release = "6.1" };
	struct sim_machine *machine = sim_machine_create(&config);
	struct sim_ttm_device *ttm = sim_machine_ttm(machine);
	struct task_struct *task = sim_task_create(machine, "t");
	struct file *file = sim_ttm_open(ttm, FMODE_READ | FMODE_WRITE);
	struct ttm_buffer_object *bo = sim_bo_create(ttm, 1, TTM_PL_VRAM, ttm_cached);
	long addr = sim_mmap(task, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			     sim_bo_pgoff(bo));

	(void)state;
	assert_int_equal(sim_write(task, (unsigned long)addr, "x", 1), 0);
	assert_int_equal(sim_mprotect(task, (unsigned long)addr, 4096, PROT_READ), 0);
	/* The entry is normal now and has no page: looking at it is an outcome. */
	sim_machine_check(machine, NULL, NULL);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 0);
	sim_machine_destroy(machine);
}

/* Up to 5.14: what moves may become one with where it was, and that is unlocked whole. The
 * books are wrong from then on, as the kernel's are, and nothing else is. */
static void test_locked_memory_that_is_moved_and_kept(void **state)
{
	struct sim_machine_config config = { .release = "5.14" };
	struct sim_machine *machine = sim_machine_create(&config);
	struct task_struct *task = sim_task_create(machine, "t");
	long addr = sim_mmap(task, 0, 4096, PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, NULL, 0);

	(void)state;
	assert_true(addr > 0);
	assert_sound("locked", machine);
	assert_true(sim_mremap(task, (unsigned long)addr, 4096, 4096,
			       MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0) > 0);
	assert_finding("moved", machine, "V.3", "locked_vm differs");
	sim_exit(task);
	assert_sound("gone", machine);
	sim_machine_destroy(machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_locked_memory_that_is_moved_and_kept),
	cmocka_unit_test(test_check_of_a_sound_machine),
	cmocka_unit_test(test_check_leaves_outcomes_alone),
};
SIM_TEST_MAIN(tests)
