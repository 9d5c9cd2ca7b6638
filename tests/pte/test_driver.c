/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

static unsigned long map_anon(struct ttm_fixture *fx, unsigned long pages)
{
	long addr = sim_mmap(fx->task, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

	assert_true(addr > 0);
	assert_int_equal(sim_touch(fx->task, (unsigned long)addr, pages * PAGE_SIZE, true), 0);
	return (unsigned long)addr;
}

/* Sizes are those of the machine that is current. */
static void check_sizes(struct ttm_fixture *fx)
{
	assert_int_equal(PAGE_SIZE, fx->page);
	assert_int_equal(PAGE_ALIGN(1ul), fx->page);
	assert_int_equal(PFN_UP(fx->page + 1), 2);
	assert_int_equal(PFN_DOWN(2 * fx->page - 1), 1);
	assert_int_equal(PHYS_PFN(PFN_PHYS(7)), 7);
	assert_int_equal(offset_in_page(fx->page + 5), 5);
	assert_int_equal(get_order(fx->page), 0);
	assert_int_equal(get_order(fx->page + 1), 1);
	assert_true(PMD_SIZE > PAGE_SIZE && PUD_SIZE >= PMD_SIZE);
	assert_int_equal(PMD_SIZE & ~PMD_MASK, 0);
	assert_int_equal(pfn_t_to_pfn(phys_to_pfn_t(PFN_PHYS(9), PFN_DEV)), 9);
	assert_true(phys_to_pfn_t(0, PFN_DEV).val == PFN_DEV);
}

static void test_sizes_are_the_machines(void **state)
{
	ttm_fixture_each(check_sizes, state);
	sim_task_switch(NULL);
	assert_int_equal(PAGE_SIZE, 4096);
}

/* Each operation does what its test sees, and undoes it; the rest stays. */
static void check_entries(struct ttm_fixture *fx)
{
	pte_t pte = pfn_pte(5, vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED));

	assert_int_equal(pte_pfn(pte), 5);
	assert_false(pte_dirty(pte_mkclean(pte)));
	assert_true(pte_dirty(pte_mkdirty(pte_mkclean(pte))));
	assert_false(pte_young(pte_mkold(pte)));
	assert_true(pte_young(pte_mkyoung(pte_mkold(pte))));
	assert_false(pte_write(pte_wrprotect(pte)));
	assert_true(pte_write(pte_mkwrite(pte_wrprotect(pte), NULL)));
	assert_true(pte_same(pte, pte));
	assert_int_equal(pte_devmap(pte_mkdevmap(pte)),
			 sim_machine_features(fx->machine) >> SIM_FEAT_PTE_DEVMAP & 1);
	assert_int_equal(pte_pfn(pte_mkdevmap(pte_mkdirty(pte_mkyoung(pte)))), 5);
}

static void test_entries_are_changed_as_the_architecture_does(void **state)
{
	ttm_fixture_each(check_entries, state);
}

static void check_protections(struct ttm_fixture *fx)
{
	pgprot_t exec = vm_get_page_prot(VM_READ | VM_EXEC | VM_SHARED);
	pgprot_t plain = vm_get_page_prot(VM_READ | VM_SHARED);
	const char *arch = sim_machine_arch(fx->machine)->name;
	bool nx = !strcmp(arch, "x86_64") || !strcmp(arch, "arm64");
	bool wc = !strcmp(arch, "arm64") || !strcmp(arch, "arm") || !strcmp(arch, "riscv64");

	assert_true(pgprot_nx(exec).pgprot == (nx ? plain.pgprot : exec.pgprot));
	assert_true(pgprot_dmacoherent(plain).pgprot ==
		    (wc ? pgprot_writecombine(plain) : pgprot_noncached(plain)).pgprot);
	assert_true(pgprot_device(plain).pgprot == pgprot_noncached(plain).pgprot);
	assert_true(pgprot_decrypted(pgprot_encrypted(plain)).pgprot == plain.pgprot);
	assert_true(PAGE_KERNEL.pgprot == vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED).pgprot);
}

static void test_protections_are_the_architectures(void **state)
{
	ttm_fixture_each(check_protections, state);
}

