/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * undefined.c - where it is no longer defined what a real kernel does, so that no
 * two machines have to agree on it.
 *
 *	before the operation is printed
 *	    an entry whose struct page lies where no memory map is: only debug kernels
 *	    check that, others follow a wild pointer (include/linux/page-flags.h,
 *	    page_folio, 6.1)
 *	    an access that faults for ever: an entry that is present and that the TLB
 *	    takes for no readable one (arch/mips/mm/tlbex.c, build_r4000_tlb_load_handler)
 *	    is nothing that arch/mips/mm/fault.c, do_page_fault could mend, and it
 *	    refuses only memory that is not accessible at all (6.1): the task spins
 *	    until it is killed, and has no result
 *	    a reference taken from a page without any, unless a BUG ends the operation:
 *	    the operation itself only counts (include/linux/mm.h, folio_get, 6.1; only
 *	    CONFIG_DEBUG_VM asks), but at the latest the end of the task gives that
 *	    reference back and frees a page amid a block that has an owner, who frees it
 *	    again: no kernel that did it is fit to be asked anything more
 *	after it
 *	    a reference taken off such a page (include/linux/mm.h, folio_put, 6.1: the
 *	    count wraps below 0 and stays there)
 *	    a page unmapped more often than mapped (mm/rmap.c, page_remove_rmap, 6.1,
 *	    asks nothing; of its callers mm/memory.c, zap_pte_range reports it): the count
 *	    is below 0 from there, the simulator's is not, and freed, it is a bad page
 *	    a page that is in use went to the allocator. It is checked when a CPU's list
 *	    of free pages is drained (mm/page_alloc.c, bulkfree_pcp_prepare, 6.1), or
 *	    when handed out (check_new_pages), if at all (6.12: where check_pages_enabled):
 *	    until then its next owner and this one share it
 *
 * What the simulator tells of such pages (SIM_BAD_PAGE) is more than a kernel does:
 * that reports bad entries at once, other things when it meets the page again.
 */
#include <string.h>

#include "phys/phys.h"
#include "scenario/portable.h"

#define PAGE_IN_USE "a page in use was freed"

#define NOT_MAPPED "a page that is not mapped was unmapped"

/* What the simulator notices of a page, and what is undefined from there on. */
static const struct bad_page {
	const char *function, *condition, *after;
} bad_pages[] = {
	{ "page_remove_rmap", "page_mapcount(page) < 0", NOT_MAPPED },
	{ "print_bad_pte", "page_mapcount(page) < 0", NOT_MAPPED },
	{ "put_page", "page_ref_count(page) <= 0", "a page without references lost one" },
	{ "free_pages_prepare", "page is free already", "a free page was freed" },
	{ "free_pages_prepare", "nonzero mapcount", "a mapped page was freed" },
	{ "free_pages_prepare", "non-NULL mapping", "a file's page was freed" },
	{ "free_pages_prepare", "nonzero _refcount", PAGE_IN_USE },
	{ "free_pages_prepare", "PAGE_FLAGS_CHECK_AT_FREE flag(s) set",
	  "a page that its flags keep was freed" }, /* the zero page is reserved */
	{ "check_new_page", "nonzero _refcount", "a page in use was handed out" },
};

static void note_bad_page(struct scn_watch *watch, const struct sim_outcome *outcome)
{
	if (!strcmp(outcome->file, "mm/memory.c"))
		watch->bad_entry = true;
	if (!strcmp(outcome->function, "get_page"))
		watch->no_refs = true;
	for (size_t i = 0; i < sizeof(bad_pages) / sizeof(bad_pages[0]); i++)
		if (!strcmp(outcome->function, bad_pages[i].function) &&
		    !strcmp(outcome->condition, bad_pages[i].condition))
			watch->after = bad_pages[i].after;
}

/* With locks of the machine held. */
static void note(const struct sim_outcome *outcome, void *data)
{
	struct scn_run *run = data;

	if (outcome->kind == SIM_BAD_PAGE)
		note_bad_page(&run->watch, outcome);
	else if (outcome->kind == SIM_BUG && !strcmp(outcome->condition, "no_struct_page"))
		run->watch.before = "an entry without a struct page";
}

void scn_watch(struct scn_run *run)
{
	run->machine->listeners.outcome = note;
	run->machine->listeners.outcome_data = run;
}

void scn_watch_op(struct scn_run *run)
{
	memset(&run->watch, 0, sizeof(run->watch));
}

/* The owner's reference; the pages of a block have none but the first. */
static bool has_lost_a_page(const struct scn_run *run, const struct sim_dev *dev)
{
	unsigned long nr = sim_dev_remaps(dev) ? 1 : sim_dev_nr_pages(dev);

	for (unsigned long n = 0; n < nr; n++) {
		const struct page *page = sim_pfn_to_page(run->machine, sim_dev_pfn(dev, n));

		if (page && sim_page_refs(page) < 1)
			return true;
	}
	return false;
}

static bool is_page_lost(const struct scn_run *run)
{
	const struct page *zero = sim_pfn_to_page(run->machine, sim_zero_pfn(run->machine));

	for (unsigned int i = 0; i < run->to.scn->nr_names; i++)
		if (run->object[i].dev && !sim_dev_is_over(run->object[i].dev) &&
		    has_lost_a_page(run, run->object[i].dev))
			return true;
	return zero && sim_page_refs(zero) < 1;
}

bool scn_undefined_before(struct scn_run *run, const struct scn_op *op,
			  const struct scn_result *res)
{
	bool is_access = op->desc->run == scn_op_read || op->desc->run == scn_op_write;

	if (is_access && !strcmp(res->value, "-EAGAIN"))
		run->watch.before = "faults for ever";
	else if (run->watch.no_refs && !sim_crashed(run->machine))
		run->watch.before = "a reference to a page without any";
	return run->watch.before;
}

bool scn_undefined_after(struct scn_run *run)
{
	if (!run->watch.after && is_page_lost(run))
		run->watch.after = PAGE_IN_USE;
	return run->watch.after;
}
