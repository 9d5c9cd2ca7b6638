/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_kmap.c - the kernel's own view of an object's bytes.
 *
 * Simulated pages have no addresses that are next to each other, so a mapping
 * is a copy. It comes with a second, untouched one, and at the end only what
 * differs is stored: bytes that user space wrote meanwhile stay.
 *
 *	virtual ->	| the mapping | as it was at ttm_bo_kmap() |
 *
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, 6.1.
 */
#include "ttm/internal.h"

#define UTIL_FILE "drivers/gpu/drm/ttm/ttm_bo_util.c"

static unsigned long map_pfn(struct ttm_buffer_object *bo, unsigned long page)
{
	if (bo->resource->bus.is_iomem)
		return ttm_bo_io_mem_pfn(bo, page);
	return sim_page_to_pfn(bo->ttm->pages[page]);
}

static size_t map_bytes(const struct ttm_bo_kmap_obj *map)
{
	return (size_t)map->sim_nr << sim_page_shift(ttm_machine(map->bo->bdev));
}

static int map_load(struct ttm_bo_kmap_obj *map, char *to)
{
	struct sim_machine *machine = ttm_machine(map->bo->bdev);
	size_t page_size = sim_page_size(machine);
	int ret = 0;

	for (unsigned long i = 0; i < map->sim_nr && !ret; i++)
		ret = sim_phys_read(machine, map_pfn(map->bo, map->sim_first + i), 0,
				    to + i * page_size, page_size);
	memcpy(to + map_bytes(map), to, map_bytes(map));
	return ret;
}

/* Store the runs of bytes that differ from @was. */
static void store_changes(struct sim_machine *machine, unsigned long pfn, const char *now,
			  const char *was, size_t bytes)
{
	for (size_t start = 0, end; start < bytes; start = end) {
		for (end = start; end < bytes && now[end] != was[end]; end++)
			;
		if (end > start)
			(void)sim_phys_write(machine, pfn, start, now + start, end - start);
		for (; end < bytes && now[end] == was[end]; end++)
			;
	}
}

static void map_store(struct ttm_bo_kmap_obj *map)
{
	struct sim_machine *machine = ttm_machine(map->bo->bdev);
	size_t page_size = sim_page_size(machine);
	const char *now = map->virtual;

	for (unsigned long i = 0; i < map->sim_nr; i++)
		store_changes(machine, map_pfn(map->bo, map->sim_first + i), now + i * page_size,
			      now + map_bytes(map) + i * page_size, page_size);
}

/* Make the object's bytes reachable: is_iomem says where they are. */
static int map_prepare(struct ttm_buffer_object *bo)
{
	struct ttm_operation_ctx ctx = { 0 };
	int ret = ttm_mem_io_reserve(bo->bdev, bo->resource);

	if (ret || bo->resource->bus.is_iomem)
		return ret;
	if (SIM_BUG_ON_IN(ttm_machine(bo->bdev), UTIL_FILE, "ttm_bo_kmap_ttm", !bo->ttm))
		return -EIO;
	return ttm_tt_populate(bo->bdev, bo->ttm, &ctx);
}

int ttm_bo_kmap(struct ttm_buffer_object *bo, unsigned long start_page, unsigned long num_pages,
		struct ttm_bo_kmap_obj *map)
{
	unsigned long nr;
	int ret;

	memset(map, 0, sizeof(*map));
	map->bo = bo;
	if (SIM_OOPS_IF_NULL(ttm_machine(bo->bdev), UTIL_FILE, __func__, bo->resource))
		return -EIO;
	nr = bo->resource->num_pages;
	map->sim_first = start_page;
	map->sim_nr = num_pages;
	if (!num_pages || num_pages > nr || start_page > nr - num_pages)
		return -EINVAL;
	ret = map_prepare(bo);
	if (ret)
		return ret;
	if (bo->resource->bus.is_iomem)
		map->bo_kmap_type = ttm_bo_map_iomap;
	else
		map->bo_kmap_type = num_pages == 1 ? ttm_bo_map_kmap : ttm_bo_map_vmap;
	map->virtual = sim_alloc_raw(ttm_machine(bo->bdev), 2 * map_bytes(map),
				     SIM_OBJ_PAGE_BYTES);
	if (!map->virtual)
		return -ENOMEM;
	ret = map_load(map, map->virtual);
	if (ret) {
		sim_free(map->virtual, 2 * map_bytes(map), SIM_OBJ_PAGE_BYTES);
		map->virtual = NULL;
	}
	return ret;
}

void ttm_bo_kunmap(struct ttm_bo_kmap_obj *map)
{
	if (!map->virtual)
		return;
	map_store(map);
	sim_free(map->virtual, 2 * map_bytes(map), SIM_OBJ_PAGE_BYTES);
	map->virtual = NULL;
}

void *ttm_kmap_obj_virtual(struct ttm_bo_kmap_obj *map, bool *is_iomem)
{
	*is_iomem = (map->bo_kmap_type & TTM_BO_MAP_IOMEM_MASK) != 0;
	return map->virtual;
}
