/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lockrank.h - the lock order, drawn once, and its checker.
 *
 *   mmap_lock			(of one mm; fork: the child's after the parent's)
 *     dma_resv			(ww: several, by one ww_acquire_ctx; a fault only
 *				 tries it, or drops mmap_lock first)
 *       manager		(a TTM resource manager's ranges)
 *       lru			(TTM's LRU lists)
 *       pool			(TTM's page pool)
 *         offset		(DRM's vma offset manager)
 *           i_mmap		(address_space->i_mmap_rwsem)
 *             pages		(page cache of a regular file)
 *               table		(mm->page_table_lock)
 *                 ptl		(a page table's own lock; two at once: the lower
 *				 address first, or child after parent at fork)
 *                   memtype	(x86 reservations)
 *                     page_alloc (RAM free lists)
 *                       misc	(task list, outcomes)
 *                         arena (a size class)
 *
 * Debug builds (SIM_ASSERT_LEVEL >= 1) check each acquisition: its rank must be
 * above every rank held, or equal where the rank allows nesting. A violation
 * goes to a hook that tests replace; it aborts otherwise.
 */
#ifndef SIM_BASE_LOCKRANK_H
#define SIM_BASE_LOCKRANK_H

#include "base/cpu.h"

enum sim_lock_rank {
	SIM_RANK_MMAP,
	SIM_RANK_RESV,
	SIM_RANK_MANAGER,
	SIM_RANK_LRU,
	SIM_RANK_POOL,
	SIM_RANK_OFFSET,
	SIM_RANK_I_MMAP,
	SIM_RANK_PAGES,
	SIM_RANK_TABLE,
	SIM_RANK_PTL,
	SIM_RANK_MEMTYPE,
	SIM_RANK_PAGE_ALLOC,
	SIM_RANK_MISC,
	SIM_RANK_ARENA,
	SIM_NR_RANKS
};

#ifndef SIM_ASSERT_LEVEL
#define SIM_ASSERT_LEVEL 1
#endif

typedef void (*sim_rank_hook)(enum sim_lock_rank held, enum sim_lock_rank wanted);
/* Returns the hook that was there; NULL = abort with both names on stderr. */
sim_rank_hook sim_rank_set_hook(sim_rank_hook hook);

/* Does the calling thread hold a lock of this rank (NULL: any such lock)? For
 * assertions only: nothing is noted where they are off. */
bool sim_rank_held(enum sim_lock_rank rank, const void *lock);

#if SIM_ASSERT_LEVEL >= 1
void sim_rank_acquire(enum sim_lock_rank rank, const void *lock);
/* A lock that was only tried cannot deadlock: noted, not checked. */
void sim_rank_acquire_tried(enum sim_lock_rank rank, const void *lock);
void sim_rank_release(enum sim_lock_rank rank, const void *lock);
#else
static inline void sim_rank_acquire(enum sim_lock_rank rank, const void *lock)
{
	(void)rank, (void)lock;
}
static inline void sim_rank_acquire_tried(enum sim_lock_rank rank, const void *lock)
{
	(void)rank, (void)lock;
}
static inline void sim_rank_release(enum sim_lock_rank rank, const void *lock)
{
	(void)rank, (void)lock;
}
#endif

/* Spin a little, then let others run. */
void sim_spin_wait(const uint32_t *word);

/*
 * Counts nothing. @up: of a UP machine. Nobody else is there to hold it, so as in a
 * UP kernel it is never taken at all, and letting it go changes nothing.
 */
static inline void sim_spin_acquire(bool up, spinlock_t *lock, enum sim_lock_rank rank)
{
	uint32_t free = 0;

	sim_rank_acquire(rank, lock);
	if (up)
		return;
	while (__builtin_expect(!__atomic_compare_exchange_n(&lock->word, &free, 1, false,
							     __ATOMIC_ACQUIRE,
							     __ATOMIC_RELAXED), 0)) {
		sim_spin_wait(&lock->word);
		free = 0;
	}
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

/* @machine: whose lock it is, to be counted there; NULL: of none, not counted. */
static inline void sim_spin_lock(struct sim_machine *machine, spinlock_t *lock,
				 enum sim_lock_rank rank)
{
	sim_spin_acquire(machine && machine->up, lock, rank);
	if (machine)
		sim_count(machine, SIM_CNT_LOCK);
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

static inline void sim_spin_unlock(spinlock_t *lock, enum sim_lock_rank rank)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
	sim_rank_release(rank, lock);
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
