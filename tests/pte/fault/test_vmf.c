/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_vmf.c - a call into the driver is counted and told.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)
#define WRITE_FAULT (FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE)

static unsigned int nr_events[SIM_NR_EVENT_KINDS];

static void note_event(const struct sim_event *event, void *data)
{
	(void)data;
	nr_events[event->kind]++;
}

static void counters(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);

	memset(nr_events, 0, sizeof(nr_events));
	sim_set_event_fn(fx->machine, note_event, NULL);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), VM_FAULT_NOPAGE);
	sim_set_event_fn(fx->machine, NULL, NULL);
	assert_int_equal(mm_count(fx, SIM_CNT_FAULT), 1);
	assert_int_equal(mm_count(fx, SIM_CNT_HANDLER), 1);
	assert_int_equal(mm_count(fx, SIM_CNT_PTE_WRITE), 1);
	assert_int_equal(nr_events[SIM_EV_FAULT], 1);
	assert_int_equal(nr_events[SIM_EV_HANDLER], 1);
	assert_int_equal(nr_events[SIM_EV_PTE], 1);
	mm_unmap(vma);
}

static void test_vmf_call_is_counted_and_told(void **state)
{
	mm_fixture_each(counters, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_vmf_call_is_counted_and_told),
};

SIM_TEST_MAIN(tests)
