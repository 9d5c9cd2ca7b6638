/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pages.c - the page allocator.
 *
 * Three kinds of RAM pages:
 *
 *	0              fresh                 nr
 *	| used or free | never handed out     |
 *
 * Free pages below @fresh carry PG_sim_free and lie in a list per order, each
 * block aligned to its size. An allocation takes the block that was freed
 * last, splits a larger one, or moves @fresh up: the lowest page that does.
 * When none of that helps, free neighbours are merged by going through all
 * pages once. Same calls, same pages.
 *
 * Owners make mistakes: a page is put once too often, a freed one is taken
 * hold of. The kernel reports what it notices ("Bad page state") and sets such
 * pages aside. So here, and the lists survive: they use a link of their own,
 * and PG_sim_free tells a page that is in them.
 */
#include "base/assert.h"
#include "base/callback.h"
#include "base/lock.h"
#include "base/outcome.h"
#include "phys/refs.h"

#define BAD_FLAGS_AT_FREE (1UL << PG_locked | 1UL << PG_slab | 1UL << PG_reserved)
#define MAPPING_ANON 1UL /* PAGE_MAPPING_ANON */

static void bad_page(struct sim_machine *machine, const char *function, const char *reason)
{
	sim_outcome_record(machine, SIM_BAD_PAGE, "mm/page_alloc.c", function, reason);
}

static unsigned long page_nr(const struct sim_phys *phys, const struct page *page)
{
	return (unsigned long)(page - phys->ram.map);
}

/* In a list, or never handed out. => lock held */
static bool is_free_locked(const struct sim_phys *phys, const struct page *page)
{
	return sim_page_test(page, PG_sim_free) || page_nr(phys, page) >= phys->fresh;
}

static void set_free_locked(struct sim_phys *phys, unsigned long nr)
{
	__atomic_store_n(&phys->nr_free, nr, __ATOMIC_RELAXED);
}

/* -------------------------------------------------------------- lists ---- */

static void push_locked(struct sim_phys *phys, struct page *page, unsigned int order)
{
	page->sim_free_next = phys->free[order];
	phys->free[order] = page;
}

static struct page *pop_locked(struct sim_phys *phys, unsigned int order)
{
	struct page *page = phys->free[order];

	if (page) {
		phys->free[order] = page->sim_free_next;
		page->sim_free_next = NULL;
	}
	return page;
}

/* Puts the free pages [start, end) in lists, as the largest aligned blocks. */
static void push_range_locked(struct sim_phys *phys, unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned long pfn = phys->ram.start + start;
		unsigned int order = 0;

		while (order < SIM_MAX_ORDER && !(pfn >> order & 1) &&
		       start + (2UL << order) <= end)
			order++;
		push_locked(phys, phys->ram.map + start, order);
		start += 1UL << order;
	}
}

/* From the lists: a block of this order, or the low end of a larger one. */
static struct page *take_listed_locked(struct sim_phys *phys, unsigned int order)
{
	unsigned int from = order;
	struct page *page;

	while (from < SIM_MAX_ORDER && !phys->free[from])
		from++;
	page = pop_locked(phys, from);
	while (page && from > order) {
		from--;
		push_locked(phys, page + (1UL << from), from);
	}
	return page;
}

/* From the pages that were never handed out; what alignment skips is listed. */
static struct page *take_fresh_locked(struct sim_machine *machine, struct sim_phys *phys,
				      unsigned int order)
{
	unsigned long size = 1UL << order;
	unsigned long pfn = (phys->ram.start + phys->fresh + size - 1) & ~(size - 1);
	unsigned long start = pfn - phys->ram.start;
	unsigned long skipped = phys->fresh;

	if (start + size > phys->ram.nr)
		return NULL;
	phys->fresh = start + size;
	sim_arena_use_pages(machine, phys->fresh, sizeof(struct page));
	for (unsigned long i = skipped; i < start; i++)
		sim_page_set(phys->ram.map + i, PG_sim_free);
	push_range_locked(phys, skipped, start);
	return phys->ram.map + start;
}

