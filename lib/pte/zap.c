/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * zap.c - dropping entries: what munmap, truncation and exit do to page tables.
 *
 *   entry			cleared		rss, mapcount, reference
 *   special, or no page	always		untouched
 *   a file's page		yes		given back
 *   anonymous			even_cows	given back
 *   huge leaf, whole		always		untouched
 *   huge leaf, cut by the range  always, and all of it: it faults in again
 *
 * Pages are let go only after the TLB flush that covers their entries. Where
 * dirty file pages are among them the flush comes before the page-table lock is
 * let go, so that nobody can write to a page that counts as clean.
 */
#include "pte/leaf.h"
#include "pte/rmap.h"
#include "pte/run.h"
#include "pte/tlb.h"

struct zap_walk {
	struct vm_area_struct *vma;
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
	const struct sim_zap *zap;
	/* (e & special_mask) == special_value: special, whatever else it says */
	uint64_t special_mask, special_value;
	uint64_t none_mask, none_value;	/* (e & none_mask) == none_value: empty */
	/* (e & present_mask) == present_value: present, and its pfn as it is */
	uint64_t present_mask, present_value;
	uint64_t marked_mask;	/* the special bit; 0 without one */
	bool plain_pages;	/* what is present and not marked is its pfn's page, and goes */
	bool force_flush;
	long rss[NR_MM_COUNTERS];
	struct mmu_gather *tlb;
};

/* ---- huge leaves ---- */

/* Under its lock: takes a leaf out; false where none is there any more. */
static bool take_leaf(struct vm_area_struct *vma, int level, void *slot, unsigned long base)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_mmu *mmu = machine->mmu;
	struct sim_cpu *cpu = sim_cpu(machine);
	spinlock_t *ptl = sim_ptl(mmu, level, slot);
	uint64_t e;
	bool found;

	ptl_lock(cpu, ptl);
	e = read_entry(cpu, mmu, level, slot);
	found = !mmu_is_none(mmu, level, e) && mmu_is_leaf(mmu, level, e);
	if (found)
		leaf_take(machine, cpu, level, slot, base);
	ptl_unlock(ptl);
	return found;
}

void split_huge_leaf(struct vm_area_struct *vma, int level, void *slot, unsigned long addr)
{
	unsigned long size = mmu_leaf_size(vma->vm_mm->sim_mmu, level);
	unsigned long base = addr & ~(size - 1);

	if (take_leaf(vma, level, slot, base))
		sim_flush_tlb_range(vma->vm_mm, base, base + size);
}

/* Models: mm/huge_memory.c, zap_huge_pmd, the part for vma_is_special_huge(),
 * 5.11 to 6.12: leaves of other vmas cannot come about here. */
static void zap_leaf(struct zap_walk *w, int level, void *slot, unsigned long addr,
		     unsigned long end)
{
	if (end - addr != mmu_leaf_size(w->mmu, level))
		split_huge_leaf(w->vma, level, slot, addr);
	else if (take_leaf(w->vma, level, slot, addr))
		tlb_remove_entry(w->tlb, addr, end);
}

/* ---- pages ---- */

/*
 * Which entries are special without a look at their pfn. With a special bit:
 * those that have it. Without: all of a VM_PFNMAP vma that cannot be copied on
 * write. A test that nothing passes where neither is certain.
 */
static void resolve_special(struct zap_walk *w)
{
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	const struct sim_pte_test *test = &fmt->test[SIM_TEST_SPECIAL];
	const struct vm_operations_struct *ops = w->vma->vm_ops;
	unsigned long flags = w->vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP);

	w->none_mask = ~fmt->none_ignore;
	w->none_value = fmt->none_value;
	w->special_mask = 0;
	w->special_value = 1;
	if (!w->mmu->has_special) {
		if (flags == VM_PFNMAP && !is_cow_mapping(w->vma->vm_flags))
			w->special_value = 0;
	} else if (flags && !(ops && ops->find_special_page) && !test->any[1].mask) {
		w->special_mask = test->any[0].mask;
		w->special_value = test->any[0].value;
	}
}

static bool is_special(const struct zap_walk *w, uint64_t e)
{
	return (e & w->special_mask) == w->special_value;
}

/*
 * Is a present entry without the special bit the page of its pfn? Where there is
 * such a bit; and where there is none, but in VM_PFNMAP vmas. The zero page is for
 * sim_normal_page() to judge.
 */
