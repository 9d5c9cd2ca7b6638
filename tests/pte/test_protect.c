/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_protect.c - mprotect on entries: what is kept, what may be written at once.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)

/* mprotect of the whole vma, as lib/vma does it. */
static void set_access(struct vm_area_struct *vma, unsigned long access, bool try_writable)
{
	vma->vm_flags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | access;
	vma->vm_page_prot = sim_vm_page_prot(vma->vm_mm->sim_mmu, vma->vm_flags);
	sim_change_protection(vma, vma->vm_start, vma->vm_end, try_writable);
}

static void shared_pfn(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	unsigned int nr;

	mm_touch(vma, MM_BASE, true);
	nr = fx->drv.nr_fault;
	set_access(vma, VM_READ, false);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	assert_int_equal(mm_test(vma, MM_BASE, SIM_TEST_SPECIAL),
			 mmu_has(fx->mmu, SIM_FEAT_PTE_SPECIAL) &&
			 mmu_has(fx->mmu, SIM_FEAT_MODIFY_KEEPS_SPECIAL));
	set_access(vma, VM_READ | VM_WRITE, false);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_touch(vma, MM_BASE, true), 0);
	assert_int_equal(fx->drv.nr_fault, nr);
	assert_true(mm_none(vma, MM_BASE + fx->page));
	mm_unmap(vma);
}

/* mips64 up to 6.1 loses the special bit here, which zap then tells of; its pfn
 * has no struct page, so nothing is given back. */
static void test_protect_shared_pfn_is_writable_again_at_once(void **state)
{
	mm_fixture_each(shared_pfn, state);
}

static void no_access(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	unsigned long pfn;

	mm_touch(vma, MM_BASE, true);
	set_access(vma, 0, false);
	assert_int_equal(sim_mmu_access(fx->mm, MM_BASE, false, &pfn), -EFAULT);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	set_access(vma, VM_READ, false);
	assert_int_equal(mm_touch(vma, MM_BASE, false), 0);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	mm_unmap(vma);
}

static void test_protect_none_and_back(void **state)
{
	mm_fixture_each(no_access, state);
}

static const struct {
	const char *what;
	bool dirty, exclusive;
	bool in_5_11, in_6_1, in_6_12;
} anon_cases[] = {
	{ "dirty and exclusive", true, true, false, true, true },
	{ "clean and exclusive", false, true, false, false, true },
	{ "dirty and shared with a child", true, false, false, false, false },
};

static bool anon_expected(const struct mm_fixture *fx, size_t i)
{
	if (sim_rule(fx->machine, SIM_RULE_MPROTECT_CLEAN_ANON))
		return anon_cases[i].in_6_12;
	if (sim_rule(fx->machine, SIM_RULE_MPROTECT_TRY_WRITABLE))
		return anon_cases[i].in_6_1;
	return anon_cases[i].in_5_11;
}

static void anon_case(struct mm_fixture *fx, size_t i)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL);
	int level;
	void *slot;
	uint64_t e;

	mm_store(vma, MM_BASE, 1);
	if (!anon_cases[i].exclusive)
		sim_page_clear(mm_page(vma, MM_BASE), PG_anon_exclusive);
	slot = sim_walk(fx->mm, MM_BASE, &level);
	e = mmu_read(fx->mmu, 0, slot);
	if (!anon_cases[i].dirty)
		sim_set_entry(fx->mm, 0, slot, MM_BASE,
			      fmt_op(&fx->mmu->format[0], SIM_OP_MKCLEAN, e));
	set_access(vma, VM_READ, true);
	set_access(vma, VM_READ | VM_WRITE, true);
	assert_int_equal(mm_test(vma, MM_BASE, SIM_TEST_WRITE), anon_expected(fx, i));
	mm_unmap(vma);
}

static void anon(struct mm_fixture *fx)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(anon_cases); i++)
		anon_case(fx, i);
}

static void test_protect_private_writable_at_once_by_release(void **state)
{
	mm_fixture_each(anon, state);
}

/* With writenotify the driver need not be asked again for a dirty page. */
static void writenotify(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_mkwrite_ops);

	mm_store(vma, MM_BASE, 1);
	mm_load(vma, MM_BASE + fx->page);
	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, vma->vm_flags & ~VM_SHARED);
	sim_change_protection(vma, vma->vm_start, vma->vm_end, true);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_false(mm_test(vma, MM_BASE + fx->page, SIM_TEST_WRITE));
	sim_change_protection(vma, vma->vm_start, vma->vm_end, false);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	mm_unmap(vma);
}

static void test_protect_shared_dirty_needs_no_second_notice(void **state)
{
	mm_fixture_each(writenotify, state);
}

