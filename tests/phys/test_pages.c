/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "phys/refs.h"

static unsigned int nr_bad(const struct sim_machine *machine)
{
	return sim_nr_outcomes(machine, SIM_BAD_PAGE);
}

/* The reason in the last "Bad page state". */
static const char *bad_reason(const struct sim_machine *machine)
{
	const struct sim_outcome *outcome = sim_last_outcome(machine, SIM_BAD_PAGE);

	return outcome ? outcome->condition : "none";
}

/*
 * Every free page is in a list exactly once, or was never handed out; blocks
 * are aligned; the count is right.
 */
static void check_lists(const struct sim_machine *machine)
{
	const struct sim_phys *phys = machine->phys;
	unsigned long listed = 0, marked = 0;

	for (unsigned int order = 0; order <= SIM_MAX_ORDER; order++) {
		const struct page *page = phys->free[order];

		for (; page; page = page->sim_free_next) {
			assert_int_equal(page_to_pfn(page) & ((1ul << order) - 1), 0);
			for (unsigned long i = 0; i < 1ul << order; i++)
				assert_true(sim_page_test(page + i, PG_sim_free));
			listed += 1ul << order;
			assert_in_range(listed, 0, phys->fresh);
		}
	}
	for (unsigned long i = 0; i < phys->fresh; i++)
		marked += sim_page_test(phys->ram.map + i, PG_sim_free);
	assert_int_equal(listed, marked);
	assert_int_equal(phys->nr_free, listed + phys->ram.nr - phys->fresh);
}

static void test_alloc_each_order(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine);

	for (unsigned int order = 0; order <= SIM_MAX_ORDER; order++) {
		struct page *page = sim_alloc_pages(machine, order);

		assert_non_null(page);
		assert_int_equal(page_to_pfn(page) & ((1ul << order) - 1), 0);
		assert_int_equal(page_count(page), 1);
		for (unsigned long i = 1; i < 1ul << order; i++)
			assert_int_equal(page_count(page + i), 0);
		assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 1ul << order);
		assert_int_equal(sim_phys_free_pages(machine), free - (1ul << order));
		check_lists(machine);
		sim_free_pages(page, order);
		assert_int_equal(sim_phys_free_pages(machine), free);
		check_lists(machine);
	}
	assert_int_equal(nr_bad(machine), 0);
	assert_int_equal(sim_counter(machine, SIM_CNT_PAGE_ALLOC), 2047);
	assert_int_equal(sim_counter(machine, SIM_CNT_PAGE_FREE), 2047);
}

static void test_alloc_order_too_large_is_null(void **state)
{
	assert_null(sim_alloc_pages(*state, SIM_MAX_ORDER + 1));
	assert_null(sim_alloc_pages(*state, ~0u));
}

static void test_alloc_on_crashed_machine_is_null(void **state)
{
	sim_outcome_record(*state, SIM_BUG, "f", "g", "c");
	assert_null(sim_alloc_pages(*state, 0));
}

static void test_alloc_lowest_first_then_last_freed(void **state)
{
	struct sim_machine *machine = *state;
	struct page *a = sim_alloc_pages(machine, 0);
	struct page *b = sim_alloc_pages(machine, 0);

	assert_ptr_equal(b, a + 1);
	put_page(a);
	put_page(b);
	assert_ptr_equal(sim_alloc_pages(machine, 0), b);
	assert_ptr_equal(sim_alloc_pages(machine, 0), a);
	put_page(a);
	put_page(b);
}

static void test_alloc_until_ram_is_used_up(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine), nr = 0;
	struct page *all = NULL, *page;

	while ((page = sim_alloc_pages(machine, 0))) {
		page->sim_next = all;
		all = page;
		nr++;
	}
	assert_int_equal(nr, free);
	assert_int_equal(sim_phys_free_pages(machine), 0);
	while (all) {
		page = all;
		all = page->sim_next;
		put_page(page);
	}
	check_lists(machine);
}

/* All of RAM as single pages, given back in any order: a large block must be
 * found again. */
static void test_alloc_merges_when_it_must(void **state)
{
	struct sim_machine *machine = *state;
	struct page *first = sim_alloc_pages(machine, 0), *page;
	unsigned long nr = 1;

	while (sim_alloc_pages(machine, 0))
		nr++;
	for (unsigned long i = 0; i < nr; i++)
		put_page(first + i * 11 % nr);
	assert_int_not_equal(nr % 11, 0); /* so each page once */
	page = sim_alloc_pages(machine, SIM_MAX_ORDER);
	assert_non_null(page);
	check_lists(machine);
	sim_free_pages(page, SIM_MAX_ORDER);
	assert_int_equal(nr_bad(machine), 0);
}

