/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "phys/phys.h"

#define RAM_END (BARE_RAM_START + BARE_RAM_PAGES)
#define IO_END (BARE_IO_START + BARE_IO_PAGES)

struct layout {
	const char *description;
	unsigned int page_shift;
	unsigned long ram_start, ram_pages, io_start, io_pages;
	int result;
};

static const struct layout layouts[] = {
	{ "as usual", 12, 0x100, 16, 0x1000, 16, 0 },
	{ "no I/O", 12, 0x100, 16, 0, 0, 0 },
	{ "I/O below RAM", 12, 0x100, 16, 0xf0, 16, 0 },
	{ "touching", 12, 0x100, 16, 0x110, 16, 0 },
	{ "64 KiB pages", 16, 0, 16, 0x1000, 16, 0 },
	{ "no RAM", 12, 0x100, 0, 0x1000, 16, -EINVAL },
	{ "I/O overlaps the end", 12, 0x100, 16, 0x10f, 16, -EINVAL },
	{ "I/O overlaps the start", 12, 0x100, 16, 0xf1, 16, -EINVAL },
	{ "RAM too large", 12, 0, 1ul << 40, 0, 0, -EINVAL },
	{ "I/O too large", 12, 0, 16, 0x1000, 1ul << 50, -EINVAL },
	{ "RAM wraps", 12, ~0ul - 3, 16, 0, 0, -EINVAL },
	{ "I/O wraps", 12, 0, 16, ~0ul - 3, 16, -EINVAL },
	{ "pages too small", 11, 0x100, 16, 0, 0, -EINVAL },
	{ "pages too large", 17, 0x100, 16, 0, 0, -EINVAL },
};

static int create(struct sim_machine *machine, const struct layout *l)
{
	return sim_phys_create(machine, l->page_shift, l->ram_start, l->ram_pages, l->io_start,
			       l->io_pages);
}

static void test_create_each_layout(void **state)
{
	struct sim_machine *machine = *state;

	sim_phys_destroy(machine);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(layouts); i++) {
		int err = create(machine, &layouts[i]);

		if (err != layouts[i].result)
			fail_msg("%s: %d", layouts[i].description, err);
		assert_int_equal(machine->phys != NULL, err == 0);
		sim_phys_destroy(machine);
		assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 0);
	}
}

static void test_create_that_fails_changes_nothing(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long nth = 1;

	sim_phys_destroy(machine);
	for (;; nth++) {
		sim_fail_alloc(machine, nth);
		if (create(machine, &layouts[0]) == 0)
			break;
		assert_null(machine->phys);
		assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 0);
	}
	sim_fail_alloc(machine, 0);
	assert_int_equal(nth, 4);
}

struct where {
	const char *description;
	unsigned long pfn;
	bool ram, io;
};

static const struct where places[] = {
	{ "0", 0, false, false },
	{ "below RAM", BARE_RAM_START - 1, false, false },
	{ "first of RAM", BARE_RAM_START, true, false },
	{ "last of RAM", RAM_END - 1, true, false },
	{ "above RAM", RAM_END, false, false },
	{ "below I/O", BARE_IO_START - 1, false, false },
	{ "first of I/O", BARE_IO_START, false, true },
	{ "last of I/O", IO_END - 1, false, true },
	{ "above I/O", IO_END, false, false },
	{ "the highest", ~0ul, false, false },
};

static void test_pfn_lookup_at_the_edges(void **state)
{
	struct sim_machine *machine = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(places); i++) {
		struct page *page = sim_pfn_to_page(machine, places[i].pfn);

		if (sim_pfn_valid(machine, places[i].pfn) != places[i].ram ||
		    sim_phys_is_iomem(machine, places[i].pfn) != places[i].io)
			fail_msg("%s", places[i].description);
		assert_int_equal(page != NULL, places[i].ram);
		if (page) {
			assert_int_equal(sim_page_to_pfn(page), places[i].pfn);
			assert_int_equal(page_to_pfn(page), places[i].pfn);
			assert_ptr_equal(sim_machine_of(page), machine);
		}
	}
}

static void test_kernel_names_follow_the_current_machine(void **state)
{
	struct sim_machine *machine = *state;

	assert_false(pfn_valid(BARE_RAM_START));
	assert_null(pfn_to_page(BARE_RAM_START));
	sim_thread.machine = machine;
	assert_true(pfn_valid(BARE_RAM_START));
	assert_false(pfn_valid(BARE_IO_START));
	assert_ptr_equal(pfn_to_page(BARE_RAM_START + 5), sim_pfn_to_page(machine,
									  BARE_RAM_START + 5));
	assert_null(pfn_to_page(BARE_IO_START));
	sim_thread.machine = NULL;
}

static void test_zero_page_is_reserved(void **state)
{
	struct sim_machine *machine = *state;
	struct page *zero = sim_pfn_to_page(machine, sim_zero_pfn(machine));

	assert_non_null(zero);
	assert_true(sim_page_test(zero, PG_sim_zero));
	assert_true(sim_page_test(zero, PG_reserved));
	assert_int_equal(page_count(zero), 1);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 0);
	assert_int_equal(sim_phys_free_pages(machine), BARE_RAM_PAGES - 1);
	put_page(zero);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 1);
	assert_false(sim_page_test(zero, PG_sim_free));
	assert_ptr_not_equal(sim_alloc_pages(machine, 0), zero);
	sim_free_pages(zero + 1, 0);
}

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

static void test_flags_are_independent(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	sim_page_set(page, PG_dirty);
	sim_page_set(page, PG_uncached);
	sim_page_clear(page, PG_dirty);
	assert_false(sim_page_test(page, PG_dirty));
	assert_true(sim_page_test(page, PG_uncached));
	assert_false(sim_page_test(page, PG_locked));
	put_page(page);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_create_each_layout),
	TEST(test_create_that_fails_changes_nothing),
	TEST(test_pfn_lookup_at_the_edges),
	TEST(test_kernel_names_follow_the_current_machine),
	TEST(test_zero_page_is_reserved),
	TEST(test_get_and_put_count),
	TEST(test_try_get_of_a_free_page_fails),
	TEST(test_try_get_does_not_overflow),
	TEST(test_put_of_none_is_bad_and_changes_nothing),
	TEST(test_get_of_a_page_never_allocated),
	TEST(test_mapcount_counts_from_zero),
	TEST(test_flags_are_independent),
};
SIM_TEST_MAIN(tests)
