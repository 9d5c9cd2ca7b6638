/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/lock.h"

static void test_rwlock_readers_share_writers_do_not(void **state)
{
	struct rw_semaphore lock = { { 0 } };

	sim_rwlock_init(&lock);
	sim_read_lock(*state, &lock, SIM_RANK_MMAP, __func__);
	assert_true(sim_read_trylock(*state, &lock, SIM_RANK_MMAP, __func__));
	assert_false(sim_write_trylock(*state, &lock, SIM_RANK_MMAP, __func__));
	sim_rw_unlock(&lock, SIM_RANK_MMAP);
	sim_rw_unlock(&lock, SIM_RANK_MMAP);
	sim_write_lock(*state, &lock, SIM_RANK_MMAP, __func__);
	assert_false(sim_read_trylock(*state, &lock, SIM_RANK_MMAP, __func__));
	sim_rw_unlock(&lock, SIM_RANK_MMAP);
	assert_true(sim_write_trylock(*state, &lock, SIM_RANK_MMAP, __func__));
	sim_rw_unlock(&lock, SIM_RANK_MMAP);
	assert_int_equal(sim_counter(*state, SIM_CNT_LOCK), 4);
	sim_rwlock_destroy(&lock);
}

static void test_mutex_is_counted_and_ranked(void **state)
{
	struct mutex lock = { { 0 } };

	sim_mutex_init(&lock);
	sim_mutex_lock(*state, &lock, SIM_RANK_PAGES, __func__);
	assert_true(sim_rank_held(SIM_RANK_PAGES, &lock));
	sim_mutex_unlock(&lock, SIM_RANK_PAGES);
	assert_int_equal(sim_counter(*state, SIM_CNT_LOCK), 1);
	sim_mutex_destroy(&lock);
}

static void test_spin_lock_is_counted_and_ranked(void **state)
{
	spinlock_t lock = { 0 };

	sim_spin_lock(*state, &lock, SIM_RANK_PTL);
	assert_int_equal(lock.word, 1);
	assert_true(sim_rank_held(SIM_RANK_PTL, &lock));
	assert_false(sim_spin_trylock(*state, &lock, SIM_RANK_PTL));
	sim_spin_unlock(&lock, SIM_RANK_PTL);
	assert_true(sim_spin_trylock(*state, &lock, SIM_RANK_PTL));
	sim_spin_unlock(&lock, SIM_RANK_PTL);
	assert_int_equal(lock.word, 0);
	assert_int_equal(sim_counter(*state, SIM_CNT_LOCK), 2);
	sim_spin_lock(NULL, &lock, SIM_RANK_PTL);
	sim_spin_unlock(&lock, SIM_RANK_PTL);
	assert_int_equal(sim_counter(*state, SIM_CNT_LOCK), 2);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_rwlock_readers_share_writers_do_not),
	TEST(test_mutex_is_counted_and_ranked),
	TEST(test_spin_lock_is_counted_and_ranked),
};
SIM_TEST_MAIN(tests)
