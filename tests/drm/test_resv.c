/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <pthread.h>

#include "support/ttm_fixture.h"

static int setup(void **state)
{
	static struct ttm_fixture fx;

	ttm_fixture_open(&fx, NULL);
	*state = &fx;
	return 0;
}

static int teardown(void **state)
{
	ttm_fixture_close(*state);
	return 0;
}

static void test_lock_is_the_reservations(void **state)
{
	struct ww_acquire_ctx ctx;
	struct dma_resv resv;

	(void)state;
	dma_resv_init(&resv);
	assert_true(dma_resv_trylock(&resv));
	assert_false(dma_resv_trylock(&resv));
	assert_true(dma_resv_is_locked(&resv));
	assert_null(dma_resv_locking_ctx(&resv));
	dma_resv_unlock(&resv);
	ww_acquire_init(&ctx, &reservation_ww_class);
	assert_int_equal(dma_resv_lock(&resv, &ctx), 0);
	assert_ptr_equal(dma_resv_locking_ctx(&resv), &ctx);
	assert_int_equal(dma_resv_lock_interruptible(&resv, &ctx), -EALREADY);
	dma_resv_unlock(&resv);
	dma_resv_lock_slow(&resv, &ctx);
	dma_resv_unlock(&resv);
	assert_int_equal(dma_resv_lock_slow_interruptible(&resv, &ctx), 0);
	dma_resv_unlock(&resv);
	ww_acquire_fini(&ctx);
	dma_resv_fini(&resv);
}

static void test_fence_usage_decides_who_waits(void **state)
{
	static const struct {
		const char *what;
		enum dma_resv_usage fence, asked;
		bool signaled;
	} cases[] = {
		{ "a move, and who maps", DMA_RESV_USAGE_KERNEL, DMA_RESV_USAGE_KERNEL, false },
		{ "a read, and who maps", DMA_RESV_USAGE_READ, DMA_RESV_USAGE_KERNEL, true },
		{ "a read, and who frees", DMA_RESV_USAGE_READ, DMA_RESV_USAGE_BOOKKEEP, false },
		{ "a write, and who reads", DMA_RESV_USAGE_WRITE, DMA_RESV_USAGE_READ, false },
	};
	struct ttm_fixture *fx = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct dma_fence *fence = sim_fence_create(fx->machine);
		struct dma_resv resv;

		dma_resv_init(&resv);
		assert_int_equal(dma_resv_reserve_fences(&resv, 1), 0);
		dma_resv_add_fence(&resv, fence, cases[i].fence);
		if (dma_resv_test_signaled(&resv, cases[i].asked) != cases[i].signaled)
			fail_msg("%s", cases[i].what);
		assert_int_equal(dma_fence_signal(fence), 0);
		assert_int_equal(dma_fence_signal(fence), -EINVAL);
		assert_true(dma_resv_test_signaled(&resv, cases[i].asked));
		dma_resv_fini(&resv);
		dma_fence_put(fence);
	}
}

static void test_reserve_fences_drops_signaled_ones(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence[SIM_RESV_FENCES + 1];
	struct dma_resv resv;

	dma_resv_init(&resv);
	for (int i = 0; i <= SIM_RESV_FENCES; i++) {
		fence[i] = sim_fence_create(fx->machine);
		dma_resv_add_fence(&resv, fence[i], DMA_RESV_USAGE_READ);
	}
	/* the last one did not fit */
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	assert_int_equal(dma_resv_reserve_fences(&resv, 1), -ENOMEM);
	dma_fence_signal(fence[2]);
	assert_int_equal(dma_resv_reserve_fences(&resv, 1), 0);
	assert_int_equal(kref_read(&fence[2]->refcount), 1);
	assert_int_equal(dma_resv_reserve_fences(&resv, 2), -ENOMEM);
	dma_resv_fini(&resv);
	for (int i = 0; i <= SIM_RESV_FENCES; i++)
		dma_fence_put(fence[i]);
}

static void test_wait_timeout_gives_up(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);
	struct dma_resv resv;

	dma_resv_init(&resv);
	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, true, 5), 5);
	dma_resv_add_fence(&resv, fence, DMA_RESV_USAGE_KERNEL);
	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_KERNEL, false, 1), 0);
	fx->task->sim_signal_pending = true;
	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_KERNEL, true, HZ),
			 -ERESTARTSYS);
	assert_int_equal(dma_fence_wait(fence, true), -ERESTARTSYS);
	fx->task->sim_signal_pending = false;
	dma_fence_signal(fence);
	assert_true(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_KERNEL, true, HZ) > 0);
	assert_int_equal(dma_fence_wait(fence, false), 0);
	dma_resv_fini(&resv);
	dma_fence_put(fence);
}

