/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfn.c - one entry at a time: what is refused, what is counted.
 */
#include "pte/mock_arch.h"
#include "pte/walk.h"
#include "support/pte_fixture.h"

#define PFNMAP (VM_DRIVER | VM_PFNMAP | VM_IO)
#define MIXED (VM_DRIVER | VM_MIXEDMAP | VM_IO)

static pfn_t pfn_t_of(unsigned long pfn)
{
	return __pfn_to_pfn_t(pfn, 0);
}

static struct page *fresh_page(struct pte_fixture *f)
{
	struct page *page = sim_alloc_pages(f->machine, 0);

	assert_non_null(page);
	return page;
}

/* ---- vmf_insert_pfn: refusals ---- */

struct bug_case {
	const char *description;
	unsigned long vm_flags;
	bool ram;
	const char *bug;	/* the condition that is recorded; NULL: none */
};

static const struct bug_case bug_cases[] = {
	{ "neither PFNMAP nor MIXEDMAP", VM_DRIVER, false,
	  "!(flags & (VM_PFNMAP | VM_MIXEDMAP))" },
	{ "both", VM_DRIVER | VM_PFNMAP | VM_MIXEDMAP, false,
	  "(flags & (VM_PFNMAP | VM_MIXEDMAP)) == (VM_PFNMAP | VM_MIXEDMAP)" },
	{ "PFNMAP, can be copied on write", VM_PRIVATE | VM_PFNMAP, false,
	  "(flags & VM_PFNMAP) && is_cow_mapping(flags)" },
	{ "PFNMAP, private but read-only", (VM_PRIVATE & ~VM_WRITE) | VM_PFNMAP, false,
	  "(flags & VM_PFNMAP) && is_cow_mapping(flags)" },
	{ "PFNMAP, private, may never be written", VM_READ | VM_MAYREAD | VM_PFNMAP, false,
	  NULL },
	{ "MIXEDMAP, a struct page", MIXED, true, "(flags & VM_MIXEDMAP) && pfn_valid(pfn)" },
	{ "MIXEDMAP, none", MIXED, false, NULL },
	{ "MIXEDMAP, can be copied on write", VM_PRIVATE | VM_MIXEDMAP, false, NULL },
	{ "PFNMAP, a struct page", PFNMAP, true, NULL },
	{ "PFNMAP, none", PFNMAP, false, NULL },
};

static void check_bug_case(struct pte_fixture *f, const struct bug_case *c)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 1, c->vm_flags);
	unsigned long pfn = c->ram ? pte_fixture_ram(f) : pte_fixture_io(f);
	vm_fault_t want = c->bug ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;

	if (vmf_insert_pfn(vma, f->base, pfn) != want || sim_crashed(f->machine) != !!c->bug)
		fail_msg("%s", c->description);
	if (!c->bug)
		return;
	assert_string_equal(sim_last_outcome(f->machine, SIM_BUG)->function,
			    "vmf_insert_pfn_prot");
	assert_string_equal(sim_last_outcome(f->machine, SIM_BUG)->condition, c->bug);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
}

static void test_insert_pfn_bugs(void **state)
{
	static const char *const archs[] = { "x86_64", "um" };

	(void)state;
	for (size_t a = 0; a < SIM_ARRAY_SIZE(archs); a++) {
		for (size_t i = 0; i < SIM_ARRAY_SIZE(bug_cases); i++) {
			struct pte_fixture f;

			pte_fixture_init(&f, archs[a], "6.1");
			check_bug_case(&f, &bug_cases[i]);
			pte_fixture_exit(&f);
		}
	}
}

static void test_insert_pfn_crashed_machine(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long num = 1;
	struct page *page;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, PFNMAP);
	page = fresh_page(&f);
	sim_outcome_record(f.machine, SIM_BUG, "test.c", "test", "true");
	assert_int_equal(vmf_insert_pfn(vma, f.base, 0x100), VM_FAULT_SIGBUS);
	assert_int_equal(vmf_insert_mixed(vma, f.base, pfn_t_of(0x100)), VM_FAULT_SIGBUS);
	assert_int_equal(vm_insert_page(vma, f.base, page), -EIO);
	assert_int_equal(vm_insert_pages(vma, f.base, &page, &num), -EIO);
	assert_int_equal(f.mm->pgtables_bytes.counter, 0);
	pte_fixture_exit(&f);
}

