/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * limit.c - what the machine below allows: loops that do one thing an entry.
 *
 * Accesses are relaxed atomics: the compiler may then neither drop nor merge
 * nor vectorise them, as a kernel's WRITE_ONCE() forbids it to. Each loop is a
 * function of its own with its bounds in registers, so that the loop is all
 * that is timed.
 */
#include <stdlib.h>

#include "bench.h"

#define ENTRY_BITS 0x067ULL	/* present, write, user, accessed, dirty */
#define NEVER_SET (1ULL << 63)
#define INDEX_BITS 9		/* of a level: 512 entries */
#define TABLE_ENTRIES (1UL << INDEX_BITS)
#define PAGE_WORDS 8		/* a struct page: 64 bytes */
#define CACHE_LINE 64
#define LEAST 16		/* shorter, and the loop's entry is what is measured */

/* What one thread has; threads share nothing. */
struct limits {
	unsigned long nr;
	uint64_t *word;		/* nr entries, or nr times PAGE_WORDS */
	uint64_t *top;		/* of the table for walks */
	uint64_t *upper;	/* all tables above the leaves, @top first */
	unsigned int threads;	/* of the array that this is the first of */
	_Alignas(CACHE_LINE) uint64_t lock;
};

static unsigned long limit_ops(const struct point *point)
{
	return point->nr < LEAST ? LEAST : point->nr;
}

