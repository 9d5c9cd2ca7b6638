/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <pthread.h>

#include "support/base_fixture.h"
#include "support/ttm_fixture.h"

static struct ww_class wait_die = { .is_wait_die = 1 };
static struct ww_class wound_wait;

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

static void test_lock_twice_by_ctx_is_ealready(void **state)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex lock;

	(void)state;
	ww_mutex_init(&lock, &wait_die);
	ww_acquire_init(&ctx, &wait_die);
	assert_int_equal(ww_mutex_lock(&lock, &ctx), 0);
	assert_int_equal(ctx.acquired, 1);
	assert_int_equal(ww_mutex_lock(&lock, &ctx), -EALREADY);
	assert_int_equal(ctx.acquired, 1);
	ww_mutex_unlock(&lock);
	assert_int_equal(ctx.acquired, 0);
	ww_acquire_done(&ctx);
	ww_acquire_fini(&ctx);
}

static void test_trylock_of_taken_lock_fails(void **state)
{
	struct ww_mutex lock;

	(void)state;
	ww_mutex_init(&lock, &wait_die);
	assert_int_equal(ww_mutex_trylock(&lock, NULL), 1);
	assert_true(ww_mutex_is_locked(&lock));
	assert_int_equal(ww_mutex_trylock(&lock, NULL), 0);
	ww_mutex_unlock(&lock);
	assert_false(ww_mutex_is_locked(&lock));
}

static void test_lock_of_own_lock_backs_off(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ww_mutex lock;

	ww_mutex_init(&lock, &wait_die);
	assert_int_equal(ww_mutex_lock(&lock, NULL), 0);
	assert_int_equal(ww_mutex_lock(&lock, NULL), -EDEADLK);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_MISUSE), 1);
	fx->expect_warnings = true;
	ww_mutex_unlock(&lock);
}

static void test_misuse_is_recorded(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ww_acquire_ctx ctx;
	struct ww_mutex lock;

	ww_mutex_init(&lock, &wait_die);
	ww_mutex_unlock(&lock);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	ww_acquire_init(&ctx, &wait_die);
	assert_int_equal(ww_mutex_lock(&lock, &ctx), 0);
	ww_acquire_fini(&ctx);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 2);
	ww_mutex_unlock(&lock);
	fx->expect_warnings = true;
}

/* ---- two threads ---- */

/* A thread that holds @held until it is told to let go. */
struct holder {
	struct ww_mutex *held;
	struct ww_acquire_ctx *ctx;
	int locked, let_go;		/* atomic */
	pthread_t thread;
};

static void *hold(void *data)
{
	struct holder *holder = data;

	ww_mutex_lock(holder->held, holder->ctx);
	__atomic_store_n(&holder->locked, 1, __ATOMIC_RELEASE);
	for (unsigned int round = 0; !__atomic_load_n(&holder->let_go, __ATOMIC_ACQUIRE); round++)
		sim_wait_round(round);
	ww_mutex_unlock(holder->held);
	return NULL;
}

static void holder_start(struct holder *holder, struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	*holder = (struct holder){ .held = lock, .ctx = ctx };
	assert_int_equal(pthread_create(&holder->thread, NULL, hold, holder), 0);
	for (unsigned int round = 0; !__atomic_load_n(&holder->locked, __ATOMIC_ACQUIRE); round++)
		sim_wait_round(round);
}

static void holder_let_go(struct holder *holder)
{
	__atomic_store_n(&holder->let_go, 1, __ATOMIC_RELEASE);
}

static void holder_end(struct holder *holder)
{
	holder_let_go(holder);
	pthread_join(holder->thread, NULL);
}

static void test_wait_die_younger_with_locks_dies(void **state)
{
	struct ww_acquire_ctx old, young;
	struct ww_mutex a, b;
	struct holder holder;

	(void)state;
	ww_mutex_init(&a, &wait_die);
	ww_mutex_init(&b, &wait_die);
	ww_acquire_init(&old, &wait_die);
	ww_acquire_init(&young, &wait_die);
	holder_start(&holder, &a, &old);
	assert_int_equal(ww_mutex_lock(&b, &young), 0);
	assert_int_equal(ww_mutex_lock(&a, &young), -EDEADLK);
	ww_mutex_unlock(&b);
	holder_let_go(&holder);
	assert_int_equal(ww_mutex_lock(&a, &young), 0);
	ww_mutex_unlock(&a);
	holder_end(&holder);
}

static void test_wait_die_older_waits(void **state)
{
	struct ww_acquire_ctx old, young;
	struct ww_mutex a, b;
	struct holder holder;

	(void)state;
	ww_mutex_init(&a, &wait_die);
	ww_mutex_init(&b, &wait_die);
	ww_acquire_init(&old, &wait_die);
	ww_acquire_init(&young, &wait_die);
	holder_start(&holder, &a, &young);
	assert_int_equal(ww_mutex_lock(&b, &old), 0);
	holder_let_go(&holder);
	assert_int_equal(ww_mutex_lock(&a, &old), 0);
	assert_int_equal(old.acquired, 2);
	ww_mutex_unlock(&a);
	ww_mutex_unlock(&b);
	holder_end(&holder);
}

