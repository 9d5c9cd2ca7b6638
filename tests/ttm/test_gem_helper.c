/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/ttm_gem.h>

#include "support/ttm_fixture.h"

static struct ttm_buffer_object *mapped_bo;

static int mmap_obj(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	return drm_gem_mmap_obj(&mapped_bo->base, mapped_bo->base.size, vma);
}

/* GEM's reference is gone again, TTM's is there. */
static void test_ttm_counts_its_own_references(void **state)
{
	static const struct drm_gem_object_funcs funcs = { .mmap = drm_gem_ttm_mmap };
	static const struct file_operations fops = { .mmap = mmap_obj };
	struct ttm_fixture fx;
	struct file *file;
	unsigned int gem, ttm;
	long addr;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	mapped_bo = ttm_bo(&fx, 2, TTM_PL_VRAM, ttm_write_combined);
	mapped_bo->base.funcs = &funcs;
	gem = kref_read(&mapped_bo->base.refcount);
	ttm = kref_read(&mapped_bo->kref);
	file = sim_file_create(fx.file->f_mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "card");
	addr = sim_mmap(fx.task, 0, 2 * fx.page, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			sim_bo_pgoff(mapped_bo));
	assert_true(addr > 0);
	assert_int_equal(kref_read(&mapped_bo->base.refcount), gem);
	assert_int_equal(kref_read(&mapped_bo->kref), ttm + 1);
	ttm_store(&fx, (unsigned long)addr, 1);
	assert_int_equal(sim_munmap(fx.task, (unsigned long)addr, 2 * fx.page), 0);
	assert_int_equal(kref_read(&mapped_bo->kref), ttm);
	/* a private mapping is refused, and nothing is left of it */
	assert_int_equal(sim_mmap(fx.task, 0, fx.page, PROT_READ | PROT_WRITE, MAP_PRIVATE, file,
				  sim_bo_pgoff(mapped_bo)), -EINVAL);
	assert_int_equal(kref_read(&mapped_bo->base.refcount), gem);
	assert_int_equal(kref_read(&mapped_bo->kref), ttm);
	ttm_bo_put(mapped_bo);
	fput(file);
	ttm_fixture_close(&fx);
}

static void test_waits_follow_the_context(void **state)
{
	struct ttm_operation_ctx nowait = { .no_wait_gpu = true }, intr = { .interruptible = true };
	struct ttm_fixture fx;
	struct ttm_buffer_object *bo;
	struct ww_acquire_ctx ticket;
	struct dma_fence *fence;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	bo = ttm_bo(&fx, 1, TTM_PL_SYSTEM, ttm_cached);
	fence = sim_fence_create(fx.machine);
	ww_acquire_init(&ticket, &reservation_ww_class);
	assert_int_equal(ttm_bo_reserve_slowpath(bo, true, &ticket), 0);
	assert_ptr_equal(dma_resv_locking_ctx(bo->base.resv), &ticket);
	assert_int_equal(dma_resv_reserve_fences(bo->base.resv, 1), 0);
	dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_BOOKKEEP);
	assert_int_equal(ttm_bo_wait_ctx(bo, &nowait), -EBUSY);
	fx.task->sim_signal_pending = true;
	assert_int_equal(ttm_bo_wait_ctx(bo, &intr), -ERESTARTSYS);
	fx.task->sim_signal_pending = false;
	dma_fence_signal(fence);
	assert_int_equal(ttm_bo_wait_ctx(bo, &intr), 0);
	ttm_bo_unreserve(bo);
	assert_int_equal(ttm_bo_reserve_slowpath(bo, false, &ticket), 0);
	ttm_bo_unreserve(bo);
	ww_acquire_fini(&ticket);
	dma_fence_put(fence);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_waits_follow_the_context),
	TTM_TEST(test_ttm_counts_its_own_references),
};

SIM_TEST_MAIN(tests)
