/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * interval.h - a tree of intervals that may overlap, to be asked which of them
 * meet a given one. A template: define what is listed, then include it, as
 * often in a file as there are trees.
 *
 *	#define SIM_INTERVAL_NAME i_mmap
 *	#define SIM_INTERVAL_TYPE vm_area_struct	tag of a struct
 *	#define SIM_INTERVAL_LINK sim_i_mmap		member: RB_ENTRY shape
 *	#define SIM_INTERVAL_SUBTREE sim_i_mmap_last	member: unsigned long
 *	#define SIM_INTERVAL_START(vma) ((vma)->vm_pgoff)
 *	#define SIM_INTERVAL_LAST(vma) (...)		inclusive, >= START
 *	#include "base/interval.h"
 *
 * It makes these static functions; @root points to the pointer to the top:
 *
 *	void i_mmap_insert(struct vm_area_struct **root, struct vm_area_struct *item);
 *	void i_mmap_remove(struct vm_area_struct **root, struct vm_area_struct *item);
 *	struct vm_area_struct *i_mmap_first(struct vm_area_struct *const *root,
 *					    unsigned long start, unsigned long last);
 *	struct vm_area_struct *i_mmap_next(struct vm_area_struct *item,
 *					   unsigned long start, unsigned long last);
 *
 * first and next give the items that meet [start, last], by start, then by
 * address: each in O(log n). Start and last of an item must not change while
 * it is in the tree.
 *
 * A red-black tree by start; each node knows the largest last below it, itself
 * included, so that a walk skips what ends too early:
 *
 *		 [4,6] 9		looking for [8,8]:
 *		 /     \		the left's largest last is 9: go there
 *	     [1,9] 9  [7,7] 7
 */
#include <stddef.h>

#include <bsd/sys/tree.h>

#ifndef SIM_BASE_INTERVAL_H
#define SIM_BASE_INTERVAL_H

#define SIM_INTERVAL_PASTE__(a, b) a##_##b
#define SIM_INTERVAL_PASTE_(a, b) SIM_INTERVAL_PASTE__(a, b)
#define SIM_INTERVAL_FN(suffix) SIM_INTERVAL_PASTE_(SIM_INTERVAL_NAME, suffix)
#define SIM_INTERVAL_STATIC static inline __attribute__((unused))
/* The macros of tree.h paste their arguments: expand them first. */
#define SIM_INTERVAL_RB_(macro, ...) macro(__VA_ARGS__)

#endif

#undef RB_AUGMENT
#define RB_AUGMENT(item) SIM_INTERVAL_FN(augment)(item)

