/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/cpu.h"
#include "base/internal.h"

static void test_restore_brings_back_bytes(void **state)
{
	struct sim_machine *machine = *state;
	char *block = sim_alloc(machine, 3000, SIM_OBJ_MISC);
	struct sim_snapshot *snapshot;

	memset(block, 'a', 3000);
	sim_desc_of(block)->nr_used = 3;
	snapshot = sim_snapshot(machine);
	assert_non_null(snapshot);
	memset(block, 'b', 3000);
	sim_desc_of(block)->nr_used = 4;

	assert_int_equal(sim_restore(machine, snapshot), 0);
	for (int i = 0; i < 3000; i++)
		assert_int_equal(block[i], 'a');
	assert_int_equal(sim_desc_of(block)->nr_used, 3);
	sim_snapshot_free(snapshot);
	sim_free(block, 3000, SIM_OBJ_MISC);
}

/* After a snapshot the heap grows, by little and by much; restored, it is as
 * small as before and its rest is zero again. */
static void test_restore_undoes_heap_growth(void **state)
{
	static const size_t sizes[] = { 100, 4096, 1 << 20, 5 << 20 };
	struct sim_machine *machine = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(sizes); i++) {
		struct sim_snapshot *snapshot = sim_snapshot(machine);
		size_t brk = sim_arena_of(machine)->brk;
		char *first = sim_alloc(machine, sizes[i], SIM_OBJ_MISC);
		char *again;

		memset(first, 0xff, sizes[i]);
		sim_desc_of(first)->nr_used = 9;
		assert_int_equal(sim_restore(machine, snapshot), 0);
		assert_int_equal(sim_arena_of(machine)->brk, brk);
		assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 0);

		again = sim_alloc(machine, sizes[i], SIM_OBJ_MISC);
		assert_ptr_equal(again, first);
		assert_int_equal(sim_desc_of(again)->nr_used, 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(again[j], 0);
		assert_int_equal(sim_restore(machine, snapshot), 0);
		sim_snapshot_free(snapshot);
	}
}

static void test_restore_brings_back_free_lists(void **state)
{
	struct sim_machine *machine = *state;
	char *kept = sim_alloc(machine, 200, SIM_OBJ_MISC);
	char *freed = sim_alloc(machine, 200, SIM_OBJ_MISC);
	struct sim_snapshot *snapshot;

	sim_free(freed, 200, SIM_OBJ_MISC);
	snapshot = sim_snapshot(machine);
	sim_free(kept, 200, SIM_OBJ_MISC);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	kept[0] = 1; /* allocated again */
	assert_ptr_equal(sim_alloc(machine, 200, SIM_OBJ_MISC), freed);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), 2);
	sim_free(freed, 200, SIM_OBJ_MISC);
	sim_free(kept, 200, SIM_OBJ_MISC);
	sim_snapshot_free(snapshot);
}

static void test_restore_brings_back_struct_pages(void **state)
{
	struct sim_machine *machine = *state;
	uint64_t *map = (uint64_t *)((char *)machine + SIM_ARENA_MEM_MAP);
	struct sim_snapshot *snapshot;

	sim_arena_use_pages(machine, 1, 64);
	map[0] = 1;
	snapshot = sim_snapshot(machine);
	sim_arena_use_pages(machine, 100, 64);
	map[0] = 2;
	map[799] = 3;
	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_int_equal(map[0], 1);
	assert_int_equal(map[799], 0);
	assert_int_equal(sim_arena_of(machine)->map_used, 64);
	sim_snapshot_free(snapshot);
}

static void test_restore_counts_and_crash_go_back(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_snapshot *snapshot;

	sim_count(machine, SIM_CNT_FAULT);
	snapshot = sim_snapshot(machine);
	sim_count_n(machine, SIM_CNT_FAULT, 10);
	assert_true(SIM_BUG_ON(machine, "mm/test.c", snapshot != NULL));
	assert_int_equal(sim_enter(machine), -EIO);

	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_int_equal(sim_enter(machine), 0);
	assert_int_equal(sim_counter(machine, SIM_CNT_FAULT), 1);
	assert_int_equal(sim_nr_outcomes(machine, SIM_BUG), 0);
	assert_null(sim_last_outcome(machine, SIM_BUG));
	sim_count(machine, SIM_CNT_FAULT);
	assert_int_equal(sim_counter(machine, SIM_CNT_FAULT), 2);
	sim_snapshot_free(snapshot);
}

