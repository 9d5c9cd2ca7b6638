/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fast.c - get_user_pages_fast(): the lockless walk.
 *
 * It takes no lock and looks at no vma: VM_IO, VM_PFNMAP and VM_WRITE mean
 * nothing to it. The entry alone decides, so an entry whose page mm does not
 * own must say so itself. Each of these stops the walk, and what it got so far
 * stands:
 *
 *	pte			1 no special bit on this architecture
 *				2 PROT_NONE
 *				3 not accessible, or not writable for FOLL_WRITE
 *				4 devmap
 *				5 special
 *				6 the page has no reference: it may be free
 *				7 a page without mapping, a file's for a
 *				  long-term write (6.12)
 *				8 entry or table changed meanwhile
 *				9 a pin would need a copy first
 *	huge leaf		2, 3, 5 (only since 6.12), 4, 6, 7, 8, 9
 *
 * So before 6.12 a huge leaf of a driver's pages is taken, whatever it is.
 *
 * Why the walk may look at tables that others free: it runs in an RCU read
 * section (the kernel disables interrupts), and tables are freed after a grace
 * period. Why it may touch a page that another thread frees: struct pages
 * never go, and a page without references is refused. The reference comes
 * first, then the entry is read again: if it is still the same, the page was
 * mapped while the reference was held.
 *
 * A batch is to cost little more than its atomic increments. So what a page's
 * tests depend on besides the page is looked up once (struct fast_rules), events
 * are counted by the table, and reasons 2 to 5 are one test: a pte that has
 * certain bits has none of them (mmu->gup_passes). Only others are asked in full.
 *
 * Pins and fork: fork makes mm->write_protect_seq odd while it write-protects.
 * A pin that overlaps with that is undone.
 */

#include "gup/internal.h"
#include "pte/lockless.h"
#include "pte/walk.h"

/* What flags and release make of any page: looked up once, not for each. */
struct fast_rules {
	struct sim_pte_alt passes;	/* mmu->gup_passes, and the pfn of such ptes: */
	uint64_t pfn_mask;
	unsigned int pfn_shift;
	struct sim_ram ram;		/* but for a zero page that pins leave alone */
	int refs;			/* references that one page is grabbed by */
	bool up;			/* a UP machine */
	bool rechecks_pmd;
	bool needs_mapping, no_file;	/* gup_fast_folio_allowed() */
	bool unshares;			/* gup_must_unshare() is to be asked */
	bool looks_at_page;		/* either: may_keep() */
};

struct fast_walk {
	struct mm_struct *mm;
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
	unsigned int flags;
	struct page **pages;
	unsigned long nr;		/* pages taken */
	unsigned long unpinned;		/* of one table, those that were not counted */
	struct fast_rules rules;
};

#if SIM_ASSERT_LEVEL >= 1
void (*gup_fast_race)(struct page *page);
#endif

/* An entry of a table that the walk came by. */
struct fast_entry {
	const void *slot;
	uint64_t e;		/* as the walk read it */
};

static void look_up_rules(struct fast_rules *r, struct sim_machine *machine, unsigned int flags)
{
	const unsigned int longterm_write = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;
	const struct sim_mmu *mmu = machine->mmu;

	r->passes = mmu->gup_passes[flags & FOLL_WRITE ? 1 : 0];
	r->pfn_mask = mmu->plain.pfn_mask;
	r->pfn_shift = mmu->plain.pfn_shift;
	r->ram = machine->phys->ram;
	r->refs = nr_references(1, flags);
	if (pins_nothing(r->ram.map, flags))
		r->ram = (struct sim_ram){ r->ram.start + 1, r->ram.nr - 1, r->ram.map + 1 };
	r->up = machine->up;
	r->rechecks_pmd = sim_rule(machine, SIM_RULE_GUP_FAST_RECHECKS_PMD);
	r->no_file = (flags & longterm_write) == longterm_write;
	r->needs_mapping = sim_rule(machine, SIM_RULE_GUP_FAST_NEEDS_MAPPING) &&
			   (r->no_file || mmu_has(mmu, SIM_FEAT_SECRETMEM));
	r->unshares = may_unshare(machine, flags);
	r->looks_at_page = r->needs_mapping || r->unshares;
}

