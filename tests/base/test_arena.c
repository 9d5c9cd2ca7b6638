/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/base_fixture.h"

#include "base/internal.h"

struct probe {
	const char *description;
	size_t offset;
};

static const struct probe parts[] = {
	{ "behind the head", SIM_ARENA_STATE - 8 },
	{ "heap", 1 << 20 },
	{ "end of heap", SIM_ARENA_DESC - 8 },
	{ "descriptors", SIM_ARENA_DESC },
	{ "mem_map", SIM_ARENA_MEM_MAP },
	{ "last byte", SIM_ARENA_BYTES - 8 },
};

static uint64_t *word_at(void *base, size_t offset)
{
	return (uint64_t *)((char *)base + offset);
}

static void test_create_is_aligned_and_zero(void **state)
{
	char *base = sim_arena_create(sizeof(struct sim_machine));

	(void)state;
	assert_non_null(base);
	assert_int_equal((uintptr_t)base % SIM_ARENA_BYTES, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(parts); i++) {
		if (*word_at(base, parts[i].offset) != 0)
			fail_msg("not zero: %s", parts[i].description);
	}
	sim_arena_destroy(base);
}

static void test_create_refuses_a_head_without_room(void **state)
{
	(void)state;
	assert_null(sim_arena_create(SIM_ARENA_STATE + 1));
}

static void test_machine_of_any_pointer(void **state)
{
	void *base = sim_arena_create(64);

	(void)state;
	assert_non_null(base);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(parts); i++)
		assert_ptr_equal(sim_machine_of(word_at(base, parts[i].offset)), base);
	sim_arena_destroy(base);
}

static void test_desc_of_is_one_per_2_kib(void **state)
{
	char *base = sim_arena_create(64);

	(void)state;
	assert_non_null(base);
	assert_ptr_equal(sim_desc_of(base + 4096), sim_desc_of(base + 4096 + 2047));
	assert_ptr_equal(sim_desc_of(base + 4096) + 1, sim_desc_of(base + 4096 + 2048));
	assert_ptr_equal(sim_desc_of(base), base + SIM_ARENA_DESC);
	sim_arena_destroy(base);
}

/* What one machine wrote must not be seen by the next at the same place. */
static void test_reuse_is_zero(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct sim_machine *machine = bare_machine_create();
		size_t size = round == 1 ? 3 << 20 : 100; /* by hand, and given back */
		char *block = sim_alloc(machine, size, SIM_OBJ_MISC);
		uint64_t *map = word_at(machine, SIM_ARENA_MEM_MAP);
		struct sim_desc *desc = sim_desc_of(block);

		assert_non_null(block);
		assert_int_equal(desc->nr_used, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(block[i], 0);
		assert_int_equal(map[511], 0);
		memset(block, 0xff, size);
		desc->nr_used = 7;
		sim_arena_use_pages(machine, 64, 64);
		map[511] = 1;
		bare_machine_destroy(machine);
	}
}

static void test_many_live_at_once(void **state)
{
	struct sim_machine *machine[20];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(machine); i++) {
		machine[i] = bare_machine_create();
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(machine[i], machine[j]);
	}
	for (size_t i = 0; i < SIM_ARRAY_SIZE(machine); i++)
		bare_machine_destroy(machine[i]);
}

static void test_use_pages_only_grows(void **state)
{
	struct sim_machine *machine = bare_machine_create();

	(void)state;
	sim_arena_use_pages(machine, 10, 64);
	sim_arena_use_pages(machine, 3, 64);
	assert_int_equal(sim_arena_of(machine)->map_used, 640);
	bare_machine_destroy(machine);
}

static void test_zero_of_any_range(void **state)
{
	const size_t bytes = 3 << 20;
	struct sim_machine *machine = bare_machine_create();
	char *block = sim_alloc(machine, bytes, SIM_OBJ_MISC);

	(void)state;
	assert_non_null(block);
	memset(block, 1, bytes);
	sim_arena_zero(block + 5, bytes - 10);
	for (size_t i = 0; i < bytes; i++)
		assert_int_equal(block[i], i < 5 || i >= bytes - 5);
	bare_machine_destroy(machine);
}

/* ---- a host that gives no address space ---- */

/* In a child, whose stderr is the pipe: more arenas than are kept of those before. */
static int create_within(rlim_t address_space, int to)
{
	const struct rlimit limit = { address_space, address_space };
	void *base;
	int i;

	if (dup2(to, STDERR_FILENO) < 0 || setrlimit(RLIMIT_AS, &limit))
		return 1;
	for (i = 0; i < 100; i++) {
		base = sim_arena_create(64);
		if (!base)
			return 0;
	}
	return 2;
}

static void test_no_address_space_is_told(void **state)
{
	char said[512] = "";
	int fds[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(create_within(1UL << 30, fds[1]));
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(read(fds[0], said, sizeof(said) - 1) > 0);
	close(fds[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_string_equal(said, "ttmsim: a machine wanted 32 GiB of address space, of which it"
				  " keeps 16 and uses what it touches: Cannot allocate memory"
				  " (ulimit -v, vm.overcommit_memory)\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_no_address_space_is_told),
	cmocka_unit_test(test_create_is_aligned_and_zero),
	cmocka_unit_test(test_create_refuses_a_head_without_room),
	cmocka_unit_test(test_machine_of_any_pointer),
	cmocka_unit_test(test_desc_of_is_one_per_2_kib),
	cmocka_unit_test(test_reuse_is_zero),
	cmocka_unit_test(test_many_live_at_once),
	cmocka_unit_test(test_use_pages_only_grows),
	cmocka_unit_test(test_zero_of_any_range),
};
SIM_TEST_MAIN(tests)