static void test_alloc_does_not_merge_over_used_pages(void **state)
{
	struct sim_machine *machine = *state;
	struct page *first = sim_alloc_pages(machine, 0);
	unsigned long nr = 1;

	while (sim_alloc_pages(machine, 0))
		nr++;
	for (unsigned long i = 0; i < nr; i += 2)
		put_page(first + i);
	assert_null(sim_alloc_pages(machine, 1));
	check_lists(machine);
	for (unsigned long i = 1; i < nr; i += 2)
		put_page(first + i);
	check_lists(machine);
}

static void test_alloc_that_fails_changes_nothing(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine);
	struct page *page;

	for (unsigned int order = 0; order <= SIM_MAX_ORDER; order++) {
		sim_fail_alloc(machine, 1);
		assert_null(sim_alloc_pages(machine, order));
		assert_false(sim_fail_alloc_pending(machine));
		assert_int_equal(sim_phys_free_pages(machine), free);
		assert_int_equal(machine->phys->fresh, 1);
	}
	page = sim_alloc_pages(machine, 0);
	assert_non_null(page);
	put_page(page);
}

static void test_alloc_clears_what_the_last_owner_left(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 0);
	unsigned char byte = 7;

	page->index = 5;
	page->private_data = 6;
	page->mapping = (struct address_space *)1ul; /* anonymous: may be freed */
	sim_page_set(page, PG_dirty);
	sim_phys_write(machine, page_to_pfn(page), 0, &byte, 1);
	put_page(page);
	assert_int_equal(nr_bad(machine), 0);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE_BYTES), 0);
	/* a store through a stale mapping */
	sim_phys_write(machine, page_to_pfn(page), 0, &byte, 1);

	assert_ptr_equal(sim_alloc_pages(machine, 0), page);
	assert_int_equal(page->flags, 0);
	assert_int_equal(page->index, 0);
	assert_int_equal(page->private_data, 0);
	assert_null(page->mapping);
	sim_phys_read(machine, page_to_pfn(page), 0, &byte, 1);
	assert_int_equal(byte, 0);
	put_page(page);
}

struct bad_state {
	const char *description;
	int mapcount;
	uintptr_t mapping;
	unsigned long flags;
	const char *reason;
};

static const struct bad_state bad_states[] = {
	{ "mapped", 1, 0, 0, "nonzero mapcount" },
	{ "of a file", 0, 0x1000, 0, "non-NULL mapping" },
	{ "locked", 0, 0, 1ul << PG_locked, "PAGE_FLAGS_CHECK_AT_FREE flag(s) set" },
	{ "slab", 0, 0, 1ul << PG_slab, "PAGE_FLAGS_CHECK_AT_FREE flag(s) set" },
};

/* The kernel reports such a page and never uses it again. */
static void test_put_in_bad_state_keeps_the_page(void **state)
{
	struct sim_machine *machine = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(bad_states); i++) {
		const struct bad_state *bad = &bad_states[i];
		struct page *page = sim_alloc_pages(machine, 0);

		page->_mapcount.counter = bad->mapcount;
		page->mapping = (struct address_space *)bad->mapping;
		page->flags = bad->flags;
		put_page(page);
		assert_int_equal(nr_bad(machine), i + 1);
		if (strcmp(bad_reason(machine), bad->reason) != 0)
			fail_msg("%s: %s", bad->description, bad_reason(machine));
		assert_false(sim_page_test(page, PG_sim_free));
		assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), i + 1);
	}
	sim_count_object(machine, SIM_OBJ_PAGE, -(long)SIM_ARRAY_SIZE(bad_states));
}

/* put_page() on a tail frees that page under its owner; the owner's own free
 * then meets a free page and skips it. */
static void test_put_of_a_tail_then_free_of_the_block(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 2);

	get_page(page + 2);
	assert_int_equal(nr_bad(machine), 1); /* a tail has no reference */
	put_page(page + 2);
	assert_true(sim_page_test(page + 2, PG_sim_free));
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 3);
	sim_free_pages(page, 2);
	assert_int_equal(nr_bad(machine), 2);
	assert_string_equal(bad_reason(machine), "page is free already");
	check_lists(machine);
}

static void test_free_twice_is_bad(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine);

	for (unsigned int order = 0; order <= 3; order++) {
		struct page *page = sim_alloc_pages(machine, order);
		unsigned int before = nr_bad(machine);

		sim_free_pages(page, order);
		sim_free_pages(page, order);
		assert_int_equal(nr_bad(machine) - before, 1u << order);
		assert_int_equal(sim_phys_free_pages(machine), free);
		check_lists(machine);
	}
}

/* A single page goes with the last reference, whoever has it: nobody is told. */
static void test_free_of_a_held_single_page(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine);
	struct page *page = sim_alloc_pages(machine, 0);

	get_page(page);
	sim_free_pages(page, 0);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(sim_phys_free_pages(machine), free - 1);
	put_page(page);
	assert_int_equal(sim_phys_free_pages(machine), free);
	assert_int_equal(nr_bad(machine), 0);
	check_lists(machine);
}

