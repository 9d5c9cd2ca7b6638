/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * phys.h - physical memory as the other floors see it: pfns, struct pages,
 * references, bytes.
 */
#ifndef SIM_PHYS_PHYS_H
#define SIM_PHYS_PHYS_H

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

/* ------------------------------------------------- counts and flags ---- */

static inline int sim_page_refs(const struct page *page)
{
	return __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED);
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

/* ---- pointers to bytes (bytes.c) ---- */

/*
 * A pointer to the bytes of pages that lie one after the other, good as long as the
 * machine; NULL without memory, and where a pointer to only some of them is out.
 */
void *sim_phys_lend(struct sim_machine *machine, struct page *page, unsigned long nr);
/* The page that such a pointer leads to; NULL for any other. */
struct page *sim_phys_lent_page(struct sim_machine *machine, const void *addr);

#endif
