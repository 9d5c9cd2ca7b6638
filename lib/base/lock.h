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
	/* first: a thread that is counted here for the first time takes a lock for that */
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

/*
 * Sleeping locks (pthread locks inside), with rank, counter, and @by: the call that
 * wants it, a text that stays. The trylocks return true on success.
 *
 * Waiting for a lock that the thread holds already would hang it: that is a misuse,
 * told, and refused with -EDEADLK. So is one whose rank is too low for what is held,
 * if it stays taken for SIM_LOCK_PATIENCE_S: told first, as lockdep would.
 */
#define SIM_LOCK_PATIENCE_S 10

void sim_rwlock_init(struct rw_semaphore *lock);
void sim_rwlock_destroy(struct rw_semaphore *lock);
int sim_read_lock(struct sim_machine *machine, struct rw_semaphore *lock, enum sim_lock_rank rank,
		  const char *by);
bool sim_read_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		      enum sim_lock_rank rank, const char *by);
int sim_write_lock(struct sim_machine *machine, struct rw_semaphore *lock,
		   enum sim_lock_rank rank, const char *by);
bool sim_write_trylock(struct sim_machine *machine, struct rw_semaphore *lock,
		       enum sim_lock_rank rank, const char *by);
/* False, and nothing done, where the thread does not hold it. */
bool sim_rw_unlock(struct rw_semaphore *lock, enum sim_lock_rank rank);
void sim_mutex_init(struct mutex *lock);
void sim_mutex_destroy(struct mutex *lock);
int sim_mutex_lock(struct sim_machine *machine, struct mutex *lock, enum sim_lock_rank rank,
		   const char *by);
void sim_mutex_unlock(struct mutex *lock, enum sim_lock_rank rank);

/* For a caller that cannot return an error: as if the lock that was refused had been
 * taken, until it is let go. */
void sim_lock_pretend(const void *lock, enum sim_lock_rank rank, const char *by);

/* @by let go of a lock that the thread did not hold. */
void sim_lock_not_held(struct sim_machine *machine, enum sim_lock_rank rank, const char *by);

/* The newest lock was taken by @by, called from the code at @from. */
static inline void sim_lock_taken_by(const char *by, const void *from)
{
	struct sim_held_lock *newest = &sim_held.lock[sim_held.nr - 1u];

	if (likely(sim_held.nr)) {
		newest->by = by;
		newest->from = from;
	}
}

/*
 * May @by wait for this lock? Tells where not, and returns -EDEADLK of one that the
 * thread holds, -EBUSY where another stands in the way; else 0.
 */
int sim_lock_check(struct sim_machine *machine, const void *lock, enum sim_lock_rank rank,
		   bool write, const char *by);

#endif
