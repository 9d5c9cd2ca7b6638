/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_wp.c - stores to entries that are present and read-only.
 */
#include "support/mm_fixture.h"

#define WRITE_FAULT (FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE)

static void put_byte(struct mm_fixture *fx, unsigned long pfn, size_t at, uint8_t value)
{
	assert_int_equal(sim_phys_write(fx->machine, pfn, at, &value, 1), 0);
}

static uint8_t byte(struct mm_fixture *fx, unsigned long pfn, size_t at)
{
	uint8_t value;

	assert_int_equal(sim_phys_read(fx->machine, pfn, at, &value, 1), 0);
	return value;
}

static bool by_mark(const struct mm_fixture *fx)
{
	return sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE);
}

static vm_fault_t written(const struct mm_fixture *fx)
{
	return sim_rule(fx->machine, SIM_RULE_FAULT_WRITE_RESULT) ? VM_FAULT_WRITE : 0;
}

/* An anonymous page, mapped read-only, as after mprotect. */
static struct vm_area_struct *read_only_anon(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW, NULL);

	mm_store(vma, MM_BASE, 3);
	mm_set_leaf(vma, MM_BASE, 0, mm_pfn(vma, MM_BASE), false, false);
	return vma;
}

/* ---- anonymous pages: reuse or copy ---- */

static const struct {
	const char *what;
	bool extra_ref, mark;		/* besides the entry's; PG_anon_exclusive */
	bool reuse_by_count, reuse_by_mark;
} reuse_cases[] = {
	{ "ours alone", false, true, true, true },
	{ "pinned by us, never forked", true, true, false, true },
	{ "forked, the child is gone", false, false, true, true },
	{ "forked, somebody still has it", true, false, false, false },
};

static void reuse_case(struct mm_fixture *fx, size_t i)
{
	struct vm_area_struct *vma = read_only_anon(fx);
	struct page *page = mm_page(vma, MM_BASE);
	bool reuse = by_mark(fx) ? reuse_cases[i].reuse_by_mark : reuse_cases[i].reuse_by_count;

	if (!reuse_cases[i].mark)
		sim_page_clear(page, PG_anon_exclusive);
	if (reuse_cases[i].extra_ref)
		get_page(page);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(fx));
	assert_int_equal(mm_page(vma, MM_BASE) == page, reuse);
	assert_int_equal(page_mapcount(page), reuse);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(sim_page_test(mm_page(vma, MM_BASE), PG_anon_exclusive), by_mark(fx));
	assert_false(sim_page_test(page, PG_locked));
	assert_int_equal(mm_load(vma, MM_BASE), 3);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	if (reuse_cases[i].extra_ref)
		put_page(page);
	mm_unmap(vma);
}

static void reuse_or_copy(struct mm_fixture *fx)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(reuse_cases); i++)
		reuse_case(fx, i);
}

static void test_wp_anon_reuse_rule_of_the_release(void **state)
{
	mm_fixture_each(reuse_or_copy, state);
}

/* ---- pages of a file ---- */

static void file_private(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);
	struct page *page = fx->drv.page[0];
	uint64_t flushes;

	put_byte(fx, page_to_pfn(page), 0, 8);
	mm_load(vma, MM_BASE);
	flushes = mm_count(fx, SIM_CNT_TLB_FLUSH);
	mm_store(vma, MM_BASE + 1, 9);
	assert_int_equal(mm_count(fx, SIM_CNT_TLB_FLUSH), flushes + 1);
	assert_ptr_not_equal(mm_page(vma, MM_BASE), page);
	assert_int_equal(mm_load(vma, MM_BASE), 8);
	assert_int_equal(byte(fx, page_to_pfn(page), 1), 0);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 0);
	assert_int_equal(mm_rss(fx->mm, MM_FILEPAGES), 0);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	mm_unmap(vma);
}

static void test_wp_file_private_copies(void **state)
{
	mm_fixture_each(file_private, state);
}

static void file_shared(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_mkwrite_ops);
	vm_fault_t throttled = sim_rule(fx->machine, SIM_RULE_FAULT_COMPLETED)
				       ? VM_FAULT_COMPLETED : VM_FAULT_RETRY;

	mm_load(vma, MM_BASE);
	assert_int_equal(fx->drv.nr_page_mkwrite, 0);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(fx) | throttled);
	assert_int_equal(fx->drv.nr_page_mkwrite, 1);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_ptr_equal(mm_page(vma, MM_BASE), fx->drv.page[0]);
	assert_int_equal(page_count(fx->drv.page[0]), 2);
	assert_true(sim_page_test(fx->drv.page[0], PG_dirty));
	mm_unmap(vma);
}

