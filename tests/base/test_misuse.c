/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/base_fixture.h"

/* Each answers what a call with a wrong argument returned, as a number. */
typedef long (*misuse_fn)(struct sim_machine *machine);

#define MISUSE(name, expression)                                  \
	static long name(struct sim_machine *machine)             \
	{                                                         \
		(void)machine;                                    \
		return (long)(expression);                        \
	}

MISUSE(crashed_null, sim_crashed(NULL))
MISUSE(last_null, sim_last_outcome(NULL, SIM_BUG) != NULL)
MISUSE(last_wild, sim_last_outcome(machine, (enum sim_outcome_kind)99) != NULL)
MISUSE(nr_null, sim_nr_outcomes(NULL, SIM_BUG))
MISUSE(nr_wild, sim_nr_outcomes(machine, (enum sim_outcome_kind)99))
MISUSE(counter_null, sim_counter(NULL, SIM_CNT_FAULT))
MISUSE(counter_wild, sim_counter(machine, (enum sim_counter)99))
MISUSE(pending_null, sim_fail_alloc_pending(NULL))
MISUSE(live_null, sim_live_objects(NULL, SIM_OBJ_VMA))
MISUSE(live_wild, sim_live_objects(machine, (enum sim_object)99))
MISUSE(snapshot_null, sim_snapshot(NULL) != NULL)
MISUSE(restore_null, sim_restore(machine, NULL))
MISUSE(restore_nothing, sim_restore(NULL, NULL))

static const struct {
	const char *description;
	misuse_fn call;
	long result;
} cases[] = {
	{ "crashed: no machine", crashed_null, 0 },
	{ "last outcome: no machine", last_null, 0 },
	{ "last outcome: unknown kind", last_wild, 0 },
	{ "number of outcomes: no machine", nr_null, 0 },
	{ "number of outcomes: unknown kind", nr_wild, 0 },
	{ "counter: no machine", counter_null, 0 },
	{ "counter: unknown", counter_wild, 0 },
	{ "failure pending: no machine", pending_null, 0 },
	{ "live objects: no machine", live_null, 0 },
	{ "live objects: unknown kind", live_wild, 0 },
	{ "snapshot: no machine", snapshot_null, 0 },
	{ "restore: no snapshot", restore_null, -EINVAL },
	{ "restore: neither", restore_nothing, -EINVAL },
};

static void test_base_wrong_argument(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long result = cases[i].call(*state);

		if (result != cases[i].result)
			fail_msg("%s: %ld", cases[i].description, result);
	}
}

static void test_base_null_is_ignored(void **state)
{
	uint64_t out[SIM_NR_COUNTERS] = { 1 };

	sim_counters(*state, NULL);
	sim_counters(NULL, out);
	assert_int_equal(out[0], 0);
	sim_set_event_fn(NULL, NULL, NULL);
	sim_fail_alloc(NULL, 1);
	sim_snapshot_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_base_wrong_argument, bare_setup, bare_teardown),
	cmocka_unit_test_setup_teardown(test_base_null_is_ignored, bare_setup, bare_teardown),
};

SIM_TEST_MAIN(tests)
