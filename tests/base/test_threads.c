/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_threads.c - the base from many threads at once; TSan's part.
 */
#include "support/base_fixture.h"

#include <pthread.h>

#include "base/internal.h"

#define NR_THREADS 4
#define ROUNDS 2000

static void *count_faults(void *data)
{
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(sim_enter(data), 0);
		sim_count(data, SIM_CNT_FAULT);
	}
	return NULL;
}

static void test_counters_of_all_threads_add_up(void **state)
{
	struct sim_machine *machine = *state;

	run_threads(NR_THREADS, count_faults, machine);
	assert_int_equal(sim_counter(machine, SIM_CNT_FAULT), NR_THREADS * ROUNDS);
	assert_int_equal(machine->nr_cpus, NR_THREADS);
	assert_int_equal(machine->threaded, 1);
}

/* More threads than slots: the rest share one, and nothing is lost. */
static void test_counters_of_more_threads_than_slots(void **state)
{
	struct sim_machine *machine = *state;

	run_threads(100, count_faults, machine);
	assert_int_equal(sim_counter(machine, SIM_CNT_FAULT), 100 * ROUNDS);
	assert_int_equal(machine->nr_cpus, SIM_MAX_CPUS - 1);
	assert_true(machine->cpu[SIM_MAX_CPUS - 1]->count[SIM_CNT_FAULT] > 0);
}

static void *alloc_and_free(void *data)
{
	static const size_t sizes[] = { 16, 64, 200, 1000, 2048, 4096, 30000 };
	unsigned char *held[SIM_ARRAY_SIZE(sizes)] = { NULL };
	uint64_t seed = sim_thread_id();
	unsigned char mark = (unsigned char)sim_thread_id();

	for (int i = 0; i < ROUNDS; i++) {
		size_t at = next_random(&seed) % SIM_ARRAY_SIZE(sizes);

		if (held[at]) {
			assert_int_equal(held[at][0], mark);
			assert_int_equal(held[at][sizes[at] - 1], mark);
			sim_free(held[at], sizes[at], SIM_OBJ_MISC);
			held[at] = NULL;
		} else {
			held[at] = sim_alloc(data, sizes[at], SIM_OBJ_MISC);
			assert_non_null(held[at]);
			assert_int_equal(held[at][sizes[at] - 1], 0);
			held[at][0] = mark;
			held[at][sizes[at] - 1] = mark;
		}
	}
	for (size_t at = 0; at < SIM_ARRAY_SIZE(sizes); at++)
		sim_free(held[at], sizes[at], SIM_OBJ_MISC);
	return NULL;
}

static void test_alloc_gives_each_block_once(void **state)
{
	run_threads(NR_THREADS, alloc_and_free, *state);
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_MISC), 0);
}

struct failing {
	struct sim_machine *machine;
	unsigned int nr_failed;
};

static void *alloc_until_failure(void *data)
{
	struct failing *failing = data;

	for (int i = 0; i < 100; i++) {
		void *block = sim_alloc(failing->machine, 64, SIM_OBJ_MISC);

		if (!block)
			__atomic_fetch_add(&failing->nr_failed, 1, __ATOMIC_RELAXED);
		sim_free(block, 64, SIM_OBJ_MISC);
	}
	return NULL;
}

static void test_fail_alloc_fails_one_thread_once(void **state)
{
	struct failing failing = { .machine = *state };

	sim_fail_alloc(*state, 150);
	run_threads(NR_THREADS, alloc_until_failure, &failing);
	assert_int_equal(failing.nr_failed, 1);
}

static void *record_and_read(void *data)
{
	static const char *const conditions[] = { "a", "b", "c" };

	for (int i = 0; i < ROUNDS; i++) {
		const struct sim_outcome *last;

		sim_outcome_record(data, SIM_WARN, "f", "g", conditions[i % 3]);
		last = sim_last_outcome(data, SIM_WARN);
		assert_string_equal(last->file, "f");
		assert_in_range(last->condition[0], 'a', 'c');
	}
	return NULL;
}

