/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of this floor share, and all that they take from
 * the floors below.
 *
 * Page tables are reached only through what a driver may call (<ttmsim/pte.h>,
 * <ttmsim/vma.h>).
 */
#ifndef SIM_TTM_INTERNAL_H
#define SIM_TTM_INTERNAL_H

#include <string.h>

#include <ttmsim/ttm.h>

#include "phys/phys.h"
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

/* ---- the machine ---- */

/* Functions without a context act on this machine until it is put back. */
static inline struct sim_machine *ttm_switch_machine(struct sim_machine *machine)
{
	return sim_set_current_machine(machine);
}

static inline unsigned int ttm_page_shift(const struct sim_machine *machine)
{
	return machine->mmu->page_shift;
}

static inline unsigned long ttm_page_size(const struct sim_machine *machine)
{
	return 1UL << machine->mmu->page_shift;
}

/* bo->base.size in pages: PFN_UP(). */
static inline unsigned long ttm_bo_nr_pages(const struct ttm_buffer_object *bo)
{
	const struct sim_machine *machine = bo->bdev->sim_machine;

	return (bo->base.size + ttm_page_size(machine) - 1) >> ttm_page_shift(machine);
}

static inline void ttm_lru_lock(struct ttm_device *bdev)
{
	sim_spin_lock(bdev->sim_machine, &bdev->lru_lock, SIM_RANK_LRU);
}

static inline void ttm_lru_unlock(struct ttm_device *bdev)
{
	sim_spin_unlock(&bdev->lru_lock, SIM_RANK_LRU);
}

/* ---- polling waits (ww_mutex.c) ---- */

/* Give way to others, the longer the more rounds there were. */
void ttm_wait_round(unsigned int round);
/* Is the calling thread's task to be woken? */
bool ttm_signal_pending(void);

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

/* ---- buffer objects (bo.c) ---- */

/* Move to @mem, at once: 0, -errno, or -EMULTIHOP and *@hop says by way of where. */
int ttm_bo_handle_move_mem(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
			   struct ttm_operation_ctx *ctx, struct ttm_place *hop);
/* Move to @mem, by way of other places where the driver asks for it. On failure
 * @mem has been freed. */
int ttm_bo_move_to(struct ttm_buffer_object *bo, struct ttm_resource *mem, bool evict,
		   struct ttm_operation_ctx *ctx);
/* Free what a deleted object still holds, and the list's reference. Holds:
 * lru_lock, which is let go of; the reservation, let go of with @unlock_resv.
 * 0, -EBUSY or -ERESTARTSYS. */
int ttm_bo_cleanup_refs(struct ttm_buffer_object *bo, bool interruptible, bool no_wait_gpu,
			bool unlock_resv);
bool ttm_ddestroy_is_empty(struct ttm_device *bdev);

/* ---- the parts of a device ---- */

void ttm_sys_man_init(struct ttm_device *bdev);			/* sys_manager.c */
void ttm_pool_init(struct ttm_pool *pool, struct sim_machine *machine);
void ttm_pool_fini(struct ttm_pool *pool);
/* Drop an object's contents: it lies in TTM_PL_SYSTEM, empty (bo_util.c). */
int ttm_bo_pipeline_gutting(struct ttm_buffer_object *bo);
/* ttm_prot_from_caching() on a machine of the caller's (caching.c). */
pgprot_t ttm_machine_prot(struct sim_machine *machine, enum ttm_caching caching, pgprot_t prot);
/* The pfn of a page of an iomem object whose resource is io-reserved (bo_vm.c). */
unsigned long ttm_bo_io_mem_pfn(struct ttm_buffer_object *bo, unsigned long page_offset);

#endif
