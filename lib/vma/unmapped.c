/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * unmapped.c - where a new mapping goes.
 *
 *	0     mmap_min                       mmap_base      task_size
 *	|------|<------------ searched downwards |------------|
 *	                                         upwards, where below it is full
 *
 * Where the architecture has mmap_up_from, that is mmap_base, and the search is
 * upwards only.
 */
#include <sys/mman.h>

#include "vma/internal.h"

/* Models: include/linux/err.h, 6.1. */
#define MAX_ERRNO 4095

/* Is the hint free? vma is the first that ends above it. */
static bool hint_fits(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return addr >= mm->sim_machine->arch->mmap_min && addr <= mm->task_size - len &&
	       (!vma || addr + len <= vma->vm_start);
}

/* Models: mm/mmap.c, generic_get_unmapped_area_topdown, 6.1. */
static long search_topdown(struct mm_struct *mm, unsigned long len)
{
	unsigned long low = mm->sim_machine->arch->mmap_min, addr;

	if (low < page_size(mm))
		low = page_size(mm);
	addr = vma_tree_highest_hole(mm, len, low, mm->mmap_base);
	if (!addr)
		addr = vma_tree_lowest_hole(mm, len, mm->mmap_base, mm->task_size);
	return addr ? (long)addr : -ENOMEM;
}

/* Models: mm/mmap.c, generic_get_unmapped_area, 6.1. */
static long search_bottomup(struct mm_struct *mm, unsigned long len)
{
	unsigned long addr = vma_tree_lowest_hole(mm, len, mm->mmap_base, mm->task_size);

	return addr ? (long)addr : -ENOMEM;
}

static long choose(struct mm_struct *mm, unsigned long addr, unsigned long len,
		   unsigned long flags)
{
	unsigned long min = mm->sim_machine->arch->mmap_min;

	if (len > mm->task_size || len > mm->task_size - min)
		return -ENOMEM;
	if (flags & MAP_FIXED)
		return (long)addr;
	addr = page_align(mm, addr);
	if (addr && hint_fits(mm, addr, len))
		return (long)addr;
	return (mm->sim_machine->arch->mmap_up_from ? search_bottomup : search_topdown)(mm, len);
}

unsigned long mm_get_unmapped_area(struct mm_struct *mm, struct file *file, unsigned long addr,
				   unsigned long len, unsigned long pgoff, unsigned long flags)
{
	(void)file;
	(void)pgoff;
	return (unsigned long)choose(mm, addr, len, flags);
}

static long ask_driver(struct file *file, unsigned long addr, unsigned long len,
		       unsigned long pgoff, unsigned long flags)
{
	return (long)SIM_CALL(file->sim_machine, file->f_op, get_unmapped_area, addr,
			      (unsigned long)-EIO, file, addr, len, pgoff, flags);
}

long get_unmapped_area(struct mm_struct *mm, struct file *file, unsigned long addr,
		       unsigned long len, unsigned long pgoff, unsigned long flags)
{
	long ret;

	if (len > mm->task_size)
		return -ENOMEM;
	if (file && file->f_op && file->f_op->get_unmapped_area)
		ret = ask_driver(file, addr, len, pgoff, flags);
	else
		ret = choose(mm, addr, len, flags);
	if (ret < 0 && ret >= -MAX_ERRNO)
		return ret;
	addr = (unsigned long)ret;
	if (addr > mm->task_size - len)
		return -ENOMEM;
	if (!page_aligned(mm, addr))
		return -EINVAL;
	return addr < mm->sim_machine->arch->mmap_min ? -EPERM : ret;
}
