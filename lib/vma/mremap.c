/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mremap.c - a mapping is shrunk, grown in place, or moved with its entries.
 *
 *	new_len <= old_len	unmap the tail
 *	new_len > old_len	grow into the hole behind it, where there is one;
 *				else move, with MREMAP_MAYMOVE
 *	MREMAP_FIXED		unmap the target, then move there
 *	MREMAP_DONTUNMAP	move the entries only: the old vma stays, empty
 *	old_len 0		a second mapping of the same shared pages
 *
 * A move makes a copy of the vma (or grows a neighbour of the target over it),
 * moves the entries intact, and unmaps the old range.
 */
#include <sys/mman.h>

#include "vma/internal.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

struct remap {
	struct mm_struct *mm;
	unsigned long addr, old_len;
	unsigned long new_addr, new_len;
	unsigned long flags;
	struct vma_spares *spares;
	unsigned long populate_addr, populate_len; /* a VM_LOCKED mapping has grown */
};

/* Models: mm/mremap.c, vma_to_resize, 5.11 to 6.12. NULL and *@err. */
static struct vm_area_struct *vma_to_resize(const struct remap *remap, int *err)
{
	struct mm_struct *mm = remap->mm;
	struct vm_area_struct *vma = vma_lookup(mm, remap->addr);
	bool dontunmap = remap->flags & MREMAP_DONTUNMAP;
	pgoff_t pgoff;

