/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_callback.c - what a callback did to its thread's locks; tests/vma/test_callback.c
 * has it with real calls.
 */
#include "support/base_fixture.h"

static struct rw_semaphore a, b;

static void take(struct sim_machine *machine, struct rw_semaphore *lock)
{
	assert_int_equal(sim_read_lock(machine, lock, SIM_RANK_MMAP, "taker"), 0);
}

static void init_locks(void)
{
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	sim_rwlock_init(&a);
	sim_rwlock_init(&b);
}

static void test_nothing_done_is_nothing_told(void **state)
{
	struct sim_callback outer, inner;

	init_locks();
	take(*state, &a);
	sim_callback_enter(&outer, *state, "->outer", NULL, 0);
	sim_callback_enter(&inner, *state, "->inner", NULL, 0);
	take(*state, &b);
	assert_true(sim_rw_unlock(&b, SIM_RANK_MMAP));
	assert_ptr_equal(sim_callback_of(*state), &inner);
	assert_null(sim_callback_of((struct sim_machine *)(void *)&a));
	sim_callback_leave(&inner, NULL);
	assert_ptr_equal(sim_callback_of(NULL), &outer);
	sim_callback_leave(&outer, NULL);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 0);
	assert_int_equal(sim_held.nr + sim_held.outer.base + sim_held_in_driver(), 0);
	assert_null(sim_thread.callback);
}

static void test_kept_is_let_go(void **state)
{
	struct sim_callback callback;

	init_locks();
	sim_callback_enter(&callback, *state, "->move", NULL, 0);
	take(*state, &a);
	sim_callback_leave(&callback, NULL);
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->condition,
			    "mmap_lock is still held at the return, taken by taker");
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->function, "->move");
	assert_true(sim_write_trylock(*state, &a, SIM_RANK_MMAP, "test"));
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
}

static void test_let_go_is_taken_back(void **state)
{
	struct sim_callback callback;

	init_locks();
	take(*state, &a);
	take(*state, &b);
	sim_callback_enter(&callback, *state, "->move", NULL, 0);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	assert_false(sim_rw_unlock(&a, SIM_RANK_MMAP));
	sim_callback_leave(&callback, NULL);
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->condition,
			    "mmap_lock was let go and is needed, taken by taker");
	assert_false(sim_write_trylock(*state, &a, SIM_RANK_MMAP, "test"));
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	assert_true(sim_rw_unlock(&b, SIM_RANK_MMAP));
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 1);
}

static void test_let_go_and_taken_again_is_fine(void **state)
{
	struct sim_callback callback;

	init_locks();
	take(*state, &a);
	sim_callback_enter(&callback, *state, "->move", NULL, 0);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	take(*state, &b);
	take(*state, &a);
	assert_true(sim_rw_unlock(&b, SIM_RANK_MMAP));
	sim_callback_leave(&callback, NULL);
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 0);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
}

static void test_dropped_as_said(void **state)
{
	struct sim_callback outer, inner;

	init_locks();
	take(*state, &a);
	sim_callback_enter(&outer, *state, "->outer", NULL, 0);
	sim_callback_enter(&inner, *state, "->inner", NULL, 0);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	sim_callback_leave(&inner, &a);
	sim_callback_leave(&outer, &a);
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 0);
	assert_int_equal(sim_held.nr, 0);
	assert_true(sim_write_trylock(*state, &a, SIM_RANK_MMAP, "test"));
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
}

/* The inner one says so, and the outer one does not. */
static void test_dropped_by_the_inner_alone(void **state)
{
	struct sim_callback outer, inner;

	init_locks();
	take(*state, &a);
	sim_callback_enter(&outer, *state, "->outer", NULL, 0);
	sim_callback_enter(&inner, *state, "->inner", NULL, 0);
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
	sim_callback_leave(&inner, &a);
	sim_callback_leave(&outer, NULL);
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 1);
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->function, "->outer");
	assert_false(sim_write_trylock(*state, &a, SIM_RANK_MMAP, "test"));
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
}

static void test_held_though_said_to_be_dropped(void **state)
{
	struct sim_callback callback;

	init_locks();
	take(*state, &a);
	sim_callback_enter(&callback, *state, "->fault", NULL, 0);
	sim_callback_leave(&callback, &a);
	assert_int_equal(sim_nr_outcomes(*state, SIM_MISUSE), 1);
	assert_int_equal(sim_held.nr, 0);
	assert_true(sim_write_trylock(*state, &a, SIM_RANK_MMAP, "test"));
	assert_true(sim_rw_unlock(&a, SIM_RANK_MMAP));
}

static void test_enter_within_an_atomic_one_is_refused(void **state)
{
	struct sim_callback callback;

	sim_callback_enter(&callback, *state, "->event", NULL, 0);
	callback.atomic = true;
	assert_int_equal(sim_enter(*state), -EDEADLK);
	sim_callback_leave(&callback, NULL);
	assert_int_equal(sim_enter(*state), 0);
	assert_string_equal(sim_last_outcome(*state, SIM_MISUSE)->condition,
			    "called from within ->event");
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_nothing_done_is_nothing_told),
	TEST(test_kept_is_let_go),
	TEST(test_let_go_is_taken_back),
	TEST(test_let_go_and_taken_again_is_fine),
	TEST(test_dropped_as_said),
	TEST(test_dropped_by_the_inner_alone),
	TEST(test_held_though_said_to_be_dropped),
	TEST(test_enter_within_an_atomic_one_is_refused),
};
SIM_TEST_MAIN(tests)
