/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * simdrv.c - a driver for a device with VRAM, as small as drivers get: moves by
 * CPU copy, evicts from VRAM to TT and from TT to system memory, and reserves
 * VRAM as write-combining with the architecture, as drivers have had to do
 * since 4.9 (arch_io_reserve_memtype_wc).
 */
#include <errno.h>

#include "ttm/huge.h"
#include "ttm/simdrv.h"

static struct sim_ttm_driver *to_driver(struct ttm_device *bdev)
{
	return container_of(bdev, struct sim_ttm_driver, bdev);
}

static struct sim_bo *to_sim_bo(struct ttm_buffer_object *bo)
{
	return container_of(bo, struct sim_bo, base);
}

/* ---- what TTM asks of a driver ---- */

static struct ttm_tt *sim_tt_create(struct ttm_buffer_object *bo, uint32_t page_flags)
{
	struct ttm_tt *tt = sim_alloc(ttm_machine(bo->bdev), sizeof(*tt), SIM_OBJ_TT);

	if (tt && ttm_tt_init(tt, bo, page_flags, to_sim_bo(bo)->caching, 0)) {
		sim_free(tt, sizeof(*tt), SIM_OBJ_TT);
		tt = NULL;
	}
	return tt;
}

static void sim_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	(void)bdev;
	ttm_tt_fini(tt);
	sim_free(tt, sizeof(*tt), SIM_OBJ_TT);
}

/* VRAM goes to TT where there is room, the rest to system memory. */
static void sim_evict_flags(struct ttm_buffer_object *bo, struct ttm_placement *placement)
{
	static const struct ttm_place from_vram[] = {
		{ .mem_type = TTM_PL_TT }, { .mem_type = TTM_PL_SYSTEM },
	};
	bool vram = bo->resource->mem_type == TTM_PL_VRAM;

	placement->placement = vram ? from_vram : from_vram + 1;
	placement->num_placement = vram ? 2 : 1;
	placement->busy_placement = from_vram + 1;
	placement->num_busy_placement = 1;
}

/* An object without memory, as every new one since 6.12: what it gets is empty. */
static int move_from_nowhere(struct ttm_buffer_object *bo, struct ttm_resource *new_mem)
{
	unsigned long pfn = to_driver(bo->bdev)->vram_pfn + new_mem->start;
	int ret = 0;

	if (new_mem->mem_type == TTM_PL_VRAM)
		for (unsigned long i = 0; i < new_mem->num_pages && !ret; i++)
			ret = sim_phys_clear(ttm_machine(bo->bdev), pfn + i);
	if (!ret)
		ttm_bo_move_null(bo, new_mem);
	return ret;
}

static int sim_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		    struct ttm_resource *new_mem, struct ttm_place *hop)
{
	(void)evict, (void)hop;
	if (!bo->resource)
		return move_from_nowhere(bo, new_mem);
	if (bo->resource->mem_type != TTM_PL_VRAM &&
	    new_mem->mem_type != TTM_PL_VRAM) {
		ttm_bo_move_null(bo, new_mem);
		return 0;
	}
	return ttm_bo_move_memcpy(bo, ctx, new_mem);
}

int ttm_sim_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	unsigned long pfn = to_driver(bdev)->vram_pfn + mem->start;

	if (mem->mem_type != TTM_PL_VRAM)
		return 0;
	mem->bus.offset = (phys_addr_t)pfn << sim_page_shift(ttm_machine(bdev));
	mem->bus.is_iomem = true;
	mem->bus.caching = to_sim_bo(mem->bo)->caching;
	return 0;
}

static int sim_access_memory(struct ttm_buffer_object *bo, unsigned long offset, void *buf,
			     int len, int write)
{
	int ret = sim_bo_copy_reserved(bo, offset, buf, (size_t)len, write != 0);

	return ret ? ret : len;
}

static struct ttm_device_funcs sim_ttm_funcs = {
	.ttm_tt_create = sim_tt_create,
	.ttm_tt_destroy = sim_tt_destroy,
	.eviction_valuable = ttm_bo_eviction_valuable,
	.evict_flags = sim_evict_flags,
	.move = sim_move,
	.io_mem_reserve = ttm_sim_io_mem_reserve,
	.access_memory = sim_access_memory,
};

/* ---- mmap ---- */

static int sim_ttm_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct sim_ttm_driver *drv = filp->private_data;
	bool huge = ttm_sim_device(&drv->bdev)->mode == SIM_TTM_HUGE;
	int ret;

	if (sim_rule(ttm_machine(&drv->bdev), SIM_RULE_TTM_GEM_MMAP))
		ret = sim_ttm_gem_mmap(filp, vma, &drv->bdev, &drv->ddev);
	else
		ret = ttm_bo_mmap(filp, vma, &drv->bdev);
	if (ret || !huge)
		return ret;
	ttm_huge_mmap(vma);
	return 0;
}

