/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_threads.c - pages and bytes from many threads at once, by owners that
 * keep the rules and by ones that do not.
 */
#include "support/base_fixture.h"

#include "phys/refs.h"

#define NR_THREADS 4
#define ROUNDS 1500
#define SHARED_PFN (BARE_IO_START + 5)

static void *alloc_write_free(void *data)
{
	struct sim_machine *machine = data;
	uint64_t seed = sim_thread_id(), mark = sim_thread_id();

	for (int i = 0; i < ROUNDS; i++) {
		unsigned int order = next_random(&seed) % 4;
		struct page *page = sim_alloc_pages(machine, order);
		unsigned long pfn;
		uint64_t found = 1;

		assert_non_null(page);
		pfn = page_to_pfn(page) + (1ul << order) - 1;
		assert_int_equal(sim_phys_read(machine, pfn, 8, &found, 8), 0);
		assert_int_equal(found, 0);
		assert_int_equal(sim_phys_write(machine, pfn, 8, &mark, 8), 0);
		assert_int_equal(sim_phys_read(machine, pfn, 8, &found, 8), 0);
		assert_int_equal(found, mark);
		sim_free_pages(page, order);
	}
	return NULL;
}

static void test_alloc_gives_each_page_once(void **state)
{
	struct sim_machine *machine = *state;

	run_threads(NR_THREADS, alloc_write_free, machine);
	assert_int_equal(sim_phys_free_pages(machine), BARE_RAM_PAGES - 1);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE), 0);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_PAGE_BYTES), 0);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), 0);
}

static void *get_and_put(void *data)
{
	struct page *page = data;

	for (int i = 0; i < ROUNDS; i++) {
		get_page(page);
		assert_true(sim_try_get_page(page, GUP_PIN_COUNTING_BIAS));
		sim_page_add_map(page);
		sim_put_page(page, GUP_PIN_COUNTING_BIAS);
		sim_page_remove_map(page);
		put_page(page);
	}
	return NULL;
}

static void test_references_are_atomic(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);

	run_threads(NR_THREADS, get_and_put, page);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 0);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 0);
	put_page(page);
}

struct last_put {
	struct page *page;
	unsigned int nr_got;
};

static void *try_get_then_put(void *data)
{
	struct last_put *last = data;

	if (sim_try_get_page(last->page, 1)) {
		__atomic_fetch_add(&last->nr_got, 1, __ATOMIC_RELAXED);
		put_page(last->page);
	}
	put_page(last->page);
	return NULL;
}

/* Each thread owns one reference; whoever is last frees the page, once. */
static void test_last_put_frees_once(void **state)
{
	for (int round = 0; round < 100; round++) {
		struct last_put last = { .page = sim_alloc_pages(*state, 0) };

		sim_get_page(last.page, NR_THREADS - 1);
		run_threads(NR_THREADS, try_get_then_put, &last);
		assert_int_equal(last.nr_got, NR_THREADS);
		assert_int_equal(page_count(last.page), 0);
		assert_int_equal(sim_live_objects(*state, SIM_OBJ_PAGE), 0);
	}
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 0);
}

static void *write_own_byte(void *data)
{
	static unsigned int next;
	unsigned int at = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % 128;
	unsigned char byte = 1;

	assert_int_equal(sim_phys_write(data, SHARED_PFN, at, &byte, 1), 0);
	return NULL;
}

/* The first writes of many threads must all be in the one storage. */
static void test_first_writes_meet(void **state)
{
	for (int round = 0; round < 100; round++) {
		unsigned char found[128];
		unsigned int sum = 0;

		run_threads(NR_THREADS, write_own_byte, *state);
		assert_int_equal(sim_phys_read(*state, SHARED_PFN, 0, found, 128), 0);
		for (int i = 0; i < 128; i++)
			sum += found[i];
		assert_int_equal(sum, NR_THREADS);
		assert_int_equal(sim_live_objects(*state, SIM_OBJ_PAGE_BYTES), 1);
		sim_phys_clear(*state, SHARED_PFN);
	}
}

struct stale {
	struct sim_machine *machine;
	unsigned long pfn;
	unsigned int role;
};

static void *stale_access(void *data)
{
	struct stale *stale = data;
	unsigned int role = __atomic_fetch_add(&stale->role, 1, __ATOMIC_RELAXED);
	uint64_t word = ~0ull, object[16];

	for (int i = 0; i < ROUNDS; i++) {
		if (role % 2) {
			sim_phys_write(stale->machine, stale->pfn, i % 500 * 8ul, &word, 8);
			sim_phys_read(stale->machine, stale->pfn, 3, object, sizeof(object));
		} else {
			struct page *page = sim_alloc_pages(stale->machine, 0);
			void *block = sim_alloc(stale->machine, 4096, SIM_OBJ_MISC);

			memset(block, 1, 4096);
			sim_phys_copy(stale->machine, page_to_pfn(page), stale->pfn);
			put_page(page);
			assert_int_equal(*(uint64_t *)block, 0x0101010101010101);
			sim_free(block, 4096, SIM_OBJ_MISC);
		}
	}
	return NULL;
}

/* Stores through a stale mapping, while the page is freed and used again: they
 * end in some page, never in the simulator's own objects. */
static void test_stale_stores_stay_in_pages(void **state)
{
	struct page *page = sim_alloc_pages(*state, 0);
	struct stale stale = { .machine = *state, .pfn = page_to_pfn(page) };

	put_page(page);
	run_threads(NR_THREADS, stale_access, &stale);
	sim_phys_clear(*state, stale.pfn);
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_PAGE), 0);
	assert_int_equal(sim_nr_outcomes(*state, SIM_BAD_PAGE), 0);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup_phys, bare_teardown)
	TEST(test_alloc_gives_each_page_once),
	TEST(test_references_are_atomic),
	TEST(test_last_put_frees_once),
	TEST(test_first_writes_meet),
	TEST(test_stale_stores_stay_in_pages),
};
SIM_TEST_MAIN(tests)
