/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fault.c - the way of a fault: what is refused, huge leaves, young and
 * dirty by fault.
 */
#include "support/mm_fixture.h"

#define SHARED_PFN (MM_RW | MM_SHARED | VM_PFNMAP)
#define WRITE_FAULT (FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE)

/* ---- refused ---- */

static void outside(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 1, 1, MM_RW, NULL);

	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGSEGV);
	assert_int_equal(mm_fault(vma, vma->vm_end, 0), VM_FAULT_SIGSEGV);
	assert_int_equal(mm_fault(vma, vma->vm_end - 1, 0), 0);
	mm_unmap(vma);
}

static void test_fault_outside_the_vma(void **state)
{
	mm_fixture_each(outside, state);
}

static const struct {
	const char *what;
	unsigned long vm_flags;
	unsigned int flags;
} impossible[] = {
	{ "a write where none may ever be", VM_READ | VM_MAYREAD | VM_MAYSHARE, WRITE_FAULT },
	{ "a forced write to a shared mapping",
	  VM_READ | VM_MAYREAD | VM_MAYWRITE | VM_SHARED | VM_MAYSHARE, WRITE_FAULT },
	{ "unshare and write at once", MM_RW, WRITE_FAULT | FAULT_FLAG_UNSHARE },
};

static void impossible_faults(struct mm_fixture *fx)
{
	if (!sim_rule(fx->machine, SIM_RULE_FAULT_SANITIZED))
		return;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(impossible); i++) {
		struct vm_area_struct *vma =
			mm_map(fx, fx->mm, 0, 4, impossible[i].vm_flags, &mm_page_ops);
		unsigned int warns = sim_nr_outcomes(fx->machine, SIM_WARN);

		assert_int_equal(mm_fault(vma, MM_BASE, impossible[i].flags), VM_FAULT_SIGSEGV);
		assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), warns + 1);
		assert_int_equal(fx->drv.nr_fault, 0);
		mm_unmap(vma);
	}
}

static void test_fault_that_cannot_be_warns(void **state)
{
	mm_fixture_each(impossible_faults, state);
}

static void test_fault_on_crashed_machine_is_sigbus(void **state)
{
	struct mm_fixture fx;
	struct vm_area_struct *vma;

	(void)state;
	mm_fixture_open(&fx, NULL);
	vma = mm_map(&fx, fx.mm, 0, 4, MM_RW | VM_PFNMAP, &mm_pfn_ops);
	/* vmf_insert_pfn() into a mapping that is copied on write */
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	assert_true(sim_crashed(fx.machine));
	assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
	assert_int_equal(fx.drv.nr_fault, 1);
	/* the lock was let go each time */
	sim_write_lock(fx.machine, &fx.mm->mmap_lock, SIM_RANK_MMAP, __func__);
	sim_rw_unlock(&fx.mm->mmap_lock, SIM_RANK_MMAP);
	sim_machine_destroy(fx.machine);
}

/* ---- entries that are there ---- */

static void old_entry(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	const struct sim_entry_format *fmt = &fx->mmu->format[0];
	int level;
	void *slot;
	uint64_t e;

	mm_touch(vma, MM_BASE, true);
	slot = sim_walk(fx->mm, MM_BASE, &level);
	e = fmt_op(fmt, SIM_OP_MKCLEAN, mmu_read(fx->mmu, 0, slot));
	sim_set_entry(fx->mm, 0, slot, MM_BASE, fmt_op(fmt, SIM_OP_MKOLD, e));
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_DEFAULT), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_YOUNG));
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	assert_int_equal(fx->drv.nr_fault, 1);
	mm_unmap(vma);
}

static void test_fault_makes_young_and_dirty(void **state)
{
	mm_fixture_each(old_entry, state);
}

/* Mapped without access, in a mapping that has some by now. */
static void protnone(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, SHARED_PFN, &mm_pfn_ops);
	pgprot_t prot = vma->vm_page_prot;

	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, VM_NONE);
	mm_set_leaf(vma, MM_BASE, 0, fx->drv.io_pfn, false, true);
	vma->vm_page_prot = prot;
	if (!mmu_has(fx->mmu, SIM_FEAT_NUMA_BALANCING)) {
		mm_unmap(vma);	/* this kernel does not ask */
		return;
	}
	assert_int_equal(mm_touch(vma, MM_BASE, false), 0);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	assert_int_equal(fx->drv.nr_fault, 0);
	mm_unmap(vma);
}

static void test_fault_without_access_is_made_accessible(void **state)
{
	mm_fixture_each(protnone, state);
}

/* ---- huge leaves ---- */

