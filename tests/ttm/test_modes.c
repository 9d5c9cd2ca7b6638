/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_modes.c - what the mapping modes do, on every architecture in every
 * release: flags, COW, what is counted, what is asked, leaves.
 */
#include <signal.h>

#include "support/ttm_fixture.h"

static const enum sim_ttm_mode modes[] = {
	SIM_TTM_MIXED, SIM_TTM_PFN, SIM_TTM_APPLY, SIM_TTM_PFNS, SIM_TTM_HUGE,
};

/* Blocks of one page: counted entries then do no harm. */
static void set_mode(struct ttm_fixture *fx, enum sim_ttm_mode mode)
{
	assert_int_equal(sim_ttm_set_mode(fx->dev, mode), 0);
	fx->bdev->pool.sim_nr_orders = 1;
}

static bool old_release(const struct ttm_fixture *fx)
{
	return strcmp(fx->release, "5.11") == 0;
}

static bool cow_refused(const struct ttm_fixture *fx, enum sim_ttm_mode mode)
{
	return mode == SIM_TTM_PFN || mode == SIM_TTM_APPLY || mode == SIM_TTM_PFNS ||
	       (mode == SIM_TTM_HUGE && !old_release(fx));
}

/* ---- mmap: flags and COW (3.1) ---- */

static void check_flags_of(struct ttm_fixture *fx, enum sim_ttm_mode mode)
{
	unsigned long want = VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);

	want |= mode == SIM_TTM_MIXED ? VM_MIXEDMAP : VM_PFNMAP;
	assert_int_equal(ttm_vma(fx, addr)->vm_flags &
			 (VM_IO | VM_DONTEXPAND | VM_DONTDUMP | VM_MIXEDMAP | VM_PFNMAP), want);
	assert_ptr_equal(ttm_vma(fx, addr)->vm_private_data, bo);
	assert_int_equal(ttm_vma(fx, addr)->vm_ops->huge_fault != NULL, mode == SIM_TTM_HUGE);
	sim_munmap(fx->task, addr, bo->base.size);
	ttm_bo_put(bo);
}

static void check_flags(struct ttm_fixture *fx)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(modes); i++) {
		set_mode(fx, modes[i]);
		check_flags_of(fx, modes[i]);
	}
}

static void test_mmap_flags(void **state)
{
	ttm_fixture_each(check_flags, state);
}

/* Every MAP_PRIVATE mapping is COW, whatever its protection. */
static void check_private(struct ttm_fixture *fx)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(modes); i++) {
		struct ttm_buffer_object *bo;

		set_mode(fx, modes[i]);
		bo = ttm_bo(fx, 2, TTM_PL_SYSTEM, ttm_cached);
		for (size_t j = 0; j < SIM_ARRAY_SIZE(prots); j++) {
			long addr = ttm_mmap(fx, bo, prots[j], MAP_PRIVATE);

			if (cow_refused(fx, modes[i])) {
				assert_int_equal(addr, -EINVAL);
				continue;
			}
			assert_true(addr > 0);
			assert_true(ttm_vma(fx, (unsigned long)addr)->vm_flags & VM_MIXEDMAP);
			sim_munmap(fx->task, (unsigned long)addr, bo->base.size);
		}
		assert_int_equal(kref_read(&bo->kref), 1);
		ttm_bo_put(bo);
	}
}

static void test_private_mappings_are_cow_whatever_the_protection(void **state)
{
	ttm_fixture_each(check_private, state);
}

/* A shared mapping of a read-only file is no COW mapping, and never becomes
 * writable. */
static void check_read_only_file(struct ttm_fixture *fx)
{
	struct file *ro = sim_ttm_open(fx->dev, FMODE_READ);

	for (size_t i = 0; i < SIM_ARRAY_SIZE(modes); i++) {
		struct ttm_buffer_object *bo;
		unsigned long addr;
		long ret;

		set_mode(fx, modes[i]);
		bo = ttm_bo(fx, 1, TTM_PL_TT, ttm_cached);
		ret = sim_mmap(fx->task, 0, fx->page, PROT_READ, MAP_SHARED, ro,
			       sim_bo_pgoff(bo));
		assert_true(ret > 0);
		addr = (unsigned long)ret;
		assert_false(is_cow_mapping(ttm_vma(fx, addr)->vm_flags));
		assert_false(ttm_vma(fx, addr)->vm_flags & (VM_SHARED | VM_MAYWRITE));
		assert_int_equal(sim_mprotect(fx->task, addr, fx->page, PROT_READ | PROT_WRITE),
				 -EACCES);
		assert_int_equal(ttm_load(fx, addr), 0);
		assert_false(ttm_pte(fx, addr).write);
		sim_munmap(fx->task, addr, fx->page);
		ttm_bo_put(bo);
	}
	fput(ro);
}

static void test_read_only_file_is_not_cow_and_stays_read_only(void **state)
{
	ttm_fixture_each(check_read_only_file, state);
}

