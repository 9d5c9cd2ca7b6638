/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * refs.h - references to pages and their mapcounts; the last reference frees.
 */
#ifndef SIM_PHYS_REFS_H
#define SIM_PHYS_REFS_H

#include "phys/phys.h"

/* The rare ends of the inlines below. */
void sim_page_get_dead(struct page *page);
void sim_page_put_dead(struct page *page);
void sim_page_unmap_dead(struct page *page);
void sim_page_free_last(struct page *page);

/* Takes @refs references: 1, or GUP_PIN_COUNTING_BIAS for a pin. @up: of a UP machine.
 * Leaves SIM_CNT_REF to the caller. */
static inline void sim_add_refs(bool up, struct page *page, int refs)
{
	if (__builtin_expect(sim_add_int(up, &page->_refcount.counter, refs) <= 0, 0))
		sim_page_get_dead(page);
}

static inline void sim_get_page(struct page *page, int refs)
{
	sim_count(sim_machine_of(page), SIM_CNT_REF);
	sim_add_refs(sim_is_up(page), page, refs);
}

/* The same where the page may be free: false without references, and where
 * the count would overflow. */
static inline bool sim_try_add_refs(bool up, struct page *page, int refs)
{
	int old = sim_page_refs(page), fresh;

	do {
		if (__builtin_expect(old <= 0 || __builtin_add_overflow(old, refs, &fresh), 0))
			return false;
	} while (!sim_cmpxchg_int(up, &page->_refcount.counter, &old, fresh, __ATOMIC_ACQUIRE));
	return true;
}

static inline bool sim_try_get_page(struct page *page, int refs)
{
	if (!sim_try_add_refs(sim_is_up(page), page, refs))
		return false;
	sim_count(sim_machine_of(page), SIM_CNT_REF);
	return true;
}

/* Drops @refs references, not counted. False, and nothing done, where there are not
 * so many: it is recorded. */
static inline bool sim_page_ref_sub(struct page *page, int refs, bool up)
{
	int old = sim_page_refs(page);

	do {
		if (__builtin_expect(old < refs, 0)) {
			sim_page_put_dead(page);
			return false;
		}
	} while (!sim_cmpxchg_int(up, &page->_refcount.counter, &old, old - refs,
				  __ATOMIC_ACQ_REL));
	if (old == refs)
		sim_page_free_last(page);
	return true;
}

/* Drops @refs references; the last one frees the page. Dropping more than
 * there are is recorded and changes nothing. */
static inline void sim_put_page(struct page *page, int refs)
{
	if (sim_page_ref_sub(page, refs, sim_is_up(page)))
		sim_count(sim_machine_of(page), SIM_CNT_REF);
}

static inline void sim_page_add_map(struct page *page)
{
	sim_count(sim_machine_of(page), SIM_CNT_MAPCOUNT);
	sim_add_int(sim_is_up(page), &page->_mapcount.counter, 1);
}

/* Returns the mapcount that is left, not counted, or -1: there was none, which the
 * caller tells. */
static inline int sim_page_map_sub(struct page *page, bool up)
{
	int old = __atomic_load_n(&page->_mapcount.counter, __ATOMIC_RELAXED);

	do {
		if (__builtin_expect(old <= 0, 0))
			return -1;
	} while (!sim_cmpxchg_int(up, &page->_mapcount.counter, &old, old - 1, __ATOMIC_RELEASE));
	return old - 1;
}

static inline int sim_page_remove_map(struct page *page)
{
	int left = sim_page_map_sub(page, sim_is_up(page));

	if (left >= 0)
		sim_count(sim_machine_of(page), SIM_CNT_MAPCOUNT);
	return left;
}

#endif
