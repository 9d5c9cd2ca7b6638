/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

static const char *name_it(struct vm_area_struct *vma)
{
	(void)vma;
	return "[named]";
}

static const struct vm_operations_struct named_ops = { .name = name_it };

static int named_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &named_ops;
	return 0;
}

/* Column for column what /proc/PID/maps of a 64-bit and a 32-bit kernel show. */
static void lines(const char *arch, const char *want)
{
	static const struct file_operations fops = { .mmap = named_mmap };
	struct address_space *mapping;
	struct file *file;
	char text[1024];
	struct as as;
	int len;

	as_create(&as, arch, "6.1");
	as_from(&as, "w");
	as.base += as_len(&as, 16);
	as_from(&as, "nXt");
	mapping = sim_mapping_create(as.machine);
	file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "file");
	assert_true(sim_mmap(as.task, as_page(&as, 9), as.page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0x1234) > 0);
	len = sim_maps(as.task, text, sizeof(text));
	assert_int_equal(len, strlen(want));
	assert_string_equal(text, want);
	/* a short buffer: the start, closed, and the whole length */
	memset(text, 0x55, sizeof(text));
	assert_int_equal(sim_maps(as.task, text, 9), len);
	assert_string_equal(text, "10000000");
	assert_int_equal(sim_maps(as.task, NULL, 0), len);
	fput(file);
	sim_mapping_put(mapping);
	as_destroy(&as);
}

static void test_maps_lines(void **state)
{
	(void)state;
	lines("x86_64",
	      "10000000-10001000 rw-p 00000000 00:00 0 \n"
	      "10010000-10011000 ---p 00000000 00:00 0 \n"
	      "10011000-10012000 r-xp 00001000 00:01 1                                  file\n"
	      "10012000-10013000 r--s 00002000 00:01 1                                  file\n"
	      "10019000-1001a000 r--p 01234000 00:01 1                                  [named]\n");
	lines("arm",
	      "10000000-10001000 rw-p 00000000 00:00 0 \n"
	      "10010000-10011000 ---p 00000000 00:00 0 \n"
	      "10011000-10012000 r-xp 00001000 00:01 1          file\n"
	      "10012000-10013000 r--s 00002000 00:01 1          file\n"
	      "10019000-1001a000 r--p 01234000 00:01 1          [named]\n");
}

static struct sim_smaps smaps_at(struct as *as, unsigned long page)
{
	struct sim_smaps smaps;

	assert_int_equal(sim_smaps(as->task, as_page(as, page), &smaps), 0);
	return smaps;
}

static void smaps(struct as *as)
{
	const unsigned long page = as->page;
	struct task_struct *child;
	struct sim_smaps found;
	char byte = 1;

	as_from(as, "wwRsPLn.");
	for (int i = 0; i < 6; i++)
		if (i != 2)
			assert_int_equal(sim_write(as->task, as_page(as, i), &byte, 1), 0);
	assert_int_equal(sim_read(as->task, as_page(as, 2), &byte, 1), 0);

	found = smaps_at(as, 1);
	assert_int_equal(found.start, as->base);
	assert_int_equal(found.end, as_page(as, 2));
	assert_int_equal(found.size, 2 * page);
	assert_int_equal(found.rss, 2 * page);
	assert_int_equal(found.anonymous, 2 * page);
	assert_int_equal(found.private_dirty, 2 * page);
	assert_null(found.name);
	found = smaps_at(as, 2);
	assert_int_equal(found.rss, page);
	assert_int_equal(found.anonymous, 0);
	assert_int_equal(found.pgoff, 2);
	assert_string_equal(found.name, "file");
	found = smaps_at(as, 3);
	assert_int_equal(found.private_dirty, page);
	found = smaps_at(as, 4); /* VM_PFNMAP: nothing counts */
	assert_int_equal(found.rss, 0);
	assert_int_equal(found.size, page);
	found = smaps_at(as, 5);
	assert_int_equal(found.locked, page);
	found = smaps_at(as, 6);
	assert_int_equal(found.rss, 0);
	assert_int_equal(sim_smaps(as->task, as_page(as, 7), &found), -ENOMEM);
	assert_int_equal(sim_smaps(NULL, as->base, &found), -ESRCH);

	assert_int_equal(sim_fork(as->task, "child", &child), 0);
	found = smaps_at(as, 0);
	assert_int_equal(found.shared_dirty, 2 * page);
	assert_int_equal(found.private_dirty, 0);
	found = smaps_at(as, 5);
	assert_int_equal(found.locked, page / 2);
	sim_exit(child);
	as_clear(as);
}

static void test_smaps(void **state)
{
	(void)state;
	as_for_all(smaps);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_maps_lines),
	cmocka_unit_test(test_smaps),
};

SIM_TEST_MAIN(tests)
