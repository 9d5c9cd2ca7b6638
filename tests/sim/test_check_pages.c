/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The rules P: mapcounts, free pages, and pins of what is no longer mapped.
 */
#include <ttmsim/gup.h>

#include "support/findings.h"
#include "support/rogue.h"

static int store_zero_page(pte_t *pte, unsigned long addr, void *data)
{
	struct rogue *r = data;
	pgprot_t prot = vm_get_page_prot(VM_READ);

	set_pte_at(r->task->mm, addr, pte, pte_mkspecial(pfn_pte(sim_zero_pfn(r->machine), prot)));
	return 0;
}

/* set_pte_at() over an entry that mm counted: nobody will give back what it held. */
static void test_a_mapcount_that_is_wrong(void **state)
{
	struct findings f;
	unsigned long addr;
	struct rogue r;

	(void)state;
	rogue_create(&r, "x86_64", "6.1", FMODE_READ);
	addr = rogue_mmap_anon(&r, 1, PROT_READ | PROT_WRITE);
	assert_int_equal(sim_write(r.task, addr, "x", 1), 0);
	assert_sound("written", r.machine);
	assert_int_equal(apply_to_page_range(r.task->mm, addr, r.page, store_zero_page, &r), 0);
	f = findings_of(r.machine);
	assert_int_equal(f.nr, 2);
	assert_non_null(strstr(f.text, "V.5 rss of anonymous pages differs"));
	assert_non_null(strstr(f.text, "mapcount 1, but 0 entries map it"));
	rogue_destroy(&r);
}

static void test_a_free_page_with_a_reference(void **state)
{
	struct rogue r;
	struct page *page;

	(void)state;
	rogue_create(&r, "x86_64", "6.1", FMODE_READ);
	page = sim_alloc_pages(r.machine, 0);
	sim_free_pages(page, 0);
	assert_sound("freed", r.machine);
	sim_expect_outcome(r.machine, SIM_BAD_PAGE, 1);
	get_page(page);
	assert_finding("and taken hold of", r.machine, "P.2", "free, but with 1 references");
	rogue_destroy(&r);
}

/* ---- pins ---- */

static struct page *pin(struct rogue *r, unsigned long addr)
{
	struct page *page = NULL;

	sim_task_switch(r->task);
	assert_int_equal(pin_user_pages_fast(addr, 1, FOLL_WRITE, &page), 1);
	return page;
}

static bool loses_pins(const char *release)
{
	return !strcmp(release, "5.11") || !strcmp(release, "5.14");
}

/*
 * A write fault on a page that was write-protected meanwhile: up to 5.14 do_wp_page()
 * copies it for the references alone, since 6.1 PG_anon_exclusive says that it need not.
 */
static void check_write_after_mprotect(const char *arch, const char *release)
{
	struct sim_pte_info pte;
	struct page *page;
	unsigned long addr;
	struct rogue r;
	char words[64];

	rogue_create(&r, arch, release, FMODE_READ);
	addr = rogue_mmap_anon(&r, 2, PROT_READ | PROT_WRITE);
	assert_int_equal(sim_write(r.task, addr, "x", 1), 0);
	page = pin(&r, addr);
	assert_int_equal(sim_mprotect(r.task, addr, r.page, PROT_READ), 0);
	assert_int_equal(sim_mprotect(r.task, addr, r.page, PROT_READ | PROT_WRITE), 0);
	assert_sound("nothing has happened yet", r.machine);
	assert_int_equal(sim_write(r.task, addr, "y", 1), 0);
	assert_int_equal(sim_pte_lookup(r.task->mm, addr, &pte), 0);
	if (pte.pfn == page_to_pfn(page)) {
		assert_false(loses_pins(release));
		assert_sound(release, r.machine);
	} else {
		assert_true(loses_pins(release));
		snprintf(words, sizeof(words), "and pfn 0x%lx, which", page_to_pfn(page));
		assert_finding(release, r.machine, "P.3", words);
	}
	/* Who unmaps the copy has no mapping that the pin should be; nor has who unpins. */
	if (loses_pins(release)) {
		unpin_user_page(page);
		assert_sound("unpinned", r.machine);
	}
	rogue_destroy(&r);
}

static void test_a_pin_that_a_copy_has_replaced(void **state)
{
	(void)state;
	for (unsigned int a = 0; sim_arch_nth(a); a++)
		for (unsigned int n = 0; sim_release_nth(n); n++)
			check_write_after_mprotect(sim_arch_nth(a)->name, sim_release_nth(n));
}

/* What a process does to its own pins is no mistake of anybody's. */
static void check_own_doing(const char *release)
{
	struct task_struct *child;
	struct rogue r;
	unsigned long addr;
	struct page *page;

	rogue_create(&r, "x86_64", release, FMODE_READ);
	addr = rogue_mmap_anon(&r, 3, PROT_READ | PROT_WRITE);
	for (unsigned long i = 0; i < 3; i++)
		assert_int_equal(sim_write(r.task, addr + i * r.page, "x", 1), 0);
	page = pin(&r, addr);
	assert_int_equal(sim_madvise(r.task, addr, r.page, MADV_DONTNEED), 0);
	assert_int_equal(sim_write(r.task, addr, "y", 1), 0);
	assert_sound("dropped and touched again", r.machine);
	pin(&r, addr + r.page);
	assert_int_equal(sim_munmap(r.task, addr + r.page, r.page), 0);
	assert_sound("unmapped", r.machine);
	pin(&r, addr + 2 * r.page);
	assert_int_equal(sim_fork(r.task, "child", &child), 0);
	assert_int_equal(sim_write(r.task, addr + 2 * r.page, "z", 1), 0);
	assert_int_equal(sim_write(child, addr + 2 * r.page, "z", 1), 0);
	assert_sound("forked, which copies for the child", r.machine);
	assert_true(page_maybe_dma_pinned(page));
	rogue_destroy(&r);
}

static void test_pins_that_their_owner_gave_up(void **state)
{
	(void)state;
	for (unsigned int n = 0; sim_release_nth(n); n++)
		check_own_doing(sim_release_nth(n));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_mapcount_that_is_wrong),
	cmocka_unit_test(test_a_free_page_with_a_reference),
	cmocka_unit_test(test_a_pin_that_a_copy_has_replaced),
	cmocka_unit_test(test_pins_that_their_owner_gave_up),
};

SIM_TEST_MAIN(tests)
