/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* pages.c - pages of a driver's own: got, reached, marked, locked. */
#include <ttmsim/pages.h>

#include "drm/internal.h"

/* ---- allocation ---- */

struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
	struct sim_machine *machine = sim_current_machine();

	(void)gfp_mask;
	return machine ? sim_alloc_pages(machine, order) : NULL;
}

void __free_pages(struct page *page, unsigned int order)
{
	if (page)
		sim_free_pages(page, order);
}

unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
	struct page *page = alloc_pages(gfp_mask, order);
	void *addr;

	if (!page)
		return 0;
	addr = sim_phys_lend(sim_machine_of(page), page, 1UL << order);
	if (!addr)
		__free_pages(page, order);
	return (unsigned long)addr;
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((const void *)addr), order);
}

/* ---- bytes ---- */

void *page_address(const struct page *page)
{
	return sim_phys_lend(sim_machine_of(page), (struct page *)page, 1);
}

struct page *virt_to_page(const void *addr)
{
	struct sim_machine *machine = sim_current_machine();

	return machine && sim_machine_of(addr) == machine ? sim_phys_lent_page(machine, addr)
							  : NULL;
}

void clear_highpage(struct page *page)
{
	void *bytes = page_address(page);

	if (bytes)
		memset(bytes, 0, sim_page_size(sim_machine_of(page)));
}

void copy_highpage(struct page *to, struct page *from)
{
	void *target = page_address(to), *source = page_address(from);

	if (target && source)
		memcpy(target, source, sim_page_size(sim_machine_of(to)));
}

/* ---- state ---- */

int is_zero_pfn(unsigned long pfn)
{
	struct sim_machine *machine = sim_current_machine();

	return machine && pfn == sim_zero_pfn(machine);
}

bool set_page_dirty(struct page *page)
{
	unsigned long bit = 1UL << PG_dirty;

	return !(__atomic_fetch_or(&page->flags, bit, __ATOMIC_RELAXED) & bit);
}

int set_page_dirty_lock(struct page *page)
{
	int ret;

	lock_page(page);
	ret = set_page_dirty(page);
	unlock_page(page);
	return ret;
}

int PageDirty(const struct page *page)
{
	return sim_page_test(page, PG_dirty);
}

int PageLocked(const struct page *page)
{
	return sim_page_test(page, PG_locked);
}

bool trylock_page(struct page *page)
{
	unsigned long bit = 1UL << PG_locked;

	return !(__atomic_fetch_or(&page->flags, bit, __ATOMIC_ACQUIRE) & bit);
}

void sim_driver_lock_page(struct page *page)
{
	struct sim_machine *machine = sim_machine_of(page);
	double deadline = 0;

	for (unsigned int round = 0; !trylock_page(page); round++) {
		if (sim_is_crashed(machine))
			return;
		if (!deadline)
			deadline = sim_now_s() + SIM_FENCE_WAIT_MAX_S;
		if (sim_now_s() > deadline) {
			sim_outcome_record(machine, SIM_WARN, "mm/filemap.c", "lock_page",
					   "nobody unlocked the page");
			return;
		}
		sim_wait_round(round);
	}
}

void sim_driver_unlock_page(struct page *page)
{
	unsigned long bit = 1UL << PG_locked;

	if (!(__atomic_fetch_and(&page->flags, ~bit, __ATOMIC_RELEASE) & bit))
		sim_outcome_record(sim_machine_of(page), SIM_WARN, "mm/filemap.c", "unlock_page",
				   "!folio_test_locked(folio)");
}

/* ---- memory types ---- */

int sim_set_pages_array(struct page **pages, int numpages, enum sim_cache_mode mode)
{
	for (int i = 0; i < numpages; i++) {
		int ret = sim_set_memtype_ram(sim_machine_of(pages[i]), page_to_pfn(pages[i]), 1,
					      mode);

		if (ret)
			return ret;
	}
	return 0;
}

int sim_set_memory(unsigned long addr, int numpages, enum sim_cache_mode mode)
{
	for (int i = 0; i < numpages; i++, addr += PAGE_SIZE) {
		struct page *page = virt_to_page((const void *)addr);
		int ret = page ? sim_set_pages_array(&page, 1, mode) : -EINVAL;

		if (ret)
			return ret;
	}
	return 0;
}