static void test_wound_wait_older_wounds_holder(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ww_acquire_ctx old, young;
	struct ww_mutex a;
	struct holder holder;

	ww_mutex_init(&a, &wound_wait);
	ww_acquire_init(&old, &wound_wait);
	ww_acquire_init(&young, &wound_wait);
	holder_start(&holder, &a, &young);
	fx->task->sim_signal_pending = true;
	assert_int_equal(ww_mutex_lock_interruptible(&a, &old), -EINTR);
	fx->task->sim_signal_pending = false;
	assert_int_equal(young.wounded, 1);
	assert_int_equal(old.wounded, 0);
	holder_end(&holder);
}

static void test_wounded_ctx_may_not_wait(void **state)
{
	struct ww_acquire_ctx ctx;
	struct ww_mutex a, b;
	struct holder holder;

	(void)state;
	ww_mutex_init(&a, &wound_wait);
	ww_mutex_init(&b, &wound_wait);
	ww_acquire_init(&ctx, &wound_wait);
	assert_int_equal(ww_mutex_lock(&b, &ctx), 0);
	ctx.wounded = 1;
	holder_start(&holder, &a, NULL);
	assert_int_equal(ww_mutex_lock(&a, &ctx), -EDEADLK);
	holder_end(&holder);
	ww_mutex_unlock(&b);
}

static void test_interruptible_ends_with_signal(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ww_mutex lock;
	struct holder holder;

	ww_mutex_init(&lock, &wait_die);
	holder_start(&holder, &lock, NULL);
	fx->task->sim_signal_pending = true;
	assert_int_equal(ww_mutex_lock_interruptible(&lock, NULL), -EINTR);
	holder_end(&holder);
	/* free: taken without a wait, so the signal does not matter */
	assert_int_equal(ww_mutex_lock_interruptible(&lock, NULL), 0);
	ww_mutex_unlock(&lock);
	fx->task->sim_signal_pending = false;
}

static void test_crash_ends_wait(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ww_mutex lock;
	struct holder holder;

	ww_mutex_init(&lock, &wait_die);
	holder_start(&holder, &lock, NULL);
	sim_outcome_record(fx->machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(ww_mutex_lock(&lock, NULL), -EIO);
	holder_end(&holder);
}

/* ---- many threads, locks in any order ---- */

#define NR_LOCKS 4
#define NR_ROUNDS 300

static struct ww_mutex locks[NR_LOCKS];
static int counts[NR_LOCKS];		/* each under its lock */
static uint64_t thread_seed;

/* All locks in @order; on -EDEADLK drop all and begin with the contended one. */
static void take_all(struct ww_acquire_ctx *ctx, const int *order)
{
	int slow = -1, i;

again:
	if (slow >= 0)
		assert_int_equal(ww_mutex_lock(&locks[slow], ctx), 0);
	for (i = 0; i < NR_LOCKS; i++) {
		if (order[i] == slow)
			continue;
		if (ww_mutex_lock(&locks[order[i]], ctx) == -EDEADLK) {
			for (int j = 0; j < i; j++)
				if (order[j] != slow)
					ww_mutex_unlock(&locks[order[j]]);
			if (slow >= 0)
				ww_mutex_unlock(&locks[slow]);
			slow = order[i];
			goto again;
		}
	}
}

static void *lock_in_random_order(void *data)
{
	uint64_t seed = __atomic_add_fetch(&thread_seed, 77, __ATOMIC_RELAXED);

	for (int round = 0; round < NR_ROUNDS; round++) {
		int order[NR_LOCKS] = { 0, 1, 2, 3 };
		struct ww_acquire_ctx ctx;

		for (int i = NR_LOCKS - 1; i > 0; i--) {
			int j = (int)(next_random(&seed) % (uint64_t)(i + 1)), t = order[i];

			order[i] = order[j];
			order[j] = t;
		}
		ww_acquire_init(&ctx, data);
		take_all(&ctx, order);
		for (int i = 0; i < NR_LOCKS; i++) {
			counts[i]++;
			ww_mutex_unlock(&locks[i]);
		}
		ww_acquire_fini(&ctx);
	}
	return NULL;
}

static void check_random_order(struct ww_class *class)
{
	for (int i = 0; i < NR_LOCKS; i++) {
		ww_mutex_init(&locks[i], class);
		counts[i] = 0;
	}
	thread_seed = 1;
	run_threads(4, lock_in_random_order, class);
	for (int i = 0; i < NR_LOCKS; i++)
		assert_int_equal(counts[i], 4 * NR_ROUNDS);
}

static void test_random_order_never_deadlocks(void **state)
{
	(void)state;
	check_random_order(&wait_die);
	check_random_order(&wound_wait);
}

#define WW_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	WW_TEST(test_lock_twice_by_ctx_is_ealready),
	WW_TEST(test_trylock_of_taken_lock_fails),
	WW_TEST(test_lock_of_own_lock_backs_off),
	WW_TEST(test_misuse_is_recorded),
	WW_TEST(test_wait_die_younger_with_locks_dies),
	WW_TEST(test_wait_die_older_waits),
	WW_TEST(test_wound_wait_older_wounds_holder),
	WW_TEST(test_wounded_ctx_may_not_wait),
	WW_TEST(test_interruptible_ends_with_signal),
	WW_TEST(test_crash_ends_wait),
	WW_TEST(test_random_order_never_deadlocks),
};

SIM_TEST_MAIN(tests)
