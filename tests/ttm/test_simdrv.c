/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static struct sim_machine *machine;

static int setup(void **state)
{
	const struct sim_machine_config config = { .quiet = true };

	(void)state;
	machine = sim_machine_create(&config);
	return machine ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	sim_task_switch(NULL);
	sim_machine_destroy(machine);
	return 0;
}

static void test_create_takes_all_io_memory_by_default(void **state)
{
	struct sim_ttm_device *dev = sim_ttm_device_create(machine, NULL);

	(void)state;
	assert_non_null(dev);
	assert_int_equal(dev->driver->vram_pages, machine->phys->io_nr);
	assert_int_equal(ttm_manager_type(sim_ttm_bdev(dev), TTM_PL_TT)->size,
			 machine->phys->ram.nr / 2);
	assert_int_equal(sim_ttm_mode(dev), SIM_TTM_PFN);
	sim_ttm_device_destroy(dev);
	sim_ttm_device_destroy(NULL);
}

static void test_create_refuses_sizes(void **state)
{
	static const struct {
		const char *what;
		struct sim_ttm_config config;
	} cases[] = {
		{ "more VRAM than there is", { .vram_bytes = 1ull << 40 } },
		{ "VRAM beyond the end", { .vram_offset = 8 << 20, .vram_bytes = 1 << 30 } },
		{ "offset beyond the end", { .vram_offset = 1ull << 50 } },
		{ "no such mode", { .mode = SIM_NR_TTM_MODES } },
		{ "no such order", { .pool_max_order = 12 } },
	};
	unsigned long misc = sim_live_objects(machine, SIM_OBJ_MISC);

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		errno = 0;
		if (sim_ttm_device_create(machine, &cases[i].config) || errno != EINVAL)
			fail_msg("%s", cases[i].what);
	}
	assert_int_equal(sim_live_objects(machine, SIM_OBJ_MISC), misc);
}

static void test_two_devices_share_io_memory(void **state)
{
	static const struct sim_ttm_config low = { .vram_bytes = 8 << 20 };
	static const struct sim_ttm_config high = { .vram_offset = 8 << 20, .prefault = 3 };
	struct sim_ttm_device *a = sim_ttm_device_create(machine, &low);
	struct sim_ttm_device *b = sim_ttm_device_create(machine, &high);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(b->driver->vram_pfn, a->driver->vram_pfn + a->driver->vram_pages);
	assert_int_equal(b->driver->vram_pages, machine->phys->io_nr - a->driver->vram_pages);
	assert_int_equal(b->prefault, 3);
	sim_ttm_device_destroy(a);
	sim_ttm_device_destroy(b);
}

static void test_vram_is_reserved_as_wc(void **state)
{
	static const struct {
		const char *what;
		struct sim_ttm_config config;
		enum sim_cache_mode mode;
	} cases[] = {
		{ "as drivers do", { .no_reserve_wc = false }, SIM_CACHE_WC },
		{ "forgotten", { .no_reserve_wc = true }, SIM_CACHE_UC_MINUS },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct sim_ttm_device *dev = sim_ttm_device_create(machine, &cases[i].config);

		assert_int_equal(sim_memtype_lookup(machine, dev->driver->vram_pfn), cases[i].mode);
		sim_ttm_device_destroy(dev);
		assert_int_equal(sim_memtype_lookup(machine, machine->phys->io_start),
				 SIM_CACHE_UC_MINUS);
	}
}

static void test_create_on_crashed_machine_is_eio(void **state)
{
	(void)state;
	sim_outcome_record(machine, SIM_BUG, "test", "test", "test");
	assert_null(sim_ttm_device_create(machine, NULL));
	assert_int_equal(errno, EIO);
}

static void test_open_modes(void **state)
{
	struct sim_ttm_device *dev = sim_ttm_device_create(machine, NULL);
	struct file *ro = sim_ttm_open(dev, FMODE_READ), *rw = sim_ttm_open(dev, 3);

	(void)state;
	assert_null(sim_ttm_open(dev, 0));
	assert_ptr_equal(ro->f_mapping, rw->f_mapping);
	assert_ptr_equal(ro->f_mapping, sim_ttm_bdev(dev)->dev_mapping);
	fput(ro);
	fput(rw);
	assert_int_equal(sim_ttm_set_mode(dev, SIM_TTM_HUGE), 0);
	assert_int_equal(sim_ttm_mode(dev), SIM_TTM_HUGE);
	assert_int_equal(sim_ttm_set_mode(dev, SIM_NR_TTM_MODES), -EINVAL);
	sim_ttm_device_destroy(dev);
}

/* Where leaves are wanted, what is mapped is aligned as the object. */
static void test_huge_mode_aligns_addresses(void **state)
{
	static const struct sim_ttm_config config = { .mode = SIM_TTM_HUGE };
	struct sim_ttm_device *dev = sim_ttm_device_create(machine, &config);
	struct task_struct *task = sim_task_create(machine, "t");
	struct file *file = sim_ttm_open(dev, 3);
	struct ttm_buffer_object *small = sim_bo_create(dev, 3, TTM_PL_SYSTEM, ttm_cached);
	struct ttm_buffer_object *bo = sim_bo_create(dev, 1024, TTM_PL_VRAM, ttm_cached);
	long addr;

	(void)state;
	assert_int_equal(bo->resource->start % 512, 0);
	addr = sim_mmap(task, 0, 1024 * 4096, PROT_READ, MAP_SHARED, file, sim_bo_pgoff(bo));
	assert_true(addr > 0);
	assert_int_equal(addr % (2 << 20), 0);
	/* a hint that fits wins */
	addr = sim_mmap(task, 0x10000000 + 4096, 1024 * 4096, PROT_READ, MAP_SHARED, file,
			sim_bo_pgoff(bo));
	assert_int_equal(addr, 0x10000000 + 4096);
	addr = sim_mmap(task, 0, 3 * 4096, PROT_READ, MAP_SHARED, file, sim_bo_pgoff(small));
	assert_true(addr > 0);
	sim_exit(task);
	fput(file);
	ttm_bo_put(bo);
	ttm_bo_put(small);
	sim_ttm_device_destroy(dev);
}

#define D_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	D_TEST(test_create_takes_all_io_memory_by_default),
	D_TEST(test_create_refuses_sizes),
	D_TEST(test_two_devices_share_io_memory),
	D_TEST(test_vram_is_reserved_as_wc),
	D_TEST(test_create_on_crashed_machine_is_eio),
	D_TEST(test_open_modes),
	D_TEST(test_huge_mode_aligns_addresses),
};

SIM_TEST_MAIN(tests)
