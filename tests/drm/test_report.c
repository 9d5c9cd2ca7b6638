/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <stdio.h>
#include <stdlib.h>

#include <ttmsim/kernel.h>

#include "support/base_fixture.h"
#include "support/ttm_fixture.h"

static void test_warn_on_is_an_outcome_and_a_value(void **state)
{
	struct ttm_fixture fx;
	int asked = 0;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	assert_false(WARN_ON(asked++));
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
	if (!WARN_ON_ONCE(asked++))
		fail();
	assert_int_equal(asked, 2);
	assert_true(WARN(asked == 2, "asked %d times", asked));
	assert_true(drm_WARN_ON(NULL, asked == 2));
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 3);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_WARN)->function, __func__);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_WARN)->condition, "asked == 2");
	fx.expect_warnings = true;
	sim_task_switch(NULL);
	assert_true(WARN_ON(true));
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 3);
	sim_task_switch(fx.task);
	ttm_fixture_close(&fx);
}

static void test_bug_on_crashes_the_machine(void **state)
{
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	BUG_ON(fx.page == 0);
	assert_false(sim_crashed(fx.machine));
	BUG_ON(fx.page != 0);
	assert_true(sim_crashed(fx.machine));
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->condition, "fx.page != 0");
	sim_machine_destroy(fx.machine);
}

static void print_some(void)
{
	setvbuf(stderr, NULL, _IOFBF, 1000); /* all in one piece */
	unsetenv("TTMSIM_QUIET");
	pr_err("ring %d is stuck\n", 3);
	dev_warn((struct device *)NULL, "slow\n");
	pr_debug("not seen\n");
	setenv("TTMSIM_QUIET", "1", 1);
	pr_err("quiet\n");
	fflush(stderr);
}

static void test_messages_go_to_stderr(void **state)
{
	char said[200];

	(void)state;
	assert_int_equal(signal_of(print_some, said, sizeof(said)), 0);
	assert_string_equal(said, "ring 3 is stuck\nslow\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_warn_on_is_an_outcome_and_a_value),
	cmocka_unit_test(test_bug_on_crashes_the_machine),
	cmocka_unit_test(test_messages_go_to_stderr),
};

SIM_TEST_MAIN(tests)
