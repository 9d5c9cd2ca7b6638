/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_huge.c - a PMD leaf for a pfn, on the architectures that have one.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

#define PFNMAP (VM_DRIVER | VM_PFNMAP | VM_IO)

static unsigned long leaf_pages(const struct pte_fixture *f)
{
	return mmu_leaf_size(f->mmu, 1) >> f->mmu->page_shift;
}

static unsigned long huge_pfn(const struct pte_fixture *f)
{
	return (pte_fixture_io(f) + leaf_pages(f) - 1) & ~(leaf_pages(f) - 1);
}

static vm_fault_t insert(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			 bool write)
{
	struct vm_fault vmf = { .vma = vma, .address = addr };

	return vmf_insert_pfn_pmd_prot(&vmf, __pfn_to_pfn_t(pfn, 0), vma->vm_page_prot, write);
}

/* ---- with PMD leaves ---- */

static void maps_a_leaf(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, leaf_pages(f), PFNMAP);
	struct sim_pte_info info;

	if (!f->mmu->has_leaf[1]) {
		assert_int_equal(insert(vma, f->base, huge_pfn(f), false), VM_FAULT_FALLBACK);
		assert_int_equal(f->mm->pgtables_bytes.counter, 0);
		return;
	}
	assert_int_equal(insert(vma, f->base + pages(f, 7), huge_pfn(f), false), VM_FAULT_NOPAGE);
	info = pte_fixture_at(f, f->base + pages(f, 9));
	assert_int_equal(info.level, SIM_LEAF_PMD);
	assert_true(info.present && info.user);
	assert_int_equal(info.pfn, huge_pfn(f) + 9);
	assert_int_equal(info.special, mmu_has(f->mmu, SIM_FEAT_PMD_SPECIAL));
	assert_int_equal(info.cache, f->mmu->has_pat ? SIM_CACHE_UC_MINUS : SIM_CACHE_WB);
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, 0);
}

static void test_huge_maps_a_leaf_or_falls_back(void **state)
{
	(void)state;
	pte_for_each_machine(maps_a_leaf);
}

static void write_makes_dirty(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, leaf_pages(f), PFNMAP);
	struct sim_pte_info info;

	if (!f->mmu->has_leaf[1])
		return;
	assert_int_equal(insert(vma, f->base, huge_pfn(f), true), VM_FAULT_NOPAGE);
	info = pte_fixture_at(f, f->base);
	assert_true(info.write && info.dirty && info.young);
}

static void test_huge_write_makes_dirty_and_young(void **state)
{
	(void)state;
	pte_for_each_machine(write_makes_dirty);
}

static void read_only_vma(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, leaf_pages(f),
						     VM_READ | VM_SHARED | VM_PFNMAP);

	if (!f->mmu->has_leaf[1])
		return;
	assert_int_equal(insert(vma, f->base, huge_pfn(f), true), VM_FAULT_NOPAGE);
	assert_false(pte_fixture_at(f, f->base).write);
}

static void test_huge_write_in_a_read_only_vma(void **state)
{
	(void)state;
	pte_for_each_machine(read_only_vma);
}

static void occupied(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, leaf_pages(f), PFNMAP);
	unsigned long pfn = huge_pfn(f);

	if (!f->mmu->has_leaf[1])
		return;
	insert(vma, f->base, pfn, false);
	assert_int_equal(insert(vma, f->base, pfn + leaf_pages(f), false), VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, pfn);
	/* for writing: another pfn is told about, the same becomes dirty */
	assert_int_equal(insert(vma, f->base, pfn + leaf_pages(f), true), VM_FAULT_NOPAGE);
	assert_int_equal(sim_nr_outcomes(f->machine, SIM_WARN), 1);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, pfn);
	assert_int_equal(insert(vma, f->base, pfn, true), VM_FAULT_NOPAGE);
	assert_int_equal(sim_nr_outcomes(f->machine, SIM_WARN), 1);
	assert_true(pte_fixture_at(f, f->base).dirty);
}

static void test_huge_occupied(void **state)
{
	(void)state;
	pte_for_each_machine(occupied);
}

/* A table of ptes is there: it stays, and so do its entries. */
static void test_huge_over_a_table(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 512, PFNMAP);
	vmf_insert_pfn(vma, f.base, 0x100);
	assert_int_equal(insert(vma, f.base, huge_pfn(&f), false), VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(&f, f.base).level, SIM_LEAF_PTE);
	assert_int_equal(pte_fixture_at(&f, f.base).pfn, 0x100);
	pte_fixture_exit(&f);
}

