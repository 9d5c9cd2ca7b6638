/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fast.c - get_user_pages_fast(): each rule that stops the lockless walk,
 * and the fallback.
 */
#include <errno.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define RW (PROT_READ | PROT_WRITE)

/* Did the lockless walk take pages, locks, or leave it to the slow one? */
static long fast_only(unsigned long addr, int nr, unsigned int flags, struct page **pages)
{
	return get_user_pages_fast_only(addr, nr, flags, pages);
}

/* A page that passes every test of every release: anonymous. */
static unsigned long anon_page(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);

	gup_touch(fx, addr, true);
	return addr;
}

/* ---- what it takes ---- */

static void takes_anonymous(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	bool takes = fx->mmu->has_fast_gup && fx->mmu->has_special;
	uint64_t locks = sim_counter(fx->machine, SIM_CNT_LOCK);
	struct page *page = NULL;
	long got = fast_only(addr + 3, 1, FOLL_WRITE, &page);

	assert_int_equal(got, takes);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_LOCK), locks);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_FAST), takes);
	gup_put(&page, got);
	/* with the fallback it is there on every machine */
	assert_int_equal(get_user_pages_fast(addr, 1, FOLL_WRITE, &page), 1);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_SLOW), !takes);
	gup_put(&page, 1);
}

static void test_fast_takes_anonymous_memory(void **state)
{
	(void)state;
	gup_each(takes_anonymous);
}

/* VM_IO means nothing to it: a normal entry is taken, which the slow walk
 * refuses. Since 6.12 a page without mapping is left alone where the kernel has
 * secret memory. */
static void ignores_vm_io(struct gup_fixture *fx)
{
	bool secretmem = mmu_has(fx->mmu, SIM_FEAT_SECRETMEM) &&
			 sim_rule(fx->machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING);
	bool takes = fx->mmu->has_fast_gup && fx->mmu->has_special && !secretmem;
	struct vm_area_struct *vma;
	unsigned long addr;
	struct page *page;
	long got;

	fx->dev.vm_flags = VM_MIXEDMAP | VM_IO;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	vma = gup_vma(fx, addr);
	mmap_read_lock(fx->mm);
	assert_int_equal(vm_insert_page(vma, addr, fx->dev.page[0]), 0);
	mmap_read_unlock(fx->mm);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EFAULT);
	got = fast_only(addr, 1, 0, &page);
	assert_int_equal(got, takes);
	gup_put(&page, got);
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), takes ? 1 : -EFAULT);
	gup_put(&page, takes);
}

static void test_fast_ignores_vm_io(void **state)
{
	(void)state;
	gup_each(ignores_vm_io);
}

/* ---- what stops it ---- */

static void special_stops(struct gup_fixture *fx)
{
	static const struct {
		const char *what;
		unsigned long vm_flags;
		enum gup_insert insert;
	} rows[] = {
		{ "pfnmap, ram", VM_PFNMAP | VM_IO, GUP_INSERT_PFN },
		{ "pfnmap, io", VM_PFNMAP | VM_IO, GUP_INSERT_IO },
		{ "mixedmap and io, ram", VM_MIXEDMAP | VM_IO, GUP_INSERT_MIXED },
	};

	for (size_t i = 0; i < SIM_ARRAY_SIZE(rows); i++) {
		unsigned long addr;
		struct page *page;

		fx->dev.vm_flags = rows[i].vm_flags;
		fx->dev.insert = rows[i].insert;
		addr = gup_map(fx, RW, MAP_SHARED, 1);
		gup_touch(fx, addr, true);
		print_message("  %s\n", rows[i].what);
		assert_int_equal(fast_only(addr, 1, 0, &page), 0);
		assert_int_equal(get_user_pages_fast(addr, 1, FOLL_WRITE, &page), -EFAULT);
		assert_int_equal(pin_user_pages_fast(addr, 1, 0, &page), -EFAULT);
		assert_int_equal(sim_munmap(fx->task, addr, fx->page), 0);
	}
}

