/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/spin.h"

#define NR_THREADS 4
#define ROUNDS 20000

static spinlock_t shared;
static unsigned long guarded; /* under shared */

static void *add_under_lock(void *data)
{
	(void)data;
	for (int i = 0; i < ROUNDS; i++) {
		sim_spin_acquire(false, &shared, SIM_RANK_MISC);
		guarded++;
		sim_spin_unlock(&shared, SIM_RANK_MISC);
	}
	return NULL;
}

static void test_acquire_keeps_the_others_out(void **state)
{
	(void)state;
	run_threads(NR_THREADS, add_under_lock, NULL);
	assert_int_equal(guarded, NR_THREADS * ROUNDS);
	assert_int_equal(shared.word, 0);
}

static void test_up_takes_nothing(void **state)
{
	spinlock_t lock = { 0 };

	(void)state;
	sim_spin_acquire(true, &lock, SIM_RANK_MISC);
	assert_int_equal(lock.word, 0);
	sim_spin_unlock(&lock, SIM_RANK_MISC);
	assert_true(sim_spin_try_acquire(true, &lock, SIM_RANK_MISC));
	assert_int_equal(lock.word, 0);
	sim_spin_unlock(&lock, SIM_RANK_MISC);
}

static void test_try_of_a_held_one_fails(void **state)
{
	spinlock_t lock = { 0 };

	(void)state;
	assert_true(sim_spin_try_acquire(false, &lock, SIM_RANK_MISC));
	assert_false(sim_spin_try_acquire(false, &lock, SIM_RANK_MISC));
	sim_spin_unlock(&lock, SIM_RANK_MISC);
}

static void test_wait_for_a_free_one_returns(void **state)
{
	uint32_t word = 0;

	(void)state;
	sim_spin_wait(&word);
	word = 1;
	sim_spin_wait(&word); /* gives the CPU away, once */
	assert_int_equal(word, 1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_acquire_keeps_the_others_out),
	cmocka_unit_test(test_up_takes_nothing),
	cmocka_unit_test(test_try_of_a_held_one_fails),
	cmocka_unit_test(test_wait_for_a_free_one_returns),
};
SIM_TEST_MAIN(tests)
