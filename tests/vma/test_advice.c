/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/advice.h"

#define ALL 0
#define SINCE_6_1 SIM_RELEASE(6, 1)

struct advice_case {
	const char *description;
	const char *from;		/* one page, its letter */
	int advice;
	uint16_t since;			/* before, the advice is unknown: -EINVAL */
	int result;
	unsigned long vm_flags;		/* of VM_MERGEABLE | VM_LOCKED, afterwards */
};

static const struct advice_case cases[] = {
	{ "COLD of anonymous memory", "w", MADV_COLD, ALL, 0, 0 },
	{ "COLD of a file", "s", MADV_COLD, ALL, 0, 0 },
	{ "COLD of a private file", "W", MADV_COLD, ALL, 0, 0 },
	{ "COLD of pfns", "P", MADV_COLD, ALL, -EINVAL, 0 },
	{ "COLD of locked memory", "L", MADV_COLD, ALL, -EINVAL, VM_LOCKED },
	{ "PAGEOUT of anonymous memory", "w", MADV_PAGEOUT, ALL, 0, 0 },
	{ "PAGEOUT of a file", "s", MADV_PAGEOUT, ALL, 0, 0 },
	{ "PAGEOUT of pfns", "P", MADV_PAGEOUT, ALL, -EINVAL, 0 },
	{ "PAGEOUT of locked memory", "L", MADV_PAGEOUT, ALL, -EINVAL, VM_LOCKED },
	{ "FREE of anonymous memory", "w", MADV_FREE, ALL, 0, 0 },
	{ "FREE of a file", "s", MADV_FREE, ALL, -EINVAL, 0 },
	{ "FREE of pfns", "P", MADV_FREE, ALL, -EINVAL, 0 },
	{ "FREE of locked memory", "L", MADV_FREE, ALL, -EINVAL, VM_LOCKED },
	{ "DONTNEED_LOCKED", "w", MADV_DONTNEED_LOCKED, SINCE_6_1, 0, 0 },
	{ "DONTNEED_LOCKED of locked memory", "L", MADV_DONTNEED_LOCKED, SINCE_6_1, 0, VM_LOCKED },
	{ "DONTNEED_LOCKED of pfns", "P", MADV_DONTNEED_LOCKED, SINCE_6_1, -EINVAL, 0 },
	{ "REMOVE of a shared file", "s", MADV_REMOVE, ALL, 0, 0 },
	{ "REMOVE of anonymous memory", "w", MADV_REMOVE, ALL, -EINVAL, 0 },
	{ "REMOVE of locked memory", "L", MADV_REMOVE, ALL, -EINVAL, VM_LOCKED },
	{ "REMOVE of a private file", "W", MADV_REMOVE, ALL, -EACCES, 0 },
	{ "REMOVE of a device", "P", MADV_REMOVE, ALL, -ENODEV, 0 },
	{ "MERGEABLE", "w", MADV_MERGEABLE, ALL, 0, VM_MERGEABLE },
	{ "MERGEABLE of a private file", "W", MADV_MERGEABLE, ALL, 0, VM_MERGEABLE },
	{ "MERGEABLE of locked memory", "L", MADV_MERGEABLE, ALL, 0, VM_MERGEABLE | VM_LOCKED },
	{ "MERGEABLE of a shared file is ignored", "s", MADV_MERGEABLE, ALL, 0, 0 },
	{ "MERGEABLE of pfns is ignored", "P", MADV_MERGEABLE, ALL, 0, 0 },
	{ "UNMERGEABLE", "w", MADV_UNMERGEABLE, ALL, 0, 0 },
	{ "UNMERGEABLE of pfns", "P", MADV_UNMERGEABLE, ALL, 0, 0 },
	{ "COLLAPSE of what is too small", "w", MADV_COLLAPSE, SINCE_6_1, -EINVAL, 0 },
	{ "COLLAPSE of pfns", "P", MADV_COLLAPSE, SINCE_6_1, -EINVAL, 0 },
};

static int advise(struct as *as, int advice)
{
	return sim_madvise(as->task, as->base, as->page, advice);
}

