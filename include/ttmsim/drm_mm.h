/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm_mm.h - ranges of an address space, under their kernel names: nodes, and
 * the holes between them.
 *
 *	start |  node  |  hole  | node | node |   hole   | start + size
 *
 * Nodes are the caller's memory, cleared before their first use. The caller
 * has a lock; look-ups and insertions take O(log n) as long as the first
 * holes that are tried are fit.
 */
#ifndef TTMSIM_DRM_MM_H
#define TTMSIM_DRM_MM_H

#include <ttmsim/list.h>

SIM_BEGIN_DECLS

/* Which hole is tried first. Models: include/drm/drm_mm.h, 6.1. */
__extension__ enum drm_mm_insert_mode {
	DRM_MM_INSERT_BEST = 0,	/* the smallest; of equal ones the one made last */
	DRM_MM_INSERT_LOW,	/* the lowest address */
	DRM_MM_INSERT_HIGH,	/* the highest; the node goes to its end */
	DRM_MM_INSERT_EVICT,	/* the one made last */
	DRM_MM_INSERT_ONCE = 1u << 31, /* with another: only that one is tried */
	DRM_MM_INSERT_HIGHEST = DRM_MM_INSERT_HIGH | DRM_MM_INSERT_ONCE,
	DRM_MM_INSERT_LOWEST = DRM_MM_INSERT_LOW | DRM_MM_INSERT_ONCE,
};

#define DRM_MM_NODE_ALLOCATED_BIT 0

/* A node of a tree, in the shape of RB_ENTRY of <sys/tree.h>. */
struct sim_drm_mm_rb {
	struct drm_mm_node *rbe_left, *rbe_right, *rbe_parent;
	int rbe_color;
};

/* One range. Models: include/drm/drm_mm.h, struct drm_mm_node, 6.1. */
struct drm_mm_node {
	unsigned long color;		/* the driver's */
	uint64_t start;
	uint64_t size;
	struct drm_mm *mm;
	struct list_head node_list;	/* by address */
	struct list_head hole_stack;	/* with a hole behind it: the one made last first */
	struct sim_drm_mm_rb sim_rb;	/* by address */
	struct sim_drm_mm_rb sim_rb_hole_size; /* with a hole: the largest is leftmost */
	struct sim_drm_mm_rb sim_rb_hole_addr; /* with a hole: by address */
	uint64_t hole_size;		/* of the hole behind it; 0 = none */
	uint64_t subtree_max_hole;	/* in sim_rb_hole_addr, of all below it */
	unsigned long flags;		/* a: DRM_MM_NODE_*_BIT */
};

/* Models: include/drm/drm_mm.h, struct drm_mm, 6.1. */
struct drm_mm {
	/* optional: takes its share of the hole behind a node */
	void (*color_adjust)(const struct drm_mm_node *node, unsigned long color,
			     uint64_t *start, uint64_t *end);
	struct list_head hole_stack;
	struct drm_mm_node head_node;	/* begins at the end of all: the hole behind it wraps */
	struct drm_mm_node *sim_nodes, *sim_holes_size, *sim_holes_addr; /* tops of the trees */
};

/**
 * drm_mm_init - one hole of @size from @start on
 *
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_init, 6.1.
 */
SIM_API void drm_mm_init(struct drm_mm *mm, uint64_t start, uint64_t size);

/**
 * drm_mm_takedown - end of @mm; with nodes left: SIM_WARN on the current machine
 *
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_takedown, 6.1.
 */
SIM_API void drm_mm_takedown(struct drm_mm *mm);

/**
 * drm_mm_reserve_node - insert a node where its start and size say
 *
 * Returns: 0;
 *          -ENOSPC, no single hole has room for it there.
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_reserve_node, 6.1.
 */
SIM_API int drm_mm_reserve_node(struct drm_mm *mm, struct drm_mm_node *node);

