/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_misuse.c - what is passed wrongly to the calls of phys.h and pte.h is
 * refused.
 */
#include <ttmsim/sim.h>

#include "support/run.h"

static void test_misuse_of_look_ups(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct task_struct *task = sim_task_create(machine, "test");
	struct sim_pte_info info;

	(void)state;
	assert_int_equal(sim_pte_lookup(NULL, 0x1000, &info), -EINVAL);
	assert_int_equal(sim_pte_lookup(task->mm, 0x1000, NULL), -EINVAL);
	assert_int_equal(sim_pte_lookup(task->mm, 0x1000, &info), 0);
	sim_machine_destroy(machine);
}

static void test_misuse_of_architectures(void **state)
{
	(void)state;
	assert_false(sim_arch_has(NULL, SIM_RELEASE(6, 1), SIM_FEAT_PAT));
	assert_null(sim_arch_format(NULL, SIM_RELEASE(6, 1), SIM_LEAF_PTE));
	assert_false(sim_pte_test(NULL, SIM_LEAF_PTE, SIM_TEST_PRESENT, 1));
	assert_int_equal(sim_pte_op(NULL, SIM_LEAF_PTE, SIM_OP_MKDIRTY, 7), 7);
}

static void test_misuse_of_pages(void **state)
{
	(void)state;
	assert_null(sim_alloc_pages(NULL, 0));
	sim_free_pages(NULL, 0);
	assert_int_equal(sim_set_memtype_ram(NULL, 0, 1, SIM_CACHE_WC), -EINVAL);
	assert_int_equal(sim_memtype_lookup(NULL, 0), SIM_CACHE_WB);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_of_look_ups),
	cmocka_unit_test(test_misuse_of_architectures),
	cmocka_unit_test(test_misuse_of_pages),
};
SIM_TEST_MAIN(tests)
