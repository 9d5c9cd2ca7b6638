/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * drm_mm.c - ranges of an address space: nodes in a list by address, holes
 * between them.
 *
 *	start |  node  |  hole  | node | node |   hole   | start + size
 *
 * Models: drivers/gpu/drm/drm_mm.c, 6.1; the kernel finds nodes and holes in
 * trees, which yields the same places but for holes of equal size.
 */
#include "drm/internal.h"

void drm_mm_init(struct drm_mm *mm, uint64_t start, uint64_t size)
{
	mm->sim_start = start;
	mm->sim_size = size;
	mm->sim_first = NULL;
}

bool drm_mm_clean(const struct drm_mm *mm)
{
	return !mm->sim_first;
}

bool drm_mm_is_valid(const struct drm_mm *mm)
{
	const struct drm_mm_node *prev = NULL;
	uint64_t free_from = mm->sim_start, end = mm->sim_start + mm->sim_size;

	for (const struct drm_mm_node *node = mm->sim_first; node; node = node->sim_next) {
		if (node->mm != mm || node->sim_prev != prev || !node->size ||
		    node->start < free_from || node->start > end || node->size > end - node->start)
			return false;
		free_from = node->start + node->size;
		prev = node;
	}
	return true;
}

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
	uint64_t rest = alignment > 1 ? value % alignment : 0;

	return rest ? value + alignment - rest : value;
}

/* Where @size fits into [start, end): true and *@at. */
static bool hole_fits(uint64_t start, uint64_t end, uint64_t size, uint64_t alignment,
		      enum drm_mm_insert_mode mode, uint64_t *at)
{
	uint64_t low = align_up(start, alignment);

	if (low < start || low > end || end - low < size)
		return false;
	*at = low;
	if (mode == DRM_MM_INSERT_HIGH)
		*at = end - size - (alignment > 1 ? (end - size) % alignment : 0);
	return true;
}

static void link_after(struct drm_mm *mm, struct drm_mm_node *prev, struct drm_mm_node *node)
{
	node->mm = mm;
	node->sim_prev = prev;
	node->sim_next = prev ? prev->sim_next : mm->sim_first;
	if (node->sim_next)
		node->sim_next->sim_prev = node;
	if (prev)
		prev->sim_next = node;
	else
		mm->sim_first = node;
}

int drm_mm_insert_node_in_range(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size,
				uint64_t alignment, uint64_t start, uint64_t end,
				enum drm_mm_insert_mode mode)
{
	struct drm_mm_node *prev = NULL, *next = mm->sim_first, *best_prev = NULL;
	uint64_t best = UINT64_MAX, at = 0, hole_start, hole_end;
	bool found = false;

	sim_assert(!drm_mm_node_allocated(node));
	if (!size)
		return -ENOSPC;
	do {
		uint64_t from, to, here, hole;

		hole_start = prev ? prev->start + prev->size : mm->sim_start;
		hole_end = next ? next->start : mm->sim_start + mm->sim_size;
		hole = hole_end - hole_start;
		from = hole_start < start ? start : hole_start;
		to = hole_end > end ? end : hole_end;
		if (from < to && hole_fits(from, to, size, alignment, mode, &here) &&
		    (!found || mode == DRM_MM_INSERT_HIGH || hole < best)) {
			found = true;
			best = hole;
			best_prev = prev;
			at = here;
		}
		prev = next;
		next = next ? next->sim_next : NULL;
	} while (prev);
	if (!found)
		return -ENOSPC;
	node->start = at;
	node->size = size;
	link_after(mm, best_prev, node);
	sim_assert_expensive(drm_mm_is_valid(mm));
	return 0;
}

void drm_mm_remove_node(struct drm_mm_node *node)
{
	sim_assert(drm_mm_node_allocated(node));
	sim_assert_expensive(drm_mm_is_valid(node->mm));
	if (node->sim_next)
		node->sim_next->sim_prev = node->sim_prev;
	if (node->sim_prev)
		node->sim_prev->sim_next = node->sim_next;
	else
		node->mm->sim_first = node->sim_next;
	memset(node, 0, sizeof(*node));
}
