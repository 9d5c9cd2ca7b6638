/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

struct munmap_case {
	const char *description;
	const char *from;
	unsigned long first, nr;
	const char *to;
};

static const struct munmap_case cases[] = {
	{ "all of one", "wwww", 0, 4, "...." },
	{ "its start", "wwww", 0, 2, "..ww" },
	{ "its end", "wwww", 2, 2, "ww.." },
	{ "its middle", "wwwwww", 2, 2, "ww..ww" },
	{ "across three", "wwrrRR", 1, 4, "w....R" },
	{ "with holes", "w.r.R.", 0, 6, "......" },
	{ "holes only", "ww..ww", 2, 2, "ww..ww" },
	{ "more than is there", ".ww.", 0, 4, "...." },
	{ "a file's middle", "RRRRRR", 2, 2, "RR..RR" },
	{ "a special one's middle", "PPPPPP", 2, 2, "PP..PP" },
	{ "shared", "ssssss", 0, 3, "...sss" },
};

static void touch(struct as *as, const char *strip)
{
	char byte = 0;

	for (size_t i = 0; strip[i]; i++)
		if (strip[i] != '.')
			assert_int_equal(sim_read(as->task, as_page(as, i), &byte, 1), 0);
}

static void run_cases(struct as *as)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases) * 2; i++) {
		const struct munmap_case *c = &cases[i / 2];

		as->what = c->description;
		as_from(as, c->from);
		if (i & 1)	/* with entries and tables */
			touch(as, c->from);
		assert_int_equal(sim_munmap(as->task, as_page(as, c->first), as_len(as, c->nr)), 0);
		as_assert(as, c->to);
		as_clear(as);
		assert_int_equal(as->task->mm->total_vm, 0);
		assert_int_equal(as->task->mm->pgtables_bytes.counter, 0);
	}
	assert_int_equal(sim_vma_next(as->task->mm, NULL), NULL);
}

static void test_munmap_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

static void bad_arguments(struct as *as)
{
	unsigned long top = as->task->mm->task_size;

	as_from(as, "ww");
	assert_int_equal(sim_munmap(as->task, as->base + 1, as->page), -EINVAL);
	assert_int_equal(sim_munmap(as->task, as->base, 0), -EINVAL);
	assert_int_equal(sim_munmap(as->task, as->base, ~0UL), -EINVAL);
	assert_int_equal(sim_munmap(as->task, top, as->page), -EINVAL);
	assert_int_equal(sim_munmap(as->task, top - as->page, 2 * as->page), -EINVAL);
	assert_int_equal(sim_munmap(NULL, as->base, as->page), -ESRCH);
	as_assert(as, "ww");
}

static void test_munmap_bad_arguments(void **state)
{
	(void)state;
	as_for_all(bad_arguments);
}

static void balance(struct as *as)
{
	as_from(as, "PPPPPP");
	assert_int_equal(as->nr_open, 0);
	assert_int_equal(sim_munmap(as->task, as_page(as, 2), as_len(as, 2)), 0);
	assert_int_equal(as->nr_open, 2);
	assert_int_equal(as->nr_close, 1);
	as_clear(as);
	assert_int_equal(as->nr_close, as->nr_open + 1);
}

static void test_munmap_open_and_close_balance(void **state)
{
	(void)state;
	as_for_all(balance);
}

/* Which part of a cut vma is the new one: what goes; in 6.12 what stays. */
static unsigned long opened_at[2];
static unsigned int nr_opened;

static void note_open(struct vm_area_struct *vma)
{
	if (nr_opened < 2)
		opened_at[nr_opened] = vma->vm_start;
	nr_opened++;
}

static const struct vm_operations_struct noting_vm_ops = { .open = note_open };

static int noting_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &noting_vm_ops;
	return 0;
}

static void new_part(struct as *as)
{
	static const struct file_operations fops = { .mmap = noting_mmap };
	bool stays = strcmp(sim_machine_release(as->machine), "6.12") == 0;
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "noting");

	assert_true(sim_mmap(as->task, as->base, as_len(as, 6), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0) > 0);
	nr_opened = 0;
	assert_int_equal(sim_munmap(as->task, as_page(as, 2), as_len(as, 2)), 0);
	assert_int_equal(nr_opened, 2);
	assert_int_equal(opened_at[0], as_page(as, stays ? 0 : 2));
	assert_int_equal(opened_at[1], as_page(as, stays ? 4 : 2));
	as_assert(as, "RR..RR");
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_munmap_opens_the_new_part(void **state)
{
	(void)state;
	as_for_all(new_part);
}

static int refuse_split(struct vm_area_struct *vma, unsigned long addr)
{
	(void)vma, (void)addr;
	return -EINVAL;
}

static const struct vm_operations_struct whole_vm_ops = { .may_split = refuse_split };

static int whole_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &whole_vm_ops;
	return 0;
}

static const struct file_operations whole_fops = { .mmap = whole_mmap };

/* ->may_split says no: to each call that would cut, in its own words. */
static void may_split(struct as *as)
{
	bool keeps = strcmp(sim_machine_release(as->machine), "6.12") == 0;
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &whole_fops, FMODE_READ, NULL, "whole");
	unsigned long page1 = as_page(as, 1);

	assert_non_null(file);
	assert_true(sim_mmap(as->task, as->base, as_len(as, 4), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0) > 0);
	assert_int_equal(sim_munmap(as->task, page1, as->page), -EINVAL);
	assert_int_equal(sim_mprotect(as->task, page1, as->page, PROT_NONE), -EINVAL);
	assert_int_equal(sim_mlock(as->task, page1, as->page), -EINVAL);
	assert_int_equal(sim_madvise(as->task, page1, as->page, MADV_DONTFORK), -EINVAL);
	assert_int_equal(sim_mremap(as->task, page1, as->page, 2 * as->page, MREMAP_MAYMOVE, 0),
			 -EINVAL);
	assert_int_equal(sim_mmap(as->task, page1, as->page, PROT_READ,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
			 keeps ? -EINVAL : -ENOMEM);
	as_assert(as, "RRRR");
	assert_int_equal(sim_munmap(as->task, as->base, as_len(as, 4)), 0);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_munmap_may_split(void **state)
{
	(void)state;
	as_for_all(may_split);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_munmap_cases),
	cmocka_unit_test(test_munmap_bad_arguments),
	cmocka_unit_test(test_munmap_open_and_close_balance),
	cmocka_unit_test(test_munmap_opens_the_new_part),
	cmocka_unit_test(test_munmap_may_split),
};

SIM_TEST_MAIN(tests)
