/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_gup.c - get_user_pages of every flavour, and giving back what it took.
 *
 * Pages that were got stay with the scenario until put or unpin names the same
 * place, or the end comes.
 */
#include <errno.h>
#include <stdlib.h>

#include "scenario/run.h"

typedef long gup_fn(unsigned long addr, int n, unsigned int flags, struct page **pages);

static long gup_slow(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	struct mm_struct *mm = current->mm;
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages(addr, (unsigned long)n, flags, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}

static long pin_slow(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	struct mm_struct *mm = current->mm;
	long ret;

	mmap_read_lock(mm);
	ret = pin_user_pages(addr, (unsigned long)n, flags, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}

static long gup_fast(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast(addr, n, flags, pages);
}

static long gup_fast_only(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast_only(addr, n, flags, pages);
}

static long pin_fast(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return pin_user_pages_fast(addr, n, flags, pages);
}

static long pin_fast_only(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return pin_user_pages_fast_only(addr, n, flags, pages);
}

static unsigned int gup_flags(const struct scn_op *op)
{
	return (scn_flag(op, GUP_WRITE) ? FOLL_WRITE : 0) |
	       (scn_flag(op, GUP_FORCE) ? FOLL_FORCE : 0) |
	       (scn_flag(op, GUP_LONGTERM) ? FOLL_LONGTERM : 0);
}

static bool hold(struct scn_run *run, const struct scn_op *op, struct page *page, uint64_t nr,
		 bool pin)
{
	struct scn_held *held;

	if (run->nr_held == run->max_held) {
		unsigned int max = run->max_held ? 2 * run->max_held : 16;

		held = reallocarray(run->held, max, sizeof(*held));
		if (!held)
			return false;
		run->held = held;
		run->max_held = max;
	}
	held = &run->held[run->nr_held++];
	held->page = page;
	held->map = op->arg[GUP_PLACE].object;
	held->place = op->arg[GUP_PLACE].number + nr;
	held->pin = pin;
	return true;
}

static void show_pages(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		       struct page **pages, long nr, bool pin)
{
	char text[SCN_PFN_TEXT];

	for (long i = 0; i < nr; i++) {
		/* 5.11 counts a special entry and writes nothing. */
		if (!pages[i])
			continue;
		if (!hold(run, op, pages[i], (uint64_t)i, pin))
			put_page(pages[i]);
	}
	if (pages[0])
		scn_name_pfn(run, page_to_pfn(pages[0]), text);
	scn_key(res, "page", "%s", pages[0] ? text : "unwritten");
}

static void gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		gup_fn *get, gup_fn *pin)
{
	struct page *pages[SCN_MAX_GUP] = { NULL };
	int n = (int)scn_number(op, GUP_N, 1);
	bool pins = !get || scn_flag(op, GUP_PIN);
	unsigned long addr;
	long ret;

	if (!scn_address(run, &op->arg[GUP_PLACE], res, &addr))
		return;
	ret = (pins ? pin : get)(addr, n, gup_flags(op), pages);
	scn_value_return(res, ret);
	if (ret > 0)
		show_pages(run, op, res, pages, ret, pins);
}

void scn_op_gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, gup_slow, pin_slow);
}

void scn_op_gup_fast(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, gup_fast, pin_fast);
}

void scn_op_gup_fast_only(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, gup_fast_only, pin_fast_only);
}

void scn_op_pin(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, NULL, pin_slow);
}

void scn_op_pin_fast(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, NULL, pin_fast);
}

void scn_op_pin_fast_only(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, NULL, pin_fast_only);
}

/* ---- giving back ---- */

/* The newest one that was got at the place: its index, or -1. */
static int find_held(const struct scn_run *run, int map, uint64_t place, bool pin)
{
	for (unsigned int i = run->nr_held; i-- > 0;)
		if (run->held[i].map == map && run->held[i].place == place &&
		    run->held[i].pin == pin)
			return (int)i;
	return -1;
}

static void give_back(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		      bool pin)
{
	const struct scn_value *place = &op->arg[PUT_PLACE];
	uint64_t n = scn_number(op, PUT_N, 1);

	for (uint64_t nr = 0; nr < n; nr++) {
		int i = find_held(run, place->object, place->number + nr, pin);

		if (i < 0) {
			scn_value_return(res, -ENOENT);
			return;
		}
		if (pin)
			unpin_user_page(run->held[i].page);
		else
			put_page(run->held[i].page);
		run->held[i] = run->held[--run->nr_held];
	}
}

void scn_op_put(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	give_back(run, op, res, false);
}

void scn_op_unpin(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	give_back(run, op, res, true);
}
