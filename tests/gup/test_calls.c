/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static bool refuses_internal(const struct gup_fixture *fx)
{
	return !strcmp(fx->release, "6.12");
}

/* ---- the address space of somebody else ---- */

static void remote(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	struct task_struct *other = sim_task_create(fx->machine, "other");
	struct page *page = NULL;

	assert_non_null(other);
	sim_task_switch(other);
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages_remote(fx->mm, addr, 1, FOLL_WRITE, &page, NULL, NULL),
			 1);
	mmap_read_unlock(fx->mm);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	assert_int_equal(get_user_pages_unlocked(addr, 1, &page, 0), -EFAULT);
	sim_task_switch(fx->task);
	sim_exit(other);
}

static void test_remote_acts_on_that_mm(void **state)
{
	(void)state;
	gup_each(remote);
}

/* A fault that asks to be tried again: the lock goes where the caller lets it. */
static void remote_retry(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;
	int locked = 1;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1;
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages_remote(fx->mm, addr, 1, 0, &page, NULL, &locked), 1);
	assert_int_equal(locked, 0);
	assert_int_equal(fx->dev.nr_tried, 1);
	put_page(page);
	locked = 1;
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages_remote(fx->mm, addr + fx->page, 1, 0, &page, NULL,
					       &locked), 1);
	assert_int_equal(locked, 1);
	mmap_read_unlock(fx->mm);
	put_page(page);
}

static void test_remote_gives_the_lock_up_where_it_may(void **state)
{
	(void)state;
	gup_each(remote_retry);
}

/* Told not to wait, no call does: no page, and the lock is kept. */
static void nowait(struct gup_fixture *fx)
{
	unsigned long addr;
	struct page *page;
	int locked = 1;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 2);
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 2;
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages_remote(fx->mm, addr, 2, FOLL_NOWAIT, &page, NULL,
					       &locked), 0);
	assert_int_equal(locked, 1);
	mmap_read_unlock(fx->mm);
	assert_true(fx->dev.fault_flags & FAULT_FLAG_RETRY_NOWAIT);
	assert_int_equal(get_user_pages_unlocked(addr, 1, &page, FOLL_NOWAIT), 0);
	assert_int_equal(get_user_pages_unlocked(addr, 1, &page, FOLL_NOWAIT), 1);
	put_page(page);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
}

static void test_nowait_gets_nothing_instead(void **state)
{
	(void)state;
	gup_each(nowait);
}

/* ---- without pages ---- */

static void no_pages(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3), dev;
	bool refuses = refuses_internal(fx);

	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	dev = gup_map(fx, RW, MAP_SHARED, 2);
	assert_int_equal(gup_slow(fx, addr, 2, FOLL_WRITE, NULL), 2);
	assert_true(gup_raw(fx, addr + fx->page));
	/* special entries are passed over */
	assert_int_equal(gup_slow(fx, dev, 2, 0, NULL), 2);
	assert_int_equal(get_user_pages_unlocked(addr, 3, NULL, 0), 3);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	assert_int_equal(gup_pin(fx, addr, 1, 0, NULL), refuses ? 0 : -EINVAL);
	assert_int_equal(pin_user_pages_unlocked(addr, 1, NULL, 0), refuses ? 0 : -EINVAL);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 2);
}

static void test_without_pages_it_only_faults(void **state)
{
	(void)state;
	gup_each(no_pages);
}

/* ---- what may be asked ---- */

static void unlocked_pins(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	bool takes_longterm = refuses_internal(fx);
	struct page *page;

	assert_int_equal(pin_user_pages_unlocked(addr, 1, &page, FOLL_WRITE), 1);
	assert_int_equal(page_count(page), 1 + GUP_PIN_COUNTING_BIAS);
	unpin_user_page(page);
	assert_int_equal(pin_user_pages_unlocked(addr, 1, &page, FOLL_LONGTERM),
			 takes_longterm ? 1 : -EINVAL);
	if (takes_longterm)
		unpin_user_page(page);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), !takes_longterm);
}

static void test_pin_unlocked(void **state)
{
	(void)state;
	gup_each(unlocked_pins);
}

