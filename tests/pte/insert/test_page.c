/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_page.c - vm_insert_page() and vm_insert_pages(): mm counts the
 * page from then on.
 */
#include "pte/walk.h"
#include "support/pte_fixture.h"

#define PFNMAP (VM_DRIVER | VM_PFNMAP | VM_IO)
#define MIXED (VM_DRIVER | VM_MIXEDMAP | VM_IO)

static struct page *fresh_page(struct pte_fixture *f)
{
	struct page *page = sim_alloc_pages(f->machine, 0);

	assert_non_null(page);
	return page;
}

/* ---- vm_insert_page ---- */

static void insert_page_counts(struct pte_fixture *f)
{
	struct vm_area_struct *vma = pte_fixture_vma(f, f->base, 4, MIXED);
	struct page *page = fresh_page(f);

	assert_int_equal(vm_insert_page(vma, f->base, page), 0);
	assert_false(pte_fixture_at(f, f->base).special);
	assert_int_equal(page_count(page), 2);
	assert_int_equal(page_mapcount(page), 1);
	assert_int_equal(f->mm->rss_stat[MM_FILEPAGES].counter, 1);
	assert_int_equal(vm_insert_page(vma, f->base, page), -EBUSY);
	assert_int_equal(page_count(page), 2);
	put_page(page);
}

static void test_insert_page_counts_everywhere(void **state)
{
	(void)state;
	pte_for_each_machine(insert_page_counts);
}

struct page_case {
	const char *description;
	int want;
	void (*spoil)(struct page *page);
};

static void no_reference(struct page *page)
{
	page->_refcount.counter = 0;
}

static void make_anon(struct page *page)
{
	page->mapping = (struct address_space *)((uintptr_t)page | 1);
}

static void make_slab(struct page *page)
{
	sim_page_set(page, PG_slab);
}

static void check_page_case(const struct page_case *c, const char *release)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page, saved;
	unsigned long num = 1;

	pte_fixture_init(&f, "x86_64", release);
	vma = pte_fixture_vma(&f, f.base, 4, MIXED);
	page = fresh_page(&f);
	saved = *page;
	c->spoil(page);
	assert_int_equal(vm_insert_page(vma, f.base, page), c->want);
	assert_int_equal(vm_insert_pages(vma, f.base, &page, &num), c->want);
	assert_int_equal(num, 1);
	assert_int_equal(pte_fixture_mapped(&f, vma), 0);
	*page = saved;
	put_page(page);
	pte_fixture_exit(&f);
}

static void test_insert_page_refuses(void **state)
{
	static const struct page_case cases[] = {
		{ "no reference", -EINVAL, no_reference },
		{ "anonymous", -EINVAL, make_anon },
		{ "slab", -EINVAL, make_slab },
	};
	static const char *const releases[] = { "5.11", "6.1", "6.12" };

	(void)state;
	for (size_t r = 0; r < SIM_ARRAY_SIZE(releases); r++)
		for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++)
			check_page_case(&cases[i], releases[r]);
}

static void test_insert_page_outside_the_vma(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page;
	unsigned long num = 3, huge = ~0ul;

	(void)state;
	pte_fixture_init(&f, "arm", "6.1");
	vma = pte_fixture_vma(&f, f.base, 2, MIXED);
	page = fresh_page(&f);
	assert_int_equal(vm_insert_page(vma, f.base - 1, page), -EFAULT);
	assert_int_equal(vm_insert_page(vma, vma->vm_end, page), -EFAULT);
	assert_int_equal(vm_insert_pages(vma, f.base, &page, &num), -EFAULT);
	assert_int_equal(vm_insert_pages(vma, f.base, &page, &huge), -EFAULT);
	put_page(page);
	pte_fixture_exit(&f);
}

