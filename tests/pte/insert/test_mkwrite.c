/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

static int mixed_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_flags |= VM_MIXEDMAP;
	return 0;
}

static const struct file_operations fops = { .mmap = mixed_mmap };

static struct vm_area_struct *map_mixed(struct ttm_fixture *fx)
{
	struct address_space *mapping = sim_mapping_create(fx->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "dax");
	long addr = sim_mmap(fx->task, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			     0);

	assert_true(addr > 0);
	fput(file);
	sim_mapping_put(mapping);
	return ttm_vma(fx, (unsigned long)addr);
}

static void check_mkwrite(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_write_combined);
	pfn_t pfn = __pfn_to_pfn_t(ttm_pfn(bo, 0), PFN_DEV);
	pfn_t other = __pfn_to_pfn_t(ttm_pfn(bo, 1), PFN_DEV);
	struct vm_area_struct *vma = map_mixed(fx);
	unsigned long addr = vma->vm_start, end = vma->vm_end;
	struct sim_pte_info pte;

	mmap_read_lock(fx->task->mm);
	/* read-only first, as for a read fault */
	assert_int_equal(vmf_insert_mixed_prot(vma, addr, pfn,
					       vm_get_page_prot(VM_READ | VM_SHARED)),
			 VM_FAULT_NOPAGE);
	assert_false(ttm_pte(fx, addr).write);
	assert_int_equal(vmf_insert_mixed_mkwrite(vma, addr, pfn), VM_FAULT_NOPAGE);
	pte = ttm_pte(fx, addr);
	assert_true(pte.write && pte.dirty && pte.young && pte.pfn == pfn_t_to_pfn(pfn));
	/* nothing there yet */
	assert_int_equal(vmf_insert_mixed_mkwrite(vma, addr + PAGE_SIZE, pfn), VM_FAULT_NOPAGE);
	pte = ttm_pte(fx, addr + PAGE_SIZE);
	assert_true(pte.write && pte.dirty && pte.young);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	/* another pfn is there: it stays */
	assert_int_equal(vmf_insert_mixed_mkwrite(vma, addr, other), VM_FAULT_NOPAGE);
	assert_int_equal(ttm_pte(fx, addr).pfn, pfn_t_to_pfn(pfn));
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	fx->expect_warnings = true;
	assert_int_equal(vmf_insert_mixed_mkwrite(vma, end, pfn), VM_FAULT_SIGBUS);
	mmap_read_unlock(fx->task->mm);
	assert_int_equal(sim_munmap(fx->task, addr, end - addr), 0);
	ttm_bo_put(bo);
}

static void test_mkwrite_makes_writable_and_dirty(void **state)
{
	ttm_fixture_each(check_mkwrite, state);
}

/* 6.12 does not let the zero page become writable; before, it is inserted. */
static void check_zero_page(struct ttm_fixture *fx)
{
	pfn_t zero = __pfn_to_pfn_t(sim_zero_pfn(fx->machine), PFN_DEV);
	struct vm_area_struct *vma = map_mixed(fx);
	bool refused = strcmp(fx->release, "6.12") == 0;
	unsigned long addr = vma->vm_start, end = vma->vm_end;

	mmap_read_lock(fx->task->mm);
	assert_int_equal(vmf_insert_mixed_mkwrite(vma, addr, zero),
			 refused ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE);
	mmap_read_unlock(fx->task->mm);
	assert_int_equal(sim_munmap(fx->task, addr, end - addr), 0);
}

static void test_zero_page_never_becomes_writable(void **state)
{
	ttm_fixture_each(check_zero_page, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_mkwrite_makes_writable_and_dirty),
	TTM_TEST(test_zero_page_never_becomes_writable),
};

SIM_TEST_MAIN(tests)
