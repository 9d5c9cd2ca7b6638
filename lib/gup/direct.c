/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * direct.c - direct I/O: a block device moves bytes to or from user memory.
 *
 *	 got by GUP		 not got
 *	|  page  |  page  |	|  page  |  page  |
 *	 the device does it	 the kernel copies, as the CPU would
 *
 * A short transfer is no error: the file goes on by its page cache, which copies
 * through the user's mapping. So a page that GUP refuses is reached all the same,
 * unless it is the first.
 */
#include "gup/internal.h"

#define BLOCK 512

struct direct {
	struct task_struct *task;
	struct mm_struct *mm;	/* the task's */
	unsigned long addr;
	size_t left;
	struct transfer t;
	struct page *pages[SIM_DIRECT_MAX_PAGES];
};

/* Into memory: the pages are written to. */
static bool is_read(const struct direct *d)
{
	return d->t.from;
}

static bool pins(const struct direct *d)
{
	return sim_rule(d->task->sim_machine, SIM_RULE_DIRECT_IO_PINS);
}

static unsigned long nr_pages(const struct mm_struct *mm, unsigned long addr, size_t len)
{
	unsigned int shift = mm->sim_mmu->page_shift;

	return len ? ((addr + len - 1) >> shift) - (addr >> shift) + 1 : 0;
}

/*
 * As many as can be had. Returns how many, or the error of the first.
 * Models: block/bio.c, bio_iov_iter_get_pages, 6.1 and 6.12.
 */
static long get_pages(struct direct *d)
{
	const struct mm_struct *mm = d->mm;
	unsigned long nr = nr_pages(mm, d->addr, d->left), page = d->addr;
	unsigned int flags = is_read(d) ? FOLL_WRITE : 0;
	unsigned long done = 0;
	int ret = 0;

	page &= ~(mmu_page_size(mm->sim_mmu) - 1);
	while (done < nr) {
		ret = (pins(d) ? pin_user_pages_fast : get_user_pages_fast)(
			page + (done << mm->sim_mmu->page_shift), (int)(nr - done), flags,
			d->pages + done);
		if (ret <= 0)
			break;
		done += (unsigned long)ret;
	}
	if (done)
		return (long)done;
	return ret ? ret : -EFAULT;
}

/* Models: block/bio.c, __bio_release_pages, 6.1 and 6.12. */
static void release_pages(struct direct *d, long nr)
{
	for (long i = 0; i < nr; i++) {
		if (is_read(d))
			sim_page_set(d->pages[i], PG_dirty);
		if (pins(d))
			unpin_user_page(d->pages[i]);
		else
			put_page(d->pages[i]);
	}
}

/* The device's part. Returns the bytes, or the error. */
static long by_device(struct direct *d)
{
	struct mm_struct *mm = d->mm;
	unsigned long size = mmu_page_size(mm->sim_mmu);
	long nr = get_pages(d);
	size_t bytes;
	int ret;

	if (nr < 0)
		return nr;
	bytes = (unsigned long)nr * size - (d->addr & (size - 1));
	if (bytes > d->left)
		bytes = d->left;
	ret = transfer_pages(mm, d->addr, d->pages, bytes, &d->t);
	if (ret == -EIO)
		return ret;
	release_pages(d, nr);
	d->addr += bytes;
	d->left -= bytes;
	return ret ? ret : (long)bytes;
}

/*
 * What the device left. Returns the bytes up to the first page that the user
 * could not touch.
 * Models: mm/filemap.c, filemap_read, and direct_write_fallback with
 * generic_perform_write, 6.1 and 6.12; the kernel's faults are taken for the
 * program's.
 */
static size_t by_copy(struct direct *d)
{
	size_t done = 0;

	while (d->left) {
		size_t bytes = in_page(d->mm, d->addr, d->left);
		int ret = is_read(d) ? sim_write(d->task, d->addr, d->t.from, bytes)
				     : sim_read(d->task, d->addr, d->t.to, bytes);

		if (ret)
			break;
		done += bytes;
		d->addr += bytes;
		d->left -= bytes;
		transfer_advance(&d->t, bytes);
	}
	return done;
}

static long dio_rw(struct direct *d)
{
	long ret;

	if ((!d->t.to && !d->t.from) || (d->addr | d->left) % BLOCK ||
	    nr_pages(d->mm, d->addr, d->left) > SIM_DIRECT_MAX_PAGES)
		return -EINVAL;
	if (!d->left)
		return 0;
	ret = by_device(d);
	return ret < 0 ? ret : ret + (long)by_copy(d);
}

static long direct_io(struct direct *d)
{
	struct task_struct *old = sim_current();
	struct sim_call call;
	long ret = sim_call_begin(&call, d->task);

	if (!ret) {
		d->mm = call.mm;
		ret = sim_call_end(&call, dio_rw(d));
	}
	sim_task_switch(old);
	return ret;
}

long sim_direct_read(struct task_struct *task, unsigned long addr, const void *buf, size_t len)
{
	struct direct d = { .task = task, .addr = addr, .left = len, .t = { NULL, buf } };

	return direct_io(&d);
}

long sim_direct_write(struct task_struct *task, unsigned long addr, void *buf, size_t len)
{
	struct direct d = { .task = task, .addr = addr, .left = len, .t = { buf, NULL } };

	return direct_io(&d);
}
