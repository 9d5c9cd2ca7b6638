/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_track.c - reservations that a mapping makes: at remap_pfn_range(), at
 * fork, at unmap.
 */
#include "pte/pat/memtype.h"
#include "support/pte_fixture.h"

#define NR 4

struct track_test {
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long io;
};

static void init(struct track_test *t, const char *release, unsigned long vm_flags)
{
	pte_fixture_init(&t->f, "x86_64", release);
	t->vma = pte_fixture_vma(&t->f, t->f.base, NR, vm_flags);
	t->io = pte_fixture_io(&t->f);
}

static int remap(struct track_test *t, unsigned long pfn, pgprot_t prot)
{
	return remap_pfn_range(t->vma, t->vma->vm_start, pfn, pages(&t->f, NR), prot);
}

static unsigned long nr_reserved(const struct track_test *t)
{
	return sim_live_objects(t->f.machine, SIM_OBJ_MEMTYPE);
}

static enum sim_cache_mode mapped_type(struct track_test *t)
{
	return pte_fixture_at(&t->f, t->f.base).cache;
}

/* ---- remap ---- */

static void test_track_whole_vma_reserves(void **state)
{
	struct track_test t;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(remap(&t, t.io, pgprot_writecombine(t.vma->vm_page_prot)), 0);
	assert_true(t.vma->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 1);
	assert_int_equal(mapped_type(&t), SIM_CACHE_WC);
	assert_int_equal(sim_memtype_lookup(t.f.machine, t.io + NR - 1), SIM_CACHE_WC);
	sim_untrack_pfn(t.vma);
	assert_false(t.vma->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 0);
	pte_fixture_exit(&t.f);
}

static void test_track_plain_protection_becomes_uncached(void **state)
{
	struct track_test t;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	assert_int_equal(mapped_type(&t), SIM_CACHE_UC_MINUS);
	pte_fixture_exit(&t.f);
}

static void test_track_whole_vma_of_ram_asks_its_first_page(void **state)
{
	struct track_test t;
	unsigned long ram;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	ram = pte_fixture_ram(&t.f);
	sim_set_memtype_ram(t.f.machine, ram, 1, SIM_CACHE_WC);
	assert_int_equal(remap(&t, ram, t.vma->vm_page_prot), 0);
	assert_int_equal(mapped_type(&t), SIM_CACHE_WC);
	assert_int_equal(pte_fixture_at(&t.f, t.f.base + pages(&t.f, 1)).cache, SIM_CACHE_WC);
	assert_int_equal(nr_reserved(&t), 0);
	assert_true(t.vma->vm_flags & VM_PAT);
	sim_set_memtype_ram(t.f.machine, ram, 1, SIM_CACHE_WB);
	pte_fixture_exit(&t.f);
}

static void test_track_takes_over_what_is_reserved(void **state)
{
	struct track_test t;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(arch_io_reserve_memtype_wc((uint64_t)t.io << 12, 8ull << 12), 0);
	/* WB was asked for, and UC- would do; WC is what there is */
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	assert_int_equal(mapped_type(&t), SIM_CACHE_WC);
	arch_io_free_memtype_wc((uint64_t)t.io << 12, 8ull << 12);
	pte_fixture_exit(&t.f);
}

static void test_track_part_of_the_vma_only_asks(void **state)
{
	struct track_test t;
	unsigned long size;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	size = pages(&t.f, 2);
	assert_int_equal(arch_io_reserve_memtype_wc((uint64_t)(t.io + 1) << 12, 4096), 0);
	/* two types */
	assert_int_equal(remap_pfn_range(t.vma, t.f.base, t.io, size, t.vma->vm_page_prot),
			 -EINVAL);
	assert_int_equal(remap_pfn_range(t.vma, t.f.base, t.io + 1, pages(&t.f, 1),
					 t.vma->vm_page_prot), 0);
	assert_int_equal(mapped_type(&t), SIM_CACHE_WC);
	assert_false(t.vma->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 1);
	arch_io_free_memtype_wc((uint64_t)(t.io + 1) << 12, 4096);
	pte_fixture_exit(&t.f);
}

/* ---- fork ---- */

static void test_track_copy_reserves_again(void **state)
{
	struct track_test t;
	struct vm_area_struct *copy;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	copy = pte_fixture_vma(&t.f, t.f.base + (4ul << 20), NR, t.vma->vm_flags);
	assert_int_equal(sim_track_pfn_copy(copy, t.vma), 0);
	assert_true(copy->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 2);
	/* copying the entries failed: the copy's own reservation goes */
	sim_untrack_pfn_copy(copy, t.vma);
	assert_false(copy->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 1);
	sim_untrack_pfn_copy(copy, t.vma);
	assert_int_equal(nr_reserved(&t), 1);
	pte_fixture_exit(&t.f);
}

static void test_track_copy_of_an_untracked_vma(void **state)
{
	struct track_test t;
	struct vm_area_struct *copy;

	(void)state;
	init(&t, "6.1", VM_DRIVER | VM_PFNMAP);
	copy = pte_fixture_vma(&t.f, t.f.base + (4ul << 20), NR, t.vma->vm_flags | VM_PAT);
	assert_int_equal(sim_track_pfn_copy(copy, t.vma), 0);
	assert_false(copy->vm_flags & VM_PAT);
	pte_fixture_exit(&t.f);
}

