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
 * Each thread notes what it holds, and who took it. Locks that sleep are noted in
 * every build: a driver's callback, or a program, may want one that it holds already,
 * on which a kernel hangs, and here the call is refused (lock.h, callback.h).
 *
 * Spinlocks are the library's own. They are noted, and their order checked, in debug
 * builds (SIM_ASSERT_LEVEL >= 1): a lock's rank must be above every rank held, or
 * equal where the rank allows nesting. A violation goes to a hook that tests replace;
 * it aborts otherwise. Within a callback it does not: there a driver is to blame, and
 * is told of (sim_spin_slow()).
 */
#ifndef SIM_BASE_LOCKRANK_H
#define SIM_BASE_LOCKRANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* How a lock is let go, or taken back, by who finds it in the wrong state. */
struct sim_lock_ops {
	void (*let_go)(const void *lock);
	void (*take_back)(const void *lock, bool write);
};

/* A lock that the thread holds. */
struct sim_held_lock {
	const void *lock;
	const struct sim_lock_ops *ops; /* NULL: a spinlock */
	const char *by;		/* the call that took it */
	const void *from;	/* the code that this call came from; NULL where nobody asks */
	uint8_t rank;		/* enum sim_lock_rank */
	bool write;		/* alone */
	bool phantom;		/* wanted though held already: not taken a second time */
	bool released;		/* let go in the callback that is under way */
};

#define SIM_HELD_MAX 64

/* What of it was taken before the innermost callback. */
struct sim_held_outer {
	unsigned int base;	/* lock[] below it */
	unsigned int released;	/* of those */
} __attribute__((aligned(8)));

/*
 * All that the thread holds, in no order, but that what was taken before the innermost
 * callback (callback.h) stays below outer.base, and where it is. What finds no room is
 * counted and not checked.
 */
struct sim_held {
	unsigned int nr;	/* in lock[] */
	unsigned int lost;	/* no room for them */
	struct sim_held_outer outer;
	bool stuck;		/* a spinlock was wanted that is held already (spin.c) */
	const void *under;	/* the spinlock under which the innermost callback is called */
	struct sim_held_lock lock[SIM_HELD_MAX];
};

extern __thread struct sim_held sim_held __attribute__((tls_model("initial-exec")));

/* "mmap_lock" */
const char *sim_rank_name(enum sim_lock_rank rank);

/* The noted lock of this address that was not let go, the newest first; NULL. */
struct sim_held_lock *sim_held_find(const void *lock);

/* The first noted lock that @rank must not be taken under; NULL where there is none. */
const struct sim_held_lock *sim_held_above(enum sim_lock_rank rank);

/* Is a driver's function under way on this thread? */
bool sim_held_in_driver(void);

/* The slow parts of what follows. */
struct sim_held_lock *sim_held_slot_slow(const void *lock);
bool sim_held_pop_slow(const void *lock);

/* Notes a lock that has been taken. Returns where. */
static inline struct sim_held_lock *sim_held_push(const void *lock, const struct sim_lock_ops *ops,
						  enum sim_lock_rank rank, bool write,
						  const char *by)
{
	struct sim_held_lock *held;

	if (__builtin_expect(sim_held.outer.released || sim_held.nr >= SIM_HELD_MAX, 0))
		held = sim_held_slot_slow(lock);
	else
		held = &sim_held.lock[sim_held.nr++];
	held->lock = lock;
	held->ops = ops;
	held->by = by;
	held->from = NULL;
	held->rank = (uint8_t)rank;
	held->write = write;
	held->phantom = false;
	held->released = false;
	return held;
}

/* Is it the newest, really taken, and not from before the innermost callback? */
static inline bool sim_held_is_newest(const void *lock)
{
	unsigned int nr = sim_held.nr;

	return nr > sim_held.outer.base && sim_held.lock[nr - 1].lock == lock &&
	       !sim_held.lock[nr - 1].phantom;
}

/* False where it is not noted, though all are. */
static inline bool sim_held_pop(const void *lock)
{
	if (__builtin_expect(!sim_held_is_newest(lock), 0))
		return sim_held_pop_slow(lock);
	sim_held.nr--;
	return true;
}

/* One that is noted no more goes, unless it was never taken. */
void sim_held_let_go(const struct sim_held_lock *held);

/* Forget the locks in [start, end): their memory goes. */
void sim_held_forget(const void *start, const void *end);

/* Does the calling thread hold a lock of this rank (NULL: any such lock)? For
 * assertions only: spinlocks are not noted where they are off, then it is true. */
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
