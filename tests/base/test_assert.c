/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include <signal.h>

#include "base/assert.h"

static void fail_cheap(void)
{
	int zero = 0;

	sim_assert(zero == 1);
	(void)zero;
}

static void fail_expensive(void)
{
	int zero = 0;

	sim_assert_expensive(zero == 1);
	(void)zero;
}

static void test_assert_true_does_nothing(void **state)
{
	int zero = 0;

	(void)state;
	sim_assert(zero == 0);
	sim_assert_expensive(zero == 0);
	(void)zero;
}

static void test_assert_false_aborts_and_says_where(void **state)
{
	char said[512];

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	assert_int_equal(signal_of(fail_cheap, said, sizeof(said)), SIGABRT);
	assert_non_null(strstr(said, "test_assert.c"));
	assert_non_null(strstr(said, "fail_cheap"));
	assert_non_null(strstr(said, "zero == 1"));
}

static void test_assert_follows_its_level(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(signal_of(fail_cheap, said, sizeof(said)),
			 SIM_ASSERT_LEVEL >= 1 ? SIGABRT : 0);
	assert_int_equal(signal_of(fail_expensive, said, sizeof(said)),
			 SIM_ASSERT_LEVEL >= 2 ? SIGABRT : 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_assert_true_does_nothing),
	cmocka_unit_test(test_assert_false_aborts_and_says_where),
	cmocka_unit_test(test_assert_follows_its_level),
};
SIM_TEST_MAIN(tests)
