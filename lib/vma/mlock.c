/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mlock.c - VM_LOCKED for a range. Nothing is ever reclaimed here, so it means
 * that pages are faulted in, and what vmas can merge. There is no limit.
 */
#include "vma/internal.h"

struct lock_request {
	unsigned long flags;
	struct vma_spares *spares;
};

/*
 * The kernel moves pages between lists here, those that vm_normal_page() gives it.
 * There are no lists; what is left is that entries in error are told about.
 * Models: mm/mlock.c, mlock_pte_range, 6.1 and 6.12.
 */
static void mlock_pages_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct vma_leaf leaf;

	while (start < end) {
		if (vma_leaf_lock(vma, start, &leaf) && !leaf.level)
			vma_leaf_page(&leaf);
		vma_leaf_unlock(&leaf);
		start = vma_leaf_end(&leaf);
		if (!start)	/* the last of all */
			break;
	}
}

/* Models: mm/mlock.c, mlock_fixup, 5.11 to 6.12. */
static int mlock_fixup(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		       void *data)
{
	const struct lock_request *request = data;
	struct mm_struct *mm = (*vmap)->vm_mm;
	unsigned long oldflags = (*vmap)->vm_flags;
	unsigned long newflags = (oldflags & ~(VM_LOCKED | VM_LOCKONFAULT)) | request->flags;
	unsigned long nr_pages = to_pages(mm, end - start);
	int ret;

	if (newflags == oldflags || (oldflags & VM_SPECIAL))
		return 0;
	ret = vma_modify_flags(vmap, start, end, newflags, request->spares);
	if (ret)
		return ret;
	if (!(newflags & VM_LOCKED))
		mm->locked_vm -= nr_pages;
	else if (!(oldflags & VM_LOCKED))
		mm->locked_vm += nr_pages;
	vma_set_flags(*vmap, newflags);
	if ((oldflags ^ newflags) & VM_LOCKED)
		mlock_pages_range(*vmap, start, end);
	return 0;
}

/* Models: mm/mlock.c, apply_vma_lock_flags, 5.11 to 6.12. */
static int apply_vma_lock_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
				unsigned long flags)
{
	struct vma_spares spares = { 0 };
	struct lock_request request = { flags, &spares };
	int ret;

	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (sim_mmap_write_lock(mm, "sim_mlock"))
		return -EDEADLK;
	ret = vma_spares_get(mm, &spares, vma_cuts(mm, start, end));
	if (!ret)
		ret = vma_for_range(mm, start, end, mlock_fixup, &request);
	vma_spares_put(&spares);
	sim_mmap_unlock(mm);
	return ret;
}

/* Rounds a range outwards. */
static void round_range(const struct mm_struct *mm, unsigned long *start, unsigned long *len)
{
	unsigned long offset = *start & (page_size(mm) - 1);

	*len = page_align(mm, *len + offset);
	*start -= offset;
}

/* Models: mm/mlock.c, __mlock_posix_error_return, 6.1. */
static int posix_error(int ret)
{
	if (ret == -EFAULT)
		return -ENOMEM;
	return ret == -ENOMEM ? -EAGAIN : ret;
}

static int lock_mm(struct mm_struct *mm, unsigned long addr, unsigned long len, bool lock)
{
	int ret;

	round_range(mm, &addr, &len);
	ret = apply_vma_lock_flags(mm, addr, addr + len, lock ? VM_LOCKED : 0);
	if (!ret && lock)
		ret = posix_error(mm_populate(mm, addr, len, false));
	return ret;
}

int sim_mlock(struct task_struct *task, unsigned long addr, unsigned long len)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, lock_mm(call.mm, addr, len, true));
}

int sim_munlock(struct task_struct *task, unsigned long addr, unsigned long len)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, lock_mm(call.mm, addr, len, false));
}