/* Field by field, as in follow_begin(). */
static void fast_begin(struct fast_walk *w, struct mm_struct *mm, unsigned int flags,
		       struct page **pages)
{
	w->mm = mm;
	w->machine = mm->sim_machine;
	w->mmu = mm->sim_mmu;
	w->cpu = sim_cpu(mm->sim_machine);
	w->flags = flags;
	w->pages = pages;
	w->nr = 0;
	w->unpinned = 0;
	look_up_rules(&w->rules, mm->sim_machine, flags);
}

static bool test(const struct fast_walk *w, int level, enum sim_pte_test_id id, uint64_t e)
{
	return fmt_test(&w->mmu->format[level], id, e);
}

/* In debug builds, lets the other thread of a test go first. */
static inline void race(struct page *page)
{
#if SIM_ASSERT_LEVEL >= 1
	if (gup_fast_race)
		gup_fast_race(page);
#else
	(void)page;
#endif
}

/* ---- what stops it ---- */

/* 6.1 alone let FOLL_FORCE through here, to fail at the next test or not. */
static bool protnone_stops(const struct fast_walk *w, int level, uint64_t e)
{
	if ((w->flags & FOLL_FORCE) && sim_rule(w->machine, SIM_RULE_GUP_FAST_FORCE_PROTNONE))
		return false;
	return mmu_protnone(w->mmu, level, e);
}

static bool access_permitted(const struct fast_walk *w, int level, uint64_t e)
{
	return test(w, level,
		    w->flags & FOLL_WRITE ? SIM_TEST_ACCESS_WRITE : SIM_TEST_ACCESS_READ, e);
}

/*
 * What the page's mapping forbids, from 6.12 on: a long-term write to a file
 * that tracks dirty pages; and, with CONFIG_SECRETMEM, any page without a
 * mapping, since it cannot be told from a secret one. So pages that a driver
 * inserted are left to the slow walk.
 * Models: mm/gup.c, gup_fast_folio_allowed, 6.12; in 6.1 page_is_secretmem,
 * which lets all pages here through.
 */
static inline bool gup_fast_folio_allowed(const struct fast_rules *r, const struct page *page)
{
	struct address_space *mapping;

	if (!r->needs_mapping)
		return true;
	mapping = __atomic_load_n(&page->mapping, __ATOMIC_ACQUIRE);
	if ((uintptr_t)mapping & PAGE_MAPPING_ANON)
		return true;
	return mapping && (!r->no_file || mapping->sim_swapbacked);
}

/* May the grabbed page be kept? Entry and table are as they were. */
static inline bool may_keep(const struct fast_walk *w, const struct fast_rules *r, int level,
			    uint64_t e, const struct page *page)
{
	return gup_fast_folio_allowed(r, page) &&
	       (!r->unshares || test(w, level, SIM_TEST_WRITE, e) ||
		!gup_must_unshare(NULL, w->flags, page));
}

/* ---- ptes ---- */

/* What any pte has to pass; that most do is seen without (fast_rules.passes). */
static __attribute__((noinline)) bool pte_stops(const struct fast_walk *w, uint64_t e)
{
	if (protnone_stops(w, 0, e) || !access_permitted(w, 0, e))
		return true;
	/* a devmap entry needs a ZONE_DEVICE page map, and there is none */
	return test(w, 0, SIM_TEST_DEVMAP, e) || test(w, 0, SIM_TEST_SPECIAL, e);
}

/*
 * What a pte maps that lies outside of fast_rules.ram: the zero page where it is not
 * counted; else nothing that there is.
 */
static __attribute__((noinline)) struct page *odd_page(struct fast_walk *w, unsigned long pfn)
{
	struct page *page = sim_pfn_to_page(w->machine, pfn);
	bool no_struct_page = !page;

	(void)SIM_BUG_ON_IN(w->machine, SIM_GUP_FILE, "gup_pte_range", no_struct_page);
	w->unpinned += page != NULL;
	return page;
}