static void test_fast_special_entry_stops(void **state)
{
	(void)state;
	gup_each(special_stops);
}

static void zero_page_stops(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	struct page *page;

	gup_touch(fx, addr, false);
	assert_int_equal(fast_only(addr, 1, 0, &page), 0); /* special, too */
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), 1);
	assert_int_equal(page_to_pfn(page), sim_zero_pfn(fx->machine));
	gup_put(&page, 1);
}

static void test_fast_zero_page_stops(void **state)
{
	(void)state;
	gup_each_release("x86_64", zero_page_stops);
}

/* A write to a read-only entry: the slow walk makes the copy. */
static void read_only_stops(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	struct task_struct *child;
	struct page *page;

	assert_int_equal(sim_fork(fx->task, "child", &child), 0);
	sim_task_switch(fx->task);
	assert_int_equal(fast_only(addr, 1, FOLL_WRITE, &page), 0);
	assert_int_equal(fast_only(addr, 1, 0, &page), 1);
	gup_put(&page, 1);
	assert_int_equal(get_user_pages_fast(addr, 1, FOLL_WRITE, &page), 1);
	gup_put(&page, 1);
	sim_exit(child);
	sim_task_switch(fx->task);
}

static void test_fast_read_only_entry_stops_writes(void **state)
{
	(void)state;
	gup_each_release("x86_64", read_only_stops);
	gup_each_release("s390x", read_only_stops);
}

/* A pin for reading of a page that fork shares: the walk must not take it. */
static void shared_anon_stops(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	struct task_struct *child;
	struct page *page;

	assert_int_equal(sim_fork(fx->task, "child", &child), 0);
	sim_task_switch(fx->task);
	assert_int_equal(pin_user_pages_fast_only(addr, 1, 0, &page),
			 !sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE));
	if (!sim_rule(fx->machine, SIM_RULE_ANON_EXCLUSIVE))
		unpin_user_page(page);
	assert_int_equal(pin_user_pages_fast(addr, 1, 0, &page), 1);
	unpin_user_page(page);
	sim_exit(child);
	sim_task_switch(fx->task);
}

static void test_fast_pin_of_a_shared_page_stops(void **state)
{
	(void)state;
	gup_each_release("x86_64", shared_anon_stops);
}

/*
 * PROT_NONE. Where the kernel has NUMA balancing pte_protnone() stops the walk;
 * else pte_access_permitted() has to, and the generic one does not: on mips the
 * walk takes a page that the program itself cannot read.
 */
static void protnone(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	bool forced = sim_rule(fx->machine, SIM_RULE_GUP_FAST_FORCE_PROTNONE);
	bool generic = !strcmp(fx->mmu->arch->name, "mips64");
	bool s390x = !strcmp(fx->mmu->arch->name, "s390x");
	struct page *page;
	long got;

	assert_int_equal(sim_mprotect(fx->task, addr, fx->page, PROT_NONE), 0);
	got = fast_only(addr, 1, 0, &page);
	assert_int_equal(got, generic);
	gup_put(&page, got);
	got = fast_only(addr, 1, FOLL_FORCE, &page);
	assert_int_equal(got, generic || (s390x && forced));
	gup_put(&page, got);
}

static void test_fast_prot_none(void **state)
{
	(void)state;
	gup_each(protnone);
}

/* A page without references may be free: TTM's tails of a large block. */
static void tail_stops(struct gup_fixture *fx)
{
	unsigned int order;
	struct page *block = gup_alloc_block(fx, 1, &order), *page;
	unsigned long addr = gup_anon(fx, RW, 1);
	int level, err = 0;
	void *slot;

	slot = sim_walk_alloc(fx->mm, addr, 0, &err);
	assert_non_null(slot);
	sim_set_entry(fx->mm, 0, slot, addr,
		      fmt_make(&fx->mmu->format[0], page_to_pfn(block + 1),
			       gup_vma(fx, addr)->vm_page_prot.pgprot));
	assert_int_equal(fast_only(addr, 1, 0, &page), 0);
	assert_int_equal(page_count(block + 1), 0);
	assert_ptr_equal(sim_walk(fx->mm, addr, &level), slot);
	sim_set_entry(fx->mm, 0, slot, addr, fx->mmu->format[0].none_value);
	sim_free_pages(block, order);
}

