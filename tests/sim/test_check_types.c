/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The rules M: memory types of entries, and the reservations of mappings.
 */
#include "support/findings.h"
#include "support/rogue.h"

#define RW (PROT_READ | PROT_WRITE)

static uint64_t bytes(const struct rogue *r, unsigned long pages)
{
	return (uint64_t)(r->pfn + pages) * r->page;
}

static void create(struct rogue *r, const char *release)
{
	rogue_create(r, "x86_64", release, FMODE_READ | FMODE_WRITE);
	r->way = ROGUE_REMAP;
}

/* ---- entries ---- */

static void test_a_page_whose_type_changes_under_a_mapping(void **state)
{
	struct rogue r;

	(void)state;
	create(&r, "6.1");
	r.way = ROGUE_PFN;
	rogue_mmap(&r, 3, RW, MAP_SHARED);
	assert_sound("as the page was", r.machine);
	assert_int_equal(arch_io_reserve_memtype_wc(bytes(&r, 0), 2 * r.page), 0);
	assert_finding("reserved too late", r.machine, "M.1",
		       "memory type uc, the page's is wc (1 more follows it)");
	arch_io_free_memtype_wc(bytes(&r, 0), 2 * r.page);
	assert_sound("as it was", r.machine);
	rogue_destroy(&r);
}

static void test_an_entry_that_nobody_asked_a_type_for(void **state)
{
	struct rogue r;

	(void)state;
	create(&r, "6.1");
	r.way = ROGUE_STORE;
	r.cache = SIM_CACHE_WC;
	rogue_mmap(&r, 1, RW, MAP_SHARED);
	assert_finding("stored", r.machine, "M.1", "memory type wc, the page's is uc");
	assert_int_equal(arch_io_reserve_memtype_wc(bytes(&r, 0), r.page), 0);
	assert_sound("stored, and it is", r.machine);
	rogue_destroy(&r);
}

static void test_ram_that_was_made_wc(void **state)
{
	struct rogue r;
	unsigned long pfn;

	(void)state;
	create(&r, "6.1");
	r.way = ROGUE_PFN;
	pfn = r.pfn = rogue_alloc(&r);
	rogue_mmap(&r, 1, RW, MAP_SHARED);
	assert_int_equal(sim_set_memtype_ram(r.machine, pfn, 1, SIM_CACHE_WC), 0);
	assert_finding("set_pages_wc() after the mapping", r.machine, "M.1",
		       "memory type wb, the page's is wc");
	rogue_destroy(&r);
}

/* A copy is mapped as the mapping is, whatever RAM has: no kernel asks there. */
static void test_copies_have_the_type_of_their_mapping(void **state)
{
	struct rogue r;
	unsigned long addr;

	(void)state;
	for (unsigned int n = 0; sim_release_nth(n); n++) {
		create(&r, sim_release_nth(n));
		r.cache = SIM_CACHE_WC;
		addr = rogue_mmap(&r, 2, RW, MAP_PRIVATE);
		assert_int_equal(sim_write(r.task, addr + r.page, "x", 1), 0);
		assert_sound("a copy", r.machine);
		rogue_destroy(&r);
	}
}

static void check_two_mappings(const char *arch, const char *release)
{
	struct rogue r;
	pgprot_t wb, wc;
	unsigned long addr;

	rogue_create(&r, arch, release, FMODE_READ | FMODE_WRITE);
	wb = vm_get_page_prot(VM_READ | VM_WRITE | VM_SHARED);
	wc = pgprot_writecombine(wb);
	rogue_mmap(&r, 3, RW, MAP_SHARED);
	addr = rogue_mmap(&r, 3, PROT_READ, MAP_SHARED);
	assert_sound("two mappings that agree", r.machine);
	assert_int_equal(sim_munmap(r.task, addr, 3 * r.page), 0);
	r.cache = SIM_CACHE_WC;
	rogue_mmap(&r, 2, RW, MAP_SHARED);
	/* with PAT the entry gets the page's type, whatever was asked for */
	if (wb.pgprot == wc.pgprot || !strcmp(arch, "x86_64"))
		assert_sound("one that wants another type", r.machine);
	else
		assert_finding("one with another type", r.machine, "M.2",
			       "another mapping of the page has ");
	rogue_destroy(&r);
}

static void test_two_mappings_of_one_page(void **state)
{
	(void)state;
	for (unsigned int a = 0; sim_arch_nth(a); a++)
		for (unsigned int n = 0; sim_release_nth(n); n++)
			check_two_mappings(sim_arch_nth(a)->name, sim_release_nth(n));
}

/* ---- reservations ---- */

/* A driver that sets VM_PAT, or keeps it, without remap_pfn_range(). */
static void test_a_vma_without_a_reservation(void **state)
{
	unsigned long addr;
	struct rogue r;
	char words[96];

	(void)state;
	create(&r, "6.1");
	r.way = ROGUE_PFN;
	rogue_mmap(&r, 2, RW, MAP_SHARED);
	assert_sound("nothing is tracked", r.machine);
	r.vm_flags |= VM_PAT;
	addr = rogue_mmap(&r, 2, RW, MAP_SHARED);
	snprintf(words, sizeof(words), "of vma 0x%lx-0x%lx of rogue: 1 VM_PAT vmas, 0 reservations",
		 addr, addr + 2 * r.page);
	assert_finding("a flag that nobody set", r.machine, "M.3", words);
	rogue_destroy(&r);
}

static void test_splits_and_forks_keep_reservations_in_step(void **state)
{
	struct task_struct *child;
	struct rogue r;
	unsigned long addr;

	(void)state;
	for (unsigned int n = 0; sim_release_nth(n); n++) {
		create(&r, sim_release_nth(n));
		addr = rogue_mmap(&r, 4, RW, MAP_SHARED);
		assert_sound("one", r.machine);
		rogue_mmap(&r, 4, RW, MAP_SHARED);
		assert_sound("two of the same", r.machine);
		assert_int_equal(sim_mprotect(r.task, addr + r.page, r.page, PROT_READ), 0);
		assert_sound("split", r.machine);
		assert_int_equal(sim_munmap(r.task, addr, 4 * r.page), 0);
		assert_int_equal(sim_fork(r.task, "child", &child), 0);
		assert_int_equal(arch_io_reserve_memtype_wc(bytes(&r, 100), r.page), 0);
		assert_finding("the pieces were unmapped", r.machine, "M.4", NULL);
		rogue_destroy(&r);
	}
}

/* A reservation is found by its end alone, so what is behind the hole keeps all of it, or
 * nothing: docs/fidelity.md. */
static void test_a_part_that_is_unmapped(void **state)
{
	struct rogue r;
	unsigned long addr;

	(void)state;
	create(&r, "6.1");
	addr = rogue_mmap(&r, 4, RW, MAP_SHARED);
	assert_int_equal(sim_munmap(r.task, addr, r.page), 0);
	assert_finding("the first page is unmapped", r.machine, "M.4",
		       "0 VM_PAT vmas, 1 reservations");
	rogue_destroy(&r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_page_whose_type_changes_under_a_mapping),
	cmocka_unit_test(test_an_entry_that_nobody_asked_a_type_for),
	cmocka_unit_test(test_ram_that_was_made_wc),
	cmocka_unit_test(test_copies_have_the_type_of_their_mapping),
	cmocka_unit_test(test_two_mappings_of_one_page),
	cmocka_unit_test(test_a_vma_without_a_reservation),
	cmocka_unit_test(test_splits_and_forks_keep_reservations_in_step),
	cmocka_unit_test(test_a_part_that_is_unmapped),
};

SIM_TEST_MAIN(tests)
