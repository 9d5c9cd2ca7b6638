/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * populate.c - faulting in a range before anyone touches it: MAP_POPULATE,
 * MAP_LOCKED, mlock and MADV_POPULATE_*.
 *
 * The kernel uses get_user_pages() without pages for this, in which case it
 * looks at each entry, and faults until the entry will do.
 */
#include "vma/internal.h"

/* A handler that answers success without mapping is asked this often. */
#define MAX_FAULTS 64

/* mmap_lock was let go on the way: look for the vma again. */
#define POPULATE_AGAIN 1

/*
 * The checks that get_user_pages() makes on the vma. @force: mlock goes past
 * rights that are missing, unless all are.
 * Models: mm/gup.c, check_vma_flags, 6.1.
 */
static int check_vma(const struct vm_area_struct *vma, bool write, bool force)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return -EFAULT;
	if (write && !(vma->vm_flags & VM_WRITE))
		return force && is_cow_mapping(vma->vm_flags) ? 0 : -EFAULT;
	if (!write && !(vma->vm_flags & VM_READ))
		return force && (vma->vm_flags & VM_MAYREAD) ? 0 : -EFAULT;
	return 0;
}

static bool entry_will_do(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	struct sim_pte_info info;

	return !sim_pte_lookup(vma->vm_mm, addr, &info) && info.present &&
	       (!write || info.write);
}

/* Models: mm/gup.c, vm_fault_to_errno, 6.1. */
static int fault_errno(vm_fault_t fault)
{
	if (!(fault & VM_FAULT_ERROR))
		return 0;
	return fault & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

/*
 * Returns 0, -errno, or POPULATE_AGAIN. Without @may_drop mmap_lock is kept.
 * Holds: mmap_lock, for reading where @may_drop.
 */
static int populate_page(struct vm_area_struct *vma, unsigned long addr, bool write, bool may_drop)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned int flags = write ? FAULT_FLAG_WRITE : 0;

	if (may_drop)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	for (int i = 0; i < MAX_FAULTS; i++) {
		vm_fault_t fault;

		if (sim_is_crashed(mm->sim_machine))
			return -EIO;
		if (entry_will_do(vma, addr, write))
			return 0;
		fault = handle_mm_fault(vma, addr, flags, NULL);
		if (fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)) {
			mmap_read_lock(mm);
			return POPULATE_AGAIN;
		}
		if (fault_errno(fault))
			return fault_errno(fault);
	}
	return -EFAULT;
}

/* How populate_vma_page_range() wants pages. Models: mm/gup.c, 6.1. */
static bool populate_writes(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
}

static int check_populate(const struct vm_area_struct *vma)
{
	return check_vma(vma, populate_writes(vma), vma->vm_flags & VM_ACCESS_FLAGS);
}

void populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (check_populate(vma) || (vma->vm_flags & VM_LOCKONFAULT))
		return;
	for (; start < end; start += page_size(vma->vm_mm))
		if (populate_page(vma, start, populate_writes(vma), false))
			return;
}

/* ---- a range of vmas ---- */

struct populate {
	struct mm_struct *mm;
	unsigned long addr, end;
	unsigned int again;	/* how often mmap_lock was let go at addr */
};

/* One page. Advances, or returns -errno. */
static int populate_next(struct populate *populate, struct vm_area_struct *vma, bool write)
{
	int ret = populate_page(vma, populate->addr, write, true);

	if (ret == POPULATE_AGAIN)
		return ++populate->again < MAX_FAULTS ? 0 : -EFAULT;
	populate->again = 0;
	if (!ret)
		populate->addr += page_size(populate->mm);
	return ret;
}

int mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors)
{
	struct populate populate = { mm, start, start + len, 0 };
	struct vm_area_struct *vma;
	int ret = 0;

	mmap_read_lock(mm);
	while (populate.addr < populate.end) {
		vma = find_vma_intersection(mm, populate.addr, populate.end);
		if (!vma)
			break;
		if (populate.addr < vma->vm_start)
			populate.addr = vma->vm_start;
		if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_LOCKONFAULT)) {
			populate.addr = vma->vm_end;
			continue;
		}
		ret = check_populate(vma);
		if (!ret)
			ret = populate_next(&populate, vma, populate_writes(vma));
		if (ret && !ignore_errors)
			break;
		if (ret)	/* vma stands: no error comes with mmap_lock let go */
			populate.addr = vma->vm_end;
		ret = 0;
	}
	mmap_read_unlock(mm);
	return ret;
}

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

int madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	struct populate populate = { mm, start, end, 0 };
	struct vm_area_struct *vma;
	int ret = 0, hole = 0;

	mmap_read_lock(mm);
	while (!ret && populate.addr < end && (vma = populate_vma(&populate, &hole)))
		ret = check_vma(vma, write, false) ? -EINVAL :
						     populate_next(&populate, vma, write);
	mmap_read_unlock(mm);
	return ret ? ret : hole;
}
