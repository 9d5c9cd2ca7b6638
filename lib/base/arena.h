/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arena.h - the memory of one machine.
 *
 * One reservation of SIM_ARENA_BYTES, aligned to its own size, so that the
 * machine of any pointer into it is found by masking (sim_machine_of()).
 *
 *   offset 0        ARENA_DESC            ARENA_MEM_MAP          ARENA_BYTES
 *   |  heap         |  descriptors        |  struct page array   |
 *   |  used: brk    |  64 B per 2 KiB of  |  used: up to the     |
 *   |               |  used heap          |  highest page handed out |
 *
 * The heap is cut by size class; free blocks of a class form a list. Blocks
 * of 2 KiB and more are aligned to their size (at most 16 KiB), so page tables
 * are where an architecture wants them. Blocks know neither size nor kind:
 * the caller gives both back, which keeps the used part small.
 *
 * Invariants: A.1 every byte above brk, above the used descriptors and above
 * the used struct pages is zero. A.2 a free block's first word links the list,
 * nothing else in it counts. A.3 snapshot = the three used parts.
 */
#ifndef SIM_BASE_ARENA_H
#define SIM_BASE_ARENA_H

#include <ttmsim/base.h>

#define SIM_ARENA_LG2 34
#define SIM_ARENA_BYTES (1ULL << SIM_ARENA_LG2)
#define SIM_ARENA_DESC (8ULL << 30)	/* heap: 8 GiB */
#define SIM_ARENA_MEM_MAP (9ULL << 30)	/* descriptors: up to 1 GiB; struct pages: 7 GiB */

/* Blocks from here on have a descriptor of their own (page tables do). */
#define SIM_DESC_UNIT_LG2 11

/* What belongs to a page table besides its entries. */
struct sim_desc {
	spinlock_t ptl;		/* the split page-table lock */
	uint32_t nr_used;	/* entries in it that are not empty; under ptl */
	struct page *owner;	/* of the bytes of a page that a driver has a pointer to */
	char pad[48];		/* one cache line each: no false sharing of locks */
};
#define SIM_DESC_LG2 6

struct sim_arena;

/* The machine that an arena pointer belongs to. */
static inline struct sim_machine *sim_machine_of(const void *ptr)
{
	return (struct sim_machine *)((uintptr_t)ptr & ~(uintptr_t)(SIM_ARENA_BYTES - 1));
}

/* The descriptor of the block that lies @offset bytes into the heap, a multiple of 2 KiB. */
static inline struct sim_desc *sim_desc_at(struct sim_machine *machine, uintptr_t offset)
{
	_Static_assert(sizeof(struct sim_desc) == 1 << SIM_DESC_LG2, "");
	return (struct sim_desc *)((uintptr_t)machine + SIM_ARENA_DESC +
				   (offset >> (SIM_DESC_UNIT_LG2 - SIM_DESC_LG2)));
}

/* The descriptor of the page table at @table (or of any entry inside it, for
 * tables of at most 2 KiB; round down to the table's start first otherwise). */
static inline struct sim_desc *sim_desc_of(const void *table)
{
	struct sim_machine *machine = sim_machine_of(table);

	uintptr_t offset = (uintptr_t)table - (uintptr_t)machine;

	return sim_desc_at(machine, offset & ~((1UL << SIM_DESC_UNIT_LG2) - 1));
}

/*
 * Reserve (or reuse) an arena; returns its start, all zero but for the arena's
 * own head, of which @head_bytes are the caller's (struct sim_machine);
 * NULL where the host has no room. Reused arenas come from a small pool of the
 * process, which makes create and destroy cheap.
 */
void *sim_arena_create(size_t head_bytes);
void sim_arena_destroy(void *base);

/* Returns @size bytes, zeroed; NULL on failure (injected, or the heap is full). */
void *sim_alloc(struct sim_machine *machine, size_t size, enum sim_object kind);
/* As sim_alloc(), not zeroed: for page tables that are filled at once. */
void *sim_alloc_raw(struct sim_machine *machine, size_t size, enum sim_object kind);
/* @ptr NULL is ignored. @size and @kind as at allocation. */
void sim_free(void *ptr, size_t size, enum sim_object kind);
/* For the machine's own bookkeeping: neither counted nor made to fail. */
void *sim_alloc_service(struct sim_machine *machine, size_t size);
char *sim_strdup(struct sim_machine *machine, const char *text); /* SIM_OBJ_MISC */
void sim_strfree(char *text);

/* Counts one allocation of another kind (RAM pages): true where it must fail. */
bool sim_alloc_must_fail(struct sim_machine *machine);
void sim_count_object(struct sim_machine *machine, enum sim_object kind, long delta);

/* Tells the arena that struct pages [0, nr) of the mem_map are in use. */
void sim_arena_use_pages(struct sim_machine *machine, unsigned long nr, size_t page_bytes);

#endif
