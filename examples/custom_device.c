/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * custom_device.c - a test of a driver's own TTM device, fault handler and objects.
 *
 * VRAM of four pages. The test maps an object, lets a second one push it out of VRAM,
 * and reads the same bytes through the same mapping.
 *
 * cc custom_device.c $(pkg-config --cflags --libs ttmsim-checked cmocka)
 */
#include <signal.h>
#include <sys/mman.h>

#include <ttmsim/cmocka.h>

#define VRAM_PAGES 4ul

/* ---- the driver ---- */

static unsigned int nr_moves;

static int my_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		   struct ttm_resource *new_mem, struct ttm_place *hop)
{
	(void)evict, (void)hop;
	nr_moves++;
	return ttm_bo_move_memcpy(bo, ctx, new_mem);
}

/* One page a fault, never more. */
static vm_fault_t my_fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);

	if (ret)
		return ret;
	ret = ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, 1);
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;
	dma_resv_unlock(bo->base.resv);
	return ret;
}

static const struct vm_operations_struct my_vm_ops = {
	.fault = my_fault,
	.open = ttm_bo_vm_open,
	.close = ttm_bo_vm_close,
	.access = ttm_bo_vm_access,
};

static int my_mmap(struct file *filp, struct vm_area_struct *vma)
{
	int ret = sim_test_mmap(filp, vma);

	if (!ret)
		vma->vm_ops = &my_vm_ops;
	return ret;
}

static const struct file_operations my_fops = { .mmap = my_mmap };

/* ---- its tests ---- */

static const struct sim_test_driver my_driver = {
	.funcs = { .move = my_move },
	.fops = &my_fops,
	.vram_pages = VRAM_PAGES,
};

static void test_mapping_survives_eviction(void **state)
{
	struct sim_test *t = *state;
	struct ttm_buffer_object *first, *second;
	unsigned long addr;
	char byte = 0;

	sim_test_driver_init(t, &my_driver);
	first = sim_test_bo(t, VRAM_PAGES, TTM_PL_VRAM);
	addr = sim_test_map(t, first);
	assert_errno(sim_write(t->task, addr, "Z", 1), 0);
	assert_pte(t->task->mm, addr, "special write cache=wc pfn=%lu", t->vram_pfn);
	assert_pte(t->task->mm, addr + t->page_size, "none");

	second = sim_test_bo(t, VRAM_PAGES, TTM_PL_VRAM);
	assert_int_equal(sim_bo_mem_type(first), TTM_PL_SYSTEM);
	assert_pte(t->task->mm, addr, "none");
	assert_errno(sim_read(t->task, addr, &byte, 1), 0);
	assert_int_equal(byte, 'Z');
	assert_true(nr_moves > 0);
	ttm_bo_put(second);
	ttm_bo_put(first);
}

static void test_private_mapping_is_refused(void **state)
{
	struct sim_test *t = *state;
	struct ttm_buffer_object *bo;

	sim_test_driver_init(t, &my_driver);
	bo = sim_test_bo(t, 1, TTM_PL_VRAM);
	assert_errno(sim_mmap(t->task, 0, t->page_size, PROT_READ, MAP_PRIVATE, t->file,
			      sim_bo_pgoff(bo)), -EINVAL);
	ttm_bo_put(bo);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		sim_unit_test(test_mapping_survives_eviction),
		sim_unit_test(test_private_mapping_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