static void test_wp_file_shared_asks_page_mkwrite(void **state)
{
	mm_fixture_each(file_shared, state);
}

static vm_fault_t truncating_mkwrite(struct vm_fault *vmf)
{
	vmf->page->mapping = NULL;
	return 0;
}

/* The file lost the page while the driver was asked: the access starts again. */
static void file_truncated(struct mm_fixture *fx)
{
	struct vm_operations_struct ops = mm_mkwrite_ops;
	struct vm_area_struct *vma;

	ops.page_mkwrite = truncating_mkwrite;
	vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &ops);
	mm_load(vma, MM_BASE);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), 0);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(page_count(fx->drv.page[0]), 2);
	assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	assert_int_equal(mm_fault(vma, MM_BASE + fx->page, WRITE_FAULT), 0);
	assert_true(mm_none(vma, MM_BASE + fx->page));
	assert_int_equal(page_count(fx->drv.page[1]), 1);
	mm_unmap(vma);
}

static void test_wp_file_page_truncated_meanwhile(void **state)
{
	mm_fixture_each(file_truncated, state);
}

static vm_fault_t zapping_mkwrite(struct vm_fault *vmf)
{
	const struct sim_zap all = { .even_cows = true };

	sim_zap_range(vmf->vma, vmf->vma->vm_start, vmf->vma->vm_end, &all);
	return 0;
}

/* The entry went while the driver was asked. */
static void file_zapped(struct mm_fixture *fx)
{
	struct vm_operations_struct ops = mm_mkwrite_ops;
	struct vm_area_struct *vma;

	ops.page_mkwrite = zapping_mkwrite;
	vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &ops);
	mm_load(vma, MM_BASE);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), VM_FAULT_NOPAGE);
	assert_true(mm_none(vma, MM_BASE));
	assert_int_equal(page_count(fx->drv.page[0]), 1);
	assert_false(sim_page_test(fx->drv.page[0], PG_locked));
	mm_unmap(vma);
}

static void test_wp_file_page_unmapped_meanwhile(void **state)
{
	mm_fixture_each(file_zapped, state);
}

static void file_shared_no_mkwrite(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED, &mm_page_ops);

	mm_load(vma, MM_BASE);
	mm_set_leaf(vma, MM_BASE, 0, mm_pfn(vma, MM_BASE), false, false);
	mm_store(vma, MM_BASE, 2);
	assert_ptr_equal(mm_page(vma, MM_BASE), fx->drv.page[0]);
	assert_true(sim_page_test(fx->drv.page[0], PG_dirty));
	assert_int_equal(page_count(fx->drv.page[0]), 2);
	mm_unmap(vma);
}

static void test_wp_file_shared_without_page_mkwrite_reuses(void **state)
{
	mm_fixture_each(file_shared_no_mkwrite, state);
}

/* ---- pfns without pages ---- */

/* A private mapping of I/O memory, as remap_pfn_range() leaves it. */
static struct vm_area_struct *private_pfns(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | VM_PFNMAP, &mm_pfn_ops);

	vma->vm_pgoff = fx->drv.io_pfn;
	for (int i = 0; i < 4; i++) {
		put_byte(fx, fx->drv.io_pfn + i, 0, (uint8_t)(50 + i));
		mm_set_leaf(vma, MM_BASE + i * fx->page, 0, fx->drv.io_pfn + i, false, true);
	}
	return vma;
}

static void pfn_private(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = private_pfns(fx);
	unsigned long addr = MM_BASE + 2 * fx->page;

	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 0);
	mm_store(vma, addr + 1, 1);
	assert_true(sim_page_is_anon(mm_page(vma, addr)));
	assert_false(mm_test(vma, addr, SIM_TEST_SPECIAL));
	assert_int_equal(mm_load(vma, addr), 52);
	assert_int_equal(byte(fx, fx->drv.io_pfn + 2, 1), 0);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 1);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	assert_int_equal(fx->drv.nr_fault, 0);
	mm_unmap(vma);
}

static void test_wp_pfn_private_copies_through_the_mapping(void **state)
{
	mm_fixture_each(pfn_private, state);
}