static void run_cases(struct as *as)
{
	uint16_t release = as->machine->release->number;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		const struct advice_case *c = &cases[i];
		char byte = 1;
		int ret;

		as_from(as, c->from);
		assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
		ret = advise(as, c->advice);
		if (ret != (release < c->since ? -EINVAL : c->result))
			fail_msg("%s: %d", c->description, ret);
		if ((as_flags(as, 0) & (VM_MERGEABLE | VM_LOCKED)) != c->vm_flags)
			fail_msg("%s: vm_flags %lx", c->description, as_flags(as, 0));
		as_check(as, as->task);
		as_clear(as);
	}
}

static void test_advice_results(void **state)
{
	(void)state;
	as_for_all(run_cases);
}

/* A VM_MIXEDMAP mapping's struct pages are nothing special to most advice. */
static void mixed(struct as *as)
{
	struct vm_area_struct *vma;

	as_from(as, "w");
	mmap_write_lock(as->task->mm);
	vma = find_vma(as->task->mm, as->base);
	vma_set_flags(vma, vma->vm_flags | VM_MIXEDMAP);
	mmap_write_unlock(as->task->mm);
	assert_int_equal(advise(as, MADV_COLD), 0);
	assert_int_equal(advise(as, MADV_PAGEOUT), 0);
	assert_int_equal(advise(as, MADV_FREE), 0);
	assert_int_equal(advise(as, MADV_MERGEABLE), 0);
	assert_int_equal(as_flags(as, 0) & VM_MERGEABLE, 0);
}

static void test_advice_mixedmap(void **state)
{
	(void)state;
	as_for_all(mixed);
}

/* What may be written, or what could become so? */
static void remove_read_only(struct as *as)
{
	bool may = as->machine->release->number >= SINCE_6_1;
	struct file *file = sim_file_reopen(as->file, FMODE_READ);

	as_from(as, "t");
	assert_int_equal(advise(as, MADV_REMOVE), may ? 0 : -EACCES);
	as_clear(as);
	/* never writable: the file was opened for reading */
	assert_int_equal(sim_mmap(as->task, as->base, as->page, PROT_READ, MAP_SHARED | MAP_FIXED,
				  file, 0), as->base);
	assert_int_equal(advise(as, MADV_REMOVE), -EACCES);
	as_clear(as);
	fput(file);
}

static void test_advice_remove_read_only(void **state)
{
	(void)state;
	as_for_all(remove_read_only);
}

/* The hole reads as zeros in every mapping; what was copied before stays. */
static void remove_hole(struct as *as)
{
	unsigned long free_pages;
	char bytes[3] = { 1, 2, 3 }, got;
	long other;

	as_from(as, "sssW");
	for (unsigned long i = 0; i < 3; i++)
		assert_int_equal(sim_write(as->task, as_page(as, i), &bytes[i], 1), 0);
	other = sim_mmap(as->task, 0, as_len(as, 3), PROT_READ | PROT_WRITE, MAP_PRIVATE, as->file,
			 0);
	assert_true(other > 0);
	assert_int_equal(sim_write(as->task, (unsigned long)other + as->page, "c", 1), 0);
	free_pages = sim_phys_free_pages(as->machine);
	assert_int_equal(sim_madvise(as->task, as_page(as, 1), as->page, MADV_REMOVE), 0);
	assert_int_equal(sim_phys_free_pages(as->machine), free_pages + 1);
	as_check(as, as->task);
	for (unsigned long i = 0; i < 3; i++) {
		assert_int_equal(sim_read(as->task, as_page(as, i), &got, 1), 0);
		assert_int_equal(got, i == 1 ? 0 : bytes[i]);
	}
	assert_int_equal(sim_read(as->task, (unsigned long)other + as->page, &got, 1), 0);
	assert_int_equal(got, 'c');
	assert_int_equal(sim_munmap(as->task, (unsigned long)other, as_len(as, 3)), 0);
}

static void test_advice_remove_makes_a_hole(void **state)
{
	(void)state;
	as_for_all(remove_hole);
}

static bool is_young(struct as *as, unsigned long page)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(as->task->mm, as_page(as, page), &info), 0);
	return info.present && info.young;
}

static bool is_present(struct as *as, unsigned long page)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(as->task->mm, as_page(as, page), &info), 0);
	return info.present;
}

/* Entries of pages that are on the LRU and mapped once become old; paged out, those of
 * a file's pages go. */
