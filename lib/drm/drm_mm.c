/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm_mm.c - ranges of an address space: nodes, and holes between them.
 *
 *	start |  node  |  hole  | node | node |   hole   | start + size
 *
 * A hole belongs to the node before it. The hole before the first node belongs
 * to head_node, which begins where everything ends and is as long as 2^64 less
 * the size: so it ends at start, and its neighbours in the ring of nodes are
 * the first and the last one. Three trees:
 *
 *	sim_nodes	all nodes, by address
 *	sim_holes_size	nodes with a hole: larger holes to the left, of equal ones
 *			those made later to the right
 *	sim_holes_addr	nodes with a hole, by address; each knows the largest hole
 *			below it, itself included, so that a search passes over what
 *			is too small
 *
 * Where a search by address begins (hole_at_addr) depends on the form of the tree,
 * and with DRM_MM_INSERT_ONCE on it depends what is found. <sys/tree.h> balances as
 * the kernel's lib/rbtree.c does, so the forms are the same.
 *
 * Models: drivers/gpu/drm/drm_mm.c, 6.1 and 6.12.
 */
#include <bsd/sys/tree.h>

#include "drm/internal.h"

static int by_start(const struct drm_mm_node *a, const struct drm_mm_node *b)
{
	return a->start < b->start ? -1 : 1;
}

/* Never equal: what is inserted goes to the right of its equals. */
static int by_hole_size(const struct drm_mm_node *a, const struct drm_mm_node *b)
{
	return a->hole_size > b->hole_size ? -1 : 1;
}

static int by_hole_addr(const struct drm_mm_node *a, const struct drm_mm_node *b)
{
	return drm_mm_hole_node_start(a) < drm_mm_hole_node_start(b) ? -1 : 1;
}

static void augment(struct drm_mm_node *node)
{
	const struct drm_mm_node *left = RB_LEFT(node, sim_rb_hole_addr);
	const struct drm_mm_node *right = RB_RIGHT(node, sim_rb_hole_addr);
	uint64_t most = node->hole_size;

	if (left && left->subtree_max_hole > most)
		most = left->subtree_max_hole;
	if (right && right->subtree_max_hole > most)
		most = right->subtree_max_hole;
	node->subtree_max_hole = most;
}

/* tree.h does the same for nodes that change their place; this for those above. */
static void augment_up(struct drm_mm_node *node)
{
	for (; node; node = RB_PARENT(node, sim_rb_hole_addr))
		augment(node);
}

#define SIM_STATIC static inline __attribute__((unused))

RB_HEAD(nodes, drm_mm_node);
RB_PROTOTYPE_INTERNAL(nodes, drm_mm_node, sim_rb, by_start, SIM_STATIC)
RB_GENERATE_INTERNAL(nodes, drm_mm_node, sim_rb, by_start, SIM_STATIC)
RB_HEAD(sizes, drm_mm_node);
RB_PROTOTYPE_INTERNAL(sizes, drm_mm_node, sim_rb_hole_size, by_hole_size, SIM_STATIC)
RB_GENERATE_INTERNAL(sizes, drm_mm_node, sim_rb_hole_size, by_hole_size, SIM_STATIC)
#undef RB_AUGMENT
#define RB_AUGMENT(node) augment(node)
RB_HEAD(addrs, drm_mm_node);
RB_PROTOTYPE_INTERNAL(addrs, drm_mm_node, sim_rb_hole_addr, by_hole_addr, SIM_STATIC)
RB_GENERATE_INTERNAL(addrs, drm_mm_node, sim_rb_hole_addr, by_hole_addr, SIM_STATIC)

static void node_link(struct drm_mm *mm, struct drm_mm_node *hole, struct drm_mm_node *node)
{
	struct nodes head = { mm->sim_nodes };

	node->mm = mm;
	node->hole_size = 0;
	__atomic_fetch_or(&node->flags, 1UL << DRM_MM_NODE_ALLOCATED_BIT, __ATOMIC_RELAXED);
	list_add(&node->node_list, &hole->node_list);
	RB_INSERT(nodes, &head, node);
	mm->sim_nodes = head.rbh_root;
}

static void node_unlink(struct drm_mm *mm, struct drm_mm_node *node)
{
	struct nodes head = { mm->sim_nodes };

	RB_REMOVE(nodes, &head, node);
	mm->sim_nodes = head.rbh_root;
	list_del(&node->node_list);
	__atomic_fetch_and(&node->flags, ~(1UL << DRM_MM_NODE_ALLOCATED_BIT), __ATOMIC_RELEASE);
}

