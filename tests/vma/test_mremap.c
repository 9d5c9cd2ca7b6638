/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

#define MOVE MREMAP_MAYMOVE
#define FIXED (MREMAP_MAYMOVE | MREMAP_FIXED)
#define KEEP (MREMAP_MAYMOVE | MREMAP_DONTUNMAP)

struct mremap_case {
	const char *description;
	const char *from;
	unsigned long first, old, new; /* pages */
	unsigned long flags;
	unsigned long to_page;		/* MREMAP_FIXED */
	long result;			/* 0: first or to_page */
	const char *to;
};

static const struct mremap_case cases[] = {
	{ "the same size: nothing", "wwww", 0, 4, 4, 0, 0, 0, "wwww" },
	{ "shrink", "wwww", 0, 4, 2, 0, 0, 0, "ww.." },
	{ "shrink a part", "wwwwww", 1, 3, 1, 0, 0, 0, "ww..ww" },
	{ "grow into a hole", "ww....", 0, 2, 4, 0, 0, 0, "wwww.." },
	{ "no room to grow", "wwr...", 0, 2, 4, 0, 0, -ENOMEM, "wwr..." },
	{ "a part cannot grow in place", "wwww..", 0, 2, 3, 0, 0, -ENOMEM, "wwww.." },
	{ "a file grows", "RR....", 0, 2, 4, 0, 0, 0, "RRRR.." },
	{ "a special one cannot", "PP....", 0, 2, 4, MOVE, 0, -EFAULT, "PP...." },
	{ "past the end of the vma", "wwrr", 0, 3, 4, MOVE, 0, -EFAULT, "wwrr" },
	{ "nothing mapped", "..ww", 0, 2, 4, MOVE, 0, -EFAULT, "..ww" },
	{ "nothing mapped, in place", "....", 0, 2, 4, 0, 0, -EFAULT, "...." },
	{ "new_len 0", "wwww", 0, 4, 0, MOVE, 0, -EINVAL, "wwww" },
	{ "old_len 0, private", "wwww", 0, 0, 2, MOVE, 0, -EINVAL, "wwww" },
	{ "unknown flags", "wwww", 0, 4, 4, 0x10, 0, -EINVAL, "wwww" },
	{ "MREMAP_FIXED alone", "wwww", 0, 4, 4, MREMAP_FIXED, 6, -EINVAL, "wwww" },
	{ "move", "wwww....", 0, 4, 4, FIXED, 4, 0, "....wwww" },
	{ "move a part", "wwwwww....", 2, 2, 2, FIXED, 8, 0, "ww..ww..ww" },
	{ "move over a mapping", "wwwwrrrr", 0, 4, 4, FIXED, 4, 0, "....wwww" },
	{ "move into the middle of one", "wwrrrr", 0, 2, 2, FIXED, 3, 0, "..rwwr" },
	{ "move and shrink", "wwww....", 0, 4, 2, FIXED, 5, 0, ".....ww." },
	{ "move and grow", "ww......", 0, 2, 4, FIXED, 4, 0, "....wwww" },
	{ "source and target overlap", "wwww....", 0, 4, 4, FIXED, 2, -EINVAL, "wwww...." },
	{ "move a special one", "PPPP....", 0, 4, 4, FIXED, 4, 0, "....PPPP" },
	{ "move a part of a special one", "PPPP....", 1, 2, 2, FIXED, 4, 0, "P..P|PP.." },
	{ "move shared", "ss....", 0, 2, 2, FIXED, 3, 0, "...ss." },
	{ "old_len 0, shared: a second mapping", "ss....", 0, 0, 2, FIXED, 3, 0, "ss.ss." },
	{ "keep the old one", "ww....", 0, 2, 2, KEEP | FIXED, 3, 0, "ww.ww." },
	{ "keep, with another size", "ww....", 0, 2, 4, KEEP, 3, -EINVAL, "ww...." },
	{ "keep a special one", "PP....", 0, 2, 2, KEEP | FIXED, 3, -EINVAL, "PP...." },
	{ "untouched memory beside itself is one vma", "ww....", 0, 1, 1, FIXED, 2, 0, ".ww..." },
	{ "a locked one", "LL....", 0, 2, 2, FIXED, 3, 0, "...LL." },
	{ "a locked one grows", "LL....", 0, 2, 4, 0, 0, 0, "LLLL.." },
	{ "a locked one, kept", "LLLL....", 1, 2, 2, KEEP | FIXED, 5, 0, "LwwL.LL." },
};

