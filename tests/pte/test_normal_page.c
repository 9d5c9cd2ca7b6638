/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_normal_page.c - the rows of both schemes, and what is told about.
 */
#include "pte/mock_arch.h"
#include "pte/walk.h"
#include "support/pte_fixture.h"

enum where { RAM, IO, ZERO, LINE, BEYOND };

struct row {
	const char *description;
	unsigned long vm_flags;
	enum where where;
	bool special;		/* the bit is set, where there is one */
	bool normal;		/* the page is mm's */
	bool bad;		/* it is told about */
};

#define PFNMAP_COW (VM_PRIVATE | VM_PFNMAP)
#define PFNMAP_SHARED (VM_DRIVER | VM_PFNMAP)
#define MIXED (VM_DRIVER | VM_MIXEDMAP)

/* Models: mm/memory.c, vm_normal_page with CONFIG_ARCH_HAS_PTE_SPECIAL, 6.1. */
static const struct row with_bit[] = {
	{ "clear bit, plain vma", VM_PRIVATE, RAM, false, true, false },
	{ "clear bit, copy in a PFNMAP vma", PFNMAP_COW, RAM, false, true, false },
	{ "clear bit, shared PFNMAP vma all the same", PFNMAP_SHARED, RAM, false, true, false },
	{ "clear bit, MIXEDMAP vma", MIXED, RAM, false, true, false },
	{ "clear bit, zero page", VM_PRIVATE, ZERO, false, true, false },
	{ "clear bit, above all RAM", VM_PRIVATE, IO, false, false, true },
	{ "bit, PFNMAP vma, RAM", PFNMAP_SHARED, RAM, true, false, false },
	{ "bit, PFNMAP vma, I/O", PFNMAP_SHARED, IO, true, false, false },
	{ "bit, MIXEDMAP vma, RAM", MIXED, RAM, true, false, false },
	{ "bit, plain vma, zero page", VM_PRIVATE, ZERO, true, false, false },
	{ "bit, plain vma, RAM", VM_PRIVATE, RAM, true, false, true },
};

/* ... and without it. */
static const struct row without_bit[] = {
	{ "MIXEDMAP, RAM", MIXED, RAM, false, true, false },
	{ "MIXEDMAP, I/O", MIXED, IO, false, false, false },
	{ "PFNMAP shared, RAM", PFNMAP_SHARED, RAM, false, false, false },
	{ "PFNMAP shared, I/O", PFNMAP_SHARED, IO, false, false, false },
	{ "PFNMAP cow, on the line", PFNMAP_COW, LINE, false, false, false },
	{ "PFNMAP cow, off the line", PFNMAP_COW, RAM, false, true, false },
	{ "PFNMAP cow, zero page", PFNMAP_COW, ZERO, false, false, false },
	{ "PFNMAP cow, I/O off the line", PFNMAP_COW, IO, false, false, true },
	{ "plain, RAM", VM_PRIVATE, RAM, false, true, false },
	{ "plain, zero page", VM_PRIVATE, ZERO, false, false, false },
	{ "plain, above all RAM", VM_PRIVATE, BEYOND, false, false, true },
};

/* A huge leaf: the scheme without a bit, and nothing is told. */
static const struct row huge[] = {
	{ "MIXEDMAP, RAM", MIXED, RAM, false, true, false },
	{ "MIXEDMAP, I/O", MIXED, IO, false, false, false },
	{ "PFNMAP shared, RAM", PFNMAP_SHARED, RAM, false, false, false },
	{ "PFNMAP cow, on the line", PFNMAP_COW, LINE, false, false, false },
	{ "plain, RAM", VM_PRIVATE, RAM, false, true, false },
	{ "plain, above all RAM", VM_PRIVATE, BEYOND, false, false, false },
};

/* The vma begins one table before the page that is asked about. */
#define OFFSET_PAGES 512

static unsigned long pfn_of(struct pte_fixture *f, const struct vm_area_struct *vma,
			    enum where where)
{
	switch (where) {
	case RAM:
		return pte_fixture_ram(f) & ~511ul;
	case IO:
		return pte_fixture_io(f);
	case ZERO:
		return sim_zero_pfn(f->machine);
	case LINE:
		return vma->vm_pgoff + OFFSET_PAGES;
	case BEYOND:
		break;
	}
	return pte_fixture_io(f) + (1ul << 18);
}

static struct page *ask(struct pte_fixture *f, struct vm_area_struct *vma, int level,
			unsigned long pfn, bool special)
{
	const struct sim_entry_format *fmt = &f->mmu->format[level];
	uint64_t prot = sim_prot_to_leaf(f->mmu, level, vma->vm_page_prot.pgprot);
	uint64_t e = fmt_make(fmt, pfn, prot);

	if (special)
		e = fmt_op(fmt, SIM_OP_MKSPECIAL, e);
	return sim_normal_page(vma, vma->vm_start + pages(f, OFFSET_PAGES), e, level);
}

static void check_row(struct pte_fixture *f, int level, const struct row *row)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 2 * OFFSET_PAGES, row->vm_flags);
	unsigned int bad = sim_nr_outcomes(f->machine, SIM_BAD_PAGE);
	unsigned long pfn;
	struct page *page;

	vma->vm_pgoff = (pte_fixture_ram(f) & ~511ul) - 8 * OFFSET_PAGES;
	pfn = pfn_of(f, vma, row->where);
	page = ask(f, vma, level, pfn, row->special);
	if (page != (row->normal ? sim_pfn_to_page(f->machine, pfn) : NULL))
		fail_msg("%s: page %p", row->description, (void *)page);
	if (sim_nr_outcomes(f->machine, SIM_BAD_PAGE) - bad != row->bad)
		fail_msg("%s: %stold", row->description, row->bad ? "not " : "");
	sim_free(vma, sizeof(*vma), SIM_OBJ_VMA);
	f->nr_vmas--;
}