static void test_free_with_a_reference_left(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 1);

	get_page(page);
	sim_free_pages(page, 1);
	assert_int_equal(nr_bad(machine), 1);
	assert_string_equal(bad_reason(machine), "nonzero _refcount");
	assert_int_equal(page_count(page), 1);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 1);
	check_lists(machine);
	put_page(page);
	assert_int_equal(nr_bad(machine), 1);
	check_lists(machine);
}

static void test_free_with_a_reference_to_a_tail(void **state)
{
	struct sim_machine *machine = *state;
	struct page *page = sim_alloc_pages(machine, 3);

	get_page(page + 5);
	sim_free_pages(page, 3);
	assert_int_equal(nr_bad(machine), 2);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 1);
	check_lists(machine);
	put_page(page + 5);
	check_lists(machine);
}

static void test_free_of_a_nonsense_order_is_ignored(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	sim_free_pages(page, 50);
	assert_int_equal(page_count(page), 1);
	put_page(page);
}

/* Somebody holds a page that lies in the free list: it is not handed out, and
 * comes back with its last reference. */
static void test_alloc_sets_a_held_free_page_aside(void **state)
{
	struct sim_machine *machine = *state;
	unsigned long free = sim_phys_free_pages(machine);
	struct page *page = sim_alloc_pages(machine, 2);
	struct page *again;

	sim_free_pages(page, 2);
	get_page(page + 1);
	again = sim_alloc_pages(machine, 2);
	assert_non_null(again);
	assert_ptr_not_equal(again, page);
	assert_string_equal(bad_reason(machine), "nonzero _refcount");
	check_lists(machine);
	put_page(page + 1);
	sim_free_pages(again, 2);
	check_lists(machine);
	assert_int_equal(sim_phys_free_pages(machine), free);
}

static void test_snapshot_brings_back_the_allocator(void **state)
{
	struct sim_machine *machine = *state;
	struct page *kept = sim_alloc_pages(machine, 4), *first, *second;
	struct sim_snapshot *snapshot = sim_snapshot(machine);

	first = sim_alloc_pages(machine, 6);
	sim_free_pages(kept, 4);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	check_lists(machine);
	assert_int_equal(page_count(kept), 1);
	second = sim_alloc_pages(machine, 6);
	assert_ptr_equal(first, second);
	sim_free_pages(second, 6);
	sim_free_pages(kept, 4);
	assert_int_equal(nr_bad(machine), 0);
	sim_snapshot_free(snapshot);
}

#define NR_HELD 64

static void test_random_sequence_keeps_the_lists(void **state)
{
	struct sim_machine *machine = *state;
	struct page *held[NR_HELD] = { NULL };
	unsigned int order[NR_HELD] = { 0 };
	uint64_t seed = 0x9a6e5;

	print_message("seed %#lx\n", (unsigned long)seed);
	for (int step = 0; step < 4000; step++) {
		unsigned int i = next_random(&seed) % NR_HELD;

		if (held[i]) {
			sim_free_pages(held[i], order[i]);
			held[i] = NULL;
		} else {
			order[i] = next_random(&seed) % 8;
			held[i] = sim_alloc_pages(machine, order[i]);
		}
		if (step % 50 == 0)
			check_lists(machine);
	}
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i])
			sim_free_pages(held[i], order[i]);
	}
	check_lists(machine);
	assert_int_equal(sim_phys_free_pages(machine), BARE_RAM_PAGES - 1);
	assert_int_equal(nr_bad(machine), 0);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_alloc_each_order),
	TEST(test_alloc_order_too_large_is_null),
	TEST(test_alloc_on_crashed_machine_is_null),
	TEST(test_alloc_lowest_first_then_last_freed),
	TEST(test_alloc_until_ram_is_used_up),
	TEST(test_alloc_merges_when_it_must),
	TEST(test_alloc_does_not_merge_over_used_pages),
	TEST(test_alloc_that_fails_changes_nothing),
	TEST(test_alloc_clears_what_the_last_owner_left),
	TEST(test_put_in_bad_state_keeps_the_page),
	TEST(test_put_of_a_tail_then_free_of_the_block),
	TEST(test_free_twice_is_bad),
	TEST(test_free_of_a_held_single_page),
	TEST(test_free_with_a_reference_left),
	TEST(test_free_with_a_reference_to_a_tail),
	TEST(test_free_of_a_nonsense_order_is_ignored),
	TEST(test_alloc_sets_a_held_free_page_aside),
	TEST(test_snapshot_brings_back_the_allocator),
	TEST(test_random_sequence_keeps_the_lists),
};
SIM_TEST_MAIN(tests)