/* The offset within its object of what is mapped at @pgoff, in pages. */
static unsigned long object_offset(struct sim_ttm_driver *drv, unsigned long pgoff)
{
	struct drm_vma_offset_node *node;
	unsigned long offset = pgoff;

	drm_vma_offset_lock_lookup(&drv->offsets);
	node = drm_vma_offset_lookup_locked(&drv->offsets, pgoff, 1);
	if (node)
		offset -= drm_vma_node_start(node);
	drm_vma_offset_unlock_lookup(&drv->offsets);
	return offset;
}

/*
 * Where leaves are wanted, addresses must be aligned as the object is: ask for
 * a range that is a leaf longer, and take what fits of it.
 * Models: drivers/gpu/drm/drm_file.c, drm_get_unmapped_area, 5.11.
 */
static unsigned long sim_ttm_get_unmapped_area(struct file *filp, unsigned long addr,
					       unsigned long len, unsigned long pgoff,
					       unsigned long flags)
{
	struct sim_ttm_driver *drv = filp->private_data;
	bool huge = ttm_sim_device(&drv->bdev)->mode == SIM_TTM_HUGE;
	const struct sim_mmu *mmu = ttm_machine(&drv->bdev)->mmu;
	struct mm_struct *mm = sim_thread.task->mm;
	unsigned long want = mm_get_unmapped_area(mm, filp, addr, len, pgoff, flags);
	unsigned long leaf, long_len, at, skew;

	if (!huge || !mmu->has_leaf[1] || (long)want < 0 || want == addr)
		return want;
	leaf = 1UL << mmu->level[1].shift;
	long_len = len + leaf - mmu_page_size(mmu);
	if (len < leaf || long_len < len)
		return want;
	at = mm_get_unmapped_area(mm, filp, 0, long_len, 0, flags);
	if ((long)at < 0)
		return want;
	skew = ((object_offset(drv, pgoff) << mmu->page_shift) - at) & (leaf - 1);
	return at + skew;
}

static const struct file_operations sim_ttm_fops = {
	.mmap = sim_ttm_mmap,
	.get_unmapped_area = sim_ttm_get_unmapped_area,
};

/* ---- the device ---- */

/* Where VRAM lies in the machine's I/O range: 0 or -EINVAL. */
static int find_vram(struct sim_ttm_driver *drv, const struct sim_machine *machine,
		     const struct sim_ttm_config *config)
{
	const struct sim_phys *phys = machine->phys;
	unsigned int shift = phys->page_shift;
	uint64_t offset = config->vram_offset >> shift, pages = config->vram_bytes >> shift;

	if ((config->vram_offset & ((1ULL << shift) - 1)) || offset > phys->io_nr ||
	    (offset && offset == phys->io_nr) || pages > phys->io_nr - offset)
		return -EINVAL;
	drv->vram_pfn = phys->io_start + (unsigned long)offset;
	drv->vram_pages = (unsigned long)(config->vram_bytes ? pages : phys->io_nr - offset);
	return 0;
}

static uint64_t gtt_pages(const struct sim_machine *machine, const struct sim_ttm_config *config)
{
	if (config->gtt_bytes)
		return config->gtt_bytes >> machine->phys->page_shift;
	return machine->phys->ram.nr / 2;
}

static int reserve_vram(struct sim_ttm_driver *drv, const struct sim_ttm_config *config)
{
	unsigned int shift = sim_page_shift(ttm_machine(&drv->bdev));
	int ret;

	if (config->no_reserve_wc || !drv->vram_pages)
		return 0;
	ret = arch_io_reserve_memtype_wc((resource_size_t)drv->vram_pfn << shift,
					 (resource_size_t)drv->vram_pages << shift);
	drv->wc_reserved = !ret;
	return ret;
}

static void release_vram(struct sim_ttm_driver *drv)
{
	unsigned int shift = sim_page_shift(ttm_machine(&drv->bdev));

	if (drv->wc_reserved)
		arch_io_free_memtype_wc((resource_size_t)drv->vram_pfn << shift,
					(resource_size_t)drv->vram_pages << shift);
}

