/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * spin.h - spinlocks with their rank, counted nowhere: for what machines, counters
 * and memory themselves are made of. lock.h has those that a machine counts.
 */
#ifndef SIM_BASE_SPIN_H
#define SIM_BASE_SPIN_H

#include <ttmsim/base.h>

#include "base/lockrank.h"

/* Spin a little, then let others run. */
void sim_spin_wait(const uint32_t *word);

/* Takes a lock that somebody holds. Where that is the thread itself, within a driver's
 * callback, it is not taken, and the callback's end tells of it. */
void sim_spin_slow(spinlock_t *lock);

/*
 * @up: of a UP machine. Nobody else is there to hold it, so as in a
 * UP kernel it is never taken at all, and letting it go changes nothing.
 */
static inline void sim_spin_acquire(bool up, spinlock_t *lock, enum sim_lock_rank rank)
{
	uint32_t free = 0;

	sim_rank_acquire(rank, lock);
	if (up)
		return;
	if (__builtin_expect(!__atomic_compare_exchange_n(&lock->word, &free, 1, false,
							  __ATOMIC_ACQUIRE,
							  __ATOMIC_RELAXED), 0))
		sim_spin_slow(lock);
}

/* The same, but false where somebody holds it. */
static inline bool sim_spin_try_acquire(bool up, spinlock_t *lock, enum sim_lock_rank rank)
{
	uint32_t free = 0;

	if (!up && !__atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
		return false;
	sim_rank_acquire_tried(rank, lock);
	return true;
}

static inline void sim_spin_unlock(spinlock_t *lock, enum sim_lock_rank rank)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
	sim_rank_release(rank, lock);
}

#endif
