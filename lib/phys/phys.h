/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * phys.h - physical memory as the other floors see it: pfns, struct pages,
 * references, bytes.
 */
#ifndef SIM_PHYS_PHYS_H
#define SIM_PHYS_PHYS_H

#include <limits.h>

#include <ttmsim/phys.h>

#include "base/atomic.h"
#include "base/cpu.h"

#define SIM_MAX_ORDER 10	/* the largest block: 1 << 10 pages */
#define SIM_IO_LEAF_LG2 7	/* I/O pages in a leaf of the directory */

/* A range of pfns that have struct pages. */
struct sim_ram {
	unsigned long start;	/* first pfn */
	unsigned long nr;	/* pages */
	struct page *map;	/* struct page of the first one, in the arena's mem_map */
};

/*
 * How many pages of a block are WC and how many UC- (x86; page flags PG_arch_1 and
 * PG_uncached, types.c). What a page's flags say is what counts; where all pages of a
 * block agree this says so without a look at each.
 */
struct sim_type_block {
	uint16_t wc, uc;	/* atomic; may be out of step while types change */
};

#define SIM_TYPE_BLOCK_LG2 9
#define SIM_TYPE_BITS (1UL << PG_arch_1 | 1UL << PG_uncached)

/* Letters: c = constant after creation, l = under lock, a = atomic. */
struct sim_phys {
	struct sim_ram ram;	/* c */
	unsigned long io_start;	/* c: pfns without struct pages that answer */
	unsigned long io_nr;	/* c */
	unsigned int page_shift; /* c */
	unsigned long zero_pfn;	/* c */
	struct sim_type_block *types; /* c: of pages [0, ram.nr); the blocks: a */

	spinlock_t lock;	/* rank PAGE_ALLOC */
	unsigned long fresh;	/* l: pages [fresh, ram.nr) were never handed out */
	unsigned long nr_free;	/* l to write, a to read: fresh ones and those in lists */
	bool may_merge;		/* l: pages were freed since free blocks were last merged */
	struct page *free[SIM_MAX_ORDER + 1]; /* l: heads of blocks of 1 << order */

	unsigned long bytes_end; /* l: pages [bytes_end, ram.nr) never had bytes */
	void ***io;		/* a: directory of leaves of slots (bytes.c) */
};

/*
 * Lay out physical memory. RAM's first page becomes the zero page.
 * @page_shift: bytes of a page, log2
 * Returns 0; -EINVAL where a range is empty (RAM), wraps, overlaps the other
 * or is too large for an arena; -ENOMEM.
 */
int sim_phys_create(struct sim_machine *machine, unsigned int page_shift,
		    unsigned long ram_start_pfn, unsigned long ram_pages,
		    unsigned long io_start_pfn, unsigned long io_pages);
/* Gives back every byte page and the directory; pages still in use as well. */
void sim_phys_destroy(struct sim_machine *machine);

/* ------------------------------------------------------ pfn and page ---- */

/* The RAM range of a pfn; NULL where there is none. The one place to change
 * for a machine with several. */
static inline const struct sim_ram *sim_ram_of_pfn(const struct sim_machine *machine,
						   unsigned long pfn)
{
	const struct sim_ram *ram = &machine->phys->ram;

	return pfn - ram->start < ram->nr ? ram : NULL;
}

static inline const struct sim_ram *sim_ram_of_page(const struct page *page)
{
	return &sim_machine_of(page)->phys->ram;
}

static inline bool sim_pfn_valid(const struct sim_machine *machine, unsigned long pfn)
{
	return sim_ram_of_pfn(machine, pfn) != NULL;
}

/* The same, of a range that was asked for before: NULL where the pfn is outside. */
static inline struct page *sim_page_in_ram(const struct sim_ram *ram, unsigned long pfn)
{
	return pfn - ram->start < ram->nr ? ram->map + (pfn - ram->start) : NULL;
}

/* => sim_pfn_valid(machine, pfn), else NULL */
static inline struct page *sim_pfn_to_page(const struct sim_machine *machine, unsigned long pfn)
{
	const struct sim_ram *ram = sim_ram_of_pfn(machine, pfn);

	return ram ? ram->map + (pfn - ram->start) : NULL;
}

static inline unsigned long sim_page_to_pfn(const struct page *page)
{
	const struct sim_ram *ram = sim_ram_of_page(page);

	return ram->start + (unsigned long)(page - ram->map);
}

static inline unsigned int sim_page_shift(const struct sim_machine *machine)
{
	return machine->phys->page_shift;
}

/*
 * Call before writing to the struct page of a pfn that was perhaps never
 * allocated (a driver may map any RAM): tells the arena that it is in use.
 * sim_get_page() and the byte functions do it themselves.
 */
void sim_phys_touch(const struct page *page);

/* --------------------------------------------- references, mapcounts ---- */

/* The rare ends of the inlines below. */
void sim_page_get_dead(struct page *page);
void sim_page_put_dead(struct page *page);
void sim_page_unmap_dead(struct page *page);
void sim_page_free_last(struct page *page);

static inline int sim_page_refs(const struct page *page)
{
	return __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED);
}

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

static inline bool sim_page_test(const struct page *page, enum pageflags flag)
{
	return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) >> flag & 1;
}

static inline void sim_page_set(struct page *page, enum pageflags flag)
{
	__atomic_fetch_or(&page->flags, 1UL << flag, __ATOMIC_RELAXED);
}

static inline void sim_page_clear(struct page *page, enum pageflags flag)
{
	__atomic_fetch_and(&page->flags, ~(1UL << flag), __ATOMIC_RELAXED);
}

/* ------------------------------------------------------ memory types ---- */

/* Makes the bits of SIM_TYPE_BITS in a page's flags @bits. */
void sim_page_set_type_bits(struct page *page, unsigned long bits);

/*
 * Have all pages of the block that page @nr of RAM lies in the same memory type?
 * Then their flags have *@bits of SIM_TYPE_BITS.
 */
bool sim_block_has_one_type(const struct sim_phys *phys, unsigned long nr, unsigned long *bits);

/* -------------------------------------------------------------- bytes ---- */

/*
 * Copy one whole page, of RAM or I/O memory, to another. Pages that read as
 * zeros cost nothing.
 * Returns 0; -EFAULT where nothing answers at one of them; -ENOMEM, with the
 * target as it was.
 */
int sim_phys_copy(struct sim_machine *machine, unsigned long to_pfn, unsigned long from_pfn);
/* One whole page back to zeros. Returns 0 or -EFAULT. */
int sim_phys_clear(struct sim_machine *machine, unsigned long pfn);

/* For lib/phys alone. The page reads as zeros from here on; => phys->lock held */
void sim_page_drop_bytes_locked(struct sim_machine *machine, struct page *page);
void sim_phys_destroy_bytes(struct sim_machine *machine);

#endif
