/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock.c - a driver's own locks. Each notes the thread that took it, so that
 * waiting for oneself and letting go of what is another's are told.
 *
 *	spinlock_t	word: the thread, with the top bit set; the library's own locks,
 *			which a driver may share, say 1
 *	struct mutex	word 0: the thread
 *	rw_semaphore	word 0: number of readers, or WRITER; word 1: the writing thread
 *
 * Models: kernel/locking/, 6.1, as its debugging options check.
 */
#include "drm/internal.h"

#define SPIN_FILE "kernel/locking/spinlock_debug.c"
#define MUTEX_FILE "kernel/locking/mutex-debug.c"
#define RWSEM_FILE "kernel/locking/rwsem.c"
#define COMPLETION_FILE "kernel/sched/completion.c"
#define SPIN_THREAD 0x80000000u
#define WRITER UINT64_MAX

static void warn(const char *file, const char *function, const char *condition)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine)
		sim_outcome_record(machine, SIM_WARN, file, function, condition);
}

static void count_lock(void)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
}

/* Whoever holds what is waited for may be gone. */
static bool give_up(void)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine && sim_is_crashed(machine);
}

/* ---- spinlocks ---- */

static uint32_t spin_thread(void)
{
	return (uint32_t)sim_thread_id() | SPIN_THREAD;
}

int spin_trylock(spinlock_t *lock)
{
	uint32_t unlocked = 0;

	if (!__atomic_compare_exchange_n(&lock->word, &unlocked, spin_thread(), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	count_lock();
	return 1;
}

void spin_lock(spinlock_t *lock)
{
	while (!spin_trylock(lock)) {
		if (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) == spin_thread()) {
			warn(SPIN_FILE, __func__, "recursion");
			return;
		}
		if (give_up())
			return;
		sim_spin_wait(&lock->word);
	}
}

void spin_unlock(spinlock_t *lock)
{
	uint32_t word = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);

	if (!word)
		warn(SPIN_FILE, __func__, "already unlocked");
	else if ((word & SPIN_THREAD) && word != spin_thread())
		warn(SPIN_FILE, __func__, "wrong owner");
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}

/* ---- mutexes ---- */

void mutex_init(struct mutex *lock)
{
	memset(lock, 0, sizeof(*lock));
}

void mutex_destroy(struct mutex *lock)
{
	if (mutex_is_locked(lock))
		warn(MUTEX_FILE, __func__, "mutex_is_locked(lock)");
}

bool mutex_is_locked(struct mutex *lock)
{
	return __atomic_load_n(&lock->sim_opaque[0], __ATOMIC_RELAXED) != 0;
}

