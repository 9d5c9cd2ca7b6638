/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_threads.c - faults, moves, mmap, munmap, fork and eviction at once. At
 * the end every byte, reference and page must be where it belongs.
 */
#include <pthread.h>
#include <stdlib.h>

#include "support/base_fixture.h"
#include "support/ttm_fixture.h"

#define NR_BOS 4
#define BO_PAGES 24
#define NR_ROUNDS 150

static struct ttm_fixture fx;
static struct ttm_buffer_object *bos[NR_BOS];
static unsigned long addrs[NR_BOS];	/* mappings that stay */
static uint64_t base_seed, thread_nr;

static uint64_t new_seed(void)
{
	return base_seed + 0x9e3779b97f4a7c15ull *
	       __atomic_add_fetch(&thread_nr, 1, __ATOMIC_RELAXED);
}

/* Page n of object i always holds this byte. */
static uint8_t byte_of(unsigned int bo, unsigned int page)
{
	return (uint8_t)(1 + bo * BO_PAGES + page);
}

static void check_page(struct task_struct *task, unsigned int i, unsigned long addr,
		       unsigned int page)
{
	uint8_t value = 0;

	if (sim_read(task, addr + page * fx.page, &value, 1) != 0 || value != byte_of(i, page))
		abort();
	if (sim_write(task, addr + page * fx.page, &value, 1) != 0)
		abort();
}

static void *touch(void *data)
{
	uint64_t seed = new_seed();

	(void)data;
	for (int round = 0; round < 8 * NR_ROUNDS; round++) {
		unsigned int i = (unsigned int)(next_random(&seed) % NR_BOS);

		check_page(fx.task, i, addrs[i], (unsigned int)(next_random(&seed) % BO_PAGES));
	}
	return NULL;
}

static void *move(void *data)
{
	uint64_t seed = new_seed();

	(void)data;
	for (int round = 0; round < NR_ROUNDS; round++) {
		struct ttm_buffer_object *bo = bos[next_random(&seed) % NR_BOS];
		int ret = sim_bo_move(bo, (uint32_t)(next_random(&seed) % 3));

		/* no room, where all that could go is reserved by others */
		if (ret != 0 && ret != -ENOMEM)
			abort();
	}
	return NULL;
}

/* Objects that come and go push the others out of VRAM. */
static void *crowd(void *data)
{
	uint64_t seed = new_seed();

	(void)data;
	for (int round = 0; round < NR_ROUNDS; round++) {
		unsigned long pages = 1 + next_random(&seed) % 48;
		struct ttm_buffer_object *bo = sim_bo_create(fx.dev, pages, TTM_PL_VRAM,
							     ttm_write_combined);

		ttm_bo_put(bo);
	}
	return NULL;
}

static void *map_and_unmap(void *data)
{
	struct task_struct *task = data;
	uint64_t seed = new_seed();

	for (int round = 0; round < NR_ROUNDS; round++) {
		unsigned int i = (unsigned int)(next_random(&seed) % NR_BOS);
		long addr = sim_mmap(task, 0, BO_PAGES * fx.page, PROT_READ | PROT_WRITE,
				     MAP_SHARED, fx.file, sim_bo_pgoff(bos[i]));

		if (addr <= 0)
			abort();
		check_page(task, i, (unsigned long)addr,
			   (unsigned int)(next_random(&seed) % BO_PAGES));
		if (sim_munmap(task, (unsigned long)addr, BO_PAGES * fx.page) != 0)
			abort();
	}
	return NULL;
}

static void *fork_and_exit(void *data)
{
	uint64_t seed = new_seed();

	(void)data;
	for (int round = 0; round < NR_ROUNDS / 3; round++) {
		unsigned int i = (unsigned int)(next_random(&seed) % NR_BOS);
		struct task_struct *child;

		if (sim_fork(fx.task, "child", &child) != 0)
			abort();
		check_page(child, i, addrs[i], (unsigned int)(next_random(&seed) % BO_PAGES));
		sim_exit(child);
	}
	return NULL;
}

static void set_up_objects(void)
{
	for (unsigned int i = 0; i < NR_BOS; i++) {
		bos[i] = ttm_bo(&fx, BO_PAGES, i % 3, i & 1 ? ttm_cached : ttm_write_combined);
		for (unsigned int j = 0; j < BO_PAGES; j++) {
			uint8_t value = byte_of(i, j);

			assert_int_equal(sim_bo_write(bos[i], j * fx.page, &value, 1), 0);
		}
		addrs[i] = ttm_map(&fx, bos[i]);
	}
}

static void tell(const char *what, void *data)
{
	(void)data;
	print_error("%s\n", what);
}

