/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/base_fixture.h"

#include "base/hash.h"
#include "base/internal.h"

struct item {
	uint64_t key;
	char name[8];
	UT_hash_handle hh;
};

#define NR_ITEMS 500ul

static struct item *find(struct item *table, uint64_t key)
{
	struct item *item;

	HASH_FIND(hh, table, &key, sizeof(key), item);
	return item;
}

static struct item *new_item(struct sim_machine *machine, uint64_t key)
{
	struct item *item = sim_alloc_service(machine, sizeof(*item));

	assert_non_null(item);
	item->key = key;
	return item;
}

static int add(struct sim_machine *machine, struct item **table, struct item *item)
{
	return SIM_HASH_ADD(machine, *table, key, sizeof(item->key), item);
}

static void clear(struct item **table)
{
	while (*table)
		HASH_DEL(*table, *table);
}

static void test_add_find_delete(void **state)
{
	struct item *table = NULL;

	for (uint64_t key = 0; key < NR_ITEMS; key++)
		assert_int_equal(add(*state, &table, new_item(*state, key * 7)), 0);
	assert_int_equal(HASH_COUNT(table), NR_ITEMS);
	for (uint64_t key = 0; key < NR_ITEMS * 7; key++) {
		struct item *item = find(table, key);

		assert_int_equal(item != NULL, key % 7 == 0);
		assert_true(!item || item->key == key);
	}
	clear(&table);
	assert_null(find(table, 0));
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_HASH), 0);
}

static void test_iteration_is_in_order_of_addition(void **state)
{
	struct item *table = NULL, *item, *tmp;
	uint64_t wanted = 100;

	for (uint64_t key = 100; key > 0; key--)
		assert_int_equal(add(*state, &table, new_item(*state, key)), 0);
	HASH_ITER(hh, table, item, tmp)
		assert_int_equal(item->key, wanted--);
	assert_int_equal(wanted, 0);
	clear(&table);
}

static void test_keyptr_takes_strings(void **state)
{
	struct item *table = NULL, *found, *item = new_item(*state, 1);

	strcpy(item->name, "bo0");
	assert_int_equal(SIM_HASH_ADD_KEYPTR(*state, table, item->name, strlen(item->name), item),
			 0);
	HASH_FIND(hh, table, "bo0", 3, found);
	assert_ptr_equal(found, item);
	clear(&table);
}

static void check_all(struct item *table, uint64_t nr)
{
	assert_int_equal(HASH_COUNT(table), nr);
	for (uint64_t key = 0; key < nr + 5; key++)
		assert_int_equal(find(table, key) != NULL, key < nr);
}

/* Each addition fails first where it allocates; nothing may have changed. */
static void test_add_that_fails_changes_nothing(void **state)
{
	struct item *table = NULL;
	unsigned int failures = 0;

	for (uint64_t key = 0; key < NR_ITEMS; key++) {
		struct item *item = new_item(*state, key);

		for (unsigned long nth = 1;; nth++) {
			int err;

			sim_fail_alloc(*state, nth);
			err = add(*state, &table, item);
			if (!err)
				break;
			assert_int_equal(err, -ENOMEM);
			assert_false(sim_fail_alloc_pending(*state));
			check_all(table, key);
			failures++;
		}
		sim_fail_alloc(*state, 0);
		check_all(table, key + 1);
	}
	assert_in_range(failures, 3, 100); /* the table, its buckets, growth */
	clear(&table);
	assert_int_equal(sim_live_objects(*state, SIM_OBJ_HASH), 0);
}

static void test_table_is_part_of_a_snapshot(void **state)
{
	struct item *table = NULL;
	struct sim_snapshot *snapshot;

	for (uint64_t key = 0; key < 9; key++)
		assert_int_equal(add(*state, &table, new_item(*state, key)), 0);
	snapshot = sim_snapshot(*state);
	for (uint64_t key = 9; key < NR_ITEMS; key++)
		assert_int_equal(add(*state, &table, new_item(*state, key)), 0);
	assert_int_equal(sim_restore(*state, snapshot), 0);
	check_all(table, 9);
	clear(&table);
	sim_snapshot_free(snapshot);
}

static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bare_setup, bare_teardown)
	TEST(test_add_find_delete),
	TEST(test_iteration_is_in_order_of_addition),
	TEST(test_keyptr_takes_strings),
	TEST(test_add_that_fails_changes_nothing),
	TEST(test_table_is_part_of_a_snapshot),
};
SIM_TEST_MAIN(tests)