static void outside(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base + pages(f, 2), 2, PFNMAP);
	unsigned long pfn = pte_fixture_io(f);

	assert_int_equal(vmf_insert_pfn(vma, f->base + pages(f, 1), pfn), VM_FAULT_SIGBUS);
	assert_int_equal(vmf_insert_pfn(vma, f->base + pages(f, 4), pfn), VM_FAULT_SIGBUS);
	assert_int_equal(f->mm->pgtables_bytes.counter, 0);
	assert_int_equal(vmf_insert_pfn(vma, f->base + pages(f, 3), pfn), VM_FAULT_NOPAGE);
	vma->vm_flags = MIXED;
	assert_int_equal(vmf_insert_mixed(vma, f->base + pages(f, 4), pfn_t_of(pfn)),
			 VM_FAULT_SIGBUS);
}

static void test_insert_pfn_outside_the_vma(void **state)
{
	(void)state;
	pte_for_each_machine(outside);
}

/* L1TF: an inverted entry must not name I/O memory in the upper half. */
static void test_insert_pfn_protnone_above_the_l1tf_limit(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long limit;
	pgprot_t none;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, PFNMAP);
	none = sim_vm_page_prot(f.mmu, VM_SHARED);
	limit = 1ul << (f.machine->arch->max_phys_bits - 1 - f.mmu->page_shift);
	assert_int_equal(vmf_insert_pfn_prot(vma, f.base, limit, none), VM_FAULT_SIGBUS);
	assert_int_equal(vmf_insert_pfn_prot(vma, f.base, limit, vma->vm_page_prot),
			 VM_FAULT_NOPAGE);
	assert_int_equal(vmf_insert_pfn_prot(vma, f.base + pages(&f, 1), limit - 1, none),
			 VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, 1)).pfn, limit - 1);
	assert_true(pte_fixture_at(&f, f.base + pages(&f, 1)).protnone);
	vma->vm_flags = MIXED;
	assert_int_equal(vmf_insert_mixed_prot(vma, f.base + pages(&f, 2), pfn_t_of(limit), none),
			 VM_FAULT_SIGBUS);
	vma->vm_flags = PFNMAP;
	pte_fixture_exit(&f);
}

/* ---- vmf_insert_pfn: what it does ---- */

static void takes_nothing(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, PFNMAP);
	struct page *page = fresh_page(f);
	unsigned long pfn = sim_page_to_pfn(page);

	assert_int_equal(vmf_insert_pfn(vma, f->base, pfn), VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, pfn);
	assert_int_equal(pte_fixture_at(f, f->base).special, f->mmu->has_special);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 0);
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, 0);
	put_page(page);
}

static void test_insert_pfn_takes_no_reference(void **state)
{
	(void)state;
	pte_for_each_machine(takes_nothing);
}

static void occupied(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, PFNMAP);
	unsigned long pfn = pte_fixture_io(f);

	assert_int_equal(vmf_insert_pfn(vma, f->base, pfn), VM_FAULT_NOPAGE);
	assert_int_equal(vmf_insert_pfn(vma, f->base, pfn + 1), VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, pfn);
}

static void test_insert_pfn_occupied_keeps_the_old_pfn(void **state)
{
	(void)state;
	pte_for_each_machine(occupied);
}

static void test_insert_pfn_counts(void **state)
{
	uint64_t before[SIM_NR_COUNTERS], after[SIM_NR_COUNTERS];
	static const struct {
		enum sim_counter counter;
		uint64_t n;
	} want[] = {
		{ SIM_CNT_WALK, 1 },	   { SIM_CNT_LOCK, 1 },	     { SIM_CNT_PAT_LOOKUP, 1 },
		{ SIM_CNT_PTE_READ, 1 },   { SIM_CNT_PTE_WRITE, 1 }, { SIM_CNT_REF, 0 },
		{ SIM_CNT_TABLE_ALLOC, 0 },
	};
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, PFNMAP);
	vmf_insert_pfn(vma, f.base, pte_fixture_ram(&f));
	sim_counters(f.machine, before);
	vmf_insert_pfn(vma, f.base + pages(&f, 1), pte_fixture_ram(&f));
	sim_counters(f.machine, after);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(want); i++)
		if (after[want[i].counter] - before[want[i].counter] != want[i].n)
			fail_msg("%s", sim_counter_name(want[i].counter));
	pte_fixture_exit(&f);
}

