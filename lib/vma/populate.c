/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * populate.c - faulting in a range before anyone touches it: MAP_POPULATE,
 * MAP_LOCKED, mlock and MADV_POPULATE_*.
 *
 * All of it is get_user_pages() without pages (gup_ops.h), vma by vma.
 */
#include "vma/gup_ops.h"
#include "vma/internal.h"

/* A handler that lets mmap_lock go and never gets on is asked this often. */
#define MAX_AGAIN 64

/* A range that is being populated; addr moves on. */
struct populate {
	struct mm_struct *mm;
	unsigned long addr, end;
	unsigned int again;	/* how often mmap_lock was let go without progress */
};

static bool populate_writes(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
}

/*
 * The pages of [start, end) as mlock wants them: private copies made, in whatever
 * the vma allows anything. @locked: as in struct sim_gup_ops.
 * Models: mm/gup.c, populate_vma_page_range, 5.11 to 6.12.
 */
static long populate_locked(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    int *locked)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long nr_pages = to_pages(mm, end - start);

	if (vma->vm_flags & VM_LOCKONFAULT)
		return (long)nr_pages;
	return mm->sim_machine->gup->populate(mm, start, nr_pages, populate_writes(vma),
					      vma->vm_flags & VM_ACCESS_FLAGS, locked);
}

void populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	populate_locked(vma, start, end, NULL);
}

static unsigned long populate_end(const struct populate *populate,
				  const struct vm_area_struct *vma)
{
	return populate->end < vma->vm_end ? populate->end : vma->vm_end;
}

/* @pages were walked, or an error; the lock is taken again. 0 or -errno. */
static int populate_advance(struct populate *populate, long pages, int locked)
{
	if (!locked)
		mmap_read_lock(populate->mm);
	if (pages < 0)
		return (int)pages;
	populate->addr += (unsigned long)pages * page_size(populate->mm);
	populate->again = pages ? 0 : populate->again + 1;
	return populate->again < MAX_AGAIN ? 0 : -EFAULT;
}

/* Some pages of a vma, unless it is one that is passed over. */
static int mm_populate_some(struct populate *populate, struct vm_area_struct *vma)
{
	unsigned long end = populate_end(populate, vma);
	int locked = 1;
	long pages;

	if (vma->vm_flags & (VM_IO | VM_PFNMAP)) {
		populate->addr = end;
		return 0;
	}
	pages = populate_locked(vma, populate->addr, end, &locked);
	return populate_advance(populate, pages, locked);
}

/* Models: mm/gup.c, __mm_populate, 5.11 to 6.12. */
int mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors)
{
	struct populate populate = { mm, start, start + len, 0 };
	struct vm_area_struct *vma;
	int ret = 0;

	if (sim_mmap_read_lock(mm, __func__))
		return -EDEADLK;
	while (populate.addr < populate.end) {
		vma = find_vma_intersection(mm, populate.addr, populate.end);
		if (!vma)
			break;
		if (populate.addr < vma->vm_start)
			populate.addr = vma->vm_start;
		ret = mm_populate_some(&populate, vma);
		if (ret && !ignore_errors)
			break;
		if (ret)	/* vma stands: no error comes with mmap_lock let go */
			populate.addr = vma->vm_end;
		ret = 0;
	}
	sim_mmap_unlock(mm);
	return ret;
}

/* ---- MADV_POPULATE_READ, MADV_POPULATE_WRITE ---- */

/* The vma to go on with, or NULL; a hole on the way is noted in *@hole. */
static struct vm_area_struct *populate_vma(struct populate *populate, int *hole)
{
	struct mm_struct *mm = populate->mm;
	struct vm_area_struct *vma = find_vma_intersection(mm, populate->addr, populate->end);

	if (vma && vma->vm_start <= populate->addr)
		return vma;
	*hole = -ENOMEM;
	if (!vma || !sim_rule(mm->sim_machine, SIM_RULE_MADV_POPULATE_HOLES))
		return NULL;
	populate->addr = vma->vm_start;
	return vma;
}

/*
 * What a vma does not allow is -EINVAL here.
 * Models: mm/gup.c, faultin_vma_page_range, 5.14 to 6.1 (6.12: faultin_page_range).
 */
static int madvise_populate_some(struct populate *populate, struct vm_area_struct *vma, bool write)
{
	const struct sim_gup_ops *gup = populate->mm->sim_machine->gup;
	unsigned long len = populate_end(populate, vma) - populate->addr;
	int locked = 1;
	long pages;

	if (gup->check(vma, write, false))
		return -EINVAL;
	pages = gup->populate(populate->mm, populate->addr, to_pages(populate->mm, len), write,
			      false, &locked);
	return populate_advance(populate, pages, locked);
}

int madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	struct populate populate = { mm, start, end, 0 };
	struct vm_area_struct *vma;
	int ret = 0, hole = 0;

	if (sim_mmap_read_lock(mm, "sim_madvise"))
		return -EDEADLK;
	while (!ret && populate.addr < end && (vma = populate_vma(&populate, &hole)))
		ret = madvise_populate_some(&populate, vma, write);
	sim_mmap_unlock(mm);
	return ret ? ret : hole;
}
