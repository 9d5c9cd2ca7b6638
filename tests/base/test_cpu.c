/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/cpu.h"
#include "base/internal.h"
#include "base/internal.h"

static void test_count_adds_up(void **state)
{
	struct sim_machine *machine = *state;
	uint64_t all[SIM_NR_COUNTERS];

	sim_count(machine, SIM_CNT_PTE_WRITE);
	sim_count_n(machine, SIM_CNT_PTE_WRITE, 16);
	sim_cpu_count(sim_cpu(machine), SIM_CNT_PTE_READ);
	assert_int_equal(sim_counter(machine, SIM_CNT_PTE_WRITE), 17);
	sim_counters(machine, all);
	for (unsigned int i = 0; i < SIM_NR_COUNTERS; i++)
		assert_int_equal(all[i], sim_counter(machine, i));
	assert_int_equal(all[SIM_CNT_PTE_READ], 1);
	assert_int_equal(all[SIM_CNT_FAULT], 0);
}

static void test_counter_unknown_is_zero(void **state)
{
	assert_int_equal(sim_counter(*state, SIM_NR_COUNTERS), 0);
}

static void test_enter_binds_once(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_cpu *cpu;

	assert_int_equal(sim_enter(machine), 0);
	cpu = sim_cpu(machine);
	assert_int_equal(sim_enter(machine), 0);
	assert_ptr_equal(sim_cpu(machine), cpu);
	assert_int_equal(machine->nr_cpus, 1);
	assert_int_equal(machine->threaded, 0);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_CPU), 2);
}

/* Going from machine to machine finds the slots again, and counts apart. */
static void test_two_machines_in_turn(void **state)
{
	struct sim_machine *a = *state;
	struct sim_machine *b = bare_machine_create();

	for (int i = 0; i < 5; i++) {
		sim_count(a, SIM_CNT_FAULT);
		sim_count_n(b, SIM_CNT_FAULT, 2);
	}
	assert_int_equal(sim_counter(a, SIM_CNT_FAULT), 5);
	assert_int_equal(sim_counter(b, SIM_CNT_FAULT), 10);
	assert_int_equal(a->nr_cpus, 1);
	assert_int_equal(b->nr_cpus, 1);
	bare_machine_destroy(b);
}

static void test_bind_is_not_an_allocation_that_can_fail(void **state)
{
	sim_fail_alloc(*state, 1);
	sim_count(*state, SIM_CNT_FAULT);
	assert_true(sim_fail_alloc_pending(*state));
	assert_false(sim_thread.shared_cpu);
	sim_fail_alloc(*state, 0);
}

static void test_bind_without_heap_shares_the_last_slot(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_arena *arena = sim_arena_of(machine);
	size_t brk = arena->brk;

	arena->brk = SIM_ARENA_DESC;
	arena->chunk_end = arena->chunk;
	sim_count(machine, SIM_CNT_FAULT);
	assert_true(sim_thread.shared_cpu);
	assert_int_equal(machine->cpu[SIM_MAX_CPUS - 1]->count[SIM_CNT_FAULT], 1);
	assert_int_equal(sim_counter(machine, SIM_CNT_FAULT), 1);
	arena->brk = brk;
}

static void test_thread_id_is_constant(void **state)
{
	(void)state;
	assert_int_not_equal(sim_thread_id(), 0);
	assert_int_equal(sim_thread_id(), sim_thread_id());
}

static void test_init_sets_epoch_and_owner(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_machine *other = bare_machine_create();

	assert_int_not_equal(machine->epoch, 0);
	assert_int_not_equal(machine->epoch, other->epoch);
	assert_int_equal(machine->owner_thread, sim_thread_id());
	assert_int_equal(machine->threaded, 0);
	assert_non_null(machine->cpu[SIM_MAX_CPUS - 1]);
	bare_machine_destroy(other);
}

static void test_init_without_room_is_enomem(void **state)
{
	struct sim_machine *machine = *state;
	struct sim_arena *arena = sim_arena_of(machine);

	arena->brk = SIM_ARENA_DESC;
	arena->chunk = arena->chunk_end;
	memset(arena->class, 0, sizeof(arena->class));
	assert_int_equal(sim_cpu_init(machine), -ENOMEM);
	arena->brk = 8192;
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_init_sets_epoch_and_owner),
	TEST(test_init_without_room_is_enomem),
	TEST(test_count_adds_up),
	TEST(test_counter_unknown_is_zero),
	TEST(test_enter_binds_once),
	TEST(test_two_machines_in_turn),
	TEST(test_bind_is_not_an_allocation_that_can_fail),
	TEST(test_bind_without_heap_shares_the_last_slot),
	TEST(test_thread_id_is_constant),
};
SIM_TEST_MAIN(tests)
