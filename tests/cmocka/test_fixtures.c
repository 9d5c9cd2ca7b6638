/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fixtures.c - <ttmsim/cmocka.h> as its users see it; failing.c has what must fail.
 */
#include <signal.h>
#include <sys/mman.h>

#include <ttmsim/cmocka.h>

static void test_machine_has_a_current_task(void **state)
{
	struct sim_test *t = *state;
	struct page *page;

	assert_int_equal(t->page_size, 4096);
	assert_errno(get_user_pages_fast(4096, 1, 0, &page), -EFAULT);
	assert_no_outcomes(t->machine);
}

static void test_machine_is_the_one_asked_for(void **state)
{
	struct sim_test *t = *state;

	assert_string_equal(sim_machine_arch(t->machine)->name, "s390x");
	assert_string_equal(sim_machine_release(t->machine), "6.12");
}

/* A driver that says nothing but how much VRAM it has. */
static void test_plain_driver_maps_its_vram(void **state)
{
	static const struct sim_test_driver driver = { .vram_pages = 4 };
	struct sim_test *t = *state;
	struct ttm_buffer_object *bo;
	unsigned long addr;

	sim_test_driver_init(t, &driver);
	bo = sim_test_bo(t, 4, TTM_PL_VRAM);
	addr = sim_test_map(t, bo);
	assert_pte(t->task->mm, addr, "none");
	assert_errno(sim_write(t->task, addr, "x", 1), 0);
	assert_pte(t->task->mm, addr + 3 * t->page_size, "present special write pfn=%lu",
		   t->vram_pfn + 3);
	assert_errno(sim_munmap(t->task, addr, 4 * t->page_size), 0);
	ttm_bo_put(bo);
}

static int refuse_move(struct ttm_buffer_object *bo, bool evict, struct ttm_operation_ctx *ctx,
		       struct ttm_resource *new_mem, struct ttm_place *hop)
{
	(void)bo, (void)evict, (void)ctx, (void)new_mem, (void)hop;
	return -EDEADLK;
}

static void test_driver_s_own_function_is_taken(void **state)
{
	static const struct sim_test_driver driver = {
		.funcs = { .move = refuse_move }, .vram_pages = 4,
	};
	struct ttm_place vram = { .mem_type = TTM_PL_VRAM };
	struct ttm_placement placement = { 1, &vram, 1, &vram };
	struct ttm_operation_ctx ctx = { 0 };
	struct sim_test *t = *state;
	struct ttm_buffer_object *bo;

	sim_test_driver_init(t, &driver);
	bo = sim_test_bo(t, 1, TTM_PL_SYSTEM);
	assert_int_equal(ttm_bo_reserve(bo, false, false, NULL), 0);
	assert_errno(ttm_bo_validate(bo, &placement, &ctx), -EDEADLK);
	ttm_bo_unreserve(bo);
	ttm_bo_put(bo);
}

static void test_expected_outcome_is_no_failure(void **state)
{
	struct sim_test *t = *state;
	struct page *page = sim_alloc_pages(t->machine, 0);

	sim_expect_outcome(t->machine, SIM_BAD_PAGE, SIM_ANY_NUMBER);
	sim_free_pages(page, 0);
	sim_free_pages(page, 0);
	assert_outcome(t->machine, SIM_BAD_PAGE, NULL);
	assert_no_outcomes(t->machine);
}

int main(void)
{
	static struct sim_machine_config s390x = { .arch = "s390x", .release = "6.12" };
	const struct CMUnitTest tests[] = {
		sim_unit_test(test_machine_has_a_current_task),
		sim_unit_test_on(test_machine_is_the_one_asked_for, &s390x),
		sim_unit_test(test_plain_driver_maps_its_vram),
		sim_unit_test(test_driver_s_own_function_is_taken),
		sim_unit_test(test_expected_outcome_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
