/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lockrank.c - what a thread holds, and in which order it may take more.
 *
 * Locks may be let go in any order. What does not fit is not noted, so a thread that
 * reserves hundreds of buffers goes unchecked beyond the array's end, never wrongly
 * accused.
 */
#include "base/lockrank.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cpu.h"

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

__thread struct sim_held sim_held __attribute__((tls_model("initial-exec")));

const char *sim_rank_name(enum sim_lock_rank rank)
{
	return rank_names[rank];
}

/* ---- what is held ---- */

/* Who listens to events is called as a callback is, and is no driver. */
bool sim_held_in_driver(void)
{
	const struct sim_callback *callback = sim_thread.callback;

	while (callback && callback->atomic)
		callback = callback->up;
	return callback != NULL;
}

struct sim_held_lock *sim_held_find(const void *lock)
{
	for (unsigned int i = sim_held.nr; i-- > 0;)
		if (sim_held.lock[i].lock == lock && !sim_held.lock[i].released)
			return &sim_held.lock[i];
	return NULL;
}

static bool may_follow(const struct sim_held_lock *held, enum sim_lock_rank rank, const void *lock)
{
	if (held->released)
		return true;
	if ((NESTING_RANKS >> rank & 1) && held->lock != lock)
		return held->rank <= rank;
	return held->rank < rank;
}

static const struct sim_held_lock *first_in_the_way(enum sim_lock_rank rank, const void *lock)
{
	for (unsigned int i = 0; i < sim_held.nr; i++)
		if (!may_follow(&sim_held.lock[i], rank, lock))
			return &sim_held.lock[i];
	return NULL;
}

const struct sim_held_lock *sim_held_above(enum sim_lock_rank rank)
{
	return first_in_the_way(rank, NULL);
}

/* One that was let go in this callback and is taken again is where it was. */
struct sim_held_lock *sim_held_slot_slow(const void *lock)
{
	static __thread struct sim_held_lock lost;

	for (unsigned int i = 0; sim_held.outer.released && i < sim_held.outer.base; i++) {
		if (sim_held.lock[i].lock == lock && sim_held.lock[i].released) {
			sim_held.outer.released--;
			return &sim_held.lock[i];
		}
	}
	if (sim_held.nr < SIM_HELD_MAX)
		return &sim_held.lock[sim_held.nr++];
	sim_held.lost++;
	return &lost;
}

bool sim_held_pop_slow(const void *lock)
{
	struct sim_held_lock *held = sim_held_find(lock);

	if (!held) {
		if (!sim_held.lost)
			return false;
		sim_held.lost--;
		return true;
	}
	if (held < &sim_held.lock[sim_held.outer.base]) {
		held->released = true;
		sim_held.outer.released++;
	} else {
		*held = sim_held.lock[--sim_held.nr];
	}
	return true;
}

void sim_held_let_go(const struct sim_held_lock *held)
{
	if (held->phantom)
		return;
	if (held->ops)
		held->ops->let_go(held->lock);
	else
		__atomic_store_n((uint32_t *)(uintptr_t)held->lock, 0, __ATOMIC_RELEASE);
}

void sim_held_forget(const void *start, const void *end)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < sim_held.nr; i++) {
		const char *lock = sim_held.lock[i].lock;

		if (lock < (const char *)start || lock >= (const char *)end)
			sim_held.lock[kept++] = sim_held.lock[i];
	}
	sim_held.nr = kept;
}

/* ---- the order of spinlocks ---- */

static sim_rank_hook rank_hook; /* atomic */

sim_rank_hook sim_rank_set_hook(sim_rank_hook hook)
{
	return __atomic_exchange_n(&rank_hook, hook, __ATOMIC_ACQ_REL);
}

bool sim_rank_held(enum sim_lock_rank rank, const void *lock)
{
	if (SIM_ASSERT_LEVEL < 1)
		return true;
	for (unsigned int i = 0; i < sim_held.nr; i++) {
		const struct sim_held_lock *held = &sim_held.lock[i];

		if (held->rank == rank && !held->released && (!lock || held->lock == lock))
			return true;
	}
	return false;
}

#if SIM_ASSERT_LEVEL >= 1

static void violated(enum sim_lock_rank have, enum sim_lock_rank wanted)
{
	sim_rank_hook hook = __atomic_load_n(&rank_hook, __ATOMIC_ACQUIRE);

	if (hook) {
		hook(have, wanted);
		return;
	}
	if (sim_held_in_driver())
		return;
	fprintf(stderr, "lock order: %s wanted while %s is held\n", rank_names[wanted],
		rank_names[have]);
	abort();
}

void sim_rank_acquire_tried(enum sim_lock_rank rank, const void *lock)
{
	sim_held_push(lock, NULL, rank, true, "the library");
}

void sim_rank_acquire(enum sim_lock_rank rank, const void *lock)
{
	const struct sim_held_lock *held = first_in_the_way(rank, lock);

	if (held)
		violated((enum sim_lock_rank)held->rank, rank);
	sim_rank_acquire_tried(rank, lock);
}

void sim_rank_release(enum sim_lock_rank rank, const void *lock)
{
	(void)rank;
	(void)sim_held_pop(lock);
}

#endif
