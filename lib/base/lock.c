/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock.c - sleeping locks: pthread locks that know their rank.
 */
#include "base/lock.h"

#include <pthread.h>

_Static_assert(sizeof(pthread_rwlock_t) <= sizeof(struct rw_semaphore), "opaque is too small");
_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct mutex), "opaque is too small");

static pthread_rwlock_t *rwlock_of(struct rw_semaphore *lock)
{
	return (pthread_rwlock_t *)lock->sim_opaque;
}

static pthread_mutex_t *mutex_of(struct mutex *lock)
{
	return (pthread_mutex_t *)lock->sim_opaque;
}

static void count_lock(struct sim_machine *machine)
{
	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
}

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

void sim_read_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank)
{
	sim_rank_acquire(rank, lock);
	pthread_rwlock_rdlock(rwlock_of(lock));
	count_lock(machine);
}

bool sim_read_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		      enum sim_lock_rank rank)
{
	if (pthread_rwlock_tryrdlock(rwlock_of(lock)))
		return false;
	sim_rank_acquire_tried(rank, lock);
	count_lock(machine);
	return true;
}

void sim_write_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank)
{
	sim_rank_acquire(rank, lock);
	pthread_rwlock_wrlock(rwlock_of(lock));
	count_lock(machine);
}

bool sim_write_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		       enum sim_lock_rank rank)
{
	if (pthread_rwlock_trywrlock(rwlock_of(lock)))
		return false;
	sim_rank_acquire_tried(rank, lock);
	count_lock(machine);
	return true;
}

void sim_rw_unlock(struct rw_semaphore *lock, enum sim_lock_rank rank)
{
	sim_rank_release(rank, lock);
	pthread_rwlock_unlock(rwlock_of(lock));
}

void sim_mutex_init(struct mutex *lock)
{
	pthread_mutex_init(mutex_of(lock), NULL);
}

void sim_mutex_destroy(struct mutex *lock)
{
	pthread_mutex_destroy(mutex_of(lock));
}

void sim_mutex_lock(struct sim_machine *machine, struct mutex *lock, enum sim_lock_rank rank)
{
	sim_rank_acquire(rank, lock);
	pthread_mutex_lock(mutex_of(lock));
	count_lock(machine);
}

void sim_mutex_unlock(struct mutex *lock, enum sim_lock_rank rank)
{
	sim_rank_release(rank, lock);
	pthread_mutex_unlock(mutex_of(lock));
}