/* The space up to the next node becomes a hole. */
static void hole_add(struct drm_mm *mm, struct drm_mm_node *node)
{
	struct sizes sizes = { mm->sim_holes_size };
	struct addrs addrs = { mm->sim_holes_addr };

	node->hole_size = drm_mm_hole_node_end(node) - drm_mm_hole_node_start(node);
	node->subtree_max_hole = node->hole_size;
	sim_assert(drm_mm_hole_follows(node));
	RB_INSERT(sizes, &sizes, node);
	mm->sim_holes_size = sizes.rbh_root;
	RB_INSERT(addrs, &addrs, node);
	mm->sim_holes_addr = addrs.rbh_root;
	augment_up(node);
	list_add(&node->hole_stack, &mm->hole_stack);
}

static void hole_remove(struct drm_mm *mm, struct drm_mm_node *node)
{
	struct drm_mm_node *above = RB_PARENT(node, sim_rb_hole_addr);
	struct sizes sizes = { mm->sim_holes_size };
	struct addrs addrs = { mm->sim_holes_addr };

	sim_assert(drm_mm_hole_follows(node));
	list_del(&node->hole_stack);
	RB_REMOVE(sizes, &sizes, node);
	mm->sim_holes_size = sizes.rbh_root;
	RB_REMOVE(addrs, &addrs, node);
	mm->sim_holes_addr = addrs.rbh_root;
	/* with two children tree.h has gone up from where the successor was */
	augment_up(above);
	node->hole_size = 0;
	node->subtree_max_hole = 0;
}

void drm_mm_init(struct drm_mm *mm, uint64_t start, uint64_t size)
{
	memset(mm, 0, sizeof(*mm));
	INIT_LIST_HEAD(&mm->hole_stack);
	INIT_LIST_HEAD(&mm->head_node.node_list);
	mm->head_node.mm = mm;
	mm->head_node.start = start + size;
	mm->head_node.size = -size;
	if (size)
		hole_add(mm, &mm->head_node);
}

void drm_mm_takedown(struct drm_mm *mm)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine)
		(void)SIM_WARN_ON(machine, "drivers/gpu/drm/drm_mm.c", !drm_mm_clean(mm));
}

/* ---- which hole ---- */

/* The smallest of at least @size; of equal ones the one made last. */
static struct drm_mm_node *hole_of_size(const struct drm_mm *mm, uint64_t size)
{
	struct drm_mm_node *at = mm->sim_holes_size, *best = NULL;

	while (at) {
		if (size <= at->hole_size) {
			best = at;
			at = RB_RIGHT(at, sim_rb_hole_size);
		} else {
			at = RB_LEFT(at, sim_rb_hole_size);
		}
	}
	return best;
}

static bool has_hole(const struct drm_mm_node *below, uint64_t size)
{
	return below && below->subtree_max_hole >= size;
}

/* The hole at @addr, or a hole near it with none of @size in between. */
static struct drm_mm_node *hole_at_addr(const struct drm_mm *mm, uint64_t addr, uint64_t size)
{
	struct drm_mm_node *at = mm->sim_holes_addr, *found = NULL;

	while (has_hole(at, size)) {
		uint64_t start = drm_mm_hole_node_start(at);

		found = at;
		if (addr >= start && addr <= start + at->hole_size)
			break;
		at = addr < start ? RB_LEFT(at, sim_rb_hole_addr) : RB_RIGHT(at, sim_rb_hole_addr);
	}
	return found;
}

static struct drm_mm_node *child_of(const struct drm_mm_node *node, bool higher)
{
	return higher ? RB_RIGHT(node, sim_rb_hole_addr) : RB_LEFT(node, sim_rb_hole_addr);
}

/* The next hole in one direction, without what is below @size; it may be itself. */
static struct drm_mm_node *hole_beside(struct drm_mm_node *node, uint64_t size, bool higher)
{
	struct drm_mm_node *at = child_of(node, higher), *parent;

	if (has_hole(at, size)) {
		while (has_hole(child_of(at, !higher), size))
			at = child_of(at, !higher);
		return at;
	}
	while ((parent = RB_PARENT(node, sim_rb_hole_addr)) && node == child_of(parent, higher))
		node = parent;
	return parent;
}

static struct drm_mm_node *first_hole(const struct drm_mm *mm, uint64_t start, uint64_t end,
				      uint64_t size, enum drm_mm_insert_mode mode)
{
	switch (mode) {
	case DRM_MM_INSERT_LOW:
		return hole_at_addr(mm, start, size);
	case DRM_MM_INSERT_HIGH:
		return hole_at_addr(mm, end, size);
	case DRM_MM_INSERT_EVICT:
		return list_first_entry_or_null(&mm->hole_stack, struct drm_mm_node, hole_stack);
	default:
		return hole_of_size(mm, size);
	}
}

