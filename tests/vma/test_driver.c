/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

static void test_assertions_about_the_lock(void **state)
{
	struct mm_struct *mm = fx.task->mm;
	struct sim_snapshot *snapshot = sim_snapshot(fx.machine);

	(void)state;
	mmap_read_lock(mm);
	mmap_assert_locked(mm);
	assert_true(mmap_read_trylock(mm));
	mmap_read_unlock(mm);
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	mmap_assert_locked(mm);
	mmap_assert_write_locked(mm);
	assert_false(mmap_read_trylock(mm));
	mmap_write_unlock(mm);
	assert_false(sim_crashed(fx.machine));
	mmap_read_lock(mm);
	mmap_assert_write_locked(mm);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_BUG)->function,
			    "mmap_assert_write_locked");
	mmap_read_unlock(mm);
	assert_int_equal(sim_restore(fx.machine, snapshot), 0);
	mmap_assert_locked(mm);
	assert_true(sim_crashed(fx.machine));
	assert_int_equal(sim_restore(fx.machine, snapshot), 0);
	sim_snapshot_free(snapshot);
}

static void test_vmas_are_found(void **state)
{
	struct mm_struct *mm = fx.task->mm;
	unsigned long addr = (unsigned long)sim_mmap(fx.task, 0, 2 * PAGE_SIZE, PROT_READ,
						     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	struct vm_area_struct *vma = ttm_vma(&fx, addr);

	(void)state;
	mmap_read_lock(mm);
	assert_ptr_equal(vma_lookup(mm, addr + PAGE_SIZE), vma);
	assert_null(vma_lookup(mm, addr - 1));
	assert_ptr_equal(find_vma_intersection(mm, addr - 1, addr + 1), vma);
	assert_null(find_vma_intersection(mm, addr - PAGE_SIZE, addr));
	assert_int_equal(vma_pages(vma), 2);
	assert_int_equal(linear_page_index(vma, addr + PAGE_SIZE), vma->vm_pgoff + 1);
	assert_false(vma_is_shared_maywrite(vma));
	assert_true(range_in_vma(vma, addr, addr + 2 * PAGE_SIZE));
	assert_false(range_in_vma(NULL, addr, addr));
	mmap_read_unlock(mm);
}

static struct file *instead;

static int mmap_of_another(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma_set_file(vma, instead);
	return vma->vm_file->f_op->mmap(instead, vma);
}

/* What an exporter of shared memory does: references follow. */
static void test_vma_gets_another_file(void **state)
{
	static const struct file_operations fops = { .mmap = mmap_of_another };
	struct ttm_buffer_object *bo = ttm_bo(&fx, 1, TTM_PL_SYSTEM, ttm_cached);
	struct address_space *mapping = sim_mapping_create(fx.machine);
	struct file *outer = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "o");
	int inner_refs = atomic_read(&fx.file->f_count), outer_refs = atomic_read(&outer->f_count);
	long addr;

	(void)state;
	instead = fx.file;
	addr = sim_mmap(fx.task, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, outer,
			sim_bo_pgoff(bo));
	assert_true(addr > 0);
	assert_ptr_equal(ttm_vma(&fx, (unsigned long)addr)->vm_file, fx.file);
	assert_int_equal(atomic_read(&fx.file->f_count), inner_refs + 1);
	assert_int_equal(atomic_read(&outer->f_count), outer_refs);
	ttm_store(&fx, (unsigned long)addr, 3);
	unmap_mapping_pages(fx.file->f_mapping, sim_bo_pgoff(bo) + 1, 1, true);
	assert_true(ttm_pte(&fx, (unsigned long)addr).present);
	unmap_mapping_pages(fx.file->f_mapping, sim_bo_pgoff(bo), 1, true);
	assert_false(ttm_pte(&fx, (unsigned long)addr).present);
	assert_int_equal(sim_munmap(fx.task, (unsigned long)addr, PAGE_SIZE), 0);
	assert_int_equal(atomic_read(&fx.file->f_count), inner_refs);
	fput(outer);
	sim_mapping_put(mapping);
	ttm_bo_put(bo);
}

static void test_address_space_is_kept(void **state)
{
	struct mm_struct *mm = fx.task->mm;

	(void)state;
	assert_true(mmget_not_zero(mm));
	assert_int_equal(atomic_read(&mm->mm_users), 2);
	mmput(mm);
	mmget(mm);
	mmput(mm);
	assert_int_equal(atomic_read(&mm->mm_users), 1);
}

static void test_fault_results(void **state)
{
	(void)state;
	assert_int_equal(vmf_error(-ENOMEM), VM_FAULT_OOM);
	assert_int_equal(vmf_error(-EHWPOISON), VM_FAULT_HWPOISON);
	assert_int_equal(vmf_error(-EIO), VM_FAULT_SIGBUS);
	assert_int_equal(vmf_fs_error(0), VM_FAULT_LOCKED);
	assert_int_equal(vmf_fs_error(-EAGAIN), VM_FAULT_NOPAGE);
	assert_int_equal(vmf_fs_error(-ENOSPC), VM_FAULT_SIGBUS);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_OOM, 0), -ENOMEM);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_HWPOISON, (int)FOLL_HWPOISON), -EHWPOISON);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_SIGSEGV, 0), -EFAULT);
	assert_int_equal(vm_fault_to_errno(VM_FAULT_NOPAGE, 0), 0);
	assert_true(fault_flag_allow_retry_first(FAULT_FLAG_ALLOW_RETRY));
	assert_false(fault_flag_allow_retry_first(FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_TRIED));
	assert_false(signal_pending(current));
	fx.task->sim_signal_pending = true;
	assert_true(fatal_signal_pending(current));
	fx.task->sim_signal_pending = false;
}

#define DRIVER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Nobody chose a release: the call with vmas and the one without are both understood. */
static void test_gup_takes_vmas_or_not(void **state)
{
	struct page *page;

	(void)state;
	sim_task_switch(NULL);
	assert_int_equal(get_user_pages(0, 1, 0, &page), -EFAULT);
	assert_int_equal(get_user_pages(0, 1, 0, &page, NULL), -EFAULT);
	assert_int_equal(pin_user_pages(0, 1, 0, &page), -EFAULT);
	assert_int_equal(pin_user_pages(0, 1, 0, &page, NULL), -EFAULT);
	assert_int_equal(pin_user_pages_remote(NULL, 0, 1, 0, &page, NULL), -EFAULT);
	assert_int_equal(pin_user_pages_remote(NULL, 0, 1, 0, &page, NULL, NULL), -EFAULT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_gup_takes_vmas_or_not),
	DRIVER_TEST(test_assertions_about_the_lock),
	DRIVER_TEST(test_vmas_are_found),
	DRIVER_TEST(test_vma_gets_another_file),
	DRIVER_TEST(test_address_space_is_kept),
	DRIVER_TEST(test_fault_results),
};

SIM_TEST_MAIN(tests)