/* Lists all free pages anew, neighbours together. */
static void merge_locked(struct sim_phys *phys)
{
	unsigned long end = phys->fresh;

	for (unsigned int order = 0; order <= SIM_MAX_ORDER; order++)
		phys->free[order] = NULL;
	while (end > 0) {
		unsigned long start = end;

		while (start > 0 && sim_page_test(phys->ram.map + start - 1, PG_sim_free))
			start--;
		push_range_locked(phys, start, end);
		end = start < end ? start : end - 1;
	}
	phys->may_merge = false;
}

static struct page *take_locked(struct sim_machine *machine, struct sim_phys *phys,
				unsigned int order)
{
	struct page *page = take_listed_locked(phys, order);

	if (!page)
		page = take_fresh_locked(machine, phys, order);
	if (!page && phys->may_merge && phys->nr_free >= 1UL << order) {
		merge_locked(phys);
		page = take_listed_locked(phys, order);
	}
	return page;
}

/* -------------------------------------------------------- allocation ---- */

static bool is_untouched(const struct page *page)
{
	return sim_page_refs(page) == 0 && page_mapcount(page) == 0;
}

/*
 * Is nobody holding a page of this free block? Where somebody is, the block is
 * taken apart: what is held counts as allocated until its last reference goes.
 * Models: mm/page_alloc.c, check_new_pages, 6.1 (which loses the whole block).
 */
static bool check_new_locked(struct sim_machine *machine, struct sim_phys *phys,
			     struct page *page, unsigned int order)
{
	unsigned long bad = 0;

	for (unsigned long i = 0; i < 1UL << order; i++)
		bad += !is_untouched(page + i);
	if (!bad)
		return true;
	for (unsigned long i = 0; i < 1UL << order; i++) {
		if (is_untouched(page + i)) {
			sim_page_set(page + i, PG_sim_free);
			push_locked(phys, page + i, 0);
		} else {
			sim_page_clear(page + i, PG_sim_free);
			bad_page(machine, "check_new_page", "nonzero _refcount");
		}
	}
	set_free_locked(phys, phys->nr_free - bad);
	sim_count_object(machine, SIM_OBJ_PAGE, (long)bad);
	return false;
}

/* Flags that are overwritten take the memory type with them. */
static void make_wb(struct page *page)
{
	if (unlikely(__atomic_load_n(&page->flags, __ATOMIC_RELAXED) & SIM_TYPE_BITS))
		sim_page_set_type_bits(page, 0);
}

static void prepare_locked(struct sim_machine *machine, struct page *page)
{
	make_wb(page);
	__atomic_store_n(&page->flags, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&page->mapping, NULL, __ATOMIC_RELAXED);
	page->index = 0;
	page->private_data = 0;
	page->sim_next = NULL;
	sim_page_drop_bytes_locked(machine, page);
}

static struct page *alloc_locked(struct sim_machine *machine, struct sim_phys *phys,
				 unsigned int order)
{
	struct page *page = take_locked(machine, phys, order);

	while (page && !check_new_locked(machine, phys, page, order))
		page = take_locked(machine, phys, order);
	if (!page)
		return NULL;
	for (unsigned long i = 0; i < 1UL << order; i++)
		prepare_locked(machine, page + i);
	__atomic_store_n(&page->_refcount.counter, 1, __ATOMIC_RELEASE);
	set_free_locked(phys, phys->nr_free - (1UL << order));
	return page;
}

struct page *sim_alloc_pages(struct sim_machine *machine, unsigned int order)
{
	struct sim_phys *phys;
	struct page *page;

	if (!machine || sim_enter(machine) || order > SIM_MAX_ORDER || sim_alloc_must_fail(machine))
		return NULL;
	phys = machine->phys;
	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	page = alloc_locked(machine, phys, order);
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
	if (page) {
		sim_count_n(machine, SIM_CNT_PAGE_ALLOC, 1UL << order);
		sim_count_object(machine, SIM_OBJ_PAGE, 1L << order);
	}
	return page;
}

/* ------------------------------------------------------------ freeing ---- */

