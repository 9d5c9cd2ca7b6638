/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <sys/mman.h>

#include "sim/machine.h"
#include "support/run.h"
#include "ttm/sim_device.h"

static void test_create_defaults(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);

	(void)state;
	assert_non_null(machine);
	assert_string_equal(sim_machine_arch(machine)->name, "x86_64");
	assert_string_equal(sim_machine_release(machine), "6.1");
	assert_true(sim_machine_features(machine) >> SIM_FEAT_PTE_SPECIAL & 1);
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	assert_int_equal(sim_machine_check(machine, NULL, NULL), 0);
	sim_machine_destroy(machine);
	sim_machine_destroy(NULL);
}

static void test_create_every_arch_and_release(void **state)
{
	const struct sim_arch *arch;
	const char *release;

	(void)state;
	for (unsigned int r = 0; (release = sim_release_nth(r)); r++) {
		for (unsigned int a = 0; (arch = sim_arch_nth(a)); a++) {
			struct sim_machine_config config = { .arch = arch->name,
							     .release = release };
			struct sim_machine *machine = sim_machine_create(&config);

			if (arch->since > sim_release_number(release)) {
				assert_null(machine);
				continue;
			}
			assert_non_null(machine);
			assert_ptr_equal(sim_machine_arch(machine), arch);
			assert_string_equal(sim_machine_release(machine), release);
			assert_non_null(sim_machine_ttm(machine));
			assert_ptr_equal(sim_machine_ttm(machine), sim_machine_ttm(machine));
			assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
			sim_machine_destroy(machine);
		}
	}
}

static void test_create_refuses_what_cannot_be(void **state)
{
	static const struct {
		const char *description;
		struct sim_machine_config config;
	} cases[] = {
		{ "no such arch", { .arch = "pdp11" } },
		{ "no such release", { .release = "2.4" } },
		{ "RAM not in pages", { .ram_bytes = 4097 } },
		{ "VRAM not in pages", { .vram_bytes = 100 } },
		{ "more RAM than any machine has", { .ram_bytes = 1ULL << 60 } },
		{ "more VRAM than any machine has", { .vram_bytes = 1ULL << 60 } },
		{ "RAM that reaches into I/O memory", { .arch = "arm", .ram_bytes = 4ULL << 30 } },
		{ "no such TTM mode", { .ttm = SIM_NR_TTM_MODES } },
		{ "no such policy for huge pages", { .thp = SIM_THP_NEVER + 1 } },
		{ "blocks that no pool has", { .pool_max_order = MAX_ORDER + 1 } },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		errno = 0;
		if (sim_machine_create(&cases[i].config))
			fail_msg("%s: created", cases[i].description);
		assert_int_equal(errno, EINVAL);
	}
}

/* Any usual name of an architecture; what is told of the machine is its own. */
static void test_create_by_another_name(void **state)
{
	static const char *const names[][2] = {
		{ "x86", "x86_64" }, { "amd64", "x86_64" }, { "aarch64", "arm64" },
		{ "armhf", "arm" }, { "mipsel64", "mips64" }, { "riscv", "riscv64" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(names); i++) {
		struct sim_machine_config config = { .arch = names[i][0] };
		struct sim_machine *machine = sim_machine_create(&config);

		assert_non_null(machine);
		assert_string_equal(sim_machine_arch(machine)->name, names[i][1]);
		sim_machine_destroy(machine);
	}
}

static void test_create_toggles_features(void **state)
{
	struct sim_machine_config config = { .toggle_features = 1u << SIM_FEAT_PTE_SPECIAL };
	struct sim_machine *machine = sim_machine_create(&config);

	(void)state;
	assert_false(sim_machine_features(machine) >> SIM_FEAT_PTE_SPECIAL & 1);
	sim_machine_destroy(machine);
}

static void test_ttm_takes_mode_and_prefault(void **state)
{
	struct sim_machine_config config = { .ttm = SIM_TTM_APPLY, .prefault = 4,
					     .pool_max_order = 1 };
	struct sim_machine *machine = sim_machine_create(&config);
	struct sim_ttm_device *ttm = sim_machine_ttm(machine);

	(void)state;
	assert_non_null(ttm);
	assert_int_equal(sim_ttm_mode(ttm), SIM_TTM_APPLY);
	assert_int_equal(ttm->prefault, 4);
	assert_int_equal(sim_ttm_bdev(ttm)->pool.sim_nr_orders, 1);
	sim_machine_destroy(machine);
}

static void test_ttm_fails_with_an_allocation(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	unsigned long nth;

	(void)state;
	for (nth = 1; nth < 100; nth++) {
		sim_fail_alloc(machine, nth);
		if (sim_machine_ttm(machine))
			break;
		sim_fail_alloc(machine, 0);
		assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	}
	assert_in_range(nth, 2, 99);
	sim_fail_alloc(machine, 0);
	sim_machine_destroy(machine);
}

static void test_dev_io_is_used_up(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	unsigned long first = sim_machine_dev_io(machine, 16);
	unsigned long all = SIM_DEV_IO_BYTES >> 12;

	(void)state;
	assert_true(sim_phys_is_iomem(machine, first));
	assert_int_equal(sim_machine_dev_io(machine, 1), first + 16);
	assert_int_equal(sim_machine_dev_io(machine, 0), 0);
	assert_int_equal(sim_machine_dev_io(machine, all), 0);
	assert_int_equal(sim_machine_dev_io(machine, all - 17), first + 17);
	assert_int_equal(sim_machine_dev_io(machine, 1), 0);
	sim_machine_destroy(machine);
}

static void test_destroy_of_the_current_machine_ends_current(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);

	(void)state;
	sim_task_switch(sim_task_create(machine, "gone"));
	sim_machine_destroy(machine);
	assert_null(sim_current());
}

static void test_restore_brings_the_ttm_device_back(void **state)
{
	struct sim_machine *machine = sim_machine_create(NULL);
	struct sim_snapshot *before = sim_snapshot(machine);
	struct sim_ttm_device *ttm = sim_machine_ttm(machine);

	(void)state;
	assert_non_null(ttm);
	sim_restore(machine, before);
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_MEMTYPE), 0);
	assert_non_null(sim_machine_ttm(machine));
	assert_int_equal(sim_machine_leaks(machine, NULL, NULL), 0);
	sim_snapshot_free(before);
	sim_machine_destroy(machine);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_create_defaults),
	cmocka_unit_test(test_create_every_arch_and_release),
	cmocka_unit_test(test_create_refuses_what_cannot_be),
	cmocka_unit_test(test_create_by_another_name),
	cmocka_unit_test(test_create_toggles_features),
	cmocka_unit_test(test_ttm_takes_mode_and_prefault),
	cmocka_unit_test(test_ttm_fails_with_an_allocation),
	cmocka_unit_test(test_dev_io_is_used_up),
	cmocka_unit_test(test_destroy_of_the_current_machine_ends_current),
	cmocka_unit_test(test_restore_brings_the_ttm_device_back),
};
SIM_TEST_MAIN(tests)