int mutex_trylock(struct mutex *lock)
{
	uint64_t unlocked = 0;

	if (!__atomic_compare_exchange_n(&lock->sim_opaque[0], &unlocked, sim_thread_id(), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	count_lock();
	return 1;
}

static int mutex_wait(struct mutex *lock, bool intr, const char *function)
{
	for (unsigned int round = 0; !mutex_trylock(lock); round++) {
		if (__atomic_load_n(&lock->sim_opaque[0], __ATOMIC_RELAXED) == sim_thread_id()) {
			warn(MUTEX_FILE, function, "recursive locking");
			return -EDEADLK;
		}
		if (give_up())
			return -EIO;
		if (intr && sim_task_signalled())
			return -EINTR;
		sim_wait_round(round);
	}
	return 0;
}

void mutex_lock(struct mutex *lock)
{
	(void)mutex_wait(lock, false, __func__);
}

int mutex_lock_interruptible(struct mutex *lock)
{
	return mutex_wait(lock, true, __func__);
}

void mutex_unlock(struct mutex *lock)
{
	if (__atomic_load_n(&lock->sim_opaque[0], __ATOMIC_RELAXED) != sim_thread_id())
		warn(MUTEX_FILE, __func__, "__mutex_owner(lock) != current");
	__atomic_store_n(&lock->sim_opaque[0], 0, __ATOMIC_RELEASE);
}

/* ---- reader-writer semaphores ---- */

void init_rwsem(struct rw_semaphore *sem)
{
	memset(sem, 0, sizeof(*sem));
}

int down_read_trylock(struct rw_semaphore *sem)
{
	uint64_t readers = __atomic_load_n(&sem->sim_opaque[0], __ATOMIC_RELAXED);

	do {
		if (readers == WRITER)
			return 0;
	} while (!__atomic_compare_exchange_n(&sem->sim_opaque[0], &readers, readers + 1, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	count_lock();
	return 1;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	uint64_t nobody = 0;

	if (!__atomic_compare_exchange_n(&sem->sim_opaque[0], &nobody, WRITER, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	__atomic_store_n(&sem->sim_opaque[1], sim_thread_id(), __ATOMIC_RELAXED);
	count_lock();
	return 1;
}

static void rwsem_wait(struct rw_semaphore *sem, int (*try)(struct rw_semaphore *sem),
		       const char *function)
{
	for (unsigned int round = 0; !try(sem); round++) {
		if (__atomic_load_n(&sem->sim_opaque[1], __ATOMIC_RELAXED) == sim_thread_id()) {
			warn(RWSEM_FILE, function, "recursive locking");
			return;
		}
		if (give_up())
			return;
		sim_wait_round(round);
	}
}

void down_read(struct rw_semaphore *sem)
{
	rwsem_wait(sem, down_read_trylock, __func__);
}

void down_write(struct rw_semaphore *sem)
{
	rwsem_wait(sem, down_write_trylock, __func__);
}

void up_read(struct rw_semaphore *sem)
{
	uint64_t readers = __atomic_load_n(&sem->sim_opaque[0], __ATOMIC_RELAXED);

	do {
		if (!readers || readers == WRITER) {
			warn(RWSEM_FILE, __func__, "no reader");
			return;
		}
	} while (!__atomic_compare_exchange_n(&sem->sim_opaque[0], &readers, readers - 1, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void up_write(struct rw_semaphore *sem)
{
	if (__atomic_load_n(&sem->sim_opaque[0], __ATOMIC_RELAXED) != WRITER) {
		warn(RWSEM_FILE, __func__, "not taken for writing");
		return;
	}
	__atomic_store_n(&sem->sim_opaque[1], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&sem->sim_opaque[0], 0, __ATOMIC_RELEASE);
}

/* ---- completions ---- */

#define DONE_FOR_ALL UINT32_MAX

void complete(struct completion *x)
{
	unsigned int done = __atomic_load_n(&x->done, __ATOMIC_RELAXED);

	do {
		if (done == DONE_FOR_ALL)
			return;
	} while (!__atomic_compare_exchange_n(&x->done, &done, done + 1, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void complete_all(struct completion *x)
{
	__atomic_store_n(&x->done, DONE_FOR_ALL, __ATOMIC_RELEASE);
}

bool completion_done(struct completion *x)
{
	return __atomic_load_n(&x->done, __ATOMIC_ACQUIRE) != 0;
}

/* One of what complete() has let go. */
static bool take_completion(struct completion *x)
{
	unsigned int done = __atomic_load_n(&x->done, __ATOMIC_ACQUIRE);

	do {
		if (!done || done == DONE_FOR_ALL)
			return done != 0;
	} while (!__atomic_compare_exchange_n(&x->done, &done, done - 1, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

/* 0, -ETIME past @deadline, -ERESTARTSYS, -EIO. */
static int completion_wait(struct completion *x, bool intr, double deadline)
{
	for (unsigned int round = 0; !take_completion(x); round++) {
		if (give_up())
			return -EIO;
		if (intr && sim_task_signalled())
			return -ERESTARTSYS;
		if (sim_now_s() >= deadline)
			return -ETIME;
		sim_wait_round(round);
	}
	return 0;
}

void wait_for_completion(struct completion *x)
{
	if (completion_wait(x, false, sim_now_s() + SIM_FENCE_WAIT_MAX_S))
		warn(COMPLETION_FILE, __func__, "nobody completed it");
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	double seconds = (double)timeout / HZ, deadline, left;

	deadline = sim_now_s() + (seconds < SIM_FENCE_WAIT_MAX_S ? seconds : SIM_FENCE_WAIT_MAX_S);
	if (completion_wait(x, false, deadline))
		return 0;
	left = (deadline - sim_now_s()) * HZ;
	return left < 1 ? 1 : (unsigned long)left;
}

int wait_for_completion_interruptible(struct completion *x)
{
	int ret = completion_wait(x, true, sim_now_s() + SIM_FENCE_WAIT_MAX_S);

	return ret == -ETIME ? -EIO : ret;
}
