/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ww_mutex.c - locks of which several may be taken in any order.
 *
 * Taking a free lock is one compare-and-exchange of sim_locked. Everything
 * else happens in rounds: try, look at who holds it, give way, try again.
 *
 *	holder is		wait-die		wound-wait
 *	our own ctx		-EALREADY		-EALREADY
 *	older, we hold locks	-EDEADLK		wait
 *	older, we hold none	wait			wait
 *	younger			wait			wound it, wait
 *	without a ctx		wait			wait
 *	(we are wounded)	-			-EDEADLK
 *
 * A ctx lives on its owner's stack. It is looked at under wait_lock only, and
 * the owner takes it out of the lock under wait_lock before it lets go.
 *
 * Models: kernel/locking/mutex.c and ww_mutex.h, 6.1.
 */
#include "drm/internal.h"

#define WW_FILE "kernel/locking/mutex.c"

/* wait_lock is the innermost lock of all: it has no rank. */
static void ww_lock_ctx(struct ww_mutex *lock)
{
	uint32_t unlocked = 0;

	while (!__atomic_compare_exchange_n(&lock->wait_lock.word, &unlocked, 1, false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		sim_spin_wait(&lock->wait_lock.word);
		unlocked = 0;
	}
}

static void ww_unlock_ctx(struct ww_mutex *lock)
{
	__atomic_store_n(&lock->wait_lock.word, 0, __ATOMIC_RELEASE);
}

void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class)
{
	memset(lock, 0, sizeof(*lock));
	lock->ww_class = ww_class;
	lock->sim_machine = sim_current_machine();
}

void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class)
{
	ctx->task = sim_thread.task;
	ctx->stamp = (unsigned long)__atomic_add_fetch(&ww_class->stamp.counter, 1,
						       __ATOMIC_RELAXED);
	ctx->acquired = 0;
	ctx->wounded = 0;
	ctx->is_wait_die = (unsigned short)ww_class->is_wait_die;
}

void ww_acquire_done(struct ww_acquire_ctx *ctx)
{
	(void)ctx;
}

void ww_acquire_fini(struct ww_acquire_ctx *ctx)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine && ctx->acquired)
		sim_outcome_record(machine, SIM_WARN, "include/linux/ww_mutex.h", __func__,
				   "ctx->acquired");
}

/* A lock that this thread has just taken. */
static inline bool ww_mutex_is_valid(const struct ww_mutex *lock, const struct ww_acquire_ctx *ctx)
{
	return __atomic_load_n(&lock->sim_locked, __ATOMIC_RELAXED) && lock->ctx == ctx &&
	       __atomic_load_n(&lock->sim_owner, __ATOMIC_RELAXED) == sim_thread_id() &&
	       (!ctx || __atomic_load_n(&ctx->acquired, __ATOMIC_RELAXED));
}