/**
 * drm_mm_insert_node_in_range - find a place within [start, end), and insert a node there
 * @alignment: of the node's start; 0 or 1 for none
 * @color: for mm->color_adjust
 *
 * Returns: 0, and node->start;
 *          -ENOSPC, no room, or a @size of 0.
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_insert_node_in_range, 6.1.
 */
SIM_API int drm_mm_insert_node_in_range(struct drm_mm *mm, struct drm_mm_node *node,
					uint64_t size, uint64_t alignment, unsigned long color,
					uint64_t start, uint64_t end,
					enum drm_mm_insert_mode mode);

/**
 * drm_mm_remove_node - its range becomes a hole; start and size of the node stay
 *
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_remove_node, 6.1.
 */
SIM_API void drm_mm_remove_node(struct drm_mm_node *node);

/**
 * drm_mm_replace_node - @with gets the range of @old, which is not allocated any more
 *
 * Models: drivers/gpu/drm/drm_mm.c, drm_mm_replace_node, 6.1; 6.12 has none.
 */
SIM_API void drm_mm_replace_node(struct drm_mm_node *old, struct drm_mm_node *with);

/**
 * __drm_mm_interval_first - the first node that meets [start, last]
 *
 * Returns: the node;
 *          &mm->head_node where there is none.
 * Models: drivers/gpu/drm/drm_mm.c, __drm_mm_interval_first, 6.1.
 */
SIM_API struct drm_mm_node *__drm_mm_interval_first(const struct drm_mm *mm, uint64_t start,
						    uint64_t last);

static inline bool drm_mm_node_allocated(const struct drm_mm_node *node)
{
	return (__atomic_load_n(&node->flags, __ATOMIC_RELAXED) >> DRM_MM_NODE_ALLOCATED_BIT) & 1;
}

static inline bool drm_mm_initialized(const struct drm_mm *mm)
{
	return mm->hole_stack.next != NULL;
}

static inline bool drm_mm_hole_follows(const struct drm_mm_node *node)
{
	return node->hole_size != 0;
}

static inline uint64_t drm_mm_hole_node_start(const struct drm_mm_node *hole_node)
{
	return hole_node->start + hole_node->size;
}

static inline uint64_t drm_mm_hole_node_end(const struct drm_mm_node *hole_node)
{
	return list_next_entry(hole_node, node_list)->start;
}

#define drm_mm_nodes(mm) (&(mm)->head_node.node_list)
#define drm_mm_for_each_node(entry, mm) list_for_each_entry(entry, drm_mm_nodes(mm), node_list)
#define drm_mm_for_each_node_safe(entry, next, mm) \
	list_for_each_entry_safe(entry, next, drm_mm_nodes(mm), node_list)
#define drm_mm_for_each_node_in_range(node__, mm__, start__, end__) \
	for (node__ = __drm_mm_interval_first((mm__), (start__), (end__) - 1); \
	     node__->start < (end__); node__ = list_next_entry(node__, node_list))
#define drm_mm_for_each_hole(pos, mm, hole_start, hole_end) \
	for (pos = list_first_entry(&(mm)->hole_stack, __typeof__(*pos), hole_stack); \
	     &pos->hole_stack != &(mm)->hole_stack ? \
	     hole_start = drm_mm_hole_node_start(pos), hole_end = hole_start + pos->hole_size, 1 \
	     : 0; pos = list_next_entry(pos, hole_stack))

static inline bool drm_mm_clean(const struct drm_mm *mm)
{
	return list_empty(drm_mm_nodes(mm)) != 0;
}

static inline int drm_mm_insert_node_generic(struct drm_mm *mm, struct drm_mm_node *node,
					     uint64_t size, uint64_t alignment,
					     unsigned long color, enum drm_mm_insert_mode mode)
{
	return drm_mm_insert_node_in_range(mm, node, size, alignment, color, 0, UINT64_MAX, mode);
}

static inline int drm_mm_insert_node(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size)
{
	return drm_mm_insert_node_generic(mm, node, size, 0, 0, DRM_MM_INSERT_BEST);
}

SIM_END_DECLS

#endif