/* The copy itself makes an old entry young, so the first attempt is void. */
static void pfn_private_old(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = private_pfns(fx);
	const struct sim_entry_format *fmt = &fx->mmu->format[0];
	int level;
	void *slot = sim_walk(fx->mm, MM_BASE, &level);
	uint64_t e = fmt_op(fmt, SIM_OP_MKOLD, mmu_read(fx->mmu, 0, slot));

	sim_set_entry(fx->mm, 0, slot, MM_BASE, e);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), 0);
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_YOUNG));
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(fx));
	assert_int_equal(mm_load(vma, MM_BASE), 50);
	assert_int_not_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	mm_unmap(vma);
}

static void test_wp_pfn_old_entry_takes_two_faults(void **state)
{
	mm_fixture_each(pfn_private_old, state);
}

/* Nothing answers at the pfn: the copy is empty, and the kernel warns. */
static void pfn_unreadable(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 1, MM_RW | VM_PFNMAP, &mm_pfn_ops);
	unsigned long hole = fx->machine->phys->io_start + fx->machine->phys->io_nr + 16;
	unsigned int warns = sim_nr_outcomes(fx->machine, SIM_WARN);

	vma->vm_pgoff = hole;
	mm_set_leaf(vma, MM_BASE, 0, hole, false, true);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(fx));
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), warns + 1);
	assert_int_equal(mm_load(vma, MM_BASE), 0);
	mm_unmap(vma);
}

static void test_wp_pfn_unreadable_copies_zeros(void **state)
{
	mm_fixture_each(pfn_unreadable, state);
}

/* PROT_NONE and a store that is forced: whether the user's rights are in the way of
 * the copy is the architecture's affair. */
static void pfn_closed(const char *arch, bool readable)
{
	struct sim_machine_config config = { .arch = arch, .release = "6.1" };
	struct vm_area_struct *vma;
	struct mm_fixture fx;
	unsigned int warns;

	mm_fixture_open(&fx, &config);
	vma = mm_map(&fx, fx.mm, 0, 1, (MM_RW & ~VM_ACCESS_FLAGS) | VM_PFNMAP, &mm_pfn_ops);
	vma->vm_pgoff = fx.drv.io_pfn;
	put_byte(&fx, fx.drv.io_pfn, 0, 50);
	mm_set_leaf(vma, MM_BASE, 0, fx.drv.io_pfn, false, true);
	warns = sim_nr_outcomes(fx.machine, SIM_WARN);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(&fx));
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), readable ? warns : warns + 1);
	assert_true(sim_page_is_anon(mm_page(vma, MM_BASE)));
	assert_int_equal(byte(&fx, mm_pfn(vma, MM_BASE), 0), readable ? 50 : 0);
	mm_unmap(vma);
	mm_fixture_close(&fx);
}

static void test_wp_pfn_closed_copies_where_the_kernel_can_read(void **state)
{
	(void)state;
	pfn_closed("um", true);
	pfn_closed("x86_64", false);
	pfn_closed("mips64", false);
}

static void pfn_shared(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED | VM_PFNMAP,
					    &mm_pfn_mkwrite_ops);
	vm_fault_t ret;

	mm_load(vma, MM_BASE);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	fx->drv.answer = VM_FAULT_NOPAGE;
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), VM_FAULT_NOPAGE);
	fx->drv.answer = VM_FAULT_SIGBUS;
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), VM_FAULT_SIGBUS);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	fx->drv.answer = 0;
	ret = mm_fault(vma, MM_BASE, WRITE_FAULT);
	assert_int_equal(ret, 0);
	assert_int_equal(fx->drv.nr_pfn_mkwrite, 3);
	assert_true(fx->drv.flags & FAULT_FLAG_MKWRITE);
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), 0);
	mm_unmap(vma);
}

static void test_wp_pfn_shared_asks_pfn_mkwrite(void **state)
{
	mm_fixture_each(pfn_shared, state);
}

static void pfn_shared_no_mkwrite(struct mm_fixture *fx)
{
	struct vm_area_struct *vma =
		mm_map(fx, fx->mm, 0, 4, MM_RW | MM_SHARED | VM_PFNMAP, &mm_pfn_ops);

	mm_set_leaf(vma, MM_BASE, 0, fx->drv.io_pfn, false, true);
	assert_int_equal(mm_fault(vma, MM_BASE, WRITE_FAULT), written(fx));
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_true(mm_test(vma, MM_BASE, SIM_TEST_DIRTY));
	assert_int_equal(mm_pfn(vma, MM_BASE), fx->drv.io_pfn);
	mm_unmap(vma);
}

static void test_wp_pfn_shared_without_pfn_mkwrite_reuses(void **state)
{
	mm_fixture_each(pfn_shared_no_mkwrite, state);
}

