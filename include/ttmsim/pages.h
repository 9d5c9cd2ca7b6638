/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pages.h - pages of a driver's own, under their kernel names.
 *
 * They are the current machine's RAM. A pointer to a page's bytes stays good as long
 * as the machine, and what is stored through it is what simulated CPUs and devices see.
 * No page is compound: a folio is a page.
 */
#ifndef TTMSIM_PAGES_H
#define TTMSIM_PAGES_H

#include <ttmsim/mm.h>
#include <ttmsim/slab.h>

SIM_BEGIN_DECLS

/* Models: include/linux/mm_types.h, struct folio, 6.1: its first page. */
struct folio {
	struct page page;
};

/* ------------------------------------------------------- allocation ------ */

/**
 * alloc_pages - 1 << @order pages in a row; the first one has a reference
 *
 * Returns: the first page, all bytes zero with or without __GFP_ZERO;
 *          NULL, no memory, or no current task.
 * Models: include/linux/gfp.h, alloc_pages, 6.1.
 */
SIM_API struct page *alloc_pages(gfp_t gfp_mask, unsigned int order);

/**
 * __free_pages - give such pages back; NULL is ignored
 *
 * Models: mm/page_alloc.c, __free_pages, 6.1.
 */
SIM_API void __free_pages(struct page *page, unsigned int order);

/**
 * __get_free_pages - alloc_pages(), as the address of their bytes
 *
 * Returns: the address;
 *          0.
 * Models: mm/page_alloc.c, __get_free_pages, 6.1.
 */
SIM_API unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order);

/**
 * free_pages - give back what __get_free_pages() returned; 0 is ignored
 */
SIM_API void free_pages(unsigned long addr, unsigned int order);

#define alloc_page(gfp_mask) alloc_pages(gfp_mask, 0)
#define __free_page(page) __free_pages(page, 0)
#define get_zeroed_page(gfp_mask) __get_free_pages((gfp_mask) | __GFP_ZERO, 0)
#define __get_free_page(gfp_mask) __get_free_pages(gfp_mask, 0)
#define free_page(addr) free_pages(addr, 0)

/* ------------------------------------------------------------ bytes ------ */

/**
 * page_address - a pointer to the bytes of a page
 *
 * Pages of one alloc_pages() lie one after the other where the first call is for the
 * first of them.
 *
 * Returns: the pointer;
 *          NULL, no memory to hold the bytes.
 * Models: include/linux/mm.h, page_address, 6.1.
 */
SIM_API void *page_address(const struct page *page);

/**
 * virt_to_page - the page that a pointer from page_address() leads into
 *
 * Returns: the page;
 *          NULL for any other pointer (the kernel: a wild one, or kmalloc()'s slab page).
 */
SIM_API struct page *virt_to_page(const void *addr);

/* All memory is mapped: nothing to undo. */
#define kmap(page) page_address(page)
#define kmap_atomic(page) page_address(page)
#define kmap_local_page(page) page_address(page)
#define kunmap(page) ((void)(page))
#define kunmap_atomic(addr) ((void)(addr))
#define kunmap_local(addr) ((void)(addr))

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}

static inline struct page *phys_to_page(phys_addr_t phys)
{
	return pfn_to_page(PHYS_PFN(phys));
}

/**
 * clear_highpage - zeros in all of a page
 */
SIM_API void clear_highpage(struct page *page);

/**
 * copy_highpage - all bytes of a page to another
 */
SIM_API void copy_highpage(struct page *to, struct page *from);

/* ------------------------------------------------------------ state ------ */

/**
 * is_zero_pfn - is it the page that anonymous memory reads as?
 */
SIM_API int is_zero_pfn(unsigned long pfn);

/**
 * set_page_dirty - note that a page was written to
 *
 * Returns: true where it was clean.
 * Models: mm/page-writeback.c, noop_dirty_folio, 6.1: no page is written back.
 */
SIM_API bool set_page_dirty(struct page *page);

/**
 * set_page_dirty_lock - the same with the page locked meanwhile
 *
 * Returns: as set_page_dirty().
 */
SIM_API int set_page_dirty_lock(struct page *page);

/**
 * PageDirty - was it noted?
 */
SIM_API int PageDirty(const struct page *page);

/**
 * sim_driver_lock_page - lock_page(): wait for a page's lock
 *
 * Ends when the machine has crashed; what the calling thread holds already hangs a
 * kernel: SIM_WARN after 30 s.
 * Models: include/linux/pagemap.h, lock_page, 6.1.
 */
SIM_API void sim_driver_lock_page(struct page *page);

#define lock_page(page) sim_driver_lock_page(page)

/**
 * trylock_page - take it if it is free
 *
 * Returns: true;
 *          false where it is taken.
 */
SIM_API bool trylock_page(struct page *page);

/**
 * sim_driver_unlock_page - unlock_page(): let go; of a free one: SIM_WARN
 */
SIM_API void sim_driver_unlock_page(struct page *page);

#define unlock_page(page) sim_driver_unlock_page(page)

/**
 * PageLocked - is it taken, by whomever?
 */
SIM_API int PageLocked(const struct page *page);

#define page_folio(p) ((struct folio *)(p))
#define folio_page(folio, n) (&(folio)->page + (n))

static inline long folio_nr_pages(const struct folio *folio)
{
	(void)folio;
	return 1;
}

static inline unsigned long folio_pfn(const struct folio *folio)
{
	return page_to_pfn(&folio->page);
}

static inline void folio_get(struct folio *folio)
{
	get_page(&folio->page);
}

static inline void folio_put(struct folio *folio)
{
	put_page(&folio->page);
}

static inline void folio_lock(struct folio *folio)
{
	lock_page(&folio->page);
}

static inline void folio_unlock(struct folio *folio)
{
	unlock_page(&folio->page);
}

static inline bool folio_mark_dirty(struct folio *folio)
{
	return set_page_dirty(&folio->page);
}

/* ----------------------------------------------------- memory types ------ */

/**
 * sim_set_pages_array - the memory type of pages that need not lie in a row
 *
 * Returns: 0, also where memory types are not tracked.
 * Models: arch/x86/mm/pat/set_memory.c, _set_pages_array, 6.1.
 */
SIM_API int sim_set_pages_array(struct page **pages, int numpages, enum sim_cache_mode mode);

#define set_pages_array_wc(pages, nr) sim_set_pages_array(pages, nr, SIM_CACHE_WC)
#define set_pages_array_uc(pages, nr) sim_set_pages_array(pages, nr, SIM_CACHE_UC_MINUS)
#define set_pages_array_wb(pages, nr) sim_set_pages_array(pages, nr, SIM_CACHE_WB)

/**
 * sim_set_memory - the same for bytes of pages at an address
 *
 * Returns: 0;
 *          -EINVAL, the address is none of page_address().
 * Models: arch/x86/mm/pat/set_memory.c, set_memory_wc, 6.1.
 */
SIM_API int sim_set_memory(unsigned long addr, int numpages, enum sim_cache_mode mode);

#define set_memory_wc(addr, nr) sim_set_memory(addr, nr, SIM_CACHE_WC)
#define set_memory_uc(addr, nr) sim_set_memory(addr, nr, SIM_CACHE_UC_MINUS)
#define set_memory_wb(addr, nr) sim_set_memory(addr, nr, SIM_CACHE_WB)

SIM_END_DECLS

#endif
