/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * undefined.c - where it is no longer defined what a real kernel does, so that no
 * two machines have to agree on it.
 *
 *	from this operation on		before it is printed
 *	    a VM_BUG_ON condition, which only debug kernels check
 *	    a reference taken from a page that had none: it may be anyone's page
 *	    an access that faults for ever
 *	from the next one on
 *	    somebody's page went to the allocator while he still has it, or a page
 *	    without references lost one, or one that is not mapped was unmapped
 *
 * What the simulator tells of such pages (SIM_BAD_PAGE) is more than a kernel does:
 * that reports bad entries at once, other things when it meets the page again.
 */
#include <string.h>

#include "phys/phys.h"
#include "sim/portable.h"

static bool is_in(const struct sim_outcome *outcome, const char *file)
{
	return !strcmp(outcome->file, file);
}

static void note_bad_page(struct scn_watch *watch, const struct sim_outcome *outcome)
{
	if (is_in(outcome, "mm/memory.c"))
		watch->bad_entry = true;
	if (strstr(outcome->condition, "page_mapcount(page) < 0"))
		watch->after = "a page that is not mapped was unmapped";
	else if (!strcmp(outcome->function, "get_page"))
		watch->before = "a reference to a page without any";
	else if (!strcmp(outcome->function, "put_page"))
		watch->after = "a page without references lost one";
	else if (is_in(outcome, "mm/page_alloc.c"))
		watch->after = "a page in use was freed";
}

/* With locks of the machine held. */
static void note(const struct sim_event *event, void *data)
{
	struct scn_run *run = data;
	const struct sim_outcome *outcome;

	if (event->kind != SIM_EV_OUTCOME)
		return;
	outcome = sim_last_outcome(run->machine, (enum sim_outcome_kind)event->value);
	if (!outcome)
		return;
	if (outcome->kind == SIM_BAD_PAGE)
		note_bad_page(&run->watch, outcome);
	else if (outcome->kind == SIM_BUG && !strcmp(outcome->condition, "no_struct_page"))
		run->watch.before = "an entry without a struct page";
}

void scn_watch(struct scn_run *run)
{
	sim_set_event_fn(run->machine, note, run);
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
		if (run->object[i].dev && has_lost_a_page(run, run->object[i].dev))
			return true;
	return zero && sim_page_refs(zero) < 1;
}

bool scn_undefined_before(struct scn_run *run, const struct scn_op *op,
			  const struct scn_result *res)
{
	bool is_access = op->desc->run == scn_op_read || op->desc->run == scn_op_write;

	if (is_access && !strcmp(res->value, "-EAGAIN"))
		run->watch.before = "faults for ever";
	return run->watch.before;
}

bool scn_undefined_after(struct scn_run *run)
{
	if (!run->watch.after && !sim_crashed(run->machine) && is_page_lost(run))
		run->watch.after = "a page in use was freed";
	return run->watch.after;
}
