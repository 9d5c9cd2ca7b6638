/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * merge.c - two vmas become one.
 *
 * A range AAAA is about to get properties (flags, file, offset). Beside it lie
 * prev (PPPP) and next (NNNN); below it may lie mid (MMMM), the vma whose
 * properties change, or a hole (mmap, mremap). A neighbour that touches the
 * range and has the same properties can grow over it:
 *
 *	         touches prev only     touches next only     both
 *
 *	hole         AAAA                  AAAA                  AAAA
 *	         PPPP                          NNNN          PPPP    NNNN
 *	         PPPPPPPP     (2)          NNNNNNNN (3)      PPPPPPPPPPPP (1)
 *
 *	mid,         AAAA                  AAAA                  AAAA
 *	whole    PPPPMMMM                  MMMMNNNN          PPPPMMMMNNNN
 *	         PPPPPPPP     (7)          NNNNNNNN (8)      PPPPPPPPPPPP (6)
 *
 *	mid,         AAAA                  AAAA
 *	part     PPPPMMMMMMMM          MMMMMMMMNNNN          impossible:
 *	         PPPPPPPPMMMM (5)      MMMMNNNNNNNN (4)      mid is in between
 *
 * The numbers are those of the drawing above vma_merge() in mm/mmap.c, 6.1. In
 * 8 next grows and mid goes, although mid could grow: a walk by the reverse map
 * must never see AAAA with mid's old properties.
 *
 * What stands in the way: VM_SPECIAL flags; flags (less VM_SOFTDIRTY), file or
 * offset that differ; ->close, of either side up to 6.1, of a vma that would
 * vanish later on (SIM_RULE_CLOSE_BLOCKS_MERGE); and anonymous pages that two
 * different anon_vmas own. An anon_vma that was inherited through fork cannot
 * be shared with a range that has none.
 */
#include "vma/internal.h"

static bool has_close(const struct vm_area_struct *vma)
{
	return vma->vm_ops && vma->vm_ops->close;
}

/* Models: mm/mmap.c, is_mergeable_vma, 6.1; mm/vma.c, is_mergeable_vma, 6.12. */
static bool is_mergeable_vma(const struct vma_merge *merge, const struct vm_area_struct *vma)
{
	if ((vma->vm_flags ^ merge->flags) & ~VM_SOFTDIRTY)
		return false;
	if (vma->vm_file != merge->file)
		return false;
	return !has_close(vma) || !sim_rule(merge->mm->sim_machine, SIM_RULE_CLOSE_BLOCKS_MERGE);
}

/*
 * @vma owns @of_vma and would take the range in; NULL: the two are compared
 * with each other only. A vma without an anon_vma has no link in its chain, so
 * the kernel's test for exactly one link fails for it as well.
 * Models: mm/mmap.c, is_mergeable_anon_vma, 5.11 to 6.12.
 */
static bool is_mergeable_anon_vma(const struct anon_vma *range, const struct anon_vma *of_vma,
				  const struct vm_area_struct *vma)
{
	if ((!range || !of_vma) && (!vma || (vma->anon_vma && !vma->sim_anon_forked)))
		return true;
	return range == of_vma;
}

/* Models: mm/mmap.c, can_vma_merge_after, 5.11 to 6.12. */
static bool can_merge_after_prev(const struct vma_merge *merge, const struct anon_vma *anon_vma)
{
	const struct vm_area_struct *prev = merge->prev;

	return prev && prev->vm_end == merge->start && is_mergeable_vma(merge, prev) &&
	       is_mergeable_anon_vma(anon_vma, prev->anon_vma, prev) &&
	       prev->vm_pgoff + vma_pages(prev) == merge->pgoff;
}

/* Models: mm/mmap.c, can_vma_merge_before, 5.11 to 6.12. */
static bool can_merge_before_next(const struct vma_merge *merge)
{
	const struct vm_area_struct *next = merge->next;

	return next && next->vm_start == merge->end && is_mergeable_vma(merge, next) &&
	       is_mergeable_anon_vma(merge->anon_vma, next->anon_vma, next) &&
	       next->vm_pgoff == merge->pgoff + to_pages(merge->mm, merge->end - merge->start);
}

/* Models: mm/vma.c, can_merge_remove_vma, 6.12; older ones asked before. */
static bool can_remove(const struct vma_merge *merge, const struct vm_area_struct *vma)
{
	return !has_close(vma) || sim_rule(merge->mm->sim_machine, SIM_RULE_CLOSE_BLOCKS_MERGE);
}

