/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include <limits.h>

#include "phys/refs.h"

#define RAM_END (BARE_RAM_START + BARE_RAM_PAGES)

static void test_get_and_put_count(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 0);
	uint64_t refs = sim_counter(machine, SIM_CNT_REF);

	get_page(page);
	assert_int_equal(page_count(page), 2);
	sim_get_page(page, GUP_PIN_COUNTING_BIAS);
	assert_true(page_maybe_dma_pinned(page));
	assert_true(sim_try_get_page(page, 1));
	sim_put_page(page, GUP_PIN_COUNTING_BIAS);
	assert_false(page_maybe_dma_pinned(page));
	put_page(page);
	put_page(page);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(sim_counter(machine, SIM_CNT_REF) - refs, 6);
	put_page(page);
	assert_true(sim_page_test(page, PG_sim_free));
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 0);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 0);
}

static void test_try_get_of_a_free_page_fails(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	put_page(page);
	assert_false(sim_try_get_page(page, 1));
	assert_int_equal(page_count(page), 0);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 0);
}

static void test_try_get_does_not_overflow(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	page->_refcount.counter = INT_MAX - 1;
	assert_false(sim_try_get_page(page, GUP_PIN_COUNTING_BIAS));
	assert_true(sim_try_get_page(page, 1));
	assert_false(sim_try_get_page(page, 1));
	page->_refcount.counter = 1;
	put_page(page);
}

static void test_put_of_none_is_bad_and_changes_nothing(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	sim_put_page(page, GUP_PIN_COUNTING_BIAS);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 1);
	assert_int_equal(page_count(page), 1);
	put_page(page);
	put_page(page);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 2);
	assert_int_equal(page_count(page), 0);
}

/* A driver may map RAM that nobody allocated: counted, recorded, and part of
 * the next snapshot. */
static void test_get_of_a_page_never_allocated(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_pfn_to_page(machine, RAM_END - 1);
	struct sim_snapshot *snapshot;

	get_page(page);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 1);
	assert_int_equal(page_count(page), 1);
	snapshot = sim_snapshot(machine);
	get_page(page);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_int_equal(page_count(page), 1);
	put_page(page);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 2);
	assert_int_equal(sim_phys_free_pages(machine), BARE_RAM_PAGES - 1);
	sim_snapshot_free(snapshot);
}

static void test_mapcount_counts_from_zero(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 0);

	assert_int_equal(page_mapcount(page), 0);
	sim_page_add_map(page);
	sim_page_add_map(page);
	assert_int_equal(page_mapcount(page), 2);
	assert_int_equal(sim_page_remove_map(page), 1);
	assert_int_equal(sim_page_remove_map(page), 0);
	assert_int_equal(sim_counter(machine, SIM_CNT_MAPCOUNT), 4);
	assert_int_equal(sim_page_remove_map(page), -1);
	assert_int_equal(page_mapcount(page), 0);
	put_page(page);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_get_and_put_count),
	TEST(test_try_get_of_a_free_page_fails),
	TEST(test_try_get_does_not_overflow),
	TEST(test_put_of_none_is_bad_and_changes_nothing),
	TEST(test_get_of_a_page_never_allocated),
	TEST(test_mapcount_counts_from_zero),
};
SIM_TEST_MAIN(tests)