	*err = -EFAULT;
	if (!vma)
		return NULL;
	*err = -EINVAL;
	if (!remap->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return NULL;
	if (dontunmap && sim_rule(mm->sim_machine, SIM_RULE_DONTUNMAP_ANON_ONLY)) {
		if (!vma_is_anonymous(vma) || (vma->vm_flags & VM_SHARED))
			return NULL;
	} else if (dontunmap && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))) {
		return NULL;
	}
	*err = -EFAULT;
	if (remap->old_len > vma->vm_end - remap->addr)
		return NULL;
	*err = 0;
	if (remap->new_len == remap->old_len)
		return vma;
	pgoff = linear_page_index(vma, remap->addr);
	*err = pgoff + to_pages(mm, remap->new_len) < pgoff ? -EINVAL : -EFAULT;
	if (*err == -EINVAL || (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return NULL;
	return vma;
}

static long new_place(const struct remap *remap, const struct vm_area_struct *vma,
		      unsigned long hint, unsigned long map_flags)
{
	if (vma->vm_flags & VM_MAYSHARE)
		map_flags |= MAP_SHARED;
	return get_unmapped_area(remap->mm, vma->vm_file, hint, remap->new_len,
				 linear_page_index(vma, remap->addr), map_flags);
}

/* ---- moving ---- */

/*
 * The kept vma and the new one must not become one, as they would in old
 * releases. Models: mm/mmap.c, copy_vma, 6.1; mm/vma.c, copy_vma, 6.12.
 */
static void keep_apart(const struct remap *remap, const struct vm_area_struct *vma,
		       struct vma_merge *merge)
{
	const struct sim_machine *machine = remap->mm->sim_machine;
	bool touch = merge->start == vma->vm_end || merge->end == vma->vm_start;

	if (!touch || sim_rule(machine, SIM_RULE_DONTUNMAP_SELF_MERGES))
		return;
	if (merge->prev == vma || sim_rule(machine, SIM_RULE_DONTUNMAP_ALONE))
		merge->prev = NULL;
	if (merge->next == vma || sim_rule(machine, SIM_RULE_DONTUNMAP_ALONE))
		merge->next = NULL;
}

/*
 * The vma at the target. *@vmap may be merged with it, and is then the merged
 * one. Models: mm/mmap.c, copy_vma, 5.11 to 6.12.
 */
static struct vm_area_struct *copy_vma(const struct remap *remap, struct vm_area_struct **vmap)
{
	struct vm_area_struct *vma = *vmap, *new;
	struct mm_struct *mm = remap->mm;
	unsigned long old_start = vma->vm_start, end = remap->new_addr + remap->new_len;
	bool unfaulted = vma_is_anonymous(vma) && !vma->anon_vma;
	struct vma_merge merge = {
		.mm = mm,
		.start = remap->new_addr,
		.end = end,
		.flags = vma->vm_flags,
		.anon_vma = vma->anon_vma,
		.file = vma->vm_file,
		.pgoff = linear_page_index(vma, remap->addr),
	};

	/* No page has an index yet: take the one that merges best. */
	if (unfaulted)
		merge.pgoff = to_pages(mm, remap->new_addr);
	merge.next = find_vma_prev(mm, remap->new_addr, &merge.prev);
	if (unfaulted && (remap->flags & MREMAP_DONTUNMAP))
		keep_apart(remap, vma, &merge);
	new = vma_merge(&merge);
	if (new) {
		if (old_start >= new->vm_start && old_start < new->vm_end)
			*vmap = new;
		return new;
	}
	new = vm_area_dup(vma, mm, remap->spares);
	new->vm_start = remap->new_addr;
	new->vm_end = end;
	new->vm_pgoff = merge.pgoff;
	vma_get_refs(new);
	vma_open(new);
	vma_link(mm, new);
	return new;
}

/* Moves entries under the file's lock: rmap.c says why. */
static unsigned long move_entries(struct vm_area_struct *vma, unsigned long from,
				  struct vm_area_struct *new, unsigned long to, unsigned long len)
{
	unsigned long moved;

	i_mmap_lock_write(vma->vm_file);
	moved = sim_move_tables(vma, from, new, to, len);
	i_mmap_unlock_write(vma->vm_file);
	return moved;
}

static int call_mremap(struct vm_area_struct *new)
{
	if (!new->vm_ops || !new->vm_ops->mremap)
		return 0;
	return SIM_CALL(new->vm_mm->sim_machine, new->vm_ops, mremap, new->vm_start, -EIO, new);
}

static int move_or_undo(const struct remap *remap, struct vm_area_struct *vma,
			struct vm_area_struct *new)
{
	unsigned long moved = move_entries(vma, remap->addr, new, remap->new_addr, remap->old_len);
	int ret = 0;

	if (moved < remap->old_len)
		ret = -ENOMEM;
	else
		ret = call_mremap(new);
	if (ret)
		move_entries(new, remap->new_addr, vma, remap->addr, moved);
	return ret;
}

/* The old vma of MREMAP_DONTUNMAP. Models: mm/mremap.c, move_vma, 6.1. */
static void keep_old_vma(const struct remap *remap, struct vm_area_struct *vma)
{
	vma_set_flags(vma, vma->vm_flags & ~(VM_LOCKED | VM_LOCKONFAULT));
	if (vma->vm_start != remap->addr || vma->vm_end != remap->addr + remap->old_len)
		return;
	sim_anon_vma_put(vma->anon_vma);
	vma->anon_vma = NULL;
	vma->sim_anon_forked = false;
	/* Unfaulted again: since the release that keeps the two apart. */
	if (vma_is_anonymous(vma) && !vma->vm_file &&
	    !sim_rule(remap->mm->sim_machine, SIM_RULE_DONTUNMAP_SELF_MERGES))
		vma->vm_pgoff = to_pages(remap->mm, vma->vm_start);
}

/* Asks before anything is copied. Models: mm/mremap.c, move_vma, 6.1. */
static int may_split(const struct remap *remap, struct vm_area_struct *vma)
{
	unsigned long end = remap->addr + remap->old_len;
	int ret = 0;

	if (!vma->vm_ops || !vma->vm_ops->may_split)
		return 0;
	if (vma->vm_start != remap->addr)
		ret = vma->vm_ops->may_split(vma, remap->addr);
	if (!ret && vma->vm_end != end)
		ret = vma->vm_ops->may_split(vma, end);
	return ret;
}

/* A locked vma of which a part stays: cut first, so that pages are counted right. */
static int split_locked(const struct remap *remap, struct vm_area_struct *vma)
{
	unsigned long end = remap->addr + remap->old_len;
	int ret = 0;

	if (!(remap->flags & MREMAP_DONTUNMAP) || !(vma->vm_flags & VM_LOCKED))
		return 0;
	if (vma->vm_start != remap->addr)
		ret = split_vma(vma, remap->addr, true, remap->spares);
	if (!ret && vma->vm_end != end)
		ret = split_vma(vma, end, false, remap->spares);
	return ret;
}

/* Unmaps what the move left behind: the old range, or the new one after an error. */
static void unmap_left(const struct remap *remap, unsigned long addr, unsigned long len)
{
	if (len)
		do_munmap(remap->mm, addr, len, remap->spares);
}

/* Models: arch/x86/mm/pat/memtype.c, untrack_pfn_clear, 6.1. */
static void clear_pat(struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_PAT)
		vma_set_flags(vma, vma->vm_flags & ~VM_PAT);
}

