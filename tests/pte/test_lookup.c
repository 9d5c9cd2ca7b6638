/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_lookup.c - what sim_pte_lookup() tells of an entry.
 */
#include "pte/mock_arch.h"
#include "pte/walk.h"
#include "support/pte_fixture.h"

static void nothing_there(struct pte_fixture *f)
{
	struct sim_pte_info info = pte_fixture_at(f, f->base);
	int err;

	assert_true(info.none);
	assert_false(info.present);
	/* an empty entry of a table that is there is no different */
	sim_walk_alloc(f->mm, f->base, 0, &err);
	info = pte_fixture_at(f, f->base);
	assert_true(info.none);
	assert_false(info.present || info.special || info.write);
	assert_int_equal(info.pfn, 0);
}

static void test_lookup_nothing_there(void **state)
{
	(void)state;
	pte_for_each_machine(nothing_there);
}

static void tells_what_was_inserted(struct pte_fixture *f)
{
	struct vm_area_struct *vma =
		pte_fixture_vma(f, f->base, 4, VM_DRIVER | VM_PFNMAP | VM_IO);
	struct sim_pte_info info;

	assert_int_equal(vmf_insert_pfn(vma, f->base + pages(f, 1), pte_fixture_io(f) + 5),
			 VM_FAULT_NOPAGE);
	info = pte_fixture_at(f, f->base + pages(f, 1) + 17);
	assert_false(info.none);
	assert_int_equal(info.level, SIM_LEAF_PTE);
	assert_true(info.present && info.write && info.user);
	assert_false(info.exec && f->mmu->arch->bits_per_long == 64 && info.protnone);
	assert_int_equal(info.special, f->mmu->has_special);
	assert_int_equal(info.pfn, pte_fixture_io(f) + 5);
	assert_int_equal(info.cache, f->mmu->has_pat ? SIM_CACHE_UC_MINUS : SIM_CACHE_WB);
}

static void test_lookup_tells_what_was_inserted(void **state)
{
	(void)state;
	pte_for_each_machine(tells_what_was_inserted);
}

static void test_lookup_pfn_inside_a_huge_leaf(void **state)
{
	struct pte_fixture f;
	struct sim_pte_info info;
	int err;
	void *slot;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	slot = sim_walk_alloc(f.mm, pages(&f, 8), 1, &err);
	mmu_write(f.mmu, 1, slot, fmt_make(&f.mmu->format[1], 0x400, MOCK_READ | MOCK_L));
	for (unsigned long i = 0; i < 4; i++) {
		info = pte_fixture_at(&f, pages(&f, 8 + i) + 100);
		assert_int_equal(info.level, SIM_LEAF_PMD);
		assert_int_equal(info.pfn, 0x400 + i);
		assert_int_equal(info.raw, mmu_read(f.mmu, 1, slot));
	}
	mmu_write(f.mmu, 1, slot, 0);
	pte_fixture_exit(&f);
}

static void outside_user_space(struct pte_fixture *f)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(f->mm, f->mmu->task_size, &info), -EINVAL);
	assert_int_equal(sim_pte_lookup(f->mm, ~0ul, &info), -EINVAL);
	assert_int_equal(sim_pte_lookup(f->mm, f->mmu->task_size - 1, &info), 0);
}

static void test_lookup_outside_user_space(void **state)
{
	(void)state;
	pte_for_each_machine(outside_user_space);
}

static void test_lookup_counts_nothing(void **state)
{
	uint64_t before[SIM_NR_COUNTERS], after[SIM_NR_COUNTERS];
	struct pte_fixture f;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	sim_counters(f.machine, before);
	pte_fixture_at(&f, f.base);
	sim_counters(f.machine, after);
	assert_memory_equal(before, after, sizeof(before));
	pte_fixture_exit(&f);
}

static void test_lookup_crashed_machine(void **state)
{
	struct sim_pte_info info;
	struct pte_fixture f;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	sim_outcome_record(f.machine, SIM_BUG, "test.c", "test", "true");
	assert_int_equal(sim_pte_lookup(f.mm, f.base, &info), -EIO);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_lookup_nothing_there),
	cmocka_unit_test(test_lookup_tells_what_was_inserted),
	cmocka_unit_test(test_lookup_pfn_inside_a_huge_leaf),
	cmocka_unit_test(test_lookup_outside_user_space),
	cmocka_unit_test(test_lookup_counts_nothing),
	cmocka_unit_test(test_lookup_crashed_machine),
};

SIM_TEST_MAIN(tests)