static void test_insert_pfn_without_memory(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, PFNMAP);
	for (unsigned long nth = 1; nth <= 3; nth++) {
		sim_fail_alloc(f.machine, 1);
		assert_int_equal(vmf_insert_pfn(vma, f.base, 0x100), VM_FAULT_OOM);
		vma->vm_flags = MIXED;
		sim_fail_alloc(f.machine, 1);
		assert_int_equal(vmf_insert_mixed(vma, f.base, pfn_t_of(0x100)), VM_FAULT_OOM);
		vma->vm_flags = PFNMAP;
		sim_walk_alloc(f.mm, f.base, 3 - (int)nth, &(int){ 0 });
	}
	assert_int_equal(vmf_insert_pfn(vma, f.base, 0x100), VM_FAULT_NOPAGE);
	pte_fixture_exit(&f);
}

struct seen_event {
	unsigned int nr;
	struct sim_event last;
};

static void see_event(const struct sim_event *event, void *data)
{
	struct seen_event *seen = data;

	seen->nr++;
	seen->last = *event;
}

static void test_insert_pfn_reports_the_entry(void **state)
{
	struct seen_event seen = { 0 };
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "riscv64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, PFNMAP);
	sim_set_event_fn(f.machine, see_event, &seen);
	vmf_insert_pfn(vma, f.base, pte_fixture_io(&f));
	sim_set_event_fn(f.machine, NULL, NULL);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.last.kind, SIM_EV_PTE);
	assert_int_equal(seen.last.addr, f.base);
	assert_int_equal(seen.last.value, pte_fixture_at(&f, f.base).raw);
	pte_fixture_exit(&f);
}

/* ---- memory types ---- */

static void test_insert_x86_asks_the_pfn_not_the_caller(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long ram, io;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 8, PFNMAP);
	ram = pte_fixture_ram(&f);
	io = pte_fixture_io(&f);
	assert_int_equal(sim_set_memtype_ram(f.machine, ram + 1, 1, SIM_CACHE_WC), 0);
	vmf_insert_pfn_prot(vma, f.base, ram, pgprot_writecombine(vma->vm_page_prot));
	assert_int_equal(pte_fixture_at(&f, f.base).cache, SIM_CACHE_WB);
	vmf_insert_pfn(vma, f.base + pages(&f, 1), ram + 1);
	assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, 1)).cache, SIM_CACHE_WC);
	vmf_insert_pfn(vma, f.base + pages(&f, 2), io);
	assert_int_equal(pte_fixture_at(&f, f.base + pages(&f, 2)).cache, SIM_CACHE_UC_MINUS);
	sim_set_memtype_ram(f.machine, ram + 1, 1, SIM_CACHE_WB);
	pte_fixture_exit(&f);
}

static void keeps_the_callers_type(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 8, PFNMAP);
	pgprot_t wc = pgprot_writecombine(vma->vm_page_prot);

	if (f->mmu->has_pat)
		return;
	vmf_insert_pfn_prot(vma, f->base, pte_fixture_ram(f), wc);
	assert_int_equal(pte_fixture_at(f, f->base).cache,
			 fmt_cache(&f->mmu->format[0], wc.pgprot));
}

static void test_insert_without_pat_keeps_the_callers_type(void **state)
{
	(void)state;
	pte_for_each_machine(keeps_the_callers_type);
}

/* ---- vmf_insert_mixed ---- */

