/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

static void test_pages_are_the_files(void **state)
{
	struct drm_gem_object obj = { 0 };
	struct page **pages, **again;

	(void)state;
	assert_int_equal(drm_gem_object_init(sim_ttm_ddev(fx.dev), &obj, 4 * fx.page), 0);
	pages = drm_gem_get_pages(&obj);
	again = drm_gem_get_pages(&obj);
	for (int i = 0; i < 4; i++) {
		assert_ptr_equal(pages[i], again[i]);
		assert_true(i == 0 || pages[i] != pages[i - 1]);
		/* the page cache's, and one for each array */
		assert_int_equal(page_count(pages[i]), 3);
	}
	drm_gem_put_pages(&obj, again, false, false);
	assert_false(pages[0]->flags >> PG_dirty & 1);
	get_page(pages[0]);
	again = pages;
	drm_gem_put_pages(&obj, pages, true, true);
	pages = drm_gem_get_pages(&obj);
	assert_true(pages[0]->flags >> PG_dirty & 1);
	put_page(pages[0]);
	drm_gem_put_pages(&obj, pages, false, false);
	drm_gem_object_release(&obj);
}

static void test_no_memory_leaves_no_page(void **state)
{
	struct drm_gem_object obj = { 0 };
	struct page **pages;

	(void)state;
	assert_int_equal(drm_gem_object_init(sim_ttm_ddev(fx.dev), &obj, 3 * fx.page), 0);
	for (unsigned long nth = 1;; nth++) {
		sim_fail_alloc(fx.machine, nth);
		pages = drm_gem_get_pages(&obj);
		if (!IS_ERR(pages))
			break;
		assert_int_equal(PTR_ERR(pages), -ENOMEM);
	}
	sim_fail_alloc(fx.machine, 0);
	drm_gem_put_pages(&obj, pages, false, false);
	drm_gem_object_release(&obj);
}

static void test_private_object_has_no_pages(void **state)
{
	struct drm_gem_object obj = { 0 };

	(void)state;
	drm_gem_private_object_init(sim_ttm_ddev(fx.dev), &obj, fx.page);
	assert_int_equal(PTR_ERR(drm_gem_get_pages(&obj)), -EINVAL);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
	drm_gem_object_release(&obj);
}

#define PAGES_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	PAGES_TEST(test_pages_are_the_files),
	PAGES_TEST(test_no_memory_leaves_no_page),
	PAGES_TEST(test_private_object_has_no_pages),
};

SIM_TEST_MAIN(tests)