static void test_fast_page_without_references_stops(void **state)
{
	(void)state;
	gup_each_release("x86_64", tail_stops);
}

/* Maps @page without a mark, as drivers did it with the zero page before 6.12. */
static void set_normal(struct gup_fixture *fx, unsigned long addr, struct page *page)
{
	int err = 0;
	void *slot = sim_walk_alloc(fx->mm, addr, 0, &err);
	uint64_t e = fx->mmu->format[0].none_value;

	assert_non_null(slot);
	if (page)
		e = fmt_make(&fx->mmu->format[0], page_to_pfn(page),
			     gup_vma(fx, addr)->vm_page_prot.pgprot);
	sim_set_entry(fx->mm, 0, slot, addr, e);
}

/* Pins of the zero page are not counted where the release says so: neither in the page
 * nor as a change of references. */
static void zero_page_pins(struct gup_fixture *fx)
{
	struct page *zero = pfn_to_page(sim_zero_pfn(fx->machine)), *other, *pages[3];
	bool counted = !sim_rule(fx->machine, SIM_RULE_GUP_ZERO_PAGE_UNPINNED);
	unsigned long addr = gup_anon(fx, RW, 3);
	int zero_refs = page_count(zero);
	uint64_t refs;

	if (sim_rule(fx->machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING))
		return; /* neither has one */
	other = sim_alloc_pages(fx->machine, 0);
	set_normal(fx, addr, other);
	set_normal(fx, addr + fx->page, zero);
	set_normal(fx, addr + 2 * fx->page, other);
	refs = sim_counter(fx->machine, SIM_CNT_REF);
	assert_int_equal(pin_user_pages_fast_only(addr, 3, 0, pages), 3);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_REF), refs + 2 + counted);
	assert_int_equal(page_count(zero),
			 zero_refs + (counted ? GUP_PIN_COUNTING_BIAS : 0));
	assert_int_equal(page_count(other), 1 + 2 * GUP_PIN_COUNTING_BIAS);
	unpin_user_pages(pages, 3);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_REF), refs + 2 * (2 + counted));
	assert_int_equal(page_count(zero), zero_refs);
	for (int i = 0; i < 3; i++)
		set_normal(fx, addr + i * fx->page, NULL);
	put_page(other);
}

static void test_fast_pins_of_the_zero_page(void **state)
{
	(void)state;
	gup_each_release("x86_64", zero_page_pins);
	gup_each_release("arm64", zero_page_pins);
}

