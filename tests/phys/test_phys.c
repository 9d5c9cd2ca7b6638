/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "phys/phys.h"

#define RAM_END (BARE_RAM_START + BARE_RAM_PAGES)
#define IO_END (BARE_IO_START + BARE_IO_PAGES)

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
	TEST(test_pfn_lookup_at_the_edges),
	TEST(test_kernel_names_follow_the_current_machine),
	TEST(test_flags_are_independent),
};
SIM_TEST_MAIN(tests)
