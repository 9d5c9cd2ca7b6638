/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include <signal.h>

#include "base/lockrank.h"

static unsigned int nr_violations;
static enum sim_lock_rank last_held, last_wanted;

static void note_violation(enum sim_lock_rank held, enum sim_lock_rank wanted)
{
	nr_violations++;
	last_held = held;
	last_wanted = wanted;
}

static int rank_setup(void **state)
{
	nr_violations = 0;
	sim_rank_set_hook(note_violation);
	return bare_setup(state);
}

static int rank_teardown(void **state)
{
	sim_rank_set_hook(NULL);
	return bare_teardown(state);
}

static bool may_nest(enum sim_lock_rank rank)
{
	return rank == SIM_RANK_MMAP || rank == SIM_RANK_RESV || rank == SIM_RANK_PTL;
}

/* Every pair of ranks, one taken while the other is held. */
static void test_acquire_every_pair(void **state)
{
	int locks[2] = { 0 };

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	for (int held = 0; held < SIM_NR_RANKS; held++) {
		for (int wanted = 0; wanted < SIM_NR_RANKS; wanted++) {
			bool ok = wanted > held ||
				  (wanted == held && may_nest((enum sim_lock_rank)held));

			nr_violations = 0;
			sim_rank_acquire((enum sim_lock_rank)held, &locks[0]);
			sim_rank_acquire((enum sim_lock_rank)wanted, &locks[1]);
			assert_int_equal(nr_violations, !ok);
			if (!ok) {
				assert_int_equal(last_held, held);
				assert_int_equal(last_wanted, wanted);
			}
			sim_rank_release((enum sim_lock_rank)wanted, &locks[1]);
			sim_rank_release((enum sim_lock_rank)held, &locks[0]);
		}
	}
}

static void test_acquire_same_lock_twice(void **state)
{
	int lock = 0;

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	sim_rank_acquire(SIM_RANK_PTL, &lock);
	sim_rank_acquire(SIM_RANK_PTL, &lock);
	assert_int_equal(nr_violations, 1);
	sim_rank_release(SIM_RANK_PTL, &lock);
	sim_rank_release(SIM_RANK_PTL, &lock);
}

static void test_acquire_tried_is_not_checked(void **state)
{
	int high = 0, low = 0;

	(void)state;
	sim_rank_acquire(SIM_RANK_PTL, &high);
	sim_rank_acquire_tried(SIM_RANK_RESV, &low);
	assert_int_equal(nr_violations, 0);
	assert_true(sim_rank_held(SIM_RANK_RESV, &low));
	sim_rank_release(SIM_RANK_PTL, &high);
	sim_rank_release(SIM_RANK_RESV, &low);
}

static void test_release_in_any_order(void **state)
{
	int a = 0, b = 0, c = 0;

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	sim_rank_acquire(SIM_RANK_MMAP, &a);
	sim_rank_acquire(SIM_RANK_RESV, &b);
	sim_rank_acquire(SIM_RANK_PTL, &c);
	sim_rank_release(SIM_RANK_MMAP, &a);
	sim_rank_release(SIM_RANK_PTL, &c);
	assert_true(sim_rank_held(SIM_RANK_RESV, &b));
	assert_true(sim_rank_held(SIM_RANK_RESV, NULL));
	assert_false(sim_rank_held(SIM_RANK_RESV, &a));
	assert_false(sim_rank_held(SIM_RANK_MMAP, NULL));
	sim_rank_release(SIM_RANK_RESV, &b);
	assert_false(sim_rank_held(SIM_RANK_RESV, &b));
	assert_int_equal(nr_violations, 0);
}

/* More locks than the checker can note: it forgets, it does not accuse. */
static void test_acquire_more_than_fit(void **state)
{
	static int locks[500];

	(void)state;
	for (int i = 0; i < 500; i++)
		sim_rank_acquire(SIM_RANK_RESV, &locks[i]);
	for (int i = 0; i < 500; i++)
		sim_rank_release(SIM_RANK_RESV, &locks[i]);
	sim_rank_acquire(SIM_RANK_MMAP, &locks[0]);
	sim_rank_release(SIM_RANK_MMAP, &locks[0]);
	assert_int_equal(nr_violations, 0);
}

static void test_set_hook_returns_the_old_one(void **state)
{
	(void)state;
	assert_ptr_equal(sim_rank_set_hook(NULL), note_violation);
	assert_ptr_equal(sim_rank_set_hook(note_violation), NULL);
}

static void take_in_wrong_order(void)
{
	int low = 0, high = 0;

	sim_rank_acquire(SIM_RANK_PTL, &high);
	sim_rank_acquire(SIM_RANK_I_MMAP, &low);
}

static void test_violation_without_hook_aborts_with_both_names(void **state)
{
	char said[256];

	(void)state;
	if (SIM_ASSERT_LEVEL < 1)
		skip();
	sim_rank_set_hook(NULL);
	assert_int_equal(signal_of(take_in_wrong_order, said, sizeof(said)), SIGABRT);
	assert_non_null(strstr(said, "i_mmap wanted while ptl is held"));
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, rank_setup, rank_teardown)
	TEST(test_acquire_every_pair),
	TEST(test_acquire_same_lock_twice),
	TEST(test_acquire_tried_is_not_checked),
	TEST(test_release_in_any_order),
	TEST(test_acquire_more_than_fit),
	TEST(test_violation_without_hook_aborts_with_both_names),
	TEST(test_set_hook_returns_the_old_one),
};
SIM_TEST_MAIN(tests)
