/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "phys/layout.h"
#include "phys/phys.h"

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

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_create_each_layout),
	TEST(test_create_that_fails_changes_nothing),
	TEST(test_zero_page_is_reserved),
};
SIM_TEST_MAIN(tests)
