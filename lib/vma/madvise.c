/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * madvise.c - advice for a range, vma by vma. Holes are passed over and make the
 * result -ENOMEM; the first vma that refuses ends the walk.
 *
 *	advice			refused (-EINVAL) by
 *	DONTNEED, COLD, PAGEOUT	VM_PFNMAP, VM_LOCKED
 *	FREE			the same, and files
 *	DONTNEED_LOCKED		VM_PFNMAP
 *	REMOVE			VM_LOCKED, no file; -EACCES: not shared and writable
 *	DOFORK			VM_IO
 *	DODUMP			VM_SPECIAL
 *	WIPEONFORK		files, VM_SHARED
 *	POPULATE_READ, _WRITE	VM_IO, VM_PFNMAP, a right that is missing
 *	the others		nothing
 */
#include <sys/mman.h>

#include "vma/advice.h"

struct advice {
	int behavior;
	struct vma_spares *spares;
};

/* Does the advice change the vma (or only its entries)? */
static bool advice_is_flag(int behavior)
{
	switch (behavior) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_MERGEABLE:
	case MADV_UNMERGEABLE:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
		return true;
	default:
		return false;
	}
}

/* Models: mm/madvise.c, madvise_behavior_valid, 5.11 to 6.12, for the advice
 * that is modelled. */
static bool advice_is_valid(const struct sim_machine *machine, int behavior)
{
	switch (behavior) {
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
		return mmu_has(machine->mmu, SIM_FEAT_PMD_LEAF);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return sim_rule(machine, SIM_RULE_MADV_POPULATE);
	case MADV_DONTNEED_LOCKED:
		return sim_rule(machine, SIM_RULE_MADV_DONTNEED_LOCKED);
	case MADV_COLLAPSE:
		return mmu_has(machine->mmu, SIM_FEAT_PMD_LEAF) &&
		       sim_rule(machine, SIM_RULE_MADV_COLLAPSE);
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_REMOVE:
		return true;
	default:
		return advice_is_flag(behavior);
	}
}

/* Models: mm/madvise.c, madvise_remove, 5.11 to 6.12. */
static int check_remove(const struct vm_area_struct *vma)
{
	unsigned long writable = sim_rule(vma->vm_mm->sim_machine, SIM_RULE_MADV_REMOVE_MAYWRITE)
					 ? VM_MAYWRITE : VM_WRITE;

	if ((vma->vm_flags & VM_LOCKED) || !vma->vm_file)
		return -EINVAL;
	return !(vma->vm_flags & VM_SHARED) || !(vma->vm_flags & writable) ? -EACCES : 0;
}

/* May a vma get the advice? 0 or -errno. Models: mm/madvise.c, madvise_vma_behavior,
 * 5.11 to 6.12. */
static int check_advice(const struct vm_area_struct *vma, int behavior)
{
	unsigned long refused = 0;

	switch (behavior) {
	case MADV_REMOVE:
		return check_remove(vma);
	case MADV_FREE:
		if (!vma_is_anonymous(vma))
			return -EINVAL;
		/* fall through */
	case MADV_DONTNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		refused = VM_PFNMAP | VM_LOCKED;
		break;
	case MADV_DONTNEED_LOCKED:
		refused = VM_PFNMAP;
		break;
	case MADV_DOFORK:
		refused = VM_IO;
		break;
	case MADV_DODUMP:
		refused = VM_SPECIAL;
		break;
	case MADV_WIPEONFORK:
		if (vma->vm_file)
			return -EINVAL;
		refused = VM_SHARED;
		break;
	default:
		break;
	}
	return vma->vm_flags & refused ? -EINVAL : 0;
}

/* What may have pages in common with others. Models: mm/ksm.c, ksm_madvise, 5.11 to
 * 6.12: to others the advice is nothing. */
static unsigned long mergeable_flags(unsigned long flags)
{
	const unsigned long never = VM_SHARED | VM_MAYSHARE | VM_SPECIAL | VM_HUGETLB;

	return flags & never ? flags : flags | VM_MERGEABLE;
}

