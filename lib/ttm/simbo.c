/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * simbo.c - the ready-made driver's buffer objects, as its users see them.
 */
#include <errno.h>

#include "ttm/simdrv.h"

static void sim_bo_destroy(struct ttm_buffer_object *bo)
{
	drm_gem_object_release(&bo->base);
	sim_free(container_of(bo, struct sim_bo, base), sizeof(struct sim_bo), SIM_OBJ_BO);
}

/* The sizes that TTM's fields hold. */
static int check_request(const struct sim_ttm_device *dev, unsigned long nr_pages,
			 uint32_t mem_type, enum ttm_caching caching)
{
	if (!nr_pages || (unsigned int)caching >= TTM_NUM_CACHING_TYPES || mem_type > TTM_PL_VRAM)
		return -EINVAL;
	if (nr_pages > sim_drm_file_page_offset_size(ttm_machine(dev->bdev)))
		return -ENOSPC;
	return 0;
}

/* Objects that leaves could map begin where leaves may (vmwgfx: vmw_thp.c). */
static uint32_t bo_alignment(const struct sim_ttm_device *dev, unsigned long nr_pages)
{
	const struct sim_mmu *mmu = ttm_machine(dev->bdev)->mmu;
	unsigned long leaf = 1UL << (mmu->level[1].shift - mmu->page_shift);

	return dev->mode == SIM_TTM_HUGE && mmu->has_leaf[1] && nr_pages >= leaf
	       ? (uint32_t)leaf : 0;
}

static int bo_create(struct sim_ttm_device *dev, unsigned long nr_pages, uint32_t mem_type,
		     enum ttm_caching caching, struct ttm_buffer_object **bo)
{
	struct sim_machine *machine = ttm_machine(dev->bdev);
	struct ttm_place place = { .mem_type = mem_type };
	struct ttm_placement placement = { 1, &place, 1, &place };
	struct sim_bo *sbo = sim_alloc(machine, sizeof(*sbo), SIM_OBJ_BO);

	if (!sbo)
		return -ENOMEM;
	sbo->caching = caching;
	drm_gem_private_object_init(&dev->driver->ddev, &sbo->base.base,
				    (size_t)nr_pages << sim_page_shift(machine));
	*bo = &sbo->base;
	return ttm_bo_init_validate(&dev->driver->bdev, &sbo->base, ttm_bo_type_device, &placement,
				    bo_alignment(dev, nr_pages), true, NULL, NULL, sim_bo_destroy);
}

struct ttm_buffer_object *sim_bo_create(struct sim_ttm_device *dev, unsigned long nr_pages,
					uint32_t mem_type, enum ttm_caching caching)
{
	struct sim_machine *machine = dev ? ttm_machine(dev->bdev) : NULL;
	struct ttm_buffer_object *bo = NULL;
	int ret = machine ? sim_enter(machine) : -EINVAL;

	if (!ret)
		ret = check_request(dev, nr_pages, mem_type, caching);
	if (!ret) {
		struct sim_machine *old = sim_set_current_machine(machine);

		ret = bo_create(dev, nr_pages, mem_type, caching, &bo);
		sim_set_current_machine(old);
	}
	if (!ret)
		return bo;
	errno = -ret;
	return NULL;
}

/* Enter the machine and reserve the object. */
static int bo_begin(struct ttm_buffer_object *bo, struct sim_machine **old)
{
	int ret = bo ? sim_enter(ttm_machine(bo->bdev)) : -EINVAL;

	if (!ret)
		ret = ttm_bo_reserve(bo, true, false, NULL);
	if (!ret)
		*old = sim_set_current_machine(ttm_machine(bo->bdev));
	return ret;
}

static void bo_end(struct ttm_buffer_object *bo, struct sim_machine *old)
{
	ttm_bo_unreserve(bo);
	sim_set_current_machine(old);
}

int sim_bo_move(struct ttm_buffer_object *bo, uint32_t mem_type)
{
	struct ttm_place place = { .mem_type = mem_type };
	struct ttm_placement placement = { 1, &place, 1, &place };
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct sim_machine *old;
	int ret;

	if (mem_type > TTM_PL_VRAM)
		return -EINVAL;
	ret = bo_begin(bo, &old);
	if (ret)
		return ret;
	if (bo->pin_count && bo->resource && bo->resource->mem_type != mem_type)
		ret = -EBUSY;
	else
		ret = ttm_bo_validate(bo, &placement, &ctx);
	bo_end(bo, old);
	return ret;
}

