/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_follow.c - the slow walk on huge leaves. No driver inserts them where the
 * slow walk may look; what it would do is read off entries put there by hand.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* A VM_MIXEDMAP vma with a PMD leaf of a block as TTM's pool has it. */
struct leaf {
	unsigned long addr;
	struct page *block;
	unsigned int order;
	unsigned long nr;
};

static struct leaf leaf_make(struct gup_fixture *fx, bool write, bool special)
{
	struct leaf l = { 0 };

	fx->dev.vm_flags = VM_MIXEDMAP;
	l.block = gup_alloc_block(fx, 1, &l.order);
	l.nr = 1UL << l.order;
	l.addr = gup_map_aligned(fx, RW, MAP_SHARED, l.nr, 1);
	gup_set_leaf(fx, l.addr, 1, page_to_pfn(l.block), write, special);
	return l;
}

static void leaf_free(struct gup_fixture *fx, struct leaf *l)
{
	gup_clear_leaf(fx, l->addr, 1);
	sim_free_pages(l->block, l->order);
}

static bool batches(const struct gup_fixture *fx)
{
	return sim_rule(fx->machine, SIM_RULE_GUP_LEAF_BATCH);
}

/* ---- PMD leaves ---- */

static void leaf_page(struct gup_fixture *fx)
{
	struct leaf l;
	struct page *page;

	if (!fx->mmu->has_leaf[1])
		return;
	l = leaf_make(fx, true, false);
	assert_int_equal(gup_slow(fx, l.addr + 3 * fx->page, 1, FOLL_WRITE, &page), 1);
	assert_ptr_equal(page, l.block + 3);
	/* the reference is the first page's, so putting the page is one too many */
	assert_int_equal(page_count(l.block), 2);
	assert_int_equal(page_count(page), 0);
	put_page(l.block);
	leaf_free(fx, &l);
}

static void test_leaf_reference_is_the_first_page_s(void **state)
{
	(void)state;
	gup_each(leaf_page);
}

static void leaf_pages(struct gup_fixture *fx)
{
	struct page *pages[4];
	struct leaf l = leaf_make(fx, true, false);
	int first = batches(fx) ? 1 + 3 : 1; /* 6.12 adds the rest where it is: here, too */

	assert_int_equal(gup_slow(fx, l.addr, 4, 0, pages), 4);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(pages[i], l.block + i);
	assert_int_equal(page_count(l.block), 1 + (batches(fx) ? first : 4));
	while (page_count(l.block) > 1)
		put_page(l.block);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_SLOW), 4);
	leaf_free(fx, &l);
}

static void test_leaf_several_pages(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_pages);
}

/* From the second page on: 6.12 wants more references of a tail that has none. */
static void leaf_tail_pages(struct gup_fixture *fx)
{
	struct page *pages[4];
	struct leaf l = leaf_make(fx, true, false);
	long got = gup_slow(fx, l.addr + fx->page, 4, 0, pages);

	assert_int_equal(got, batches(fx) ? -EFAULT : 4);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), batches(fx) ? 1 : 0);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_BAD_PAGE), batches(fx) ? 1 : 0);
	while (page_count(l.block) > 1)
		put_page(l.block);
	leaf_free(fx, &l);
}

static void test_leaf_tail_pages(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_tail_pages);
}

/* With nothing to write down, the leaf is one step. */
static void leaf_skipped(struct gup_fixture *fx)
{
	struct leaf l = leaf_make(fx, true, false);
	uint64_t before = sim_counter(fx->machine, SIM_CNT_WALK);

	assert_int_equal(gup_slow(fx, l.addr, l.nr, 0, NULL), l.nr);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_WALK) - before, 1);
	assert_int_equal(page_count(l.block), 1);
	leaf_free(fx, &l);
}

static void test_leaf_without_pages_is_one_step(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_skipped);
}

