/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_gup.c - get_user_pages of every flavour, and giving back what it took.
 *
 * Pages that were got stay with the scenario until put or unpin names the same
 * place, or the end comes.
 */
#include <errno.h>

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

static long gup_unlocked(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return get_user_pages_unlocked(addr, (unsigned long)n, pages, flags);
}

static long pin_unlocked(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return pin_user_pages_unlocked(addr, (unsigned long)n, pages, flags);
}

typedef long remote_fn(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
		       unsigned int flags, struct page **pages, struct vm_area_struct **vmas,
		       int *locked);

/* The task's own memory, as if somebody else asked for it who need not keep the lock. */
static long ask_remote(remote_fn *ask, unsigned long addr, int n, unsigned int flags,
		       struct page **pages)
{
	struct mm_struct *mm = current->mm;
	int locked = 1;
	long ret;

	mmap_read_lock(mm);
	ret = ask(mm, addr, (unsigned long)n, flags, pages, NULL, &locked);
	if (locked)
		mmap_read_unlock(mm);
	return ret;
}

static long gup_remote(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return ask_remote(get_user_pages_remote, addr, n, flags, pages);
}

static long pin_remote(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	return ask_remote(pin_user_pages_remote, addr, n, flags, pages);
}

static long dump_page(unsigned long addr, int n, unsigned int flags, struct page **pages)
{
	(void)n, (void)flags;
	pages[0] = get_dump_page(addr);
	return pages[0] != NULL;
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

static gup_fn *const calls[SCN_NR_GUPS] = {
	[SCN_GUP] = gup_slow, [SCN_GUP_UNLOCKED] = gup_unlocked, [SCN_GUP_REMOTE] = gup_remote,
	[SCN_GUP_FAST] = gup_fast, [SCN_GUP_FAST_ONLY] = gup_fast_only,
	[SCN_PIN] = pin_slow, [SCN_PIN_UNLOCKED] = pin_unlocked, [SCN_PIN_REMOTE] = pin_remote,
	[SCN_PIN_FAST] = pin_fast, [SCN_PIN_FAST_ONLY] = pin_fast_only,
	[SCN_DUMP_PAGE] = dump_page,
};

static void show_pages(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		       struct page **pages, long nr, bool pin)
{
	char text[SCN_PFN_TEXT];

	for (long i = 0; i < nr; i++) {
		/* 5.11 counts a special entry and writes nothing. */
		if (!pages[i])
			continue;
		if (!scn_hold(&run->holds, op, (uint64_t)i, (uintptr_t)pages[i], pin))
			scn_give_back(pages[i], pin);
	}
	if (pages[0])
		scn_name_pfn(run, page_to_pfn(pages[0]), text);
	scn_key(res, "page", "%s", pages[0] ? text : "unwritten");
}

void scn_op_gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct page *pages[SCN_MAX_GUP] = { NULL };
	struct scn_gup args;
	long ret;

	if (!scn_read_gup(&run->memory, op, res, &args))
		return;
	ret = calls[args.flavour](args.addr, args.n, args.flags, args.no_pages ? NULL : pages);
	scn_value_return(res, ret);
	if (ret > 0 && !args.no_pages)
		show_pages(run, op, res, pages, ret, scn_gup_pins(args.flavour));
}

void scn_op_put(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_put put;
	uintptr_t page;

	scn_read_put(op, &put);
	for (uint64_t nr = 0; nr < put.n; nr++) {
		if (!scn_take_held(&run->holds, &put, nr, &page)) {
			scn_value_return(res, -ENOENT);
			return;
		}
		scn_give_back((struct page *)page, put.pin);
	}
}
