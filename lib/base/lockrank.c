/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lockrank.c - the checker of the lock order, and locks that tell it.
 *
 * Each thread keeps what it holds in a small array. Locks may be let go in any
 * order. What does not fit is not noted, so a thread that reserves hundreds of
 * buffers goes unchecked beyond the array's end, never wrongly accused.
 */
#include "base/lockrank.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define HELD_MAX 64
#define SPINS 64

void sim_spin_wait(const uint32_t *word)
{
	for (int i = 0; i < SPINS; i++) {
		if (!__atomic_load_n(word, __ATOMIC_RELAXED))
			return;
#if defined(__x86_64__) || defined(__i386__)
		__builtin_ia32_pause();
#endif
	}
	sched_yield();
}

/* ------------------------------------------------------------- ranks ---- */

static sim_rank_hook rank_hook; /* atomic */

sim_rank_hook sim_rank_set_hook(sim_rank_hook hook)
{
	return __atomic_exchange_n(&rank_hook, hook, __ATOMIC_ACQ_REL);
}

#if SIM_ASSERT_LEVEL >= 1

/* Ranks of which a thread may hold several at once. */
#define NESTING_RANKS (1u << SIM_RANK_MMAP | 1u << SIM_RANK_RESV | 1u << SIM_RANK_PTL)

static const char *const rank_names[SIM_NR_RANKS] = {
	[SIM_RANK_MMAP] = "mmap_lock",
	[SIM_RANK_RESV] = "dma_resv",
	[SIM_RANK_MANAGER] = "manager",
	[SIM_RANK_LRU] = "lru",
	[SIM_RANK_POOL] = "pool",
	[SIM_RANK_OFFSET] = "offset",
	[SIM_RANK_I_MMAP] = "i_mmap",
	[SIM_RANK_PAGES] = "pages",
	[SIM_RANK_TABLE] = "table",
	[SIM_RANK_PTL] = "ptl",
	[SIM_RANK_MEMTYPE] = "memtype",
	[SIM_RANK_PAGE_ALLOC] = "page_alloc",
	[SIM_RANK_MISC] = "misc",
	[SIM_RANK_ARENA] = "arena",
};

struct held {
	enum sim_lock_rank rank;
	const void *lock;
};

static __thread struct held held[HELD_MAX];
static __thread unsigned int nr_held;

static void violated(enum sim_lock_rank have, enum sim_lock_rank wanted)
{
	sim_rank_hook hook = __atomic_load_n(&rank_hook, __ATOMIC_ACQUIRE);

	if (hook) {
		hook(have, wanted);
		return;
	}
	fprintf(stderr, "lock order: %s wanted while %s is held\n", rank_names[wanted],
		rank_names[have]);
	abort();
}

void sim_rank_acquire_tried(enum sim_lock_rank rank, const void *lock)
{
	if (nr_held < HELD_MAX) {
		held[nr_held].rank = rank;
		held[nr_held].lock = lock;
		nr_held++;
	}
}

void sim_rank_acquire(enum sim_lock_rank rank, const void *lock)
{
	bool nests = NESTING_RANKS >> rank & 1;

	for (unsigned int i = 0; i < nr_held; i++) {
		bool ok = nests && held[i].lock != lock ? held[i].rank <= rank
							: held[i].rank < rank;

		if (!ok) {
			violated(held[i].rank, rank);
			break;
		}
	}
	sim_rank_acquire_tried(rank, lock);
}

void sim_rank_release(enum sim_lock_rank rank, const void *lock)
{
	for (unsigned int i = nr_held; i-- > 0;) {
		if (held[i].lock == lock && held[i].rank == rank) {
			held[i] = held[--nr_held];
			return;
		}
	}
}

bool sim_rank_held(enum sim_lock_rank rank, const void *lock)
{
	for (unsigned int i = 0; i < nr_held; i++) {
		if (held[i].rank == rank && (!lock || held[i].lock == lock))
			return true;
	}
	return false;
}

#else

bool sim_rank_held(enum sim_lock_rank rank, const void *lock)
{
	(void)rank, (void)lock;
	return true;
}

#endif

/* ----------------------------------------------------- pthread locks ---- */

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
