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

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_ttm_counts_its_own_references),
};

SIM_TEST_MAIN(tests)
