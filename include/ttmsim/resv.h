/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * resv.h - reference counts, ww mutexes, fences and reservation locks, under
 * their kernel names and as small as TTM's use of them allows.
 *
 * Functions that sleep give up with -EIO (bool: false) once the machine has
 * crashed, so that no thread waits for a lock whose holder is gone.
 */
#ifndef TTMSIM_RESV_H
#define TTMSIM_RESV_H

#include <errno.h>

#include <ttmsim/atomic.h>
#include <ttmsim/lock.h>
#include <ttmsim/slab.h>
#include <ttmsim/vma.h>

SIM_BEGIN_DECLS

/* A sleep was ended by a signal: the system call is to be restarted. */
#ifndef ERESTARTSYS
#define ERESTARTSYS 512
#endif

/* ------------------------------------------------- reference counting ---- */

/* Models: include/linux/kref.h, struct kref, 6.1. */
struct kref {
	refcount_t refcount;
};

/**
 * kref_init - start with one reference
 */
SIM_API void kref_init(struct kref *kref);

/**
 * kref_read - how many references there are
 */
SIM_API unsigned int kref_read(const struct kref *kref);

/**
 * kref_get - take a reference; the caller has one already
 */
SIM_API void kref_get(struct kref *kref);

/**
 * kref_put - drop a reference; the last one calls @release
 *
 * Dropping one that is not there: SIM_WARN, and the count is saturated.
 *
 * Returns: 1, @release was called;
 *          0.
 */
SIM_API int kref_put(struct kref *kref, void (*release)(struct kref *kref));

/**
 * kref_get_unless_zero - take a reference to an object that may be going
 *
 * Returns: 1;
 *          0 where the count was 0.
 */
SIM_API int kref_get_unless_zero(struct kref *kref);

/* ------------------------------------------------------ ww mutexes ------- */

/*
 * Locks of which one ww_acquire_ctx may take several in any order. The ctx
 * that began earlier is the older one (lower stamp) and wins.
 *
 *   wait-die	a younger ctx that holds locks gets -EDEADLK instead of waiting
 *		for an older one
 *   wound-wait	an older ctx wounds the younger holder, whose next attempt to
 *		wait gets -EDEADLK
 *
 * Who got -EDEADLK drops all its locks, waits for the contended one with the
 * slow variant, and starts over.
 */
struct ww_class {
	atomic_long_t stamp;
	const char *acquire_name;
	const char *mutex_name;
	unsigned int is_wait_die;
};

/* Models: include/linux/ww_mutex.h, struct ww_acquire_ctx, 6.1. */
struct ww_acquire_ctx {
	struct task_struct *task;
	unsigned long stamp;
	unsigned int acquired;		/* locks held through it */
	unsigned short wounded;		/* under the wait_lock of a held lock */
	unsigned short is_wait_die;
};

/*
 * Models: include/linux/ww_mutex.h, struct ww_mutex, 6.1; differs in that
 * waiters form no queue: they look again until they get it, which is safe
 * because each only ever waits for who holds the lock now.
 */
struct ww_mutex {
	spinlock_t wait_lock;		/* guards ctx; never held while waiting */
	unsigned int sim_locked;	/* a */
	uint64_t sim_owner;		/* a: the thread that took it, 0 = none */
	struct ww_acquire_ctx *ctx;	/* the holder's, or NULL */
	struct ww_class *ww_class;
	struct sim_machine *sim_machine; /* c: for its counters and its end; may be NULL */
};

/**
 * ww_mutex_init - an unlocked mutex of a class, of the current machine
 */
SIM_API void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class);

/**
 * ww_acquire_init - begin to take several locks of a class
 *
 * Models: include/linux/ww_mutex.h, ww_acquire_init, 6.1.
 */
SIM_API void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class);

/**
 * ww_acquire_done - all locks have been taken; for checkers only
 */
SIM_API void ww_acquire_done(struct ww_acquire_ctx *ctx);

/**
 * ww_acquire_fini - end of @ctx; it must hold no lock (else SIM_WARN)
 */
SIM_API void ww_acquire_fini(struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_lock - wait for a lock
 * @ctx: NULL to take only this one
 *
 * Returns: 0;
 *          -EALREADY, @ctx holds it already;
 *          -EDEADLK, back off: see above; also where the calling thread holds it
 *          without a ctx, which hangs a kernel (recorded as SIM_WARN);
 *          -EIO, the machine has crashed.
 * Models: kernel/locking/mutex.c, ww_mutex_lock, 6.1.
 */
SIM_API int ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_lock_interruptible - the same, until a signal comes
 *
 * Returns: as ww_mutex_lock();
 *          -EINTR, current->sim_signal_pending was set while it waited.
 * Models: kernel/locking/mutex.c, ww_mutex_lock_interruptible, 6.1.
 */
SIM_API int ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_trylock - take a lock if it is free
 *
 * Returns: 1;
 *          0 where it is taken.
 * Models: kernel/locking/mutex.c, ww_mutex_trylock, 6.1.
 */
SIM_API int ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx);