static void leaf_touched(struct gup_fixture *fx)
{
	struct sim_pte_info info;
	struct leaf l = leaf_make(fx, true, false);

	assert_int_equal(gup_slow(fx, l.addr, 1, FOLL_WRITE, NULL), 1);
	assert_int_equal(sim_pte_lookup(fx->mm, l.addr, &info), 0);
	assert_int_equal(info.level, SIM_LEAF_PMD);
	assert_true(info.dirty && info.young);
	leaf_free(fx, &l);
}

static void test_leaf_is_touched(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_touched);
	gup_each_release("s390x", leaf_touched);
}

/* Up to 6.12 nobody asks whether it is special: the vma's flags had to. */
static void leaf_special(struct gup_fixture *fx)
{
	struct leaf l = leaf_make(fx, true, true);
	struct page *page;

	assert_int_equal(gup_slow(fx, l.addr, 1, 0, &page), 1);
	put_page(page);
	leaf_free(fx, &l);
}

static void test_leaf_special_is_not_asked(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_special);
}

static void leaf_io(struct gup_fixture *fx)
{
	unsigned long addr, size = mmu_leaf_size(fx->mmu, 1);
	struct page *page;

	fx->dev.vm_flags = VM_MIXEDMAP;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, size / fx->page, 1);
	gup_set_leaf(fx, addr, 1, fx->dev.io_pfn, true, false);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EIO);
	assert_true(sim_crashed(fx->machine));
}

static void test_leaf_of_io_memory_is_a_bug(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_io);
}

/* A read-only leaf sends a writer to the fault handler, which gives pages. */
static void leaf_read_only(struct gup_fixture *fx)
{
	struct leaf l = leaf_make(fx, false, false);
	struct page *page = NULL;
	long got;

	fx->dev.insert = GUP_INSERT_PAGE;
	got = gup_slow(fx, l.addr, 1, FOLL_WRITE, &page);
	assert_int_equal(got, 1);
	if (page == fx->dev.page[0])
		put_page(page);
	else
		put_page(l.block);
	assert_int_equal(sim_munmap(fx->task, l.addr, l.nr * fx->page), 0);
	sim_free_pages(l.block, l.order);
}

static void test_leaf_read_only_faults(void **state)
{
	(void)state;
	gup_each_release("x86_64", leaf_read_only);
}

/* ---- PUD leaves ---- */

/* Up to 6.1 the slow walk takes one for a bad table and faults for ever. */
static void pud_leaf(struct gup_fixture *fx)
{
	unsigned long size = mmu_leaf_size(fx->mmu, 2), addr;
	bool follows = sim_rule(fx->machine, SIM_RULE_GUP_FOLLOWS_PUD_LEAF);
	struct page *page = NULL;
	long got;

	fx->dev.vm_flags = VM_MIXEDMAP;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, size / fx->page, 2);
	gup_set_leaf(fx, addr, 2, 0, true, false); /* pfn 0 has no struct page */
	got = gup_slow(fx, addr, 1, 0, &page);
	if (follows) {
		assert_int_equal(got, -EIO);
		assert_true(sim_crashed(fx->machine));
		return;
	}
	assert_int_equal(got, -EFAULT);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	gup_clear_leaf(fx, addr, 2);
}

/* The reference goes to the page that was asked for; FOLL_FORCE does not write
 * to a read-only one. */
static void pud_leaf_followed(struct gup_fixture *fx)
{
	unsigned long size = mmu_leaf_size(fx->mmu, 2), addr, first;
	struct page *page = NULL, *block = sim_alloc_pages(fx->machine, 1);

	if (!sim_rule(fx->machine, SIM_RULE_GUP_FOLLOWS_PUD_LEAF)) {
		sim_free_pages(block, 1);
		return;
	}
	get_page(block + 1);
	fx->dev.vm_flags = VM_MIXEDMAP;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, size / fx->page, 2);
	first = sim_page_to_pfn(block) & ~(size / fx->page - 1);
	gup_set_leaf(fx, addr, 2, first, true, false);
	addr += (sim_page_to_pfn(block + 1) - first) * fx->page;
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), 1);
	assert_ptr_equal(page, block + 1);
	assert_int_equal(page_count(block), 1);
	assert_int_equal(page_count(block + 1), 2);
	put_page(page);
	gup_clear_leaf(fx, addr, 2);
	put_page(block + 1);
	put_page(block);
}