/* ---- what a touch leaves (3.2, 3.3) ---- */

static long rss(const struct ttm_fixture *fx)
{
	return fx->task->mm->rss_stat[MM_FILEPAGES].counter +
	       fx->task->mm->rss_stat[MM_SHMEMPAGES].counter;
}

static void check_counts_of(struct ttm_fixture *fx, enum sim_ttm_mode mode, uint32_t mem_type)
{
	bool counted = mode == SIM_TTM_MIXED && !fx->machine->mmu->has_special &&
		       mem_type != TTM_PL_VRAM;
	struct ttm_buffer_object *bo = ttm_bo(fx, 3, mem_type, ttm_cached);
	unsigned long addr = ttm_map(fx, bo);
	struct page *page;

	ttm_store(fx, addr, 1);
	assert_int_equal(ttm_pte(fx, addr).special, fx->machine->mmu->has_special);
	assert_int_equal(rss(fx), counted ? 3 : 0);
	page = pfn_to_page(ttm_pfn(bo, 1));
	assert_int_equal(page != NULL, mem_type != TTM_PL_VRAM);
	if (page) {
		assert_int_equal(page_count(page), counted ? 2 : 1);
		assert_int_equal(page_mapcount(page), counted ? 1 : 0);
	}
	assert_int_equal(vm_normal_page(ttm_vma(fx, addr), addr + fx->page,
					(pte_t){ ttm_pte(fx, addr + fx->page).raw }) != NULL,
			 counted);
	sim_munmap(fx->task, addr, bo->base.size);
	assert_int_equal(rss(fx), 0);
	if (page) {
		assert_int_equal(page_count(page), 1);
		assert_int_equal(page_mapcount(page), 0);
	}
	ttm_bo_put(bo);
}

static void check_counts(struct ttm_fixture *fx)
{
	for (size_t i = 0; i < SIM_ARRAY_SIZE(modes); i++) {
		set_mode(fx, modes[i]);
		check_counts_of(fx, modes[i], TTM_PL_SYSTEM);
		check_counts_of(fx, modes[i], TTM_PL_VRAM);
	}
}

static void test_only_mixed_without_special_counts_pages(void **state)
{
	ttm_fixture_each(check_counts, state);
}

/* The tails of a block have no reference of their own: the zap of a counted
 * entry frees them under the object. Bad pages, never a crash of ours. */
static void check_tails(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo;
	unsigned long addr;
	uint8_t value = 1;

	if (fx->machine->mmu->has_special)
		return;
	assert_int_equal(sim_ttm_set_mode(fx->dev, SIM_TTM_MIXED), 0);
	fx->expect_bad_pages = true;
	bo = ttm_bo(fx, 4, TTM_PL_TT, ttm_cached);
	addr = ttm_map(fx, bo);
	if (sim_rule(fx->machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT)) {
		/* 6.12 looks: a page without references cannot be inserted, and the
		 * fault fails for what was not asked for */
		assert_int_equal(sim_write(fx->task, addr, &value, 1), SIGBUS);
		assert_true(ttm_pte(fx, addr).present);
		assert_true(ttm_pte(fx, addr + fx->page).none);
		assert_int_equal(page_count(bo->ttm->pages[0]), 2);
	} else {
		ttm_store(fx, addr, 1);
		assert_int_equal(page_count(bo->ttm->pages[0]), 2);
		assert_int_equal(page_count(bo->ttm->pages[3]), 1);
		sim_munmap(fx->task, addr, bo->base.size);
		assert_int_equal(page_count(bo->ttm->pages[0]), 1);
		assert_true(sim_page_test(bo->ttm->pages[3], PG_sim_free));
	}
	ttm_bo_put(bo);
	ttm_fixture_exit_task(fx);
	if (!sim_rule(fx->machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT))
		assert_true(sim_nr_outcomes(fx->machine, SIM_BAD_PAGE) > 0);
	assert_false(sim_crashed(fx->machine));
}

static void test_mixed_without_special_frees_tails(void **state)
{
	ttm_fixture_each(check_tails, state);
}

/* ---- COW (mixed, 5.11) ---- */

