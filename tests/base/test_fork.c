/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fork.c - which machines a child of the program's fork() goes on with.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fork.h"
#include "base/internal.h"
#include "support/base_fixture.h"

static struct sim_machine *machine;
static struct sim_snapshot *snapshot;

/* In the child a failure is an abort, for there is no test to fail. */
static void want(bool is)
{
	if (!is)
		abort();
}

static void go_on(void)
{
	void *block;

	alarm(20);
	want(!sim_crashed(machine));
	want(!sim_enter(machine));
	block = sim_alloc(machine, 64, SIM_OBJ_MISC);
	want(block != NULL);
	sim_free(block, 64, SIM_OBJ_MISC);
	want(sim_restore(machine, snapshot) == 0);
	bare_machine_destroy(machine);
	machine = bare_machine_create();
	want(machine && !sim_enter(machine));
}

static void refuse(void)
{
	struct sim_machine *own;

	alarm(20);
	want(sim_crashed(machine));
	want(sim_enter(machine) == -EIO);
	want(sim_enter(machine) == -EIO);
	want(sim_nr_outcomes(machine, SIM_MISUSE) == 1);
	want(sim_restore(machine, snapshot) == -EBUSY);
	want(sim_crashed(machine));
	own = bare_machine_create();
	want(own && !sim_enter(own));
	sim_arena_destroy(machine);
	bare_machine_destroy(own);
}

static void *use(void *data)
{
	assert_int_equal(sim_enter(data), 0);
	return NULL;
}

/* The parent's machine is as it was. */
static void fork_with(void (*child)(void))
{
	char said[512];

	snapshot = sim_snapshot(machine);
	assert_non_null(snapshot);
	assert_int_equal(signal_of(child, said, sizeof(said)), 0);
	assert_false(sim_crashed(machine));
	assert_int_equal(sim_enter(machine), 0);
	sim_snapshot_free(snapshot);
}

static void test_fork_sole_user_goes_on(void **state)
{
	(void)state;
	machine = bare_machine_create();
	assert_int_equal(sim_enter(machine), 0);
	fork_with(go_on);
	bare_machine_destroy(machine);
}

static void test_fork_unused_by_its_maker_goes_on(void **state)
{
	(void)state;
	machine = bare_machine_create();
	fork_with(go_on);
	bare_machine_destroy(machine);
}

static void test_fork_second_user_leaves_it_to_the_parent(void **state)
{
	(void)state;
	machine = bare_machine_create();
	run_threads(1, use, machine);
	fork_with(refuse);
	bare_machine_destroy(machine);
}

static void *make(void *data)
{
	(void)data;
	machine = bare_machine_create();
	return NULL;
}

static void test_fork_by_another_than_the_maker(void **state)
{
	(void)state;
	run_threads(1, make, NULL);
	assert_non_null(machine);
	fork_with(refuse);
	bare_machine_destroy(machine);
}

/* Locks of the library that somebody holds: the child waits for none. */
static void test_fork_breaks_spinlocks(void **state)
{
	char said[512];

	(void)state;
	machine = bare_machine_create();
	run_threads(1, use, machine);
	snapshot = sim_snapshot(machine);
	assert_non_null(snapshot);
	machine->outcome_lock.word = machine->cpu_lock.word = 1;
	sim_arena_of(machine)->carve_lock.word = 1;
	for (int i = 0; i < SIM_NR_CLASSES; i++)
		sim_arena_of(machine)->class[i].lock.word = 1;
	assert_int_equal(signal_of(refuse, said, sizeof(said)), 0);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	sim_snapshot_free(snapshot);
	bare_machine_destroy(machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fork_sole_user_goes_on),
	cmocka_unit_test(test_fork_unused_by_its_maker_goes_on),
	cmocka_unit_test(test_fork_second_user_leaves_it_to_the_parent),
	cmocka_unit_test(test_fork_by_another_than_the_maker),
	cmocka_unit_test(test_fork_breaks_spinlocks),
};

SIM_TEST_MAIN(tests)
