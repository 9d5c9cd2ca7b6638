/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/cpu.h"

struct seen {
	unsigned int nr;
	struct sim_event last;
	struct sim_machine *machine;
	bool makes_more;
};

static void see(const struct sim_event *event, void *data)
{
	struct seen *seen = data;

	seen->nr++;
	seen->last = *event;
	if (seen->makes_more)
		sim_event(seen->machine, SIM_EV_TLB, 0, 0, NULL);
}

static void test_event_passes_all_members(void **state)
{
	struct seen seen = { 0 };

	sim_event(*state, SIM_EV_PTE, 1, 2, "nobody listens");
	sim_set_event_fn(*state, see, &seen);
	sim_event(*state, SIM_EV_PTE, 0x1000, 0x8000000000000025, NULL);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.last.kind, SIM_EV_PTE);
	assert_int_equal(seen.last.addr, 0x1000);
	assert_int_equal(seen.last.value, 0x8000000000000025);
	assert_null(seen.last.what);
}

static void test_events_of_the_listener_are_not_told(void **state)
{
	struct seen seen = { .machine = *state, .makes_more = true };

	sim_set_event_fn(*state, see, &seen);
	sim_event(*state, SIM_EV_PTE, 0, 0, NULL);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.last.kind, SIM_EV_PTE);
	assert_null(sim_thread.callback);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_event_passes_all_members),
	TEST(test_events_of_the_listener_are_not_told),
};
SIM_TEST_MAIN(tests)
