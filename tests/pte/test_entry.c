/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_entry.c - the kernel-named helpers act as the format of the current
 * machine says, and touch nothing without one.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"

static void helpers(struct pte_fixture *f)
{
	const struct sim_entry_format *fmt = &f->mmu->format[0];
	pgprot_t prot = vm_get_page_prot(VM_DRIVER);
	pte_t pte = pfn_pte(0x1234, prot), special = pte_mkspecial(pte);
	pte_t none = { sim_none_value(f->mmu, 0) };

	assert_int_equal(pte.pte, fmt_make(fmt, 0x1234, prot.pgprot));
	assert_int_equal(pte_pfn(pte), 0x1234);
	assert_true(pte_present(pte) && pte_write(pte) && !pte_none(pte));
	assert_false(pte_special(pte));
	assert_int_equal(pte_special(special), f->mmu->has_special);
	assert_int_equal(special.pte == pte.pte, !f->mmu->has_special);
	assert_true(pte_none(none));
	assert_false(pte_present(none) || pte_special(none));
	assert_false(pte_write(pfn_pte(1, vm_get_page_prot(VM_READ))));
}

static void test_entry_helpers_follow_the_machine(void **state)
{
	(void)state;
	pte_for_each_machine(helpers);
}

/* An entry lies in its table as wide as the architecture has it. */
static void stores_and_reads(struct pte_fixture *f)
{
	pte_t pte = pfn_pte(pte_fixture_io(f), vm_get_page_prot(VM_DRIVER)), copy = pte;
	int err;
	char *slot = sim_walk_alloc(f->mm, f->base, 0, &err);
	size_t bytes = f->mmu->level[0].entry_bytes;
	uint64_t reads = sim_counter(f->machine, SIM_CNT_PTE_READ);
	uint64_t writes = sim_counter(f->machine, SIM_CNT_PTE_WRITE);

	set_pte_at(f->mm, f->base, (pte_t *)(void *)slot, pte);
	assert_int_equal(ptep_get((pte_t *)(void *)slot).pte, pte.pte);
	assert_true(pte_none(ptep_get((pte_t *)(void *)(slot + bytes))));
	assert_int_equal(sim_counter(f->machine, SIM_CNT_PTE_READ) - reads, 2);
	assert_int_equal(sim_counter(f->machine, SIM_CNT_PTE_WRITE) - writes, 1);
	/* one on the stack is a pte_t */
	assert_int_equal(ptep_get(&copy).pte, pte.pte);
	mmu_write(f->mmu, 0, slot, sim_none_value(f->mmu, 0));
}

static void test_entry_store_and_read(void **state)
{
	(void)state;
	pte_for_each_machine(stores_and_reads);
}

static void test_entry_without_a_current_task(void **state)
{
	pte_t pte = { 0x25 };
	const pgprot_t prot = { 0x25 };

	(void)state;
	sim_task_switch(NULL);
	assert_int_equal(pfn_pte(1, prot).pte, 0);
	assert_int_equal(pte_pfn(pte), 0);
	assert_int_equal(pte_mkspecial(pte).pte, pte.pte);
	assert_false(pte_special(pte) || pte_present(pte) || pte_none(pte) || pte_write(pte));
	assert_int_equal(ptep_get(&pte).pte, pte.pte);
}

static void every_index(struct pte_fixture *f)
{
	for (int leaf = 0; leaf < SIM_NR_LEAVES; leaf++) {
		const struct sim_entry_format *fmt = &f->mmu->format[leaf];

		for (int id = 0; id < SIM_NR_PTE_TESTS; id++)
			assert_int_equal(sim_pte_test(f->machine, (enum sim_leaf)leaf,
						      (enum sim_pte_test_id)id, 0xfff),
					 fmt_test(fmt, (enum sim_pte_test_id)id, 0xfff));
		for (int id = 0; id < SIM_NR_PTE_OPS; id++)
			assert_int_equal(sim_pte_op(f->machine, (enum sim_leaf)leaf,
						    (enum sim_pte_op_id)id, 0x1001),
					 fmt_op(fmt, (enum sim_pte_op_id)id, 0x1001));
	}
}

static void test_entry_by_index(void **state)
{
	(void)state;
	pte_for_each_machine(every_index);
}

static void test_entry_by_unknown_index(void **state)
{
	struct pte_fixture f;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	assert_false(sim_pte_test(f.machine, SIM_NR_LEAVES, SIM_TEST_PRESENT, 1));
	assert_false(sim_pte_test(f.machine, SIM_LEAF_PTE, SIM_NR_PTE_TESTS, 1));
	assert_int_equal(sim_pte_op(f.machine, SIM_NR_LEAVES, SIM_OP_MKWRITE, 1), 1);
	assert_int_equal(sim_pte_op(f.machine, SIM_LEAF_PTE, SIM_NR_PTE_OPS, 1), 1);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_entry_helpers_follow_the_machine),
	cmocka_unit_test(test_entry_store_and_read),
	cmocka_unit_test(test_entry_without_a_current_task),
	cmocka_unit_test(test_entry_by_index),
	cmocka_unit_test(test_entry_by_unknown_index),
};

SIM_TEST_MAIN(tests)
