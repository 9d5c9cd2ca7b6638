/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfn_threads.c - several threads fault the same pages in at once, and
 * look on while tables are freed.
 */
#include "base/lock.h"
#include "pte/walk.h"
#include "support/base_fixture.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

#define NR_THREADS 4
#define NR_PAGES 96

struct shared {
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page[NR_PAGES];
	unsigned int done;		/* atomic */
	unsigned int nr_started;	/* atomic */
};

static void *insert_all(void *data)
{
	struct shared *s = data;

	sim_enter(s->f.machine);
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		pfn_t pfn = __pfn_to_pfn_t(sim_page_to_pfn(s->page[i]), 0);

		mmap_read_lock(s->f.mm);
		if (vmf_insert_mixed(s->vma, s->vma->vm_start + pages(&s->f, i), pfn) ==
		    VM_FAULT_NOPAGE)
			__atomic_fetch_add(&s->done, 1, __ATOMIC_RELAXED);
		mmap_read_unlock(s->f.mm);
	}
	return NULL;
}

static void insert_race(const char *arch)
{
	struct shared s = { 0 };
	int counted;

	pte_fixture_init(&s.f, arch, "6.1");
	counted = !s.f.mmu->has_special;
	/* across the end of a table */
	s.vma = pte_fixture_vma(&s.f, s.f.base + mmu_leaf_size(s.f.mmu, 1) - pages(&s.f, 40),
				NR_PAGES, VM_DRIVER | VM_MIXEDMAP);
	for (int i = 0; i < NR_PAGES; i++)
		s.page[i] = sim_alloc_pages(s.f.machine, 0);
	run_threads(NR_THREADS, insert_all, &s);
	assert_int_equal(s.done, NR_THREADS * NR_PAGES);
	for (int i = 0; i < NR_PAGES; i++) {
		assert_int_equal(page_count(s.page[i]), 1 + counted);
		assert_int_equal(page_mapcount(s.page[i]), counted);
		put_page(s.page[i]);
	}
	assert_int_equal(s.f.mm->rss_stat[MM_FILEPAGES].counter, counted * NR_PAGES);
	pte_fixture_exit(&s.f);
}

static void test_insert_same_pages_are_counted_once(void **state)
{
	(void)state;
	insert_race("x86_64");
	insert_race("um");
	insert_race("arm");
}

/* A PMD leaf and a table of ptes want the same entry: one of them gets it. */
static void *insert_leaf_or_table(void *data)
{
	struct shared *s = data;
	unsigned int nr = __atomic_fetch_add(&s->done, 1, __ATOMIC_RELAXED);
	pfn_t pfn = __pfn_to_pfn_t(pte_fixture_io(&s->f) & ~511ul, 0);
	struct vm_fault vmf = { .vma = s->vma, .address = s->vma->vm_start };

	sim_enter(s->f.machine);
	if (nr & 1)
		vmf_insert_pfn_pmd_prot(&vmf, pfn, s->vma->vm_page_prot, false);
	else
		vmf_insert_pfn(s->vma, s->vma->vm_start, pte_fixture_io(&s->f));
	return NULL;
}

static void test_insert_leaf_against_table(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct shared s = { 0 };

		/* 6.12 refuses to look for a table under a leaf */
		pte_fixture_init(&s.f, "x86_64", "6.12");
		s.vma = pte_fixture_vma(&s.f, s.f.base, 512, VM_DRIVER | VM_PFNMAP);
		run_threads(NR_THREADS, insert_leaf_or_table, &s);
		assert_false(sim_crashed(s.f.machine));
		assert_false(pte_fixture_at(&s.f, s.f.base).none);
		pte_fixture_exit(&s.f);
	}
}

static void *look_until_done(void *data)
{
	struct shared *s = data;
	struct sim_pte_info info;

	while (!__atomic_load_n(&s->done, __ATOMIC_ACQUIRE))
		for (unsigned long i = 0; i < 4; i++)
			sim_pte_lookup(s->f.mm, s->vma->vm_start + pages(&s->f, i), &info);
	return NULL;
}

static void *map_and_free(struct shared *s)
{
	for (int i = 0; i < 50; i++) {
		vmf_insert_pfn(s->vma, s->vma->vm_start, pte_fixture_io(&s->f));
		pte_fixture_drop(&s->f, s->vma);
		free_tables(s->f.mm, s->vma->vm_start, s->vma->vm_end, 0, 0);
	}
	__atomic_store_n(&s->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void *look_or_free(void *data)
{
	struct shared *s = data;

	sim_enter(s->f.machine);
	if (__atomic_fetch_add(&s->nr_started, 1, __ATOMIC_RELAXED) == 0)
		return map_and_free(s);
	return look_until_done(s);
}

static void test_free_tables_under_lockless_walks(void **state)
{
	struct shared s = { 0 };

	(void)state;
	pte_fixture_init(&s.f, "arm64", "6.1");
	s.vma = pte_fixture_vma(&s.f, s.f.base, 4, VM_DRIVER | VM_PFNMAP);
	run_threads(NR_THREADS, look_or_free, &s);
	assert_int_equal(s.f.mm->pgtables_bytes.counter, 0);
	pte_fixture_exit(&s.f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_insert_same_pages_are_counted_once),
	cmocka_unit_test(test_insert_leaf_against_table),
	cmocka_unit_test(test_free_tables_under_lockless_walks),
};

SIM_TEST_MAIN(tests)