static void check_ptes(struct pte_fixture *f)
{
	if (f->mmu->has_special)
		for (size_t i = 0; i < SIM_ARRAY_SIZE(with_bit); i++)
			check_row(f, 0, &with_bit[i]);
	else
		for (size_t i = 0; i < SIM_ARRAY_SIZE(without_bit); i++)
			check_row(f, 0, &without_bit[i]);
}

static void test_normal_page_every_row(void **state)
{
	(void)state;
	pte_for_each_machine(check_ptes);
}

/* The same architecture without its bit follows the other scheme. */
static void test_normal_page_special_toggled_off(void **state)
{
	struct pte_fixture f;

	(void)state;
	pte_fixture_init_toggled(&f, "x86_64", "6.1", 1u << SIM_FEAT_PTE_SPECIAL);
	assert_false(f.mmu->has_special);
	check_ptes(&f);
	pte_fixture_exit(&f);
}

static void check_huge(struct pte_fixture *f)
{
	if (!f->mmu->has_leaf[1])
		return;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(huge); i++)
		check_row(f, 1, &huge[i]);
}

static void test_normal_page_pmd_asks_the_flags(void **state)
{
	(void)state;
	pte_for_each_machine(check_huge);
}

static struct page *normal_pmd(struct pte_fixture *f, struct vm_area_struct *vma)
{
	const struct sim_entry_format *fmt = &f->mmu->format[1];
	uint64_t prot = sim_prot_to_leaf(f->mmu, 1, vma->vm_page_prot.pgprot);
	pmd_t pmd = { fmt_op(fmt, SIM_OP_MKSPECIAL,
			     fmt_make(fmt, pte_fixture_ram(f) & ~511ul, prot)) };

	return vm_normal_page_pmd(vma, f->base, pmd);
}

/* The bit of a PMD leaf came with 6.12, and then decides. */
static void test_normal_page_pmd_special_from_6_12(void **state)
{
	static const struct {
		const char *arch, *release;
		bool normal;
	} cases[] = {
		{ "x86_64", "6.1", true },  { "x86_64", "6.12", false },
		{ "arm64", "6.1", true },   { "arm64", "6.12", false },
		{ "s390x", "6.12", true },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;

		pte_fixture_init(&f, cases[i].arch, cases[i].release);
		assert_int_equal(!!normal_pmd(&f, pte_fixture_vma(&f, f.base, 1, MIXED)),
				 cases[i].normal);
		pte_fixture_exit(&f);
	}
}

/* 6.12: the zero page of a MIXEDMAP vma is never counted. */
static void test_normal_page_mixed_zero_page(void **state)
{
	static const struct {
		const char *release;
		bool normal;
	} cases[] = { { "5.11", true }, { "6.1", true }, { "6.12", false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;

		pte_fixture_init(&f, "um", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 1024, MIXED);
		assert_int_equal(!!ask(&f, vma, 0, sim_zero_pfn(f.machine), false),
				 cases[i].normal);
		pte_fixture_exit(&f);
	}
}

static struct page *the_page;

static struct page *find_special_page(struct vm_area_struct *vma, unsigned long addr)
{
	(void)vma, (void)addr;
	return the_page;
}

static void test_normal_page_driver_finds_the_special_page(void **state)
{
	static const struct vm_operations_struct ops = { .find_special_page = find_special_page };
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1024, PFNMAP_SHARED);
	vma->vm_ops = &ops;
	the_page = sim_pfn_to_page(f.machine, pte_fixture_ram(&f) + 7);
	assert_ptr_equal(ask(&f, vma, 0, pte_fixture_io(&f), true), the_page);
	/* without the bit nobody asks the driver */
	assert_ptr_equal(ask(&f, vma, 0, pte_fixture_ram(&f), false),
			 sim_pfn_to_page(f.machine, pte_fixture_ram(&f)));
	pte_fixture_exit(&f);
}

static void test_normal_page_devmap_is_special(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	const struct sim_entry_format *fmt;
	pte_t pte;
	pmd_t pmd;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	fmt = &f.mmu->format[0];
	vma = pte_fixture_vma(&f, f.base, 1, VM_PRIVATE);
	pte.pte = fmt_make(fmt, pte_fixture_ram(&f), vma->vm_page_prot.pgprot);
	pte.pte = fmt_op(fmt, SIM_OP_MKSPECIAL, fmt_op(fmt, SIM_OP_MKDEVMAP, pte.pte));
	assert_null(vm_normal_page(vma, f.base, pte));
	assert_int_equal(sim_nr_outcomes(f.machine, SIM_BAD_PAGE), 0);
	/* a huge one too */
	fmt = &f.mmu->format[1];
	pmd.pmd = sim_prot_to_leaf(f.mmu, 1, vma->vm_page_prot.pgprot);
	pmd.pmd = fmt_op(fmt, SIM_OP_MKDEVMAP,
			 fmt_make(fmt, pte_fixture_ram(&f) & ~511ul, pmd.pmd));
	assert_null(vm_normal_page_pmd(vma, f.base, pmd));
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_normal_page_every_row),
	cmocka_unit_test(test_normal_page_special_toggled_off),
	cmocka_unit_test(test_normal_page_pmd_asks_the_flags),
	cmocka_unit_test(test_normal_page_pmd_special_from_6_12),
	cmocka_unit_test(test_normal_page_mixed_zero_page),
	cmocka_unit_test(test_normal_page_driver_finds_the_special_page),
	cmocka_unit_test(test_normal_page_devmap_is_special),
};

SIM_TEST_MAIN(tests)
