/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of lib/base share with each other only: the
 * arena's own state and the poisoning of free memory.
 */
#ifndef SIM_BASE_INTERNAL_H
#define SIM_BASE_INTERNAL_H

#include <pthread.h>

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIM_ASAN 1
#endif
#endif
#ifndef SIM_ASAN
#define SIM_ASAN 0
#endif

#if defined(__SANITIZE_THREAD__)
#define SIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIM_TSAN 1
#endif
#endif
#ifndef SIM_TSAN
#define SIM_TSAN 0
#endif

#if SIM_ASAN
#include <sanitizer/asan_interface.h>
#define sim_poison(ptr, size) ASAN_POISON_MEMORY_REGION(ptr, size)
#define sim_unpoison(ptr, size) ASAN_UNPOISON_MEMORY_REGION(ptr, size)
#define SIM_POISONS 1
#elif defined(SIM_CHECKED)
#include "base/poison.h"
#define SIM_POISONS 1
#else
#define sim_poison(ptr, size) ((void)(ptr), (void)(size))
#define sim_unpoison(ptr, size) ((void)(ptr), (void)(size))
#define SIM_POISONS 0
#endif

/* Of the process: the arenas that are kept; who wants signals (oops.c). fork.c holds
 * them, in this order. */
extern pthread_mutex_t sim_pool_lock, sim_oops_lock;

/* Where the arena's state lies; the machine's head has the room before it. */
#define SIM_ARENA_STATE 2048
#define SIM_NR_CLASSES 104

struct sim_class {
	spinlock_t lock;
	void *free;		/* atomic to peek at; the list itself is under lock */
};

struct sim_arena {
	uint64_t id;		/* unique in the process: whose snapshot is it? */
	size_t brk;		/* heap used; a multiple of 2 KiB; under carve_lock */
	size_t map_used;	/* bytes of the mem_map in use; atomic */
	unsigned long fail_in;	/* allocations until one fails; 0 = never; atomic */
	spinlock_t carve_lock;
	uintptr_t chunk;	/* small blocks are cut from here; under carve_lock */
	uintptr_t chunk_end;
	long live[SIM_NR_OBJECTS]; /* atomic */
	struct sim_class class[SIM_NR_CLASSES];
};

static inline struct sim_arena *sim_arena_of(const struct sim_machine *machine)
{
	return (struct sim_arena *)((uintptr_t)machine + SIM_ARENA_STATE);
}

/* Bytes of descriptors that belong to @brk bytes of heap. */
static inline size_t sim_desc_bytes(size_t brk)
{
	return (brk >> SIM_DESC_UNIT_LG2) * sizeof(struct sim_desc);
}

/* Lock order is the caller's: these two are for snapshots, with no other
 * thread inside. They show all of the heap, or hide again what is free. */
void sim_arena_reveal(struct sim_machine *machine, size_t brk);
void sim_arena_conceal(struct sim_machine *machine);

/* Back to zeros, as never used; large parts are given back to the host. */
void sim_arena_zero(void *start, size_t bytes);

#endif