static void check_locked_entry(struct ttm_fixture *fx)
{
	unsigned long addr = map_anon(fx, 1);
	struct mm_struct *mm = fx->task->mm;
	uint64_t flushes = sim_counter(fx->machine, SIM_CNT_TLB_FLUSH);
	struct vm_area_struct *vma = ttm_vma(fx, addr);
	spinlock_t *ptl;
	pte_t *ptep = get_locked_pte(mm, addr, &ptl);

	assert_non_null(ptep);
	assert_true(spin_is_locked(ptl) || fx->machine->up);
	assert_true(pte_present(ptep_get(ptep)));
	set_pte_at(mm, addr, ptep, pte_mkclean(ptep_get(ptep)));
	pte_unmap_unlock(ptep, ptl);
	flush_tlb_page(vma, addr);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_TLB_FLUSH), flushes + 1);
	assert_false(ttm_pte(fx, addr).dirty);
	assert_ptr_equal(pte_offset_map_lock(mm, NULL, addr, &ptl), ptep);
	pte_unmap_unlock(ptep, ptl);
	/* a place without a table: made for the one, not for the other */
	addr = (addr + PMD_SIZE) & PMD_MASK;
	if (addr + PMD_SIZE < mm->task_size && !find_vma(mm, addr)) {
		assert_null(pte_offset_map_lock(mm, NULL, addr, &ptl));
		assert_null(get_locked_pte(mm, mm->task_size, &ptl));
	}
	assert_int_equal(sim_munmap(fx->task, vma->vm_start, PAGE_SIZE), 0);
}

static void test_entry_is_had_with_its_lock(void **state)
{
	ttm_fixture_each(check_locked_entry, state);
}

static void check_flags(struct ttm_fixture *fx)
{
	unsigned long addr = map_anon(fx, 1);
	struct vm_area_struct *vma = ttm_vma(fx, addr);
	bool checks = strcmp(fx->release, "6.12") == 0 &&
		      (sim_machine_features(fx->machine) >> SIM_FEAT_PER_VMA_LOCK & 1);

	mmap_write_lock(vma->vm_mm);
	vm_flags_set(vma, VM_DONTCOPY | VM_DONTDUMP);
	vm_flags_clear(vma, VM_DONTCOPY);
	assert_int_equal(vma->vm_flags & (VM_DONTCOPY | VM_DONTDUMP), VM_DONTDUMP);
	vm_flags_mod(vma, VM_DONTCOPY, VM_DONTDUMP | VM_DONTCOPY);
	assert_int_equal(vma->vm_flags & (VM_DONTCOPY | VM_DONTDUMP), 0);
	mmap_write_unlock(vma->vm_mm);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	/* as a fault handler that forgets what it holds */
	mmap_read_lock(vma->vm_mm);
	vm_flags_reset(vma, vma->vm_flags);
	mmap_read_unlock(vma->vm_mm);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), checks);
	fx->expect_warnings = true;
	assert_int_equal(sim_munmap(fx->task, addr, PAGE_SIZE), 0);
}

static void test_flags_want_the_lock_for_writing(void **state)
{
	ttm_fixture_each(check_flags, state);
}

static void test_zap_of_a_part(void **state)
{
	struct ttm_fixture fx;
	unsigned long addr;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	addr = map_anon(&fx, 3);
	mmap_read_lock(fx.task->mm);
	zap_page_range_single(ttm_vma(&fx, addr), addr + fx.page, fx.page, NULL);
	zap_page_range_single(ttm_vma(&fx, addr), addr, 0, NULL);
	mmap_read_unlock(fx.task->mm);
	assert_true(ttm_pte(&fx, addr).present && ttm_pte(&fx, addr + 2 * fx.page).present);
	assert_true(ttm_pte(&fx, addr + fx.page).none);
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_sizes_are_the_machines),
	TTM_TEST(test_entries_are_changed_as_the_architecture_does),
	TTM_TEST(test_protections_are_the_architectures),
	TTM_TEST(test_entry_is_had_with_its_lock),
	TTM_TEST(test_flags_want_the_lock_for_writing),
	TTM_TEST(test_zap_of_a_part),
};

SIM_TEST_MAIN(tests)
