/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static int setup(void **state)
{
	static struct ttm_fixture fx;

	ttm_fixture_open(&fx, NULL);
	*state = &fx;
	return 0;
}

static int teardown(void **state)
{
	ttm_fixture_close(*state);
	return 0;
}

static void test_create_refuses(void **state)
{
	static const struct {
		const char *what;
		unsigned long pages;
		uint32_t mem_type;
		enum ttm_caching caching;
		int error;
	} cases[] = {
		{ "nothing", 0, TTM_PL_SYSTEM, ttm_cached, EINVAL },
		{ "no such memory", 1, TTM_PL_PRIV, ttm_cached, EINVAL },
		{ "no such caching", 1, TTM_PL_SYSTEM, (enum ttm_caching)3, EINVAL },
		{ "more than all offsets", ~0ul, TTM_PL_SYSTEM, ttm_cached, ENOSPC },
		{ "more than TT", 129, TTM_PL_TT, ttm_cached, ENOMEM },
	};
	struct ttm_fixture *fx = *state;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		errno = 0;
		if (sim_bo_create(fx->dev, cases[i].pages, cases[i].mem_type,
				  cases[i].caching) || errno != cases[i].error)
			fail_msg("%s: %d", cases[i].what, errno);
	}
}

static void check_bytes(struct ttm_fixture *fx)
{
	char text[] = "across a page's end", found[sizeof(text)] = "";
	uint32_t places[] = { TTM_PL_SYSTEM, TTM_PL_TT, TTM_PL_VRAM };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(places); i++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 2, places[i], ttm_cached);

		assert_int_equal(sim_bo_read(bo, fx->page - 5, found, sizeof(found)), 0);
		assert_int_equal(found[0], 0);
		assert_int_equal(sim_bo_write(bo, fx->page - 5, text, sizeof(text)), 0);
		assert_int_equal(sim_bo_read(bo, fx->page - 5, found, sizeof(found)), 0);
		assert_string_equal(found, text);
		assert_int_equal(sim_bo_read(bo, 2 * fx->page - 1, found, 2), -EINVAL);
		assert_int_equal(sim_bo_read(bo, ~0ull, found, 1), -EINVAL);
		assert_int_equal(sim_bo_write(bo, 2 * fx->page, text, 0), 0);
		ttm_bo_put(bo);
		memset(found, 0, sizeof(found));
	}
}

static void test_bytes_go_across_pages(void **state)
{
	ttm_fixture_each(check_bytes, state);
}

/* Reading what has no pages makes none. */
static void test_read_does_not_populate(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	uint8_t value = 1;

	assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
	assert_int_equal(value, 0);
	assert_false(ttm_tt_is_populated(bo->ttm));
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	assert_true(ttm_tt_is_populated(bo->ttm));
	ttm_bo_put(bo);
}

static void test_pfn_of_what_is_beyond_is_einval(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long pfn;

	assert_int_equal(sim_bo_pfn(bo, 2, &pfn), -EINVAL);
	assert_int_equal(sim_bo_pfn(bo, 1, &pfn), 0);
	assert_int_equal(sim_bo_move(bo, TTM_PL_PRIV), -EINVAL);
	ttm_bo_put(bo);
}

static void test_crashed_machine_is_eio(void **state)
{
	struct ttm_fixture *fx = *state;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_cached);
	unsigned long pfn;
	uint8_t value = 0;

	sim_outcome_record(fx->machine, SIM_BUG, "test", "test", "test");
	assert_int_equal(sim_bo_pfn(bo, 0, &pfn), -EIO);
	assert_int_equal(sim_bo_read(bo, 0, &value, 1), -EIO);
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), -EIO);
	assert_int_equal(sim_bo_pin(bo), -EIO);
	assert_int_equal(sim_bo_unpin(bo), -EIO);
	assert_int_equal(sim_bo_mem_type(bo), TTM_PL_SYSTEM);
	ttm_bo_put(bo);
}

#define S_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	S_TEST(test_create_refuses),
	TTM_TEST(test_bytes_go_across_pages),
	S_TEST(test_read_does_not_populate),
	S_TEST(test_pfn_of_what_is_beyond_is_einval),
	S_TEST(test_crashed_machine_is_eio),
};

SIM_TEST_MAIN(tests)
