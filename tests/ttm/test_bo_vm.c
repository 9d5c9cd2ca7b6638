/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <pthread.h>

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

static unsigned int nr_present(struct ttm_fixture *fx, unsigned long addr, unsigned int pages)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < pages; i++)
		nr += ttm_pte(fx, addr + i * fx->page).present;
	return nr;
}

/* ---- what is mapped ---- */

static void test_fault_maps_forward_up_to_prefault(void **state)
{
	static const struct {
		const char *what;
		unsigned int prefault, at, first, last;
	} cases[] = {
		{ "from the start", 16, 0, 0, 15 },
		{ "from the middle", 16, 10, 10, 25 },
		{ "to the vma's end", 16, 30, 30, 39 },
		{ "one", 1, 7, 7, 7 },
		{ "more than there are", 512, 3, 3, 39 },
	};
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 40, TTM_PL_VRAM, ttm_cached);

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		unsigned long addr = ttm_map(fx, bo);

		fx->dev->prefault = cases[i].prefault;
		ttm_store(fx, addr + cases[i].at * fx->page, 1);
		for (unsigned int j = 0; j < 40; j++) {
			struct sim_pte_info pte = ttm_pte(fx, addr + j * fx->page);
			bool want = j >= cases[i].first && j <= cases[i].last;

			if (pte.present != want || (want && pte.pfn != ttm_pfn(bo, j)))
				fail_msg("%s: page %u", cases[i].what, j);
		}
		sim_munmap(fx->task, addr, bo->base.size);
	}
	ttm_bo_put(bo);
}

static void test_fault_counts(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 16, TTM_PL_TT, ttm_write_combined);
	unsigned long addr = ttm_map(fx, bo);
	uint64_t before[SIM_NR_COUNTERS], after[SIM_NR_COUNTERS];

	sim_counters(fx->machine, before);
	ttm_store(fx, addr, 1);
	sim_counters(fx->machine, after);
	assert_int_equal(after[SIM_CNT_FAULT] - before[SIM_CNT_FAULT], 1);
	assert_int_equal(after[SIM_CNT_HANDLER] - before[SIM_CNT_HANDLER], 1);
	assert_int_equal(after[SIM_CNT_PAT_LOOKUP] - before[SIM_CNT_PAT_LOOKUP], 16);
	assert_int_equal(after[SIM_CNT_REF] - before[SIM_CNT_REF], 0);
	assert_true(after[SIM_CNT_PTE_WRITE] - before[SIM_CNT_PTE_WRITE] >= 16);
	ttm_bo_put(bo);
}

/* A driver that maps one page more than its object has, without TTM's offsets. */
static int map_too_much(struct file *file, struct vm_area_struct *vma)
{
	struct ttm_buffer_object *bo = file->private_data;

	vma->vm_pgoff = sim_bo_pgoff(bo);
	return sim_ttm_mmap_obj(vma, bo);
}

static const struct file_operations too_much_fops = { .mmap = map_too_much };

static void beyond_the_array(enum sim_ttm_mode mode)
{
	struct sim_machine_config config = { .ttm = mode };
	struct ttm_fixture fx;
	struct ttm_buffer_object *bo;
	struct file *file;
	uint8_t byte;
	long addr;

	ttm_fixture_open(&fx, &config);
	bo = ttm_bo(&fx, 2, TTM_PL_SYSTEM, ttm_cached);
	file = sim_file_create(fx.file->f_mapping, &too_much_fops, FMODE_READ | FMODE_WRITE, bo,
			       "too much");
	assert_non_null(file);
	ttm_bo_get(bo); /* which the mapping takes over */
	addr = sim_mmap(fx.task, 0, 3 * fx.page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	assert_true(addr > 0);
	assert_int_equal(sim_read(fx.task, (unsigned long)addr, &byte, 1), -EIO);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->function,
			    "ttm_bo_vm_fault_reserved");
	sim_machine_destroy(fx.machine);
}

static void test_fault_beyond_the_pages_is_a_bug(void **state)
{
	(void)state;
	beyond_the_array(SIM_TTM_PFN);
	beyond_the_array(SIM_TTM_APPLY);
	beyond_the_array(SIM_TTM_PFNS);
}