/* ---- carrying it out ---- */

/* The vma that grows takes over who owns the anonymous pages that it gets. */
static void import_anon_vma(struct vm_area_struct *to, const struct vm_area_struct *from)
{
	if (!from || !from->anon_vma || to->anon_vma)
		return;
	sim_anon_vma_get(from->anon_vma);
	to->sim_anon_forked = from->sim_anon_forked;
	to->anon_vma = from->anon_vma;
}

static void detach_locked(struct vma_merge *merge, struct vm_area_struct *vma)
{
	i_mmap_remove_locked(vma);
	vma_tree_remove(merge->mm, vma);
	merge->mm->map_count--;
}

static void free_detached(struct vm_area_struct *vma)
{
	if (!vma)
		return;
	vma_put_refs(vma);
	vm_area_free(vma);
}

static bool mid_vanishes(const struct vma_merge *merge)
{
	return merge->mid && merge->mid->vm_start == merge->start &&
	       merge->mid->vm_end == merge->end;
}

/* Cases 1, 2, 5, 6, 7: prev grows to @end, over mid and perhaps next. */
static struct vm_area_struct *grow_prev(struct vma_merge *merge, bool over_next)
{
	struct vm_area_struct *prev = merge->prev, *mid = merge->mid, *next = merge->next;
	unsigned long end = over_next ? next->vm_end : merge->end;
	bool vanishes = mid_vanishes(merge);

	import_anon_vma(prev, over_next && next->anon_vma ? next : mid);
	i_mmap_lock_write(prev->vm_file);
	if (vanishes)
		detach_locked(merge, mid);
	else if (mid)
		vma_set_range_locked(mid, merge->end, mid->vm_end,
				     linear_page_index(mid, merge->end));
	if (over_next)
		detach_locked(merge, next);
	vma_set_range_locked(prev, prev->vm_start, end, prev->vm_pgoff);
	i_mmap_unlock_write(prev->vm_file);
	sim_assert_expensive(small_vma_tree_is_valid(merge->mm));
	free_detached(vanishes ? mid : NULL);
	free_detached(over_next ? next : NULL);
	return prev;
}

/* Cases 3, 4, 8: next grows down to the start of the range. */
static struct vm_area_struct *grow_next(struct vma_merge *merge)
{
	struct vm_area_struct *mid = merge->mid, *next = merge->next;
	bool vanishes = mid_vanishes(merge);

	import_anon_vma(next, mid);
	i_mmap_lock_write(next->vm_file);
	if (vanishes)
		detach_locked(merge, mid);
	else if (mid)
		vma_set_range_locked(mid, mid->vm_start, merge->start, mid->vm_pgoff);
	vma_set_range_locked(next, merge->start, next->vm_end, merge->pgoff);
	i_mmap_unlock_write(next->vm_file);
	sim_assert_expensive(small_vma_tree_is_valid(merge->mm));
	free_detached(vanishes ? mid : NULL);
	return next;
}

struct vm_area_struct *vma_merge(struct vma_merge *merge)
{
	bool with_prev, with_next, with_both;

	sim_assert(mmap_write_held(merge->mm) && merge->start < merge->end);
	sim_assert(!merge->prev || merge->prev->vm_end <= merge->start);
	if (merge->flags & VM_SPECIAL)
		return NULL;
	with_prev = can_merge_after_prev(merge, merge->anon_vma);
	with_next = can_merge_before_next(merge);
	if (mid_vanishes(merge) && !can_remove(merge, merge->mid))
		return NULL;
	with_both = with_prev && with_next &&
		    is_mergeable_anon_vma(merge->prev->anon_vma, merge->next->anon_vma, NULL) &&
		    can_remove(merge, merge->next);
	if (with_prev)
		return grow_prev(merge, with_both);
	return with_next ? grow_next(merge) : NULL;
}

struct vm_area_struct *vma_merge_mmap(struct vma_merge *merge)
{
	bool with_next;

	if (!sim_rule(merge->mm->sim_machine, SIM_RULE_MMAP_PREFERS_NEXT))
		return vma_merge(merge);
	if (merge->flags & VM_SPECIAL)
		return NULL;
	with_next = can_merge_before_next(merge);
	if (can_merge_after_prev(merge, with_next ? merge->next->anon_vma : NULL))
		return grow_prev(merge, with_next);
	return with_next ? grow_next(merge) : NULL;
}