static void internal_flags(struct gup_fixture *fx)
{
	static const unsigned int flags[] = { FOLL_TOUCH, FOLL_REMOTE, FOLL_FAST_ONLY };
	unsigned long addr = gup_anon(fx, RW, 1);
	bool refuses = refuses_internal(fx);
	struct page *page;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(flags); i++) {
		long ret = gup_slow(fx, addr, 1, flags[i], &page);

		assert_int_equal(ret, refuses ? -EINVAL : 1);
		if (ret == 1)
			put_page(page);
		ret = gup_pin(fx, addr, 1, flags[i], &page);
		assert_int_equal(ret, refuses ? 0 : 1);
		if (ret == 1)
			unpin_user_page(page);
	}
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), refuses ? 6 : 0);
	assert_int_equal(gup_slow(fx, addr, 1, FOLL_PIN, &page), -EINVAL);
	if (refuses)
		assert_int_equal(gup_slow(fx, addr, 1, FOLL_GET, NULL), -EINVAL);
}

static void test_flags_that_only_gup_sets(void **state)
{
	(void)state;
	gup_each_release("x86_64", internal_flags);
}

/* A handler that lets the lock go unasked: no release expects it. */
static void unasked_retry(struct gup_fixture *fx)
{
	bool warns = refuses_internal(fx);
	unsigned long addr;
	struct page *page;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	fx->dev.answer = VM_FAULT_RETRY;
	fx->dev.answers = 1;
	mmap_read_lock(fx->mm);
	assert_int_equal(get_user_pages(addr, 1, 0, &page, NULL), warns ? -EFAULT : 0);
	assert_int_equal(get_user_pages(addr, 0, 0, &page, NULL), 0);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), warns);
	/* the fixture's handler has let go of it */
}

static void test_no_page_and_no_error(void **state)
{
	(void)state;
	gup_each_release("x86_64", unasked_retry);
}

/* ---- core dumps ---- */

static void dump(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 3), dev, closed = gup_anon(fx, PROT_NONE, 1);
	struct page *page;

	gup_touch(fx, addr, true);
	gup_touch(fx, addr + fx->page, false);
	page = get_dump_page(addr);
	assert_non_null(page);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	assert_null(get_dump_page(addr + fx->page));		/* the zero page */
	assert_null(get_dump_page(addr + 2 * fx->page));	/* nothing */
	assert_int_equal(gup_raw(fx, addr + 2 * fx->page) & fx->mmu->format[0].pfn_mask, 0);
	assert_null(get_dump_page(closed));
	assert_null(get_dump_page(0));
	/* but what a handler has is asked for */
	fx->dev.insert = GUP_INSERT_PAGE;
	dev = gup_map(fx, RW, MAP_SHARED, 1);
	page = get_dump_page(dev);
	assert_ptr_equal(page, fx->dev.page[0]);
	put_page(page);
}

static void test_dump_page_makes_nothing(void **state)
{
	(void)state;
	gup_each(dump);
}

static void dump_retry(struct gup_fixture *fx)
{
	bool keeps = refuses_internal(fx);
	unsigned long addr;
	struct page *page;

	fx->dev.insert = GUP_INSERT_PAGE;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	page = get_dump_page(addr);
	assert_non_null(page);
	put_page(page);
	assert_int_equal(!!(fx->dev.fault_flags & FAULT_FLAG_ALLOW_RETRY), !keeps);
}

static void test_dump_page_and_the_lock(void **state)
{
	(void)state;
	gup_each_release("x86_64", dump_retry);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_dump_page_and_the_lock),
	cmocka_unit_test(test_remote_acts_on_that_mm),
	cmocka_unit_test(test_remote_gives_the_lock_up_where_it_may),
	cmocka_unit_test(test_nowait_gets_nothing_instead),
	cmocka_unit_test(test_without_pages_it_only_faults),
	cmocka_unit_test(test_pin_unlocked),
	cmocka_unit_test(test_flags_that_only_gup_sets),
	cmocka_unit_test(test_no_page_and_no_error),
	cmocka_unit_test(test_dump_page_makes_nothing),
};
SIM_TEST_MAIN(tests)
