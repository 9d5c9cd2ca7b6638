/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * process_vm.c - process_vm_readv() and process_vm_writev(): one task copies to
 * or from another's memory, by pins.
 *
 * What cannot be pinned ends the copy. That is all that a driver's mapping is
 * to it: GUP refuses VM_IO and VM_PFNMAP, and nobody asks ->access.
 */
#include "gup/internal.h"

/* Pages at a time; the kernel takes two pages full of pointers. */
#define CHUNK 64

/* Pages of the range, CHUNK at most; *@bytes of it lie in those. */
static unsigned long chunk(const struct mm_struct *mm, unsigned long addr, size_t len)
{
	unsigned int shift = mm->sim_mmu->page_shift;
	unsigned long nr = ((addr + len - 1) >> shift) - (addr >> shift) + 1;

	return nr < CHUNK ? nr : CHUNK;
}

/*
 * As many pages as can be pinned at once. Returns the bytes done, or the error.
 * Models: mm/process_vm_access.c, process_vm_rw_single_vec, 5.11 to 6.12.
 */
static long rw_some(struct mm_struct *mm, unsigned long addr, size_t len, struct transfer *t)
{
	unsigned long size = mmu_page_size(mm->sim_mmu);
	struct page *pages[CHUNK] = { NULL };
	unsigned int flags = t->from ? FOLL_WRITE : 0;
	int locked = 1, ret;
	long pinned;
	size_t bytes;

	if (sim_mmap_read_lock(mm, t->from ? "sim_process_vm_writev" : "sim_process_vm_readv"))
		return -EDEADLK;
	pinned = pin_user_pages_remote(mm, addr & ~(size - 1), chunk(mm, addr, len), flags, pages,
				       NULL, &locked);
	if (locked)
		sim_mmap_unlock(mm);
	if (pinned <= 0)
		return -EFAULT;
	bytes = (unsigned long)pinned * size - (addr & (size - 1));
	if (bytes > len)
		bytes = len;
	ret = transfer_pages(mm, addr, pages, bytes, t);
	if (ret == -EIO)
		return ret;
	unpin_user_pages_dirty_lock(pages, (unsigned long)pinned, t->from);
	return ret ? ret : (long)bytes;
}

/* Models: mm/process_vm_access.c, process_vm_rw_core, 5.11 to 6.12. */
static long process_vm_rw_core(struct mm_struct *mm, unsigned long addr, size_t len,
			       struct transfer t)
{
	size_t done = 0;
	long ret = 0;

	if (!t.to && !t.from)
		return -EINVAL;
	while (done < len) {
		ret = rw_some(mm, addr + done, len - done, &t);
		if (ret < 0)
			break;
		done += (size_t)ret;
	}
	return done ? (long)done : ret;
}

static long process_vm_rw(struct task_struct *task, unsigned long addr, size_t len,
			  struct transfer t)
{
	struct sim_call call;
	long ret = task && sim_task_lives(task) ? sim_enter(task->sim_machine) : -ESRCH;

	if (ret)
		return ret;
	if (!sim_task_hold(&call, task))
		return -ESRCH;
	return sim_call_end(&call, process_vm_rw_core(call.mm, addr, len, t));
}

long sim_process_vm_readv(struct task_struct *task, unsigned long addr, void *buf, size_t len)
{
	return process_vm_rw(task, addr, len, (struct transfer){ buf, NULL });
}

long sim_process_vm_writev(struct task_struct *task, unsigned long addr, const void *buf,
			   size_t len)
{
	return process_vm_rw(task, addr, len, (struct transfer){ NULL, buf });
}