static void test_pud_leaf_followed(void **state)
{
	(void)state;
	gup_each_release("x86_64", pud_leaf_followed);
}

static void test_pud_leaf_by_release(void **state)
{
	(void)state;
	gup_each_release("x86_64", pud_leaf);
}

/* ---- entries of level 0 ---- */

static struct page *follow(struct gup_fixture *fx, unsigned long addr, unsigned int flags)
{
	struct vm_area_struct *vma = gup_vma(fx, addr);
	struct follow f;
	struct page *page;

	mmap_read_lock(fx->mm);
	follow_begin(&f, vma, flags);
	page = follow_page_mask(&f, addr);
	mmap_read_unlock(fx->mm);
	assert_int_equal(f.page_mask, 0);
	return page;
}

static void follow_errors(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct page *page;

	assert_null(follow(fx, addr, FOLL_GET));
	page = follow(fx, addr, FOLL_DUMP);
	assert_int_equal(ptr_err(page), -EFAULT);
	gup_touch(fx, addr, true);
	page = follow(fx, addr, 0);
	assert_int_equal(page_count(page), 1); /* nothing taken */
	assert_int_equal(ptr_err(follow(fx, addr, FOLL_GET | FOLL_PIN)), -EINVAL);
}

static void test_follow_page_mask_results(void **state)
{
	(void)state;
	gup_each(follow_errors);
}

/* ---- usual pages ---- */

/* What a look at an address did. */
struct look {
	struct page *page;
	int refs;
	bool dirty;
	uint64_t counter[SIM_NR_COUNTERS];
};

static int refs_of(const struct page *page)
{
	return page && !is_err(page) ? page_count(page) : 0;
}

static struct page *expected_page(struct gup_fixture *fx, unsigned long addr)
{
	return sim_pfn_to_page(fx->machine, fmt_pfn(&fx->mmu->format[0], gup_raw(fx, addr)));
}

/* Looks, and makes undone what that did. False: follow_usual_pages() left it. */
static bool look_once(struct gup_fixture *fx, unsigned long addr, unsigned int flags, bool usual,
		      struct look *out)
{
	struct vm_area_struct *vma = gup_vma(fx, addr);
	struct page *page = expected_page(fx, addr);
	bool was_dirty = page && sim_page_test(page, PG_dirty);
	int refs = refs_of(page);
	uint64_t before[SIM_NR_COUNTERS];
	struct follow f;
	unsigned long n = 1;

	memset(out, 0, sizeof(*out));
	mmap_read_lock(fx->mm);
	sim_counters(fx->machine, before);
	follow_begin(&f, vma, flags);
	if (usual)
		n = follow_usual_pages(&f, addr, 1, &out->page);
	else
		out->page = follow_page_mask(&f, addr);
	sim_counters(fx->machine, out->counter);
	mmap_read_unlock(fx->mm);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		out->counter[i] -= before[i];
	out->refs = refs_of(page) - refs;
	out->dirty = page && sim_page_test(page, PG_dirty) && !was_dirty;
	if (out->refs)
		sim_put_page(page, out->refs);
	if (out->dirty)
		sim_page_clear(page, PG_dirty);
	return n == 1;
}

static bool usual_as_any(struct gup_fixture *fx, unsigned long addr, unsigned int flags)
{
	struct look usual, any, nothing = { NULL };
	bool is_usual = look_once(fx, addr, flags, true, &usual);

	if (!is_usual) {
		assert_memory_equal(&usual, &nothing, sizeof(usual));
		return false;
	}
	look_once(fx, addr, flags, false, &any);
	assert_ptr_equal(usual.page, any.page);
	assert_int_equal(usual.refs, any.refs);
	assert_int_equal(usual.dirty, any.dirty);
	assert_memory_equal(usual.counter, any.counter, sizeof(any.counter));
	return true;
}

