/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lockrank.c - the checker of the lock order.
 *
 * Each thread keeps what it holds in a small array. Locks may be let go in any
 * order. What does not fit is not noted, so a thread that reserves hundreds of
 * buffers goes unchecked beyond the array's end, never wrongly accused.
 */
#include "base/lockrank.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_MAX 64

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