/* Models: mm/madvise.c, madvise_vma_behavior; mm/khugepaged.c, hugepage_madvise, 6.1. */
static unsigned long advised_flags(unsigned long flags, int behavior)
{
	switch (behavior) {
	case MADV_NORMAL:
		return flags & ~(VM_RAND_READ | VM_SEQ_READ);
	case MADV_RANDOM:
		return (flags & ~VM_SEQ_READ) | VM_RAND_READ;
	case MADV_SEQUENTIAL:
		return (flags & ~VM_RAND_READ) | VM_SEQ_READ;
	case MADV_DONTFORK:
		return flags | VM_DONTCOPY;
	case MADV_DOFORK:
		return flags & ~VM_DONTCOPY;
	case MADV_WIPEONFORK:
		return flags | VM_WIPEONFORK;
	case MADV_KEEPONFORK:
		return flags & ~VM_WIPEONFORK;
	case MADV_DONTDUMP:
		return flags | VM_DONTDUMP;
	case MADV_DODUMP:
		return flags & ~VM_DONTDUMP;
	case MADV_MERGEABLE:
		return mergeable_flags(flags);
	case MADV_UNMERGEABLE:
		return flags & ~VM_MERGEABLE;
	case MADV_HUGEPAGE:
		return (flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
	default: /* MADV_NOHUGEPAGE */
		return (flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
	}
}

static int advise_vma(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		      const struct advice *advice)
{
	unsigned long flags = (*vmap)->vm_flags, newflags;
	int ret = check_advice(*vmap, advice->behavior);

	if (ret)
		return ret;
	if (!advice_is_flag(advice->behavior))
		return sim_advise_entries(*vmap, start, end, advice->behavior);
	newflags = advised_flags(flags, advice->behavior);
	if (newflags == flags)
		return 0;
	ret = vma_modify_flags(vmap, start, end, newflags, advice->spares);
	if (!ret)
		vma_set_flags(*vmap, newflags);
	return ret == -ENOMEM ? -EAGAIN : ret;
}

/* Models: mm/madvise.c, madvise_walk_vmas, 6.1. */
static int walk_vmas(struct mm_struct *mm, unsigned long start, unsigned long end,
		     const struct advice *advice)
{
	int unmapped = 0;

	while (start < end) {
		struct vm_area_struct *vma = find_vma(mm, start);
		unsigned long stop;
		int ret;

		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (start < vma->vm_start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
		}
		stop = vma->vm_end < end ? vma->vm_end : end;
		ret = advise_vma(&vma, start, stop, advice);
		if (ret)
			return ret;
		start = vma->vm_end > stop ? vma->vm_end : stop;
	}
	return unmapped;
}

static int do_madvise_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
			    int behavior)
{
	struct vma_spares spares = { 0 };
	struct advice advice = { behavior, &spares };
	int ret;

	if (sim_mmap_write_lock(mm, "sim_madvise"))
		return -EDEADLK;
	ret = vma_spares_get(mm, &spares, vma_cuts(mm, start, end));
	ret = ret ? -EAGAIN : walk_vmas(mm, start, end, &advice);
	vma_spares_put(&spares);
	sim_mmap_unlock(mm);
	return ret;
}

static int do_madvise_entries(struct mm_struct *mm, unsigned long start, unsigned long end,
			      int behavior)
{
	struct advice advice = { behavior, NULL };
	int ret;

	if (sim_mmap_read_lock(mm, "sim_madvise"))
		return -EDEADLK;
	ret = walk_vmas(mm, start, end, &advice);
	sim_mmap_unlock(mm);
	return ret;
}

/* Models: mm/madvise.c, do_madvise, 5.11 to 6.12. */
static int do_madvise(struct mm_struct *mm, unsigned long addr, unsigned long len, int advice)
{
	unsigned long end = addr + page_align(mm, len);

	if (!advice_is_valid(mm->sim_machine, advice) || !page_aligned(mm, addr) ||
	    (len && !page_align(mm, len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (advice_is_flag(advice))
		return do_madvise_flags(mm, addr, end, advice);
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return madvise_populate(mm, addr, end, advice == MADV_POPULATE_WRITE);
	return do_madvise_entries(mm, addr, end, advice);
}

int sim_madvise(struct task_struct *task, unsigned long addr, unsigned long len, int advice)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, do_madvise(call.mm, addr, len, advice));
}
