/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <signal.h>

#include "support/address_space.h"

static void modes(struct as *as)
{
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file;

	assert_null(sim_file_create(mapping, NULL, 0, NULL, ""));
	assert_null(sim_file_create(mapping, NULL, 8, NULL, ""));
	file = sim_file_create(mapping, NULL, FMODE_WRITE, as, NULL);
	assert_int_equal(file->f_mode, FMODE_WRITE);
	assert_ptr_equal(file->private_data, as);
	assert_string_equal(file->sim_name, "");
	assert_null(sim_file_reopen(file, 0));
	sim_mapping_put(mapping);
	assert_ptr_equal(get_file(file), file);
	fput(file);
	fput(file);
}

static void test_file_modes(void **state)
{
	(void)state;
	as_for_all(modes);
}

static int count_release(struct inode *inode, struct file *filp)
{
	int *nr = filp->private_data;

	assert_null(inode);
	(*nr)++;
	return 0;
}

static int no_ops_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp, (void)vma;
	return 0;
}

/* A mapping keeps its file; the last of both calls ->release. */
static void release(struct as *as)
{
	static const struct file_operations fops = { .mmap = no_ops_mmap,
						     .release = count_release };
	struct address_space *mapping = sim_mapping_create(as->machine);
	int nr = 0;
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, &nr, "released");

	sim_mapping_put(mapping);
	assert_true(sim_mmap(as->task, as->base, as_len(as, 3), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0) > 0);
	fput(file);
	assert_int_equal(sim_munmap(as->task, as_page(as, 1), as->page), 0);
	assert_int_equal(nr, 0);
	as_clear(as);
	assert_int_equal(nr, 1);
}

static void test_file_release(void **state)
{
	(void)state;
	as_for_all(release);
}

static char load(struct as *as, unsigned long page)
{
	char byte = 0x55;

	assert_int_equal(sim_read(as->task, as_page(as, page), &byte, 1), 0);
	return byte;
}

static void store(struct as *as, unsigned long page, char byte)
{
	assert_int_equal(sim_write(as->task, as_page(as, page), &byte, 1), 0);
}

static void map_file(struct as *as, unsigned long page, struct file *file, int flags,
		     unsigned long pgoff)
{
	assert_int_equal(sim_mmap(as->task, as_page(as, page), as->page, PROT_READ | PROT_WRITE,
				  flags | MAP_FIXED, file, pgoff), as_page(as, page));
}

/* One page cache behind all opens; private mappings see it until they write. */
static void one_cache(struct as *as)
{
	struct file *again = sim_file_reopen(as->file, FMODE_READ | FMODE_WRITE);

	map_file(as, 0, as->file, MAP_SHARED, 3);
	map_file(as, 2, again, MAP_SHARED, 3);
	map_file(as, 4, again, MAP_PRIVATE, 3);
	fput(again);
	assert_int_equal(load(as, 0), 0);
	store(as, 0, 1);
	assert_int_equal(load(as, 2), 1);
	assert_int_equal(load(as, 4), 1);
	store(as, 2, 2);
	assert_int_equal(load(as, 4), 2);
	store(as, 4, 3);
	store(as, 0, 4);
	assert_int_equal(load(as, 4), 3);
	assert_int_equal(load(as, 2), 4);
	as_clear(as);
	map_file(as, 0, as->file, MAP_PRIVATE, 3);
	assert_int_equal(load(as, 0), 4); /* kept without any mapping */
	as_clear(as);
}

static void test_file_one_page_cache(void **state)
{
	(void)state;
	as_for_all(one_cache);
}

static void past_end(struct as *as)
{
	char byte = 1;

	map_file(as, 0, as->file, MAP_SHARED, AS_FILE_PAGES - 1);
	map_file(as, 2, as->file, MAP_SHARED, AS_FILE_PAGES);
	map_file(as, 4, as->file, MAP_PRIVATE, AS_FILE_PAGES);
	store(as, 0, 1);
	assert_int_equal(sim_read(as->task, as_page(as, 2), &byte, 1), SIGBUS);
	assert_int_equal(sim_write(as->task, as_page(as, 2), &byte, 1), SIGBUS);
	assert_int_equal(sim_write(as->task, as_page(as, 4), &byte, 1), SIGBUS);
	as_clear(as);
}

static void test_file_past_end(void **state)
{
	(void)state;
	as_for_all(past_end);
}

/* Shared anonymous memory: a file of its own for each mmap. */
static void shared_anonymous(struct as *as)
{
	const int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
	char byte = 1;

	for (int i = 0; i < 2; i++)
		assert_true(sim_mmap(as->task, as_page(as, 2 * i), as_len(as, 2),
				     PROT_READ | PROT_WRITE, flags, NULL, 7) > 0);
	as_assert(as, "ss|ss");
	store(as, 1, 1);
	assert_int_equal(load(as, 3), 0);
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as->page, PROT_READ), 0);
	as_assert(as, "stss");
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as->page, PROT_READ | PROT_WRITE),
			 0);
	as_assert(as, "ss|ss");
	/* it grows, but its file does not */
	assert_int_equal(sim_mremap(as->task, as_page(as, 2), as_len(as, 2), as_len(as, 3), 0, 0),
			 as_page(as, 2));
	assert_int_equal(sim_read(as->task, as_page(as, 4), &byte, 1), SIGBUS);
	as_clear(as);
}

static void test_shared_anonymous(void **state)
{
	(void)state;
	as_for_all(shared_anonymous);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_file_modes),
	cmocka_unit_test(test_file_release),
	cmocka_unit_test(test_file_one_page_cache),
	cmocka_unit_test(test_file_past_end),
	cmocka_unit_test(test_shared_anonymous),
};

SIM_TEST_MAIN(tests)