static const struct {
	const char *release;
	enum sim_thp_policy thp;
	unsigned long flags;		/* beside MM_RW | MM_SHARED */
	bool asked;
} huge_cases[] = {
	{ "5.11", SIM_THP_ALWAYS, VM_PFNMAP, true },
	{ "5.11", SIM_THP_ALWAYS, VM_MIXEDMAP, true },
	{ "5.11", SIM_THP_ALWAYS, 0, true },
	{ "5.11", SIM_THP_ALWAYS, VM_PFNMAP | VM_NOHUGEPAGE, false },
	{ "5.11", SIM_THP_MADVISE, VM_PFNMAP, false },
	{ "5.11", SIM_THP_MADVISE, VM_PFNMAP | VM_HUGEPAGE, true },
	{ "5.11", SIM_THP_NEVER, VM_PFNMAP | VM_HUGEPAGE, false },
	{ "6.1", SIM_THP_ALWAYS, VM_PFNMAP, false },
	{ "6.1", SIM_THP_ALWAYS, VM_PFNMAP | VM_HUGEPAGE, false },
	{ "6.1", SIM_THP_ALWAYS, 0, false },
	{ "6.12", SIM_THP_ALWAYS, VM_PFNMAP, true },
	{ "6.12", SIM_THP_NEVER, VM_PFNMAP, true },
	{ "6.12", SIM_THP_NEVER, VM_PFNMAP | VM_NOHUGEPAGE, false },
	{ "6.12", SIM_THP_MADVISE, VM_MIXEDMAP, false },
	{ "6.12", SIM_THP_MADVISE, VM_MIXEDMAP | VM_HUGEPAGE, true },
};

static void test_huge_fault_asked_by_release_and_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(huge_cases); i++) {
		struct sim_machine_config config = { .release = huge_cases[i].release,
						     .thp = huge_cases[i].thp };
		struct mm_fixture fx;
		struct vm_area_struct *vma;

		mm_fixture_open(&fx, &config);
		vma = mm_map(&fx, fx.mm, 0, 1024, MM_RW | MM_SHARED | huge_cases[i].flags,
			     &mm_huge_ops);
		fx.drv.answer = VM_FAULT_SIGBUS;
		assert_int_equal(mm_fault(vma, MM_BASE, 0), VM_FAULT_SIGBUS);
		if (fx.drv.nr_huge != huge_cases[i].asked)
			fail_msg("case %zu: asked %u times", i, fx.drv.nr_huge);
		mm_unmap(vma);
		mm_fixture_close(&fx);
	}
}

/* A leaf of the driver's, in releases and on architectures that have them. */
static void map_leaf(struct mm_fixture *fx)
{
	unsigned long pages = fx->mmu->level[1].shift > 12
				      ? mmu_leaf_size(fx->mmu, 1) / fx->page : 1;
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	unsigned long addr = MM_BASE + 3 * fx->page;
	bool leaf = fx->mmu->has_leaf[1] &&
		    sim_rule(fx->machine, SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA);
	int level;

	fx->drv.pfn -= fx->drv.pfn % pages;
	assert_int_equal(mm_touch(vma, addr, true), 0);
	mm_entry(vma, addr, &level);
	assert_int_equal(level, leaf ? 1 : 0);
	assert_int_equal(fx->drv.nr_huge, leaf);
	assert_int_equal(fx->drv.nr_fault, !leaf);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		assert_int_equal(mm_rss(fx->mm, i), 0);
	mm_unmap(vma);
}

static void test_huge_fault_maps_a_leaf(void **state)
{
	mm_fixture_each(map_leaf, state);
}

/* A store to a read-only leaf: the driver is asked; where it declines, or is not
 * asked, the leaf goes and a page comes. */
static void wp_leaf(struct mm_fixture *fx, unsigned long flags, bool asked)
{
	unsigned long pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, pages, flags, &mm_huge_ops);
	int level;

	fx->drv.nr_huge = 0;
	fx->drv.answer = VM_FAULT_FALLBACK;
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), false, true);
	mm_fault(vma, MM_BASE, WRITE_FAULT);
	assert_int_equal(fx->drv.nr_huge, asked);
	mm_entry(vma, MM_BASE, &level);
	assert_int_equal(level, mm_none(vma, MM_BASE) ? level : 0);
	fx->drv.answer = 0;
	mm_unmap(vma);
}

static void wp_leaves(struct mm_fixture *fx)
{
	bool shared_only = sim_rule(fx->machine, SIM_RULE_WP_HUGE_SHARED_ONLY);

	if (!fx->mmu->has_leaf[1])
		return;
	wp_leaf(fx, SHARED_PFN, true);
	wp_leaf(fx, MM_RW | VM_MIXEDMAP, !shared_only);
}

static void test_huge_write_to_read_only_leaf(void **state)
{
	mm_fixture_each(wp_leaves, state);
}

