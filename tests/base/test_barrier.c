/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two threads, each of which stores to its own word and reads the other's: with a
 * barrier on both sides, one of them sees the other.
 */
#include <pthread.h>
#include <sched.h>

#include "base/barrier.h"
#include "support/run.h"

#define ROUNDS 1000

struct pair {
	int a __attribute__((aligned(64)));
	int b __attribute__((aligned(64)));
	int turn __attribute__((aligned(64))); /* which round may begin */
	int done __attribute__((aligned(64)));
	int saw_b;
	bool light;	/* does the other thread use the light one? */
};

static void await(const int *word, int value)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
		sched_yield();
}

static void *light_side(void *arg)
{
	struct pair *pair = arg;

	for (int round = 1; round <= ROUNDS; round++) {
		await(&pair->turn, round);
		__atomic_store_n(&pair->a, round, __ATOMIC_RELAXED);
		if (pair->light)
			sim_barrier_light();
		else
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
		pair->saw_b = __atomic_load_n(&pair->b, __ATOMIC_RELAXED);
		__atomic_store_n(&pair->done, round, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* How often neither saw the other. */
static int rounds_missed(bool light)
{
	struct pair pair = { .light = light };
	pthread_t thread;
	int missed = 0;

	assert_int_equal(pthread_create(&thread, NULL, light_side, &pair), 0);
	for (int round = 1; round <= ROUNDS; round++) {
		int saw_a;

		__atomic_store_n(&pair.turn, round, __ATOMIC_RELEASE);
		__atomic_store_n(&pair.b, round, __ATOMIC_RELAXED);
		if (light)
			sim_barrier_heavy();
		else
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
		saw_a = __atomic_load_n(&pair.a, __ATOMIC_RELAXED);
		await(&pair.done, round);
		missed += saw_a != round && pair.saw_b != round;
	}
	pthread_join(thread, NULL);
	return missed;
}

static void test_barrier_one_sees_the_other(void **state)
{
	(void)state;
	assert_int_equal(rounds_missed(true), 0);
	assert_int_equal(rounds_missed(false), 0);
}

/* Without the host's help both are fences. */
static void test_barrier_by_hand(void **state)
{
	bool by_hand = sim_barrier_by_hand;

	(void)state;
	sim_barrier_by_hand = true;
	assert_int_equal(rounds_missed(true), 0);
	sim_barrier_by_hand = by_hand;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_barrier_one_sees_the_other),
	cmocka_unit_test(test_barrier_by_hand),
};

SIM_TEST_MAIN(tests)
