/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arena.c - reserving, reusing and giving back arenas.
 *
 * To reserve means an mmap of twice the size, trimmed to the aligned half;
 * nothing is committed before it is touched. That and the page faults that
 * follow cost more than the rest of a machine's life, so a destroyed arena is
 * cleaned where it was used and kept for the next machine.
 *
 * Under TSan none is kept: its lock-order checker would take the next
 * machine's locks at the same addresses for the old ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fork.h"
#include "base/internal.h"

#define POOL_MAX 8
#define ZERO_BY_HAND_MAX (1UL << 20)

pthread_mutex_t sim_pool_lock = PTHREAD_MUTEX_INITIALIZER;
static void *pool[POOL_MAX];
static unsigned int pool_nr;

_Static_assert(sizeof(struct sim_desc) == 64, "one descriptor a cache line");

/* Unique in the process, never 0: a snapshot says by it whose it is. */
static uint64_t new_id(void)
{
	static uint64_t last;

	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

static void *pool_take(void)
{
	void *base = NULL;

	pthread_mutex_lock(&sim_pool_lock);
	if (pool_nr)
		base = pool[--pool_nr];
	pthread_mutex_unlock(&sim_pool_lock);
	return base;
}

static bool pool_keep(void *base)
{
	bool kept = false;

	pthread_mutex_lock(&sim_pool_lock);
	if (!SIM_TSAN && pool_nr < POOL_MAX) {
		pool[pool_nr++] = base;
		kept = true;
	}
	pthread_mutex_unlock(&sim_pool_lock);
	return kept;
}

static void *reserve(void)
{
	const uintptr_t size = SIM_ARENA_BYTES;
	void *map = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t start, base;

	if (map == MAP_FAILED) {
		fprintf(stderr,
			"ttmsim: a machine wanted %llu GiB of address space, of which it keeps %llu"
			" and uses what it touches: %s (ulimit -v, vm.overcommit_memory)\n",
			2 * SIM_ARENA_BYTES >> 30, SIM_ARENA_BYTES >> 30, strerror(errno));
		return NULL;
	}
	start = (uintptr_t)map;
	base = (start + size - 1) & ~(size - 1);
	if (base > start)
		munmap((void *)start, base - start);
	munmap((void *)(base + size), start + size - base);
	/* A machine touches little: 2 MiB pages would only cost their zeroing. */
	madvise((void *)base, size, MADV_NOHUGEPAGE);
	return (void *)base;
}

void sim_arena_zero(void *start, size_t bytes)
{
	if (bytes > ZERO_BY_HAND_MAX) {
		uintptr_t from = ((uintptr_t)start + 4095) & ~4095UL;
		uintptr_t to = ((uintptr_t)start + bytes) & ~4095UL;

		if (madvise((void *)from, to - from, MADV_DONTNEED) == 0) {
			memset(start, 0, from - (uintptr_t)start);
			memset((void *)to, 0, (uintptr_t)start + bytes - to);
			return;
		}
	}
	memset(start, 0, bytes);
}

void *sim_arena_create(size_t head_bytes)
{
	struct sim_arena *arena;
	void *base;

	if (head_bytes > SIM_ARENA_STATE)
		return NULL;
	base = pool_take();
	if (!base)
		base = reserve();
	if (!base)
		return NULL;
	if (sim_fork_watch(base)) {
		munmap(base, SIM_ARENA_BYTES);
		return NULL;
	}

	arena = sim_arena_of(base);
	arena->id = new_id();
	arena->chunk = ((uintptr_t)(arena + 1) + 63) & ~63UL;
	arena->brk = (arena->chunk - (uintptr_t)base + 4095) & ~4095UL;
	arena->chunk_end = (uintptr_t)base + arena->brk;
	sim_poison((void *)arena->chunk, arena->chunk_end - arena->chunk);
	return base;
}

void sim_arena_destroy(void *base)
{
	struct sim_arena *arena = sim_arena_of(base);
	size_t brk = arena->brk;
	size_t map_used = arena->map_used;

	sim_fork_unwatch(base);
	sim_unpoison(base, brk);
	sim_arena_zero((char *)base + SIM_ARENA_MEM_MAP, map_used);
	sim_arena_zero((char *)base + SIM_ARENA_DESC, sim_desc_bytes(brk));
	sim_arena_zero(base, brk);
	if (!pool_keep(base))
		munmap(base, SIM_ARENA_BYTES);
}

void sim_arena_use_pages(struct sim_machine *machine, unsigned long nr, size_t page_bytes)
{
	size_t *at = &sim_arena_of(machine)->map_used;
	size_t used = __atomic_load_n(at, __ATOMIC_RELAXED);

	while (used < nr * page_bytes &&
	       !__atomic_compare_exchange_n(at, &used, nr * page_bytes, true, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
}