/* Models: mm/mremap.c, move_vma, 5.11 to 6.12. */
static long move_vma(struct remap *remap, struct vm_area_struct *vma)
{
	struct mm_struct *mm = remap->mm;
	unsigned long new_pages = to_pages(mm, remap->new_len);
	unsigned long vm_flags = vma->vm_flags;
	struct vm_area_struct *new;
	int ret;

	if (mm->map_count >= max_map_count(mm) - 3)
		return -ENOMEM;
	ret = may_split(remap, vma);
	if (!ret)
		ret = split_locked(remap, vma);
	if (ret)
		return ret;
	new = copy_vma(remap, &vma);
	ret = move_or_undo(remap, vma, new);
	vm_stat_account(mm, vm_flags, (long)new_pages);
	/* The reservation of x86's memory types went along with the entries. */
	if (vma->vm_flags & VM_PFNMAP)
		clear_pat(ret ? new : vma);
	if (ret) {
		if (new->vm_flags & VM_LOCKED)
			mm->locked_vm += new_pages;
		unmap_left(remap, remap->new_addr, remap->new_len);
		return ret;
	}
	if (remap->flags & MREMAP_DONTUNMAP) {
		keep_old_vma(remap, vma);
		return (long)remap->new_addr;
	}
	unmap_left(remap, remap->addr, remap->old_len);
	if (vm_flags & VM_LOCKED) {
		mm->locked_vm += new_pages;
		remap->populate_addr = remap->new_addr + remap->old_len;
		remap->populate_len = remap->new_len - remap->old_len;
	}
	return (long)remap->new_addr;
}

/* Models: mm/mremap.c, mremap_to, 5.11 to 6.12. */
static long mremap_to(struct remap *remap)
{
	struct mm_struct *mm = remap->mm;
	struct vm_area_struct *vma;
	long addr;
	int ret;

	if (!page_aligned(mm, remap->new_addr) || remap->new_len > mm->task_size ||
	    remap->new_addr > mm->task_size - remap->new_len)
		return -EINVAL;
	if (remap->addr + remap->old_len > remap->new_addr &&
	    remap->new_addr + remap->new_len > remap->addr)
		return -EINVAL;
	if (mm->map_count + 2 >= max_map_count(mm) - 3)
		return -ENOMEM;
	if (remap->flags & MREMAP_FIXED) {
		ret = do_munmap(mm, remap->new_addr, remap->new_len, remap->spares);
		if (ret)
			return ret;
	}
	if (remap->old_len > remap->new_len) {
		ret = do_munmap(mm, remap->addr + remap->new_len, remap->old_len - remap->new_len,
				remap->spares);
		if (ret)
			return ret;
		remap->old_len = remap->new_len;
	}
	vma = vma_to_resize(remap, &ret);
	if (!vma)
		return ret;
	addr = new_place(remap, vma, remap->new_addr,
			 remap->flags & MREMAP_FIXED ? MAP_FIXED : 0);
	if (addr < 0)
		return addr;
	remap->new_addr = (unsigned long)addr;
	return move_vma(remap, vma);
}

/* ---- growing in place ---- */

/* Models: mm/mremap.c, vma_expandable, 6.1. */
static bool vma_expandable(const struct remap *remap, const struct vm_area_struct *vma)
{
	unsigned long end = remap->addr + remap->new_len;

	return end > vma->vm_end && end <= remap->mm->task_size &&
	       !find_vma_intersection(remap->mm, vma->vm_end, end);
}

/* The vma grows to @end, and takes the next one in where the release does so. */
static bool expand_in_place(const struct remap *remap, struct vm_area_struct *vma,
			    unsigned long end)
{
	struct sim_machine *machine = remap->mm->sim_machine;
	struct vma_merge merge = {
		.mm = remap->mm,
		.prev = vma,
		.next = vma->sim_next,
		.start = vma->vm_end,
		.end = end,
		.flags = vma->vm_flags,
		.anon_vma = vma->anon_vma,
		.file = vma->vm_file,
		.pgoff = linear_page_index(vma, vma->vm_end),
	};
	bool closes = vma->vm_ops && vma->vm_ops->close &&
		      sim_rule(machine, SIM_RULE_CLOSE_BLOCKS_MERGE);

	if (sim_rule(machine, SIM_RULE_MREMAP_EXPAND_MERGES) && !closes)
		return vma_merge(&merge) != NULL;
	i_mmap_lock_write(vma->vm_file);
	vma_set_range_locked(vma, vma->vm_start, end, vma->vm_pgoff);
	i_mmap_unlock_write(vma->vm_file);
	return true;
}