static void check_cow(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo;
	unsigned long addr;
	uint8_t value = 5;
	long ret;

	set_mode(fx, SIM_TTM_MIXED);
	bo = ttm_bo(fx, 1, TTM_PL_SYSTEM, ttm_cached);
	assert_int_equal(sim_bo_write(bo, 0, &value, 1), 0);
	ret = ttm_mmap(fx, bo, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	assert_true(ret > 0);
	addr = (unsigned long)ret;
	assert_int_equal(ttm_load(fx, addr), 5);
	assert_false(ttm_pte(fx, addr).write);
	ttm_store(fx, addr, 6);
	assert_int_not_equal(ttm_pte(fx, addr).pfn, ttm_pfn(bo, 0));
	assert_false(ttm_pte(fx, addr).special);
	assert_int_equal(fx->task->mm->rss_stat[MM_ANONPAGES].counter, 1);
	assert_int_equal(sim_bo_read(bo, 0, &value, 1), 0);
	assert_int_equal(value, 5);
	/* a move drops the private copy with the rest: even_cows */
	assert_int_equal(sim_bo_move(bo, TTM_PL_VRAM), 0);
	assert_int_equal(ttm_load(fx, addr), 5);
	assert_int_equal(fx->task->mm->rss_stat[MM_ANONPAGES].counter, 0);
	ttm_bo_put(bo);
}

static void test_private_copy_is_lost_by_a_move(void **state)
{
	ttm_fixture_each(check_cow, state);
}

/* ---- apply: what it does not ask (x86) ---- */

static enum sim_cache_mode vram_cache(enum sim_ttm_mode mode, bool reserve)
{
	struct sim_ttm_config config = { .mode = mode, .no_reserve_wc = !reserve };
	struct sim_machine *machine = sim_machine_create(NULL);
	struct sim_ttm_device *dev = sim_ttm_device_create(machine, &config);
	struct task_struct *task = sim_task_create(machine, "t");
	struct ttm_buffer_object *bo = sim_bo_create(dev, 1, TTM_PL_VRAM, ttm_write_combined);
	struct file *file = sim_ttm_open(dev, 3);
	struct sim_pte_info info;
	long addr = sim_mmap(task, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			     sim_bo_pgoff(bo));

	assert_true(addr > 0);
	assert_int_equal(sim_write(task, (unsigned long)addr, "x", 1), 0);
	sim_pte_lookup(task->mm, (unsigned long)addr, &info);
	sim_task_switch(NULL);
	sim_machine_destroy(machine);
	return info.cache;
}

static void test_memory_type_is_the_pfns_except_for_apply(void **state)
{
	static const struct {
		const char *what;
		enum sim_ttm_mode mode;
		bool reserve;
		enum sim_cache_mode cache;
	} cases[] = {
		{ "pfn, reserved", SIM_TTM_PFN, true, SIM_CACHE_WC },
		{ "pfn, forgotten", SIM_TTM_PFN, false, SIM_CACHE_UC_MINUS },
		{ "pfns, reserved", SIM_TTM_PFNS, true, SIM_CACHE_WC },
		{ "pfns, forgotten", SIM_TTM_PFNS, false, SIM_CACHE_UC_MINUS },
		{ "mixed, reserved", SIM_TTM_MIXED, true, SIM_CACHE_WC },
		{ "mixed, forgotten", SIM_TTM_MIXED, false, SIM_CACHE_UC_MINUS },
		{ "apply, forgotten", SIM_TTM_APPLY, false, SIM_CACHE_WC },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
		if (vram_cache(cases[i].mode, cases[i].reserve) != cases[i].cache)
			fail_msg("%s", cases[i].what);
}

/* One entry of four is gone: pfn and pfns make that one, apply writes all four. */
static void check_occupied(struct ttm_fixture *fx)
{
	static const struct {
		enum sim_ttm_mode mode;
		unsigned int writes;
	} cases[] = { { SIM_TTM_PFN, 1 }, { SIM_TTM_PFNS, 1 }, { SIM_TTM_APPLY, 4 } };

	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct ttm_buffer_object *bo;
		unsigned long addr;
		uint64_t before;

		set_mode(fx, cases[i].mode);
		bo = ttm_bo(fx, 4, TTM_PL_TT, ttm_cached);
		addr = ttm_map(fx, bo);
		ttm_store(fx, addr, 1);
		mmap_read_lock(fx->task->mm);
		zap_vma_ptes(ttm_vma(fx, addr), addr, fx->page);
		assert_true(ttm_pte(fx, addr).none);
		before = sim_counter(fx->machine, SIM_CNT_PTE_WRITE);
		assert_int_equal(handle_mm_fault(ttm_vma(fx, addr), addr, 0, NULL),
				 VM_FAULT_NOPAGE);
		assert_int_equal(sim_counter(fx->machine, SIM_CNT_PTE_WRITE) - before,
				 cases[i].writes);
		mmap_read_unlock(fx->task->mm);
		assert_int_equal(ttm_load(fx, addr), 1);
		ttm_bo_put(bo);
		sim_munmap(fx->task, addr, 4 * fx->page);
	}
}

static void test_apply_overwrites_neighbours(void **state)
{
	ttm_fixture_each(check_occupied, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_mmap_flags),
	TTM_TEST(test_private_mappings_are_cow_whatever_the_protection),
	TTM_TEST(test_read_only_file_is_not_cow_and_stays_read_only),
	TTM_TEST(test_only_mixed_without_special_counts_pages),
	TTM_TEST(test_mixed_without_special_frees_tails),
	TTM_TEST(test_private_copy_is_lost_by_a_move),
	TTM_TEST(test_memory_type_is_the_pfns_except_for_apply),
	TTM_TEST(test_apply_overwrites_neighbours),
};

SIM_TEST_MAIN(tests)
