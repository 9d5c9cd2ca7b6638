/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * phys.h - physical memory: RAM with struct pages, I/O memory without, bytes
 * in both.
 *
 *   pfn  0        ram_start        ram_end          io_start      io_end
 *        |  hole  |  RAM: pfn_valid |     hole      |  VRAM/I/O   |
 *                 mem_map[pfn - ram_start]           no struct page
 */
#ifndef TTMSIM_PHYS_H
#define TTMSIM_PHYS_H

#include <ttmsim/base.h>

SIM_BEGIN_DECLS

struct address_space;

/*
 * Models: include/linux/mm_types.h, struct page, 6.1; differs in that
 * _mapcount counts from 0 (the kernel's from -1), so that an untouched page is
 * all zero, and in the sim_ fields.
 */
struct page {
	unsigned long flags;		/* PG_*; atomic */
	atomic_t _refcount;
	atomic_t _mapcount;
	struct address_space *mapping;	/* bit 0 set: anonymous (PageAnon) */
	pgoff_t index;
	unsigned long private_data;	/* the kernel's "private", a C++ keyword */
	void *sim_bytes;		/* what the page holds; lib/phys/bytes.c */
	struct page *sim_next;		/* the owner's: TTM's pool */
	struct page *sim_free_next;	/* the page allocator's alone */
};

/* Bit numbers of page->flags. Models: include/linux/page-flags.h, 6.1. */
enum pageflags {
	PG_locked,
	PG_dirty,
	PG_uptodate,
	PG_swapbacked,
	PG_slab,
	PG_reserved,
	PG_arch_1,	/* x86: memory type, with PG_uncached */
	PG_uncached,
	PG_anon_exclusive, /* no other mm maps this anonymous page (6.1 on) */
	PG_sim_free,	/* in the page allocator's free list */
	PG_sim_zero,	/* the zero page */
	PG_sim_pin_lost, /* was pinned when a copy took its place in the page table */
};

/* A page pinned by FOLL_PIN carries this many references per pin (mm.h). */
#define GUP_PIN_COUNTING_BIAS 1024

/**
 * pfn_valid - is there a struct page for this pfn?
 *
 * Acts on the current machine (sim_task_switch()).
 * Models: include/linux/mmzone.h, pfn_valid, 6.1.
 */
SIM_API int pfn_valid(unsigned long pfn);

/**
 * pfn_to_page - the struct page of a pfn of the current machine
 *
 * Returns: the page;
 *          NULL where !pfn_valid(pfn) (the kernel: a wild pointer).
 */
SIM_API struct page *pfn_to_page(unsigned long pfn);

/**
 * page_to_pfn - the pfn of a page, on whatever machine it lies
 */
SIM_API unsigned long page_to_pfn(const struct page *page);

/**
 * page_count - the reference count of a page
 *
 * Models: include/linux/page_ref.h, page_count, 6.1.
 */
SIM_API int page_count(const struct page *page);

/**
 * page_mapcount - how many page-table entries map the page
 *
 * Models: include/linux/mm.h, page_mapcount, 6.1 (order-0 pages).
 */
SIM_API int page_mapcount(const struct page *page);

/**
 * page_maybe_dma_pinned - does the page look pinned?
 *
 * Returns: true where the reference count is at least GUP_PIN_COUNTING_BIAS.
 * Models: include/linux/mm.h, page_maybe_dma_pinned, 6.1 (order-0 pages).
 */
SIM_API bool page_maybe_dma_pinned(const struct page *page);

/**
 * get_page - take a reference
 *
 * A page without references is recorded as SIM_BAD_PAGE and still counted up.
 * Models: include/linux/mm.h, get_page, 6.1; the kernel's VM_BUG_ON is off in
 * production builds.
 */
SIM_API void get_page(struct page *page);

/**
 * put_page - drop a reference; the last one frees the page
 *
 * Dropping one that is not there is recorded as SIM_BAD_PAGE and changes
 * nothing. Models: include/linux/mm.h, put_page, 6.1.
 */
SIM_API void put_page(struct page *page);

/**
 * sim_alloc_pages - allocate 1 << order contiguous RAM pages, without __GFP_COMP
 *
 * The head has one reference, the tails none, as alloc_pages() leaves them.
 *
 * Returns: the head page, all bytes zero;
 *          NULL where RAM is used up or a failure was injected.
 */
SIM_API struct page *sim_alloc_pages(struct sim_machine *machine, unsigned int order);

/**
 * sim_free_pages - give back what sim_alloc_pages() returned
 *
 * A page of the block that is free already, or that has references besides
 * the head's own, is recorded as SIM_BAD_PAGE.
 * Models: mm/page_alloc.c, __free_pages, 6.1.
 */
SIM_API void sim_free_pages(struct page *page, unsigned int order);

/**
 * sim_zero_pfn - the pfn of the machine's zero page
 */
SIM_API unsigned long sim_zero_pfn(const struct sim_machine *machine);

/**
 * sim_phys_is_iomem - is the pfn inside an I/O range?
 */
SIM_API bool sim_phys_is_iomem(const struct sim_machine *machine, unsigned long pfn);

/**
 * sim_phys_read - read bytes of one physical page
 * @offset: bytes from the start of the page; offset + len within the page
 *
 * Returns: 0;
 *          -EFAULT where nothing answers at @pfn;
 *          -EINVAL where the range leaves the page.
 */
SIM_API int sim_phys_read(struct sim_machine *machine, unsigned long pfn, size_t offset,
			  void *buf, size_t len);

/**
 * sim_phys_write - write bytes of one physical page
 *
 * Returns: 0;
 *          -EFAULT where nothing answers at @pfn;
 *          -EINVAL where the range leaves the page;
 *          -ENOMEM where the bytes could not be committed.
 */
SIM_API int sim_phys_write(struct sim_machine *machine, unsigned long pfn, size_t offset,
			   const void *buf, size_t len);

/**
 * sim_phys_free_pages - how many RAM pages are free
 */
SIM_API unsigned long sim_phys_free_pages(const struct sim_machine *machine);

SIM_END_DECLS

#endif
