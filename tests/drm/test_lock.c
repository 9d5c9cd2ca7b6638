/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <pthread.h>

#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);

/* Every kind of lock, by the same verbs. */
static void rwsem_lock(void)
{
	down_write(&rwsem);
}

static int rwsem_trylock(void)
{
	return down_write_trylock(&rwsem);
}

static void rwsem_unlock(void)
{
	up_write(&rwsem);
}

static void spinlock_lock(void)
{
	spin_lock(&spin);
}

static int spinlock_trylock(void)
{
	return spin_trylock(&spin);
}

static void spinlock_unlock(void)
{
	spin_unlock(&spin);
}

static void mutex_take(void)
{
	mutex_lock(&mutex);
}

static int mutex_try(void)
{
	return mutex_trylock(&mutex);
}

static void mutex_release(void)
{
	mutex_unlock(&mutex);
}

static const struct {
	const char *what;
	void (*lock)(void);
	int (*trylock)(void);
	void (*unlock)(void);
} kinds[] = {
	{ "spinlock", spinlock_lock, spinlock_trylock, spinlock_unlock },
	{ "mutex", mutex_take, mutex_try, mutex_release },
	{ "rwsem", rwsem_lock, rwsem_trylock, rwsem_unlock },
};

static void test_lock_excludes(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		uint64_t locks = sim_counter(fx.machine, SIM_CNT_LOCK);

		kinds[i].lock();
		assert_int_equal(kinds[i].trylock(), 0);
		kinds[i].unlock();
		assert_int_equal(kinds[i].trylock(), 1);
		kinds[i].unlock();
		assert_int_equal(sim_counter(fx.machine, SIM_CNT_LOCK), locks + 2);
	}
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
}

/* What hangs a kernel comes back, and is told. */
static void test_lock_that_is_held_already_warns(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		unsigned int before = sim_nr_outcomes(fx.machine, SIM_WARN);

		kinds[i].lock();
		kinds[i].lock();
		if (sim_nr_outcomes(fx.machine, SIM_WARN) != before + 1)
			fail_msg("%s: taken twice without a word", kinds[i].what);
		kinds[i].unlock();
		kinds[i].unlock();
		if (sim_nr_outcomes(fx.machine, SIM_WARN) != before + 2)
			fail_msg("%s: let go twice without a word", kinds[i].what);
	}
	fx.expect_warnings = true;
}

static unsigned long shared_count;

static void *count_up(void *data)
{
	size_t kind = *(size_t *)data;

	sim_task_switch(fx.task);
	for (int i = 0; i < 2000; i++) {
		kinds[kind].lock();
		shared_count++;
		kinds[kind].unlock();
	}
	sim_task_switch(NULL);
	return NULL;
}

static void test_lock_serialises_threads(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(kinds); i++) {
		pthread_t thread[3];

		shared_count = 0;
		for (int t = 0; t < 3; t++)
			pthread_create(&thread[t], NULL, count_up, &i);
		for (int t = 0; t < 3; t++)
			pthread_join(thread[t], NULL);
		assert_int_equal(shared_count, 6000);
	}
}

static void *let_go(void *data)
{
	sim_task_switch(fx.task);
	if (data)
		mutex_unlock(&mutex);
	else
		spin_unlock(&spin);
	sim_task_switch(NULL);
	return NULL;
}

static void test_unlock_by_another_thread_warns(void **state)
{
	pthread_t thread;

	(void)state;
	spin_lock(&spin);
	pthread_create(&thread, NULL, let_go, NULL);
	pthread_join(thread, NULL);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_WARN)->condition, "wrong owner");
	assert_false(spin_is_locked(&spin));
	mutex_lock(&mutex);
	pthread_create(&thread, NULL, let_go, &mutex);
	pthread_join(thread, NULL);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 2);
	fx.expect_warnings = true;
}

static void *hold_until_told(void *data)
{
	sim_task_switch(fx.task);
	mutex_lock(&mutex);
	complete(data);
	while (!sim_crashed(fx.machine) && !fx.task->sim_signal_pending)
		sim_wait_round(60);
	mutex_unlock(&mutex);
	sim_task_switch(NULL);
	return NULL;
}

static void test_waits_for_a_mutex_end(void **state)
{
	DECLARE_COMPLETION(held);
	pthread_t thread;

	(void)state;
	mutex_init(&mutex);
	pthread_create(&thread, NULL, hold_until_told, &held);
	wait_for_completion(&held);
	assert_int_equal(mutex_trylock(&mutex), 0);
	__atomic_store_n(&fx.task->sim_signal_pending, true, __ATOMIC_RELAXED);
	if (mutex_lock_interruptible(&mutex) == 0)
		mutex_unlock(&mutex);
	pthread_join(thread, NULL);
	assert_int_equal(mutex_lock_interruptible(&mutex), 0);
	assert_int_equal(mutex_lock_interruptible(&mutex), -EDEADLK);
	fx.expect_warnings = true;
	mutex_unlock(&mutex);
	fx.task->sim_signal_pending = false;
}

static void test_readers_share(void **state)
{
	(void)state;
	init_rwsem(&rwsem);
	down_read(&rwsem);
	assert_int_equal(down_read_trylock(&rwsem), 1);
	assert_int_equal(down_write_trylock(&rwsem), 0);
	up_read(&rwsem);
	up_read(&rwsem);
	down_write(&rwsem);
	assert_int_equal(down_read_trylock(&rwsem), 0);
	up_write(&rwsem);
	up_read(&rwsem);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
}

static void test_completion_counts(void **state)
{
	struct completion x;

	(void)state;
	init_completion(&x);
	assert_int_equal(wait_for_completion_timeout(&x, 1), 0);
	complete(&x);
	complete(&x);
	assert_true(wait_for_completion_timeout(&x, HZ) > 0);
	assert_int_equal(wait_for_completion_interruptible(&x), 0);
	assert_false(completion_done(&x));
	fx.task->sim_signal_pending = true;
	assert_int_equal(wait_for_completion_interruptible(&x), -ERESTARTSYS);
	fx.task->sim_signal_pending = false;
	complete_all(&x);
	wait_for_completion(&x);
	wait_for_completion(&x);
	assert_true(completion_done(&x));
}

static void test_crash_ends_waits(void **state)
{
	struct completion x = COMPLETION_INITIALIZER(x);

	(void)state;
	sim_outcome_record(fx.machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(wait_for_completion_interruptible(&x), -EIO);
	wait_for_completion(&x);
	fx.expect_warnings = true;
}

#define LOCK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	LOCK_TEST(test_lock_excludes),
	LOCK_TEST(test_lock_that_is_held_already_warns),
	LOCK_TEST(test_lock_serialises_threads),
	LOCK_TEST(test_unlock_by_another_thread_warns),
	LOCK_TEST(test_waits_for_a_mutex_end),
	LOCK_TEST(test_readers_share),
	LOCK_TEST(test_completion_counts),
	LOCK_TEST(test_crash_ends_waits),
};

SIM_TEST_MAIN(tests)
