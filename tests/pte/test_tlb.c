/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_tlb.c - flushes: counted, told, and before pages are let go.
 */
#include "pte/tlb.h"
#include "support/mm_fixture.h"

static struct sim_event last;

static void note(const struct sim_event *event, void *data)
{
	(void)data;
	last = *event;
}

static void counted(struct mm_fixture *fx)
{
	sim_set_event_fn(fx->machine, note, NULL);
	sim_flush_tlb_range(fx->mm, MM_BASE, MM_BASE + fx->page);
	sim_set_event_fn(fx->machine, NULL, NULL);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), 1);
	assert_int_equal(last.kind, SIM_EV_TLB);
	assert_int_equal(last.addr, MM_BASE);
	assert_int_equal(last.value, MM_BASE + fx->page);
}

static void test_tlb_flush_is_counted_and_told(void **state)
{
	mm_fixture_each(counted, state);
}

static void gathered(struct mm_fixture *fx)
{
	struct page *page = fx->drv.page[0];
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, fx->mm);
	tlb_flush_mmu(&tlb);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), 0);

	get_page(page);
	tlb_remove_entry(&tlb, MM_BASE + fx->page, MM_BASE + 2 * fx->page);
	tlb_remove_entry(&tlb, MM_BASE, MM_BASE + fx->page);
	tlb.page[tlb.nr++] = page;
	sim_set_event_fn(fx->machine, note, NULL);
	tlb_flush_mmu_tlbonly(&tlb);
	sim_set_event_fn(fx->machine, NULL, NULL);
	assert_int_equal(last.addr, MM_BASE);
	assert_int_equal(last.value, MM_BASE + 2 * fx->page);
	assert_int_equal(page_count(page), 2);
	tlb_flush_mmu(&tlb);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), 1);
}

static void test_tlb_gather_lets_pages_go_after_the_flush(void **state)
{
	mm_fixture_each(gathered, state);
}

/* A vma ends: is its range flushed at once? */
static void ended(struct mm_fixture *fx)
{
	static const unsigned long flags[] = { 0, VM_PFNMAP, VM_MIXEDMAP };
	bool merges = mmu_has(fx->mmu, SIM_FEAT_MERGE_VMAS);
	bool special_first = sim_rule(fx->machine, SIM_RULE_UNMAP_FLUSHES_PFNMAP);

	for (int i = 0; i < 6; i++) {
		struct vm_area_struct vma = { .vm_mm = fx->mm, .vm_flags = flags[i / 2] };
		uint64_t before = mm_count(fx, SIM_CNT_TLB_FLUSH);
		bool full = i & 1, at_once = !full && (!merges || (i > 1 && special_first));
		struct mmu_gather tlb;

		if (full)
			tlb_gather_mmu_fullmm(&tlb, fx->mm);
		else
			tlb_gather_mmu(&tlb, fx->mm);
		tlb_end_vma(&tlb, &vma);	/* nothing was in it */
		assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), before);
		tlb_remove_entry(&tlb, MM_BASE, MM_BASE + fx->page);
		tlb_end_vma(&tlb, &vma);
		assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), before + at_once);
		tlb_flush_mmu(&tlb);
		assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), before + 1);
	}
}

static void test_tlb_end_vma_flushes_by_architecture_and_release(void **state)
{
	mm_fixture_each(ended, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_tlb_flush_is_counted_and_told),
	MM_TEST(test_tlb_end_vma_flushes_by_architecture_and_release),
	MM_TEST(test_tlb_gather_lets_pages_go_after_the_flush),
};

SIM_TEST_MAIN(tests)