static void mixed_ram(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, MIXED);
	struct page *page = fresh_page(f);
	int counted = !f->mmu->has_special;

	assert_int_equal(vmf_insert_mixed(vma, f->base, pfn_t_of(sim_page_to_pfn(page))),
			 VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(f, f->base).special, f->mmu->has_special);
	assert_int_equal(page_count(page), 1 + counted);
	assert_int_equal(page_mapcount(page), counted);
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, counted);
	/* once more: it is there already */
	assert_int_equal(vmf_insert_mixed(vma, f->base, pfn_t_of(sim_page_to_pfn(page))),
			 VM_FAULT_NOPAGE);
	assert_int_equal(page_count(page), 1 + counted);
	pte_fixture_drop(f, vma);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page_mapcount(page), 0);
	put_page(page);
}

static void test_insert_mixed_counts_exactly_without_a_special_bit(void **state)
{
	(void)state;
	pte_for_each_machine(mixed_ram);
}

static void mixed_io(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, MIXED);

	assert_int_equal(vmf_insert_mixed(vma, f->base, pfn_t_of(pte_fixture_io(f))),
			 VM_FAULT_NOPAGE);
	assert_int_equal(pte_fixture_at(f, f->base).pfn, pte_fixture_io(f));
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, 0);
}

static void test_insert_mixed_io_is_never_counted(void **state)
{
	(void)state;
	pte_for_each_machine(mixed_io);
}

static void test_insert_mixed_not_ok(void **state)
{
	static const struct {
		const char *release;
		uint64_t pfn_flags;
		bool zero;
		vm_fault_t want;
		bool bug;
	} cases[] = {
		{ "5.11", 0, false, VM_FAULT_SIGBUS, true },
		{ "6.1", 0, false, VM_FAULT_SIGBUS, true },
		{ "6.12", 0, false, VM_FAULT_SIGBUS, false },
		{ "6.1", PFN_SPECIAL, false, VM_FAULT_NOPAGE, false },
		{ "6.1", PFN_DEV | PFN_MAP, false, VM_FAULT_NOPAGE, false },
		{ "6.1", PFN_DEV, false, VM_FAULT_SIGBUS, true },
		{ "6.1", 0, true, VM_FAULT_NOPAGE, false },
		{ "6.12", 0, true, VM_FAULT_SIGBUS, false },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		unsigned long pfn;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 1, VM_DRIVER);
		pfn = cases[i].zero ? sim_zero_pfn(f.machine) : pte_fixture_io(&f);
		assert_int_equal(vmf_insert_mixed(vma, f.base,
						  __pfn_to_pfn_t(pfn, cases[i].pfn_flags)),
				 cases[i].want);
		assert_int_equal(sim_crashed(f.machine), cases[i].bug);
		pte_fixture_exit(&f);
	}
}

static void test_insert_mixed_devmap_is_marked_so(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, MIXED);
	vmf_insert_mixed(vma, f.base, __pfn_to_pfn_t(pte_fixture_ram(&f), PFN_DEV | PFN_MAP));
	assert_true(sim_pte_test(f.machine, SIM_LEAF_PTE, SIM_TEST_DEVMAP,
				 pte_fixture_at(&f, f.base).raw));
	pte_fixture_exit(&f);
}

/* Where no entry can be marked so, the two flags say nothing: the page counts. */
static void test_insert_mixed_devmap_without_the_bit(void **state)
{
	static const char *const archs[] = { "arm", "um" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		struct page *page;

		pte_fixture_init(&f, archs[i], "6.1");
		vma = pte_fixture_vma(&f, f.base, 1, MIXED);
		page = sim_alloc_pages(f.machine, 0);
		assert_int_equal(vmf_insert_mixed(vma, f.base,
						  __pfn_to_pfn_t(sim_page_to_pfn(page),
								 PFN_DEV | PFN_MAP)),
				 VM_FAULT_NOPAGE);
		assert_int_equal(page_count(page), 2);
		assert_int_equal(page_mapcount(page), 1);
		pte_fixture_drop(&f, vma);
		assert_int_equal(page_count(page), 1);
		put_page(page);
		pte_fixture_exit(&f);
	}
}

