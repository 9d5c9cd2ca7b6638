/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_misuse.c - what is passed wrongly to the calls of sim.h is refused.
 */
#include <stdlib.h>

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

static void test_misuse_of_scenarios(void **state)
{
	(void)state;
	assert_int_equal(sim_scenario_run(NULL, 5, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_nr_expected(NULL, 5, NULL, NULL), -EINVAL);
	assert_int_equal(sim_scenario_run(NULL, 0, NULL, NULL), 0);
}

static void test_misuse_of_the_matrix(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(sim_matrix_run(NULL, NULL, NULL), -EINVAL);
	assert_null(sim_matrix_writer_create(NULL, SIM_MATRIX_TEXT, false));
	errno = 0;
	assert_null(sim_matrix_writer_create(out, (enum sim_matrix_format)99, false));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sim_matrix_write(NULL, NULL), -EINVAL);
	assert_int_equal(sim_matrix_writer_finish(NULL), -EINVAL);
	fclose(out);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_misuse_of_no_machine),
	cmocka_unit_test(test_misuse_of_scenarios),
	cmocka_unit_test(test_misuse_of_the_matrix),
};
SIM_TEST_MAIN(tests)
