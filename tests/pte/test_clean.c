/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "pte/pgtable.h"
#include "support/pte_fixture.h"

#define MIXED \
	(VM_READ | VM_WRITE | VM_SHARED | VM_MAYREAD | VM_MAYWRITE | VM_MAYSHARE | VM_MIXEDMAP)

static void clean(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 2, MIXED);
	struct page *page = sim_alloc_pages(f->machine, 0), *other = sim_alloc_pages(f->machine, 0);
	uint64_t flushes;

	assert_non_null(page);
	assert_non_null(other);
	assert_int_equal(vm_insert_page(vma, f->base, page), 0);
	assert_true(pte_fixture_at(f, f->base).write);
	flushes = sim_counter(f->machine, SIM_CNT_TLB_FLUSH);
	/* of another page, and where nothing is */
	assert_false(sim_clean_entry(vma, f->base, other));
	assert_false(sim_clean_entry(vma, f->base + pages(f, 1), page));
	assert_true(pte_fixture_at(f, f->base).write);
	assert_int_equal(sim_counter(f->machine, SIM_CNT_TLB_FLUSH), flushes);
	assert_true(sim_clean_entry(vma, f->base, page));
	assert_false(pte_fixture_at(f, f->base).write);
	assert_false(pte_fixture_at(f, f->base).dirty);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, sim_page_to_pfn(page));
	assert_int_equal(sim_counter(f->machine, SIM_CNT_TLB_FLUSH), flushes + 1);
	/* as it should be already */
	assert_false(sim_clean_entry(vma, f->base, page));
	pte_fixture_drop(f, vma);
	put_page(page);
	put_page(other);
}

static void test_clean_entry(void **state)
{
	(void)state;
	pte_for_each_machine(clean);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_clean_entry),
};
SIM_TEST_MAIN(tests)