/* fork is write-protecting: a pin would race with it, a reference may. */
static void fork_stops_pins(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	struct page *page;

	__atomic_store_n(&fx->mm->write_protect_seq, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(pin_user_pages_fast_only(addr, 1, FOLL_WRITE, &page), 0);
	assert_int_equal(fast_only(addr, 1, FOLL_WRITE, &page), 1);
	gup_put(&page, 1);
	__atomic_store_n(&fx->mm->write_protect_seq, 2, __ATOMIC_SEQ_CST);
	assert_int_equal(pin_user_pages_fast_only(addr, 1, FOLL_WRITE, &page), 1);
	assert_int_equal(page_count(page), 1 + GUP_PIN_COUNTING_BIAS);
	assert_true(fx->mm->has_pinned);
	unpin_user_page(page);
}

static void test_fast_pin_waits_for_fork(void **state)
{
	(void)state;
	gup_each_release("x86_64", fork_stops_pins);
}

/* Long-term writes of files: refused by 6.12 for all but shmem. */
static void longterm_file(struct gup_fixture *fx)
{
	bool rejects = sim_rule(fx->machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING);
	struct file *file = sim_regular_file_create(fx->machine, 1, "file");
	long addr = sim_mmap(fx->task, 0, fx->page, RW, MAP_SHARED, file, 0);
	bool shmem = file->f_mapping->sim_swapbacked;
	unsigned int flags = FOLL_WRITE | FOLL_LONGTERM;
	struct page *page;
	int got;

	assert_true(addr > 0);
	gup_touch(fx, (unsigned long)addr, true);
	got = pin_user_pages_fast_only((unsigned long)addr, 1, flags, &page);
	assert_int_equal(got, !rejects || shmem);
	if (got)
		unpin_user_page(page);
	file->f_mapping->sim_swapbacked = !shmem;
	got = pin_user_pages_fast_only((unsigned long)addr, 1, flags, &page);
	assert_int_equal(got, !rejects || !shmem);
	if (got)
		unpin_user_page(page);
	got = pin_user_pages_fast_only((unsigned long)addr, 1, FOLL_WRITE, &page);
	assert_int_equal(got, 1);
	unpin_user_page(page);
	file->f_mapping->sim_swapbacked = shmem;
	fput(file);
}

static void test_fast_longterm_write_of_a_file(void **state)
{
	(void)state;
	gup_each_release("x86_64", longterm_file);
	gup_each_release("mips64", longterm_file);
}

static void wild_entry(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 1);
	int err = 0;
	void *slot = sim_walk_alloc(fx->mm, addr, 0, &err);
	struct page *page;

	assert_non_null(slot);
	sim_set_entry(fx->mm, 0, slot, addr,
		      fmt_make(&fx->mmu->format[0], fx->dev.io_pfn,
			       gup_vma(fx, addr)->vm_page_prot.pgprot));
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), -EIO);
	assert_true(sim_crashed(fx->machine));
	assert_int_equal(fast_only(addr, 1, 0, &page), 0);
}

static void test_fast_normal_entry_of_io_memory_is_a_bug(void **state)
{
	(void)state;
	gup_each_release("x86_64", wild_entry);
}

/*
 * mips up to 6.1: pte_modify forgets the special bit, so after mprotect() the
 * walk takes a driver's page, and unmapping gives back what was never counted.
 */
static void mprotect_strips_special(struct gup_fixture *fx)
{
	bool strips = !mmu_has(fx->mmu, SIM_FEAT_MODIFY_KEEPS_SPECIAL);
	struct page *page = NULL;
	unsigned long addr;
	long got;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	addr = gup_map(fx, RW, MAP_SHARED, 1);
	gup_touch(fx, addr, true);
	assert_int_equal(fast_only(addr, 1, 0, &page), 0);
	assert_int_equal(sim_mprotect(fx->task, addr, fx->page, PROT_READ), 0);
	got = fast_only(addr, 1, 0, &page);
	assert_int_equal(got, strips);
	gup_put(&page, got);
	assert_int_equal(gup_slow(fx, addr, 1, 0, &page), -EFAULT);
	get_page(fx->dev.page[0]); /* what the unmapping will take */
	assert_int_equal(sim_munmap(fx->task, addr, fx->page), 0);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_BAD_PAGE) > 0, strips);
	assert_int_equal(page_count(fx->dev.page[0]), strips ? 1 : 2);
}

static void test_fast_mips_after_mprotect(void **state)
{
	const char *release;

	(void)state;
	for (unsigned int r = 0; (release = sim_release_nth(r)); r++) {
		struct gup_fixture fx;

		gup_open(&fx, "mips64", release);
		mprotect_strips_special(&fx);
		sim_task_switch(NULL);
		sim_machine_destroy(fx.machine); /* its counts are past checking */
	}
}

/* ---- what others do meanwhile (debug builds) ---- */

#if SIM_ASSERT_LEVEL >= 1
static struct {
	struct gup_fixture *fx;
	unsigned long addr;
	int level;		/* of the entry to change; -1: fork begins and ends */
	unsigned int calls;
} race;