/* By start, then address: no two items are equal. */
SIM_INTERVAL_STATIC int SIM_INTERVAL_FN(cmp)(const struct SIM_INTERVAL_TYPE *a,
					     const struct SIM_INTERVAL_TYPE *b)
{
	if (SIM_INTERVAL_START(a) != SIM_INTERVAL_START(b))
		return SIM_INTERVAL_START(a) < SIM_INTERVAL_START(b) ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Sets an item's largest last from its own and those of its children. */
SIM_INTERVAL_STATIC void SIM_INTERVAL_FN(augment)(struct SIM_INTERVAL_TYPE *item)
{
	const struct SIM_INTERVAL_TYPE *left = RB_LEFT(item, SIM_INTERVAL_LINK);
	const struct SIM_INTERVAL_TYPE *right = RB_RIGHT(item, SIM_INTERVAL_LINK);
	unsigned long last = SIM_INTERVAL_LAST(item);

	if (left && left->SIM_INTERVAL_SUBTREE > last)
		last = left->SIM_INTERVAL_SUBTREE;
	if (right && right->SIM_INTERVAL_SUBTREE > last)
		last = right->SIM_INTERVAL_SUBTREE;
	item->SIM_INTERVAL_SUBTREE = last;
}

/* tree.h does the same for the nodes that it rotates; this for those above. */
SIM_INTERVAL_STATIC void SIM_INTERVAL_FN(augment_up)(struct SIM_INTERVAL_TYPE *item)
{
	for (; item; item = RB_PARENT(item, SIM_INTERVAL_LINK))
		SIM_INTERVAL_FN(augment)(item);
}

SIM_INTERVAL_RB_(RB_HEAD, SIM_INTERVAL_FN(head), SIM_INTERVAL_TYPE);
SIM_INTERVAL_RB_(RB_PROTOTYPE_INTERNAL, SIM_INTERVAL_FN(head), SIM_INTERVAL_TYPE,
		 SIM_INTERVAL_LINK, SIM_INTERVAL_FN(cmp), SIM_INTERVAL_STATIC)
SIM_INTERVAL_RB_(RB_GENERATE_INTERNAL, SIM_INTERVAL_FN(head), SIM_INTERVAL_TYPE,
		 SIM_INTERVAL_LINK, SIM_INTERVAL_FN(cmp), SIM_INTERVAL_STATIC)

SIM_INTERVAL_STATIC void SIM_INTERVAL_FN(insert)(struct SIM_INTERVAL_TYPE **root,
						 struct SIM_INTERVAL_TYPE *item)
{
	struct SIM_INTERVAL_FN(head) head = { *root };

	item->SIM_INTERVAL_SUBTREE = SIM_INTERVAL_LAST(item);
	SIM_INTERVAL_RB_(RB_INSERT, SIM_INTERVAL_FN(head), &head, item);
	*root = head.rbh_root;
	SIM_INTERVAL_FN(augment_up)(item);
}

/* The lowest node whose subtree changes when @item is taken out: with two
 * children its successor takes its place. */
SIM_INTERVAL_STATIC struct SIM_INTERVAL_TYPE *
SIM_INTERVAL_FN(lowest_changed)(struct SIM_INTERVAL_TYPE *item)
{
	struct SIM_INTERVAL_TYPE *next = RB_RIGHT(item, SIM_INTERVAL_LINK);

	if (!next || !RB_LEFT(item, SIM_INTERVAL_LINK))
		return RB_PARENT(item, SIM_INTERVAL_LINK);
	while (RB_LEFT(next, SIM_INTERVAL_LINK))
		next = RB_LEFT(next, SIM_INTERVAL_LINK);
	if (RB_PARENT(next, SIM_INTERVAL_LINK) == item)
		return next;
	return RB_PARENT(next, SIM_INTERVAL_LINK);
}

SIM_INTERVAL_STATIC void SIM_INTERVAL_FN(remove)(struct SIM_INTERVAL_TYPE **root,
						 struct SIM_INTERVAL_TYPE *item)
{
	struct SIM_INTERVAL_TYPE *lowest = SIM_INTERVAL_FN(lowest_changed)(item);
	struct SIM_INTERVAL_FN(head) head = { *root };

	SIM_INTERVAL_RB_(RB_REMOVE, SIM_INTERVAL_FN(head), &head, item);
	*root = head.rbh_root;
	SIM_INTERVAL_FN(augment_up)(lowest);
}

/* The first below @node that meets [start, last].
 * => something below it, or itself, ends at start or later */
SIM_INTERVAL_STATIC struct SIM_INTERVAL_TYPE *
SIM_INTERVAL_FN(search)(struct SIM_INTERVAL_TYPE *node, unsigned long start, unsigned long last)
{
	for (;;) {
		struct SIM_INTERVAL_TYPE *left = RB_LEFT(node, SIM_INTERVAL_LINK);

		if (left && left->SIM_INTERVAL_SUBTREE >= start) {
			node = left;
			continue;
		}
		if (SIM_INTERVAL_START(node) > last)
			return NULL;
		if (SIM_INTERVAL_LAST(node) >= start)
			return node;
		node = RB_RIGHT(node, SIM_INTERVAL_LINK);
		if (!node || node->SIM_INTERVAL_SUBTREE < start)
			return NULL;
	}
}

SIM_INTERVAL_STATIC struct SIM_INTERVAL_TYPE *
SIM_INTERVAL_FN(first)(struct SIM_INTERVAL_TYPE *const *root, unsigned long start,
		       unsigned long last)
{
	if (!*root || (*root)->SIM_INTERVAL_SUBTREE < start)
		return NULL;
	return SIM_INTERVAL_FN(search)(*root, start, last);
}

SIM_INTERVAL_STATIC struct SIM_INTERVAL_TYPE *
SIM_INTERVAL_FN(next)(struct SIM_INTERVAL_TYPE *item, unsigned long start, unsigned long last)
{
	for (;;) {
		struct SIM_INTERVAL_TYPE *below = RB_RIGHT(item, SIM_INTERVAL_LINK);
		struct SIM_INTERVAL_TYPE *parent = RB_PARENT(item, SIM_INTERVAL_LINK);

		if (below && below->SIM_INTERVAL_SUBTREE >= start)
			return SIM_INTERVAL_FN(search)(below, start, last);
		while (parent && item == RB_RIGHT(parent, SIM_INTERVAL_LINK)) {
			item = parent;
			parent = RB_PARENT(item, SIM_INTERVAL_LINK);
		}
		if (!parent || SIM_INTERVAL_START(parent) > last)
			return NULL;
		if (SIM_INTERVAL_LAST(parent) >= start)
			return parent;
		item = parent;
	}
}

#undef RB_AUGMENT
#define RB_AUGMENT(item) do { } while (0)
#undef SIM_INTERVAL_NAME
#undef SIM_INTERVAL_TYPE
#undef SIM_INTERVAL_LINK
#undef SIM_INTERVAL_SUBTREE
#undef SIM_INTERVAL_START
#undef SIM_INTERVAL_LAST
