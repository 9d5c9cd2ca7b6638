/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int nr_released;

static void released(struct kref *kref)
{
	(void)kref;
	nr_released++;
}

static void test_kref_put_last_releases_once(void **state)
{
	struct kref kref;

	(void)state;
	nr_released = 0;
	kref_init(&kref);
	kref_get(&kref);
	assert_int_equal(kref_read(&kref), 2);
	assert_int_equal(kref_put(&kref, released), 0);
	assert_int_equal(kref_put(&kref, released), 1);
	assert_int_equal(nr_released, 1);
	assert_int_equal(kref_read(&kref), 0);
}

static void test_kref_get_unless_zero_refuses_zero(void **state)
{
	struct kref kref;

	(void)state;
	kref_init(&kref);
	assert_int_equal(kref_get_unless_zero(&kref), 1);
	kref_put(&kref, released);
	kref_put(&kref, released);
	assert_int_equal(kref_get_unless_zero(&kref), 0);
	assert_int_equal(kref_read(&kref), 0);
}

/* Each misuse warns once with the kernel's words, and the count never comes back. */
static void test_misused_counts_saturate(void **state)
{
	enum { PUT, GET, DEC };
	static const struct {
		int count, what;
		const char *condition;
	} cases[] = {
		{ 0, PUT, "underflow; use-after-free" },
		{ 0, GET, "addition on 0; use-after-free" },
		{ INT32_MAX, GET, "saturated; leaking memory" },
		{ 1, DEC, "decrement hit 0; leaking memory" },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_fixture fx;
		struct kref kref;

		ttm_fixture_open(&fx, NULL);
		nr_released = 0;
		refcount_set(&kref.refcount, cases[i].count);
		if (cases[i].what == PUT)
			assert_int_equal(kref_put(&kref, released), 0);
		else if (cases[i].what == GET)
			kref_get(&kref);
		else
			refcount_dec(&kref.refcount);
		assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
		assert_string_equal(sim_last_outcome(fx.machine, SIM_WARN)->condition,
				    cases[i].condition);
		assert_int_equal((int)kref_read(&kref), REFCOUNT_SATURATED);
		assert_int_equal(kref_put(&kref, released), 0);
		assert_int_equal(nr_released, 0);
		fx.expect_warnings = true;
		ttm_fixture_close(&fx);
	}
	(void)state;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_kref_put_last_releases_once),
	cmocka_unit_test(test_kref_get_unless_zero_refuses_zero),
	cmocka_unit_test(test_misused_counts_saturate),
};

SIM_TEST_MAIN(tests)
