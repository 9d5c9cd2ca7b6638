/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * alloc.c - blocks of an arena's heap.
 *
 * Size classes, in bytes:
 *	16, 32 ... 256			every 16
 *	320, 384 ... 1024		four per doubling
 *	2048, 4096, 8192, 16384		powers of two, aligned to their size
 *	20K, 24K ... 8G			four per doubling, aligned to 4 KiB
 *
 * A block comes from the free list of its class, else from new heap: small
 * ones from a chunk of 4 KiB that all small classes share, so that a machine
 * with a few objects of many sizes stays small. What alignment skips, and what
 * is left of a chunk, goes to free lists.
 *
 * Blocks that are multiples of 64 are aligned to 64. New heap is zero (A.1),
 * so only reused blocks are cleared.
 *
 * Locks: one per class, and carve_lock for brk and the chunk. No two at once.
 */
#include <string.h>

#include "base/assert.h"
#include "base/internal.h"
#include "base/spin.h"

#define SMALL_MAX 1024
#define CHUNK_BYTES 4096
#define ALIGN_MAX 16384
#define POISON_MAX (1UL << 20)

struct size_class {
	unsigned int index;
	size_t bytes;
};

/* A piece of heap, and one that getting it left over. */
struct carved {
	uintptr_t start;	/* 0: the heap is full */
	uintptr_t rest, rest_end;
};

/* Four classes per doubling, the first of them above 1 << base_lg2. */
static struct size_class class_geometric(size_t size, unsigned int base_lg2, unsigned int first)
{
	unsigned int lg2 = 63 - (unsigned int)__builtin_clzl(size - 1);
	unsigned int step_lg2 = lg2 - 2;
	unsigned int step = (unsigned int)((size - 1) >> step_lg2) & 3;
	struct size_class class = {
		first + 4 * (lg2 - base_lg2) + step,
		(1UL << lg2) + ((size_t)(step + 1) << step_lg2),
	};

	return class;
}

static struct size_class class_of(size_t size)
{
	struct size_class class;

	if (size <= 256) {
		class.index = size ? (unsigned int)(size - 1) / 16 : 0;
		class.bytes = (class.index + 1ul) * 16;
		return class;
	}
	if (size <= SMALL_MAX)
		return class_geometric(size, 8, 16);
	if (size > ALIGN_MAX)
		return class_geometric(size, 14, 28);
	class.index = 24 + 53 - (unsigned int)__builtin_clzl(size - 1);
	class.bytes = 2048UL << (class.index - 24);
	return class;
}

/* The bytes of a class by its index: class_of() turned round. */
static size_t class_bytes(unsigned int index)
{
	unsigned int step;

	if (index < 16)
		return (index + 1ul) * 16;
	if (index >= 24 && index < 28)
		return 2048UL << (index - 24);
	step = index < 24 ? index - 16 : index - 28;
	return (5UL + step % 4) << ((index < 24 ? 6 : 12) + step / 4);
}

/* ASan's shadow of large blocks is large itself: only their start is marked. */
static size_t poison_bytes(size_t bytes)
{
	return bytes < POISON_MAX ? bytes : POISON_MAX;
}

static void *class_pop(struct sim_class *class)
{
	void **block;

	if (!__atomic_load_n(&class->free, __ATOMIC_RELAXED))
		return NULL;
	sim_spin_acquire(false, &class->lock, SIM_RANK_ARENA);
	block = class->free;
	if (block) {
		sim_unpoison(block, sizeof(*block));
		__atomic_store_n(&class->free, *block, __ATOMIC_RELAXED);
	}
	sim_spin_unlock(&class->lock, SIM_RANK_ARENA);
	return block;
}

static void class_push(struct sim_class *class, void *ptr, size_t bytes)
{
	void **block = ptr;

	sim_assert(ptr && (uintptr_t)ptr % 16 == 0 && bytes >= sizeof(*block));
	sim_spin_acquire(false, &class->lock, SIM_RANK_ARENA);
	sim_unpoison(block, sizeof(*block));
	*block = class->free;
	sim_poison(block, poison_bytes(bytes));
	__atomic_store_n(&class->free, (void *)block, __ATOMIC_RELAXED);
	sim_spin_unlock(&class->lock, SIM_RANK_ARENA);
}

