/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The walk finds each entry once, in order, wherever in its table it lies, and each table.
 */
#include "pte/walk.h"
#include "support/address_space.h"
#include "vma/check.h"

#define MAX_SEEN 64

struct seen {
	struct sim_entry_walk walk;
	unsigned int nr;
	unsigned long addr[MAX_SEEN];
	long table_bytes;
};

static void see_leaf(struct sim_entry_walk *walk, int level, uint64_t e, unsigned long addr)
{
	struct seen *seen = (struct seen *)walk;
	struct sim_pte_info info;

	assert_true(seen->nr < MAX_SEEN);
	assert_int_equal(sim_pte_lookup(walk->mm, addr, &info), 0);
	assert_int_equal(info.level, level);
	assert_true(info.raw == e);
	seen->addr[seen->nr++] = addr;
}

static void see_table(struct sim_entry_walk *walk, int level)
{
	((struct seen *)walk)->table_bytes += sim_table_bytes(walk->mm->sim_mmu, level);
}

static void walk(struct as *as, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->walk = (struct sim_entry_walk){ .mm = as->task->mm, .leaf = see_leaf,
					      .table = see_table };
	mmap_write_lock(as->task->mm);
	sim_walk_entries(&seen->walk);
	mmap_write_unlock(as->task->mm);
	assert_int_equal(seen->table_bytes, as->task->mm->pgtables_bytes.counter);
}

/* Pages of a large mapping: the first and last slots of groups and of tables. */
static void check_places(struct as *as)
{
	static const unsigned long pages[] = {
		0, 1, 7, 8, 15, 17, 255, 256, 257, 511, 512, 513, 1023, 2047, 2048, 4095,
	};
	long base = sim_mmap(as->task, 0, 4096 * as->page, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	struct seen seen;

	assert_true(base > 0);
	walk(as, &seen);
	assert_int_equal(seen.nr, 0);
	for (size_t i = SIM_ARRAY_SIZE(pages); i--; )
		assert_int_equal(sim_write(as->task, (unsigned long)base + pages[i] * as->page,
					   "x", 1), 0);
	walk(as, &seen);
	assert_int_equal(seen.nr, SIM_ARRAY_SIZE(pages));
	for (size_t i = 0; i < SIM_ARRAY_SIZE(pages); i++)
		assert_int_equal(seen.addr[i], (unsigned long)base + pages[i] * as->page);
	assert_int_equal(sim_munmap(as->task, (unsigned long)base, 4096 * as->page), 0);
	walk(as, &seen);
	assert_int_equal(seen.nr, 0);
}

static void test_walk_finds_each_entry_once(void **state)
{
	(void)state;
	as_for_all(check_places);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_walk_finds_each_entry_once),
};

SIM_TEST_MAIN(tests)
