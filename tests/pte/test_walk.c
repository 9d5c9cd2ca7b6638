/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_walk.c - from an address to its entry.
 */
#include "pte/mock_arch.h"
#include "pte/walk.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

static void empty_table_ends_at_the_top(struct pte_fixture *f)
{
	int level;
	const void *slot = sim_walk(f->mm, f->base, &level);

	assert_int_equal(level, f->mmu->nr_levels - 1);
	assert_ptr_equal(slot, mmu_slot(f->mmu, level, f->mm->pgd, f->base));
}

static void test_walk_empty_table_ends_at_the_top(void **state)
{
	(void)state;
	pte_for_each_machine(empty_table_ends_at_the_top);
}

static void finds_what_alloc_made(struct pte_fixture *f)
{
	int err, level;
	const char *slot = sim_walk_alloc(f->mm, f->base, 0, &err);

	assert_non_null(slot);
	assert_int_equal(err, 0);
	assert_ptr_equal(sim_walk(f->mm, f->base, &level), slot);
	assert_int_equal(level, 0);
	assert_true(mmu_is_none(f->mmu, 0, mmu_read(f->mmu, 0, slot)));
	/* the neighbour lies beside it */
	assert_ptr_equal(sim_walk(f->mm, f->base + pages(f, 1), &level),
			 slot + f->mmu->level[0].entry_bytes);
	/* the next table is not there */
	sim_walk(f->mm, f->base + mmu_leaf_size(f->mmu, 1), &level);
	assert_true(level > 0);
}

static void test_walk_finds_what_alloc_made(void **state)
{
	(void)state;
	pte_for_each_machine(finds_what_alloc_made);
}

static void top_of_user_space(struct pte_fixture *f)
{
	unsigned long last = (f->mmu->task_size - 1) & ~(pages(f, 1) - 1);
	int err, level;
	const void *slot = sim_walk_alloc(f->mm, last, 0, &err);

	assert_ptr_equal(sim_walk(f->mm, last, &level), slot);
	assert_int_equal(level, 0);
}

static void test_walk_top_of_user_space(void **state)
{
	(void)state;
	pte_for_each_machine(top_of_user_space);
}

/* The walk and the naive one of mmu.h agree on every level. */
static void agrees_with_the_naive_walk(struct pte_fixture *f)
{
	void *table = f->mm->pgd;
	int err;

	assert_non_null(sim_walk_alloc(f->mm, f->base, 0, &err));
	for (int level = f->mmu->nr_levels - 1; level >= 0; level--) {
		void *slot = mmu_slot(f->mmu, level, table, f->base);
		int at;

		assert_ptr_equal(walk_down(f->mm, f->base, level, &at), slot);
		assert_int_equal(at, level);
		if (level)
			table = mmu_table(f->mmu, level, mmu_read(f->mmu, level, slot),
					  f->machine);
	}
}

static void test_walk_agrees_with_the_naive_walk(void **state)
{
	(void)state;
	pte_for_each_machine(agrees_with_the_naive_walk);
}

static void test_walk_every_page_of_the_mock_has_its_own_entry(void **state)
{
	struct pte_fixture f;
	int err, level;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	for (unsigned long page = 0; page < MOCK_NR_PAGES; page++) {
		void *slot = sim_walk_alloc(f.mm, pages(&f, page), 0, &err);

		assert_true(mmu_is_none(f.mmu, 0, mmu_read(f.mmu, 0, slot)));
		mmu_write(f.mmu, 0, slot, fmt_make(&f.mmu->format[0], page, MOCK_READ));
	}
	for (unsigned long page = 0; page < MOCK_NR_PAGES; page++) {
		void *slot = sim_walk(f.mm, pages(&f, page), &level);

		assert_int_equal(fmt_pfn(&f.mmu->format[0], mmu_read(f.mmu, 0, slot)), page);
		mmu_write(f.mmu, 0, slot, 0);
	}
	pte_fixture_exit(&f);
}

static void test_walk_counts_one_each(void **state)
{
	struct pte_fixture f;
	uint64_t walks;
	int err, level;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	walks = sim_counter(f.machine, SIM_CNT_WALK);
	sim_walk(f.mm, f.base, &level);
	sim_walk_alloc(f.mm, f.base, 0, &err);
	sim_walk_alloc(f.mm, f.base, 0, &err);
	assert_int_equal(sim_counter(f.machine, SIM_CNT_WALK) - walks, 3);
	pte_fixture_exit(&f);
}

/* ---- huge leaves ---- */

static void put_leaf(struct pte_fixture *f)
{
	int err;
	void *slot = sim_walk_alloc(f->mm, f->base, 1, &err);
	uint64_t prot = sim_prot_to_leaf(f->mmu, 1, sim_vm_page_prot(f->mmu, VM_DRIVER).pgprot);

	mmu_write(f->mmu, 1, slot,
		  fmt_make(&f->mmu->format[1], f->machine->arch->io_start_pfn, prot));
}

static void leaf_ends_the_walk(struct pte_fixture *f)
{
	int err = 0, level;
	void *slot;

	if (!f->mmu->has_leaf[1])
		return;
	put_leaf(f);
	slot = sim_walk(f->mm, f->base + pages(f, 3), &level);
	assert_int_equal(level, 1);
	assert_true(mmu_is_leaf(f->mmu, 1, mmu_read(f->mmu, 1, slot)));
	assert_null(sim_walk_alloc(f->mm, f->base + pages(f, 3), 0, &err));
	assert_int_equal(err, -EBUSY);
	assert_ptr_equal(sim_walk_alloc(f->mm, f->base, 1, &err), slot);
	mmu_write(f->mmu, 1, slot, f->mmu->level[1].none_value);
}

static void test_walk_ends_at_a_leaf_and_alloc_refuses(void **state)
{
	(void)state;
	pte_for_each_machine(leaf_ends_the_walk);
}

/* ---- memory runs out ---- */

static void test_walk_alloc_fails_at_each_level(void **state)
{
	struct pte_fixture f;
	int err;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	for (unsigned long nth = 1; nth <= 3; nth++) {
		sim_fail_alloc(f.machine, nth);
		assert_null(sim_walk_alloc(f.mm, f.base, 0, &err));
		assert_int_equal(err, -ENOMEM);
		assert_false(sim_fail_alloc_pending(f.machine));
		free_tables(f.mm, 0, f.mmu->task_size, 0, 0);
		assert_int_equal(f.mm->pgtables_bytes.counter, 0);
	}
	sim_fail_alloc(f.machine, 4);
	assert_non_null(sim_walk_alloc(f.mm, f.base, 0, &err));
	assert_true(sim_fail_alloc_pending(f.machine));
	sim_fail_alloc(f.machine, 0);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_walk_empty_table_ends_at_the_top),
	cmocka_unit_test(test_walk_finds_what_alloc_made),
	cmocka_unit_test(test_walk_top_of_user_space),
	cmocka_unit_test(test_walk_agrees_with_the_naive_walk),
	cmocka_unit_test(test_walk_every_page_of_the_mock_has_its_own_entry),
	cmocka_unit_test(test_walk_counts_one_each),
	cmocka_unit_test(test_walk_ends_at_a_leaf_and_alloc_refuses),
	cmocka_unit_test(test_walk_alloc_fails_at_each_level),
};

SIM_TEST_MAIN(tests)
