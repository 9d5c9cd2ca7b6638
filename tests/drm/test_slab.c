/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

static bool all_are(const unsigned char *at, size_t len, unsigned char value)
{
	while (len && *at == value) {
		at++;
		len--;
	}
	return !len;
}

/* The teardown finds what is not freed. */
static void test_kmalloc_gives_memory_of_its_size(void **state)
{
	static const size_t sizes[] = { 1, 8, 15, 16, 17, 100, 4096, 5000, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(sizes); i++) {
		unsigned char *dirty = kmalloc(sizes[i], GFP_KERNEL), *clean;

		assert_non_null(dirty);
		assert_int_equal((uintptr_t)dirty % 16, 0);
		assert_true(ksize(dirty) >= sizes[i]);
		memset(dirty, 0xa5, sizes[i]);
		kfree(dirty);
		clean = kzalloc(sizes[i], GFP_KERNEL);
		assert_true(all_are(clean, sizes[i], 0));
		kvfree(clean);
	}
}

static void test_kmalloc_of_nothing_and_too_much(void **state)
{
	(void)state;
	assert_ptr_equal(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	assert_null(kmalloc_array(SIZE_MAX / 2, 3, GFP_KERNEL));
	assert_null(kmalloc(SIZE_MAX, GFP_KERNEL));
	sim_fail_alloc(fx.machine, 1);
	assert_null(kmalloc(8, GFP_KERNEL));
	sim_task_switch(NULL);
	assert_null(kmalloc(8, GFP_KERNEL));
	sim_task_switch(fx.task);
}

static void test_krealloc_keeps_what_fits(void **state)
{
	unsigned char *p = kmalloc(10, GFP_KERNEL), *q;

	(void)state;
	memset(p, 7, 10);
	p = krealloc(p, 100, GFP_KERNEL | __GFP_ZERO);
	assert_true(all_are(p, 10, 7) && all_are(p + 10, 90, 0));
	sim_fail_alloc(fx.machine, 1);
	assert_null(krealloc(p, 1000, GFP_KERNEL));
	assert_true(all_are(p, 10, 7));
	q = kmemdup(p, 10, GFP_KERNEL);
	assert_memory_equal(p, q, 10);
	kfree(q);
	assert_ptr_equal(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	p = krealloc(NULL, 4, GFP_KERNEL);
	kfree(p);
	p = (unsigned char *)kstrdup("text", GFP_KERNEL);
	assert_string_equal((char *)p, "text");
	kfree(p);
	assert_null(kstrdup(NULL, GFP_KERNEL));
}

struct thing {
	int number;
};

static void begin_with_one(void *object)
{
	((struct thing *)object)->number = 1;
}

static void test_kmem_cache_hands_out_objects(void **state)
{
	struct kmem_cache *cache = kmem_cache_create("thing", sizeof(struct thing), 0, 0,
						     begin_with_one);
	struct thing *thing = kmem_cache_alloc(cache, GFP_KERNEL);

	(void)state;
	assert_int_equal(thing->number, 1);
	kmem_cache_free(cache, thing);
	kmem_cache_destroy(cache);
	cache = KMEM_CACHE(thing, 0);
	thing = kmem_cache_zalloc(cache, GFP_KERNEL);
	assert_int_equal(thing->number, 0);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
	kmem_cache_destroy(cache);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 1);
	fx.expect_warnings = true;
	kfree(thing);
}

static void test_memory_is_part_of_snapshots(void **state)
{
	char *text = kstrdup("before", GFP_KERNEL);
	struct sim_snapshot *snapshot = sim_snapshot(fx.machine);

	(void)state;
	strcpy(text, "after");
	assert_int_equal(sim_restore(fx.machine, snapshot), 0);
	assert_string_equal(text, "before");
	sim_snapshot_free(snapshot);
	kfree(text);
}

#define SLAB_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	SLAB_TEST(test_kmalloc_gives_memory_of_its_size),
	SLAB_TEST(test_kmalloc_of_nothing_and_too_much),
	SLAB_TEST(test_krealloc_keeps_what_fits),
	SLAB_TEST(test_kmem_cache_hands_out_objects),
	SLAB_TEST(test_memory_is_part_of_snapshots),
};

SIM_TEST_MAIN(tests)
