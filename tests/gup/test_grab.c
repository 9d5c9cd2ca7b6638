/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_grab.c - references and pins, and what a pin does to copy-on-write.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static void pin_and_unpin(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *pages[2];

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	assert_false(fx->mm->has_pinned);
	assert_int_equal(gup_pin(fx, addr, 2, FOLL_WRITE, pages), 2);
	assert_true(fx->mm->has_pinned);
	assert_int_equal(page_count(pages[0]), 2 + GUP_PIN_COUNTING_BIAS);
	assert_true(page_maybe_dma_pinned(pages[0]));
	assert_int_equal(gup_pin(fx, addr, 1, 0, pages), 1);
	assert_int_equal(page_count(pages[0]), 2 + 2 * GUP_PIN_COUNTING_BIAS);
	unpin_user_page(pages[0]);
	unpin_user_pages(pages, 2);
	assert_false(page_maybe_dma_pinned(pages[0]));
	assert_int_equal(page_count(pages[0]), 2);
}

static void test_pin_counts_by_the_bias(void **state)
{
	(void)state;
	gup_each(pin_and_unpin);
}

static void zero_page(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, PROT_READ, 1);
	struct page *page = pfn_to_page(sim_zero_pfn(fx->machine)), *got;
	bool pinned = !sim_rule(fx->machine, SIM_RULE_GUP_ZERO_PAGE_UNPINNED);
	int refs = page_count(page);

	assert_int_equal(gup_pin(fx, addr, 1, 0, &got), 1);
	assert_ptr_equal(got, page);
	assert_int_equal(page_count(page), refs + (pinned ? GUP_PIN_COUNTING_BIAS : 0));
	unpin_user_page(got);
	assert_int_equal(page_count(page), refs);
}

static void test_pin_zero_page_by_release(void **state)
{
	(void)state;
	gup_each_release("x86_64", zero_page);
}

static void errno_count(struct gup_fixture *fx)
{
	struct page *page = fx->dev.page[0];

	unpin_user_pages(&page, (unsigned long)-EFAULT);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	unpin_user_pages(&page, 0);
	unpin_user_page(page); /* was never pinned */
	assert_int_equal(page_count(page), 1);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_BAD_PAGE), 1);
}

static void test_unpin_of_an_error_count(void **state)
{
	(void)state;
	gup_each_release("x86_64", errno_count);
}

static void dead_page(struct gup_fixture *fx)
{
	unsigned int order;
	struct page *block = gup_alloc_block(fx, 1, &order);

	assert_false(try_grab_folio(block + 1, 1, FOLL_GET)); /* a tail */
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	assert_false(try_grab_page(block + 1, 1, FOLL_GET));
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	/* nothing is taken: looked at all the same from 6.1 on */
	assert_int_equal(try_grab_page(block + 1, 1, 0),
			 !sim_rule(fx->machine, SIM_RULE_GUP_ALWAYS_CHECKS_REFCOUNT));
	sim_free_pages(block, order);
}

static void test_grab_of_a_page_without_references(void **state)
{
	(void)state;
	gup_each_release("x86_64", dead_page);
}

static void must_unshare(struct gup_fixture *fx)
{
	bool exclusive = sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE);
	bool any = sim_rule(fx->machine, SIM_RULE_UNSHARE_ANY_PAGE);
	struct vm_area_struct cow = { .vm_flags = VM_MAYWRITE };
	struct vm_area_struct shared = { .vm_flags = VM_MAYWRITE | VM_SHARED };
	struct page *file = fx->dev.page[0];

	assert_false(gup_must_unshare(&cow, FOLL_GET, file));
	assert_false(gup_must_unshare(&cow, FOLL_PIN, file));
	assert_false(gup_must_unshare(&cow, FOLL_PIN | FOLL_WRITE | FOLL_LONGTERM, file));
	assert_int_equal(gup_must_unshare(&cow, FOLL_PIN | FOLL_LONGTERM, file),
			 exclusive && any);
	assert_int_equal(gup_must_unshare(NULL, FOLL_PIN | FOLL_LONGTERM, file),
			 exclusive && any);
	assert_false(gup_must_unshare(&shared, FOLL_PIN | FOLL_LONGTERM, file));
}

static void test_gup_must_unshare_table(void **state)
{
	(void)state;
	gup_each_release("x86_64", must_unshare);
}

/* After fork parent and child share pages. A pin for reading must not lose its
 * page to the other one's write: from 6.1 on it gets a copy first. */
static void pin_after_fork(struct gup_fixture *fx)
{
	bool exclusive = sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE);
	unsigned long addr = gup_anon(fx, RW, 1), before;
	struct task_struct *child;
	struct sim_pte_info info;
	struct page *page;

	gup_touch(fx, addr, true);
	assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
	before = info.pfn;
	assert_int_equal(sim_fork(fx->task, "child", &child), 0);
	sim_task_switch(fx->task);
	assert_int_equal(gup_pin(fx, addr, 1, 0, &page), 1);
	assert_int_equal(page_to_pfn(page) != before, exclusive);
	/* the parent keeps what it pinned when it writes */
	if (exclusive) {
		gup_touch(fx, addr, true);
		assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
		assert_int_equal(info.pfn, page_to_pfn(page));
	}
	unpin_user_page(page);
	sim_exit(child);
	sim_task_switch(fx->task);
}

static void test_pin_after_fork_unshares(void **state)
{
	(void)state;
	gup_each(pin_after_fork);
}

/* fork copies a pinned page at once: the pin stays the parent's. */
static void fork_after_pin(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct task_struct *child;
	struct sim_pte_info info;
	struct page *page;

	assert_int_equal(gup_pin(fx, addr, 1, FOLL_WRITE, &page), 1);
	assert_int_equal(sim_fork(fx->task, "child", &child), 0);
	assert_int_equal(sim_pte_lookup(child->mm, addr, &info), 0);
	assert_true(info.none || info.pfn != page_to_pfn(page));
	sim_exit(child);
	sim_task_switch(fx->task);
	unpin_user_page(page);
}

static void test_fork_after_pin_copies(void **state)
{
	(void)state;
	gup_each(fork_after_pin);
}

static void dirty(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, PROT_READ | PROT_WRITE, 1);
	struct page *page = NULL;

	gup_touch(fx, addr, true);
	assert_int_equal(gup_pin(fx, addr, 1, FOLL_WRITE, &page), 1);
	assert_false(sim_page_test(page, PG_dirty));
	unpin_user_pages_dirty_lock(&page, 1, false);
	assert_false(sim_page_test(page, PG_dirty));
	assert_int_equal(gup_pin(fx, addr, 1, FOLL_WRITE, &page), 1);
	unpin_user_pages_dirty_lock(&page, 1, true);
	assert_true(sim_page_test(page, PG_dirty));
	assert_int_equal(page_count(page), 1);
	unpin_user_pages_dirty_lock(&page, 0, true);
}

static void test_unpin_dirty(void **state)
{
	(void)state;
	gup_each(dirty);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_unpin_dirty),
	cmocka_unit_test(test_pin_counts_by_the_bias),
	cmocka_unit_test(test_pin_zero_page_by_release),
	cmocka_unit_test(test_unpin_of_an_error_count),
	cmocka_unit_test(test_grab_of_a_page_without_references),
	cmocka_unit_test(test_gup_must_unshare_table),
	cmocka_unit_test(test_pin_after_fork_unshares),
	cmocka_unit_test(test_fork_after_pin_copies),
};

SIM_TEST_MAIN(tests)
