/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_prot.c - protections from flags, with memory types, and made again.
 */
#include "support/pte_fixture.h"

#define SHARED_RW (VM_READ | VM_WRITE | VM_SHARED)

/* What an entry with this protection allows. */
static void check_prot(struct pte_fixture *f, unsigned long flags)
{
	const struct sim_entry_format *fmt = &f->mmu->format[0];
	uint64_t e = fmt_make(fmt, pte_fixture_ram(f), vm_get_page_prot(flags).pgprot);
	unsigned long rw = flags & (VM_WRITE | VM_SHARED);

	assert_true(fmt_test(fmt, SIM_TEST_PRESENT, e));
	assert_false(fmt_none(fmt, e));
	assert_int_equal(fmt_pfn(fmt, e), pte_fixture_ram(f));
	assert_int_equal(fmt_cache(fmt, e), SIM_CACHE_WB);
	/* only a shared mapping has entries that are writable from the start */
	assert_int_equal(fmt_test(fmt, SIM_TEST_ACCESS_WRITE, e), rw == (VM_WRITE | VM_SHARED));
	if (!(flags & VM_ACCESS_FLAGS))
		assert_false(fmt_test(fmt, SIM_TEST_HW_READ, e));
}

static void every_flag(struct pte_fixture *f)
{
	for (unsigned long flags = 0; flags < 16; flags++)
		check_prot(f, flags);
	/* other flags do not matter */
	assert_int_equal(vm_get_page_prot(SHARED_RW | VM_PFNMAP | VM_IO).pgprot,
			 vm_get_page_prot(SHARED_RW).pgprot);
}

static void test_get_page_prot_every_flag(void **state)
{
	(void)state;
	pte_for_each_machine(every_flag);
}

static void memory_types(struct pte_fixture *f)
{
	const struct sim_entry_format *fmt = &f->mmu->format[0];
	pgprot_t prot = vm_get_page_prot(SHARED_RW);
	pgprot_t wc = pgprot_writecombine(prot), uc = pgprot_noncached(prot);

	assert_int_equal(wc.pgprot, fmt_op(fmt, SIM_OP_WRITECOMBINE, prot.pgprot));
	assert_int_equal(uc.pgprot, fmt_op(fmt, SIM_OP_NONCACHED, prot.pgprot));
	if (f->mmu->has_pat) {
		assert_int_equal(fmt_cache(fmt, wc.pgprot), SIM_CACHE_WC);
		assert_int_equal(fmt_cache(fmt, uc.pgprot), SIM_CACHE_UC_MINUS);
	}
}

static void test_pgprot_memory_types(void **state)
{
	(void)state;
	pte_for_each_machine(memory_types);
}

static void test_pgprot_without_a_current_task(void **state)
{
	const pgprot_t prot = { 0x8000000000000025 };

	(void)state;
	sim_task_switch(NULL);
	assert_int_equal(pgprot_writecombine(prot).pgprot, prot.pgprot);
	assert_int_equal(pgprot_noncached(prot).pgprot, prot.pgprot);
	assert_int_equal(vm_get_page_prot(SHARED_RW).pgprot, 0);
}

/* ---- write notification ---- */

static vm_fault_t no_fault(struct vm_fault *vmf)
{
	(void)vmf;
	return 0;
}

static const struct vm_operations_struct plain_ops = { .fault = no_fault };
static const struct vm_operations_struct page_ops = { .page_mkwrite = no_fault };
static const struct vm_operations_struct pfn_ops = { .pfn_mkwrite = no_fault };

static void test_wants_writenotify(void **state)
{
	static const struct {
		const char *description;
		unsigned long vm_flags;
		const struct vm_operations_struct *ops;
		bool want;
	} cases[] = {
		{ "no operations", SHARED_RW, NULL, false },
		{ "neither mkwrite", SHARED_RW, &plain_ops, false },
		{ "page_mkwrite", SHARED_RW, &page_ops, true },
		{ "pfn_mkwrite", SHARED_RW | VM_PFNMAP, &pfn_ops, true },
		{ "read-only", VM_READ | VM_SHARED, &pfn_ops, false },
		{ "private", VM_READ | VM_WRITE, &pfn_ops, false },
	};
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, 0);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		vma->vm_flags = cases[i].vm_flags;
		vma->vm_ops = cases[i].ops;
		if (vma_wants_writenotify(vma, vma->vm_page_prot) != cases[i].want)
			fail_msg("%s", cases[i].description);
	}
	pte_fixture_exit(&f);
}