/* Models: mm/mremap.c, the end of the system call, 5.11 to 6.12. */
static long grow(struct remap *remap)
{
	struct mm_struct *mm = remap->mm;
	unsigned long pages = to_pages(mm, remap->new_len - remap->old_len);
	struct vm_area_struct *vma;
	unsigned long vm_flags;
	long addr;
	int ret;

	vma = vma_to_resize(remap, &ret);
	if (!vma)
		return ret;
	vm_flags = vma->vm_flags;
	if (remap->addr + remap->old_len == vma->vm_end && vma_expandable(remap, vma)) {
		if (!expand_in_place(remap, vma, remap->addr + remap->new_len))
			return -ENOMEM;
		vm_stat_account(mm, vm_flags, (long)pages);
		if (vm_flags & VM_LOCKED) {
			mm->locked_vm += pages;
			remap->populate_addr = remap->addr + remap->old_len;
			remap->populate_len = remap->new_len - remap->old_len;
		}
		return (long)remap->addr;
	}
	if (!(remap->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	addr = new_place(remap, vma, 0, 0);
	if (addr < 0)
		return addr;
	remap->new_addr = (unsigned long)addr;
	return move_vma(remap, vma);
}

static long shrink(struct remap *remap)
{
	unsigned long tail = remap->old_len - remap->new_len;
	int ret = 0;

	if (tail)
		ret = do_munmap(remap->mm, remap->addr + remap->new_len, tail, remap->spares);
	return ret ? ret : (long)remap->addr;
}

/* Models: mm/mremap.c, the system call, 5.11 to 6.12. Old releases look for a vma
 * where they need one: not to shrink, nor before they unmap a fixed target. */
static long do_mremap(struct remap *remap)
{
	if (sim_rule(remap->mm->sim_machine, SIM_RULE_MREMAP_ASKS_FIRST) &&
	    !vma_lookup(remap->mm, remap->addr))
		return -EFAULT;
	if (remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(remap);
	return remap->old_len >= remap->new_len ? shrink(remap) : grow(remap);
}

/*
 * The copy, and every cut that this call may make. The range that a move leaves
 * behind may have been merged with its neighbours: it always counts two.
 */
static unsigned int spares_needed(const struct remap *remap)
{
	struct mm_struct *mm = remap->mm;
	unsigned long tail = remap->addr + remap->new_len, end = remap->addr + remap->old_len;
	bool to = remap->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
	unsigned int nr = 0;

	if (remap->old_len > remap->new_len)
		nr += vma_cuts(mm, tail, end);
	if (remap->flags & MREMAP_FIXED)
		nr += vma_cuts(mm, remap->new_addr, remap->new_addr + remap->new_len);
	if (to || remap->old_len < remap->new_len)
		nr += 3;
	return nr;
}

static int check_remap(const struct remap *remap)
{
	unsigned long flags = remap->flags;

	if (flags & ~(unsigned long)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	return page_aligned(remap->mm, remap->addr) ? 0 : -EINVAL;
}

static long mremap_mm(struct remap *remap, unsigned long old_len, unsigned long new_len)
{
	struct mm_struct *mm = remap->mm;
	struct vma_spares spares = { 0 };
	long ret;

	if (check_remap(remap) || ((remap->flags & MREMAP_DONTUNMAP) && old_len != new_len))
		return -EINVAL;
	remap->old_len = page_align(mm, old_len);
	remap->new_len = page_align(mm, new_len);
	if (!remap->new_len)
		return -EINVAL;
	if (sim_mmap_write_lock(mm, "sim_mremap"))
		return -EDEADLK;
	remap->spares = &spares;
	ret = vma_spares_get(mm, &spares, spares_needed(remap));
	if (!ret)
		ret = do_mremap(remap);
	remap->spares = NULL;
	vma_spares_put(&spares);
	sim_mmap_unlock(mm);
	if (ret > 0 && remap->populate_len)
		mm_populate(mm, remap->populate_addr, remap->populate_len, true);
	return ret;
}

long sim_mremap(struct task_struct *task, unsigned long addr, unsigned long old_len,
		unsigned long new_len, unsigned long flags, unsigned long new_addr)
{
	struct remap remap = { .addr = addr, .new_addr = new_addr, .flags = flags };
	struct sim_call call;
	long ret = sim_call_begin(&call, task);

	if (ret)
		return ret;
	remap.mm = call.mm;
	return sim_call_end(&call, mremap_mm(&remap, old_len, new_len));
}