static void resolve_pages(struct zap_walk *w)
{
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	const struct sim_pte_alt *present = &fmt->test[SIM_TEST_PRESENT].any[0];
	const struct sim_pte_test *special = &fmt->test[SIM_TEST_SPECIAL];
	bool upright = !fmt->pfn_inverted_unless || (present->value & fmt->pfn_inverted_unless);
	bool one_bit = !special->any[1].mask && special->any[0].mask == special->any[0].value;
	bool told = w->mmu->has_special || !(w->vma->vm_flags & VM_PFNMAP);

	w->marked_mask = special->any[0].mask;
	w->present_mask = present->mask;
	w->present_value = present->value;
	w->plain_pages = w->zap->even_cows && present->mask && upright && one_bit && told;
}

/* Models: mm/memory.c, should_zap_page, 6.1; zap_pte_range's test of
 * details->check_mapping, 5.11. */
static bool should_zap_page(const struct zap_walk *w, const struct page *page)
{
	const struct sim_zap *zap = w->zap;

	if (zap->even_cows)
		return true;
	if (zap->check_mapping && sim_rule(w->machine, SIM_RULE_ZAP_CHECKS_MAPPING))
		return page_rmapping(page) == zap->check_mapping;
	return !sim_page_is_anon(page);
}

/* By one alternative or the other (arm64; x86 with shadow stacks): note_dirty() asks
 * in full. */
static inline bool may_be_dirty(const struct sim_pte_test *dirty, uint64_t e)
{
	return (e & dirty->any[0].mask) == dirty->any[0].value ||
	       (dirty->any[1].mask && (e & dirty->any[1].mask) == dirty->any[1].value);
}

/* A file's page that was written to through @e is dirty from now on. */
static void note_dirty(struct zap_walk *w, struct page *page, uint64_t e)
{
	if (sim_page_is_anon(page) || !fmt_test(&w->mmu->format[0], SIM_TEST_DIRTY, e))
		return;
	sim_phys_touch(page); /* an entry may name what nobody ever allocated */
	page_test_and_set(page, PG_dirty);
	w->force_flush = true;
}

static void bad_mapcount(struct zap_walk *w)
{
	sim_outcome_record(w->machine, SIM_BAD_PAGE, "mm/memory.c", "print_bad_pte",
			   "page_mapcount(page) < 0");
}

/* A normal page's entry. Models: mm/memory.c, zap_pte_range, 5.11 and 6.1, and
 * zap_present_folio_ptes, 6.12. */
static void zap_page(struct zap_walk *w, void *slot, unsigned long addr, struct page *page)
{
	uint64_t e;

	if (!should_zap_page(w, page))
		return;
	e = leaf_take(w->machine, w->cpu, 0, slot, addr);
	tlb_remove_entry(w->tlb, addr, addr + mmu_page_size(w->mmu));
	note_dirty(w, page, e);
	w->rss[sim_mm_counter(page)]--;
	if (sim_page_remove_map(page) < 0)
		bad_mapcount(w);
	w->tlb->page[w->tlb->nr++] = page;
}

/* Any entry. */
static void zap_pte(struct zap_walk *w, void *slot, unsigned long addr)
{
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	uint64_t e = read_entry(w->cpu, w->mmu, 0, slot);
	struct page *page = NULL;

	if (fmt_none(fmt, e))
		return;
	if (fmt_test(fmt, SIM_TEST_PRESENT, e) && !is_special(w, e))
		page = sim_normal_page(w->vma, addr, e, 0);
	if (page) {
		zap_page(w, slot, addr, page);
		return;
	}
	/* Nobody wants its young and dirty: a plain store will do. */
	write_entry(w->machine, w->cpu, 0, slot, addr, fmt->none_value);
	tlb_remove_entry(w->tlb, addr, addr + mmu_page_size(w->mmu));
}

/* ---- runs of entries of one kind ---- */

struct dropped {
	unsigned long first, end;	/* the entries cleared lie here */
	unsigned long nr;		/* and are this many */
};

/*
 * Of the @nr entries from @slot on, clears those that are special, passes those
 * that are empty, and stops where another look is needed. Returns how many it
 * has passed.
 */
