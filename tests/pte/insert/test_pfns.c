/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfns.c - a run of pfns in one call: each documented result.
 * test_insert_pfns_random.c has what nobody thought of.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"

#define PFNMAP (VM_DRIVER | VM_PFNMAP | VM_IO)
#define MIXED (VM_DRIVER | VM_MIXEDMAP | VM_IO)

/* What one call does to a vma of eight pages, the last of which has an entry. */
struct known {
	const char *what;
	unsigned long vm_flags;
	long at;		/* page of the vma */
	unsigned long nr, first; /* @first: from ram or io on */
	bool ram;
	unsigned long fail_nth;
	vm_fault_t want;
	unsigned long left;
	const char *bug;
};

static const struct known known[] = {
	{ "all", PFNMAP, 0, 7, 0, false, 0, VM_FAULT_NOPAGE, 0, NULL },
	{ "all, one of them there already", PFNMAP, 2, 6, 0, true, 0, VM_FAULT_NOPAGE, 0, NULL },
	{ "none", PFNMAP, 0, 0, 0, true, 0, VM_FAULT_NOPAGE, 0, NULL },
	{ "none, outside, by a vma of no kind", VM_DRIVER, 90, 0, 0, true, 0, VM_FAULT_NOPAGE, 0,
	  NULL },
	{ "before the vma", PFNMAP, -1, 4, 0, false, 0, VM_FAULT_SIGBUS, 4, NULL },
	{ "behind the vma", PFNMAP, 8, 4, 0, false, 0, VM_FAULT_SIGBUS, 4, NULL },
	{ "out of the vma", PFNMAP, 6, 5, 0, false, 0, VM_FAULT_SIGBUS, 3, NULL },
	{ "no memory for the first table", PFNMAP, 0, 7, 0, false, 1, VM_FAULT_OOM, 7, NULL },
	{ "neither PFNMAP nor MIXEDMAP", VM_DRIVER, 0, 3, 0, false, 0, VM_FAULT_SIGBUS, 3,
	  "!(flags & (VM_PFNMAP | VM_MIXEDMAP))" },
	{ "a BUG comes before the range", VM_DRIVER, 9, 3, 0, false, 0, VM_FAULT_SIGBUS, 3,
	  "!(flags & (VM_PFNMAP | VM_MIXEDMAP))" },
	{ "both", PFNMAP | VM_MIXEDMAP, 0, 3, 0, false, 0, VM_FAULT_SIGBUS, 3,
	  "(flags & (VM_PFNMAP | VM_MIXEDMAP)) == (VM_PFNMAP | VM_MIXEDMAP)" },
	{ "PFNMAP, can be copied on write", VM_PRIVATE | VM_PFNMAP, 0, 3, 0, false, 0,
	  VM_FAULT_SIGBUS, 3, "(flags & VM_PFNMAP) && is_cow_mapping(flags)" },
	{ "MIXEDMAP, none has a struct page", MIXED, 0, 3, 0, false, 0, VM_FAULT_NOPAGE, 0, NULL },
	{ "MIXEDMAP, struct pages", MIXED, 0, 3, 0, true, 0, VM_FAULT_SIGBUS, 3,
	  "(flags & VM_MIXEDMAP) && pfn_valid(pfn)" },
};

static unsigned long known_pfn(const struct pte_fixture *f, const struct known *k)
{
	return (k->ram ? pte_fixture_ram(f) : pte_fixture_io(f)) + k->first;
}

/* What was inserted, and nothing else. */
static void check_known_entries(struct pte_fixture *f, const struct known *k,
				unsigned long last_pfn)
{
	for (long i = -2; i < 12; i++) {
		/* by hand: a crashed machine answers no look-up */
		int level;
		void *slot = walk_down(f->mm, f->base + pages(f, (unsigned long)i), 0, &level);
		uint64_t e = mmu_read(f->mmu, level, slot);
		bool new = i >= k->at && i < k->at + (long)(k->nr - k->left);
		unsigned long want = i == 7 ? last_pfn :
				     known_pfn(f, k) + (unsigned long)(i - k->at);

		if (mmu_is_none(f->mmu, level, e) != (!new && (i != 7 || k->fail_nth)) ||
		    (!mmu_is_none(f->mmu, level, e) && fmt_pfn(&f->mmu->format[0], e) != want))
			fail_msg("%s: page %ld", k->what, i);
	}
}

static void check_known(struct pte_fixture *f, const struct known *k)
{
	struct vm_area_struct *other = pte_fixture_vma(f, f->base, 8, PFNMAP);
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 8, k->vm_flags);
	struct sim_pfns pfns = { .first = known_pfn(f, k) };
	unsigned long left = k->nr, last_pfn = pte_fixture_io(f) + 900;

	if (!k->fail_nth)
		assert_int_equal(vmf_insert_pfn(other, f->base + pages(f, 7), last_pfn),
				 VM_FAULT_NOPAGE);
	sim_fail_alloc(f->machine, k->fail_nth);
	if (sim_vmf_insert_pfns_prot(vma, f->base + pages(f, (unsigned long)k->at), &pfns, &left,
				     vma->vm_page_prot) != k->want ||
	    left != k->left || sim_crashed(f->machine) != !!k->bug)
		fail_msg("%s: %lu left", k->what, left);
	if (k->bug)
		assert_string_equal(sim_last_outcome(f->machine, SIM_BUG)->condition, k->bug);
	check_known_entries(f, k, last_pfn);
}

