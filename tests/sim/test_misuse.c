/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_misuse.c - what is passed wrongly to the calls of sim.h is refused.
 */
#include <ttmsim/sim.h>

#include "support/run.h"

static void test_misuse_of_no_machine(void **state)
{
	(void)state;
	assert_null(sim_machine_arch(NULL));
	assert_null(sim_machine_release(NULL));
	assert_int_equal(sim_machine_features(NULL), 0);
	assert_null(sim_machine_ttm(NULL));
	assert_int_equal(sim_machine_check(NULL, NULL, NULL), 0);
	assert_int_equal(sim_machine_leaks(NULL, NULL, NULL), 0);
	assert_int_equal(sim_release_number(NULL), 0);
	sim_machine_destroy(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_of_no_machine),
};
SIM_TEST_MAIN(tests)
