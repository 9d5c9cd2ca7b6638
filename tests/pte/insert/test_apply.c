/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_apply.c - apply_to_page_range() and a driver's callback.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

struct visit {
	struct pte_fixture *f;
	unsigned long nr, first, last;
	unsigned long pfn;	/* of the first entry */
	unsigned long stop_at;	/* the visit, from 1, that fails; 0 = none */
};

/* As i915 and TTM's apply mode do: a special entry, written straight. */
static int map_one(pte_t *pte, unsigned long addr, void *data)
{
	struct visit *v = data;
	pgprot_t prot = sim_vm_page_prot(v->f->mmu, VM_DRIVER);

	if (v->nr++ == 0)
		v->first = addr;
	v->last = addr;
	if (v->stop_at == v->nr)
		return -EINTR;
	assert_true(pte_none(ptep_get(pte)));
	assert_int_equal(sim_ptl(v->f->mmu, 0, pte)->word, 1);
	set_pte_at(v->f->mm, addr, pte, pte_mkspecial(pfn_pte(v->pfn + v->nr - 1, prot)));
	return 0;
}

static void every_entry_once(struct pte_fixture *f)
{
	unsigned long start = f->base + mmu_leaf_size(f->mmu, 1) - pages(f, 5);
	struct vm_area_struct *vma = pte_fixture_vma(f, start, 9, VM_DRIVER | VM_PFNMAP);
	struct visit v = { .f = f, .pfn = pte_fixture_io(f) };

	assert_int_equal(apply_to_page_range(f->mm, start, pages(f, 9), map_one, &v), 0);
	assert_int_equal(v.nr, 9);
	assert_int_equal(v.first, start);
	assert_int_equal(v.last, start + pages(f, 8));
	for (unsigned long i = 0; i < 9; i++)
		assert_int_equal(pte_fixture_at(f, start + pages(f, i)).pfn, v.pfn + i);
	assert_int_equal(pte_fixture_mapped(f, vma), 9);
}

static void test_apply_every_entry_once(void **state)
{
	(void)state;
	pte_for_each_machine(every_entry_once);
}

/* Nothing of the vma, the pfn or its memory type is looked at. */
static void test_apply_checks_nothing(void **state)
{
	struct pte_fixture f;
	struct visit v;
	struct vm_area_struct *vma;
	uint64_t lookups;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, VM_PRIVATE | VM_PFNMAP);
	lookups = sim_counter(f.machine, SIM_CNT_PAT_LOOKUP);
	v = (struct visit){ .f = &f, .pfn = pte_fixture_io(&f) };
	assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 4), map_one, &v), 0);
	assert_int_equal(pte_fixture_at(&f, vma->vm_start).cache, SIM_CACHE_WB);
	assert_int_equal(sim_counter(f.machine, SIM_CNT_PAT_LOOKUP), lookups);
	pte_fixture_exit(&f);
}

static void test_apply_without_a_current_task(void **state)
{
	struct pte_fixture f;
	struct visit v;

	(void)state;
	pte_fixture_init(&f, "s390x", "6.1");
	pte_fixture_vma(&f, f.base, 4, VM_DRIVER | VM_PFNMAP);
	v = (struct visit){ .f = &f, .pfn = pte_fixture_io(&f) };
	sim_task_switch(NULL);
	assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 1), map_one, &v), 0);
	assert_null(sim_current_machine());
	assert_int_equal(pte_fixture_at(&f, f.base).pfn, v.pfn);
	sim_task_switch(f.task);
	pte_fixture_exit(&f);
}

static void test_apply_stops_where_the_callback_fails(void **state)
{
	struct pte_fixture f;
	struct visit v;
	struct vm_area_struct *vma;
	int level;

	(void)state;
	pte_fixture_init(&f, "arm", "6.1");
	vma = pte_fixture_vma(&f, f.base, 8, VM_DRIVER | VM_PFNMAP);
	v = (struct visit){ .f = &f, .pfn = pte_fixture_io(&f), .stop_at = 4 };
	assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 8), map_one, &v), -EINTR);
	assert_int_equal(v.nr, 4);
	assert_int_equal(pte_fixture_mapped(&f, vma), 3);
	assert_int_equal(sim_ptl(f.mmu, 0, sim_walk(f.mm, f.base, &level))->word, 0);
	pte_fixture_exit(&f);
}

static void refuses(struct pte_fixture *f)
{
	struct visit v = { .f = f };
	unsigned long page = pages(f, 1), size = f->mmu->task_size;

	assert_int_equal(apply_to_page_range(f->mm, f->base, 0, map_one, &v), -EINVAL);
	assert_int_equal(apply_to_page_range(f->mm, f->base, -page, map_one, &v), -EINVAL);
	assert_int_equal(sim_nr_outcomes(f->machine, SIM_WARN), 2);
	assert_int_equal(apply_to_page_range(f->mm, f->base, size, map_one, &v), -EINVAL);
	assert_int_equal(apply_to_page_range(f->mm, f->base + 1, page, map_one, &v), -EINVAL);
	assert_int_equal(apply_to_page_range(f->mm, f->base, page + 1, map_one, &v), -EINVAL);
	assert_int_equal(v.nr, 0);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
}

static void test_apply_refuses_ranges(void **state)
{
	(void)state;
	pte_for_each_machine(refuses);
}

static void test_apply_without_memory(void **state)
{
	struct pte_fixture f;
	struct visit v;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.12");
	pte_fixture_vma(&f, f.base, 4, VM_DRIVER | VM_PFNMAP);
	v = (struct visit){ .f = &f, .pfn = 0x100 };
	for (unsigned long nth = 1; nth <= 3; nth++) {
		sim_fail_alloc(f.machine, nth);
		assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 4), map_one, &v),
				 -ENOMEM);
		free_tables(f.mm, 0, f.mmu->task_size, 0, 0);
	}
	assert_int_equal(v.nr, 0);
	assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 4), map_one, &v), 0);
	pte_fixture_exit(&f);
}

static void test_apply_huge_leaf_in_the_way(void **state)
{
	static const struct {
		const char *release;
		int want;
		bool bug;
	} cases[] = { { "5.11", -EIO, true }, { "6.1", -EINVAL, false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct visit v;
		struct vm_fault vmf = { 0 };
		pfn_t pfn;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vmf.vma = pte_fixture_vma(&f, f.base, 512, VM_DRIVER | VM_PFNMAP);
		vmf.address = f.base;
		pfn = __pfn_to_pfn_t(pte_fixture_io(&f), 0);
		vmf_insert_pfn_pmd_prot(&vmf, pfn, vmf.vma->vm_page_prot, false);
		v = (struct visit){ .f = &f };
		assert_int_equal(apply_to_page_range(f.mm, f.base, pages(&f, 1), map_one, &v),
				 cases[i].want);
		assert_int_equal(sim_crashed(f.machine), cases[i].bug);
		assert_int_equal(v.nr, 0);
		if (cases[i].bug)
			assert_int_equal(apply_to_page_range(f.mm, 0, pages(&f, 1), map_one, &v),
					 -EIO);
		pte_fixture_exit(&f);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_apply_every_entry_once),
	cmocka_unit_test(test_apply_checks_nothing),
	cmocka_unit_test(test_apply_without_a_current_task),
	cmocka_unit_test(test_apply_stops_where_the_callback_fails),
	cmocka_unit_test(test_apply_refuses_ranges),
	cmocka_unit_test(test_apply_without_memory),
	cmocka_unit_test(test_apply_huge_leaf_in_the_way),
};

SIM_TEST_MAIN(tests)