/* ---- unsharing: a copy without a write ---- */

static void unshare_anon(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = read_only_anon(fx);
	struct page *page = mm_page(vma, MM_BASE);

	sim_page_clear(page, PG_anon_exclusive);
	get_page(page);
	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_UNSHARE), 0);
	assert_int_equal(mm_page(vma, MM_BASE) != page, by_mark(fx));
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	assert_int_equal(mm_load(vma, MM_BASE), 3);
	put_page(page);
	mm_unmap(vma);
}

static void test_wp_unshare_copies_shared_anon(void **state)
{
	mm_fixture_each(unshare_anon, state);
}

static void unshare_own(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = read_only_anon(fx);
	struct page *page = mm_page(vma, MM_BASE);

	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_UNSHARE), 0);
	assert_ptr_equal(mm_page(vma, MM_BASE), page);
	assert_false(mm_test(vma, MM_BASE, SIM_TEST_WRITE));
	mm_unmap(vma);
}

static void test_wp_unshare_leaves_what_is_ours(void **state)
{
	mm_fixture_each(unshare_own, state);
}

static void unshare_pfn(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = private_pfns(fx);
	bool copies = sim_rule(fx->machine, SIM_RULE_UNSHARE_ANY_PAGE);

	assert_int_equal(mm_fault(vma, MM_BASE, FAULT_FLAG_UNSHARE), 0);
	assert_int_equal(mm_pfn(vma, MM_BASE) != fx->drv.io_pfn, copies);
	assert_int_equal(mm_rss(fx->mm, MM_ANONPAGES), copies);
	mm_unmap(vma);
}

static void test_wp_unshare_of_a_pfn_follows_the_release(void **state)
{
	mm_fixture_each(unshare_pfn, state);
}

/* ---- without memory ---- */

static void sweep(struct mm_fixture *fx, struct vm_area_struct *vma)
{
	unsigned long pfn = mm_pfn(vma, MM_BASE), nth;
	struct mm_state before, after;

	mm_save(fx, fx->mm, &before);
	for (nth = 1;; nth++) {
		sim_fail_alloc(fx->machine, nth);
		if (mm_touch(vma, MM_BASE, true) == 0)
			break;
		assert_in_range(nth, 1, 10);
		mm_save(fx, fx->mm, &after);
		mm_assert_same(&before, &after);
		assert_int_equal(mm_pfn(vma, MM_BASE), pfn);
	}
	sim_fail_alloc(fx->machine, 0);
	assert_true(nth > 2);		/* anon_vma and page at least */
	mm_unmap(vma);
}

static void oom_sweeps(struct mm_fixture *fx)
{
	struct vm_area_struct *vma = mm_map(fx, fx->mm, 0, 4, MM_RW, &mm_page_ops);

	put_byte(fx, page_to_pfn(fx->drv.page[0]), 0, 1);
	mm_load(vma, MM_BASE);
	sweep(fx, vma);
	sweep(fx, private_pfns(fx));
}

static void test_wp_copy_without_memory_changes_nothing(void **state)
{
	mm_fixture_each(oom_sweeps, state);
}

static const struct CMUnitTest tests[] = {
	MM_TEST(test_wp_anon_reuse_rule_of_the_release),
	MM_TEST(test_wp_file_private_copies),
	MM_TEST(test_wp_file_shared_asks_page_mkwrite),
	MM_TEST(test_wp_file_page_truncated_meanwhile),
	MM_TEST(test_wp_file_page_unmapped_meanwhile),
	MM_TEST(test_wp_unshare_leaves_what_is_ours),
	MM_TEST(test_wp_file_shared_without_page_mkwrite_reuses),
	MM_TEST(test_wp_pfn_private_copies_through_the_mapping),
	MM_TEST(test_wp_pfn_old_entry_takes_two_faults),
	MM_TEST(test_wp_pfn_unreadable_copies_zeros),
	MM_TEST(test_wp_pfn_closed_copies_where_the_kernel_can_read),
	MM_TEST(test_wp_pfn_shared_asks_pfn_mkwrite),
	MM_TEST(test_wp_pfn_shared_without_pfn_mkwrite_reuses),
	MM_TEST(test_wp_unshare_copies_shared_anon),
	MM_TEST(test_wp_unshare_of_a_pfn_follows_the_release),
	MM_TEST(test_wp_copy_without_memory_changes_nothing),
};

SIM_TEST_MAIN(tests)