/* Moves brk. => carve_lock held */
static struct carved grow_locked(struct sim_machine *machine, size_t bytes, size_t align)
{
	struct sim_arena *arena = sim_arena_of(machine);
	uintptr_t base = (uintptr_t)machine;
	size_t start = (arena->brk + align - 1) & ~(align - 1);
	struct carved carved = { 0, 0, 0 };

	sim_assert(sim_rank_held(SIM_RANK_ARENA, &arena->carve_lock));
	sim_assert(align && (align & (align - 1)) == 0);
	if (start + bytes > SIM_ARENA_DESC)
		return carved;
	carved.start = base + start;
	carved.rest = base + arena->brk;
	carved.rest_end = carved.start;
	arena->brk = start + bytes;
	return carved;
}

/* Cuts a small block off the chunk. => carve_lock held */
static struct carved cut_locked(struct sim_machine *machine, size_t bytes)
{
	struct sim_arena *arena = sim_arena_of(machine);
	uintptr_t align = bytes % 64 ? 16 : 64;
	uintptr_t start = (arena->chunk + align - 1) & ~(align - 1);
	struct carved carved = { start, 0, 0 };

	sim_assert(sim_rank_held(SIM_RANK_ARENA, &arena->carve_lock));
	sim_assert(bytes <= SMALL_MAX && arena->chunk <= arena->chunk_end);
	if (start + bytes > arena->chunk_end) {
		carved = grow_locked(machine, CHUNK_BYTES, 1UL << SIM_DESC_UNIT_LG2);
		if (!carved.start)
			return carved;
		sim_poison((void *)carved.start, CHUNK_BYTES);
		carved.rest = arena->chunk;
		carved.rest_end = arena->chunk_end;
		arena->chunk_end = carved.start + CHUNK_BYTES;
	}
	arena->chunk = carved.start + bytes;
	return carved;
}

/* What is left of a chunk becomes one free block. */
static void keep_chunk_rest(struct sim_arena *arena, uintptr_t start, uintptr_t end)
{
	struct size_class class;

	start = (start + 63) & ~63UL;
	if (start >= end)
		return;
	class = class_of(end - start);
	if (class.bytes > end - start)
		class.bytes = class_bytes(--class.index);
	class_push(&arena->class[class.index], (void *)start, class.bytes);
}

/* What alignment skipped becomes free blocks, each aligned to its size. */
static void keep_gap(struct sim_arena *arena, uintptr_t start, uintptr_t end)
{
	while (start < end) {
		size_t bytes = start & -start;
		struct size_class class = class_of(bytes);

		class_push(&arena->class[class.index], (void *)start, bytes);
		start += bytes;
	}
}

static size_t align_of(size_t bytes)
{
	return bytes <= ALIGN_MAX ? bytes : CHUNK_BYTES;
}

static void *carve(struct sim_machine *machine, size_t bytes)
{
	struct sim_arena *arena = sim_arena_of(machine);
	bool small = bytes <= SMALL_MAX;
	struct carved carved;

	sim_spin_acquire(false, &arena->carve_lock, SIM_RANK_ARENA);
	carved = small ? cut_locked(machine, bytes)
		       : grow_locked(machine, bytes, align_of(bytes));
	sim_spin_unlock(&arena->carve_lock, SIM_RANK_ARENA);
	if (small)
		keep_chunk_rest(arena, carved.rest, carved.rest_end);
	else
		keep_gap(arena, carved.rest, carved.rest_end);
	return (void *)carved.start;
}

/* Only what was asked for may be touched. */
static void mark_used(void *block, size_t size, size_t bytes)
{
	sim_unpoison(block, poison_bytes(bytes));
	if (bytes <= POISON_MAX)
		sim_poison((char *)block + size, bytes - size);
}

/* => *fresh: the block is new heap and so zero */
static void *take(struct sim_machine *machine, size_t size, bool *fresh)
{
	struct size_class class;
	void *block;

	*fresh = false;
	if (size > SIM_ARENA_DESC / 2)
		return NULL;
	class = class_of(size);
	sim_assert(class.index < SIM_NR_CLASSES && class.bytes >= size);
	sim_assert(class_bytes(class.index) == class.bytes);
	block = class_pop(&sim_arena_of(machine)->class[class.index]);
	if (!block) {
		*fresh = true;
		block = carve(machine, class.bytes);
	}
	if (SIM_POISONS && block)
		mark_used(block, size, class.bytes);
	return block;
}