static bool ww_take(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	unsigned int unlocked = 0;

	if (!__atomic_compare_exchange_n(&lock->sim_locked, &unlocked, 1, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(&lock->sim_owner, sim_thread_id(), __ATOMIC_RELAXED);
	if (ctx) {
		ww_lock_ctx(lock);
		if (__atomic_fetch_add(&ctx->acquired, 1, __ATOMIC_RELAXED) == 0)
			__atomic_store_n(&ctx->wounded, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&lock->ctx, ctx, __ATOMIC_RELAXED);
		ww_unlock_ctx(lock);
	}
	sim_assert(ww_mutex_is_valid(lock, ctx));
	if (lock->sim_machine)
		sim_count(lock->sim_machine, SIM_CNT_LOCK);
	return true;
}

/* What to do about the holder: 0 = wait. Holds: wait_lock. */
static int ww_check_holder(const struct ww_acquire_ctx *ctx, struct ww_acquire_ctx *holder)
{
	bool younger = (long)(ctx->stamp - holder->stamp) > 0;

	if (ctx->is_wait_die)
		return younger && ctx->acquired ? -EDEADLK : 0;
	if (!younger && __atomic_load_n(&holder->acquired, __ATOMIC_RELAXED))
		__atomic_store_n(&holder->wounded, 1, __ATOMIC_RELAXED);
	return 0;
}

/* A thread that waits for itself hangs a kernel; here it backs off, and that is told. */
static int ww_self_deadlock(struct ww_mutex *lock)
{
	(void)sim_lock_check(lock->sim_machine, lock, SIM_RANK_RESV, true, "ww_mutex_lock");
	return -EDEADLK;
}

/* May we wait for this lock? 0, or why not. */
static int ww_check_wait(struct ww_mutex *lock, const struct ww_acquire_ctx *ctx)
{
	int ret = 0;

	ww_lock_ctx(lock);
	if (ctx && lock->ctx == ctx)
		ret = -EALREADY;
	else if (__atomic_load_n(&lock->sim_owner, __ATOMIC_RELAXED) == sim_thread_id())
		ret = ww_self_deadlock(lock);
	else if (ctx && lock->ctx)
		ret = ww_check_holder(ctx, lock->ctx);
	ww_unlock_ctx(lock);
	if (!ret && ctx && ctx->acquired && __atomic_load_n(&ctx->wounded, __ATOMIC_RELAXED))
		ret = -EDEADLK;
	return ret;
}

static int ww_wait(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, bool intr)
{
	for (unsigned int round = 0; !ww_take(lock, ctx); round++) {
		int ret = ww_check_wait(lock, ctx);

		if (ret)
			return ret;
		if (lock->sim_machine && sim_is_crashed(lock->sim_machine))
			return -EIO;
		if (intr && sim_task_signalled())
			return -EINTR;
		sim_wait_round(round);
	}
	return 0;
}

static void ww_let_go(const void *lock)
{
	ww_mutex_unlock((struct ww_mutex *)(uintptr_t)lock);
}

static void ww_take_back(const void *at, bool write)
{
	struct ww_mutex *lock = (struct ww_mutex *)(uintptr_t)at;

	(void)write;
	for (unsigned int round = 0; !ww_take(lock, NULL); round++) {
		if (lock->sim_machine && sim_is_crashed(lock->sim_machine))
			break;
		sim_wait_round(round);
	}
}

static void ww_note(const struct ww_mutex *lock, const char *by, const void *from)
{
	static const struct sim_lock_ops ops = { ww_let_go, ww_take_back };

	sim_held_push(lock, &ops, SIM_RANK_RESV, true, by)->from = from;
}

/* Whoever holds a lock of higher rank is told, and goes on, as with lockdep. */
static void ww_check_order(struct ww_mutex *lock, const char *by)
{
	if (unlikely(sim_held.under || (sim_held.nr && sim_held_above(SIM_RANK_RESV))))
		(void)sim_lock_check(lock->sim_machine, lock, SIM_RANK_RESV, true, by);
}

static int ww_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, bool intr,
		   const char *by, const void *from)
{
	int ret = 0;

	if (!ww_take(lock, ctx)) {
		ret = ww_check_wait(lock, ctx);
		if (!ret)
			ret = ww_wait(lock, ctx, intr);
	}
	if (ret)
		return ret;
	ww_check_order(lock, by);
	ww_note(lock, by, from);
	return 0;
}

int ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ww_lock(lock, ctx, false, __func__, __builtin_return_address(0));
}

int ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ww_lock(lock, ctx, true, __func__, __builtin_return_address(0));
}

bool ww_mutex_trylock_by(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, const char *by,
			 const void *from)
{
	if (!ww_take(lock, ctx))
		return false;
	ww_note(lock, by, from);
	return true;
}

int ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx)
{
	return ww_mutex_trylock_by(lock, ctx, __func__, __builtin_return_address(0));
}

void ww_mutex_unlock(struct ww_mutex *lock)
{
	if (!ww_mutex_is_locked(lock)) {
		if (lock->sim_machine)
			sim_outcome_record(lock->sim_machine, SIM_WARN, WW_FILE, __func__,
					   "!ww_mutex_is_locked(lock)");
		return;
	}
	if (lock->ctx) {
		ww_lock_ctx(lock);
		__atomic_fetch_sub(&lock->ctx->acquired, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&lock->ctx, NULL, __ATOMIC_RELAXED);
		ww_unlock_ctx(lock);
	}
	(void)sim_held_pop(lock);
	__atomic_store_n(&lock->sim_owner, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&lock->sim_locked, 0, __ATOMIC_RELEASE);
}

bool ww_mutex_is_locked(struct ww_mutex *lock)
{
	return __atomic_load_n(&lock->sim_locked, __ATOMIC_RELAXED) != 0;
}
