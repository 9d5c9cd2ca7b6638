/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fork_threads.c - one thread forks while others hold locks, make and end
 * machines, and wait for grace periods. The child must hang nowhere.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ttmsim/sim.h>
#include <ttmsim/vma.h>

#include "base/rcu.h"
#include "support/base_fixture.h"

#define FORKS 20

static struct sim_machine *held;	/* a thread has its task's mmap_lock */
static struct task_struct *held_task;
static int stage;	/* atomic: 1 the lock is held, 2 it is to be let go */
static int stop;	/* atomic */

static void want(bool is)
{
	if (!is)
		abort();
}

static bool use_new_machine(void)
{
	struct sim_machine_config config = { .quiet = true };
	struct sim_machine *machine = sim_machine_create(&config);
	struct task_struct *task = machine ? sim_task_create(machine, "own") : NULL;
	char byte = 1;
	long at;

	if (!task)
		return false;
	at = sim_mmap(task, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	if (at < 0 || sim_write(task, (unsigned long)at, &byte, 1) ||
	    sim_munmap(task, (unsigned long)at, 4096))
		return false;
	sim_exit(task);
	sim_machine_destroy(machine);
	return true;
}

static void child(void)
{
	alarm(60);
	want(sim_crashed(held));
	want(sim_mmap(held_task, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0) == -EIO);
	want(sim_task_create(held, "another") == NULL);
	want(sim_nr_outcomes(held, SIM_MISUSE) == 1);
	synchronize_rcu();	/* nobody but this thread is waited for */
	want(use_new_machine());
	sim_machine_destroy(held);
	want(use_new_machine());
}

static void *hold(void *data)
{
	(void)data;
	mmap_write_lock(held_task->mm);
	__atomic_store_n(&stage, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&stage, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	mmap_write_unlock(held_task->mm);
	return NULL;
}

static void *churn(void *data)
{
	(void)data;
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		rcu_read_lock();
		rcu_read_unlock();
		want(use_new_machine());
		synchronize_rcu();
	}
	return NULL;
}

static void test_fork_beside_threads(void **state)
{
	struct sim_machine_config config = { .quiet = true };
	pthread_t thread[3];
	char said[512];

	(void)state;
	held = sim_machine_create(&config);
	held_task = sim_task_create(held, "held");
	assert_non_null(held_task);
	assert_int_equal(pthread_create(&thread[0], NULL, hold, NULL), 0);
	while (__atomic_load_n(&stage, __ATOMIC_ACQUIRE) != 1)
		sched_yield();
	for (int i = 1; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, churn, NULL), 0);
	for (int i = 0; i < FORKS; i++) {
		int signal = signal_of(child, said, sizeof(said));

		if (signal)
			fail_msg("child %d ended by signal %d: %s", i, signal, said);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	__atomic_store_n(&stage, 2, __ATOMIC_RELEASE);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);

	/* the parent's goes on */
	assert_false(sim_crashed(held));
	assert_true(sim_mmap(held_task, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0) >
		    0);
	sim_exit(held_task);
	sim_machine_destroy(held);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fork_beside_threads),
};

SIM_TEST_MAIN(tests)