/* A dirty shared leaf is made writable at once from 6.12 on. */
static void leaf_writable(struct mm_fixture *fx)
{
	struct vm_area_struct *vma;
	unsigned long pages;
	int level;
	void *slot;
	uint64_t e;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_pfn_mkwrite_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	slot = sim_walk(fx->mm, MM_BASE, &level);
	e = fmt_op(&fx->mmu->format[1], SIM_OP_MKDIRTY, mmu_read(fx->mmu, 1, slot));
	sim_set_entry(fx->mm, 1, slot, MM_BASE, e);
	sim_change_protection(vma, vma->vm_start, vma->vm_end, true);
	assert_int_equal(mm_test(vma, MM_BASE, SIM_TEST_WRITE),
			 sim_rule(fx->machine, SIM_RULE_MPROTECT_LEAF_WRITABLE));
	mm_unmap(vma);
}

static void test_protect_huge_leaf_writable_at_once_by_release(void **state)
{
	mm_fixture_each(leaf_writable, state);
}

static void nothing(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);

	mm_touch(vma, MM_BASE, true);
	sim_change_protection(vma, MM_BASE, MM_BASE, true);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), 0);
	/* what stays without access is not made writable where the kernel can tell */
	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, VM_NONE);
	sim_change_protection(vma, vma->vm_start, vma->vm_end, true);
	if (mmu_has(fx->mmu, SIM_FEAT_NUMA_BALANCING))
		assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	mm_unmap(vma);
}

static void test_protect_empty_range_and_no_access(void **state)
{
	mm_fixture_each(nothing, state);
}

static void flushes(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	uint64_t before = mm_count(fx, SIM_CNT_TLB_FLUSH);

	sim_change_protection(vma, vma->vm_start, vma->vm_end, false);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), before);
	mm_touch(vma, MM_BASE, true);
	sim_change_protection(vma, vma->vm_start, vma->vm_end, false);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), before + 1);
	mm_unmap(vma);
}

static void test_protect_flushes_where_something_changed(void **state)
{
	mm_fixture_each(flushes, state);
}

static void leaves(struct mm_fixture *fx)
{
	unsigned long size, pages;
	struct vm_area_struct *vma;

	if (!fx->mmu->has_leaf[1])
		return;
	size = mmu_leaf_size(fx->mmu, 1);
	pages = size / fx->page;
	vma = mm_map(fx, fx->mm, 0, 2 * pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	mm_set_leaf(vma, MM_BASE + size, 1, fx->drv.pfn & ~(pages - 1), true, true);
	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, vma->vm_flags & ~VM_WRITE);
	sim_change_protection(vma, MM_BASE, MM_BASE + size + fx->page, false);
	assert_false(mm_none(vma, MM_BASE));
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.pfn & ~(pages - 1));
	assert_true(mm_none(vma, MM_BASE + size));
	mm_unmap(vma);
}

static void test_protect_huge_leaf_whole_or_split(void **state)
{
	mm_fixture_each(leaves, state);
}

static void prot_none(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	pgprot_t none = sim_vm_page_prot(fx->mmu, VM_NONE);

	fx->drv.pfn = page_to_pfn(fx->drv.page[0]);
	mm_touch(vma, MM_BASE, true);
	assert_int_equal(sim_prot_none_allowed(vma, vma->vm_start, vma->vm_end, none), 0);
	assert_false(mm_none(vma, MM_BASE));
	mm_unmap(vma);
}

static void test_protect_none_is_allowed_for_ram(void **state)
{
	mm_fixture_each(prot_none, state);
}

static void prot_none_leaf(struct mm_fixture *fx)
{
	pgprot_t none = sim_vm_page_prot(fx->mmu, VM_NONE);
	bool checks = fx->mmu->format[0].pfn_inverted_unless != 0;
	struct vm_area_struct *vma;
	unsigned long pages;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	assert_int_equal(sim_prot_none_allowed(vma, vma->vm_start, vma->vm_end, none), 0);
	assert_int_equal(mm_none(vma, MM_BASE), checks);
	mm_unmap(vma);
}

static void test_protect_none_check_splits_leaves(void **state)
{
	mm_fixture_each(prot_none_leaf, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_protect_shared_pfn_is_writable_again_at_once),
	MM_TEST(test_protect_none_and_back),
	MM_TEST(test_protect_private_writable_at_once_by_release),
	MM_TEST(test_protect_shared_dirty_needs_no_second_notice),
	MM_TEST(test_protect_huge_leaf_writable_at_once_by_release),
	MM_TEST(test_protect_empty_range_and_no_access),
	MM_TEST(test_protect_flushes_where_something_changed),
	MM_TEST(test_protect_huge_leaf_whole_or_split),
	MM_TEST(test_protect_none_is_allowed_for_ram),
	MM_TEST(test_protect_none_check_splits_leaves),
};

SIM_TEST_MAIN(tests)