static void test_track_copy_without_memory(void **state)
{
	struct track_test t;
	struct vm_area_struct *copy;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	copy = pte_fixture_vma(&t.f, t.f.base + (4ul << 20), NR, t.vma->vm_flags);
	sim_fail_alloc(t.f.machine, 1);
	assert_int_equal(sim_track_pfn_copy(copy, t.vma), -ENOMEM);
	assert_false(copy->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 1);
	pte_fixture_exit(&t.f);
}

/* The copy must have the very type that the first entry has. */
static void test_track_copy_of_another_type(void **state)
{
	const struct sim_entry_format *fmt;
	struct track_test t;
	struct vm_area_struct *copy;
	int level;
	void *slot;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	fmt = &t.f.mmu->format[0];
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	slot = sim_walk(t.f.mm, t.f.base, &level);
	mmu_write(t.f.mmu, 0, slot, fmt_set_cache(fmt, mmu_read(t.f.mmu, 0, slot), SIM_CACHE_WC));
	copy = pte_fixture_vma(&t.f, t.f.base + (4ul << 20), NR, t.vma->vm_flags);
	assert_int_equal(sim_track_pfn_copy(copy, t.vma), -EINVAL);
	assert_false(copy->vm_flags & VM_PAT);
	assert_int_equal(nr_reserved(&t), 1);
	pte_fixture_exit(&t.f);
}

/* ---- the first page was copied on write ---- */

/* Puts a private copy, counted, in the place of the first entry. */
static void copy_first_page(struct track_test *t)
{
	struct page *page = sim_alloc_pages(t->f.machine, 0);
	int level;
	void *slot = sim_walk(t->f.mm, t->f.base, &level);

	assert_non_null(page);
	sim_page_add_map(page);
	sim_rss_add(t->f.mm, MM_FILEPAGES, 1);
	mmu_write(t->f.mmu, 0, slot, fmt_make(&t->f.mmu->format[0], sim_page_to_pfn(page),
					      t->vma->vm_page_prot.pgprot));
}

static void cow_first_page(const char *release, bool freed, int copied)
{
	struct track_test t;
	struct vm_area_struct *copy;

	init(&t, release, VM_PRIVATE);
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	copy_first_page(&t);
	copy = pte_fixture_vma(&t.f, t.f.base + (4ul << 20), NR, t.vma->vm_flags);
	assert_int_equal(sim_track_pfn_copy(copy, t.vma), copied);
	copy->vm_flags &= ~VM_PAT;
	sim_untrack_pfn(t.vma);
	assert_int_equal(nr_reserved(&t), !freed);
	sim_memtype_free(t.f.machine, (uint64_t)t.io << 12, (uint64_t)(t.io + NR) << 12);
	pte_fixture_exit(&t.f);
}

/* 5.11 takes the copy for the range's start: it is RAM, nothing is freed. */
static void test_track_cow_of_the_first_page(void **state)
{
	(void)state;
	cow_first_page("5.11", false, 0);
	cow_first_page("6.1", true, -EINVAL);
	cow_first_page("6.12", true, -EINVAL);
}

static void test_untrack_shared_vma_without_its_first_entry(void **state)
{
	struct track_test t;

	(void)state;
	init(&t, "6.1", VM_DRIVER);
	assert_int_equal(remap(&t, t.io, t.vma->vm_page_prot), 0);
	pte_fixture_drop(&t.f, t.vma);
	sim_untrack_pfn(t.vma);
	assert_int_equal(sim_nr_outcomes(t.f.machine, SIM_WARN), 1);
	assert_int_equal(nr_reserved(&t), 1);
	sim_untrack_pfn_range(t.vma, t.io, pages(&t.f, NR));
	assert_int_equal(nr_reserved(&t), 0);
	pte_fixture_exit(&t.f);
}

/* ---- elsewhere ---- */

static void test_track_without_pat(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma, *copy;

	(void)state;
	pte_fixture_init(&f, "riscv64", "6.1");
	vma = pte_fixture_vma(&f, f.base, NR, VM_DRIVER);
	assert_int_equal(remap_pfn_range(vma, f.base, pte_fixture_io(&f), pages(&f, NR),
					 vma->vm_page_prot), 0);
	assert_false(vma->vm_flags & VM_PAT);
	copy = pte_fixture_vma(&f, f.base + pages(&f, 1024), NR, vma->vm_flags);
	assert_int_equal(sim_track_pfn_copy(copy, vma), 0);
	sim_untrack_pfn_copy(copy, vma);
	sim_untrack_pfn(vma);
	assert_int_equal(sim_nr_outcomes(f.machine, SIM_WARN), 0);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_track_whole_vma_reserves),
	cmocka_unit_test(test_track_plain_protection_becomes_uncached),
	cmocka_unit_test(test_track_whole_vma_of_ram_asks_its_first_page),
	cmocka_unit_test(test_track_takes_over_what_is_reserved),
	cmocka_unit_test(test_track_part_of_the_vma_only_asks),
	cmocka_unit_test(test_track_copy_reserves_again),
	cmocka_unit_test(test_track_copy_of_an_untracked_vma),
	cmocka_unit_test(test_track_copy_without_memory),
	cmocka_unit_test(test_track_copy_of_another_type),
	cmocka_unit_test(test_track_cow_of_the_first_page),
	cmocka_unit_test(test_untrack_shared_vma_without_its_first_entry),
	cmocka_unit_test(test_track_without_pat),
};

SIM_TEST_MAIN(tests)
