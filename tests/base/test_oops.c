/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

struct ops {
	int (*move)(struct sim_machine *machine, int *at);
};

static struct rw_semaphore lock;

/* What a driver with a wild pointer does, with a lock of its own on the way. */
static __attribute__((no_sanitize("address", "undefined"))) int
follow(struct sim_machine *machine, int *at)
{
	int value;

	if (machine)
		assert_int_equal(sim_read_lock(machine, &lock, SIM_RANK_MMAP, "follow"), 0);
	__asm__("" : "+r"(at)); /* the compiler must not see where it points */
	value = *(volatile int *)at;
	if (machine)
		sim_rw_unlock(&lock, SIM_RANK_MMAP);
	return value;
}

static const struct ops ops = { follow };

static __attribute__((noinline)) int call_move(struct sim_machine *machine, struct sim_machine *arg,
					       int *at)
{
	return SIM_CALL(machine, &ops, move, 0x1000, -EIO, arg, at);
}

static int oops_setup(void **state)
{
	int ret = bare_setup(state);

	memset(&lock, 0, sizeof(lock));
	sim_rwlock_init(&lock);
	sim_oops_begin(*state);
	return ret;
}

static int oops_teardown(void **state)
{
	sim_oops_end(*state);
	return bare_teardown(state);
}

static void test_null_pointer_is_an_outcome(void **state)
{
	struct sim_machine *machine = *state;
	const struct sim_outcome *outcome;

	assert_int_equal(call_move(machine, machine, (int *)8), -EIO);
	assert_true(sim_crashed(machine));
	outcome = sim_last_outcome(machine, SIM_OOPS);
	assert_string_equal(outcome->handler, "->move");
	assert_string_equal(outcome->condition, "a NULL pointer is followed");
	assert_int_equal(outcome->addr, 8);
	assert_int_equal(sim_held.nr + sim_held_in_driver(), 0);
	assert_null(sim_thread.callback);
	assert_true(sim_write_trylock(machine, &lock, SIM_RANK_MMAP, "test"));
	sim_rw_unlock(&lock, SIM_RANK_MMAP);
}

static void test_wild_pointer_twice(void **state)
{
	struct sim_machine *machine = *state;

	for (int i = 1; i <= 2; i++) {
		int *wild = (int *)(uintptr_t)0x123456789000;

		assert_int_equal(call_move(machine, machine, wild), -EIO);
		assert_int_equal(sim_nr_outcomes(machine, SIM_OOPS), i);
	}
	assert_int_equal(sim_last_outcome(machine, SIM_OOPS)->addr, 0x123456789000);
}

static void test_sound_pointer_is_followed(void **state)
{
	int value = 17;

	assert_int_equal(call_move(*state, *state, &value), 17);
	assert_false(sim_crashed(*state));
}

/* The innermost callback ends, and its caller goes on. */
static int call_again(struct sim_machine *machine, int *at)
{
	return call_move(machine, machine, at) + 1;
}

static void test_inner_callback_ends_alone(void **state)
{
	static const struct ops outer = { call_again };
	struct sim_machine *machine = *state;

	assert_int_equal(SIM_CALL(machine, &outer, move, 0, -EPERM, machine, (int *)8), -EIO + 1);
	assert_int_equal(sim_nr_outcomes(*state, SIM_OOPS), 1);
}

static void outside_of_callbacks(void)
{
	struct sim_machine *machine = bare_machine_create();

	signal(SIGSEGV, SIG_DFL);
	sim_oops_begin(machine);
	(void)follow(NULL, (int *)8);
}

static void within_one_of_another_machine(void)
{
	struct sim_machine *machine = bare_machine_create(), *other = bare_machine_create();

	signal(SIGSEGV, SIG_DFL);
	sim_oops_begin(other);
	(void)call_move(machine, NULL, (int *)8);
}

static void exit_0(int signal_number)
{
	(void)signal_number;
	_exit(signal_number == SIGSEGV ? 0 : 1);
}

static void with_a_handler_before(void)
{
	struct sim_machine *machine = bare_machine_create();

	signal(SIGSEGV, exit_0);
	sim_oops_begin(machine);
	(void)follow(NULL, (int *)8);
	raise(SIGKILL);
}

static void after_the_last_machine(void)
{
	struct sim_machine *machine = bare_machine_create();
	struct sigaction now;

	signal(SIGSEGV, exit_0);
	sim_oops_begin(machine);
	sim_oops_end(machine);
	sigaction(SIGSEGV, NULL, &now);
	if (now.sa_handler != exit_0)
		raise(SIGKILL);
}

static void test_other_faults_are_the_programs(void **state)
{
	char said[256];

	(void)state;
	assert_int_equal(signal_of(outside_of_callbacks, said, sizeof(said)), SIGSEGV);
	assert_int_equal(signal_of(within_one_of_another_machine, said, sizeof(said)), SIGSEGV);
	assert_int_equal(signal_of(with_a_handler_before, said, sizeof(said)), 0);
	assert_int_equal(signal_of(after_the_last_machine, said, sizeof(said)), 0);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, oops_setup, oops_teardown)
	TEST(test_null_pointer_is_an_outcome),
	TEST(test_wild_pointer_twice),
	TEST(test_sound_pointer_is_followed),
	TEST(test_inner_callback_ends_alone),
	cmocka_unit_test(test_other_faults_are_the_programs),
};
SIM_TEST_MAIN(tests)
