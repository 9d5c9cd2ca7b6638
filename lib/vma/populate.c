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

/*
 * An entry that has no page that counts: young, and dirty for a write.
 * Models: mm/gup.c, follow_pfn_pte with FOLL_TOUCH, 5.11 to 6.12.
 */
static void touch_special(const struct vma_leaf *leaf, bool write)
{
	struct mm_struct *mm = leaf->vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[leaf->level];
	uint64_t e = fmt_op(fmt, SIM_OP_MKYOUNG, leaf->e);

	if (write)
		e = fmt_op(fmt, SIM_OP_MKDIRTY, e);
	if (e != leaf->e && fmt_pfn(fmt, e) != sim_zero_pfn(mm->sim_machine))
		sim_set_entry(mm, leaf->level, leaf->slot, leaf->addr, e);
}

/* Models: mm/gup.c, try_grab_page, 6.1, and try_grab_folio, 6.12, for callers that take
 * no pages: the count is looked at all the same. */
static bool has_references(const struct page *page)
{
	struct sim_machine *machine = sim_machine_of(page);

	return !sim_rule(machine, SIM_RULE_POPULATE_CHECKS_REFCOUNT) ||
	       !SIM_WARN_ON(machine, "mm/gup.c", sim_page_refs(page) <= 0);
}

/*
 * Is it there as wanted? It is touched then. 1, or 0: a fault is to be taken; -ENOMEM.
 * Models: mm/gup.c, follow_page_pte with FOLL_TOUCH, for callers that take no
 * pages: a special entry is as good as any, 5.11 to 6.12.
 */
static int follow_entry(const struct vma_leaf *leaf, bool write)
{
	const struct sim_mmu *mmu = leaf->vma->vm_mm->sim_mmu;
	const struct sim_entry_format *fmt = &mmu->format[leaf->level];
	struct page *page = vma_leaf_page(leaf);

	if (write && !fmt_test(fmt, SIM_TEST_WRITE, leaf->e))
		return 0;
	if (leaf->level)
		return 1;
	if (!page)
		touch_special(leaf, write);
	else if (!has_references(page))
		return -ENOMEM;
	else if (write && !fmt_test(fmt, SIM_TEST_DIRTY, leaf->e))
		sim_page_set(page, PG_dirty);
	return 1;
}

/* As follow_entry(). */
static int entry_will_do(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	struct vma_leaf leaf;
	int ret = vma_leaf_lock(vma, addr, &leaf) ? follow_entry(&leaf, write) : 0;

	vma_leaf_unlock(&leaf);
	return ret;
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
static int populate_page(struct vm_area_struct *vma, unsigned long addr, bool write,
			 const bool *may_drop)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned int flags = write ? FAULT_FLAG_WRITE : 0;

	if (may_drop)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	for (int i = 0; i < MAX_FAULTS; i++) {
		vm_fault_t fault;
		int ret;

		if (sim_is_crashed(mm->sim_machine))
			return -EIO;
		ret = entry_will_do(vma, addr, write);
		if (ret)
			return ret < 0 ? ret : 0;
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

/*
 * The pages of [start, end) of a vma, as one call of __get_user_pages(): the vma was
 * asked before, and is not asked again although a fault may change its flags.
 * Returns how many are there, or the error of the first; less where *@dropped: mmap_lock
 * was let go on the way.
 * Models: mm/gup.c, __get_user_pages without pages, 5.11 to 6.12.
 */
static long populate_pages(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   bool write, bool *dropped)
{
	struct mm_struct *mm = vma->vm_mm;
	long done = 0;
	int ret = 0;

	while (!ret && start < end) {
		ret = populate_page(vma, start, write, dropped);
		if (ret)
			break;
		start += page_size(mm);
		done++;
	}
	if (dropped)
		*dropped = ret == POPULATE_AGAIN;
	return done ? done : ret == POPULATE_AGAIN ? 0 : ret;
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
	if (!check_populate(vma) && !(vma->vm_flags & VM_LOCKONFAULT))
		populate_pages(vma, start, end, populate_writes(vma), NULL);
}

/* ---- a range of vmas ---- */

struct populate {
	struct mm_struct *mm;
	unsigned long addr, end;
	unsigned int again;	/* how often mmap_lock was let go without progress */
};

/* Some of a vma's pages. Advances, or returns -errno. */
static int populate_some(struct populate *populate, struct vm_area_struct *vma, bool write)
{
	unsigned long end = populate->end < vma->vm_end ? populate->end : vma->vm_end;
	bool dropped;
	long done = populate_pages(vma, populate->addr, end, write, &dropped);

	if (done < 0)
		return (int)done;
	if (done)
		populate->again = 0;
	populate->addr += (unsigned long)done * page_size(populate->mm);
	return dropped && ++populate->again >= MAX_FAULTS ? -EFAULT : 0;
}

/* Models: mm/gup.c, __mm_populate, 5.11 to 6.12. */
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
			ret = populate_some(&populate, vma, populate_writes(vma));
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
						     populate_some(&populate, vma, write);
	mmap_read_unlock(mm);
	return ret ? ret : hole;
}