static void usual_or_left(struct gup_fixture *fx)
{
	const unsigned int base[] = { 0, FOLL_GET, FOLL_PIN };
	const unsigned int more[] = { FOLL_WRITE, FOLL_TOUCH, FOLL_FORCE, FOLL_DUMP,
				      FOLL_LONGTERM };
	unsigned long addr[7];
	size_t nr = 0;

	for (int prot = PROT_READ; prot <= RW; prot += PROT_WRITE) {
		addr[nr++] = gup_anon(fx, prot, 1); /* the zero page */
		gup_touch(fx, addr[nr - 1], false);
	}
	addr[nr++] = gup_anon(fx, RW, 1);
	gup_touch(fx, addr[nr - 1], true);
	addr[nr++] = gup_anon(fx, RW, 1);
	gup_touch(fx, addr[nr - 1], true);
	assert_int_equal(sim_mprotect(fx->task, addr[nr - 1], fx->page, PROT_READ), 0);
	addr[nr++] = gup_anon(fx, RW, 1);
	gup_touch(fx, addr[nr - 1], true);
	assert_int_equal(sim_mprotect(fx->task, addr[nr - 1], fx->page, PROT_NONE), 0);
	fx->dev.insert = GUP_INSERT_PAGE;
	addr[nr++] = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr[nr - 1], true);
	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	addr[nr++] = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr[nr - 1], true);
	for (size_t i = 0; i < nr; i++)
		for (unsigned int set = 0; set < 3u << 5; set++) {
			unsigned int flags = base[set >> 5];

			for (int bit = 0; bit < 5; bit++)
				flags |= set >> bit & 1 ? more[bit] : 0;
			usual_as_any(fx, addr[i], flags);
		}
	/* which is no empty promise */
	assert_true(usual_as_any(fx, addr[2], FOLL_GET | FOLL_TOUCH | FOLL_WRITE));
}

static void test_follow_usual_pages_as_any(void **state)
{
	(void)state;
	gup_each(usual_or_left);
}

/* A devmap entry without ZONE_DEVICE: the kernel would fault for ever. */
static void devmap(struct gup_fixture *fx)
{
	const struct sim_entry_format *fmt = &fx->mmu->format[0];
	unsigned long addr;
	struct page *page;
	int level;
	void *slot;

	if (!mmu_has(fx->mmu, SIM_FEAT_PTE_DEVMAP))
		return;
	fx->dev.vm_flags = VM_MIXEDMAP;
	fx->dev.insert = GUP_INSERT_MIXED;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr, true);
	slot = sim_walk(fx->mm, addr, &level);
	sim_set_entry(fx->mm, 0, slot, addr, fmt_op(fmt, SIM_OP_MKDEVMAP, gup_raw(fx, addr)));
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EFAULT);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 1);
	assert_int_equal(get_user_pages_fast_only(addr, 1, 0, &page), 0);
}

static void test_follow_devmap_entry(void **state)
{
	(void)state;
	gup_each_release("x86_64", devmap);
	gup_each_release("arm64", devmap);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_leaf_reference_is_the_first_page_s),
	cmocka_unit_test(test_leaf_several_pages),
	cmocka_unit_test(test_leaf_tail_pages),
	cmocka_unit_test(test_leaf_without_pages_is_one_step),
	cmocka_unit_test(test_leaf_is_touched),
	cmocka_unit_test(test_leaf_special_is_not_asked),
	cmocka_unit_test(test_leaf_of_io_memory_is_a_bug),
	cmocka_unit_test(test_leaf_read_only_faults),
	cmocka_unit_test(test_pud_leaf_followed),
	cmocka_unit_test(test_pud_leaf_by_release),
	cmocka_unit_test(test_follow_page_mask_results),
	cmocka_unit_test(test_follow_usual_pages_as_any),
	cmocka_unit_test(test_follow_devmap_entry),
};

SIM_TEST_MAIN(tests)