static inline __attribute__((always_inline)) unsigned long
drop_special(const struct zap_walk *w, void *slot, unsigned long nr, struct dropped *dropped,
	     const bool wide)
{
	const uint64_t none_mask = w->none_mask, none_value = w->none_value;
	const uint64_t special_mask = w->special_mask, special_value = w->special_value;
	unsigned long i = 0, end = 0, cleared = 0;

	while (i < nr && (entry_run_read(slot, i, wide) & none_mask) == none_value)
		i++;
	dropped->first = i;
	for (; i < nr; i++) {
		uint64_t e = entry_run_read(slot, i, wide);

		if (__builtin_expect((e & none_mask) == none_value, 0))
			continue;
		if (__builtin_expect((e & special_mask) != special_value, 0))
			break;
		entry_run_write(slot, i, none_value, wide);
		end = i + 1;
		cleared++;
	}
	dropped->end = end;
	dropped->nr = cleared;
	return i;
}

/* The same, with all that goes with it. Nobody listens to events. */
static unsigned long zap_special(struct zap_walk *w, void *slot, unsigned long addr,
				 unsigned long nr)
{
	unsigned int shift = w->mmu->page_shift;
	struct dropped dropped;
	unsigned long done;

	sim_assert(sim_rank_held(SIM_RANK_PTL, sim_ptl(w->mmu, 0, slot)));
	done = w->mmu->level[0].entry_bytes == 8 ? drop_special(w, slot, nr, &dropped, true)
						  : drop_special(w, slot, nr, &dropped, false);
	sim_cpu_count_n(w->cpu, SIM_CNT_PTE_READ, done);
	sim_cpu_count_n(w->cpu, SIM_CNT_PTE_WRITE, dropped.nr);
	if (dropped.nr)
		tlb_remove_entry(w->tlb, addr + (dropped.first << shift),
				 addr + (dropped.end << shift));
	return done;
}

/*
 * From @slot on, the entries of pages that need no second look, as zap_page() does
 * with each. Returns how many. Nobody listens to events.
 */
static unsigned long zap_plain_pages(struct zap_walk *w, char *slot, unsigned long addr,
				     unsigned long nr)
{
	const struct sim_entry_format *fmt = &w->mmu->format[0];
	const struct sim_pte_test *dirty = &fmt->test[SIM_TEST_DIRTY];
	unsigned long zero_pfn = w->machine->phys->zero_pfn, i = 0;
	struct mmu_gather *tlb = w->tlb;
	bool up = w->machine->up;
	unsigned int unmapped = 0;

	if (!w->plain_pages)
		return 0;
	for (; i < nr && !tlb_full(tlb); i++, slot += w->mmu->level[0].entry_bytes) {
		uint64_t e = mmu_read(w->mmu, 0, slot);
		unsigned long pfn = (unsigned long)((e & fmt->pfn_mask) >> fmt->pfn_shift);
		struct page *page = sim_pfn_to_page(w->machine, pfn);

		if ((e & w->present_mask) != w->present_value || (e & w->marked_mask) || !page ||
		    pfn == zero_pfn)
			break;
		e = mmu_xchg(w->mmu, up, 0, slot, w->none_value);
		if (unlikely(may_be_dirty(dirty, e)))
			note_dirty(w, page, e);
		w->rss[sim_mm_counter(page)]--;
		if (likely(sim_page_map_sub(page, up) >= 0))
			unmapped++;
		else
			bad_mapcount(w);
		tlb->page[tlb->nr++] = page;
	}
	if (i)
		tlb_remove_entry(tlb, addr, addr + (i << w->mmu->page_shift));
	sim_cpu_count_n(w->cpu, SIM_CNT_PTE_READ, i);
	sim_cpu_count_n(w->cpu, SIM_CNT_PTE_WRITE, i);
	sim_cpu_count_n(w->cpu, SIM_CNT_MAPCOUNT, unmapped);
	return i;
}

/* Entries until the end, or until no more pages can be gathered. Returns where. */
static unsigned long zap_entries(struct zap_walk *w, char *slot, unsigned long addr,
				 unsigned long end)
{
	unsigned int bytes = w->mmu->level[0].entry_bytes, shift = w->mmu->page_shift;

	while (addr != end && !tlb_full(w->tlb)) {
		unsigned long left = (end - addr) >> shift, done = 0;

		if (likely(!w->machine->listeners.event)) {
			done = zap_special(w, slot, addr, left);
			done += zap_plain_pages(w, slot + done * bytes, addr + (done << shift),
						left - done);
		}
		if (!done) {
			zap_pte(w, slot, addr);
			done = 1;
		}
		addr += done << shift;
		slot += done * bytes;
	}
	return addr;
}