/* Gives back what a pte maps; it was grabbed, and the pte read once more. */
static __attribute__((noinline)) void let_go(struct fast_walk *w, struct page *page)
{
	sim_cpu_count(w->cpu, SIM_CNT_PTE_READ);
	if (pins_nothing(page, w->flags))
		w->unpinned--;
	else
		sim_cpu_count(w->cpu, SIM_CNT_REF);
	gup_put_folio(page, 1, w->flags);
}

/* @wide is a constant: entries of the two lowest levels have 8 bytes. */
static inline uint64_t read_low(const struct fast_walk *w, int level, const void *slot,
				const bool wide)
{
	return wide ? __atomic_load_n((const uint64_t *)slot, __ATOMIC_ACQUIRE)
		    : walk_read(&w->mmu->walk[level], slot);
}

/*
 * One pte: its page, grabbed; NULL: the walk stops. Counts neither what it reads
 * nor what it takes.
 * Models: mm/gup.c, gup_pte_range for one pte, 5.11 and 6.1 (6.12:
 * gup_fast_pte_range).
 */
static inline struct page *gup_pte(struct fast_walk *w, const struct fast_rules *r,
				   const struct fast_entry *pmd, const void *slot, const bool wide)
{
	uint64_t e = read_low(w, 0, slot, wide);
	unsigned long pfn = (e & r->pfn_mask) >> r->pfn_shift;
	struct page *page;

	if (unlikely((e & r->passes.mask) != r->passes.value)) {
		if (pte_stops(w, e))
			return NULL;
		pfn = fmt_pfn(&w->mmu->format[0], e);
	}
	page = sim_page_in_ram(&r->ram, pfn);
	if (unlikely(!page)) {
		page = odd_page(w, pfn);
		if (!page)
			return NULL;
	} else if (!sim_try_add_refs(r->up, page, r->refs)) {
		return NULL;
	}
	race(page);
	if (read_low(w, 0, slot, wide) == e &&
	    (unlikely(!r->rechecks_pmd) || read_low(w, 1, pmd->slot, wide) == pmd->e) &&
	    (!r->looks_at_page || may_keep(w, r, 0, e, page)))
		return page;
	let_go(w, page);
	return NULL;
}

/* As many of the @nr ptes from @slot as can be had. */
static inline __attribute__((always_inline)) unsigned long
gup_ptes(struct fast_walk *w, const struct fast_entry *pmd, const char *slot, unsigned long nr,
	 const bool wide)
{
	const struct fast_rules r = w->rules;
	const struct fast_entry at = *pmd;
	const size_t bytes = wide ? 8 : w->mmu->level[0].entry_bytes;
	struct page **pages = w->pages + w->nr;
	unsigned long i;

	for (i = 0; i < nr; i++) {
		struct page *page = gup_pte(w, &r, &at, slot + i * bytes, wide);

		if (!page)
			break;
		pages[i] = page;
	}
	return i;
}

/* Without a special bit a pte cannot say whose page it maps: stop at once. */
static bool gup_pte_range(struct fast_walk *w, const struct fast_entry *pmd, char *table,
			  unsigned long addr, unsigned long end)
{
	const struct sim_walk_level *walk = w->mmu->walk;
	const char *slot = table + walk_offset(walk, addr);
	unsigned long nr = (end - addr) >> w->mmu->page_shift, got;

	if (!w->mmu->has_special)
		return false;
	w->unpinned = 0;
	got = walk[0].wide && walk[1].wide ? gup_ptes(w, pmd, slot, nr, true)
					   : gup_ptes(w, pmd, slot, nr, false);
	w->nr += got;
	/* each was read twice, and once the one that stopped it */
	sim_cpu_count_n(w->cpu, SIM_CNT_PTE_READ, 2 * got + (got < nr));
	sim_cpu_count_n(w->cpu, SIM_CNT_REF, got - w->unpinned);
	return got == nr;
}

