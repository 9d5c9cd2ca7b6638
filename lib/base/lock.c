/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock.c - sleeping locks: pthread locks that know their rank, and refuse what would
 * hang their thread.
 */
#include "base/lock.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "base/outcome.h"
#include "base/tell.h"

_Static_assert(sizeof(pthread_rwlock_t) <= sizeof(struct rw_semaphore), "opaque is too small");
_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct mutex), "opaque is too small");

/* Where the kernel has a lock of each rank that sleeps. */
static const char *file_of(enum sim_lock_rank rank)
{
	static const char *const files[SIM_NR_RANKS] = {
		[SIM_RANK_MMAP] = "include/linux/mmap_lock.h",
		[SIM_RANK_RESV] = "drivers/dma-buf/dma-resv.c",
		[SIM_RANK_I_MMAP] = "include/linux/fs.h",
	};

	return files[rank] ? files[rank] : "kernel/locking/mutex.c";
}

static pthread_rwlock_t *rwlock_of(const void *lock)
{
	return (pthread_rwlock_t *)((struct rw_semaphore *)(uintptr_t)lock)->sim_opaque;
}

static pthread_mutex_t *mutex_of(const void *lock)
{
	return (pthread_mutex_t *)((struct mutex *)(uintptr_t)lock)->sim_opaque;
}

static void count_lock(struct sim_machine *machine)
{
	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
}

/* ---- what must not be waited for ---- */

static void refuse(struct sim_machine *machine, const struct sim_held_lock *held,
		   enum sim_lock_rank rank, bool write, const char *by)
{
	enum sim_lock_rank have = (enum sim_lock_rank)held->rank;
	char from[160];

	if (!machine)
		return;
	sim_outcome_format(machine, SIM_MISUSE, file_of(rank), by,
			   "%s wanted%s while %s is held%s, taken by %s%s", sim_rank_name(rank),
			   write ? " for writing" : "", sim_rank_name(have),
			   held->write ? " for writing" : "", held->by,
			   sim_describe_caller(held->from, from, sizeof(from)));
}

/* Models: kernel/sched/core.c, __might_resched, 6.1, which prints it as a BUG and goes on. */
static void sleeping_in_atomic(struct sim_machine *machine, enum sim_lock_rank rank,
			       const char *by)
{
	if (machine)
		sim_outcome_format(machine, SIM_MISUSE, "kernel/sched/core.c", by,
				   "%s may sleep, and is wanted under a spinlock",
				   sim_rank_name(rank));
}

int sim_lock_check(struct sim_machine *machine, const void *lock, enum sim_lock_rank rank,
		   bool write, const char *by)
{
	const struct sim_held_lock *held;

	if (likely(!sim_held.nr && !sim_held.under))
		return 0;
	if (unlikely(sim_held.under != NULL)) {
		sleeping_in_atomic(machine, rank, by);
		return -EBUSY;
	}
	held = sim_held_find(lock);
	if (unlikely(held != NULL)) {
		refuse(machine, held, rank, write, by);
		return -EDEADLK;
	}
	held = sim_held_above(rank);
	if (likely(!held))
		return 0;
	refuse(machine, held, rank, write, by);
	return -EBUSY;
}

void sim_lock_pretend(const void *lock, enum sim_lock_rank rank, const char *by)
{
	struct sim_held_lock *held;

	sim_held_push(lock, NULL, rank, true, by);
	held = sim_held_find(lock);
	if (held)
		held->phantom = true;
}

void sim_lock_not_held(struct sim_machine *machine, enum sim_lock_rank rank, const char *by)
{
	if (machine)
		sim_outcome_format(machine, SIM_MISUSE, file_of(rank), by,
				   "%s is let go and was not held", sim_rank_name(rank));
}

static struct timespec patience(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SIM_LOCK_PATIENCE_S;
	return until;
}

/* ---- reader-writer locks ---- */

static void rw_let_go(const void *lock)
{
	pthread_rwlock_unlock(rwlock_of(lock));
}

static void rw_take_back(const void *lock, bool write)
{
	if (write)
		pthread_rwlock_wrlock(rwlock_of(lock));
	else
		pthread_rwlock_rdlock(rwlock_of(lock));
}