static void notify_makes_entries_read_only(struct pte_fixture *f)
{
	const struct sim_entry_format *fmt = &f->mmu->format[0];
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 1, SHARED_RW);

	vma_set_page_prot(vma);
	assert_true(fmt_test(fmt, SIM_TEST_ACCESS_WRITE,
			     fmt_make(fmt, 1, vma->vm_page_prot.pgprot)));
	vma->vm_ops = &pfn_ops;
	vma_set_page_prot(vma);
	assert_false(fmt_test(fmt, SIM_TEST_ACCESS_WRITE,
			      fmt_make(fmt, 1, vma->vm_page_prot.pgprot)));
	assert_true(fmt_test(fmt, SIM_TEST_ACCESS_READ,
			     fmt_make(fmt, 1, vma->vm_page_prot.pgprot)));
}

static void test_set_page_prot_notify_makes_entries_read_only(void **state)
{
	(void)state;
	pte_for_each_machine(notify_makes_entries_read_only);
}

/* ---- what a new protection takes over ---- */

static void keeps_the_type(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 1, VM_READ | VM_SHARED);
	pgprot_t plain = vm_get_page_prot(SHARED_RW);

	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	vma->vm_flags = SHARED_RW;
	vma_set_page_prot(vma);
	assert_int_equal(vma->vm_page_prot.pgprot, pgprot_writecombine(plain).pgprot);
	vma->vm_page_prot = pgprot_noncached(vm_get_page_prot(VM_READ | VM_SHARED));
	vma_set_page_prot(vma);
	assert_int_equal(vma->vm_page_prot.pgprot, pgprot_noncached(plain).pgprot);
}

static void test_set_page_prot_keeps_the_type_of_the_helpers(void **state)
{
	(void)state;
	pte_for_each_machine(keeps_the_type);
}

/* x86 keeps any type; elsewhere only what a helper makes is recognised. */
static void test_set_page_prot_keeps_another_type_only_on_x86(void **state)
{
	static const struct {
		const char *arch;
		bool kept;
	} cases[] = { { "x86_64", true }, { "arm64", false } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		const struct sim_entry_format *fmt;
		uint64_t wc;

		pte_fixture_init(&f, cases[i].arch, "6.1");
		fmt = &f.mmu->format[0];
		vma = pte_fixture_vma(&f, f.base, 1, VM_READ | VM_SHARED | VM_EXEC);
		/* the type alone, without what arm64's helper forbids besides */
		wc = fmt_set_cache(fmt, vma->vm_page_prot.pgprot, SIM_CACHE_WC);
		vma->vm_page_prot.pgprot = wc;
		vma_set_page_prot(vma);
		assert_int_equal(fmt_cache(fmt, vma->vm_page_prot.pgprot) == SIM_CACHE_WC,
				 cases[i].kept);
		pte_fixture_exit(&f);
	}
}

/* No helper makes an entry with the PAT bit, yet x86 keeps it. */
static void test_set_page_prot_x86_keeps_the_pat_bit(void **state)
{
	const uint64_t pat = 1ull << 7;
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, VM_READ | VM_SHARED);
	vma->vm_page_prot.pgprot |= pat;
	vma->vm_flags = SHARED_RW;
	vma_set_page_prot(vma);
	assert_int_equal(vma->vm_page_prot.pgprot, vm_get_page_prot(SHARED_RW).pgprot | pat);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_get_page_prot_every_flag),
	cmocka_unit_test(test_pgprot_memory_types),
	cmocka_unit_test(test_pgprot_without_a_current_task),
	cmocka_unit_test(test_wants_writenotify),
	cmocka_unit_test(test_set_page_prot_notify_makes_entries_read_only),
	cmocka_unit_test(test_set_page_prot_keeps_the_type_of_the_helpers),
	cmocka_unit_test(test_set_page_prot_keeps_another_type_only_on_x86),
	cmocka_unit_test(test_set_page_prot_x86_keeps_the_pat_bit),
};

SIM_TEST_MAIN(tests)