static void run_case(struct as *as, const struct mremap_case *c)
{
	unsigned long want = as_page(as, c->flags & MREMAP_FIXED ? c->to_page : c->first);
	long ret = sim_mremap(as->task, as_page(as, c->first), as_len(as, c->old),
			      as_len(as, c->new), c->flags, as_page(as, c->to_page));

	as->what = c->description;
	if (ret != (c->result ? c->result : (long)want))
		fail_msg("%s (%s): %ld", c->description, sim_machine_release(as->machine), ret);
	as_assert(as, c->to);
}

/* Once untouched, once with pages. */
static void run_cases(struct as *as)
{
	char byte = 1;

	for (size_t i = 0; i < 2 * SIM_ARRAY_SIZE(cases); i++) {
		const struct mremap_case *c = &cases[i / 2];

		as_from(as, c->from);
		for (size_t at = 0; (i & 1) && c->from[at]; at++)
			if (strchr("wsLP", c->from[at]))
				assert_int_equal(sim_write(as->task, as_page(as, at), &byte, 1), 0);
		if ((i & 1) && strstr(c->description, "is one vma"))
			assert_true(sim_mremap(as->task, as->base, as->page, as->page, FIXED,
					       as_page(as, 2)) > 0);
		else
			run_case(as, c);
		as_clear(as);
	}
}

static void test_mremap_cases(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* 5.11: private anonymous memory only; since 5.13 whatever may grow. */
static void dontunmap_file(struct as *as)
{
	bool anon_only = strcmp(sim_machine_release(as->machine), "5.11") == 0;
	long ret;

	as_from(as, "ss");
	ret = sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), KEEP | MREMAP_FIXED,
			 as_page(as, 4));
	assert_int_equal(ret, anon_only ? -EINVAL : (long)as_page(as, 4));
	as_assert(as, anon_only ? "ss...." : "ss..ss");
}

static void test_mremap_dontunmap_file(void **state)
{
	(void)state;
	as_for_all(dontunmap_file);
}

/*
 * Untouched memory is kept where it is, and its new place is beside it: up to
 * 5.14 both become one vma. 6.1 merges with no neighbour then, 6.12 not with
 * the old vma.
 */
static void dontunmap_beside(struct as *as)
{
	const char *release = sim_machine_release(as->machine);
	const char *want = !strcmp(release, "5.11")  ? "wwwwww" :
			   !strcmp(release, "6.12") ? "ww|wwww" :
						       "ww|ww|ww";

	as_from(as, "ww..ww");
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2),
				    KEEP | FIXED, as_page(as, 2)), as_page(as, 2));
	as_assert(as, want);
	as_check(as, as->task);
}

static void test_mremap_dontunmap_beside(void **state)
{
	(void)state;
	as_for_all(dontunmap_beside);
}

/* With pages they stay two: the moved ones keep their place in the anon_vma. */
static void dontunmap_beside_touched(struct as *as)
{
	char byte = 1;

	as_from(as, "ww....");
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2),
				    KEEP | FIXED, as_page(as, 2)), as_page(as, 2));
	as_assert(as, "ww|ww..");
}

static void test_mremap_dontunmap_beside_touched(void **state)
{
	(void)state;
	as_for_all(dontunmap_beside_touched);
}

/* Nothing is at addr: -EFAULT at once since 6.1. Before, shrinking does not look,
 * and a fixed target is unmapped first. */
static void hole(struct as *as)
{
	bool asks = strcmp(sim_machine_release(as->machine), "5.11") != 0;
	long shrunk = sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 1), 0, 0);

	assert_int_equal(shrunk, asks ? -EFAULT : (long)as->base);
	as_from(as, "....ww");
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), FIXED,
				    as_page(as, 4)), -EFAULT);
	as_assert(as, asks ? "....ww" : "......");
}

