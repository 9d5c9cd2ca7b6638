/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * range_manager.c - memory that is handed out in contiguous ranges of pages:
 * VRAM, and the GART's address range.
 * Models: drivers/gpu/drm/ttm/ttm_range_manager.c, 6.1.
 */
#include "ttm/internal.h"

struct ttm_range_manager {
	struct ttm_resource_manager manager;
	struct drm_mm mm;	/* lock */
	spinlock_t lock;
};

struct ttm_range_mgr_node {
	struct ttm_resource base;
	struct drm_mm_node mm_node;
};

static struct ttm_range_manager *to_range_manager(struct ttm_resource_manager *man)
{
	return container_of(man, struct ttm_range_manager, manager);
}

static struct ttm_range_mgr_node *to_range_node(struct ttm_resource *res)
{
	return container_of(res, struct ttm_range_mgr_node, base);
}

static int range_insert(struct ttm_range_manager *rman, struct ttm_range_mgr_node *node,
			uint32_t alignment, const struct ttm_place *place)
{
	uint64_t end = place->lpfn ? place->lpfn : rman->manager.size;
	int ret;

	sim_spin_lock(ttm_machine(rman->manager.bdev), &rman->lock, SIM_RANK_MANAGER);
	ret = drm_mm_insert_node_in_range(&rman->mm, &node->mm_node, node->base.num_pages,
					  alignment, 0, place->fpfn, end,
					  place->flags & TTM_PL_FLAG_TOPDOWN ?
					  DRM_MM_INSERT_HIGH : DRM_MM_INSERT_BEST);
	sim_spin_unlock(&rman->lock, SIM_RANK_MANAGER);
	return ret;
}

static int ttm_range_man_alloc(struct ttm_resource_manager *man, struct ttm_buffer_object *bo,
			       const struct ttm_place *place, struct ttm_resource **res)
{
	struct ttm_range_mgr_node *node = sim_alloc(ttm_machine(man->bdev), sizeof(*node),
						    SIM_OBJ_RESOURCE);
	int ret;

	if (!node)
		return -ENOMEM;
	ttm_resource_init(bo, place, &node->base);
	ret = range_insert(to_range_manager(man), node, bo->page_alignment, place);
	if (ret) {
		ttm_resource_fini(man, &node->base);
		sim_free(node, sizeof(*node), SIM_OBJ_RESOURCE);
		return ret;
	}
	sim_assert(node->mm_node.start + node->mm_node.size <= man->size);
	sim_assert(node->mm_node.size == node->base.num_pages);
	node->base.start = (unsigned long)node->mm_node.start;
	*res = &node->base;
	return 0;
}

static void ttm_range_man_free(struct ttm_resource_manager *man, struct ttm_resource *res)
{
	struct ttm_range_manager *rman = to_range_manager(man);
	struct ttm_range_mgr_node *node = to_range_node(res);

	sim_assert(node->mm_node.mm == &rman->mm);
	sim_spin_lock(ttm_machine(man->bdev), &rman->lock, SIM_RANK_MANAGER);
	drm_mm_remove_node(&node->mm_node);
	sim_spin_unlock(&rman->lock, SIM_RANK_MANAGER);
	ttm_resource_fini(man, res);
	sim_free(node, sizeof(*node), SIM_OBJ_RESOURCE);
}

static bool ttm_range_man_intersects(struct ttm_resource_manager *man, struct ttm_resource *res,
				     const struct ttm_place *place, size_t size)
{
	const struct drm_mm_node *node = &to_range_node(res)->mm_node;

	(void)man, (void)size;
	return place->fpfn < node->start + node->size &&
	       (!place->lpfn || place->lpfn > node->start);
}

static bool ttm_range_man_compatible(struct ttm_resource_manager *man, struct ttm_resource *res,
				     const struct ttm_place *place, size_t size)
{
	const struct drm_mm_node *node = &to_range_node(res)->mm_node;

	(void)man, (void)size;
	return node->start >= place->fpfn &&
	       (!place->lpfn || node->start + node->size <= place->lpfn);
}

static const struct ttm_resource_manager_func ttm_range_manager_func = {
	.alloc = ttm_range_man_alloc,
	.free = ttm_range_man_free,
	.intersects = ttm_range_man_intersects,
	.compatible = ttm_range_man_compatible,
};

int ttm_range_man_init(struct ttm_device *bdev, unsigned int type, bool use_tt,
		       unsigned long p_size)
{
	struct ttm_range_manager *rman;

	if (type >= TTM_NUM_MEM_TYPES || bdev->man_drv[type])
		return -EINVAL;
	rman = sim_alloc(ttm_machine(bdev), sizeof(*rman), SIM_OBJ_MISC);
	if (!rman)
		return -ENOMEM;
	rman->manager.use_tt = use_tt;
	rman->manager.func = &ttm_range_manager_func;
	ttm_resource_manager_init(&rman->manager, bdev, p_size);
	drm_mm_init(&rman->mm, 0, p_size);
	ttm_set_driver_manager(bdev, (int)type, &rman->manager);
	ttm_resource_manager_set_used(&rman->manager, true);
	return 0;
}

int ttm_range_man_fini(struct ttm_device *bdev, unsigned int type)
{
	struct ttm_resource_manager *man = NULL;
	int ret;

	if (type < TTM_NUM_MEM_TYPES)
		man = ttm_manager_type(bdev, (int)type);
	if (!man)
		return 0;
	man->use_type = false;
	ret = ttm_resource_manager_evict_all(bdev, man);
	if (ret)
		return ret;
	sim_assert(drm_mm_clean(&to_range_manager(man)->mm));
	ttm_resource_manager_cleanup(man);
	ttm_set_driver_manager(bdev, (int)type, NULL);
	sim_free(to_range_manager(man), sizeof(struct ttm_range_manager), SIM_OBJ_MISC);
	return 0;
}
