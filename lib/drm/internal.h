/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of this floor share with each other and with TTM.
 *
 * Page tables are reached only through what a driver may call (<ttmsim/pte.h>,
 * <ttmsim/vma.h>).
 */
#ifndef SIM_DRM_INTERNAL_H
#define SIM_DRM_INTERNAL_H

#include <string.h>

#include <ttmsim/drm.h>

#include "phys/refs.h"
#include "pte/mmu.h"

/* ---- lists ---- */

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	list_del_init(entry);
	list_add_tail(entry, head);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)

/* Are all links of a list there both ways? */
static inline bool list_is_valid(const struct list_head *head)
{
	const struct list_head *at = head;

	do {
		if (at->next->prev != at)
			return false;
		at = at->next;
	} while (at != head);
	return true;
}

static inline unsigned long sim_page_size(const struct sim_machine *machine)
{
	return 1UL << sim_page_shift(machine);
}

/* ---- polling waits (wait.c) ---- */

/* Give way to others, the longer the more rounds there were. */
void sim_wait_round(unsigned int round);
/* Is the calling thread's task to be woken? */
bool sim_task_signalled(void);

/* ---- ranges (drm_mm.c). Models: drivers/gpu/drm/drm_mm.c, 6.1 ---- */

enum drm_mm_insert_mode {
	DRM_MM_INSERT_BEST,	/* the smallest hole that fits */
	DRM_MM_INSERT_HIGH,	/* the highest addresses */
};

void drm_mm_init(struct drm_mm *mm, uint64_t start, uint64_t size);
/* Nodes in order, disjoint, inside, linked both ways? */
bool drm_mm_is_valid(const struct drm_mm *mm);
bool drm_mm_clean(const struct drm_mm *mm);
/* 0 or -ENOSPC. @alignment 0 or 1: none. [start, end) limits the range. */
int drm_mm_insert_node_in_range(struct drm_mm *mm, struct drm_mm_node *node, uint64_t size,
				uint64_t alignment, uint64_t start, uint64_t end,
				enum drm_mm_insert_mode mode);
void drm_mm_remove_node(struct drm_mm_node *node);

static inline bool drm_mm_node_allocated(const struct drm_mm_node *node)
{
	return node->mm != NULL;
}

#endif