/* The page asked for: silent, it faults again. A later one: an error. */
static void check_insert_errors(struct ttm_fixture *fx)
{
	unsigned int shift = fx->machine->mmu->level[1].shift, nr_later = 0, nr_first = 0;
	unsigned long addr = (1ul << shift) * 64 - fx->page;
	struct ttm_buffer_object *bo;
	uint8_t value = 1;

	fx->bdev->pool.sim_nr_orders = 1;
	bo = ttm_bo(fx, 2, TTM_PL_TT, ttm_cached);
	for (unsigned int nth = 1; nth < 12; nth++) {
		vm_fault_t ret;

		assert_int_equal(sim_mmap(fx->task, addr, 2 * fx->page, PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_FIXED, fx->file, sim_bo_pgoff(bo)),
				 addr);
		sim_fail_alloc(fx->machine, nth);
		ret = ttm_plain_fault(fx, addr);
		sim_fail_alloc(fx->machine, 0);
		if (ret & VM_FAULT_ERROR) {
			assert_int_equal(ret, VM_FAULT_OOM);
			assert_int_equal(nr_present(fx, addr, 2), 1);
			nr_later++;
		} else {
			assert_int_equal(ret, VM_FAULT_NOPAGE);
			nr_first += nr_present(fx, addr, 2) == 0;
		}
		assert_int_equal(sim_write(fx->task, addr, &value, 1), 0);
		assert_int_equal(sim_munmap(fx->task, addr, 2 * fx->page), 0);
	}
	assert_true(nr_later > 0);
	assert_true(nr_first > 0);
	ttm_bo_put(bo);
}

static void test_insert_error_counts_on_later_pages_only(void **state)
{
	ttm_fixture_each(check_insert_errors, state);
}

/* ---- an unplugged device ---- */

static void check_dummy_page(struct ttm_fixture *fx)
{
	bool dummy = strcmp(fx->release, "5.11") != 0;
	struct ttm_buffer_object *bo;
	unsigned long addr;

	fx->bdev->pool.sim_nr_orders = 1;
	bo = ttm_bo(fx, 20, TTM_PL_TT, ttm_cached);
	addr = ttm_map(fx, bo);
	ttm_store(fx, addr, 9);
	drm_dev_unplug(sim_ttm_ddev(fx->dev));
	ttm_bo_unmap_virtual(bo);
	assert_int_equal(ttm_load(fx, addr), dummy ? 0 : 9);
	assert_int_equal(nr_present(fx, addr, 20), dummy ? 20 : 16);
	if (dummy)
		assert_int_equal(ttm_pte(fx, addr).pfn, ttm_pte(fx, addr + fx->page).pfn);
	ttm_bo_put(bo);
}

static void test_unplugged_device_maps_a_dummy_page(void **state)
{
	ttm_fixture_each(check_dummy_page, state);
}

static void test_dummy_page_without_memory_is_oom(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	drm_dev_unplug(sim_ttm_ddev(fx->dev));
	for (unsigned int nth = 1; nth <= 2; nth++) {
		sim_fail_alloc(fx->machine, nth);
		assert_int_equal(ttm_plain_fault(fx, addr), VM_FAULT_OOM);
		assert_false(dma_resv_is_locked(bo->base.resv));
	}
	ttm_bo_put(bo);
}

/* ---- reserving ---- */

struct holder {
	struct dma_resv *resv;
	struct dma_fence *fence;	/* signaled before letting go */
	int go, locked;			/* atomic */
	pthread_t thread;
};

static void *hold(void *data)
{
	struct holder *holder = data;

	dma_resv_lock(holder->resv, NULL);
	__atomic_store_n(&holder->locked, 1, __ATOMIC_RELEASE);
	for (unsigned int round = 0; !__atomic_load_n(&holder->go, __ATOMIC_ACQUIRE); round++)
		sim_wait_round(round);
	dma_resv_unlock(holder->resv);
	return NULL;
}

static void start_holder(struct holder *holder, struct dma_resv *resv)
{
	*holder = (struct holder){ .resv = resv };
	pthread_create(&holder->thread, NULL, hold, holder);
	for (unsigned int round = 0; !__atomic_load_n(&holder->locked, __ATOMIC_ACQUIRE); round++)
		sim_wait_round(round);
}

static void end_holder(struct holder *holder)
{
	__atomic_store_n(&holder->go, 1, __ATOMIC_RELEASE);
	pthread_join(holder->thread, NULL);
}

static void test_reserved_object_retries_or_waits(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);
	struct holder holder;
	bool dropped;

	start_holder(&holder, bo->base.resv);
	assert_int_equal(ttm_fault(fx, addr, FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT,
			       &dropped), VM_FAULT_RETRY);
	assert_false(dropped);
	fx->task->sim_signal_pending = true;
	/* dropped and woken by the signal */
	assert_int_equal(ttm_fault(fx, addr, FAULT_FLAG_ALLOW_RETRY, &dropped), VM_FAULT_RETRY);
	assert_true(dropped);
	/* the second attempt waits with mmap_lock held */
	assert_int_equal(ttm_fault(fx, addr, FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_TRIED, &dropped),
			 VM_FAULT_NOPAGE);
	assert_int_equal(nr_present(fx, addr, 2), 0);
	fx->task->sim_signal_pending = false;
	__atomic_store_n(&holder.go, 1, __ATOMIC_RELEASE);
	assert_int_equal(ttm_fault(fx, addr, 0, &dropped), VM_FAULT_NOPAGE);
	assert_int_equal(nr_present(fx, addr, 2), 2);
	end_holder(&holder);
	ttm_bo_put(bo);
}

