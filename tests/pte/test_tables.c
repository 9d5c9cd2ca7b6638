/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_tables.c - tables as objects, and which of them a range frees.
 */
#include "base/lock.h"
#include "pte/mock_arch.h"
#include "pte/walk.h"
#include "support/base_fixture.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

static unsigned int nr_entries(const struct sim_mmu *mmu, int level)
{
	return 1u << mmu->level[level].index_bits;
}

static void check_empty(struct pte_fixture *f, int level, void *table)
{
	for (unsigned int i = 0; i < nr_entries(f->mmu, level); i++) {
		const char *slot = (char *)table + (size_t)i * f->mmu->level[level].entry_bytes;

		assert_true(mmu_is_none(f->mmu, level, mmu_read(f->mmu, level, slot)));
	}
}

/* ---- one table ---- */

static void every_level_is_empty(struct pte_fixture *f)
{
	check_empty(f, f->mmu->nr_levels - 1, f->mm->pgd);
	for (int level = 0; level < f->mmu->nr_levels; level++) {
		void *table = sim_table_alloc(f->mm, level);

		assert_non_null(table);
		check_empty(f, level, table);
		assert_int_equal((uintptr_t)table & ((1ul << f->mmu->level[level].table_lg2) - 1),
				 0);
		assert_int_equal(sim_desc_of(table)->ptl.word, 0);
		sim_table_free(f->mm, level, table);
	}
}

static void test_alloc_every_level_is_empty_and_aligned(void **state)
{
	(void)state;
	pte_for_each_machine(every_level_is_empty);
}

static void test_alloc_reuses_a_table_without_its_past(void **state)
{
	struct pte_fixture f;
	void *table;

	(void)state;
	pte_fixture_init(&f, "s390x", "6.1");
	table = sim_table_alloc(f.mm, 0);
	memset(table, 0xff, 1ul << f.mmu->level[0].table_lg2);
	sim_desc_of(table)->ptl.word = 1;
	sim_table_free(f.mm, 0, table);
	assert_ptr_equal(sim_table_alloc(f.mm, 0), table);
	check_empty(&f, 0, table);
	assert_int_equal(sim_desc_of(table)->ptl.word, 0);
	sim_table_free(f.mm, 0, table);
	pte_fixture_exit(&f);
}

static void test_alloc_small_tables_have_locks_of_their_own(void **state)
{
	struct pte_fixture f;
	void *a, *b;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	a = sim_table_alloc(f.mm, 0);
	b = sim_table_alloc(f.mm, 1);
	assert_ptr_not_equal(sim_ptl(f.mmu, 0, a), sim_ptl(f.mmu, 1, b));
	sim_table_free(f.mm, 0, a);
	sim_table_free(f.mm, 1, b);
	pte_fixture_exit(&f);
}

static void test_pgd_alloc_without_memory(void **state)
{
	struct pte_fixture f;
	struct mm_struct mm;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	memset(&mm, 0, sizeof(mm));
	mm.sim_machine = f.machine;
	mm.sim_mmu = f.mmu;
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(sim_pgd_alloc(&mm), -ENOMEM);
	assert_null(mm.pgd);
	sim_pgd_free(&mm);
	assert_int_equal(sim_pgd_alloc(&mm), 0);
	sim_pgd_free(&mm);
	assert_null(mm.pgd);
	pte_fixture_exit(&f);
}

/* ---- counters ---- */

static void counts_balance(struct pte_fixture *f)
{
	uint64_t allocs = sim_counter(f->machine, SIM_CNT_TABLE_ALLOC);
	uint64_t frees = sim_counter(f->machine, SIM_CNT_TABLE_FREE);
	unsigned int below = f->mmu->nr_levels - 1;
	long bytes = 0;
	int err;

	assert_non_null(sim_walk_alloc(f->mm, f->base, 0, &err));
	assert_int_equal(sim_counter(f->machine, SIM_CNT_TABLE_ALLOC), allocs + below);
	for (unsigned int level = 0; level < below; level++)
		bytes += (long)nr_entries(f->mmu, level) * f->mmu->level[level].entry_bytes;
	assert_int_equal(f->mm->pgtables_bytes.counter, bytes);
	free_tables(f->mm, f->base, f->base + pages(f, 1), 0, 0);
	assert_int_equal(sim_counter(f->machine, SIM_CNT_TABLE_FREE), frees + below);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
}

static void test_free_tables_balances_the_counters(void **state)
{
	(void)state;
	pte_for_each_machine(counts_balance);
}

/* ---- which tables go ---- */

struct range {
	unsigned long start, end, floor, ceiling; /* pages; ceiling 0: the end */
};

/* Whether the table under the entry of @level for @page is gone, says the rule. */
static bool model_gone(const struct range *r, int level, unsigned long page)
{
	unsigned long span = level == 1 ? 4 : 16, base = page & ~(span - 1);
	unsigned long ceiling = r->ceiling ? r->ceiling : MOCK_NR_PAGES;

	return base < r->end && base + span > r->start && base >= r->floor &&
	       base + span <= ceiling;
}

/* Do the 4 pages of one leaf table touch the vma or what lies beyond its
 * neighbours? Between them there is no vma, and so no table of its own. */
