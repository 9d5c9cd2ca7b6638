/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * grab.c - references and pins.
 *
 * A pin is GUP_PIN_COUNTING_BIAS references at once, so that a page that looks
 * heavily referenced counts as pinned (page_maybe_dma_pinned()). Pages here are
 * never compound, so the exact count that compound pages have is not needed.
 */
#include "gup/internal.h"

bool try_grab_folio(struct page *page, int refs, unsigned int flags)
{
	if (pins_nothing(page, flags))
		return true;
	return sim_try_get_page(page, nr_references(refs, flags));
}

void gup_put_folio(struct page *page, int refs, unsigned int flags)
{
	if (!pins_nothing(page, flags))
		sim_put_page(page, nr_references(refs, flags));
}

bool gup_must_unshare(const struct vm_area_struct *vma, unsigned int flags,
		      const struct page *page)
{
	const struct sim_machine *machine = sim_machine_of(page);

	if (!may_unshare(machine, flags))
		return false;
	if (sim_page_is_anon(page))
		return !sim_page_test(page, PG_anon_exclusive);
	if (!(flags & FOLL_LONGTERM) || !sim_rule(machine, SIM_RULE_UNSHARE_ANY_PAGE))
		return false;
	return !vma || is_cow_mapping(vma->vm_flags);
}

void mm_set_has_pinned(struct mm_struct *mm)
{
	if (!__atomic_load_n(&mm->has_pinned, __ATOMIC_RELAXED))
		__atomic_store_n(&mm->has_pinned, 1, __ATOMIC_RELAXED);
}

void unpin_user_page(struct page *page)
{
	gup_put_folio(page, 1, FOLL_PIN);
}

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	struct sim_machine *machine = sim_current_machine();
	bool is_errno = npages >= (unsigned long)-4095;

	/* a caller may hand on the -errno that pinning returned */
	if (is_errno && machine)
		(void)SIM_WARN_ON(machine, SIM_GUP_FILE, is_errno);
	if (is_errno)
		return;
	for (unsigned long i = 0; i < npages; i++)
		unpin_user_page(pages[i]);
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	if (make_dirty && npages < (unsigned long)-4095)
		for (unsigned long i = 0; i < npages; i++)
			sim_page_set(pages[i], PG_dirty);
	unpin_user_pages(pages, npages);
}