/* VM_MIXEDMAP is set only by one who has mmap_lock to himself. */
static void test_insert_page_sets_mixedmap_under_the_write_lock(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 2, VM_DRIVER);
	page = fresh_page(&f);
	mmap_write_lock(f.mm);
	assert_int_equal(vm_insert_page(vma, f.base, page), 0);
	mmap_write_unlock(f.mm);
	assert_true(vma->vm_flags & VM_MIXEDMAP);
	put_page(page);
	pte_fixture_exit(&f);
}

static void insert_page_bug(bool write_locked, unsigned long vm_flags)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;

	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 2, vm_flags);
	if (write_locked)
		mmap_write_lock(f.mm);
	else
		mmap_read_lock(f.mm);
	assert_int_equal(vm_insert_page(vma, f.base, fresh_page(&f)), -EIO);
	if (write_locked)
		mmap_write_unlock(f.mm);
	else
		mmap_read_unlock(f.mm);
	assert_true(sim_crashed(f.machine));
	assert_string_equal(sim_last_outcome(f.machine, SIM_BUG)->function, "vm_insert_page");
	assert_false(vma->vm_flags & VM_MIXEDMAP);
	/* the lock that the check took is free again */
	assert_true(sim_write_trylock(NULL, &f.mm->mmap_lock, SIM_RANK_MMAP, __func__));
	sim_rw_unlock(&f.mm->mmap_lock, SIM_RANK_MMAP);
	pte_fixture_exit(&f);
}

static void test_insert_page_bugs(void **state)
{
	(void)state;
	insert_page_bug(false, VM_DRIVER);
	insert_page_bug(true, PFNMAP);
}

static void test_insert_page_shmem_counts_as_shmem(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 2, MIXED);
	page = fresh_page(&f);
	sim_page_set(page, PG_swapbacked);
	assert_int_equal(vm_insert_page(vma, f.base, page), 0);
	assert_int_equal(f.mm->rss_stat[MM_SHMEMPAGES].counter, 1);
	pte_fixture_drop(&f, vma);
	put_page(page);
	pte_fixture_exit(&f);
}

/* 6.12 maps the zero page as special where nobody may write to it. */
static void test_insert_page_zero_page(void **state)
{
	static const struct {
		const char *release;
		unsigned long vm_flags;
		int want;
		bool special;
	} cases[] = {
		{ "6.1", MIXED, 0, false },
		{ "6.12", MIXED, -EINVAL, false },
		{ "6.12", VM_READ | VM_SHARED | VM_MIXEDMAP, 0, true },
		{ "6.12", VM_PRIVATE | VM_MIXEDMAP, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(cases); i++) {
		struct pte_fixture f;
		struct vm_area_struct *vma;
		struct page *zero;
		int refs;

		pte_fixture_init(&f, "x86_64", cases[i].release);
		vma = pte_fixture_vma(&f, f.base, 1, cases[i].vm_flags);
		zero = sim_pfn_to_page(f.machine, sim_zero_pfn(f.machine));
		refs = page_count(zero);
		assert_int_equal(vm_insert_page(vma, f.base, zero), cases[i].want);
		assert_int_equal(pte_fixture_at(&f, f.base).special, cases[i].special);
		assert_int_equal(page_count(zero) - refs, !cases[i].want && !cases[i].special);
		pte_fixture_exit(&f);
	}
}

/* ---- vm_insert_pages ---- */

#define MANY 40

/* Across a table's end, in batches of 8. */
static void insert_pages(struct pte_fixture *f)
{
	unsigned long per_table = 1ul << f->mmu->level[0].index_bits, num = MANY;
	unsigned long start = f->base + pages(f, per_table - 20);
	struct vm_area_struct *vma = pte_fixture_vma(f, start, MANY, MIXED);
	struct page *page[MANY];
	uint64_t locks;

	for (int i = 0; i < MANY; i++)
		page[i] = fresh_page(f);
	locks = sim_counter(f->machine, SIM_CNT_LOCK);
	assert_int_equal(vm_insert_pages(vma, start, page, &num), 0);
	assert_int_equal(num, 0);
	/* at most 3 batches a side, and what the first walk to each table needs */
	assert_in_range(sim_counter(f->machine, SIM_CNT_LOCK) - locks, 6, 6 + 64);
	for (unsigned long i = 0; i < MANY; i++) {
		assert_int_equal(pte_fixture_at(f, start + pages(f, i)).pfn,
				 sim_page_to_pfn(page[i]));
		assert_int_equal(page_mapcount(page[i]), 1);
		put_page(page[i]);
	}
}

static void test_insert_pages_across_tables(void **state)
{
	(void)state;
	pte_for_each_machine(insert_pages);
}

static void test_insert_pages_stops_at_an_occupied_entry(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page[MANY];
	unsigned long num = MANY;

	(void)state;
	pte_fixture_init(&f, "mips64", "6.1");
	vma = pte_fixture_vma(&f, f.base, MANY, MIXED);
	for (int i = 0; i < MANY; i++)
		page[i] = fresh_page(&f);
	assert_int_equal(vm_insert_page(vma, f.base + pages(&f, 21), page[0]), 0);
	assert_int_equal(vm_insert_pages(vma, f.base, page, &num), -EBUSY);
	assert_int_equal(num, MANY - 21);
	assert_int_equal(pte_fixture_mapped(&f, vma), 22);
	for (int i = 0; i < MANY; i++)
		put_page(page[i]);
	pte_fixture_exit(&f);
}

static void test_insert_pages_none(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned long num = 0;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, MIXED);
	assert_int_equal(vm_insert_pages(vma, f.base, NULL, &num), 0);
	pte_fixture_exit(&f);
}

