/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_tlb_threads.c - a flush waits for the CPUs that have walked and not yet
 * moved their bytes.
 */
#include <pthread.h>
#include <unistd.h>
#include <urcu-bp.h>

#include "support/mm_fixture.h"

struct wait {
	struct sim_machine *machine;
	int walking, flushing, moved;	/* atomic */
};

static void *cpu(void *arg)
{
	struct wait *w = arg;

	if (sim_enter(w->machine))
		return NULL;
	rcu_read_lock();
	__atomic_store_n(&w->walking, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&w->flushing, __ATOMIC_ACQUIRE))
		usleep(100);
	usleep(20000);
	__atomic_store_n(&w->moved, 1, __ATOMIC_RELEASE);
	rcu_read_unlock();
	return NULL;
}

static void test_tlb_flush_waits_for_an_access(void **state)
{
	struct mm_fixture fx;
	struct wait w = { 0 };
	pthread_t id;

	(void)state;
	mm_fixture_open(&fx, NULL);
	w.machine = fx.machine;
	assert_int_equal(pthread_create(&id, NULL, cpu, &w), 0);
	while (!__atomic_load_n(&w.walking, __ATOMIC_ACQUIRE))
		usleep(100);
	__atomic_store_n(&w.flushing, 1, __ATOMIC_RELEASE);
	sim_flush_tlb_range(fx.mm, MM_BASE, MM_BASE + fx.page);
	assert_int_equal(__atomic_load_n(&w.moved, __ATOMIC_ACQUIRE), 1);
	pthread_join(id, NULL);
	mm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tlb_flush_waits_for_an_access),
};

SIM_TEST_MAIN(tests)
