/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock.h - the locks of every floor: with their rank (lockrank.h), counted in the
 * machine that they belong to.
 */
#ifndef SIM_BASE_LOCK_H
#define SIM_BASE_LOCK_H

#include "base/cpu.h"
#include "base/spin.h"

/* @machine: whose lock it is, to be counted there; NULL: of none, not counted. */
static inline void sim_spin_lock(struct sim_machine *machine, spinlock_t *lock,
				 enum sim_lock_rank rank)
{
	/* Counted before: a thread's first count takes a lock of its own (cpu.c). */
	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
	sim_spin_acquire(machine && machine->up, lock, rank);
}

static inline bool sim_spin_trylock(struct sim_machine *machine, spinlock_t *lock,
				    enum sim_lock_rank rank)
{
	if (!sim_spin_try_acquire(machine && machine->up, lock, rank))
		return false;
	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
	return true;
}

/* Sleeping locks (pthread locks inside) with rank and counter. The trylocks
 * return true on success. */
void sim_rwlock_init(struct rw_semaphore *lock);
void sim_rwlock_destroy(struct rw_semaphore *lock);
void sim_read_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank);
bool sim_read_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		      enum sim_lock_rank rank);
void sim_write_lock(struct sim_machine *machine, struct rw_semaphore *lock,
		    enum sim_lock_rank rank);
bool sim_write_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		       enum sim_lock_rank rank);
void sim_rw_unlock(struct rw_semaphore *lock, enum sim_lock_rank rank);
void sim_mutex_init(struct mutex *lock);
void sim_mutex_destroy(struct mutex *lock);
void sim_mutex_lock(struct sim_machine *machine, struct mutex *lock, enum sim_lock_rank rank);
void sim_mutex_unlock(struct mutex *lock, enum sim_lock_rank rank);

#endif