static struct drm_mm_node *next_hole(const struct drm_mm *mm, struct drm_mm_node *node,
				     uint64_t size, enum drm_mm_insert_mode mode)
{
	switch (mode) {
	case DRM_MM_INSERT_LOW:
	case DRM_MM_INSERT_HIGH:
		return hole_beside(node, size, mode == DRM_MM_INSERT_LOW);
	case DRM_MM_INSERT_EVICT:
		node = list_next_entry(node, hole_stack);
		return &node->hole_stack == &mm->hole_stack ? NULL : node;
	default:
		return RB_PREV(sizes, NULL, node);
	}
}

/* Where @size fits into [low, high): true and *@at. */
static bool place(uint64_t low, uint64_t high, uint64_t size, uint64_t alignment,
		  enum drm_mm_insert_mode mode, uint64_t *at)
{
	uint64_t rest;

	if (high <= low || high - low < size)
		return false;
	*at = mode == DRM_MM_INSERT_HIGH ? high - size : low;
	rest = alignment > 1 ? *at % alignment : 0;
	if (!rest)
		return true;
	*at -= rest;
	if (mode != DRM_MM_INSERT_HIGH)
		*at += alignment;
	return *at >= low && high - *at >= size && *at < high;
}

/* @node takes a part of the hole behind @hole; what is left of it are new holes. */
static void hole_take(struct drm_mm *mm, struct drm_mm_node *hole, struct drm_mm_node *node)
{
	uint64_t start = drm_mm_hole_node_start(hole), end = start + hole->hole_size;

	hole_remove(mm, hole);
	node_link(mm, hole, node);
	if (node->start > start)
		hole_add(mm, hole);
	if (node->start + node->size < end)
		hole_add(mm, node);
	sim_assert_expensive(drm_mm_is_valid(mm));
}

/* The part of a hole that a color may use. */
static void adjust(const struct drm_mm *mm, const struct drm_mm_node *hole, unsigned long color,
		   uint64_t *start, uint64_t *end)
{
	*start = drm_mm_hole_node_start(hole);
	*end = *start + hole->hole_size;
	if (mm->color_adjust)
		mm->color_adjust(hole, color, start, end);
}

int drm_mm_reserve_node(struct drm_mm *mm, struct drm_mm_node *node)
{
	uint64_t end = node->start + node->size, from, to;
	struct drm_mm_node *hole;

	if (end <= node->start)
		return -ENOSPC;
	hole = hole_at_addr(mm, node->start, 0);
	if (!hole)
		return -ENOSPC;
	adjust(mm, hole, node->color, &from, &to);
	if (from > node->start || to < end)
		return -ENOSPC;
	hole_take(mm, hole, node);
	return 0;
}

int drm_mm_insert_node_in_range(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size,
				uint64_t alignment, unsigned long color, uint64_t start,
				uint64_t end, enum drm_mm_insert_mode mode)
{
	bool once = ((unsigned int)mode & DRM_MM_INSERT_ONCE) != 0;
	struct drm_mm_node *hole;

	sim_assert(!drm_mm_node_allocated(node) && start <= end);
	mode = (enum drm_mm_insert_mode)((unsigned int)mode & ~(unsigned int)DRM_MM_INSERT_ONCE);
	if (!size || end - start < size ||
	    !mm->sim_holes_addr || mm->sim_holes_addr->subtree_max_hole < size)
		return -ENOSPC;
	hole = first_hole(mm, start, end, size, mode);
	for (; hole; hole = once ? NULL : next_hole(mm, hole, size, mode)) {
		uint64_t from = drm_mm_hole_node_start(hole), to = from + hole->hole_size, at;

		if ((mode == DRM_MM_INSERT_LOW && from >= end) ||
		    (mode == DRM_MM_INSERT_HIGH && to <= start))
			break;
		adjust(mm, hole, color, &from, &to);
		if (!place(from < start ? start : from, to > end ? end : to, size, alignment, mode,
			   &at))
			continue;
		node->start = at;
		node->size = size;
		node->color = color;
		hole_take(mm, hole, node);
		return 0;
	}
	return -ENOSPC;
}