/**
 * ww_mutex_unlock - let go; of a free lock: recorded as SIM_WARN
 */
SIM_API void ww_mutex_unlock(struct ww_mutex *lock);

/**
 * ww_mutex_is_locked - is it taken, by whomever?
 */
SIM_API bool ww_mutex_is_locked(struct ww_mutex *lock);

/* --------------------------------------------------------- fences -------- */

/* Longest wait of the functions that take a timeout in jiffies. */
#define MAX_SCHEDULE_TIMEOUT (~0UL >> 1)
#define HZ 250

/*
 * Something a device will have done at some time.
 * Models: include/linux/dma-fence.h, struct dma_fence, 6.1; differs in that it
 * knows no callbacks and is always freed by the last dma_fence_put().
 */
struct dma_fence {
	struct kref refcount;
	unsigned int signaled;		/* a */
	int error;
	struct sim_machine *sim_machine; /* c */
};

/**
 * sim_fence_create - a fence that has not signaled
 *
 * Returns: the fence with one reference;
 *          NULL where an allocation failed.
 */
SIM_API struct dma_fence *sim_fence_create(struct sim_machine *machine);

/**
 * dma_fence_get - take a reference; NULL is passed on
 *
 * Returns: @fence.
 */
SIM_API struct dma_fence *dma_fence_get(struct dma_fence *fence);

/**
 * dma_fence_put - drop a reference; NULL is ignored
 */
SIM_API void dma_fence_put(struct dma_fence *fence);

/**
 * dma_fence_signal - it is done: waiters go on
 *
 * Returns: 0;
 *          -EINVAL where it was signaled already.
 */
SIM_API int dma_fence_signal(struct dma_fence *fence);

/**
 * dma_fence_is_signaled - is it done?
 */
SIM_API bool dma_fence_is_signaled(struct dma_fence *fence);

/**
 * dma_fence_wait - wait until it is done
 *
 * Returns: 0;
 *          -ERESTARTSYS, @intr and a signal came;
 *          -EBUSY, nobody signaled it for 30 s (a kernel waits on);
 *          -EIO, the machine has crashed.
 */
SIM_API long dma_fence_wait(struct dma_fence *fence, bool intr);

/* ---------------------------------------------------- reservations ------- */

/* Models: include/linux/dma-resv.h, enum dma_resv_usage, 6.1. */
enum dma_resv_usage {
	DMA_RESV_USAGE_KERNEL,		/* memory management: everyone waits */
	DMA_RESV_USAGE_WRITE,
	DMA_RESV_USAGE_READ,
	DMA_RESV_USAGE_BOOKKEEP,
};

#define SIM_RESV_FENCES 4

/*
 * The lock of a buffer object, with the fences of what is under way on it.
 * Models: include/linux/dma-resv.h, struct dma_resv, 6.1; differs in that at
 * most SIM_RESV_FENCES fences that have not signaled fit.
 */
struct dma_resv {
	struct ww_mutex lock;
	unsigned int sim_nr_fences;	/* a; written under sim_fence_lock */
	spinlock_t sim_fence_lock;	/* guards what follows */
	struct dma_fence *sim_fence[SIM_RESV_FENCES];
	enum dma_resv_usage sim_usage[SIM_RESV_FENCES];
};

/* The class of all reservations: wait-die. Models: drivers/dma-buf/dma-resv.c. */
extern SIM_API struct ww_class reservation_ww_class;

/**
 * dma_resv_init - an unlocked reservation without fences, of the current machine
 */
SIM_API void dma_resv_init(struct dma_resv *obj);

/**
 * dma_resv_fini - drop its fences
 */
SIM_API void dma_resv_fini(struct dma_resv *obj);

/**
 * dma_resv_lock - ww_mutex_lock() on it
 *
 * Returns: as ww_mutex_lock().
 */
