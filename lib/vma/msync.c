/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * msync.c - msync(): has the file of each shared mapping write back.
 *
 * Files here have nothing to write back to. What a program sees is whether the
 * file has an fsync at all: a driver's often has none, and MS_SYNC is -EINVAL.
 */
#include <sys/mman.h>

#include "vma/internal.h"

struct msync {
	struct mm_struct *mm;
	unsigned long start, end;
	int flags;
	int hole;		/* -ENOMEM once there was one */
};

/* Models: fs/sync.c, vfs_fsync_range, 5.11 to 6.12. */
static int fsync_range(struct file *file, int64_t start, int64_t end)
{
	if (!file->f_op || !file->f_op->fsync)
		return -EINVAL;
	return SIM_CALL(file->sim_machine, file->f_op, fsync, 0, -EIO, file, start, end, 1);
}

/* mmap_lock is let go meanwhile. */
static int sync_vma(const struct msync *m, const struct vm_area_struct *vma, unsigned long start)
{
	unsigned long end = m->end < vma->vm_end ? m->end : vma->vm_end;
	int64_t first = (int64_t)(start - vma->vm_start) +
			((int64_t)vma->vm_pgoff << m->mm->sim_mmu->page_shift);
	struct file *file = get_file(vma->vm_file);
	int ret;

	sim_mmap_unlock(m->mm);
	ret = fsync_range(file, first, first + (int64_t)(end - start) - 1);
	fput(file);
	mmap_read_lock(m->mm);
	return ret;
}

/* One mapping, or the hole before it. m->start goes on to its end. */
static int msync_next(struct msync *m)
{
	struct vm_area_struct *vma = find_vma(m->mm, m->start);
	unsigned long start = m->start;

	if (!vma)
		return -ENOMEM;
	if (start < vma->vm_start) {
		if (m->flags == MS_ASYNC || vma->vm_start >= m->end)
			return -ENOMEM;
		start = vma->vm_start;
		m->hole = -ENOMEM;
	}
	if ((m->flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
		return -EBUSY;
	m->start = vma->vm_end;
	if ((m->flags & MS_SYNC) && vma->vm_file && (vma->vm_flags & VM_SHARED))
		return sync_vma(m, vma, start);
	return 0;
}

/* Models: mm/msync.c, msync, 5.11 to 6.12. */
static int msync_mm(struct mm_struct *mm, unsigned long addr, unsigned long len, int flags)
{
	struct msync m = { .mm = mm, .start = addr, .flags = flags };
	int ret = 0;

	m.end = addr + page_align(mm, len);
	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || !page_aligned(mm, addr) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (m.end < addr)
		return -ENOMEM;
	if (sim_mmap_read_lock(mm, "sim_msync"))
		return -EDEADLK;
	while (!ret && m.start < m.end)
		ret = msync_next(&m);
	sim_mmap_unlock(mm);
	return ret ? ret : m.hole;
}

int sim_msync(struct task_struct *task, unsigned long addr, unsigned long len, int flags)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, msync_mm(call.mm, addr, len, flags));
}
