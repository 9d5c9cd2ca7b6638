/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * splice.c - vmsplice(): the pages of a range go into a pipe, and stay the user's.
 */
#include "gup/internal.h"

/*
 * Pages up to the first that cannot be got, or until the pipe is full.
 * Returns how many, or the error of the first.
 * Models: fs/splice.c, iter_to_pipe, 5.11 to 6.12.
 */
static long iter_to_pipe(unsigned long start, unsigned long nr, unsigned int shift,
			 struct page **pages)
{
	unsigned long done = 0;
	int ret = 0;

	while (done < nr) {
		ret = get_user_pages_fast(start + (done << shift), (int)(nr - done), 0,
					  pages + done);
		if (ret <= 0)
			break;
		done += (unsigned long)ret;
	}
	return done ? (long)done : ret;
}

static long splice(struct mm_struct *mm, unsigned long addr, size_t len, struct transfer *t)
{
	unsigned long size = mmu_page_size(mm->sim_mmu), offset = addr & (size - 1);
	struct page *pages[SIM_PIPE_PAGES] = { NULL };
	unsigned int shift = mm->sim_mmu->page_shift;
	unsigned long nr = len ? ((offset + len - 1) >> shift) + 1 : 0;
	long got;
	int ret;

	if (nr > SIM_PIPE_PAGES) {
		nr = SIM_PIPE_PAGES;
		len = SIM_PIPE_PAGES * size - offset;
	}
	got = iter_to_pipe(addr - offset, nr, shift, pages);
	if (got <= 0)
		return got;
	if (len > (unsigned long)got * size - offset)
		len = (unsigned long)got * size - offset;
	ret = transfer_pages(mm, addr, pages, len, t);
	if (ret == -EIO)
		return ret;
	for (long i = 0; i < got; i++)
		put_page(pages[i]);
	return ret ? ret : (long)len;
}

long sim_vmsplice(struct task_struct *task, unsigned long addr, void *buf, size_t len)
{
	struct transfer t = { buf, NULL };
	struct task_struct *old = sim_current();
	struct sim_call call;
	long ret = sim_call_begin(&call, task);

	if (!ret)
		ret = sim_call_end(&call, buf ? splice(call.mm, addr, len, &t) : -EINVAL);
	sim_task_switch(old);
	return ret;
}