SIM_API int dma_resv_lock(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_interruptible - ww_mutex_lock_interruptible() on it
 *
 * Returns: as ww_mutex_lock_interruptible().
 */
SIM_API int dma_resv_lock_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_slow - wait for the one that gave -EDEADLK, holding no other
 */
SIM_API void dma_resv_lock_slow(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_lock_slow_interruptible - the same, until a signal comes
 *
 * Returns: as ww_mutex_lock_interruptible().
 */
SIM_API int dma_resv_lock_slow_interruptible(struct dma_resv *obj, struct ww_acquire_ctx *ctx);

/**
 * dma_resv_trylock - ww_mutex_trylock() on it, without a ctx
 */
SIM_API bool dma_resv_trylock(struct dma_resv *obj);

/**
 * dma_resv_unlock - let go of it
 */
SIM_API void dma_resv_unlock(struct dma_resv *obj);

/**
 * dma_resv_is_locked - is it taken, by whomever?
 */
SIM_API bool dma_resv_is_locked(struct dma_resv *obj);

/**
 * dma_resv_locking_ctx - the ctx that holds it, or NULL
 */
SIM_API struct ww_acquire_ctx *dma_resv_locking_ctx(struct dma_resv *obj);

/**
 * dma_resv_reserve_fences - make room for fences
 *
 * Returns: 0;
 *          -ENOMEM, no room.
 */
SIM_API int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences);

/**
 * dma_resv_add_fence - add a fence, taking a reference
 *
 * Without room (dma_resv_reserve_fences()) it is dropped with a SIM_WARN.
 */
SIM_API void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence,
				enum dma_resv_usage usage);

/**
 * dma_resv_held - does the calling thread hold it?
 */
SIM_API bool dma_resv_held(struct dma_resv *obj);

/**
 * dma_resv_assert_held - SIM_WARN where it does not, as lockdep warns
 */
SIM_API void dma_resv_assert_held(struct dma_resv *obj);

/* A walk over fences. Models: include/linux/dma-resv.h, struct dma_resv_iter, 6.1. */
struct dma_resv_iter {
	struct dma_resv *obj;
	enum dma_resv_usage usage;	/* fences up to this one */
	struct dma_fence *fence;	/* where it is; without the lock: with a reference */
	enum dma_resv_usage fence_usage;
	unsigned int index;
	bool is_restarted;		/* never: fences are listed under a lock of their own */
};

static inline void dma_resv_iter_begin(struct dma_resv_iter *cursor, struct dma_resv *obj,
				       enum dma_resv_usage usage)
{
	cursor->obj = obj;
	cursor->usage = usage;
	cursor->fence = NULL;
	cursor->index = 0;
	cursor->is_restarted = false;
}

/**
 * dma_resv_iter_end - end of a walk: drops what it stands on
 */
SIM_API void dma_resv_iter_end(struct dma_resv_iter *cursor);

static inline enum dma_resv_usage dma_resv_iter_usage(struct dma_resv_iter *cursor)
{
	return cursor->fence_usage;
}

static inline bool dma_resv_iter_is_restarted(struct dma_resv_iter *cursor)
{
	return cursor->is_restarted;
}

/**
 * dma_resv_iter_first - the first fence, signaled or not
 *
 * Holds: the reservation.
 *
 * Returns: the fence;
 *          NULL, there is none.
 * Models: drivers/dma-buf/dma-resv.c, dma_resv_iter_first, 6.1.
 */
SIM_API struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_next - the one after it
 *
 * Returns: as dma_resv_iter_first().
 */
SIM_API struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_first_unlocked - the first fence that has not signaled
 *
 * The walk has a reference to it until it goes on, or ends.
 *
 * Returns: as dma_resv_iter_first().
 * Models: drivers/dma-buf/dma-resv.c, dma_resv_iter_first_unlocked, 6.1.
 */
SIM_API struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor);

/**
 * dma_resv_iter_next_unlocked - the one after it that has not signaled
 *
 * Returns: as dma_resv_iter_first().
 */
SIM_API struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor);

#define dma_resv_for_each_fence(cursor, obj, usage, fence) \
	for (dma_resv_iter_begin(cursor, obj, usage), fence = dma_resv_iter_first(cursor); fence; \
	     fence = dma_resv_iter_next(cursor))
#define dma_resv_for_each_fence_unlocked(cursor, fence) \
	for (fence = dma_resv_iter_first_unlocked(cursor); fence; \
	     fence = dma_resv_iter_next_unlocked(cursor))

/**
 * dma_resv_test_signaled - have all fences up to a usage signaled?
 */
SIM_API bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage);

/**
 * dma_resv_wait_timeout - wait for all fences up to a usage
 * @timeout: jiffies
 *
 * Returns: jiffies left, at least 1;
 *          0, they have not signaled in time;
 *          -ERESTARTSYS, @intr and a signal came;
 *          -EIO, the machine has crashed.
 */
SIM_API long dma_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
				   unsigned long timeout);

SIM_END_DECLS

#endif