static void *slot_at(struct gup_fixture *fx, unsigned long addr, int level)
{
	void *table = fx->mm->pgd;

	for (int l = fx->mmu->nr_levels - 1; l > level; l--) {
		uint64_t e = mmu_read(fx->mmu, l, mmu_slot(fx->mmu, l, table, addr));

		table = mmu_table(fx->mmu, l, e, fx->machine);
	}
	return mmu_slot(fx->mmu, level, table, addr);
}

/* Changes a bit of the entry that nobody looks at; done twice it is as before. */
static void flip_entry(void)
{
	void *slot = slot_at(race.fx, race.addr, race.level);

	mmu_write(race.fx->mmu, race.level, slot,
		  mmu_read(race.fx->mmu, race.level, slot) ^ 1ULL << 52);
}

static void race_now(struct page *page)
{
	assert_true(page_count(page) > 1); /* the walk has its reference */
	race.calls++;
	if (race.level < 0)
		__atomic_fetch_add(&race.fx->mm->write_protect_seq, 2, __ATOMIC_SEQ_CST);
	else
		flip_entry();
}

/* Lets @level change under the walk; what did it get? The page's count must be
 * as before where it got nothing. */
static long raced(struct gup_fixture *fx, unsigned long addr, int level, bool pin)
{
	struct page *page = NULL;
	long got;

	memset(&race, 0, sizeof(race));
	race.fx = fx;
	race.addr = addr;
	race.level = level;
	gup_fast_race = race_now;
	got = pin ? pin_user_pages_fast_only(addr, 1, 0, &page)
		  : get_user_pages_fast_only(addr, 1, 0, &page);
	gup_fast_race = NULL;
	assert_int_equal(race.calls, 1);
	if (level >= 0)
		flip_entry();
	if (got && pin)
		unpin_user_page(page);
	else
		gup_put(&page, got);
	return got;
}

static void changed_meanwhile(struct gup_fixture *fx)
{
	unsigned long addr = anon_page(fx);
	struct sim_pte_info info;

	assert_int_equal(sim_pte_lookup(fx->mm, addr, &info), 0);
	assert_int_equal(raced(fx, addr, 0, false), 0);
	assert_int_equal(raced(fx, addr, 1, false),
			 !sim_rule(fx->machine, SIM_RULE_GUP_FAST_RECHECKS_PMD));
	assert_int_equal(raced(fx, addr, -1, true), 0);  /* a pin */
	assert_int_equal(raced(fx, addr, -1, false), 1); /* a reference does not mind */
	assert_int_equal(page_count(pfn_to_page(info.pfn)), 1);
}

static void test_fast_change_meanwhile_is_seen(void **state)
{
	(void)state;
	gup_each_release("x86_64", changed_meanwhile);
}
#else
static void test_fast_change_meanwhile_is_seen(void **state)
{
	(void)state;
	skip();
}
#endif

/* ---- without a special bit ---- */

/* The pte walker is a stub; huge leaves are taken all the same (mips32 with
 * RIXI has this combination). */
static void test_fast_without_special_bit(void **state)
{
	struct gup_fixture fx;
	struct page *page, *block;
	unsigned int order;
	unsigned long addr;

	(void)state;
	gup_open_toggled(&fx, "x86_64", "6.1", 1u << SIM_FEAT_PTE_SPECIAL);
	addr = anon_page(&fx);
	assert_int_equal(fast_only(addr, 1, 0, &page), 0);
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), 1);
	gup_put(&page, 1);
	block = gup_alloc_block(&fx, 1, &order);
	fx.dev.vm_flags = VM_PFNMAP | VM_IO;
	addr = gup_map_aligned(&fx, RW, MAP_SHARED, 1UL << order, 1);
	gup_set_leaf(&fx, addr, 1, page_to_pfn(block), true, false);
	assert_int_equal(fast_only(addr, 1, 0, &page), 1);
	gup_put(&page, 1);
	gup_clear_leaf(&fx, addr, 1);
	sim_free_pages(block, order);
	gup_close(&fx);
}

