/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_nomem.c - every operation with its first, second, ... allocation
 * failing: it says so, and leaves all as it was.
 */
#include "support/ttm_fixture.h"

/* What must be the same before and after a failure. */
struct state {
	unsigned long objects[SIM_NR_OBJECTS];
	unsigned long free_pages;
	uint64_t usage[3];
};

static void save(struct ttm_fixture *fx, struct state *state)
{
	/* what the pool keeps is no one's */
	sim_ttm_pool_shrink(&fx->bdev->pool, ~0ul);
	for (int i = 0; i < SIM_NR_OBJECTS; i++)
		state->objects[i] = sim_live_objects(fx->machine, (enum sim_object)i);
	state->objects[SIM_OBJ_PAGE_BYTES] = 0;
	state->objects[SIM_OBJ_MISC] = 0;	/* directory leaves of I/O memory */
	state->objects[SIM_OBJ_TABLE] = 0;	/* page tables stay for the next try */
	state->free_pages = sim_phys_free_pages(fx->machine);
	for (int i = 0; i < 3; i++)
		state->usage[i] = ttm_resource_manager_usage(ttm_manager_type(fx->bdev, i));
}

static void assert_same(struct ttm_fixture *fx, const struct state *before, unsigned long nth)
{
	struct state after;

	save(fx, &after);
	if (memcmp(before, &after, sizeof(after)) != 0)
		fail_msg("changed by failure of allocation %lu", nth);
}

/* Runs @op until the nth allocation is more than it makes. 0: it succeeded. */
static void sweep(struct ttm_fixture *fx, int (*op)(struct ttm_fixture *fx, void *data),
		  void *data)
{
	unsigned long nr_failed = 0;

	for (unsigned long nth = 1;; nth++) {
		struct state before;
		int ret;

		save(fx, &before);
		sim_fail_alloc(fx->machine, nth);
		ret = op(fx, data);
		if (sim_fail_alloc_pending(fx->machine)) {
			sim_fail_alloc(fx->machine, 0);
			assert_int_equal(ret, 0);
			break;
		}
		sim_fail_alloc(fx->machine, 0);
		if (!ret)
			break;	/* it found another way: smaller blocks, bytes later */
		assert_int_equal(ret, -ENOMEM);
		assert_same(fx, &before, nth);
		nr_failed++;
	}
	(void)nr_failed;
}

static int op_create(struct ttm_fixture *fx, void *data)
{
	struct ttm_buffer_object *bo = sim_bo_create(fx->dev, 5, *(uint32_t *)data,
						     ttm_write_combined);

	if (!bo)
		return -errno;
	ttm_bo_put(bo);
	return 0;
}

static void check_create(struct ttm_fixture *fx)
{
	fx->bdev->pool.sim_nr_orders = 1;
	for (uint32_t place = TTM_PL_SYSTEM; place <= TTM_PL_VRAM; place++)
		sweep(fx, op_create, &place);
}

static void test_create_without_memory(void **state)
{
	ttm_fixture_each(check_create, state);
}

struct move {
	struct ttm_buffer_object *bo;
	uint32_t to;
};

static int op_move(struct ttm_fixture *fx, void *data)
{
	struct move *move = data;
	uint32_t from = sim_bo_mem_type(move->bo);
	int ret = sim_bo_move(move->bo, move->to);
	uint8_t value = 0;

	(void)fx;
	assert_int_equal(sim_bo_mem_type(move->bo), ret ? from : move->to);
	assert_int_equal(sim_bo_read(move->bo, move->bo->base.size - 1, &value, 1), 0);
	assert_int_equal(value, 42);
	return ret;
}

static void check_move(struct ttm_fixture *fx)
{
	uint8_t value = 42;

	fx->bdev->pool.sim_nr_orders = 1;
	for (uint32_t from = TTM_PL_SYSTEM; from <= TTM_PL_VRAM; from++) {
		for (uint32_t to = TTM_PL_SYSTEM; to <= TTM_PL_VRAM; to++) {
			struct move move = { ttm_bo(fx, 5, from, ttm_write_combined), to };
			unsigned long addr = ttm_map(fx, move.bo);

			assert_int_equal(sim_bo_write(move.bo, move.bo->base.size - 1, &value,
						      1), 0);
			sweep(fx, op_move, &move);
			assert_int_equal(ttm_load(fx, addr + move.bo->base.size - 1), 42);
			assert_int_equal(sim_munmap(fx->task, addr, move.bo->base.size), 0);
			ttm_bo_put(move.bo);
		}
	}
}