/* ---- huge leaves ---- */

/* Where the references of a leaf's pages go: its first page, but in 6.1 to the
 * first one that was asked for. */
static unsigned long head_pfn(const struct fast_walk *w, unsigned long leaf, unsigned long asked)
{
	return sim_rule(w->machine, SIM_RULE_GUP_LEAF_GRABS_ASKED) ? asked : leaf;
}

static bool leaf_stops(const struct fast_walk *w, int level, uint64_t e)
{
	if (level == 1 && protnone_stops(w, level, e))
		return true;
	if (!access_permitted(w, level, e))
		return true;
	if (sim_rule(w->machine, SIM_RULE_GUP_FAST_TESTS_LEAF_SPECIAL) &&
	    test(w, level, SIM_TEST_SPECIAL, e))
		return true;
	return test(w, level, SIM_TEST_DEVMAP, e);
}

/* Models: mm/gup.c, gup_huge_pmd and gup_huge_pud, 5.11 and 6.1 (6.12:
 * gup_fast_pmd_leaf, gup_fast_pud_leaf). */
static bool gup_huge_leaf(struct fast_walk *w, int level, const struct fast_entry *at,
			  unsigned long addr, unsigned long end)
{
	unsigned int shift = w->mmu->page_shift;
	unsigned long leaf = fmt_pfn(&w->mmu->format[level], at->e);
	unsigned long asked = leaf + ((addr & (mmu_leaf_size(w->mmu, level) - 1)) >> shift);
	unsigned long nr = (end - addr) >> shift;
	struct page *head, *page;
	bool no_struct_page;

	sim_cpu_count(w->cpu, SIM_CNT_PTE_READ);
	if (leaf_stops(w, level, at->e))
		return false;
	head = sim_pfn_to_page(w->machine, head_pfn(w, leaf, asked));
	page = sim_pfn_to_page(w->machine, asked);
	no_struct_page = !head || !page || !sim_pfn_valid(w->machine, asked + nr - 1);
	if (SIM_BUG_ON_IN(w->machine, SIM_GUP_FILE, "gup_huge_pmd", no_struct_page))
		return false;
	if (!try_grab_folio(head, (int)nr, w->flags))
		return false;
	race(head);
	sim_cpu_count(w->cpu, SIM_CNT_PTE_READ);
	if (mmu_read(w->mmu, level, at->slot) != at->e ||
	    !may_keep(w, &w->rules, level, at->e, head)) {
		gup_put_folio(head, (int)nr, w->flags);
		return false;
	}
	for (unsigned long i = 0; i < nr; i++)
		w->pages[w->nr++] = page + i;
	return true;
}

/* ---- the walk ---- */

static unsigned long addr_end(const struct sim_mmu *mmu, int level, unsigned long addr,
			      unsigned long end)
{
	unsigned long size = mmu_leaf_size(mmu, level);
	unsigned long next = (addr + size) & ~(size - 1);

	return next - 1 < end - 1 ? next : end;
}

/* All of [addr, end) below one table of @level > 0; false: stopped.
 * Models: mm/gup.c, gup_pgd_range down to gup_pmd_range, 6.1. */
static bool gup_range(struct fast_walk *w, int level, char *table, unsigned long addr,
		      unsigned long end)
{
	const struct sim_walk_level *walk = &w->mmu->walk[level];

	for (unsigned long next; addr != end; addr = next) {
		struct fast_entry at = { table + walk_offset(walk, addr), 0 };
		char *below;
		bool go_on;

		at.e = walk_read(walk, at.slot);
		next = addr_end(w->mmu, level, addr, end);
		if (unlikely(walk_ends(walk, at.e, false))) {
			go_on = at.e != walk->none_value &&
				gup_huge_leaf(w, level, &at, addr, next);
		} else {
			below = (char *)w->machine + walk_phys(walk, at.e);
			go_on = level > 1 ? gup_range(w, level - 1, below, addr, next)
					  : gup_pte_range(w, &at, below, addr, next);
		}
		if (!go_on)
			return false;
	}
	return true;
}