/* Its start must lie inside the vma; nobody looks at its end. */
static void test_huge_at_the_edges_of_the_vma(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "arm64", "6.1");
	vma = pte_fixture_vma(&f, f.base + pages(&f, 8), 512, PFNMAP);
	assert_int_equal(insert(vma, f.base + pages(&f, 9), huge_pfn(&f), false),
			 VM_FAULT_SIGBUS);
	assert_int_equal(f.mm->pgtables_bytes.counter, 0);
	assert_int_equal(insert(vma, f.base + pages(&f, 512), huge_pfn(&f), false),
			 VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(&f, vma->vm_end).level, SIM_LEAF_PMD);
	assert_int_equal(insert(vma, f.base + pages(&f, 1024), huge_pfn(&f), false),
			 VM_FAULT_SIGBUS);
	pte_fixture_exit(&f);
}

static void test_huge_uses_the_entry_of_the_fault(void **state)
{
	struct pte_fixture f;
	struct vm_fault vmf = { 0 };
	uint64_t walks;
	int err;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vmf.vma = pte_fixture_vma(&f, f.base, 512, PFNMAP);
	vmf.address = f.base;
	vmf.pmd = sim_walk_alloc(f.mm, f.base, 1, &err);
	walks = sim_counter(f.machine, SIM_CNT_WALK);
	assert_int_equal(vmf_insert_pfn_pmd_prot(&vmf, __pfn_to_pfn_t(huge_pfn(&f), 0),
						 vmf.vma->vm_page_prot, false), VM_FAULT_NOPAGE);
	assert_int_equal(sim_counter(f.machine, SIM_CNT_WALK), walks);
	assert_int_equal(pte_fixture_at(&f, f.base).level, SIM_LEAF_PMD);
	pte_fixture_exit(&f);
}

/* ---- refusals ---- */

static void test_huge_bugs(void **state)
{
	static const struct {
		const char *description;
		unsigned long vm_flags;
		uint64_t pfn_flags;
		bool bug;
	} cases[] = {
		{ "neither", VM_DRIVER, 0, true },
		{ "neither, devmap", VM_DRIVER, PFN_DEV | PFN_MAP, false },
		{ "both", VM_DRIVER | VM_PFNMAP | VM_MIXEDMAP, 0, true },
		{ "PFNMAP, can be copied on write", VM_PRIVATE | VM_PFNMAP, 0, true },
		{ "MIXEDMAP, can be copied on write", VM_PRIVATE | VM_MIXEDMAP, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_fault vmf = { 0 };
		pfn_t pfn;
		vm_fault_t ret;

		pte_fixture_init(&f, "x86_64", "6.1");
		vmf.vma = pte_fixture_vma(&f, f.base, 512, cases[i].vm_flags);
		vmf.address = f.base;
		pfn = __pfn_to_pfn_t(huge_pfn(&f), cases[i].pfn_flags);
		ret = vmf_insert_pfn_pmd_prot(&vmf, pfn, vmf.vma->vm_page_prot, false);
		if (ret != (cases[i].bug ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE) ||
		    sim_crashed(f.machine) != cases[i].bug)
			fail_msg("%s", cases[i].description);
		if (cases[i].bug)
			assert_int_equal(insert(vmf.vma, f.base, 0, false), VM_FAULT_SIGBUS);
		pte_fixture_exit(&f);
	}
}

static void test_huge_without_memory(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 512, PFNMAP);
	for (unsigned long nth = 1; nth <= 2; nth++) {
		sim_fail_alloc(f.machine, nth);
		assert_int_equal(insert(vma, f.base, huge_pfn(&f), false), VM_FAULT_OOM);
		free_tables(f.mm, 0, f.mmu->task_size, 0, 0);
	}
	assert_int_equal(insert(vma, f.base, huge_pfn(&f), false), VM_FAULT_NOPAGE);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_huge_maps_a_leaf_or_falls_back),
	cmocka_unit_test(test_huge_write_makes_dirty_and_young),
	cmocka_unit_test(test_huge_write_in_a_read_only_vma),
	cmocka_unit_test(test_huge_occupied),
	cmocka_unit_test(test_huge_over_a_table),
	cmocka_unit_test(test_huge_at_the_edges_of_the_vma),
	cmocka_unit_test(test_huge_uses_the_entry_of_the_fault),
	cmocka_unit_test(test_huge_bugs),
	cmocka_unit_test(test_huge_without_memory),
};

SIM_TEST_MAIN(tests)