static void test_imported_object_is_sigbus_unless_mappable(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	bo->ttm->page_flags |= TTM_TT_FLAG_EXTERNAL;
	assert_int_equal(ttm_plain_fault(fx, addr), VM_FAULT_SIGBUS);
	assert_false(dma_resv_is_locked(bo->base.resv));
	bo->ttm->page_flags |= TTM_TT_FLAG_EXTERNAL_MAPPABLE;
	assert_int_equal(ttm_plain_fault(fx, addr), VM_FAULT_NOPAGE);
	ttm_bo_put(bo);
}

static void *signal_soon(void *data)
{
	for (unsigned int round = 0; round < 80; round++)
		sim_wait_round(round);
	dma_fence_signal(data);
	return NULL;
}

static void test_fault_waits_for_a_move_under_way(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	struct dma_fence *fence = sim_fence_create(fx->machine);
	unsigned long addr = ttm_map(fx, bo);
	pthread_t thread;
	bool dropped;

	dma_resv_add_fence(bo->base.resv, fence, DMA_RESV_USAGE_KERNEL);
	assert_int_equal(ttm_fault(fx, addr, FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT,
			       &dropped), VM_FAULT_RETRY);
	assert_false(dma_resv_is_locked(bo->base.resv));
	fx->task->sim_signal_pending = true;
	assert_int_equal(ttm_fault(fx, addr, FAULT_FLAG_ALLOW_RETRY, &dropped), VM_FAULT_RETRY);
	assert_true(dropped);
	assert_false(dma_resv_is_locked(bo->base.resv));
	assert_int_equal(ttm_fault(fx, addr, 0, &dropped), VM_FAULT_NOPAGE);
	assert_int_equal(nr_present(fx, addr, 2), 0);
	fx->task->sim_signal_pending = false;
	pthread_create(&thread, NULL, signal_soon, fence);
	assert_int_equal(ttm_fault(fx, addr, 0, &dropped), VM_FAULT_NOPAGE);
	assert_int_equal(nr_present(fx, addr, 2), 2);
	pthread_join(thread, NULL);
	dma_fence_put(fence);
	ttm_bo_put(bo);
}

/* ---- open, close ---- */

static void test_open_with_a_foreign_mapping_warns(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);
	struct vm_area_struct vma = *ttm_vma(fx, addr);
	struct file file = *fx->file;

	file.f_mapping = NULL;
	vma.vm_file = &file;
	ttm_bo_vm_open(&vma);
	assert_int_equal(kref_read(&bo->kref), 3);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	ttm_bo_vm_close(&vma);
	assert_null(vma.vm_private_data);
	assert_int_equal(kref_read(&bo->kref), 2);
	fx->expect_warnings = true;
	ttm_bo_put(bo);
}

static void test_split_takes_a_reference_for_each_part(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 3, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	assert_int_equal(sim_mprotect(fx->task, addr + fx->page, fx->page, PROT_READ), 0);
	assert_int_equal(kref_read(&bo->kref), 4);
	assert_int_equal(sim_munmap(fx->task, addr + fx->page, fx->page), 0);
	assert_int_equal(kref_read(&bo->kref), 3);
	ttm_store(fx, addr + 2 * fx->page, 1);
	assert_int_equal(ttm_pte(fx, addr + 2 * fx->page).pfn, ttm_pfn(bo, 2));
	ttm_bo_put(bo);
}

/* ---- access ---- */

