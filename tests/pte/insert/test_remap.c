/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_remap.c - remap_pfn_range(): flags, the line of copy-on-write mappings,
 * the order of checks in each release, and what an error leaves.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"
#include "support/tables.h"

#define REMAP_FLAGS (VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP)

static int remap_all(struct pte_fixture *f, struct vm_area_struct *vma, unsigned long pfn)
{
	(void)f;
	return remap_pfn_range(vma, vma->vm_start, pfn, vma->vm_end - vma->vm_start,
			       vma->vm_page_prot);
}

static void maps_the_range(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 6, VM_DRIVER);
	unsigned long pfn = pte_fixture_io(f);

	assert_int_equal(remap_all(f, vma, pfn), 0);
	assert_int_equal(vma->vm_flags & REMAP_FLAGS, REMAP_FLAGS);
	for (unsigned long i = 0; i < 6; i++) {
		struct sim_pte_info info = pte_fixture_at(f, f->base + pages(f, i));

		assert_int_equal(info.pfn, pfn + i);
		assert_int_equal(info.special, f->mmu->has_special);
	}
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, 0);
}

static void test_remap_maps_the_range(void **state)
{
	(void)state;
	pte_for_each_machine(maps_the_range);
}

static void across_tables(struct pte_fixture *f)
{
	unsigned long start = f->base + mmu_leaf_size(f->mmu, 1) - pages(f, 3);
	struct vm_area_struct *vma = pte_fixture_vma(f, start, 7, VM_DRIVER);

	assert_int_equal(remap_all(f, vma, pte_fixture_ram(f)), 0);
	for (unsigned long i = 0; i < 7; i++)
		assert_int_equal(pte_fixture_at(f, start + pages(f, i)).pfn,
				 pte_fixture_ram(f) + i);
}

static void test_remap_across_tables(void **state)
{
	(void)state;
	pte_for_each_machine(across_tables);
}

static void rounds_up(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, VM_DRIVER);

	assert_int_equal(remap_pfn_range(vma, f->base, pte_fixture_io(f), pages(f, 1) + 1,
					 vma->vm_page_prot), 0);
	assert_int_equal(pte_fixture_mapped(f, vma), 2);
}

static void test_remap_rounds_the_size_up(void **state)
{
	(void)state;
	pte_for_each_machine(rounds_up);
}

static void cow_remembers_the_line(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, VM_PRIVATE);
	unsigned long pfn = pte_fixture_ram(f);

	assert_int_equal(remap_all(f, vma, pfn), 0);
	assert_int_equal(vma->vm_pgoff, pfn);
	for (unsigned long i = 0; i < 4; i++) {
		pte_t pte = { pte_fixture_at(f, f->base + pages(f, i)).raw };

		assert_null(vm_normal_page(vma, f->base + pages(f, i), pte));
	}
}

static void test_remap_cow_remembers_the_line(void **state)
{
	(void)state;
	pte_for_each_machine(cow_remembers_the_line);
}

static void cow_must_be_whole(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, VM_PRIVATE);
	unsigned long pfn = pte_fixture_io(f);

	assert_int_equal(remap_pfn_range(vma, f->base, pfn, pages(f, 3), vma->vm_page_prot),
			 -EINVAL);
	assert_int_equal(remap_pfn_range(vma, f->base + pages(f, 1), pfn, pages(f, 3),
					 vma->vm_page_prot), -EINVAL);
	assert_int_equal(vma->vm_flags, VM_PRIVATE);
	assert_int_equal(pte_fixture_mapped(f, vma), 0);
}

static void test_remap_cow_must_be_whole(void **state)
{
	(void)state;
	pte_for_each_machine(cow_must_be_whole);
}

static void refuses_addresses(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, VM_DRIVER);
	pgprot_t prot = vma->vm_page_prot;
	unsigned long page = pages(f, 1);

	assert_int_equal(remap_pfn_range(vma, f->base + 1, 0, page, prot), -EINVAL);
	assert_int_equal(sim_nr_outcomes(f->machine, SIM_WARN), 1);
	assert_int_equal(remap_pfn_range(vma, f->mmu->task_size & ~(page - 1), 0, page, prot),
			 -EINVAL);
	assert_int_equal(remap_pfn_range(vma, f->base, 0, -f->base, prot), -EINVAL);
}

static void test_remap_refuses_addresses(void **state)
{
	(void)state;
	pte_for_each_machine(refuses_addresses);
}