static void test_fast_gup_toggled_on(void **state)
{
	struct gup_fixture fx;
	struct page *page;
	unsigned long addr;

	(void)state;
	gup_open_toggled(&fx, "arm", "6.1", 1u << SIM_FEAT_FAST_GUP);
	addr = anon_page(&fx);
	assert_int_equal(fast_only(addr, 1, 0, &page), 0); /* the stub */
	gup_close(&fx);
	gup_open_toggled(&fx, "riscv64", "6.1", 1u << SIM_FEAT_FAST_GUP);
	addr = anon_page(&fx);
	assert_int_equal(fast_only(addr, 1, 0, &page), 1);
	gup_put(&page, 1);
	gup_close(&fx);
}

/* ---- huge leaves ---- */

/*
 * A PMD leaf over a block of driver memory in a VM_PFNMAP | VM_IO mapping, as
 * TTM inserted them: @asked pages from page 2 on. Whose reference?
 */
static void huge_leaf(struct gup_fixture *fx, bool special, long want, int want_head,
		      int want_asked)
{
	unsigned int order;
	struct page *block = gup_alloc_block(fx, 1, &order), *pages[3];
	unsigned long addr;

	sim_get_page(block, 1);
	for (int i = 1; i < 8; i++) /* so that 6.1 finds a reference to add to */
		__atomic_store_n(&block[i]._refcount.counter, 1, __ATOMIC_RELAXED);
	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, 1UL << order, 1);
	gup_set_leaf(fx, addr, 1, page_to_pfn(block), true, special);
	assert_int_equal(fast_only(addr + 2 * fx->page, 3, FOLL_WRITE, pages), want);
	for (long i = 0; i < want; i++)
		assert_ptr_equal(pages[i], block + 2 + i);
	assert_int_equal(page_count(block), 2 + want_head);
	assert_int_equal(page_count(block + 2), 1 + want_asked);
	gup_clear_leaf(fx, addr, 1);
	for (int i = 1; i < 8; i++)
		__atomic_store_n(&block[i]._refcount.counter, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&block->_refcount.counter, 1, __ATOMIC_RELAXED);
	sim_free_pages(block, order);
}

static void huge_by_release(struct gup_fixture *fx)
{
	bool tests = sim_rule(fx->machine, SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL);
	bool mapping = sim_rule(fx->machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING) &&
		       mmu_has(fx->mmu, SIM_FEAT_SECRETMEM);
	bool asked = sim_rule(fx->machine, SIM_RULE_GUP_LEAF_GRABS_ASKED);
	bool takes = fx->mmu->has_fast_gup && fx->mmu->has_leaf[1] && !mapping;

	if (!fx->mmu->has_leaf[1])
		return;
	huge_leaf(fx, false, takes ? 3 : 0, takes && !asked ? 3 : 0, takes && asked ? 3 : 0);
	takes = takes && !(tests && mmu_has(fx->mmu, SIM_FEAT_PMD_SPECIAL));
	huge_leaf(fx, true, takes ? 3 : 0, takes && !asked ? 3 : 0, takes && asked ? 3 : 0);
}

static void test_fast_huge_leaf_by_release(void **state)
{
	(void)state;
	gup_each(huge_by_release);
}

/* 6.12 with pmd_special but without secret memory: the bit alone stops it. */
static void test_fast_huge_leaf_special_bit_stops(void **state)
{
	struct gup_fixture fx;

	(void)state;
	gup_open_toggled(&fx, "x86_64", "6.12", 1u << SIM_FEAT_SECRETMEM);
	huge_leaf(&fx, false, 3, 3, 0);
	huge_leaf(&fx, true, 0, 0, 0);
	gup_close(&fx);
	gup_open_toggled(&fx, "x86_64", "6.12",
			 1u << SIM_FEAT_SECRETMEM | 1u << SIM_FEAT_PMD_SPECIAL);
	huge_leaf(&fx, true, 3, 3, 0);
	gup_close(&fx);
}

