/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "pte/pgtable.h"
#include "support/address_space.h"
#include "vma/internal.h"

/* A vma of two PMD leaves, both mapped. Returns the bytes of one; 0 where the
 * architecture has none. */
static unsigned long map_leaves(struct as *as)
{
	const struct sim_arch *arch = sim_machine_arch(as->machine);
	unsigned long leaf = 1UL << arch->level[1].shift;
	struct vm_fault vmf = { 0 };

	if (!(sim_machine_features(as->machine) >> SIM_FEAT_PMD_LEAF & 1))
		return 0;
	assert_int_equal(as->base & (leaf - 1), 0);
	assert_int_equal(sim_mmap(as->task, as->base, 2 * leaf, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, as->pfn_file, 0), as->base);
	mmap_read_lock(as->task->mm);
	vmf.vma = find_vma(as->task->mm, as->base);
	for (unsigned long i = 0; i < 2; i++) {
		unsigned long pfn = arch->io_start_pfn + i * (leaf / as->page);

		vmf.address = as->base + i * leaf;
		assert_int_equal(vmf_insert_pfn_pmd_prot(&vmf, __pfn_to_pfn_t(pfn, PFN_DEV),
							 vmf.vma->vm_page_prot, true),
				 VM_FAULT_NOPAGE);
	}
	mmap_read_unlock(as->task->mm);
	return leaf;
}

static int level_at(struct as *as, unsigned long addr)
{
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(as->task->mm, addr, &info), 0);
	return info.present ? info.level : -1;
}

/* A border inside a leaf: the leaf goes. At its edge: it stays. */
static void huge_leaf(struct as *as)
{
	unsigned long leaf = map_leaves(as);

	if (!leaf)
		return;
	assert_int_equal(level_at(as, as->base), SIM_LEAF_PMD);
	assert_int_equal(sim_munmap(as->task, as->base + leaf / 2, as->page), 0);
	assert_int_equal(level_at(as, as->base), -1);
	assert_int_equal(level_at(as, as->base + leaf), SIM_LEAF_PMD);
	assert_int_equal(sim_munmap(as->task, as->base, leaf), 0);
	assert_int_equal(level_at(as, as->base + leaf), SIM_LEAF_PMD);
	assert_int_equal(sim_madvise(as->task, as->base + leaf + as->page, as->page,
				     MADV_DONTFORK), 0);
	assert_int_equal(level_at(as, as->base + leaf), -1);
	as_check(as, as->task);
	assert_int_equal(sim_munmap(as->task, as->base, 2 * leaf), 0);
}

static void test_split_huge_leaf(void **state)
{
	(void)state;
	as_for_all(huge_leaf);
}

/* Which part the new vma is, and that both parts know their place. */
static void parts(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	struct vma_spares spares = { 0 };
	struct vm_area_struct *vma;

	as_from(as, "ssssss");
	mmap_write_lock(mm);
	vma = find_vma(mm, as->base);
	assert_int_equal(vma_spares_get(mm, &spares, 2), 0);
	assert_int_equal(split_vma(vma, as_page(as, 2), true, &spares), 0);
	assert_int_equal(vma->vm_start, as_page(as, 2));
	assert_int_equal(vma->vm_pgoff, 2);
	assert_int_equal(split_vma(vma, as_page(as, 4), false, &spares), 0);
	assert_int_equal(vma->vm_end, as_page(as, 4));
	assert_int_equal(vma->sim_next->vm_pgoff, 4);
	assert_int_equal(vma->sim_prev->vm_pgoff, 0);
	assert_int_equal(spares.nr, 0);
	mmap_write_unlock(mm);
	as_assert(as, "ss|ss|ss");
	assert_int_equal(as->file->f_count.counter, 4);
}

static void test_split_parts(void **state)
{
	(void)state;
	as_for_all(parts);
}

/* At the limit of mappings nothing may be cut, but the middle of none unmapped. */
static void limit(struct as *as)
{
	struct mm_struct *mm = as->task->mm;
	int nr;

	as_from(as, "wwwwww");
	nr = mm->map_count;
	assert_int_equal(sim_set_max_map_count(as->machine, nr), 0);
	assert_int_equal(sim_mprotect(as->task, as_page(as, 1), as->page, PROT_READ), -ENOMEM);
	assert_int_equal(sim_madvise(as->task, as_page(as, 1), as->page, MADV_DONTFORK), -EAGAIN);
	assert_int_equal(sim_munmap(as->task, as_page(as, 1), as->page), -ENOMEM);
	assert_int_equal(sim_mremap(as->task, as->base, as->page, 2 * as->page, MREMAP_MAYMOVE, 0),
			 -ENOMEM);
	assert_int_equal(sim_munmap(as->task, as_page(as, 5), as->page), 0);
	assert_int_equal(sim_set_max_map_count(as->machine, nr - 1), 0);
	assert_int_equal(sim_mmap(as->task, 0, as->page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
				  NULL, 0), -ENOMEM);
	assert_int_equal(sim_set_max_map_count(as->machine, -1), -EINVAL);
	assert_int_equal(sim_set_max_map_count(NULL, nr), -EINVAL);
	assert_int_equal(sim_set_max_map_count(as->machine, DEFAULT_MAX_MAP_COUNT), 0);
	as_assert(as, "wwwww.");
}

static void test_split_limit(void **state)
{
	(void)state;
	as_for_all(limit);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_split_huge_leaf),
	cmocka_unit_test(test_split_parts),
	cmocka_unit_test(test_split_limit),
};

SIM_TEST_MAIN(tests)
