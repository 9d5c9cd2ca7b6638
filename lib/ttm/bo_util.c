/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bo_util.c - helpers for a driver's move, and the kernel's own access to an
 * object's bytes.
 * Models: drivers/gpu/drm/ttm/ttm_bo_util.c, 6.1; without pipelined moves.
 */
#include "ttm/internal.h"

#define UTIL_FILE "drivers/gpu/drm/ttm/ttm_bo_util.c"

/* ---- what the CPU reaches; in each fault: what ends in an oops stands apart ---- */

__attribute__((cold, noinline))
static int io_reserve_oops(struct ttm_device *bdev, struct ttm_resource *mem)
{
	struct sim_machine *machine = ttm_machine(bdev);

	(void)(SIM_OOPS_IF_NULL(machine, UTIL_FILE, "ttm_mem_io_reserve", mem) ||
	       SIM_OOPS_IF_NULL(machine, UTIL_FILE, "ttm_mem_io_reserve", bdev->funcs));
	return -EIO;
}

static __attribute__((noinline)) int call_reserve_guarded(struct sim_callback *callback,
							  struct ttm_device *bdev,
							  struct ttm_resource *mem)
{
	return SIM_CALL_WITHIN(callback, -EIO, bdev->funcs->io_mem_reserve(bdev, mem));
}

int ttm_mem_io_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	struct sim_callback callback;
	int ret;

	if (__builtin_expect(!mem, 0))
		return io_reserve_oops(bdev, mem);
	if (mem->bus.offset || mem->bus.addr)
		return 0;
	mem->bus.is_iomem = false;
	if (__builtin_expect(!bdev->funcs, 0))
		return io_reserve_oops(bdev, mem);
	if (!bdev->funcs->io_mem_reserve)
		return 0;
	/* the library's own takes no locks, and each fault calls it */
	if (bdev->funcs->io_mem_reserve == ttm_sim_io_mem_reserve)
		return ttm_sim_io_mem_reserve(bdev, mem);
	sim_callback_enter(&callback, ttm_machine(bdev), "->io_mem_reserve",
			   sim_code_of(&bdev->funcs->io_mem_reserve), 0);
	ret = SIM_CALL_HOT(&callback, call_reserve_guarded(&callback, bdev, mem),
			   bdev->funcs->io_mem_reserve(bdev, mem));
	sim_callback_leave(&callback, NULL);
	return ret;
}

void ttm_mem_io_free(struct ttm_device *bdev, struct ttm_resource *mem)
{
	if (!mem || (!mem->bus.offset && !mem->bus.addr))
		return;
	if (bdev->funcs->io_mem_free)
		SIM_CALL_VOID(ttm_machine(bdev), bdev->funcs, io_mem_free, 0, bdev, mem);
	mem->bus.offset = 0;
	mem->bus.addr = NULL;
}

__attribute__((cold, noinline))
static pgprot_t io_prot_oops(struct ttm_buffer_object *bo, struct ttm_resource *res, pgprot_t tmp)
{
	struct sim_machine *machine = ttm_machine(bo->bdev);

	(void)(SIM_OOPS_IF_NULL(machine, UTIL_FILE, "ttm_io_prot", res) ||
	       !ttm_res_manager(bo->bdev, res, UTIL_FILE, "ttm_io_prot") ||
	       SIM_OOPS_IF_NULL(machine, UTIL_FILE, "ttm_io_prot", bo->ttm));
	return tmp;
}

pgprot_t ttm_io_prot(struct ttm_buffer_object *bo, struct ttm_resource *res, pgprot_t tmp)
{
	const struct ttm_resource_manager *man = NULL;
	enum ttm_caching caching;

	if (res)
		man = ttm_manager_type(bo->bdev, (int)res->mem_type);
	if (__builtin_expect(!man || (man->use_tt && !bo->ttm), 0))
		return io_prot_oops(bo, res, tmp);
	caching = man->use_tt ? bo->ttm->caching : res->bus.caching;
	return ttm_machine_prot(ttm_machine(bo->bdev), caching, tmp);
}

/* ---- moving ---- */

void ttm_bo_assign_mem(struct ttm_buffer_object *bo, struct ttm_resource *new_mem)
{
	(void)SIM_WARN_ON(ttm_machine(bo->bdev), "include/drm/ttm/ttm_bo_driver.h", bo->resource);
	bo->resource = new_mem;
}

void ttm_bo_move_null(struct ttm_buffer_object *bo, struct ttm_resource *new_mem)
{
	ttm_resource_free(bo, &bo->resource);
	ttm_bo_assign_mem(bo, new_mem);
}

