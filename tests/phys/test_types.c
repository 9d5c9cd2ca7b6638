/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a block says about the memory types of its pages, against a look at each.
 */
#include "support/address_space.h"
#include "support/base_fixture.h"

#include "phys/layout.h"
#include "phys/phys.h"

#define BLOCK (1UL << SIM_TYPE_BLOCK_LG2)
#define RAM_START 0x100
#define RAM_PAGES (2 * BLOCK + 40)	/* the last block is a short one */
#define WC (1UL << PG_arch_1)
#define UC (1UL << PG_uncached)

static int setup(void **state)
{
	bare_setup_phys(state);
	sim_phys_destroy(*state);
	return sim_phys_create(*state, 12, RAM_START, RAM_PAGES, 0, 0);
}

static struct page *nth_page(const struct sim_machine *machine, unsigned long nr)
{
	return machine->phys->ram.map + nr;
}

/* All pages looked at. */
static bool one_type(const struct sim_machine *machine, unsigned long nr, unsigned long *bits)
{
	unsigned long first = nr / BLOCK * BLOCK;

	*bits = nth_page(machine, first)->flags & SIM_TYPE_BITS;
	for (unsigned long i = first; i < first + BLOCK && i < RAM_PAGES; i++)
		if ((nth_page(machine, i)->flags & SIM_TYPE_BITS) != *bits)
			return false;
	return true;
}

static void check_blocks(const struct sim_machine *machine)
{
	for (unsigned long nr = 0; nr < RAM_PAGES; nr += BLOCK) {
		unsigned long said, is;
		bool one = sim_block_has_one_type(machine->phys, nr, &said);

		assert_int_equal(one, one_type(machine, nr, &is));
		if (one)
			assert_int_equal(said, is);
	}
}

static void test_types_blocks_follow_their_pages(void **state)
{
	static const unsigned long types[] = { 0, WC, UC };
	struct sim_machine *machine = *state;
	uint64_t seed = as_seed(1);

	sim_arena_use_pages(machine, RAM_PAGES, sizeof(struct page));
	check_blocks(machine);
	for (int round = 0; round < 300; round++) {
		unsigned long at = next_random(&seed) % RAM_PAGES;
		unsigned long nr = next_random(&seed) % (2 * BLOCK);
		unsigned long bits = types[next_random(&seed) % SIM_ARRAY_SIZE(types)];

		for (unsigned long i = at; i < at + nr && i < RAM_PAGES; i++)
			sim_page_set_type_bits(nth_page(machine, i), bits);
		check_blocks(machine);
	}
}

static void test_types_other_flags_stay(void **state)
{
	struct page *page = nth_page(*state, BLOCK + 3);

	sim_page_set(page, PG_dirty);
	sim_page_set_type_bits(page, UC);
	assert_int_equal(page->flags, UC | 1UL << PG_dirty);
	sim_page_set_type_bits(page, WC);
	assert_int_equal(page->flags, WC | 1UL << PG_dirty);
	sim_page_set_type_bits(page, 0);
	assert_int_equal(page->flags, 1UL << PG_dirty);
}

/* A page that is freed, and one that is handed out, is WB. */
static void test_types_end_with_the_page(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 0);

	sim_page_set_type_bits(page, WC);
	check_blocks(machine);
	put_page(page);
	assert_int_equal(page->flags & SIM_TYPE_BITS, 0);
	check_blocks(machine);
	sim_page_set_type_bits(page, UC);
	assert_ptr_equal(sim_alloc_pages(machine, 0), page);
	assert_int_equal(page->flags & SIM_TYPE_BITS, 0);
	check_blocks(machine);
	put_page(page);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, bare_teardown)
	TEST(test_types_blocks_follow_their_pages),
	TEST(test_types_other_flags_stay),
	TEST(test_types_end_with_the_page),
};

SIM_TEST_MAIN(tests)
