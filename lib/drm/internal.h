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

/* ---- fences (fence.c) ---- */

/* Nobody waits longer, so that a fence that is never signaled hangs nothing. */
#define SIM_FENCE_WAIT_MAX_S 30

/* Seconds of a clock that only goes on. */
double sim_now_s(void);
/* 0, -ETIME past @deadline (sim_now_s()), -ERESTARTSYS, -EIO. */
int sim_fence_wait_until(struct dma_fence *fence, bool intr, double deadline);

/* ---- ranges (drm_mm.c) ---- */

/* Nodes and holes in order, disjoint, inside, in the trees that they belong to? */
bool drm_mm_is_valid(const struct drm_mm *mm);
/* The last node that begins at @start or before, or NULL. */
struct drm_mm_node *drm_mm_last_from(const struct drm_mm *mm, uint64_t start);

/* ww_mutex_trylock() for @by, called from the code at @from. */
bool ww_mutex_trylock_by(struct ww_mutex *lock, struct ww_acquire_ctx *ctx, const char *by,
			 const void *from);

#endif