static void *signal_soon(void *data)
{
	for (unsigned int round = 0; round < 100; round++)
		sim_wait_round(round);
	dma_fence_signal(data);
	return NULL;
}

static void test_wait_ends_with_signal_of_fence(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);
	struct dma_resv resv;
	pthread_t thread;

	dma_resv_init(&resv);
	dma_resv_add_fence(&resv, fence, DMA_RESV_USAGE_KERNEL);
	pthread_create(&thread, NULL, signal_soon, fence);
	assert_true(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_KERNEL, false,
					  MAX_SCHEDULE_TIMEOUT) > 0);
	pthread_join(thread, NULL);
	dma_resv_fini(&resv);
	dma_fence_put(dma_fence_get(fence));
	dma_fence_put(fence);
	dma_fence_put(NULL);
}

static void test_walk_meets_fences_of_its_usages(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence[3], *at;
	struct dma_resv_iter cursor;
	struct dma_resv resv;
	unsigned int nr = 0;

	dma_resv_init(&resv);
	for (int i = 0; i < 3; i++) {
		fence[i] = sim_fence_create(fx->machine);
		dma_resv_add_fence(&resv, fence[i], (enum dma_resv_usage)i);
	}
	dma_fence_signal(fence[0]);
	dma_resv_lock(&resv, NULL);
	dma_resv_for_each_fence(&cursor, &resv, DMA_RESV_USAGE_WRITE, at) {
		assert_ptr_equal(at, fence[nr]);
		assert_int_equal(dma_resv_iter_usage(&cursor), nr++);
	}
	assert_int_equal(nr, 2);
	dma_resv_unlock(&resv);
	/* without the lock: what is still under way, and it stays while one is at it */
	dma_resv_iter_begin(&cursor, &resv, DMA_RESV_USAGE_BOOKKEEP);
	nr = 0;
	dma_resv_for_each_fence_unlocked(&cursor, at) {
		assert_ptr_equal(at, fence[++nr]);
		assert_int_equal(kref_read(&at->refcount), 3);
		if (nr == 2)
			break;
	}
	dma_resv_iter_end(&cursor);
	assert_false(dma_resv_iter_is_restarted(&cursor));
	for (int i = 0; i < 3; i++)
		assert_int_equal(kref_read(&fence[i]->refcount), 2);
	dma_resv_fini(&resv);
	for (int i = 0; i < 3; i++)
		dma_fence_put(fence[i]);
}

static void *ask_held(void *data)
{
	return dma_resv_held(data) ? data : NULL;
}

static void test_held_is_by_the_calling_thread(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_resv resv;
	pthread_t thread;
	void *answer;

	dma_resv_init(&resv);
	assert_false(dma_resv_held(&resv));
	dma_resv_lock(&resv, NULL);
	assert_true(dma_resv_held(&resv));
	dma_resv_assert_held(&resv);
	pthread_create(&thread, NULL, ask_held, &resv);
	pthread_join(thread, &answer);
	assert_null(answer);
	dma_resv_unlock(&resv);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	dma_resv_assert_held(&resv);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	dma_resv_fini(&resv);
}

static void *ask_signaled(void *data)
{
	return dma_resv_test_signaled(data, DMA_RESV_USAGE_BOOKKEEP) ? data : NULL;
}

/* What a thread is made known to a machine by may be the lock of the fences. */
static void test_first_call_of_a_thread(void **state)
{
	struct ttm_fixture *fx = *state;
	struct dma_fence *fence = sim_fence_create(fx->machine);
	struct dma_resv resv;
	pthread_t thread;
	void *answer = &resv;

	dma_resv_init(&resv);
	dma_resv_add_fence(&resv, fence, DMA_RESV_USAGE_KERNEL);
	pthread_create(&thread, NULL, ask_signaled, &resv);
	pthread_join(thread, &answer);
	assert_null(answer);
	dma_resv_fini(&resv);
	dma_fence_put(fence);
}

#define RESV_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	RESV_TEST(test_first_call_of_a_thread),
	RESV_TEST(test_lock_is_the_reservations),
	RESV_TEST(test_walk_meets_fences_of_its_usages),
	RESV_TEST(test_held_is_by_the_calling_thread),
	RESV_TEST(test_fence_usage_decides_who_waits),
	RESV_TEST(test_reserve_fences_drops_signaled_ones),
	RESV_TEST(test_wait_timeout_gives_up),
	RESV_TEST(test_wait_ends_with_signal_of_fence),
};

SIM_TEST_MAIN(tests)