static void test_outcomes_are_read_while_recorded(void **state)
{
	run_threads(NR_THREADS, record_and_read, *state);
	assert_int_equal(sim_nr_outcomes(*state, SIM_WARN), NR_THREADS * ROUNDS);
}

static void *create_and_destroy(void *data)
{
	(void)data;
	for (int i = 0; i < 50; i++) {
		struct sim_machine *machine = bare_machine_create();
		uint64_t *block = sim_alloc(machine, 4096, SIM_OBJ_MISC);

		assert_non_null(block);
		assert_int_equal(block[100], 0);
		block[100] = 1;
		assert_int_equal(machine->threaded, 0);
		bare_machine_destroy(machine);
	}
	return NULL;
}

static void test_arenas_pass_from_thread_to_thread(void **state)
{
	(void)state;
	run_threads(NR_THREADS, create_and_destroy, NULL);
}

struct shared {
	struct sim_machine *machine;
	spinlock_t spin;
	struct rw_semaphore rw;
	struct mutex mutex;
	unsigned long under_spin, under_rw, under_mutex;
};

static void *lock_and_add(void *data)
{
	struct shared *shared = data;

	for (int i = 0; i < ROUNDS; i++) {
		sim_write_lock(shared->machine, &shared->rw, SIM_RANK_MMAP, __func__);
		shared->under_rw++;
		sim_rw_unlock(&shared->rw, SIM_RANK_MMAP);
		sim_read_lock(shared->machine, &shared->rw, SIM_RANK_MMAP, __func__);
		sim_mutex_lock(shared->machine, &shared->mutex, SIM_RANK_PAGES, __func__);
		shared->under_mutex += shared->under_rw > 0;
		sim_mutex_unlock(&shared->mutex, SIM_RANK_PAGES);
		sim_rw_unlock(&shared->rw, SIM_RANK_MMAP);
		sim_spin_lock(shared->machine, &shared->spin, SIM_RANK_PTL);
		shared->under_spin++;
		sim_spin_unlock(&shared->spin, SIM_RANK_PTL);
	}
	return NULL;
}

static void test_locks_exclude(void **state)
{
	struct shared shared = { .machine = *state };

	sim_rwlock_init(&shared.rw);
	sim_mutex_init(&shared.mutex);
	run_threads(NR_THREADS, lock_and_add, &shared);
	assert_int_equal(shared.under_rw, NR_THREADS * ROUNDS);
	assert_int_equal(shared.under_mutex, NR_THREADS * ROUNDS);
	assert_int_equal(shared.under_spin, NR_THREADS * ROUNDS);
	assert_int_equal(sim_counter(*state, SIM_CNT_LOCK), 4 * NR_THREADS * ROUNDS);
	sim_rwlock_destroy(&shared.rw);
	sim_mutex_destroy(&shared.mutex);
}

static void *enter_once(void *data)
{
	sim_enter(data);
	return NULL;
}

/* Restored to a state before the second thread came, the machine has one
 * thread again, until another comes. */
static void test_restore_forgets_threads_until_they_return(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_snapshot *snapshot = sim_snapshot(machine);

	run_threads(1, enter_once, machine);
	assert_int_equal(machine->threaded, 1);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_int_equal(machine->threaded, 0);
	run_threads(1, enter_once, machine);
	assert_int_equal(machine->threaded, 1);
	sim_snapshot_free(snapshot);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_counters_of_all_threads_add_up),
	TEST(test_counters_of_more_threads_than_slots),
	TEST(test_alloc_gives_each_block_once),
	TEST(test_fail_alloc_fails_one_thread_once),
	TEST(test_outcomes_are_read_while_recorded),
	TEST(test_arenas_pass_from_thread_to_thread),
	TEST(test_locks_exclude),
	TEST(test_restore_forgets_threads_until_they_return),
};
SIM_TEST_MAIN(tests)