static void ignore_event(const struct sim_event *event, void *data)
{
	(void)event;
	(void)data;
}

/* The callback is the host's: one that has gone must not come back. */
static void test_restore_keeps_the_event_fn(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_snapshot *snapshot = sim_snapshot(machine);

	sim_set_event_fn(machine, ignore_event, &snapshot);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_ptr_equal(machine->listeners.event, ignore_event);
	assert_ptr_equal(machine->listeners.event_data, &snapshot);
	sim_snapshot_free(snapshot);
}

static void test_restore_gives_a_new_epoch(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_snapshot *snapshot = sim_snapshot(machine);
	uint64_t epoch = machine->epoch;

	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_int_not_equal(machine->epoch, epoch);
	assert_int_not_equal(machine->epoch, 0);
	sim_snapshot_free(snapshot);
}

static void test_restore_twice_from_one_snapshot(void **state)
{
	struct sim_machine *machine = *state;
	char *block = sim_alloc(machine, 64, SIM_OBJ_MISC);
	struct sim_snapshot *snapshot = sim_snapshot(machine);

	for (int i = 0; i < 2; i++) {
		block[0] = 'x';
		assert_int_equal(sim_restore(machine, snapshot), 0);
		assert_int_equal(block[0], 0);
	}
	sim_free(block, 64, SIM_OBJ_MISC);
	sim_snapshot_free(snapshot);
}

/* A later machine at the same address is another machine. */
static void test_restore_refuses_another_machine(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_machine *other = bare_machine_create();
	struct sim_snapshot *snapshot = sim_snapshot(other);

	assert_int_equal(sim_restore(machine, snapshot), -EINVAL);
	bare_machine_destroy(other);
	other = bare_machine_create();
	assert_int_equal(sim_restore(other, snapshot), -EINVAL);
	bare_machine_destroy(other);
	sim_snapshot_free(snapshot);
}

static void test_snapshot_free_null_is_ignored(void **state)
{
	(void)state;
	sim_snapshot_free(NULL);
}

#if SIM_ASAN
static bool is_poisoned(const char *at)
{
	return __asan_address_is_poisoned(at);
}

/* One free block before a live one: the marks of both must come back. */
static void check_poison(struct sim_machine *machine, size_t size)
{
	char *freed = sim_alloc(machine, size, SIM_OBJ_MISC);
	char *live = sim_alloc(machine, size, SIM_OBJ_MISC);
	struct sim_snapshot *snapshot;

	sim_free(freed, size, SIM_OBJ_MISC);
	snapshot = sim_snapshot(machine);
	assert_true(is_poisoned(freed) && is_poisoned(freed + size - 1));
	assert_false(is_poisoned(live) || is_poisoned(live + size - 1));
	assert_ptr_equal(sim_alloc(machine, size, SIM_OBJ_MISC), freed);
	assert_false(is_poisoned(freed));
	sim_free(live, size, SIM_OBJ_MISC);
	assert_int_equal(sim_restore(machine, snapshot), 0);
	assert_true(is_poisoned(freed) && is_poisoned(freed + size - 1));
	assert_false(is_poisoned(live) || is_poisoned(live + size - 1));
	assert_true(is_poisoned((char *)sim_arena_of(machine)->chunk));
	sim_free(live, size, SIM_OBJ_MISC);
	sim_snapshot_free(snapshot);
}
#endif

static void test_snapshot_keeps_poison_under_asan(void **state)
{
#if SIM_ASAN
	static const size_t sizes[] = { 16, 100, 320, 640, 1024, 2048, 16384, 20480, 50000 };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(sizes); i++)
		check_poison(*state, sizes[i]);
#else
	(void)state;
	skip();
#endif
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_restore_brings_back_bytes),
	TEST(test_restore_undoes_heap_growth),
	TEST(test_restore_brings_back_free_lists),
	TEST(test_restore_brings_back_struct_pages),
	TEST(test_restore_counts_and_crash_go_back),
	TEST(test_restore_keeps_the_event_fn),
	TEST(test_restore_gives_a_new_epoch),
	TEST(test_restore_twice_from_one_snapshot),
	TEST(test_restore_refuses_another_machine),
	TEST(test_snapshot_free_null_is_ignored),
	TEST(test_snapshot_keeps_poison_under_asan),
};
SIM_TEST_MAIN(tests)
