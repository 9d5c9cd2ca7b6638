/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

static void across(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 2);
	struct page *pages[2] = { NULL };
	char buf[8] = { 0 };
	struct transfer in = { NULL, "across" }, out = { buf, NULL };

	gup_touch(fx, addr, true);
	gup_touch(fx, addr + fx->page, true);
	assert_int_equal(gup_slow(fx, addr, 2, FOLL_WRITE, pages), 2);
	assert_int_equal(transfer_pages(fx->mm, addr + fx->page - 3, pages, 6, &in), 0);
	assert_string_equal(in.from, "");
	assert_int_equal(transfer_pages(fx->mm, addr + fx->page - 3, pages, 6, &out), 0);
	assert_string_equal(buf, "across");
	assert_ptr_equal(out.to, buf + 6);
	assert_int_equal(transfer_pages(fx->mm, addr, pages, 0, &out), 0);
	gup_put(pages, 2);
}

static void test_bytes_across_pages(void **state)
{
	(void)state;
	gup_each(across);
}

static void unwritten(struct gup_fixture *fx)
{
	struct page *pages[1] = { NULL };
	char buf[1];
	struct transfer out = { buf, NULL };

	assert_int_equal(transfer_pages(fx->mm, 0, pages, 1, &out), -EIO);
	assert_true(sim_crashed(fx->machine));
}

static void test_bytes_of_an_unwritten_page_is_a_bug(void **state)
{
	(void)state;
	gup_each_release("x86_64", unwritten);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_bytes_across_pages),
	cmocka_unit_test(test_bytes_of_an_unwritten_page_is_a_bug),
};

SIM_TEST_MAIN(tests)