void drm_mm_remove_node(struct drm_mm_node *node)
{
	struct drm_mm_node *prev = list_prev_entry(node, node_list);
	struct drm_mm *mm = node->mm;

	sim_assert(drm_mm_node_allocated(node));
	if (drm_mm_hole_follows(node))
		hole_remove(mm, node);
	if (drm_mm_hole_follows(prev))
		hole_remove(mm, prev);
	node_unlink(mm, node);
	hole_add(mm, prev);
	sim_assert_expensive(drm_mm_is_valid(mm));
}

/* ---- replacing, looking up ---- */

/* What points to @old in a tree points to @with, which has its links. */
#define TREE_REPLACE(top, old, with, link)						\
	do {										\
		struct drm_mm_node *above = RB_PARENT(with, link);			\
											\
		if (!above)								\
			*(top) = (with);						\
		else if (RB_LEFT(above, link) == (old))					\
			RB_LEFT(above, link) = (with);					\
		else									\
			RB_RIGHT(above, link) = (with);					\
		if (RB_LEFT(with, link))						\
			RB_PARENT(RB_LEFT(with, link), link) = (with);			\
		if (RB_RIGHT(with, link))						\
			RB_PARENT(RB_RIGHT(with, link), link) = (with);			\
	} while (0)

void drm_mm_replace_node(struct drm_mm_node *old, struct drm_mm_node *with)
{
	struct drm_mm *mm = old->mm;

	sim_assert(drm_mm_node_allocated(old));
	*with = *old;
	list_replace(&old->node_list, &with->node_list);
	TREE_REPLACE(&mm->sim_nodes, old, with, sim_rb);
	if (drm_mm_hole_follows(old)) {
		list_replace(&old->hole_stack, &with->hole_stack);
		TREE_REPLACE(&mm->sim_holes_size, old, with, sim_rb_hole_size);
		TREE_REPLACE(&mm->sim_holes_addr, old, with, sim_rb_hole_addr);
	}
	__atomic_fetch_and(&old->flags, ~(1UL << DRM_MM_NODE_ALLOCATED_BIT), __ATOMIC_RELEASE);
	sim_assert_expensive(drm_mm_is_valid(mm));
}

struct drm_mm_node *drm_mm_last_from(const struct drm_mm *mm, uint64_t start)
{
	struct drm_mm_node *at = mm->sim_nodes, *best = NULL;

	while (at) {
		if (at->start <= start) {
			best = at;
			at = RB_RIGHT(at, sim_rb);
		} else {
			at = RB_LEFT(at, sim_rb);
		}
	}
	return best;
}

struct drm_mm_node *__drm_mm_interval_first(const struct drm_mm *mm, uint64_t start,
					    uint64_t last)
{
	struct drm_mm_node *none = (struct drm_mm_node *)&mm->head_node;
	struct drm_mm_node *node = drm_mm_last_from(mm, start);

	if (node && node->start + node->size > start)
		return node;
	node = list_next_entry(node ? node : none, node_list);
	return node == none || node->start > last ? none : node;
}

/* ---- what must hold ---- */

static bool hole_is_valid(const struct drm_mm_node *node)
{
	const struct drm_mm_node *left = RB_LEFT(node, sim_rb_hole_addr);
	const struct drm_mm_node *right = RB_RIGHT(node, sim_rb_hole_addr);
	uint64_t most = node->hole_size;

	if (left && left->subtree_max_hole > most)
		most = left->subtree_max_hole;
	if (right && right->subtree_max_hole > most)
		most = right->subtree_max_hole;
	return node->subtree_max_hole == most;
}

bool drm_mm_is_valid(const struct drm_mm *mm)
{
	struct nodes nodes = { mm->sim_nodes };
	struct addrs addrs = { mm->sim_holes_addr };
	const struct drm_mm_node *node = &mm->head_node, *in_tree = RB_MIN(nodes, &nodes);
	const struct drm_mm_node *hole = RB_MIN(addrs, &addrs);

	do {
		const struct drm_mm_node *next = list_next_entry(node, node_list);
		uint64_t space = next->start - drm_mm_hole_node_start(node);

		if (node->mm != mm || next->node_list.prev != &node->node_list ||
		    node->hole_size != space || (space && (hole != node || !hole_is_valid(node))))
			return false;
		if (space)
			hole = RB_NEXT(addrs, NULL, (struct drm_mm_node *)hole);
		node = next;
		if (node == &mm->head_node)
			break;
		if (in_tree != node || !node->size || !drm_mm_node_allocated(node) ||
		    node->start > mm->head_node.start ||
		    node->size > mm->head_node.start - node->start)
			return false;
		in_tree = RB_NEXT(nodes, NULL, (struct drm_mm_node *)in_tree);
	} while (1);
	return !in_tree && !hole;
}