/* Begins a section in which the task's tables stay; NULL, and none, where it has ended. */
static struct mm_struct *lockless_task(struct task_struct *task)
{
	struct sim_cpu *cpu = sim_cpu(task->sim_machine);
	struct mm_struct *mm;

	rcu_read_lock();
	mm = __atomic_load_n(&task->mm, __ATOMIC_RELAXED);
	if (likely(mm)) {
		lockless_enter(cpu, mm);
		if (likely(sim_task_lives(task)) || sim_cpu_uses(cpu, task))
			return mm;
	}
	rcu_read_unlock();
	return NULL;
}

/* The walk, and for a pin whether fork began meanwhile. */
static bool walk_lockless(struct fast_walk *w, unsigned long start, unsigned long end)
{
	unsigned int *seq = &w->mm->write_protect_seq, before = 0;

	if (w->flags & FOLL_PIN) {
		before = __atomic_load_n(seq, __ATOMIC_SEQ_CST);
		if (before & 1)
			return true;
	}
	sim_cpu_count(w->cpu, SIM_CNT_WALK);
	gup_range(w, w->mmu->nr_levels - 1, (char *)w->mm->pgd, start, end);
	return !(w->flags & FOLL_PIN) || __atomic_load_n(seq, __ATOMIC_SEQ_CST) == before;
}

/* Returns how many pages, or -EFAULT: the task has ended.
 * Models: mm/gup.c, lockless_pages_from_mm, 5.11 to 6.1 (6.12: gup_fast). */
static long lockless_pages_from_mm(struct task_struct *task, unsigned long start,
				   unsigned long end, unsigned int flags, struct page **pages)
{
	struct fast_walk w;
	struct mm_struct *mm;
	bool undisturbed;

	if (!task->sim_machine->mmu->has_fast_gup)
		return 0;
	mm = lockless_task(task);
	if (!mm)
		return -EFAULT;
	fast_begin(&w, mm, flags, pages);
	undisturbed = walk_lockless(&w, start, end);
	lockless_end();
	if (!undisturbed) {
		unpin_user_pages(pages, w.nr);
		return 0;
	}
	sim_cpu_count_n(w.cpu, SIM_CNT_GUP_FAST, w.nr);
	return (long)w.nr;
}

/* What the walk left. Returns how many pages, or the error of the first. */
static long fault_in_rest(struct task_struct *task, unsigned long start, unsigned long nr_pages,
			  unsigned int flags, struct page **pages)
{
	struct sim_call call;
	long ret;

	if (!sim_task_hold(&call, task))
		return -EFAULT;
	ret = gup_longterm_unlocked(call.mm, start, nr_pages, flags, pages);
	sim_task_release(&call);
	return ret;
}

/* False where the task has ended. */
static bool note_pin(struct task_struct *task)
{
	struct mm_struct *mm = lockless_task(task);

	if (!mm)
		return false;
	mm_set_has_pinned(mm);
	lockless_end();
	return true;
}

#define FAST_FLAGS (FOLL_WRITE | FOLL_LONGTERM | FOLL_FORCE | FOLL_PIN | FOLL_GET | FOLL_FAST_ONLY)

/* Is [start, *@end) an address range of user space? 1, or the result. */
static int fast_range(const struct sim_machine *machine, unsigned long start,
		      unsigned long nr_pages, unsigned long *end)
{
	unsigned int shift = machine->mmu->page_shift;

	if (nr_pages > ~0UL >> shift || start + (nr_pages << shift) < start)
		return sim_rule(machine, SIM_RULE_GUP_FAST_EOVERFLOW) ? -EOVERFLOW : 0;
	*end = start + (nr_pages << shift);
	return *end > machine->mmu->task_size ? -EFAULT : 1;
}

/* Models: mm/gup.c, internal_get_user_pages_fast, 5.11 to 6.1 (6.12:
 * gup_fast_fallback). */
