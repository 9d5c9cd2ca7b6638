/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "drm/internal.h"
#include "support/ttm_fixture.h"

static void test_only_a_task_with_a_signal_is_signalled(void **state)
{
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	sim_task_switch(fx.task);
	assert_false(sim_task_signalled());
	fx.task->sim_signal_pending = true;
	assert_true(sim_task_signalled());
	fx.task->sim_signal_pending = false;
	assert_false(sim_task_signalled());
	sim_task_switch(NULL);
	assert_false(sim_task_signalled());
	ttm_fixture_close(&fx);
}

/* Rounds give way at first, and sleep a little once there were many. */
static void test_every_round_comes_back(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 60; round++)
		sim_wait_round(round);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_only_a_task_with_a_signal_is_signalled),
	TTM_TEST(test_every_round_comes_back),
};

SIM_TEST_MAIN(tests)