static void test_pfns_documented_results(void **state)
{
	static const char *const archs[] = { "x86_64", "um", "arm" };

	(void)state;
	for (size_t a = 0; a < SIM_ARRAY_SIZE(archs); a++) {
		for (size_t i = 0; i < SIM_ARRAY_SIZE(known); i++) {
			struct pte_fixture f;

			pte_fixture_init(&f, archs[a], "6.1");
			check_known(&f, &known[i]);
			pte_fixture_exit(&f);
		}
	}
}

/* Pfns of a list and of pages, across the end of a table. */
static void across_tables(struct pte_fixture *f)
{
	unsigned long per_table = 1ul << f->mmu->level[0].index_bits, left;
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base + pages(f, per_table - 2), 8,
						     PFNMAP);
	unsigned long list[4], ram = pte_fixture_ram(f);
	struct page *page[4];

	for (unsigned long i = 0; i < 4; i++) {
		list[i] = pte_fixture_io(f) + 50 - 3 * i;
		page[i] = sim_pfn_to_page(f->machine, ram + 7 * i);
	}
	left = 4;
	assert_int_equal(sim_vmf_insert_pfns_prot(vma, vma->vm_start,
						  &(struct sim_pfns){ .list = list }, &left,
						  vma->vm_page_prot), VM_FAULT_NOPAGE);
	assert_int_equal(left, 0);
	left = 4;
	assert_int_equal(sim_vmf_insert_pfns_prot(vma, vma->vm_start + pages(f, 4),
						  &(struct sim_pfns){ .pages = page }, &left,
						  vma->vm_page_prot), VM_FAULT_NOPAGE);
	assert_int_equal(left, 0);
	for (unsigned long i = 0; i < 4; i++) {
		struct sim_pte_info info = pte_fixture_at(f, vma->vm_start + pages(f, i));

		assert_int_equal(info.pfn, list[i]);
		assert_int_equal(info.special, f->mmu->has_special);
		assert_int_equal(pte_fixture_at(f, vma->vm_start + pages(f, 4 + i)).pfn,
				 ram + 7 * i);
	}
	assert_int_equal(page_count(page[0]), 0);
	assert_int_equal(page_mapcount(page[0]), 0);
}

static void test_pfns_of_a_list_and_of_pages(void **state)
{
	(void)state;
	pte_for_each_machine(across_tables);
}

/* x86: the third pfn of an inverted run is too high. Those before it stay. */
static void test_pfns_first_refused_ends_the_run(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long limit, left = 5;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 8, PFNMAP);
	limit = 1ul << (f.machine->arch->max_phys_bits - 1 - f.mmu->page_shift);
	assert_int_equal(sim_vmf_insert_pfns_prot(vma, f.base,
						  &(struct sim_pfns){ .first = limit - 2 }, &left,
						  sim_vm_page_prot(f.mmu, VM_SHARED)),
			 VM_FAULT_SIGBUS);
	assert_int_equal(left, 3);
	assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, 1)).pfn, limit - 1);
	assert_true(pte_fixture_at(&f, f.base + pages(&f, 2)).none);
	pte_fixture_exit(&f);
}

/* x86: each page of RAM has a memory type of its own, a reservation one for all. */
static void test_pfns_each_gets_its_memory_type(void **state)
{
	static const enum sim_cache_mode want[] = {
		SIM_CACHE_WB, SIM_CACHE_WC, SIM_CACHE_WC, SIM_CACHE_UC_MINUS,
	};
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long ram, left = 4;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 8, PFNMAP);
	ram = pte_fixture_ram(&f);
	sim_set_memtype_ram(f.machine, ram + 1, 2, SIM_CACHE_WC);
	sim_set_memtype_ram(f.machine, ram + 3, 1, SIM_CACHE_UC_MINUS);
	sim_vmf_insert_pfns_prot(vma, f.base, &(struct sim_pfns){ .first = ram }, &left,
				 pgprot_writecombine(vma->vm_page_prot));
	for (unsigned long i = 0; i < 4; i++)
		assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, i)).cache, want[i]);
	left = 4;
	arch_io_reserve_memtype_wc((uint64_t)(pte_fixture_io(&f) + 2) << 12, 4096);
	sim_vmf_insert_pfns_prot(vma, f.base + pages(&f, 4),
				 &(struct sim_pfns){ .first = pte_fixture_io(&f) }, &left,
				 vma->vm_page_prot);
	for (unsigned long i = 0; i < 4; i++)
		assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, 4 + i)).cache,
				 i == 2 ? SIM_CACHE_WC : SIM_CACHE_UC_MINUS);
	arch_io_free_memtype_wc((uint64_t)(pte_fixture_io(&f) + 2) << 12, 4096);
	sim_set_memtype_ram(f.machine, ram + 1, 3, SIM_CACHE_WB);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pfns_documented_results),
	cmocka_unit_test(test_pfns_of_a_list_and_of_pages),
	cmocka_unit_test(test_pfns_first_refused_ends_the_run),
	cmocka_unit_test(test_pfns_each_gets_its_memory_type),
};

SIM_TEST_MAIN(tests)