static void test_remap_empty_range_is_a_bug(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "arm", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, VM_DRIVER);
	assert_int_equal(remap_pfn_range(vma, f.base, 0, 0, vma->vm_page_prot), -EIO);
	assert_true(sim_crashed(f.machine));
	assert_int_equal(remap_all(&f, vma, 0), -EIO);
	pte_fixture_exit(&f);
}

static void test_remap_occupied_is_a_bug(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "s390x", "5.11");
	vma = pte_fixture_vma(&f, f.base, 4, VM_DRIVER | VM_PFNMAP);
	vmf_insert_pfn(vma, f.base + pages(&f, 2), pte_fixture_io(&f));
	assert_int_equal(remap_all(&f, vma, pte_fixture_io(&f)), -EIO);
	assert_string_equal(sim_last_outcome(f.machine, SIM_BUG)->function, "remap_pte_range");
	pte_fixture_exit(&f);
}

/* ---- errors half-way ---- */

/* The last pfns of an L1TF-safe PROT_NONE mapping, and two beyond. */
static void test_remap_pfn_not_allowed_half_way(void **state)
{
	static const struct {
		const char *release;
		unsigned long left;	/* entries */
	} cases[] = { { "5.11", 2 }, { "5.14", 2 }, { "6.1", 0 }, { "6.12", 0 } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		unsigned long limit;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 4, VM_SHARED | VM_MAYREAD);
		limit = 1ul << (f.machine->arch->max_phys_bits - 1 - f.mmu->page_shift);
		assert_int_equal(remap_all(&f, vma, limit - 2), -EACCES);
		assert_int_equal(pte_fixture_mapped(&f, vma), cases[i].left);
		assert_false(vma->vm_flags & VM_PAT);
		assert_int_equal(sim_live_objects(f.machine, SIM_OBJ_MEMTYPE), 0);
		pte_fixture_exit(&f);
	}
}

static void test_remap_without_memory(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 4, VM_DRIVER);
	/* the reservation, then three tables */
	for (unsigned long nth = 1; nth <= 4; nth++) {
		sim_fail_alloc(f.machine, nth);
		assert_int_equal(remap_all(&f, vma, pte_fixture_io(&f)),
				 nth == 1 ? -EINVAL : -ENOMEM);
		assert_int_equal(pte_fixture_mapped(&f, vma), 0);
		assert_int_equal(sim_live_objects(f.machine, SIM_OBJ_MEMTYPE), 0);
		free_tables(f.mm, 0, f.mmu->task_size, 0, 0);
	}
	assert_int_equal(remap_all(&f, vma, pte_fixture_io(&f)), 0);
	pte_fixture_exit(&f);
}

/* ---- the order of checks ---- */

/*
 * A partial mapping that can be copied on write, of pages of two types: both
 * are -EINVAL, but only where the checks come first is nothing looked up.
 */
static void test_remap_order_of_checks(void **state)
{
	static const struct {
		const char *release;
		bool looks_up;
	} cases[] = { { "5.11", false }, { "5.14", true }, { "6.1", true } };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		uint64_t lookups;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 4, VM_PRIVATE);
		lookups = sim_counter(f.machine, SIM_CNT_PAT_LOOKUP);
		assert_int_equal(remap_pfn_range(vma, f.base, 0x200, pages(&f, 2),
						 vma->vm_page_prot), -EINVAL);
		lookups = sim_counter(f.machine, SIM_CNT_PAT_LOOKUP) - lookups;
		assert_int_equal(lookups > 0, cases[i].looks_up);
		pte_fixture_exit(&f);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_remap_maps_the_range),
	cmocka_unit_test(test_remap_across_tables),
	cmocka_unit_test(test_remap_rounds_the_size_up),
	cmocka_unit_test(test_remap_cow_remembers_the_line),
	cmocka_unit_test(test_remap_cow_must_be_whole),
	cmocka_unit_test(test_remap_refuses_addresses),
	cmocka_unit_test(test_remap_empty_range_is_a_bug),
	cmocka_unit_test(test_remap_occupied_is_a_bug),
	cmocka_unit_test(test_remap_pfn_not_allowed_half_way),
	cmocka_unit_test(test_remap_without_memory),
	cmocka_unit_test(test_remap_order_of_checks),
};

SIM_TEST_MAIN(tests)