static int device_init(struct sim_ttm_driver *drv, struct sim_machine *machine,
		       const struct sim_ttm_config *config)
{
	int ret;

	drm_vma_offset_manager_init(&drv->offsets, sim_drm_file_page_offset_start(machine),
				    sim_drm_file_page_offset_size(machine));
	sim_drm_device_init(&drv->ddev, machine, &drv->offsets);
	drv->ddev.sim_mapping = drv->mapping;
	ret = ttm_device_init(&drv->bdev, &sim_ttm_funcs, NULL, drv->mapping, &drv->offsets,
			      false, false);
	if (ret)
		return ret;
	(void)sim_ttm_device_set_mode(&drv->bdev, config->mode);
	ttm_sim_device(&drv->bdev)->driver = drv;
	if (config->prefault)
		ttm_sim_device(&drv->bdev)->prefault = config->prefault;
	if (config->pool_max_order)
		drv->bdev.pool.sim_nr_orders = config->pool_max_order;
	return 0;
}

static int device_init_memory(struct sim_ttm_driver *drv, const struct sim_ttm_config *config)
{
	int ret = ttm_range_man_init(&drv->bdev, TTM_PL_TT, true,
				     (unsigned long)gtt_pages(ttm_machine(&drv->bdev), config));

	if (!ret && drv->vram_pages)
		ret = ttm_range_man_init(&drv->bdev, TTM_PL_VRAM, false, drv->vram_pages);
	return ret ? ret : reserve_vram(drv, config);
}

static void device_fini_memory(struct sim_ttm_driver *drv)
{
	release_vram(drv);
	ttm_range_man_fini(&drv->bdev, TTM_PL_VRAM);
	ttm_range_man_fini(&drv->bdev, TTM_PL_TT);
	ttm_device_fini(&drv->bdev);
}

static int device_create(struct sim_ttm_driver *drv, struct sim_machine *machine,
			 const struct sim_ttm_config *config)
{
	int ret = find_vram(drv, machine, config);

	if (ret)
		return ret;
	if ((unsigned int)config->mode >= SIM_NR_TTM_MODES || config->pool_max_order > MAX_ORDER)
		return -EINVAL;
	drv->mapping = sim_mapping_create(machine);
	if (!drv->mapping)
		return -ENOMEM;
	ret = device_init(drv, machine, config);
	if (!ret) {
		ret = device_init_memory(drv, config);
		if (ret)
			device_fini_memory(drv);
	}
	if (ret)
		sim_mapping_put(drv->mapping);
	return ret;
}

struct sim_ttm_device *sim_ttm_device_create(struct sim_machine *machine,
					     const struct sim_ttm_config *config)
{
	static const struct sim_ttm_config defaults;
	struct sim_ttm_driver *drv = NULL;
	struct sim_machine *old;
	int ret = machine ? sim_enter(machine) : -EINVAL;

	if (!ret) {
		drv = sim_alloc(machine, sizeof(*drv), SIM_OBJ_MISC);
		ret = drv ? 0 : -ENOMEM;
	}
	if (!ret) {
		old = sim_set_current_machine(machine);
		ret = device_create(drv, machine, config ? config : &defaults);
		sim_set_current_machine(old);
	}
	if (!ret)
		return ttm_sim_device(&drv->bdev);
	sim_free(drv, sizeof(*drv), SIM_OBJ_MISC);
	errno = -ret;
	return NULL;
}

static void driver_destroy(struct sim_ttm_driver *drv)
{
	ttm_bo_delayed_delete(&drv->bdev, true);
	device_fini_memory(drv);
	sim_drm_device_fini(&drv->ddev);
	drm_vma_offset_manager_destroy(&drv->offsets);
	sim_mapping_put(drv->mapping);
	sim_free(drv, sizeof(*drv), SIM_OBJ_MISC);
}

void sim_ttm_device_destroy(struct sim_ttm_device *dev)
{
	struct sim_machine *machine, *old;

	if (!dev)
		return;
	machine = ttm_machine(&dev->driver->bdev);
	(void)sim_enter(machine);
	old = sim_set_current_machine(machine);
	driver_destroy(dev->driver);
	sim_set_current_machine(old);
}

struct ttm_device *sim_ttm_bdev(struct sim_ttm_device *dev)
{
	return dev ? &dev->driver->bdev : NULL;
}

struct drm_device *sim_ttm_ddev(struct sim_ttm_device *dev)
{
	return dev ? &dev->driver->ddev : NULL;
}

int sim_ttm_set_mode(struct sim_ttm_device *dev, enum sim_ttm_mode mode)
{
	return sim_ttm_device_set_mode(sim_ttm_bdev(dev), mode);
}

enum sim_ttm_mode sim_ttm_mode(const struct sim_ttm_device *dev)
{
	return dev ? dev->mode : SIM_TTM_DEFAULT;
}

struct file *sim_ttm_open(struct sim_ttm_device *dev, unsigned int fmode)
{
	if (!dev)
		return NULL;
	return sim_file_create(dev->driver->mapping, &sim_ttm_fops, fmode, dev->driver,
			       "/dev/dri/card0");
}
