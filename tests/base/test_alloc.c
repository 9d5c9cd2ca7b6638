/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/internal.h"

#if SIM_ASAN
#define is_poisoned(ptr) __asan_address_is_poisoned(ptr)
#endif

static const size_t sizes[] = {
	1, 8, 15, 16, 17, 48, 64, 65, 128, 255, 256, 257, 320, 321, 448, 640, 700, 896, 1000,
	1024, 1025, 1500, 2048, 2049, 4096, 4097, 8192, 10000, 16384, 16385, 20480, 20481, 65536,
	100000, 262144ul * 8,
};

static size_t wanted_alignment(size_t size)
{
	if (size > 16384)
		return 4096;
	if (size > 1024)
		return (size_t)1 << (64 - __builtin_clzl(size - 1));
	return size % 64 ? 16 : 64;
}

static void test_alloc_is_zero_aligned_and_disjoint(void **state)
{
	struct sim_machine *machine = *state;
	unsigned char *block[SIM_ARRAY_SIZE(sizes)];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < SIM_ARRAY_SIZE(sizes); i++) {
			block[i] = sim_alloc(machine, sizes[i], SIM_OBJ_MISC);
			assert_non_null(block[i]);
			assert_int_equal((uintptr_t)block[i] % wanted_alignment(sizes[i]), 0);
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(block[i][j], 0);
			memset(block[i], (int)i + 1, sizes[i]);
		}
		for (size_t i = 0; i < SIM_ARRAY_SIZE(sizes); i++) {
			assert_int_equal(block[i][0], i + 1);
			assert_int_equal(block[i][sizes[i] - 1], i + 1);
			sim_free(block[i], sizes[i], SIM_OBJ_MISC);
		}
	}
}

/* Allocates every size up to 40000: no class may be smaller than the request. */
static void test_alloc_every_size_fits(void **state)
{
	struct sim_machine *machine = *state;

	for (size_t size = 1; size < 40000; size += size < 3000 ? 1 : 97) {
		char *a = sim_alloc(machine, size, SIM_OBJ_MISC);
		char *b = sim_alloc(machine, size, SIM_OBJ_MISC);

		assert_non_null(a);
		assert_non_null(b);
		assert_true(a + size <= b || b + size <= a);
		a[size - 1] = 1;
		b[size - 1] = 1;
		sim_free(b, size, SIM_OBJ_MISC);
		sim_free(a, size, SIM_OBJ_MISC);
	}
}

#define NR_LIVE 3000

/* Small blocks share chunks, whose rests are used as well: all of them live,
 * each must still hold what its owner wrote. */
static void test_alloc_random_sizes_do_not_overlap(void **state)
{
	static struct {
		unsigned char *at;
		size_t size;
	} live[NR_LIVE];
	uint64_t seed = 0xa110c;

	print_message("seed %#lx\n", (unsigned long)seed);
	for (size_t i = 0; i < NR_LIVE; i++) {
		live[i].size = next_random(&seed) % 1200 + 1;
		live[i].at = sim_alloc(*state, live[i].size, SIM_OBJ_MISC);
		assert_non_null(live[i].at);
		memset(live[i].at, (int)(i % 251), live[i].size);
	}
	for (size_t i = 0; i < NR_LIVE; i++) {
		for (size_t j = 0; j < live[i].size; j++)
			assert_int_equal(live[i].at[j], i % 251);
		sim_free(live[i].at, live[i].size, SIM_OBJ_MISC);
	}
}

static void test_alloc_reuses_the_last_freed(void **state)
{
	struct sim_machine *machine = *state;
	void *a = sim_alloc(machine, 100, SIM_OBJ_MISC);
	void *b = sim_alloc(machine, 100, SIM_OBJ_MISC);

	sim_free(a, 100, SIM_OBJ_MISC);
	sim_free(b, 100, SIM_OBJ_MISC);
	assert_ptr_equal(sim_alloc(machine, 100, SIM_OBJ_MISC), b);
	assert_ptr_equal(sim_alloc(machine, 100, SIM_OBJ_MISC), a);
	sim_free(a, 100, SIM_OBJ_MISC);
	sim_free(b, 100, SIM_OBJ_MISC);
}

static void test_alloc_of_all_kinds_of_sizes_stays_small(void **state)
{
	struct sim_machine *machine = *state;
	size_t before = sim_arena_of(machine)->brk;

	for (size_t size = 16; size <= 1024; size += 64)
		sim_free(sim_alloc(machine, size, SIM_OBJ_MISC), size, SIM_OBJ_MISC);
	assert_in_range(sim_arena_of(machine)->brk - before, 1, 16384);
}

/* What alignment skips is not lost: a 16 KiB block, then 2 KiB ones below it. */
static void test_alloc_fills_gaps(void **state)
{
	struct sim_machine *machine = *state;
	void *gap = sim_alloc(machine, 2048, SIM_OBJ_MISC);
	void *large = sim_alloc(machine, 16384, SIM_OBJ_MISC);
	size_t brk = sim_arena_of(machine)->brk;
	void *small = sim_alloc(machine, 2048, SIM_OBJ_MISC);

	assert_non_null(small);
	assert_int_equal(sim_arena_of(machine)->brk, brk);
	sim_free(small, 2048, SIM_OBJ_MISC);
	sim_free(large, 16384, SIM_OBJ_MISC);
	sim_free(gap, 2048, SIM_OBJ_MISC);
}

