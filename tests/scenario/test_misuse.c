/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_misuse.c - what is passed wrongly to the calls of scenario.h is refused.
 */
#include <ttmsim/scenario.h>

#include "support/run.h"

static void test_misuse_of_scenarios(void **state)
{
	(void)state;
	assert_int_equal(sim_scenario_run(NULL, 5, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_nr_expected(NULL, 5, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_run(NULL, 0, NULL, NULL), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_of_scenarios),
};
SIM_TEST_MAIN(tests)