static int internal_get_user_pages_fast(struct task_struct *task, unsigned long start,
					int nr_pages, unsigned int flags, struct page **pages)
{
	struct sim_machine *machine = task->sim_machine;
	unsigned long end, want = (unsigned long)nr_pages;
	long ret, nr;

	if (SIM_WARN_ON(machine, SIM_GUP_FILE, flags & ~FAST_FLAGS))
		return -EINVAL;
	if ((flags & FOLL_PIN) && !note_pin(task))
		return -EFAULT;
	start &= ~(mmu_page_size(machine->mmu) - 1);
	ret = fast_range(machine, start, want, &end);
	if (ret <= 0)
		return (int)ret;
	nr = start == end ? 0 : lockless_pages_from_mm(task, start, end, flags, pages);
	if (sim_is_crashed(machine))
		return -EIO;
	if (nr < 0 || (unsigned long)nr == want || (flags & FOLL_FAST_ONLY))
		return (int)nr;
	ret = fault_in_rest(task, start + ((unsigned long)nr << machine->mmu->page_shift),
			    want - (unsigned long)nr, flags, pages + nr);
	if (ret < 0)
		return nr && ret != -EIO ? (int)nr : (int)ret;
	return (int)(ret + nr);
}

/* ---- the calls ---- */

/* The current task; NULL and *@err where there is none that lives, or where the call
 * makes no sense (the kernel: a crash). */
static struct task_struct *enter_fast(int nr_pages, struct page **pages, int *err)
{
	struct task_struct *task = sim_current();

	*err = -EFAULT;
	if (!task || !__atomic_load_n(&task->mm, __ATOMIC_RELAXED))
		return NULL;
	*err = nr_pages < 0 || !pages ? -EINVAL : sim_enter(task->sim_machine);
	return *err ? NULL : task;
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	int err;
	struct task_struct *task = enter_fast(nr_pages, pages, &err);

	if (!task)
		return err;
	if (SIM_WARN_ON(task->sim_machine, SIM_GUP_FILE, gup_flags & (FOLL_PIN | FOLL_LONGTERM)))
		return -EINVAL;
	return internal_get_user_pages_fast(task, start, nr_pages, gup_flags | FOLL_GET, pages);
}

int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages)
{
	int err;
	struct task_struct *task = enter_fast(nr_pages, pages, &err);
	bool tells = task && sim_rule(task->sim_machine, SIM_RULE_GUP_FAST_ONLY_ERRORS);
	int nr = err;

	if (task && sim_rule(task->sim_machine, SIM_RULE_GUP_FAST_ONLY_CHECKS) &&
	    SIM_WARN_ON(task->sim_machine, SIM_GUP_FILE, gup_flags & (FOLL_PIN | FOLL_LONGTERM)))
		return -EINVAL;
	if (task)
		nr = internal_get_user_pages_fast(task, start, nr_pages,
						  gup_flags | FOLL_GET | FOLL_FAST_ONLY, pages);
	return nr < 0 && !tells ? 0 : nr;
}

/* A pin must not ask for a reference as well. */
static bool bad_pin(const struct task_struct *task, unsigned int gup_flags)
{
	return SIM_WARN_ON(task->sim_machine, SIM_GUP_FILE, gup_flags & FOLL_GET);
}

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	int err;
	struct task_struct *task = enter_fast(nr_pages, pages, &err);

	if (!task)
		return err;
	if (bad_pin(task, gup_flags))
		return -EINVAL;
	return internal_get_user_pages_fast(task, start, nr_pages, gup_flags | FOLL_PIN, pages);
}

int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages)
{
	int err, nr;
	struct task_struct *task = enter_fast(nr_pages, pages, &err);

	if (!task || bad_pin(task, gup_flags))
		return 0;
	nr = internal_get_user_pages_fast(task, start, nr_pages,
					  gup_flags | FOLL_PIN | FOLL_FAST_ONLY, pages);
	return nr < 0 ? 0 : nr;
}
