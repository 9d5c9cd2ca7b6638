/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/run.h"
#include "ttm/internal.h"

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

static void test_kref_put_at_zero_does_nothing(void **state)
{
	struct kref kref;

	(void)state;
	nr_released = 0;
	kref_init(&kref);
	kref_put(&kref, released);
	assert_int_equal(kref_put(&kref, released), 0);
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_kref_put_last_releases_once),
	cmocka_unit_test(test_kref_put_at_zero_does_nothing),
	cmocka_unit_test(test_kref_get_unless_zero_refuses_zero),
};

SIM_TEST_MAIN(tests)