static const struct sim_lock_ops rw_ops = { rw_let_go, rw_take_back };

/* A waiting writer stops new readers, as the kernel's rw_semaphore does. */
void sim_rwlock_init(struct rw_semaphore *lock)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(rwlock_of(lock), &attr);
	pthread_rwlockattr_destroy(&attr);
}

void sim_rwlock_destroy(struct rw_semaphore *lock)
{
	pthread_rwlock_destroy(rwlock_of(lock));
}

static void rw_taken(struct sim_machine *machine, const struct rw_semaphore *lock,
		     enum sim_lock_rank rank, bool write, const char *by)
{
	sim_held_push(lock, &rw_ops, rank, write, by);
	count_lock(machine);
}

static int rw_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank,
		   bool write, const char *by)
{
	int err = sim_lock_check(machine, lock, rank, write, by);
	struct timespec until;

	if (unlikely(err == -EDEADLK))
		return err;
	if (unlikely(err)) {
		until = patience();
		if (write ? pthread_rwlock_timedwrlock(rwlock_of(lock), &until)
			  : pthread_rwlock_timedrdlock(rwlock_of(lock), &until))
			return -EDEADLK;
	} else {
		rw_take_back(lock, write);
	}
	rw_taken(machine, lock, rank, write, by);
	return 0;
}

int sim_read_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank,
		  const char *by)
{
	return rw_lock(machine, lock, rank, false, by);
}

bool sim_read_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		      enum sim_lock_rank rank, const char *by)
{
	if (pthread_rwlock_tryrdlock(rwlock_of(lock)))
		return false;
	rw_taken(machine, lock, rank, false, by);
	return true;
}

int sim_write_lock(struct sim_machine *machine, struct rw_semaphore *lock,
		   enum sim_lock_rank rank, const char *by)
{
	return rw_lock(machine, lock, rank, true, by);
}

bool sim_write_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		       enum sim_lock_rank rank, const char *by)
{
	if (pthread_rwlock_trywrlock(rwlock_of(lock)))
		return false;
	rw_taken(machine, lock, rank, true, by);
	return true;
}

bool sim_rw_unlock(struct rw_semaphore *lock, enum sim_lock_rank rank)
{
	const struct sim_held_lock *held;
	bool taken = true;

	(void)rank;
	if (likely(sim_held_is_newest(lock))) {
		sim_held.nr--;
	} else {
		held = sim_held_find(lock);
		taken = !held || !held->phantom;
		if (!sim_held_pop_slow(lock))
			return false;
	}
	if (taken)
		pthread_rwlock_unlock(rwlock_of(lock));
	return true;
}

/* ---- mutexes ---- */

static void mutex_let_go(const void *lock)
{
	pthread_mutex_unlock(mutex_of(lock));
}

static void mutex_take_back(const void *lock, bool write)
{
	(void)write;
	pthread_mutex_lock(mutex_of(lock));
}

static const struct sim_lock_ops mutex_ops = { mutex_let_go, mutex_take_back };

void sim_mutex_init(struct mutex *lock)
{
	pthread_mutex_init(mutex_of(lock), NULL);
}

void sim_mutex_destroy(struct mutex *lock)
{
	pthread_mutex_destroy(mutex_of(lock));
}

int sim_mutex_lock(struct sim_machine *machine, struct mutex *lock, enum sim_lock_rank rank,
		   const char *by)
{
	int err = sim_lock_check(machine, lock, rank, true, by);
	struct timespec until;

	if (unlikely(err == -EDEADLK))
		return err;
	if (unlikely(err)) {
		until = patience();
		if (pthread_mutex_timedlock(mutex_of(lock), &until))
			return -EDEADLK;
	} else {
		pthread_mutex_lock(mutex_of(lock));
	}
	sim_held_push(lock, &mutex_ops, rank, true, by);
	count_lock(machine);
	return 0;
}

void sim_mutex_unlock(struct mutex *lock, enum sim_lock_rank rank)
{
	(void)rank;
	if (sim_held_pop(lock))
		pthread_mutex_unlock(mutex_of(lock));
}