static void add_rss(struct zap_walk *w)
{
	for (int i = 0; i < NR_MM_COUNTERS; i++) {
		if (w->rss[i])
			sim_rss_add(w->vma->vm_mm, i, w->rss[i]);
		w->rss[i] = 0;
	}
}

/* One stretch under the lock; returns where it stopped: at @end, or where no
 * more pages can be gathered. */
static unsigned long zap_some_ptes(struct zap_walk *w, void *table, unsigned long addr,
				   unsigned long end)
{
	spinlock_t *ptl = sim_ptl(w->mmu, 0, table);
	bool flush;

	ptl_lock(w->cpu, ptl);
	addr = zap_entries(w, mmu_slot(w->mmu, 0, table, addr), addr, end);
	add_rss(w);
	flush = w->force_flush || tlb_full(w->tlb);
	if (flush)
		tlb_flush_mmu_tlbonly(w->tlb);
	ptl_unlock(ptl);
	w->force_flush = false;
	if (flush)
		tlb_flush_mmu(w->tlb);
	return addr;
}

/* Models: mm/memory.c, zap_pte_range, 5.11 to 6.12. */
static void zap_ptes(struct zap_walk *w, void *table, unsigned long addr, unsigned long end)
{
	while (addr != end)
		addr = zap_some_ptes(w, table, addr, end);
}

/* ---- the walk ---- */

/* Models: mm/memory.c, zap_pmd_range up to unmap_page_range, 5.11 to 6.12. */
static void zap_tables(struct zap_walk *w, int level, void *table, unsigned long addr,
		       unsigned long end)
{
	for (unsigned long next; addr != end; addr = next) {
		void *slot = mmu_slot(w->mmu, level, table, addr);
		uint64_t e = mmu_read(w->mmu, level, slot);

		next = leaf_end(w->mmu, level, addr, end);
		if (mmu_is_none(w->mmu, level, e))
			continue;
		if (mmu_is_leaf(w->mmu, level, e)) {
			zap_leaf(w, level, slot, addr, next);
			continue;
		}
		if (level > 1)
			zap_tables(w, level - 1, mmu_table(w->mmu, level, e, w->machine), addr,
				   next);
		else
			zap_ptes(w, mmu_table(w->mmu, level, e, w->machine), addr, next);
	}
}

static unsigned long page_floor(const struct sim_mmu *mmu, unsigned long addr)
{
	return addr & ~(mmu_page_size(mmu) - 1);
}

static inline __attribute__((always_inline)) void
zap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
	  unsigned long end, const struct sim_zap *zap)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long page = mmu_page_size(mm->sim_mmu);
	struct zap_walk w;

	start = page_floor(mm->sim_mmu, start < vma->vm_start ? vma->vm_start : start);
	end = end > vma->vm_end ? vma->vm_end : page_floor(mm->sim_mmu, end - 1) + page;
	if (start >= end)
		return;
	if (vma->vm_flags & VM_PFNMAP)
		sim_untrack_pfn(vma);
	w.vma = vma;
	w.machine = mm->sim_machine;
	w.mmu = mm->sim_mmu;
	w.cpu = sim_cpu(mm->sim_machine);
	w.zap = zap;
	w.tlb = tlb;
	resolve_special(&w);
	resolve_pages(&w);
	w.force_flush = false;
	memset(w.rss, 0, sizeof(w.rss));
	sim_cpu_count(w.cpu, SIM_CNT_WALK);
	zap_tables(&w, w.mmu->nr_levels - 1, mm->pgd, start, end);
}

void sim_zap_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   const struct sim_zap *zap)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	zap_range(&tlb, vma, start, end, zap);
	tlb_flush_mmu(&tlb);
}

void sim_unmap_vma(struct mmu_gather *tlb, struct vm_area_struct *vma)
{
	static const struct sim_zap all = { .even_cows = true };

	zap_range(tlb, vma, vma->vm_start, vma->vm_end, &all);
	tlb_end_vma(tlb, vma);
}

void zap_vma_ptes(struct vm_area_struct *vma, unsigned long address, unsigned long size)
{
	const struct sim_zap all = { .even_cows = true };
	unsigned long end = address + size;

	if (sim_is_crashed(vma->vm_mm->sim_machine))
		return;
	if (end < address || address < vma->vm_start || end > vma->vm_end ||
	    !(vma->vm_flags & VM_PFNMAP))
		return;
	sim_zap_range(vma, address, end, &all);
}
