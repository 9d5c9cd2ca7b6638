/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vma_tree.c - the vmas of an address space: look-up by address, and the search
 * for a hole.
 *
 * A red-black tree. Each node knows of the vmas below it and of itself the
 * lowest start, the highest end, and the largest hole between two neighbours:
 *
 *	        [ C ]             first = A.start, last = E.end
 *	       /     \            gap = max(holes below, C.start - B.end,
 *	    [ A B ] [ D E ]                 D.start - C.end)
 *
 * A subtree in which no hole is long enough is passed over, so the search
 * takes O(log n). The values depend on a node and its two children only: a
 * change is carried from the node that it concerns up to the root.
 *
 * The kernel has a maple tree since 6.1; which holes are found is the same.
 */
#include "vma/internal.h"

static void vma_augment(struct vm_area_struct *vma);

#define RB_AUGMENT(vma) vma_augment(vma)
#include <bsd/sys/tree.h>

struct vma_tree {
	struct vm_area_struct *rbh_root;
};

static inline struct vma_tree *vma_tree(struct mm_struct *mm)
{
	return (struct vma_tree *)&mm->sim_vmas;
}

static inline int vma_cmp(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return (a->vm_start > b->vm_start) - (a->vm_start < b->vm_start);
}

RB_GENERATE_INTERNAL(vma_tree, vm_area_struct, sim_rb, vma_cmp,
		     static inline __attribute__((unused)))

static unsigned long max_ul(unsigned long a, unsigned long b)
{
	return a > b ? a : b;
}

static unsigned long min_ul(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

static void vma_augment(struct vm_area_struct *vma)
{
	const struct vm_area_struct *left = vma->sim_rb.rbe_left, *right = vma->sim_rb.rbe_right;

	vma->sim_first = left ? left->sim_first : vma->vm_start;
	vma->sim_last = right ? right->sim_last : vma->vm_end;
	vma->sim_gap = 0;
	if (left)
		vma->sim_gap = max_ul(left->sim_gap, vma->vm_start - left->sim_last);
	if (right)
		vma->sim_gap = max_ul(vma->sim_gap, max_ul(right->sim_gap,
							   right->sim_first - vma->vm_end));
}

static void augment_upwards(struct vm_area_struct *vma)
{
	for (; vma; vma = vma->sim_rb.rbe_parent)
		vma_augment(vma);
}

void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma)
{
	sim_assert(vma->vm_mm == mm && vma_is_valid(vma));
	vma->sim_first = vma->vm_start;
	vma->sim_last = vma->vm_end;
	vma->sim_gap = 0;
	if (vma_tree_RB_INSERT(vma_tree(mm), vma))
		sim_assert(!"two vmas begin at one address");
	augment_upwards(vma);
}

void vma_tree_remove(struct mm_struct *mm, struct vm_area_struct *vma)
{
	/* Where a leaf or a node with one child goes, only its parent is put
	 * right by the tree. */
	struct vm_area_struct *parent = vma->sim_rb.rbe_parent;

	sim_assert(vma->vm_mm == mm && mm->sim_vmas.rbh_root);
	vma_tree_RB_REMOVE(vma_tree(mm), vma);
	augment_upwards(parent);
}

void vma_tree_resized(struct vm_area_struct *vma)
{
	augment_upwards(vma);
}

/* ---- look-up ---- */

struct vm_area_struct *vma_next(struct vm_area_struct *vma)
{
	return vma_tree_RB_NEXT(vma);
}

struct vm_area_struct *vma_prev(struct vm_area_struct *vma)
{
	return vma_tree_RB_PREV(vma);
}

struct vm_area_struct *sim_vma_next(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma)
		return vma_next(vma);
	return mm ? vma_tree_RB_MINMAX(vma_tree(mm), -1) : NULL;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	struct vm_area_struct *node = mm->sim_vmas.rbh_root, *found = NULL;

	*prev = NULL;
	while (node) {
		if (node->vm_end > addr) {
			found = node;
			node = node->sim_rb.rbe_left;
		} else {
			*prev = node;
			node = node->sim_rb.rbe_right;
		}
	}
	return found;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *prev;

	return find_vma_prev(mm, addr, &prev);
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && vma->vm_start < end ? vma : NULL;
}

struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	return find_vma_intersection(mm, addr, addr + 1);
}

/* ---- holes ---- */

/* What is searched, and the free space on both sides of the current subtree. */
struct hole_search {
	unsigned long len;
	bool highest;
	unsigned long found;
};

static bool hole_fits(struct hole_search *search, unsigned long low, unsigned long high)
{
	if (low >= high || high - low < search->len)
		return false;
	search->found = search->highest ? high - search->len : low;
	return true;
}

/* Could a hole of the subtree, or one of its two edges, be long enough? */
static bool may_hold(const struct hole_search *search, const struct vm_area_struct *node,
		     unsigned long low, unsigned long high)
{
	return node->sim_gap >= search->len ||
	       (node->sim_first > low && node->sim_first - low >= search->len) ||
	       (node->sim_last < high && high - node->sim_last >= search->len);
}

/* [low, high) is what the vmas outside the subtree and the limits leave of it. */
static bool search_holes(struct hole_search *search, const struct vm_area_struct *node,
			 unsigned long low, unsigned long high)
{
	unsigned long above, below;

	if (!node)
		return hole_fits(search, low, high);
	if (low >= high || !may_hold(search, node, low, high))
		return false;
	above = max_ul(low, node->vm_end);
	below = min_ul(high, node->vm_start);
	if (search->highest)
		return search_holes(search, node->sim_rb.rbe_right, above, high) ||
		       search_holes(search, node->sim_rb.rbe_left, low, below);
	return search_holes(search, node->sim_rb.rbe_left, low, below) ||
	       search_holes(search, node->sim_rb.rbe_right, above, high);
}

static unsigned long find_hole(struct mm_struct *mm, unsigned long len, unsigned long low,
			       unsigned long high, bool highest)
{
	struct hole_search search = { len, highest, 0 };

	return search_holes(&search, mm->sim_vmas.rbh_root, low, high) ? search.found : 0;
}

unsigned long vma_tree_highest_hole(struct mm_struct *mm, unsigned long len, unsigned long low,
				    unsigned long high)
{
	return find_hole(mm, len, low, high, true);
}

unsigned long vma_tree_lowest_hole(struct mm_struct *mm, unsigned long len, unsigned long low,
				   unsigned long high)
{
	return find_hole(mm, len, low, high, false);
}

/* Does a node say of what lies below it what its children say? */
static bool augment_is_valid(const struct vm_area_struct *vma)
{
	/* Not the links of i_mmap, which others may be writing. */
	struct vm_area_struct again = {
		.vm_start = vma->vm_start, .vm_end = vma->vm_end, .sim_rb = vma->sim_rb,
	};

	vma_augment(&again);
	return again.sim_first == vma->sim_first && again.sim_last == vma->sim_last &&
	       again.sim_gap == vma->sim_gap;
}

bool vma_tree_is_valid(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *prev = NULL;

	for (vma = sim_vma_next(mm, NULL); vma; prev = vma, vma = vma_next(vma)) {
		if (vma->vm_mm != mm || vma->vm_start >= vma->vm_end ||
		    (prev && prev->vm_end > vma->vm_start) || !augment_is_valid(vma))
			return false;
	}
	return true;
}