static void huge_read_only(struct gup_fixture *fx)
{
	unsigned int order;
	struct page *block = gup_alloc_block(fx, 1, &order), *pages[2];
	unsigned long addr;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, 1UL << order, 1);
	gup_set_leaf(fx, addr, 1, page_to_pfn(block), false, false);
	assert_int_equal(fast_only(addr, 2, FOLL_WRITE, pages), 0);
	assert_int_equal(pin_user_pages_fast_only(addr, 2, 0, pages),
			 sim_rule(fx->machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING) ? 0 : 2);
	if (page_count(block) > 1) {
		assert_int_equal(page_count(block), 1 + 2 * GUP_PIN_COUNTING_BIAS);
		unpin_user_page(block);
		unpin_user_page(block);
	}
	gup_clear_leaf(fx, addr, 1);
	sim_free_pages(block, order);
}

static void test_fast_huge_leaf_read_only_and_pins(void **state)
{
	(void)state;
	gup_each_release("x86_64", huge_read_only);
}

static void huge_io(struct gup_fixture *fx)
{
	unsigned long addr, size = mmu_leaf_size(fx->mmu, 1);
	struct page *page;

	fx->dev.vm_flags = VM_PFNMAP | VM_IO;
	addr = gup_map_aligned(fx, RW, MAP_SHARED, size / fx->page, 1);
	gup_set_leaf(fx, addr, 1, fx->dev.io_pfn, true, false);
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), -EIO);
	assert_true(sim_crashed(fx->machine));
	assert_string_equal(sim_last_outcome(fx->machine, SIM_BUG)->function, "gup_huge_pmd");
	assert_string_equal(sim_last_outcome(fx->machine, SIM_BUG)->condition, "no_struct_page");
}

static void test_fast_huge_leaf_of_io_memory_is_a_bug(void **state)
{
	(void)state;
	gup_each_release("x86_64", huge_io);
}

/* ---- ranges and the fallback ---- */

static void across(struct gup_fixture *fx)
{
	const unsigned long in_table = 1UL << fx->mmu->level[0].index_bits;
	struct page **pages = test_malloc((in_table + 4) * sizeof(*pages));
	unsigned long addr = gup_anon(fx, RW, in_table + 4), nr = in_table + 4;

	for (unsigned long i = 0; i < nr; i++)
		gup_touch(fx, addr + i * fx->page, true);
	assert_int_equal(get_user_pages_fast(addr, (int)nr, FOLL_WRITE, pages), nr);
	for (unsigned long i = 0; i < nr; i++) {
		struct sim_pte_info info;

		assert_int_equal(sim_pte_lookup(fx->mm, addr + i * fx->page, &info), 0);
		assert_int_equal(info.pfn, page_to_pfn(pages[i]));
	}
	gup_put(pages, (long)nr);
	test_free(pages);
}

static void test_fast_across_tables(void **state)
{
	(void)state;
	gup_each(across);
}

static void fallback(struct gup_fixture *fx)
{
	unsigned long addr = gup_anon(fx, RW, 6);
	struct page *pages[6];

	gup_touch(fx, addr, true);
	gup_touch(fx, addr + fx->page, true);
	gup_touch(fx, addr + 3 * fx->page, true);
	/* 0 and 1 lockless, then the slow walk does the rest, 3 included */
	assert_int_equal(get_user_pages_fast(addr, 6, FOLL_WRITE, pages), 6);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_FAST), 2);
	assert_int_equal(sim_counter(fx->machine, SIM_CNT_GUP_SLOW), 4);
	gup_put(pages, 6);
	/* an error after some pages is not told */
	assert_int_equal(sim_munmap(fx->task, addr + 4 * fx->page, fx->page), 0);
	assert_int_equal(get_user_pages_fast(addr, 6, FOLL_WRITE, pages), 4);
	gup_put(pages, 4);
	assert_int_equal(get_user_pages_fast(addr + 4 * fx->page, 1, 0, pages), -EFAULT);
	assert_int_equal(pin_user_pages_fast(addr + 5 * fx->page, 1, FOLL_LONGTERM, pages), 1);
	unpin_user_page(pages[0]);
}