static void test_mremap_hole(void **state)
{
	(void)state;
	as_for_all(hole);
}

/* Growing meets a neighbour that fits: one vma since 6.1. */
static void grow_merges(struct as *as)
{
	bool merges = strcmp(sim_machine_release(as->machine), "5.11") != 0;

	as_from(as, "RR..RR");
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 4), 0, 0),
			 as->base);
	as_assert(as, merges ? "RRRRRR" : "RRRR|RR");
}

static void test_mremap_grow_merges(void **state)
{
	(void)state;
	as_for_all(grow_merges);
}

/* Bytes go along, and the old place is empty. */
static void keeps_bytes(struct as *as)
{
	char text[] = "bytes", found[sizeof(text)] = "";
	long ret;

	for (const char *kind = "wWsP"; *kind; kind++) {
		as_from(as, (char[]){ *kind, *kind, 0 });
		assert_int_equal(sim_write(as->task, as_page(as, 1), text, sizeof(text)), 0);
		ret = sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), FIXED,
				 as_page(as, 600));
		assert_int_equal(ret, as_page(as, 600));
		assert_int_equal(sim_read(as->task, as_page(as, 601), found, sizeof(found)), 0);
		assert_string_equal(found, text);
		as_check(as, as->task);
		as_clear(as);
	}
}

static void test_mremap_keeps_bytes(void **state)
{
	(void)state;
	as_for_all(keeps_bytes);
}

static void dontunmap_takes_pages(struct as *as)
{
	char text[] = "bytes", found[sizeof(text)] = "";

	as_from(as, "ww");
	assert_int_equal(sim_write(as->task, as->base, text, sizeof(text)), 0);
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2),
				    KEEP | MREMAP_FIXED, as_page(as, 4)), as_page(as, 4));
	assert_int_equal(sim_read(as->task, as_page(as, 4), found, sizeof(found)), 0);
	assert_string_equal(found, text);
	assert_int_equal(sim_read(as->task, as->base, found, sizeof(found)), 0);
	assert_string_equal(found, "");
	as_check(as, as->task);
}

static void test_mremap_dontunmap_takes_pages(void **state)
{
	(void)state;
	as_for_all(dontunmap_takes_pages);
}

/* MAYMOVE finds a place of its own. */
static void finds_place(struct as *as)
{
	long ret;

	as_from(as, "wwrr");
	ret = sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 8), MOVE, 0);
	assert_true(ret > 0 && (unsigned long)ret != as->base);
	as_assert(as, "..rr");
	assert_int_equal(sim_munmap(as->task, (unsigned long)ret, as_len(as, 8)), 0);
}

static void test_mremap_finds_place(void **state)
{
	(void)state;
	as_for_all(finds_place);
}

/* ---- ->mremap ---- */

static int mremap_result;

static int note_mremap(struct vm_area_struct *vma)
{
	(void)vma;
	return mremap_result;
}

static const struct vm_operations_struct moving_ops = { .mremap = note_mremap };

static int moving_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &moving_ops;
	return 0;
}

static void driver_refuses(struct as *as)
{
	static const struct file_operations fops = { .mmap = moving_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "moving");

	assert_true(sim_mmap(as->task, as->base, as_len(as, 2), PROT_READ, MAP_PRIVATE | MAP_FIXED,
			     file, 0) > 0);
	mremap_result = -EPERM;
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), FIXED,
				    as_page(as, 4)), -EPERM);
	as_assert(as, "RR....");
	mremap_result = 0;
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), FIXED,
				    as_page(as, 4)), as_page(as, 4));
	as_assert(as, "....RR");
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_mremap_driver_refuses(void **state)
{
	(void)state;
	as_for_all(driver_refuses);
}

