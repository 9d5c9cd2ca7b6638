/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <errno.h>
#include <signal.h>

#include <ttmsim/gup.h>

#include "phys/phys.h"
#include "support/address_space.h"

#define RW (PROT_READ | PROT_WRITE)

/* A shared mapping of a file of three pages, at as->base. */
static struct file *map_file(struct as *as, int share)
{
	struct file *file = sim_writeback_file_create(as->machine, 3, "file");

	assert_non_null(file);
	assert_true(sim_mmap(as->task, as->base, as_len(as, 4), RW, share | MAP_FIXED, file,
			     0) > 0);
	return file;
}

static struct sim_pte_info entry(struct as *as, struct task_struct *task, unsigned long i)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(task->mm, as_page(as, i), &info), 0);
	return info;
}

static void write_byte(struct as *as, struct task_struct *task, unsigned long i, char byte)
{
	assert_int_equal(sim_write(task, as_page(as, i), &byte, 1), 0);
}

static bool is_dirty(struct as *as, unsigned long i)
{
	return sim_page_test(sim_pfn_to_page(as->machine, entry(as, as->task, i).pfn), PG_dirty);
}

/* The first store is seen, and after write-back the next one is. */
static void stores(struct as *as)
{
	struct file *file = map_file(as, MAP_SHARED);
	char byte = 0;

	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_false(entry(as, as->task, 0).write);
	write_byte(as, as->task, 0, 5);
	assert_true(entry(as, as->task, 0).write);
	assert_true(is_dirty(as, 0));
	write_byte(as, as->task, 1, 6);
	assert_int_equal(sim_msync(as->task, as->base, as->page, MS_SYNC), 0);
	assert_false(entry(as, as->task, 0).write);
	assert_false(entry(as, as->task, 0).dirty);
	assert_false(is_dirty(as, 0));
	assert_true(is_dirty(as, 1));
	assert_int_equal(sim_msync(as->task, as->base, as_len(as, 4), MS_ASYNC), 0);
	assert_true(is_dirty(as, 1));
	write_byte(as, as->task, 0, 7);
	assert_true(is_dirty(as, 0));
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(byte, 7);
	assert_int_equal(sim_read(as->task, as_page(as, 3), &byte, 1), SIGBUS);
	fput(file);
}

static void test_writeback_asks_for_the_next_store(void **state)
{
	(void)state;
	as_for_all(stores);
}

/* All that share the page; not who has a copy. */
static void others(struct as *as)
{
	struct file *file = map_file(as, MAP_SHARED);
	struct task_struct *child;
	long copy;

	write_byte(as, as->task, 0, 1);
	assert_int_equal(sim_fork(as->task, "child", &child), 0);
	write_byte(as, child, 0, 2);
	copy = sim_mmap(as->task, 0, as->page, RW, MAP_PRIVATE, file, 0);
	assert_true(copy > 0);
	assert_int_equal(sim_write(as->task, (unsigned long)copy, "x", 1), 0);
	assert_int_equal(sim_msync(as->task, as->base, as->page, MS_SYNC), 0);
	assert_false(entry(as, as->task, 0).write);
	assert_false(entry(as, child, 0).write);
	assert_int_equal(sim_write(as->task, (unsigned long)copy, "y", 1), 0);
	assert_false(is_dirty(as, 0));
	sim_exit(child);
	fput(file);
}

static void test_writeback_finds_all_mappings(void **state)
{
	(void)state;
	as_for_all(others);
}

static void longterm(struct as *as, bool refused)
{
	struct file *file = map_file(as, MAP_SHARED);
	struct page *page = NULL;
	int ret;

	write_byte(as, as->task, 0, 1);
	sim_task_switch(as->task);
	ret = pin_user_pages_fast(as->base, 1, FOLL_LONGTERM | FOLL_WRITE, &page);
	assert_int_equal(ret, refused ? -EFAULT : 1);
	if (ret == 1)
		unpin_user_page(page);
	assert_int_equal(pin_user_pages_fast(as->base, 1, FOLL_LONGTERM, &page), 1);
	unpin_user_page(page);
	assert_int_equal(pin_user_pages_fast(as->base, 1, FOLL_WRITE, &page), 1);
	unpin_user_page(page);
	fput(file);
}

static void test_writeback_refuses_longterm_writes(void **state)
{
	static const char *const releases[] = { "5.11", "6.1", "6.12" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(releases); i++) {
		struct as as;

		as_create(&as, "x86_64", releases[i]);
		longterm(&as, !strcmp(releases[i], "6.12"));
		as_destroy(&as);
	}
}

static void test_writeback_without_memory(void **state)
{
	struct as as;

	(void)state;
	as_create(&as, "x86_64", "6.1");
	for (unsigned long nth = 1; nth <= 3; nth++) {
		sim_fail_alloc(as.machine, nth);
		assert_null(sim_writeback_file_create(as.machine, 1, "file"));
		sim_fail_alloc(as.machine, 0);
	}
	as_destroy(&as);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_writeback_asks_for_the_next_store),
	cmocka_unit_test(test_writeback_finds_all_mappings),
	cmocka_unit_test(test_writeback_refuses_longterm_writes),
	cmocka_unit_test(test_writeback_without_memory),
};
SIM_TEST_MAIN(tests)