static void test_fast_falls_back(void **state)
{
	(void)state;
	gup_each_release("x86_64", fallback);
}

static void ranges(struct gup_fixture *fx)
{
	bool new = sim_rule(fx->machine, SIM_RULE_GUP_FAST_EOVERFLOW);
	bool only_tells = sim_rule(fx->machine, SIM_RULE_GUP_FAST_ONLY_ERRORS);
	unsigned long end = fx->mmu->task_size, addr = anon_page(fx);
	struct page *page;

	assert_int_equal(get_user_pages_fast(addr, 0, 0, &page), 0);
	assert_int_equal(get_user_pages_fast(~0UL, 2, 0, &page), new ? -EOVERFLOW : 0);
	assert_int_equal(get_user_pages_fast(end, 1, 0, &page), -EFAULT);
	assert_int_equal(get_user_pages_fast(end - fx->page, 2, 0, &page), -EFAULT);
	assert_int_equal(fast_only(end, 1, 0, &page), only_tells ? -EFAULT : 0);
	assert_int_equal(get_user_pages_fast(addr, -1, 0, &page), -EINVAL);
	assert_int_equal(get_user_pages_fast(addr, 1, 0, NULL), -EINVAL);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 0);
	assert_int_equal(get_user_pages_fast(addr, 1, FOLL_PIN, &page), -EINVAL);
	assert_int_equal(get_user_pages_fast(addr, 1, FOLL_LONGTERM, &page), -EINVAL);
	assert_int_equal(get_user_pages_fast(addr, 1, FOLL_DUMP, &page), -EINVAL);
	assert_int_equal(fast_only(addr, 1, FOLL_DUMP, &page), only_tells ? -EINVAL : 0);
	assert_int_equal(pin_user_pages_fast(addr, 1, FOLL_GET, &page), -EINVAL);
	assert_int_equal(pin_user_pages_fast_only(addr, 1, FOLL_GET, &page), 0);
	assert_int_equal(sim_nr_outcomes(fx->machine, SIM_WARN), 6);
	sim_task_switch(NULL);
	assert_int_equal(get_user_pages_fast(addr, 1, 0, &page), -EFAULT);
	assert_int_equal(pin_user_pages_fast_only(addr, 1, 0, &page), 0);
	sim_task_switch(fx->task);
}

static void test_fast_ranges_and_flags(void **state)
{
	(void)state;
	gup_each_release("x86_64", ranges);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fast_takes_anonymous_memory),
	cmocka_unit_test(test_fast_ignores_vm_io),
	cmocka_unit_test(test_fast_special_entry_stops),
	cmocka_unit_test(test_fast_zero_page_stops),
	cmocka_unit_test(test_fast_pins_of_the_zero_page),
	cmocka_unit_test(test_fast_read_only_entry_stops_writes),
	cmocka_unit_test(test_fast_pin_of_a_shared_page_stops),
	cmocka_unit_test(test_fast_prot_none),
	cmocka_unit_test(test_fast_page_without_references_stops),
	cmocka_unit_test(test_fast_pin_waits_for_fork),
	cmocka_unit_test(test_fast_longterm_write_of_a_file),
	cmocka_unit_test(test_fast_normal_entry_of_io_memory_is_a_bug),
	cmocka_unit_test(test_fast_mips_after_mprotect),
	cmocka_unit_test(test_fast_change_meanwhile_is_seen),
	cmocka_unit_test(test_fast_without_special_bit),
	cmocka_unit_test(test_fast_gup_toggled_on),
	cmocka_unit_test(test_fast_huge_leaf_by_release),
	cmocka_unit_test(test_fast_huge_leaf_special_bit_stops),
	cmocka_unit_test(test_fast_huge_leaf_read_only_and_pins),
	cmocka_unit_test(test_fast_huge_leaf_of_io_memory_is_a_bug),
	cmocka_unit_test(test_fast_across_tables),
	cmocka_unit_test(test_fast_falls_back),
	cmocka_unit_test(test_fast_ranges_and_flags),
};

SIM_TEST_MAIN(tests)