static void run_all(const struct sim_machine_config *config)
{
	void *(*const fns[])(void *) = { touch, touch, move, crowd, map_and_unmap,
					 map_and_unmap, fork_and_exit };
	pthread_t thread[SIM_ARRAY_SIZE(fns)];
	struct task_struct *other;

	ttm_fixture_open(&fx, config);
	if (fx.dev->mode == SIM_TTM_MIXED)
		fx.bdev->pool.sim_nr_orders = 1;
	set_up_objects();
	other = sim_task_create(fx.machine, "other");
	for (size_t i = 0; i < SIM_ARRAY_SIZE(fns); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, fns[i],
						fns[i] == map_and_unmap ? other : NULL), 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(fns); i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(sim_machine_check(fx.machine, tell, NULL), 0);
	for (unsigned int i = 0; i < NR_BOS; i++) {
		for (unsigned int j = 0; j < BO_PAGES; j++)
			assert_int_equal(ttm_load(&fx, addrs[i] + j * fx.page), byte_of(i, j));
		ttm_bo_put(bos[i]);
	}
	sim_exit(other);
	sim_task_switch(fx.task);
	ttm_fixture_close(&fx);
}

static void test_all_at_once(void **state)
{
	static const struct sim_machine_config configs[] = {
		{ .arch = "x86_64", .release = "6.1" },
		{ .arch = "x86_64", .release = "5.11" },
		{ .arch = "arm", .release = "5.11" },
		{ .arch = "s390x", .release = "6.12" },
		{ .arch = "arm64", .release = "6.12", .ttm = SIM_TTM_APPLY },
		{ .arch = "x86_64", .release = "6.1", .ttm = SIM_TTM_PFNS, .prefault = 512 },
		{ .arch = "x86_64", .release = "5.11", .ttm = SIM_TTM_HUGE },
	};
	const char *text = getenv("SIM_SEED");

	(void)state;
	base_seed = text ? strtoull(text, NULL, 0) : 0x7ead5;
	print_message("SIM_SEED=%#lx\n", (unsigned long)base_seed);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(configs); i++) {
		thread_nr = 0;
		run_all(&configs[i]);
	}
}

/* ---- reservations of several objects by threads that disagree on the order ---- */

static int reserved_by[NR_BOS];		/* under the reservation */

static void *reserve_all(void *data)
{
	uint64_t seed = new_seed();
	bool forward = next_random(&seed) & 1;

	(void)data;
	for (int round = 0; round < 2 * NR_ROUNDS; round++, forward = !forward) {
		struct ww_acquire_ctx ctx;
		int slow = -1, i;

		ww_acquire_init(&ctx, &reservation_ww_class);
again:
		if (slow >= 0)
			dma_resv_lock_slow(bos[slow]->base.resv, &ctx);
		for (i = 0; i < NR_BOS; i++) {
			int nr = forward ? i : NR_BOS - 1 - i, ret;

			if (nr == slow)
				continue;
			ret = ttm_bo_reserve(bos[nr], false, false, &ctx);
			if (ret != -EDEADLK)
				continue;
			for (int j = 0; j < i; j++) {
				int held = forward ? j : NR_BOS - 1 - j;

				if (held != slow)
					ttm_bo_unreserve(bos[held]);
			}
			if (slow >= 0)
				ttm_bo_unreserve(bos[slow]);
			slow = nr;
			goto again;
		}
		for (i = 0; i < NR_BOS; i++) {
			reserved_by[i]++;
			ttm_bo_unreserve(bos[i]);
		}
		ww_acquire_fini(&ctx);
	}
	return NULL;
}

static void test_reservations_in_any_order(void **state)
{
	pthread_t toucher;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	set_up_objects();
	memset(reserved_by, 0, sizeof(reserved_by));
	base_seed = 1;
	pthread_create(&toucher, NULL, touch, NULL);
	run_threads(3, reserve_all, NULL);
	pthread_join(toucher, NULL);
	for (int i = 0; i < NR_BOS; i++) {
		assert_int_equal(reserved_by[i], 3 * 2 * NR_ROUNDS);
		ttm_bo_put(bos[i]);
	}
	ttm_fixture_close(&fx);
}

/* A BUG while others wait: nobody may hang. */
static void *crash_soon(void *data)
{
	(void)data;
	for (unsigned int round = 0; round < 60; round++)
		sim_wait_round(round);
	sim_outcome_record(fx.machine, SIM_BUG, "test", "test", "test");
	return NULL;
}

static void *move_until_crash(void *data)
{
	uint64_t seed = new_seed();

	(void)data;
	while (sim_bo_move(bos[next_random(&seed) % NR_BOS],
			   (uint32_t)(next_random(&seed) % 3)) != -EIO)
		;
	return NULL;
}

static void test_crash_lets_all_threads_go(void **state)
{
	pthread_t thread;

	(void)state;
	base_seed = 2;
	ttm_fixture_open(&fx, NULL);
	set_up_objects();
	assert_int_equal(pthread_create(&thread, NULL, crash_soon, NULL), 0);
	run_threads(3, move_until_crash, NULL);
	pthread_join(thread, NULL);
	assert_true(sim_crashed(fx.machine));
	ttm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_all_at_once),
	TTM_TEST(test_reservations_in_any_order),
	TTM_TEST(test_crash_lets_all_threads_go),
};

SIM_TEST_MAIN(tests)