static void check_access(struct ttm_fixture *fx)
{
	static const uint32_t places[] = { TTM_PL_SYSTEM, TTM_PL_TT, TTM_PL_VRAM };
	char text[] = "ptrace", found[sizeof(text)] = "";

	for (size_t i = 0; i < SIM_ARRAY_SIZE(places); i++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 3, places[i], ttm_cached);
		unsigned long addr = ttm_map(fx, bo);
		struct vm_area_struct *vma = ttm_vma(fx, addr);

		assert_int_equal(ttm_bo_vm_access(vma, addr + fx->page - 3, text, sizeof(text), 1),
				 sizeof(text));
		assert_int_equal(sim_read(fx->task, addr + fx->page - 3, found, sizeof(found)), 0);
		assert_string_equal(found, text);
		memset(found, 0, sizeof(found));
		assert_int_equal(ttm_bo_vm_access(vma, addr + fx->page - 3, found, sizeof(found),
						  0), sizeof(text));
		assert_string_equal(found, text);
		assert_int_equal(ttm_bo_vm_access(vma, addr, found, 0, 0), -EIO);
		assert_int_equal(ttm_bo_vm_access(vma, addr, found, -1, 0), -EIO);
		assert_int_equal(ttm_bo_vm_access(vma, addr + 4 * fx->page, found, 1, 0), -EIO);
		/* one byte too far: 6.1 looks at whole pages only */
		assert_int_equal(ttm_bo_vm_access(vma, addr + 3 * fx->page - 1, found, 2, 0),
				 strcmp(fx->release, "6.12") ? -EINVAL : -EIO);
		assert_int_equal(sim_munmap(fx->task, addr, bo->base.size), 0);
		ttm_bo_put(bo);
	}
}

static void check_access_each(struct ttm_fixture *fx)
{
	fx->bdev->pool.sim_nr_orders = 1;
	check_access(fx);
}

static void test_access_reads_and_writes(void **state)
{
	ttm_fixture_each(check_access_each, state);
}

static void test_access_without_driver_help_is_eio(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_device_funcs funcs = *fx->bdev->funcs, *old = fx->bdev->funcs;
	struct ttm_buffer_object *bo = ttm_bo(fx, 3, TTM_PL_VRAM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);
	char byte;

	funcs.access_memory = NULL;
	fx->bdev->funcs = &funcs;
	assert_int_equal(ttm_bo_vm_access(ttm_vma(fx, addr), addr, &byte, 1, 0), -EIO);
	fx->bdev->funcs = old;
	ttm_bo_put(bo);
}

/* ---- mmap ---- */

static void test_mmap_obj_keeps_the_drivers_vm_ops(void **state)
{
	static const struct vm_operations_struct own = { .fault = ttm_bo_vm_fault };
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_cached);
	struct vm_area_struct vma = { .vm_flags = VM_SHARED | VM_MAYWRITE, .vm_ops = &own };

	assert_int_equal(ttm_bo_mmap_obj(&vma, bo), 0);
	assert_ptr_equal(vma.vm_ops, &own);
	assert_ptr_equal(vma.vm_private_data, bo);
	vma.vm_ops = NULL;
	assert_int_equal(ttm_bo_mmap_obj(&vma, bo), 0);
	assert_ptr_equal(vma.vm_ops->fault, ttm_bo_vm_fault);
	assert_int_equal(kref_read(&bo->kref), 3);
	ttm_bo_put(bo);
	ttm_bo_put(bo);
	ttm_bo_put(bo);
}

/* 5.11 sets its own in any case; drivers set theirs afterwards. */
static void test_mmap_obj_of_5_11_replaces_vm_ops(void **state)
{
	static const struct vm_operations_struct own = { .fault = ttm_bo_vm_fault };
	struct sim_machine_config config = { .release = "5.11" };
	struct vm_area_struct vma = { .vm_flags = VM_SHARED | VM_MAYWRITE, .vm_ops = &own };
	struct ttm_buffer_object *bo;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, &config);
	bo = ttm_bo(&fx, 1, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(ttm_bo_mmap_obj(&vma, bo), 0);
	assert_ptr_not_equal(vma.vm_ops, &own);
	assert_ptr_equal(vma.vm_ops->access, ttm_bo_vm_access);
	ttm_bo_put(bo);
	ttm_bo_put(bo);
	ttm_fixture_close(&fx);
}

#define V_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	V_TEST(test_fault_maps_forward_up_to_prefault),
	V_TEST(test_fault_counts),
	cmocka_unit_test(test_fault_beyond_the_pages_is_a_bug),
	TTM_TEST(test_insert_error_counts_on_later_pages_only),
	TTM_TEST(test_unplugged_device_maps_a_dummy_page),
	V_TEST(test_dummy_page_without_memory_is_oom),
	V_TEST(test_reserved_object_retries_or_waits),
	V_TEST(test_imported_object_is_sigbus_unless_mappable),
	V_TEST(test_fault_waits_for_a_move_under_way),
	V_TEST(test_open_with_a_foreign_mapping_warns),
	V_TEST(test_split_takes_a_reference_for_each_part),
	TTM_TEST(test_access_reads_and_writes),
	V_TEST(test_access_without_driver_help_is_eio),
	V_TEST(test_mmap_obj_keeps_the_drivers_vm_ops),
	TTM_TEST(test_mmap_obj_of_5_11_replaces_vm_ops),
};

SIM_TEST_MAIN(tests)