static void test_move_without_memory(void **state)
{
	ttm_fixture_each(check_move, state);
}

static int op_map(struct ttm_fixture *fx, void *data)
{
	struct ttm_buffer_object *bo = data;
	unsigned int refs = kref_read(&bo->kref);
	long addr = ttm_mmap(fx, bo, PROT_READ, MAP_SHARED);

	if (addr < 0) {
		assert_int_equal(kref_read(&bo->kref), refs);
		return (int)addr;
	}
	return sim_munmap(fx->task, (unsigned long)addr, bo->base.size);
}

static void check_map(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 5, TTM_PL_SYSTEM, ttm_cached);

	sweep(fx, op_map, bo);
	ttm_bo_put(bo);
}

static void test_mmap_without_memory(void **state)
{
	ttm_fixture_each(check_map, state);
}

/* A touch may retry; in the end it is through, or out of memory. */
static void check_touch(struct ttm_fixture *fx)
{
	fx->bdev->pool.sim_nr_orders = 1;
	for (unsigned long nth = 1;; nth++) {
		struct ttm_buffer_object *bo = ttm_bo(fx, 5, TTM_PL_SYSTEM, ttm_cached);
		unsigned long addr = ttm_map(fx, bo);
		uint8_t value = 1;
		bool done;
		int ret;

		sim_fail_alloc(fx->machine, nth);
		ret = sim_write(fx->task, addr, &value, 1);
		done = sim_fail_alloc_pending(fx->machine);
		sim_fail_alloc(fx->machine, 0);
		assert_true(ret == 0 || ret == -ENOMEM || ret > 0);
		if (done)
			assert_int_equal(ret, 0);
		ttm_store(fx, addr, 2);
		assert_int_equal(sim_munmap(fx->task, addr, bo->base.size), 0);
		ttm_bo_put(bo);
		if (done)
			break;
	}
}

static void test_touch_without_memory(void **state)
{
	ttm_fixture_each(check_touch, state);
}

static int op_device(struct ttm_fixture *fx, void *data)
{
	static const struct sim_ttm_config config = { .vram_bytes = 1 << 20 };
	struct sim_ttm_device *dev = sim_ttm_device_create(fx->machine, &config);

	(void)data;
	if (!dev)
		return -errno;
	sim_ttm_device_destroy(dev);
	return 0;
}

static void check_device(struct ttm_fixture *fx)
{
	unsigned long misc = sim_live_objects(fx->machine, SIM_OBJ_MISC);

	sweep(fx, op_device, NULL);
	assert_int_equal(sim_live_objects(fx->machine, SIM_OBJ_MISC), misc);
}

static void test_device_without_memory(void **state)
{
	ttm_fixture_each(check_device, state);
}

/* Eviction on the way: whoever is moved keeps its bytes. */
static void check_evict(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 64, TTM_PL_VRAM, ttm_cached);
	uint8_t value = 42;

	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	for (unsigned long nth = 1; nth < 200; nth++) {
		struct ttm_buffer_object *other;
		bool done;

		assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
		sim_fail_alloc(fx->machine, nth);
		other = sim_bo_create(fx->dev, 64, TTM_PL_VRAM, ttm_cached);
		done = sim_fail_alloc_pending(fx->machine);
		sim_fail_alloc(fx->machine, 0);
		assert_true(other || errno == ENOMEM);
		value = 0;
		assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
		assert_int_equal(value, 42);
		ttm_bo_put(other);
		if (done)
			break;
	}
	ttm_bo_put(bo);
}

static void test_evict_without_memory(void **state)
{
	ttm_fixture_each(check_evict, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_create_without_memory),
	TTM_TEST(test_move_without_memory),
	TTM_TEST(test_mmap_without_memory),
	TTM_TEST(test_touch_without_memory),
	TTM_TEST(test_device_without_memory),
	TTM_TEST(test_evict_without_memory),
};

SIM_TEST_MAIN(tests)