static void test_insert_page_x86_takes_what_is_asked(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page;

	(void)state;
	pte_fixture_init(&f, "x86_64", "6.1");
	vma = pte_fixture_vma(&f, f.base, 8, MIXED);
	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	page = fresh_page(&f);
	assert_int_equal(vm_insert_page(vma, f.base, page), 0);
	assert_int_equal(pte_fixture_at(&f, f.base).cache, SIM_CACHE_WC);
	put_page(page);
	pte_fixture_exit(&f);
}

static void test_insert_page_without_memory(void **state)
{
	struct pte_fixture f;
	struct vm_area_struct *vma;
	struct page *page;
	unsigned long num = 1;

	(void)state;
	pte_fixture_init(&f, "um", "6.1");
	vma = pte_fixture_vma(&f, f.base, 1, MIXED);
	page = fresh_page(&f);
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(vm_insert_page(vma, f.base, page), -ENOMEM);
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(vm_insert_pages(vma, f.base, &page, &num), -ENOMEM);
	assert_int_equal(num, 1);
	sim_fail_alloc(f.machine, 1);
	assert_int_equal(vmf_insert_mixed(vma, f.base,
					  __pfn_to_pfn_t(sim_page_to_pfn(page), 0)),
			 VM_FAULT_OOM);
	assert_int_equal(page_count(page), 1);
	put_page(page);
	pte_fixture_exit(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_insert_page_x86_takes_what_is_asked),
	cmocka_unit_test(test_insert_page_counts_everywhere),
	cmocka_unit_test(test_insert_page_refuses),
	cmocka_unit_test(test_insert_page_outside_the_vma),
	cmocka_unit_test(test_insert_page_sets_mixedmap_under_the_write_lock),
	cmocka_unit_test(test_insert_page_bugs),
	cmocka_unit_test(test_insert_page_shmem_counts_as_shmem),
	cmocka_unit_test(test_insert_page_zero_page),
	cmocka_unit_test(test_insert_pages_across_tables),
	cmocka_unit_test(test_insert_pages_stops_at_an_occupied_entry),
	cmocka_unit_test(test_insert_pages_none),
	cmocka_unit_test(test_insert_page_without_memory),
};

SIM_TEST_MAIN(tests)