static void touch_leaf(struct mm_fixture *fx)
{
	const struct sim_entry_format *fmt = &fx->mmu->format[1];
	struct vm_area_struct *vma;
	unsigned long pages;
	int level;
	void *slot;
	uint64_t e;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn & ~(pages - 1), true, true);
	slot = sim_walk(fx->mm, MM_BASE, &level);
	e = fmt_op(fmt, SIM_OP_MKOLD, mmu_read(fx->mmu, 1, slot));
	sim_set_entry(fx->mm, 1, slot, MM_BASE, fmt_op(fmt, SIM_OP_MKCLEAN, e));
	assert_int_equal(mm_fault(vma, MM_BASE + fx->page, WRITE_FAULT), 0);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_YOUNG));
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	assert_int_equal(fx->drv.nr_huge, 0);
	mm_unmap(vma);
}

static void test_huge_fault_makes_leaf_young_and_dirty(void **state)
{
	mm_fixture_each(touch_leaf, state);
}

/* A driver that makes its leaf writable when asked keeps it. */
static void wp_leaf_granted(struct mm_fixture *fx)
{
	struct vm_area_struct *vma;
	unsigned long pages;
	int level;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	fx->drv.pfn &= ~(pages - 1);
	mm_set_leaf(vma, MM_BASE, 1, fx->drv.pfn, false, true);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), VM_FAULT_NOPAGE);
	mm_entry(vma, MM_BASE, &level);
	assert_int_equal(level, 1);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	mm_unmap(vma);
}

static void test_huge_write_granted_by_the_driver(void **state)
{
	mm_fixture_each(wp_leaf_granted, state);
}

static void protnone_leaf(struct mm_fixture *fx)
{
	struct vm_area_struct *vma;
	unsigned long pages, pfn;
	pgprot_t prot;

	if (!fx->mmu->has_leaf[1])
		return;
	pages = mmu_leaf_size(fx->mmu, 1) / fx->page;
	pfn = fx->drv.pfn & ~(pages - 1);
	vma = mm_map(fx, fx->mm, 0, pages, SHARED_PFN, &mm_huge_ops);
	prot = vma->vm_page_prot;
	vma->vm_page_prot = sim_vm_page_prot(fx->mmu, VM_NONE);
	mm_set_leaf(vma, MM_BASE, 1, pfn, false, true);
	vma->vm_page_prot = prot;
	if (mmu_has(fx->mmu, SIM_FEAT_NUMA_BALANCING)) {
		assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_DEFAULT), 0);
		assert_false(mm_test(vma, MM_BASE, SIM_TEST_PROTNONE));
		assert_int_equal(mm_pfn(vma, MM_BASE), pfn);
	}
	mm_unmap(vma);
}

static void test_huge_leaf_without_access_is_made_accessible(void **state)
{
	mm_fixture_each(protnone_leaf, state);
}

/* Unshare is for mappings that are copied on write; elsewhere it is a read. */
static void unshare_shared(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);

	mm_load(vma, MM_BASE);
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_UNSHARE), 0);
	assert_ptr_equal(mm_page(vma, MM_BASE), fx->drv.page[0]);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 0);
	mm_unmap(vma);
}

static void test_fault_unshare_of_shared_mapping_is_a_read(void **state)
{
	mm_fixture_each(unshare_shared, state);
}

/* Bits that are neither an empty entry nor a present one. */
static void test_fault_on_garbage_is_sigbus(void **state)
{
	struct mm_fixture fx;
	struct vm_area_struct *vma;
	void *slot;
	int err;

	(void)state;
	mm_fixture_open(&fx, NULL);
	vma = mm_map(&fx, fx.mm, 0, 4, MM_RW, NULL);
	slot = sim_walk_alloc(fx.mm, MM_BASE, 0, &err);
	assert_non_null(slot);
	sim_set_entry(fx.mm, 0, slot, MM_BASE, 0x2);
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_DEFAULT), VM_FAULT_SIGBUS);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_BAD_PAGE), 1);
	mm_unmap(vma);
	mm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_huge_write_granted_by_the_driver),
	MM_TEST(test_huge_leaf_without_access_is_made_accessible),
	MM_TEST(test_fault_unshare_of_shared_mapping_is_a_read),
	cmocka_unit_test(test_fault_on_garbage_is_sigbus),
	MM_TEST(test_fault_outside_the_vma),
	MM_TEST(test_fault_that_cannot_be_warns),
	cmocka_unit_test(test_fault_on_crashed_machine_is_sigbus),
	MM_TEST(test_fault_makes_young_and_dirty),
	MM_TEST(test_fault_without_access_is_made_accessible),
	cmocka_unit_test(test_huge_fault_asked_by_release_and_policy),
	MM_TEST(test_huge_fault_maps_a_leaf),
	MM_TEST(test_huge_write_to_read_only_leaf),
	MM_TEST(test_huge_fault_makes_leaf_young_and_dirty),
};

SIM_TEST_MAIN(tests)