/* Why a page without references must not be freed; NULL where it may.
 * Models: mm/page_alloc.c, page_bad_reason, 6.1. */
static const char *bad_reason(const struct page *page)
{
	uintptr_t mapping = (uintptr_t)__atomic_load_n(&page->mapping, __ATOMIC_RELAXED);

	if (page_mapcount(page) != 0)
		return "nonzero mapcount";
	if (mapping && !(mapping & MAPPING_ANON))
		return "non-NULL mapping";
	if (sim_page_refs(page) != 0)
		return "nonzero _refcount";
	if (__atomic_load_n(&page->flags, __ATOMIC_RELAXED) & BAD_FLAGS_AT_FREE)
		return "PAGE_FLAGS_CHECK_AT_FREE flag(s) set";
	return NULL;
}

/* Ends a page's life, but for its place in a list. */
static void retire_locked(struct sim_machine *machine, struct sim_phys *phys, struct page *page)
{
	__atomic_store_n(&page->mapping, NULL, __ATOMIC_RELAXED);
	make_wb(page);
	__atomic_store_n(&page->flags, 1UL << PG_sim_free, __ATOMIC_RELAXED);
	sim_page_drop_bytes_locked(machine, page);
	set_free_locked(phys, phys->nr_free + 1);
	phys->may_merge = true;
	sim_count(machine, SIM_CNT_PAGE_FREE);
	sim_count_object(machine, SIM_OBJ_PAGE, -1);
}

/* May this page of a block that is given back go? Records why not. */
static bool check_free_locked(struct sim_machine *machine, const struct sim_phys *phys,
			      const struct page *page)
{
	const char *reason = is_free_locked(phys, page) ? "page is free already"
							: bad_reason(page);

	if (reason)
		bad_page(machine, "free_pages_prepare", reason);
	return !reason;
}

void sim_page_free_last(struct page *page)
{
	struct sim_machine *machine = sim_machine_of(page);
	struct sim_phys *phys = machine->phys;

	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	if (check_free_locked(machine, phys, page)) {
		retire_locked(machine, phys, page);
		push_locked(phys, page, 0);
	}
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
}

/* Takes back the reference that allocation gave the head, where it is there. */
static void put_head_locked(struct page *page)
{
	int old = sim_page_refs(page);

	while (old > 0 && !__atomic_compare_exchange_n(&page->_refcount.counter, &old, old - 1,
						       true, __ATOMIC_ACQ_REL,
						       __ATOMIC_RELAXED))
		;
	if (old > 0)
		sim_count(sim_machine_of(page), SIM_CNT_REF);
}

static void free_block_locked(struct sim_machine *machine, struct sim_phys *phys,
			      struct page *page, unsigned int order)
{
	unsigned long size = 1UL << order;
	unsigned long nr = page_nr(phys, page);
	unsigned long run = 0; /* pages before this one that were retired in a row */

	if (!is_free_locked(phys, page))
		put_head_locked(page);
	/* Whoever holds a single page still frees it with the last reference.
	 * Models: mm/page_alloc.c, __free_pages, 6.1. */
	if (!order && sim_page_refs(page) > 0)
		return;
	for (unsigned long i = 0; i < size; i++) {
		if (check_free_locked(machine, phys, page + i)) {
			retire_locked(machine, phys, page + i);
			run++;
			continue;
		}
		push_range_locked(phys, nr + i - run, nr + i);
		run = 0;
	}
	push_range_locked(phys, nr + size - run, nr + size);
}

void sim_free_pages(struct page *page, unsigned int order)
{
	struct sim_machine *machine = sim_machine_of(page);
	struct sim_phys *phys;

	if (!page)
		return;
	phys = machine->phys;
	if (order > SIM_MAX_ORDER || page_nr(phys, page) + (1UL << order) > phys->ram.nr)
		return;
	sim_spin_lock(machine, &phys->lock, SIM_RANK_PAGE_ALLOC);
	free_block_locked(machine, phys, page, order);
	sim_spin_unlock(&phys->lock, SIM_RANK_PAGE_ALLOC);
}