int sim_bo_pin(struct ttm_buffer_object *bo)
{
	struct sim_machine *old;
	int ret = bo_begin(bo, &old);

	if (ret)
		return ret;
	ttm_bo_pin(bo);
	bo_end(bo, old);
	return 0;
}

int sim_bo_unpin(struct ttm_buffer_object *bo)
{
	struct sim_machine *old;
	int ret = bo_begin(bo, &old);

	if (ret)
		return ret;
	if (bo->pin_count)
		ttm_bo_unpin(bo);
	else
		ret = -EINVAL;
	bo_end(bo, old);
	return ret;
}

unsigned long sim_bo_pgoff(struct ttm_buffer_object *bo)
{
	return bo ? drm_vma_node_start(&bo->base.vma_node) : 0;
}

uint32_t sim_bo_mem_type(struct ttm_buffer_object *bo)
{
	struct sim_machine *old;
	uint32_t mem_type = TTM_PL_SYSTEM;

	if (bo_begin(bo, &old))
		return mem_type;
	if (bo->resource)
		mem_type = bo->resource->mem_type;
	bo_end(bo, old);
	return mem_type;
}

/* The pfn of a page of a reserved object, or -ENODATA. */
static int bo_pfn(struct ttm_buffer_object *bo, unsigned long page, unsigned long *pfn)
{
	int ret = ttm_mem_io_reserve(bo->bdev, bo->resource);

	if (ret)
		return ret;
	if (bo->resource->bus.is_iomem)
		*pfn = ttm_bo_io_mem_pfn(bo, page);
	else if (bo->ttm && ttm_tt_is_populated(bo->ttm))
		*pfn = sim_page_to_pfn(bo->ttm->pages[page]);
	else
		ret = -ENODATA;
	return ret;
}

int sim_bo_pfn(struct ttm_buffer_object *bo, unsigned long page, unsigned long *pfn)
{
	struct sim_machine *old;
	int ret = bo_begin(bo, &old);

	if (ret)
		return ret;
	if (!pfn || !bo->resource || page >= bo->resource->num_pages)
		ret = -EINVAL;
	else
		ret = bo_pfn(bo, page, pfn);
	bo_end(bo, old);
	return ret;
}

/* ---- bytes ---- */

/* One piece within a page; a page that is not there yet reads as zeros. */
static int copy_piece(struct ttm_buffer_object *bo, unsigned long page, size_t offset, void *buf,
		      size_t len, bool write)
{
	struct sim_machine *machine = ttm_machine(bo->bdev);
	unsigned long pfn;
	int ret = bo_pfn(bo, page, &pfn);

	if (ret == -ENODATA && !write) {
		memset(buf, 0, len);
		return 0;
	}
	if (ret)
		return ret;
	return write ? sim_phys_write(machine, pfn, offset, buf, len)
		     : sim_phys_read(machine, pfn, offset, buf, len);
}

int sim_bo_copy_reserved(struct ttm_buffer_object *bo, uint64_t offset, void *buf, size_t len,
			 bool write)
{
	size_t page_size = sim_page_size(ttm_machine(bo->bdev));
	struct ttm_operation_ctx ctx = { .interruptible = true };
	char *at = buf;
	int ret = 0;

	if (offset > bo->base.size || len > bo->base.size - offset)
		return -EINVAL;
	if (len && (!buf || !bo->resource))
		return -EINVAL;
	if (write && len && bo->resource->mem_type != TTM_PL_VRAM)
		ret = ttm_tt_populate(bo->bdev, bo->ttm, &ctx);
	while (len && !ret) {
		size_t in_page = (size_t)(offset % page_size);
		size_t bytes = len < page_size - in_page ? len : page_size - in_page;

		ret = copy_piece(bo, (unsigned long)(offset / page_size), in_page, at, bytes,
				 write);
		offset += bytes;
		at += bytes;
		len -= bytes;
	}
	return ret;
}

static int bo_copy(struct ttm_buffer_object *bo, uint64_t offset, void *buf, size_t len,
		   bool write)
{
	struct sim_machine *old;
	int ret = bo_begin(bo, &old);

	if (ret)
		return ret;
	ret = sim_bo_copy_reserved(bo, offset, buf, len, write);
	bo_end(bo, old);
	return ret;
}

int sim_bo_read(struct ttm_buffer_object *bo, uint64_t offset, void *buf, size_t len)
{
	return bo_copy(bo, offset, buf, len, false);
}

int sim_bo_write(struct ttm_buffer_object *bo, uint64_t offset, const void *buf, size_t len)
{
	return bo_copy(bo, offset, (void *)(uintptr_t)buf, len, true);
}