static void bad_targets(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	unsigned long addr = as->base, page = as->page, top = mm->task_size;
	int nr;

	as_from(as, "ww");
	assert_int_equal(sim_mremap(as->task, addr + 1, page, page, FIXED, 0), -EINVAL);
	assert_int_equal(sim_mremap(as->task, addr, page, page, FIXED, addr + 4 * page + 1),
			 -EINVAL);
	assert_int_equal(sim_mremap(as->task, addr, page, page, FIXED, top), -EINVAL);
	assert_int_equal(sim_mremap(as->task, addr, page, top + page, FIXED, 0), -EINVAL);
	assert_int_equal(sim_mremap(as->task, addr, page, ~0UL, MOVE, 0), -EINVAL);
	assert_int_equal(sim_mremap(as->task, addr, page, top, MOVE, 0), -ENOMEM);
	assert_int_equal(sim_mremap(as->task, addr, page, page, FIXED, 0), -EPERM);
	assert_int_equal(sim_mremap(NULL, addr, page, page, FIXED, 0), -ESRCH);
	nr = mm->map_count;
	mm->map_count = DEFAULT_MAX_MAP_COUNT - 4;
	assert_int_equal(sim_mremap(as->task, addr, page, page, FIXED, addr + 8 * page), -ENOMEM);
	mm->map_count = nr;
	as_assert(as, "ww..");
	as_clear(as);
}

static void test_mremap_bad_targets(void **state)
{
	(void)state;
	as_for_all(bad_targets);
}

/* mmap takes no offset so high, but a driver may say another one. */
static int far_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_pgoff = ~0UL - 2;
	return 0;
}

static void last_offset(struct as *as)
{
	static const struct file_operations fops = { .mmap = far_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ, NULL, "far");
	unsigned long page = as->page;

	assert_int_equal(sim_mmap(as->task, as->base, page, PROT_READ, MAP_PRIVATE | MAP_FIXED,
				  file, 0), as->base);
	assert_int_equal(sim_mremap(as->task, as->base, page, 4 * page, MOVE, 0), -EINVAL);
	as_clear(as);
	fput(file);
	sim_mapping_put(mapping);
}

static void test_mremap_last_offset(void **state)
{
	(void)state;
	as_for_all(last_offset);
}

/* ---- x86: the memory-type reservation of remap_pfn_range() moves along ---- */

static int remap_mmap(struct file *filp, struct vm_area_struct *vma)
{
	const struct sim_arch *arch = sim_machine_arch(vma->vm_mm->sim_machine);

	(void)filp;
	return remap_pfn_range(vma, vma->vm_start, arch->io_start_pfn,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static void memory_types(struct as *as)
{
	static const struct file_operations fops = { .mmap = remap_mmap };
	struct address_space *mapping = sim_mapping_create(as->machine);
	struct file *file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, NULL, "io");
	char byte = 5;

	assert_int_equal(sim_mmap(as->task, as->base, as_len(as, 2), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, file, 0), as->base);
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(sim_mremap(as->task, as->base, as_len(as, 2), as_len(as, 2), FIXED,
				    as_page(as, 8)), as_page(as, 8));
	byte = 0;
	assert_int_equal(sim_read(as->task, as_page(as, 8), &byte, 1), 0);
	assert_int_equal(byte, 5);
	as_check(as, as->task);
	as_clear(as); /* that nothing is left is checked at the end */
	fput(file);
	sim_mapping_put(mapping);
}

static void test_mremap_memory_types(void **state)
{
	(void)state;
	as_for_all(memory_types);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mremap_cases),
	cmocka_unit_test(test_mremap_dontunmap_file),
	cmocka_unit_test(test_mremap_dontunmap_beside),
	cmocka_unit_test(test_mremap_dontunmap_beside_touched),
	cmocka_unit_test(test_mremap_hole),
	cmocka_unit_test(test_mremap_grow_merges),
	cmocka_unit_test(test_mremap_keeps_bytes),
	cmocka_unit_test(test_mremap_dontunmap_takes_pages),
	cmocka_unit_test(test_mremap_finds_place),
	cmocka_unit_test(test_mremap_driver_refuses),
	cmocka_unit_test(test_mremap_bad_targets),
	cmocka_unit_test(test_mremap_last_offset),
	cmocka_unit_test(test_mremap_memory_types),
};

SIM_TEST_MAIN(tests)