void ttm_bo_move_sync_cleanup(struct ttm_buffer_object *bo, struct ttm_resource *new_mem)
{
	struct ttm_resource_manager *man = ttm_res_manager(bo->bdev, new_mem, UTIL_FILE, __func__);

	if (!man)
		return;
	if (SIM_WARN_ON(ttm_machine(bo->bdev), UTIL_FILE, ttm_bo_wait(bo, false, false)))
		return;
	if (!man->use_tt)
		ttm_bo_tt_destroy(bo);
	ttm_bo_move_null(bo, new_mem);
}

/* One side of a copy. */
struct copy_side {
	struct ttm_resource *mem;
	bool iomem;		/* mem->bus says where; else the ttm_tt's pages */
};

static int side_open(struct ttm_buffer_object *bo, struct ttm_resource *mem,
		     struct copy_side *side)
{
	struct ttm_resource_manager *man;
	int ret = ttm_mem_io_reserve(bo->bdev, mem);

	side->mem = mem;
	side->iomem = !ret && mem->bus.is_iomem;
	if (ret || side->iomem)
		return ret;
	ttm_mem_io_free(bo->bdev, mem);
	man = ttm_res_manager(bo->bdev, mem, UTIL_FILE, "ttm_bo_move_memcpy");
	if (!man)
		return -EIO;
	return man->use_tt ? 0 : -EINVAL;
}

static void side_close(struct ttm_buffer_object *bo, struct copy_side *side)
{
	if (side->iomem)
		ttm_mem_io_free(bo->bdev, side->mem);
}

static unsigned long side_pfn(struct ttm_buffer_object *bo, const struct copy_side *side,
			      unsigned long i)
{
	if (!side->iomem)
		return sim_page_to_pfn(bo->ttm->pages[i]);
	return (unsigned long)(side->mem->bus.offset >> sim_page_shift(ttm_machine(bo->bdev))) +
	       i;
}

/* Copy @from to @to, or clear @to where @from has no pages yet. */
static int copy_pages(struct ttm_buffer_object *bo, const struct copy_side *to,
		      const struct copy_side *from)
{
	struct sim_machine *machine = ttm_machine(bo->bdev);
	struct ttm_tt *ttm = bo->ttm;
	bool clear = !from->iomem && (!ttm || !ttm_tt_is_populated(ttm));
	int ret = 0;

	if (!to->iomem && !from->iomem)
		return 0;
	if (clear && ttm && !(ttm->page_flags & TTM_TT_FLAG_ZERO_ALLOC))
		return 0;
	for (unsigned long i = 0; i < to->mem->num_pages && !ret; i++) {
		if (clear)
			ret = sim_phys_clear(machine, side_pfn(bo, to, i));
		else
			ret = sim_phys_copy(machine, side_pfn(bo, to, i), side_pfn(bo, from, i));
	}
	return ret;
}

int ttm_bo_move_memcpy(struct ttm_buffer_object *bo, struct ttm_operation_ctx *ctx,
		       struct ttm_resource *new_mem)
{
	struct ttm_resource_manager *man = ttm_res_manager(bo->bdev, new_mem, UTIL_FILE, __func__);
	struct copy_side to, from;
	int ret = 0;

	if (!man)
		return -EIO;
	/* 6.1 says that all is well, and has moved nothing */
	if (!bo->resource && !ttm_rule(bo->bdev, SIM_RULE_TTM_NO_DUMMY_RESOURCE))
		return 0;
	if (SIM_WARN_ON(ttm_machine(bo->bdev), UTIL_FILE, !bo->resource))
		return -EINVAL;
	if (bo->ttm && man->use_tt)
		ret = ttm_tt_populate(bo->bdev, bo->ttm, ctx);
	if (ret)
		return ret;
	ret = side_open(bo, new_mem, &to);
	if (ret)
		return ret;
	ret = side_open(bo, bo->resource, &from);
	if (!ret) {
		ret = copy_pages(bo, &to, &from);
		side_close(bo, &from);
	}
	side_close(bo, &to);
	if (!ret)
		ttm_bo_move_sync_cleanup(bo, new_mem);
	return ret;
}

int ttm_bo_pipeline_gutting(struct ttm_buffer_object *bo)
{
	static const struct ttm_place sys_mem = { .mem_type = TTM_PL_SYSTEM };
	struct ttm_resource *sys_res = NULL;
	int ret = 0;

	if (!ttm_rule(bo->bdev, SIM_RULE_TTM_NO_DUMMY_RESOURCE))
		ret = ttm_resource_alloc(bo, &sys_mem, &sys_res);
	if (ret)
		return ret;
	ret = ttm_bo_wait(bo, false, false);
	if (!ret && !bo->ttm)
		ret = ttm_tt_create(bo, true);
	if (ret) {
		ttm_resource_free(bo, &sys_res);
		return ret;
	}
	ttm_tt_unpopulate(bo->bdev, bo->ttm);
	if (bo->type == ttm_bo_type_device)
		ttm_tt_mark_for_clear(bo->ttm);
	ttm_bo_move_null(bo, sys_res);
	return 0;
}