static bool may_have_table(const struct range *r, unsigned long page)
{
	unsigned long ceiling = r->ceiling ? r->ceiling : MOCK_NR_PAGES;

	return (page < r->end && page + 4 > r->start) || page < r->floor || page + 4 > ceiling;
}

static void fill_mock(struct pte_fixture *f, const struct range *r)
{
	int err;

	for (unsigned long page = 0; page < MOCK_NR_PAGES; page += 4)
		if (may_have_table(r, page))
			assert_non_null(sim_walk_alloc(f->mm, pages(f, page), 0, &err));
}

static void check_range(struct pte_fixture *f, const struct range *r)
{
	fill_mock(f, r);
	free_tables(f->mm, pages(f, r->start), pages(f, r->end), pages(f, r->floor),
		    pages(f, r->ceiling));
	for (unsigned long page = 0; page < MOCK_NR_PAGES; page += 4) {
		int level, want;

		if (!may_have_table(r, page))
			continue;
		want = model_gone(r, 2, page) ? 2 : model_gone(r, 1, page) ? 1 : 0;
		sim_walk(f->mm, pages(f, page), &level);
		if (level != want)
			fail_msg("[%lu, %lu) in [%lu, %lu): page %lu at level %d, not %d",
				 r->start, r->end, r->floor, r->ceiling, page, level, want);
	}
	free_tables(f->mm, 0, f->mmu->task_size, 0, 0);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
}

/* Every range of the mock's address space at a step that hits all alignments. */
static void test_free_tables_follows_the_rule_everywhere(void **state)
{
	const unsigned long step = 5;
	struct pte_fixture f;
	struct range r;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	for (r.start = 0; r.start < MOCK_NR_PAGES; r.start += step)
		for (r.end = r.start + 1; r.end <= MOCK_NR_PAGES; r.end += step)
			for (r.floor = 0; r.floor <= r.start; r.floor += step)
				for (r.ceiling = r.end; r.ceiling <= MOCK_NR_PAGES;
				     r.ceiling += step)
					check_range(&f, &r);
	pte_fixture_exit(&f);
}

static void test_free_tables_ceiling_0_is_the_end(void **state)
{
	const struct range all = { 0, MOCK_NR_PAGES, 0, 0 }, last = { 60, 64, 60, 0 };
	struct pte_fixture f;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	check_range(&f, &all);
	check_range(&f, &last);
	pte_fixture_exit(&f);
}

static void test_free_tables_more_than_one_batch(void **state)
{
	const unsigned long nr = 150;
	struct pte_fixture f;
	uint64_t frees;
	int err;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	for (unsigned long i = 0; i < nr; i++)
		assert_non_null(sim_walk_alloc(f.mm, f.base + (i << 21), 0, &err));
	frees = sim_counter(f.machine, SIM_CNT_TABLE_FREE);
	free_tables(f.mm, f.base, f.base + (nr << 21), 0, 0);
	assert_int_equal(sim_counter(f.machine, SIM_CNT_TABLE_FREE) - frees, nr + 2);
	pte_fixture_exit(&f);
}

static void test_free_tables_leaves_huge_leaves_alone(void **state)
{
	struct pte_fixture f;
	void *slot;
	int err, level;
	uint64_t leaf;

	(void)state;
	pte_fixture_init_arch(&f, &mock_arch, "6.1", 0);
	slot = sim_walk_alloc(f.mm, pages(&f, 4), 1, &err);
	leaf = fmt_make(&f.mmu->format[1], 0x100, MOCK_READ | MOCK_L);
	mmu_write(f.mmu, 1, slot, leaf);
	free_tables(f.mm, pages(&f, 4), pages(&f, 8), pages(&f, 4), pages(&f, 8));
	assert_ptr_equal(sim_walk(f.mm, pages(&f, 4), &level), slot);
	assert_int_equal(mmu_read(f.mmu, 1, slot), leaf);
	pte_fixture_exit(&f);
}

static void *enter(void *machine)
{
	sim_enter(machine);
	return NULL;
}

/* A second thread has used the machine: tables go after a grace period. */
static void test_free_tables_after_a_grace_period(void **state)
{
	struct pte_fixture f;
	int err;

	(void)state;
	pte_fixture_init(&f, "arm64", "6.1");
	run_threads(1, enter, f.machine);
	assert_true(f.machine->threaded);
	assert_non_null(sim_walk_alloc(f.mm, f.base, 0, &err));
	free_tables(f.mm, f.base, f.base + pages(&f, 1), 0, 0);
	assert_int_equal(f.mm->pgtables_bytes.counter, 0);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_alloc_every_level_is_empty_and_aligned),
	cmocka_unit_test(test_alloc_reuses_a_table_without_its_past),
	cmocka_unit_test(test_alloc_small_tables_have_locks_of_their_own),
	cmocka_unit_test(test_pgd_alloc_without_memory),
	cmocka_unit_test(test_free_tables_balances_the_counters),
	cmocka_unit_test(test_free_tables_follows_the_rule_everywhere),
	cmocka_unit_test(test_free_tables_ceiling_0_is_the_end),
	cmocka_unit_test(test_free_tables_more_than_one_batch),
	cmocka_unit_test(test_free_tables_leaves_huge_leaves_alone),
	cmocka_unit_test(test_free_tables_after_a_grace_period),
};

SIM_TEST_MAIN(tests)
