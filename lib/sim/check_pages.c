/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check_pages.c - the rules P: a page and all that map it.
 *
 *	P.1 its mapcount is the number of ptes that map it as a normal page. Huge leaves
 *	    count nothing: they are only ever inserted by pfn
 *	P.2 a free page has no references
 *	P.3 what is pinned is what is mapped: no copy has taken the place of an anonymous
 *	    page that was pinned and that nobody else mapped. A device would go on
 *	    writing to the old one. Whoever unmaps or drops what he pinned has asked for
 *	    it: then there is no copy.
 */
#include "phys/phys.h"
#include "pte/pgtable.h"
#include "sim/check.h"

/* ---- lost pins ---- */

/* Where a vma has the place of an anonymous page, or 0. */
static unsigned long address_of(const struct vm_area_struct *vma, const struct page *page)
{
	uintptr_t anon_vma = (uintptr_t)page->mapping - PAGE_MAPPING_ANON;
	pgoff_t off = page->index - vma->vm_pgoff;

	if ((uintptr_t)vma->anon_vma != anon_vma || off >= vma_pages(vma))
		return 0;
	return vma->vm_start + (off << vma->vm_mm->sim_mmu->page_shift);
}

/* Is something else in its place? Tells of it. */
static bool has_successor(struct machine_check *mc, struct vm_area_struct *vma,
			  const struct page *page)
{
	struct sim_check_entry entry = { .vma = vma, .addr = address_of(vma, page) };
	struct sim_pte_info info;

	if (!entry.addr || sim_pte_lookup(vma->vm_mm, entry.addr, &info) || !info.present)
		return false;
	entry.e = info.raw;
	entry.pfn = info.pfn;
	if (entry.pfn == page_to_pfn(page))
		return false;
	sim_check_tell_entry(&mc->check, "P.3", &entry,
			     "a copy, and pfn 0x%lx, which it took the place of, is pinned",
			     page_to_pfn(page));
	sim_check_flush(&mc->check);
	return true;
}

static bool has_successor_in(struct machine_check *mc, struct task_struct *task,
			     const struct page *page)
{
	struct mm_struct *mm = task->mm;
	bool found = false;

	mc->check.mm = mm;
	mc->check.who = task->comm;
	mmap_read_lock(mm);
	for (struct vm_area_struct *vma = sim_vma_next(mm, NULL); vma && !found;
	     vma = vma->sim_next)
		found = has_successor(mc, vma, page);
	mmap_read_unlock(mm);
	return found;
}

static void check_pin(struct machine_check *mc, const struct page *page)
{
	if (!sim_page_is_anon(page) || !page_maybe_dma_pinned(page) || page_mapcount(page))
		return;
	for (struct task_struct *task = mc->machine->tasks; task; task = task->sim_next)
		if (task->mm && has_successor_in(mc, task, page))
			return;
}

/* ---- all pages ---- */

static void check_page(struct machine_check *mc, unsigned long nr)
{
	const struct page *page = &mc->machine->phys->ram.map[nr];
	int maps = page_mapcount(page);

	if (maps != mc->maps[nr])
		sim_check_tell(&mc->check, "P.1 pfn 0x%lx: mapcount %d, but %d entries map it",
			       page_to_pfn(page), maps, mc->maps[nr]);
	if (sim_page_test(page, PG_sim_free) && page_count(page))
		sim_check_tell(&mc->check, "P.2 pfn 0x%lx: free, but with %d references",
			       page_to_pfn(page), page_count(page));
	if (sim_page_test(page, PG_sim_pin_lost))
		check_pin(mc, page);
}

void check_pages(struct machine_check *mc)
{
	for (unsigned long nr = 0; nr < mc->machine->phys->fresh; nr++)
		check_page(mc, nr);
}
