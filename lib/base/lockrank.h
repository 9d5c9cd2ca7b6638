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

#include <stdbool.h>

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

#endif
