/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int setup(void **state)
{
	static struct ttm_fixture fx;

	ttm_fixture_open(&fx, NULL);
	*state = &fx;
	return 0;
}

static int teardown(void **state)
{
	ttm_fixture_close(*state);
	return 0;
}

static unsigned long odd_pfn(struct ttm_buffer_object *bo, unsigned long page_offset)
{
	return ttm_bo_nr_pages(bo) - 1 - page_offset + 0x4000000;
}

static void test_driver_may_name_pfns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	funcs.io_mem_pfn = odd_pfn;
	fx->bdev->funcs = &funcs;
	ttm_store(fx, addr, 1);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(ttm_pte(fx, addr + i * fx->page).pfn, odd_pfn(bo, i));
	ttm_bo_unmap_virtual(bo); /* they are nothing that the other driver knows */
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

/* A shorter vma at a later offset: not the vma's pages but the object's count. */
static void test_fault_beyond_the_object_is_sigbus(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, TTM_PL_TT, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	ttm_vma(fx, addr)->vm_pgoff += 2;
	assert_int_equal(ttm_plain_fault(fx, addr + 2 * fx->page), VM_FAULT_SIGBUS);
	ttm_vma(fx, addr)->vm_pgoff -= 2;
	ttm_bo_put(bo);
}

static int no_io(struct ttm_device *bdev, struct ttm_resource *mem)
{
	(void)bdev, (void)mem;
	return -ENXIO;
}

static void test_fault_without_reach_is_sigbus(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	funcs.io_mem_reserve = no_io;
	fx->bdev->funcs = &funcs;
	assert_int_equal(ttm_plain_fault(fx, addr), VM_FAULT_SIGBUS);
	fx->bdev->funcs = old;
	ttm_store(fx, addr, 1);
	ttm_bo_put(bo);
}

/* ---- errors by release ---- */

static int populate_ret;

static int populate_fails(struct ttm_device *bdev, struct ttm_tt *ttm,
			  struct ttm_operation_ctx *ctx)
{
	(void)bdev, (void)ttm, (void)ctx;
	return populate_ret;
}

static void check_populate_errors(struct ttm_fixture *fx)
{
	bool newer = strcmp(fx->release, "6.12") == 0;
	const struct {
		int error;
		vm_fault_t want;
	} cases[] = {
		{ -ENOMEM, newer ? VM_FAULT_SIGBUS : VM_FAULT_OOM },
		{ -EINTR, newer ? VM_FAULT_NOPAGE : VM_FAULT_OOM },
		{ -ERESTARTSYS, newer ? VM_FAULT_NOPAGE : VM_FAULT_OOM },
		{ -EAGAIN, newer ? VM_FAULT_NOPAGE : VM_FAULT_OOM },
		{ -EFAULT, newer ? VM_FAULT_SIGBUS : VM_FAULT_OOM },
	};
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	funcs.ttm_tt_populate = populate_fails;
	fx->bdev->funcs = &funcs;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		populate_ret = cases[i].error;
		assert_int_equal(ttm_plain_fault(fx, addr), cases[i].want);
	}
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

static void test_populate_error_is_the_releases(void **state)
{
	ttm_fixture_each(check_populate_errors, state);
}

static void check_page_index(struct ttm_fixture *fx)
{
	bool sets = !strcmp(fx->release, "5.11") || !strcmp(fx->release, "5.14");
	struct ttm_buffer_object *bo;
	unsigned long addr;

	fx->bdev->pool.sim_nr_orders = 1;
	bo = ttm_bo(fx, 2, TTM_PL_TT, ttm_cached);
	addr = ttm_map(fx, bo);
	ttm_store(fx, addr, 1);
	assert_int_equal(bo->ttm->pages[1]->index, sets ? sim_bo_pgoff(bo) + 1 : 0);
	ttm_bo_put(bo);
}

static void test_page_index_is_set_by_old_releases(void **state)
{
	ttm_fixture_each(check_page_index, state);
}

#define V_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	V_TEST(test_driver_may_name_pfns),
	V_TEST(test_fault_beyond_the_object_is_sigbus),
	V_TEST(test_fault_without_reach_is_sigbus),
	TTM_TEST(test_populate_error_is_the_releases),
	TTM_TEST(test_page_index_is_set_by_old_releases),
};

SIM_TEST_MAIN(tests)
