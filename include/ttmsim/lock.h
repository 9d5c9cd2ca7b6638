/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock.h - a driver's own locks, under their kernel names.
 *
 * They have no place in the lock order. A lock that the calling thread holds
 * already hangs a kernel: here it is a SIM_WARN, and the call returns without it.
 * So does one that waits when the machine of the current task has crashed.
 * Interrupts do not exist: the _irq and _bh forms are the plain ones.
 */
#ifndef TTMSIM_LOCK_H
#define TTMSIM_LOCK_H

#include <ttmsim/base.h>

SIM_BEGIN_DECLS

/* ------------------------------------------------------- spinlocks ------- */

#define __SPIN_LOCK_UNLOCKED(name) { 0 }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define spin_lock_init(lock) ((void)((lock)->word = 0))

/**
 * spin_lock - wait for a spinlock
 *
 * Models: include/linux/spinlock.h, 6.1; recursion as CONFIG_DEBUG_SPINLOCK tells it.
 */
SIM_API void spin_lock(spinlock_t *lock);

/**
 * spin_trylock - take it if it is free
 *
 * Returns: 1;
 *          0 where it is taken.
 */
SIM_API int spin_trylock(spinlock_t *lock);

/**
 * spin_unlock - let go; of a free one, or another thread's: SIM_WARN
 */
SIM_API void spin_unlock(spinlock_t *lock);

static inline int spin_is_locked(spinlock_t *lock)
{
	return __atomic_load_n(&lock->word, __ATOMIC_RELAXED) != 0;
}

#define assert_spin_locked(lock) ((void)(lock))
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags) ((flags) = 0, spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock(lock))
#define spin_lock_nested(lock, subclass) spin_lock(lock)

/* --------------------------------------------------------- mutexes ------- */

#define __MUTEX_INITIALIZER(name) { { 0 } }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

/**
 * mutex_init - an unlocked mutex
 */
SIM_API void mutex_init(struct mutex *lock);

/**
 * mutex_destroy - end of a mutex; of a locked one: SIM_WARN
 */
SIM_API void mutex_destroy(struct mutex *lock);

/**
 * mutex_lock - wait for a mutex
 *
 * Models: kernel/locking/mutex.c, mutex_lock, 6.1.
 */
SIM_API void mutex_lock(struct mutex *lock);

/**
 * mutex_lock_interruptible - the same, until a signal comes
 *
 * Returns: 0;
 *          -EINTR, current->sim_signal_pending was set while it waited;
 *          -EDEADLK, the calling thread holds it;
 *          -EIO, the machine has crashed.
 * Models: kernel/locking/mutex.c, mutex_lock_interruptible, 6.1.
 */
SIM_API int mutex_lock_interruptible(struct mutex *lock);

/**
 * mutex_trylock - take it if it is free
 *
 * Returns: 1;
 *          0 where it is taken.
 */
SIM_API int mutex_trylock(struct mutex *lock);

/**
 * mutex_unlock - let go; of a free one, or another thread's: SIM_WARN
 */
SIM_API void mutex_unlock(struct mutex *lock);

/**
 * mutex_is_locked - is it taken, by whomever?
 */
SIM_API bool mutex_is_locked(struct mutex *lock);

#define mutex_lock_killable(lock) mutex_lock_interruptible(lock)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)

/* ------------------------------------------- reader-writer semaphores ---- */

#define DECLARE_RWSEM(name) struct rw_semaphore name = { { 0 } }

/**
 * init_rwsem - a free one
 */
SIM_API void init_rwsem(struct rw_semaphore *sem);

/**
 * down_read - wait until no writer holds it
 *
 * Models: kernel/locking/rwsem.c, 6.1; readers do not wait for writers that wait.
 */
SIM_API void down_read(struct rw_semaphore *sem);

/**
 * down_read_trylock - the same without waiting
 *
 * Returns: 1;
 *          0 where a writer holds it.
 */
SIM_API int down_read_trylock(struct rw_semaphore *sem);

/**
 * up_read - a reader less; of a free one: SIM_WARN
 */
SIM_API void up_read(struct rw_semaphore *sem);

/**
 * down_write - wait until nobody holds it
 */
SIM_API void down_write(struct rw_semaphore *sem);

/**
 * down_write_trylock - the same without waiting
 *
 * Returns: 1;
 *          0 where somebody holds it.
 */
SIM_API int down_write_trylock(struct rw_semaphore *sem);

/**
 * up_write - the writer lets go; of one that is not taken for writing: SIM_WARN
 */
SIM_API void up_write(struct rw_semaphore *sem);

/* ----------------------------------------------------- completions ------- */

/* Models: include/linux/completion.h, 6.1. */
struct completion {
	unsigned int done;		/* a */
};

#define COMPLETION_INITIALIZER(name) { 0 }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/**
 * complete - let one go that waits
 */
SIM_API void complete(struct completion *x);

/**
 * complete_all - let all go that wait or will
 */
SIM_API void complete_all(struct completion *x);

/**
 * completion_done - would a wait end at once?
 */
SIM_API bool completion_done(struct completion *x);

/**
 * wait_for_completion - wait for complete()
 *
 * Ends after 30 s, or when the machine has crashed, with a SIM_WARN: a kernel
 * waits on.
 */
SIM_API void wait_for_completion(struct completion *x);

/**
 * wait_for_completion_timeout - the same, for some time
 * @timeout: jiffies
 *
 * Returns: jiffies left, at least 1;
 *          0, nobody completed it in time.
 */
SIM_API unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);

/**
 * wait_for_completion_interruptible - the same, until a signal comes
 *
 * Returns: 0;
 *          -ERESTARTSYS, a signal came;
 *          -EIO, the machine has crashed, or 30 s are over.
 */
SIM_API int wait_for_completion_interruptible(struct completion *x);

SIM_END_DECLS

#endif
