/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

static void test_epoch_is_new_each_time(void **state)
{
	struct sim_machine *machine = *state;
	uint64_t before = machine->epoch;

	sim_begin_epoch(machine);
	assert_int_not_equal(machine->epoch, before);
	assert_int_not_equal(machine->epoch, 0);
	assert_int_not_equal(sim_new_epoch(), machine->epoch);
}

static void ignore(const struct sim_event *event, void *data)
{
	(void)event, (void)data;
}

static void test_listening_begins_an_epoch(void **state)
{
	struct sim_machine *machine = *state;
	uint64_t before = machine->epoch;

	sim_set_event_fn(machine, ignore, NULL);
	assert_int_not_equal(machine->epoch, before);
	sim_set_event_fn(NULL, ignore, NULL);
	assert_false(sim_crashed(NULL));
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_epoch_is_new_each_time),
	TEST(test_listening_begins_an_epoch),
};
SIM_TEST_MAIN(tests)