static void aged(struct as *as)
{
	bool keeps = sim_rule(as->machine, SIM_RULE_MADV_PAGEOUT_KEEPS_YOUNG);
	const int advice[] = { MADV_COLD, MADV_PAGEOUT };
	struct task_struct *child;
	char byte = 1;

	for (size_t i = 0; i < SIM_ARRAY_SIZE(advice); i++) {
		as_from(as, "wsw");
		for (unsigned long page = 0; page < 3; page++) {
			assert_int_equal(sim_write(as->task, as_page(as, page), &byte, 1), 0);
			assert_true(is_young(as, page));
		}
		assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 2), advice[i]), 0);
		assert_int_equal(is_young(as, 0), keeps && advice[i] == MADV_PAGEOUT);
		assert_false(is_young(as, 1));
		assert_true(is_present(as, 0));
		assert_int_equal(is_present(as, 1), advice[i] == MADV_COLD);
		assert_true(is_young(as, 2));
		assert_int_equal(sim_fork(as->task, "child", &child), 0);
		assert_int_equal(sim_madvise(as->task, as->base, as_len(as, 3), advice[i]), 0);
		assert_true(is_young(as, 2));	/* the child maps it, too */
		sim_exit(child);
		for (unsigned long page = 0; page < 3; page++) {
			assert_int_equal(sim_read(as->task, as_page(as, page), &byte, 1), 0);
			assert_int_equal(byte, 1);
		}
		as_clear(as);
	}
}

static void test_advice_aged(void **state)
{
	(void)state;
	as_for_all(aged);
}

/* Entries become clean and old, and so does the page. */
static void freed(struct as *as)
{
	struct sim_smaps smaps;
	struct sim_pte_info info;
	char byte = 7;

	as_from(as, "w");
	assert_int_equal(sim_write(as->task, as->base, &byte, 1), 0);
	assert_int_equal(advise(as, MADV_FREE), 0);
	assert_int_equal(sim_pte_lookup(as->task->mm, as->base, &info), 0);
	assert_false(info.young || info.dirty);
	assert_int_equal(sim_smaps(as->task, as->base, &smaps), 0);
	assert_int_equal(smaps.private_clean, as->page);
	assert_int_equal(smaps.private_dirty, 0);
	assert_int_equal(sim_read(as->task, as->base, &byte, 1), 0);
	assert_int_equal(byte, 7);
}

static void test_advice_free(void **state)
{
	(void)state;
	as_for_all(freed);
}

/* Where a huge page would fit there is none to be had. */
static void collapsed(struct as *as)
{
	bool leaves = mmu_has(as->machine->mmu, SIM_FEAT_PMD_LEAF);
	bool known = leaves && sim_rule(as->machine, SIM_RULE_MADV_COLLAPSE);
	unsigned long size = 1UL << as->machine->mmu->level[1].shift, at;
	long addr = sim_mmap(as->task, 0, 3 * size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	char byte = 1;

	assert_true(addr > 0);
	at = ((unsigned long)addr + size - 1) & ~(size - 1);
	/* nothing was ever written: there is no anon_vma */
	assert_int_equal(sim_madvise(as->task, at, size, MADV_COLLAPSE), -EINVAL);
	assert_int_equal(sim_write(as->task, at, &byte, 1), 0);
	assert_int_equal(sim_madvise(as->task, at, size, MADV_COLLAPSE), known ? -ENOMEM : -EINVAL);
	/* no page table there; and nothing that a huge page would fit into */
	assert_int_equal(sim_madvise(as->task, at + size, size, MADV_COLLAPSE), -EINVAL);
	assert_int_equal(sim_madvise(as->task, at + size, size - as->page, MADV_COLLAPSE),
			 known ? 0 : -EINVAL);
	assert_int_equal(sim_madvise(as->task, at, as->page, MADV_NOHUGEPAGE),
			 leaves ? 0 : -EINVAL);
	assert_int_equal(sim_madvise(as->task, at, as->page, MADV_COLLAPSE), -EINVAL);
	assert_int_equal(sim_munmap(as->task, (unsigned long)addr, 3 * size), 0);
}

static void test_advice_collapse(void **state)
{
	(void)state;
	as_for_all(collapsed);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_advice_results),
	cmocka_unit_test(test_advice_mixedmap),
	cmocka_unit_test(test_advice_remove_read_only),
	cmocka_unit_test(test_advice_remove_makes_a_hole),
	cmocka_unit_test(test_advice_aged),
	cmocka_unit_test(test_advice_free),
	cmocka_unit_test(test_advice_collapse),
};

SIM_TEST_MAIN(tests)