static void test_alloc_raw_is_usable(void **state)
{
	struct sim_machine *machine = *state;
	char *block = sim_alloc_raw(machine, 4096, SIM_OBJ_TABLE);

	assert_non_null(block);
	memset(block, 0x5a, 4096);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_TABLE), 1);
	sim_free(block, 4096, SIM_OBJ_TABLE);
}

static void test_alloc_beyond_the_heap_is_null(void **state)
{
	struct sim_machine *machine = *state;
	void *gib[8] = { NULL };
	size_t nr = 0;

	if (SIM_ASAN)
		skip(); /* cleaning its marks afterwards takes a gigabyte */
	assert_null(sim_alloc(machine, SIM_ARENA_DESC, SIM_OBJ_MISC));
	assert_null(sim_alloc(machine, SIZE_MAX, SIM_OBJ_MISC));
	while (nr < 8 && (gib[nr] = sim_alloc_raw(machine, 1ul << 30, SIM_OBJ_MISC)))
		nr++;
	assert_int_equal(nr, 7); /* the eighth would need what the head has */
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 7);
	assert_non_null(gib[0] = (sim_free(gib[0], 1ul << 30, SIM_OBJ_MISC),
				  sim_alloc_raw(machine, 1ul << 30, SIM_OBJ_MISC)));
	while (nr)
		sim_free(gib[--nr], 1ul << 30, SIM_OBJ_MISC);
}

static void test_free_null_is_ignored(void **state)
{
	(void)state;
	sim_free(NULL, 100, SIM_OBJ_MISC);
	sim_strfree(NULL);
}

static void test_strdup_copies(void **state)
{
	char *copy = sim_strdup(*state, "ttm");

	assert_string_equal(copy, "ttm");
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_MISC), 1);
	sim_strfree(copy);
}

static void test_live_objects_counts_by_kind(void **state)
{
	struct sim_machine *machine = *state;
	void *bo = sim_alloc(machine, 10, SIM_OBJ_BO);

	assert_int_equal(sim_live_objects(machine, SIM_OBJ_BO), 1);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_TT), 0);
	assert_int_equal(sim_live_objects(machine, SIM_NR_OBJECTS), 0);
	sim_free(bo, 10, SIM_OBJ_BO);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_BO), 0);
}

static void test_fail_alloc_fails_the_nth_once(void **state)
{
	struct sim_machine *machine = *state;

	for (unsigned long nth = 1; nth <= 4; nth++) {
		sim_fail_alloc(machine, nth);
		for (unsigned long i = 1; i <= 6; i++) {
			void *block;

			assert_int_equal(sim_fail_alloc_pending(machine), i <= nth);
			block = i % 2 ? sim_alloc(machine, 64, SIM_OBJ_MISC)
				      : sim_alloc_raw(machine, 64, SIM_OBJ_MISC);
			assert_int_equal(block == NULL, i == nth);
			sim_free(block, 64, SIM_OBJ_MISC);
		}
	}
}

static void test_fail_alloc_zero_disarms(void **state)
{
	sim_fail_alloc(*state, 1);
	sim_fail_alloc(*state, 0);
	assert_false(sim_fail_alloc_pending(*state));
	sim_free(sim_alloc(*state, 64, SIM_OBJ_MISC), 64, SIM_OBJ_MISC);
}

static void test_fail_alloc_leaves_the_heap(void **state)
{
	struct sim_machine *machine = *state;
	size_t brk = sim_arena_of(machine)->brk;

	sim_fail_alloc(machine, 1);
	assert_null(sim_alloc(machine, 1 << 20, SIM_OBJ_MISC));
	assert_int_equal(sim_arena_of(machine)->brk, brk);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 0);
}

static void test_alloc_service_is_not_made_to_fail(void **state)
{
	sim_fail_alloc(*state, 1);
	assert_non_null(sim_alloc_service(*state, 64));
	assert_true(sim_fail_alloc_pending(*state));
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_MISC), 0);
	sim_fail_alloc(*state, 0);
}

static void test_freed_block_is_poisoned_under_asan(void **state)
{
#if SIM_ASAN
	char *block = sim_alloc(*state, 100, SIM_OBJ_MISC);

	assert_false(is_poisoned(block));
	assert_false(is_poisoned(block + 99));
	assert_true(is_poisoned(block + 104));
	sim_free(block, 100, SIM_OBJ_MISC);
	assert_true(is_poisoned(block));
	assert_true(is_poisoned(block + 99));
	assert_ptr_equal(sim_alloc(*state, 97, SIM_OBJ_MISC), block);
	assert_false(is_poisoned(block + 96));
	sim_free(block, 97, SIM_OBJ_MISC);
#else
	(void)state;
	skip();
#endif
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_alloc_is_zero_aligned_and_disjoint),
	TEST(test_alloc_every_size_fits),
	TEST(test_alloc_random_sizes_do_not_overlap),
	TEST(test_alloc_reuses_the_last_freed),
	TEST(test_alloc_of_all_kinds_of_sizes_stays_small),
	TEST(test_alloc_fills_gaps),
	TEST(test_alloc_raw_is_usable),
	TEST(test_alloc_beyond_the_heap_is_null),
	TEST(test_free_null_is_ignored),
	TEST(test_strdup_copies),
	TEST(test_live_objects_counts_by_kind),
	TEST(test_fail_alloc_fails_the_nth_once),
	TEST(test_fail_alloc_zero_disarms),
	TEST(test_fail_alloc_leaves_the_heap),
	TEST(test_alloc_service_is_not_made_to_fail),
	TEST(test_freed_block_is_poisoned_under_asan),
};
SIM_TEST_MAIN(tests)
