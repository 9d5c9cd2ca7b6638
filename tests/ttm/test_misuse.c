/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

/* What a call returns where it gets NULL, or a length that cannot be. */
struct misuse {
	const char *what;
	long got, expected;
};

static void check_all(const struct misuse *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (cases[i].got != cases[i].expected)
			fail_msg("%s: %ld, not %ld", cases[i].what, cases[i].got,
				 cases[i].expected);
}

static void no_object(struct ttm_fixture *fx)
{
	unsigned long pfn;
	char byte = 0;
	const struct misuse cases[] = {
		{ "move", sim_bo_move(NULL, TTM_PL_TT), -EINVAL },
		{ "pin", sim_bo_pin(NULL), -EINVAL },
		{ "unpin", sim_bo_unpin(NULL), -EINVAL },
		{ "pgoff", (long)sim_bo_pgoff(NULL), 0 },
		{ "mem_type", sim_bo_mem_type(NULL), TTM_PL_SYSTEM },
		{ "pfn", sim_bo_pfn(NULL, 0, &pfn), -EINVAL },
		{ "read", sim_bo_read(NULL, 0, &byte, 1), -EINVAL },
		{ "write", sim_bo_write(NULL, 0, &byte, 1), -EINVAL },
	};

	(void)fx;
	check_all(cases, SIM_ARRAY_SIZE(cases));
}

static void no_buffer(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_TT, ttm_cached);
	char byte = 0;
	const struct misuse cases[] = {
		{ "pfn to nowhere", sim_bo_pfn(bo, 0, NULL), -EINVAL },
		{ "read to nowhere", sim_bo_read(bo, 0, NULL, 1), -EINVAL },
		{ "write from nowhere", sim_bo_write(bo, 0, NULL, 1), -EINVAL },
		{ "read of nothing", sim_bo_read(bo, 0, NULL, 0), 0 },
		{ "read of too much", sim_bo_read(bo, 0, &byte, ~(size_t)0), -EINVAL },
		{ "move to nowhere", sim_bo_move(bo, ~0u), -EINVAL },
	};

	check_all(cases, SIM_ARRAY_SIZE(cases));
	ttm_bo_put(bo);
}

static void no_device(struct ttm_fixture *fx)
{
	assert_null(sim_ttm_open(NULL, FMODE_READ));
	assert_null(sim_ttm_open(fx->dev, 0));
	assert_null(sim_ttm_bdev(NULL));
	assert_null(sim_ttm_ddev(NULL));
	assert_null(sim_bo_create(NULL, 1, TTM_PL_TT, ttm_cached));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sim_ttm_set_mode(NULL, SIM_TTM_PFN), -EINVAL);
	assert_int_equal(sim_ttm_mode(NULL), SIM_TTM_DEFAULT);
	sim_ttm_device_destroy(NULL);
	sim_drm_device_init(NULL, fx->machine, NULL);
	sim_drm_device_fini(NULL);
	assert_null(sim_fence_create(NULL));
	assert_int_equal(sim_drm_file_page_offset_start(NULL), 0);
	assert_int_equal(sim_drm_file_page_offset_size(NULL), 0);
	assert_int_equal(sim_ttm_pool_pages(NULL), 0);
	assert_int_equal(sim_ttm_pool_shrink(NULL, ~0UL), 0);
	assert_int_equal(sim_ttm_gem_mmap(NULL, NULL, NULL, NULL), -EINVAL);
}

static void bad_config(struct ttm_fixture *fx)
{
	uint64_t io = (uint64_t)fx->machine->phys->io_nr * fx->page;
	const struct {
		const char *what;
		struct sim_machine *machine;
		struct sim_ttm_config config;
	} cases[] = {
		{ "no machine", NULL, { .prefault = 1 } },
		{ "VRAM within a page", fx->machine, { .vram_offset = 1 } },
		{ "VRAM at the end", fx->machine, { .vram_offset = io } },
		{ "VRAM beyond the end", fx->machine, { .vram_offset = io + fx->page } },
		{ "VRAM far away", fx->machine, { .vram_offset = ~(uint64_t)0 } },
		{ "too much VRAM", fx->machine, { .vram_bytes = ~(uint64_t)0 } },
		{ "no such mode", fx->machine, { .mode = SIM_NR_TTM_MODES } },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		errno = 0;
		if (sim_ttm_device_create(cases[i].machine, &cases[i].config) || errno != EINVAL)
			fail_msg("%s: %d", cases[i].what, errno);
	}
}

static void test_misuse_no_object(void **state)
{
	ttm_fixture_each(no_object, state);
}

static void test_misuse_no_buffer(void **state)
{
	ttm_fixture_each(no_buffer, state);
}

static void test_misuse_no_device(void **state)
{
	ttm_fixture_each(no_device, state);
}

static void test_misuse_bad_config(void **state)
{
	ttm_fixture_each(bad_config, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_misuse_no_object),
	TTM_TEST(test_misuse_no_buffer),
	TTM_TEST(test_misuse_no_device),
	TTM_TEST(test_misuse_bad_config),
};

SIM_TEST_MAIN(tests)