void *sim_alloc_service(struct sim_machine *machine, size_t size)
{
	bool fresh;
	void *block = take(machine, size, &fresh);

	if (block && !fresh)
		memset(block, 0, size);
	return block;
}

void *sim_alloc(struct sim_machine *machine, size_t size, enum sim_object kind)
{
	void *block;

	if (sim_alloc_must_fail(machine))
		return NULL;
	block = sim_alloc_service(machine, size);
	if (block)
		sim_count_object(machine, kind, 1);
	return block;
}

void *sim_alloc_raw(struct sim_machine *machine, size_t size, enum sim_object kind)
{
	void *block;
	bool fresh;

	if (sim_alloc_must_fail(machine))
		return NULL;
	block = take(machine, size, &fresh);
	if (block)
		sim_count_object(machine, kind, 1);
	return block;
}

void sim_free(void *ptr, size_t size, enum sim_object kind)
{
	struct sim_machine *machine;
	struct size_class class;

	if (!ptr)
		return;
	machine = sim_machine_of(ptr);
	class = class_of(size);
	sim_assert(class.index < SIM_NR_CLASSES);
	sim_assert((uintptr_t)ptr - (uintptr_t)machine <= SIM_ARENA_DESC - class.bytes);
	sim_assert((uintptr_t)ptr % (class.bytes % 64 ? 16 : 64) == 0);
	class_push(&sim_arena_of(machine)->class[class.index], ptr, class.bytes);
	sim_count_object(machine, kind, -1);
}

char *sim_strdup(struct sim_machine *machine, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = sim_alloc_raw(machine, size, SIM_OBJ_MISC);

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

void sim_strfree(char *text)
{
	if (text)
		sim_free(text, strlen(text) + 1, SIM_OBJ_MISC);
}

bool sim_alloc_must_fail(struct sim_machine *machine)
{
	unsigned long *at = &sim_arena_of(machine)->fail_in;
	unsigned long left = __atomic_load_n(at, __ATOMIC_RELAXED);

	while (__builtin_expect(left != 0, 0)) {
		if (__atomic_compare_exchange_n(at, &left, left - 1, true, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return left == 1;
	}
	return false;
}

void sim_fail_alloc(struct sim_machine *machine, unsigned long nth)
{
	if (machine)
		__atomic_store_n(&sim_arena_of(machine)->fail_in, nth, __ATOMIC_RELAXED);
}

bool sim_fail_alloc_pending(const struct sim_machine *machine)
{
	return machine &&
	       __atomic_load_n(&sim_arena_of(machine)->fail_in, __ATOMIC_RELAXED) != 0;
}

void sim_count_object(struct sim_machine *machine, enum sim_object kind, long delta)
{
	sim_assert((unsigned int)kind < SIM_NR_OBJECTS);
	__atomic_fetch_add(&sim_arena_of(machine)->live[kind], delta, __ATOMIC_RELAXED);
}

unsigned long sim_live_objects(const struct sim_machine *machine, enum sim_object kind)
{
	if (!machine || (unsigned int)kind >= SIM_NR_OBJECTS)
		return 0;
	return (unsigned long)__atomic_load_n(&sim_arena_of(machine)->live[kind],
					      __ATOMIC_RELAXED);
}

void sim_arena_reveal(struct sim_machine *machine, size_t brk)
{
	sim_unpoison(machine, brk);
}

void sim_arena_conceal(struct sim_machine *machine)
{
	struct sim_arena *arena = sim_arena_of(machine);

	if (!SIM_POISONS)
		return;
	sim_poison((void *)arena->chunk, arena->chunk_end - arena->chunk);
	for (unsigned int i = 0; i < SIM_NR_CLASSES; i++) {
		void **block = arena->class[i].free;

		while (block) {
			void **next = *block;

			sim_poison(block, poison_bytes(class_bytes(i)));
			block = next;
		}
	}
}
