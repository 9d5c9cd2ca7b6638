/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_callback.c - a driver's own fault handler that does not do with the reservation
 * what ttm_bo_vm_fault() does.
 */
#include "support/ttm_fixture.h"

enum slip { NONE, FORGETS_UNLOCK, UNLOCKS_TWICE, LOCKS_TWICE };

static enum slip slip;
static int second_lock;

static vm_fault_t own_fault(struct vm_fault *vmf)
{
	struct ttm_buffer_object *bo = vmf->vma->vm_private_data;
	vm_fault_t ret = ttm_bo_vm_reserve(bo, vmf);

	if (ret)
		return ret;
	if (slip == LOCKS_TWICE)
		second_lock = dma_resv_lock(bo->base.resv, NULL);
	ret = ttm_bo_vm_fault_reserved(vmf, vmf->vma->vm_page_prot, 1);
	if (slip != FORGETS_UNLOCK)
		dma_resv_unlock(bo->base.resv);
	if (slip == UNLOCKS_TWICE)
		dma_resv_unlock(bo->base.resv);
	return ret;
}

static const struct vm_operations_struct own_ops = {
	.fault = own_fault, .open = ttm_bo_vm_open, .close = ttm_bo_vm_close,
};

static const struct {
	const char *description;
	enum slip slip;
	enum sim_outcome_kind kind;
	const char *says;	/* NULL: nothing is told */
} cases[] = {
	{ "as it should", NONE, SIM_MISUSE, NULL },
	{ "forgets the unlock", FORGETS_UNLOCK, SIM_MISUSE,
	  "dma_resv is still held at the return, taken by ttm_bo_vm_reserve, called from " },
	{ "unlocks twice", UNLOCKS_TWICE, SIM_WARN, "!ww_mutex_is_locked(lock)" },
	{ "locks twice", LOCKS_TWICE, SIM_MISUSE,
	  "dma_resv wanted for writing while dma_resv is held for writing, taken by "
	  "ttm_bo_vm_reserve, called from " },
};

static void check_slip(struct ttm_fixture *fx, size_t i)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 4, TTM_PL_VRAM, ttm_write_combined);
	unsigned long addr = ttm_map(fx, bo);
	const struct sim_outcome *outcome;

	slip = cases[i].slip;
	second_lock = 0;
	ttm_vma(fx, addr)->vm_ops = &own_ops;
	ttm_store(fx, addr, 7);
	outcome = sim_last_outcome(fx->machine, cases[i].kind);
	if (!cases[i].says)
		assert_null(outcome);
	else if (!outcome || strncmp(outcome->condition, cases[i].says, strlen(cases[i].says)))
		fail_msg("%s: %s", cases[i].description, outcome ? outcome->condition : "nothing");
	if (outcome)
		assert_string_equal(outcome->handler, "->fault");
	assert_int_equal(second_lock, slip == LOCKS_TWICE ? -EDEADLK : 0);
	/* nobody waits for it */
	assert_false(dma_resv_is_locked(bo->base.resv));
	assert_int_equal(ttm_load(fx, addr), 7);
	assert_int_equal(sim_munmap(fx->task, addr, 4 * fx->page), 0);
	ttm_bo_put(bo);
}

static void test_fault_with_each_slip(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_fixture fx;

		ttm_fixture_open(&fx, NULL);
		fx.expect_warnings = true;
		check_slip(&fx, i);
		ttm_fixture_close(&fx);
	}
}

/* ---- functions that are called under a spinlock ---- */

static const struct ttm_device_funcs *usual;
static struct ttm_fixture *world;
static int asked;

static bool sleepy_valuable(struct ttm_buffer_object *bo, const struct ttm_place *place)
{
	asked = sim_munmap(world->task, 0x1000, world->page);
	return usual->eviction_valuable(bo, place);
}

static void test_eviction_valuable_that_sleeps(void **state)
{
	struct ttm_buffer_object *bo[5];
	struct ttm_device_funcs funcs;
	struct ttm_fixture fx;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	world = &fx;
	usual = fx.bdev->funcs;
	funcs = *usual;
	funcs.eviction_valuable = sleepy_valuable;
	fx.bdev->funcs = &funcs;
	for (int i = 0; i < 5; i++) /* the fifth evicts one */
		bo[i] = ttm_bo(&fx, 16, TTM_PL_VRAM, ttm_cached);
	assert_int_equal(asked, 0);
	assert_true(sim_nr_outcomes(fx.machine, SIM_MISUSE) > 0);
	assert_string_equal(sim_last_outcome(fx.machine, SIM_MISUSE)->condition,
			    "mmap_lock may sleep, and is wanted under a spinlock");
	assert_string_equal(sim_last_outcome(fx.machine, SIM_MISUSE)->handler,
			    "->eviction_valuable");
	for (int i = 0; i < 5; i++)
		ttm_bo_put(bo[i]);
	fx.bdev->funcs = (struct ttm_device_funcs *)(uintptr_t)usual;
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fault_with_each_slip),
	cmocka_unit_test(test_eviction_valuable_that_sleeps),
};
SIM_TEST_MAIN(tests)
