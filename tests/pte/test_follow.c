/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

/* An object in VRAM, mapped and touched; its kind of mapping is the release's. */
static void check_follow(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 2, TTM_PL_VRAM, ttm_write_combined);
	unsigned long addr = ttm_map(fx, bo), pfn = 0;
	struct follow_pfnmap_args args = { .address = addr + fx->page };
	spinlock_t *ptl;
	pte_t *ptep;

	ttm_store(fx, addr + fx->page, 9);
	mmap_read_lock(fx->task->mm);
	args.vma = ttm_vma(fx, addr);
	assert_int_equal(follow_pfnmap_start(&args), 0);
	assert_true(spin_is_locked(args.lock));
	follow_pfnmap_end(&args);
	assert_int_equal(args.pfn, ttm_pfn(bo, 1));
	assert_true(args.writable);
	assert_int_equal(args.special, ttm_pte(fx, addr + fx->page).special);
	assert_true(pfn_pte(args.pfn, args.pgprot).pte == ttm_pte(fx, addr + fx->page).raw);
	assert_int_equal(sim_follow_pfn(args.vma, addr + fx->page, &pfn), 0);
	assert_int_equal(pfn, args.pfn);
	assert_int_equal(sim_follow_pte(fx->task->mm, addr + fx->page, &ptep, &ptl), 0);
	assert_int_equal(pte_pfn(ptep_get(ptep)), pfn);
	pte_unmap_unlock(ptep, ptl);
	/* outside; nothing there */
	args.address = args.vma->vm_end;
	assert_int_equal(follow_pfnmap_start(&args), -EINVAL);
	zap_page_range_single(args.vma, addr, 2 * fx->page, NULL);
	args.address = addr;
	assert_int_equal(follow_pfnmap_start(&args), -EINVAL);
	assert_int_equal(sim_follow_pfn(args.vma, addr, &pfn), -EINVAL);
	assert_int_equal(sim_follow_pte(fx->task->mm, addr, &ptep, &ptl), -EINVAL);
	mmap_read_unlock(fx->task->mm);
	assert_int_equal(sim_munmap(fx->task, addr, 2 * fx->page), 0);
	ttm_bo_put(bo);
}

static void test_follow_finds_the_pfn(void **state)
{
	ttm_fixture_each(check_follow, state);
}

/* Only mappings of I/O memory and of pfns. */
static void test_follow_refuses_other_mappings(void **state)
{
	struct follow_pfnmap_args args;
	struct ttm_fixture fx;
	unsigned long pfn;
	char byte;

	(void)state;
	ttm_fixture_open(&fx, NULL);
	args.address = (unsigned long)sim_mmap(fx.task, 0, fx.page, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	ttm_store(&fx, args.address, 1);
	args.vma = ttm_vma(&fx, args.address);
	mmap_read_lock(fx.task->mm);
	assert_int_equal(follow_pfnmap_start(&args), -EINVAL);
	assert_int_equal(sim_follow_pfn(args.vma, args.address, &pfn), -EINVAL);
	assert_int_equal(generic_access_phys(args.vma, args.address, &byte, 1, 0), -EINVAL);
	mmap_read_unlock(fx.task->mm);
	ttm_fixture_close(&fx);
}

static void check_access_phys(struct ttm_fixture *fx)
{
	struct ttm_buffer_object *bo = ttm_bo(fx, 1, TTM_PL_VRAM, ttm_write_combined);
	unsigned long addr = ttm_map(fx, bo);
	char bytes[4] = "abc", back[4];
	struct vm_area_struct *vma;

	ttm_store(fx, addr, 0);
	vma = ttm_vma(fx, addr);
	mmap_read_lock(fx->task->mm);
	assert_int_equal(generic_access_phys(vma, addr + 5, bytes, 3, 1), 3);
	assert_int_equal(generic_access_phys(vma, addr + 5, back, 3, 0), 3);
	mmap_read_unlock(fx->task->mm);
	assert_memory_equal(back, bytes, 3);
	assert_int_equal(ttm_load(fx, addr + 6), 'b');
	/* MIPS up to 6.1 loses the special bit by it */
	fx->expect_bad_pages = true;
	assert_int_equal(sim_mprotect(fx->task, addr, fx->page, PROT_READ), 0);
	mmap_read_lock(fx->task->mm);
	assert_int_equal(generic_access_phys(ttm_vma(fx, addr), addr, bytes, 1, 1), -EINVAL);
	mmap_read_unlock(fx->task->mm);
	assert_int_equal(sim_munmap(fx->task, addr, fx->page), 0);
	ttm_bo_put(bo);
}

static void test_access_phys_moves_bytes(void **state)
{
	ttm_fixture_each(check_access_phys, state);
}

static const struct CMUnitTest tests[] = {
	TTM_TEST(test_follow_finds_the_pfn),
	TTM_TEST(test_follow_refuses_other_mappings),
	TTM_TEST(test_access_phys_moves_bytes),
};

SIM_TEST_MAIN(tests)