/* The same of PFN_SPECIAL and of devmap, outside VM_MIXEDMAP. */
static void test_insert_mixed_flags_without_the_bits(void **state)
{
	static const uint64_t flags[] = { PFN_SPECIAL, PFN_DEV | PFN_MAP };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(flags); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;

		pte_fixture_init(&f, "um", "6.1");
		vma = pte_fixture_vma(&f, f.base, 1, VM_DRIVER);
		assert_int_equal(vmf_insert_mixed(vma, f.base,
						  __pfn_to_pfn_t(pte_fixture_ram(&f), flags[i])),
				 VM_FAULT_SIGBUS);
		assert_int_equal(sim_nr_outcomes(f.machine, SIM_BUG), 1);
		pte_fixture_exit(&f);
	}
}

/* TTM's pool has blocks whose tail pages have no reference. */
static void test_insert_mixed_page_without_reference(void **state)
{
	static const struct {
		const char *release;
		vm_fault_t want;
		unsigned int bad;
	} cases[] = {
		{ "6.1", VM_FAULT_NOPAGE, 1 },	/* taken, and freed by the last unmap */
		{ "6.12", VM_FAULT_SIGBUS, 0 },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		struct page *head;

		pte_fixture_init(&f, "um", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 1, MIXED);
		head = sim_alloc_pages(f.machine, 1);
		assert_int_equal(page_count(head + 1), 0);
		assert_int_equal(vmf_insert_mixed(vma, f.base,
						  pfn_t_of(sim_page_to_pfn(head + 1))),
				 cases[i].want);
		assert_int_equal(sim_nr_outcomes(f.machine, SIM_BAD_PAGE), cases[i].bad);
		assert_int_equal(page_count(head + 1), cases[i].want == VM_FAULT_NOPAGE);
		sim_task_switch(NULL);
		sim_machine_destroy(f.machine);
	}
}

/* ---- a huge leaf in the way ---- */

static void test_insert_under_a_huge_leaf(void **state)
{
	static const struct {
		const char *release;
		vm_fault_t want;
		bool bug;
	} cases[] = { { "6.1", VM_FAULT_SIGBUS, true }, { "6.12", VM_FAULT_OOM, false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		struct vm_fault vmf = { 0 };
		pgprot_t prot;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 512, PFNMAP);
		prot = vma->vm_page_prot;
		vmf.vma = vma;
		vmf.address = f.base;
		assert_int_equal(vmf_insert_pfn_pmd_prot(&vmf, pfn_t_of(pte_fixture_io(&f)), prot,
							 false), VM_FAULT_NOPAGE);
		assert_int_equal(vmf_insert_pfn(vma, f.base + pages(&f, 1), 0x100),
				 cases[i].want);
		assert_int_equal(sim_crashed(f.machine), cases[i].bug);
		pte_fixture_exit(&f);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_insert_pfn_bugs),
	cmocka_unit_test(test_insert_pfn_crashed_machine),
	cmocka_unit_test(test_insert_pfn_outside_the_vma),
	cmocka_unit_test(test_insert_pfn_protnone_above_the_l1tf_limit),
	cmocka_unit_test(test_insert_pfn_takes_no_reference),
	cmocka_unit_test(test_insert_pfn_occupied_keeps_the_old_pfn),
	cmocka_unit_test(test_insert_pfn_counts),
	cmocka_unit_test(test_insert_pfn_without_memory),
	cmocka_unit_test(test_insert_pfn_reports_the_entry),
	cmocka_unit_test(test_insert_x86_asks_the_pfn_not_the_caller),
	cmocka_unit_test(test_insert_without_pat_keeps_the_callers_type),
	cmocka_unit_test(test_insert_mixed_counts_exactly_without_a_special_bit),
	cmocka_unit_test(test_insert_mixed_io_is_never_counted),
	cmocka_unit_test(test_insert_mixed_not_ok),
	cmocka_unit_test(test_insert_mixed_devmap_is_marked_so),
	cmocka_unit_test(test_insert_mixed_devmap_without_the_bit),
	cmocka_unit_test(test_insert_mixed_flags_without_the_bits),
	cmocka_unit_test(test_insert_mixed_page_without_reference),
	cmocka_unit_test(test_insert_under_a_huge_leaf),
};

SIM_TEST_MAIN(tests)