static void *lines(size_t bytes)
{
	size_t whole = (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	void *out = aligned_alloc(CACHE_LINE, whole);

	if (!out)
		bench_die("memory");
	/* Written once, so that no page is new in the timed part. */
	for (size_t i = 0; i < whole / sizeof(uint64_t); i++)
		((uint64_t *)out)[i] = 0;
	return out;
}

static struct limits *setup_words(const struct point *point, size_t words)
{
	struct limits *limits = lines(point->threads * sizeof(*limits));

	for (unsigned int i = 0; i < point->threads; i++) {
		limits[i].nr = limit_ops(point);
		limits[i].word = lines(limits[i].nr * words * sizeof(uint64_t));
		limits[i].threads = point->threads;
	}
	return limits;
}

static void *setup_entries(const struct point *point)
{
	return setup_words(point, 1);
}

static void *setup_pages(const struct point *point)
{
	return setup_words(point, PAGE_WORDS);
}

static void teardown(void *rig)
{
	struct limits *limits = rig;

	for (unsigned int i = 0; i < limits->threads; i++) {
		free(limits[i].upper);
		free(limits[i].word);
	}
	free(limits);
}

/* ---- loops ---- */

static void run_store(void *rig, unsigned int thread)
{
	const struct limits *limits = (const struct limits *)rig + thread;
	uint64_t *word = limits->word;
	unsigned long nr = limits->nr;

	for (unsigned long i = 0; i < nr; i++)
		__atomic_store_n(&word[i], i << 12 | ENTRY_BITS, __ATOMIC_RELAXED);
}

/* The test never fails, as none of the entries is ever occupied. */
static void run_load_test_store(void *rig, unsigned int thread)
{
	const struct limits *limits = (const struct limits *)rig + thread;
	uint64_t *word = limits->word;
	unsigned long nr = limits->nr;

	for (unsigned long i = 0; i < nr; i++)
		if (!(__atomic_load_n(&word[i], __ATOMIC_RELAXED) & NEVER_SET))
			__atomic_store_n(&word[i], i << 12 | ENTRY_BITS, __ATOMIC_RELAXED);
}

/* A spinlock nobody else wants, an entry, the lock let go. */
static void run_cmpxchg_store(void *rig, unsigned int thread)
{
	struct limits *limits = (struct limits *)rig + thread;
	uint64_t *word = limits->word, *lock = &limits->lock;
	unsigned long nr = limits->nr;

	for (unsigned long i = 0; i < nr; i++) {
		uint64_t free = 0;

		if (!__atomic_compare_exchange_n(lock, &free, 1, false, __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			bench_die("a lock nobody else has");
		__atomic_store_n(&word[i], i << 12 | ENTRY_BITS, __ATOMIC_RELAXED);
		__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
	}
}

static void run_page_inc(void *rig, unsigned int thread)
{
	const struct limits *limits = (const struct limits *)rig + thread;
	uint64_t *word = limits->word;
	unsigned long nr = limits->nr;

	for (unsigned long i = 0; i < nr; i++)
		__atomic_fetch_add(&word[i * PAGE_WORDS], 1, __ATOMIC_RELAXED);
}

/* ---- walks ---- */

static unsigned long index_at(unsigned long entry, unsigned int level)
{
	return entry >> (level * INDEX_BITS) & (TABLE_ENTRIES - 1);
}

static uint64_t *next_table(const uint64_t *table, unsigned long index)
{
	return (uint64_t *)(uintptr_t)__atomic_load_n(&table[index], __ATOMIC_RELAXED);
}

/* Each level's address is what the level above holds. */
static void run_walk4(void *rig, unsigned int thread)
{
	const struct limits *limits = (const struct limits *)rig + thread;
	const uint64_t *top = limits->top;
	unsigned long nr = limits->nr;

	for (unsigned long i = 0; i < nr; i++) {
		uint64_t *upper = next_table(top, index_at(i, 3));
		uint64_t *middle = next_table(upper, index_at(i, 2));
		uint64_t *leaves = next_table(middle, index_at(i, 1));

		bench_use(__atomic_load_n(&leaves[index_at(i, 0)], __ATOMIC_RELAXED));
	}
}

static unsigned long tables_at(unsigned long nr, unsigned int level)
{
	unsigned long spanned = TABLE_ENTRIES << (level * INDEX_BITS);

	return (nr + spanned - 1) / spanned;
}

/* Enters @nr tables that lie one after the other into those of the level above. */
static void link_tables(uint64_t *above, uint64_t *tables, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		above[i] = (uint64_t)(uintptr_t)(tables + i * TABLE_ENTRIES);
}

static void link_levels(struct limits *limits)
{
	unsigned long nr_leaves = tables_at(limits->nr, 0);
	unsigned long nr_middle = tables_at(limits->nr, 1), nr_upper = tables_at(limits->nr, 2);
	uint64_t *upper, *middle;

	limits->upper = lines((1 + nr_upper + nr_middle) * TABLE_ENTRIES * sizeof(uint64_t));
	limits->top = limits->upper;
	upper = limits->upper + TABLE_ENTRIES;
	middle = upper + nr_upper * TABLE_ENTRIES;
	link_tables(limits->top, upper, nr_upper);
	link_tables(upper, middle, nr_middle);
	link_tables(middle, limits->word, nr_leaves);
}

static void *setup_walk4(const struct point *point)
{
	struct point whole = *point;
	struct limits *limits;

	whole.nr = tables_at(limit_ops(point), 0) * TABLE_ENTRIES;
	limits = setup_words(&whole, 1);
	for (unsigned int i = 0; i < point->threads; i++) {
		limits[i].nr = limit_ops(point);
		link_levels(&limits[i]);
	}
	return limits;
}

#define LIMIT(title, text, make, loop) { \
	.name = "limit/" title, .what = text, .unit = "pte", .axes = AXIS(NR) | AXIS(THREADS), \
	.setup = make, .run = loop, .ops = limit_ops, .teardown = teardown, \
}

const struct family limit_families[] = {
	LIMIT("store", "a store an entry: the unit of x limit", setup_entries, run_store),
	LIMIT("load-test-store", "load, test, store", setup_entries, run_load_test_store),
	LIMIT("cmpxchg-store", "lock cmpxchg on one lock, store, unlock", setup_entries,
	      run_cmpxchg_store),
	LIMIT("walk4", "a walk of four levels, each of which depends on the one above", setup_walk4,
	      run_walk4),
	LIMIT("page-inc", "lock inc on one word of each struct page", setup_pages, run_page_inc),
	{ 0 },
};
