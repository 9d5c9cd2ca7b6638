/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * follow.c - what is at this address of this vma?
 *
 * The slow walk goes by the vma first (check_vma_flags) and comes here only
 * where that allows it: VM_IO and VM_PFNMAP mappings never do. What is left of
 * special entries is those of a plain VM_MIXEDMAP mapping.
 *
 *	entry			result
 *	none			NULL: fault it in (FOLL_DUMP: -EFAULT where a
 *				fault would only find zeros)
 *	PROT_NONE, no FORCE	NULL
 *	read-only, FOLL_WRITE	NULL, unless FORCE has made its private copy
 *	normal page		grabbed
 *	zero page		grabbed
 *	special			-EEXIST; up to 5.14 -EFAULT with FOLL_GET
 *
 * The first check of an entry is made under its table's lock. A huge leaf may
 * have gone meanwhile: the walk is done again.
 *
 * Nearly all entries are normal, and what the flags want. That is seen with one
 * mask (mmu->gup_passes), and then nothing of the above is left to be asked: such
 * pages are got in a straight line of their own (follow_usual()), one by one as
 * all others. It gives up, having done nothing, where it sees anything else.
 */
#include "gup/internal.h"
#include "pte/walk.h"

/* Not an error: the entry changed under the walk. */
#define WALK_AGAIN err_ptr(-EAGAIN)

/* Models: mm/gup.c, no_page_table, 5.11 to 6.12. */
static struct page *no_page_table(const struct follow *f)
{
	const struct vm_operations_struct *ops = f->vma->vm_ops;

	if ((f->flags & FOLL_DUMP) && (!ops || !ops->fault))
		return err_ptr(-EFAULT);
	return NULL;
}

static bool test(const struct follow *f, int level, enum sim_pte_test_id id, uint64_t e)
{
	return fmt_test(&f->mmu->format[level], id, e);
}

static bool protnone_stops(const struct follow *f, int level, uint64_t e)
{
	return !(f->flags & FOLL_FORCE) && mmu_protnone(f->mmu, level, e);
}

/*
 * FOLL_FORCE may write through a read-only entry of a private mapping, once the
 * write fault has given the mapping a page of its own.
 * Models: mm/gup.c, can_follow_write_pte, 5.11 (FOLL_COW) and 6.1, 6.12
 * (PageAnonExclusive); without userfaultfd, and soft-dirty is never cleared.
 */
static bool can_follow_write(const struct follow *f, int level, uint64_t e,
			     const struct page *page)
{
	unsigned long vm_flags = f->vma->vm_flags;

	if (test(f, level, SIM_TEST_WRITE, e))
		return true;
	if (!(f->flags & FOLL_FORCE))
		return false;
	if (!sim_rule(f->machine, SIM_RULE_ANON_EXCLUSIVE))
		return (f->flags & FOLL_COW) && test(f, level, SIM_TEST_DIRTY, e);
	if ((vm_flags & (VM_MAYSHARE | VM_SHARED | VM_WRITE)) || !(vm_flags & VM_MAYWRITE))
		return false;
	return page && sim_page_is_anon(page) && sim_page_test(page, PG_anon_exclusive);
}

/* Young, and dirty for a write, in the entry itself. */
static void touch_entry(const struct follow *f, int level, void *slot, uint64_t e)
{
	const struct sim_entry_format *fmt = &f->mmu->format[level];
	uint64_t touched = fmt_op(fmt, SIM_OP_MKYOUNG, e);

	if (f->flags & FOLL_WRITE)
		touched = fmt_op(fmt, SIM_OP_MKDIRTY, touched);
	if (touched != e)
		sim_set_entry(f->mm, level, slot, f->addr, touched);
}

/* A present entry without a page. Models: mm/gup.c, follow_pfn_pte, 5.11 to 6.12. */
static struct page *follow_pfn_pte(const struct follow *f, void *slot, uint64_t e)
{
	if ((f->flags & FOLL_GET) && sim_rule(f->machine, SIM_RULE_GUP_SPECIAL_GET_EFAULT))
		return err_ptr(-EFAULT);
	if (f->flags & FOLL_TOUCH)
		touch_entry(f, 0, slot, e);
	return err_ptr(-EEXIST);
}

/* The entry is not normal: the zero page, or nothing that can be had. */
static struct page *special_entry(const struct follow *f, void *slot, uint64_t e)
{
	unsigned long pfn = fmt_pfn(&f->mmu->format[0], e);

	/* get_dev_pagemap() finds nothing: there is no ZONE_DEVICE here */
	if (test(f, 0, SIM_TEST_DEVMAP, e) && (f->flags & (FOLL_GET | FOLL_PIN)))
		return NULL;
	if (f->flags & FOLL_DUMP)
		return err_ptr(-EFAULT);
	if (pfn == sim_zero_pfn(f->machine))
		return sim_pfn_to_page(f->machine, pfn);
	return follow_pfn_pte(f, slot, e);
}

static struct page *grab(const struct follow *f, int level, uint64_t e, struct page *page)
{
	if (f->unshares && !test(f, level, SIM_TEST_WRITE, e) &&
	    gup_must_unshare(f->vma, f->flags, page))
		return err_ptr(-EMLINK);
	return try_grab_page(page, 1, f->flags) ? page : err_ptr(-ENOMEM);
}

static inline void touch_page(const struct follow *f, uint64_t e, struct page *page)
{
	if (f->dirties && !test(f, 0, SIM_TEST_DIRTY, e))
		sim_page_set(page, PG_dirty);
}

/* Holds: the table's lock. */
static struct page *page_of_pte(const struct follow *f, void *slot, uint64_t e)
{
	struct page *page;

	if (!test(f, 0, SIM_TEST_PRESENT, e))
		return fmt_none(&f->mmu->format[0], e) ? no_page_table(f) : NULL;
	if (protnone_stops(f, 0, e))
		return NULL;
	page = sim_normal_page(f->vma, f->addr, e, 0);
	if ((f->flags & FOLL_WRITE) && !can_follow_write(f, 0, e, page))
		return NULL;
	if (!page)
		page = special_entry(f, slot, e);
	if (page && !is_err(page))
		page = grab(f, 0, e, page);
	if (page && !is_err(page))
		touch_page(f, e, page);
	return page;
}

/* Models: mm/gup.c, follow_page_pte, 5.11 to 6.12. */
static struct page *follow_page_pte(const struct follow *f, void *slot)
{
	spinlock_t *ptl = sim_ptl(f->mmu, 0, slot);
	struct page *page;

	if (SIM_WARN_ON(f->machine, SIM_GUP_FILE,
			(f->flags & (FOLL_PIN | FOLL_GET)) == (FOLL_PIN | FOLL_GET)))
		return err_ptr(-EINVAL);
	sim_spin_lock(f->machine, ptl, SIM_RANK_PTL);
	page = page_of_pte(f, slot, sim_get_entry(f->mm, 0, slot));
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return page;
}

/*
 * A huge leaf of a PMD. The reference goes to the leaf's first page. No release
 * asks whether the leaf is special: only the vma's flags keep the slow walk away.
 * Holds: the table's lock.
 * Models: mm/huge_memory.c, follow_trans_huge_pmd, 5.11 and 6.1; mm/gup.c,
 * follow_huge_pmd, 6.12.
 */
static struct page *page_of_leaf(struct follow *f, int level, void *slot, uint64_t e)
{
	unsigned long first = fmt_pfn(&f->mmu->format[level], e);
	unsigned long size = mmu_leaf_size(f->mmu, level);
	struct page *page = sim_pfn_to_page(f->machine, first);
	bool no_struct_page = !page;

	if (SIM_BUG_ON_IN(f->machine, "mm/huge_memory.c", "follow_trans_huge_pmd",
			  no_struct_page))
		return err_ptr(-EIO);
	if ((f->flags & FOLL_WRITE) && !can_follow_write(f, level, e, page))
		return NULL;
	if (protnone_stops(f, level, e))
		return NULL;
	page = grab(f, level, e, page);
	if (is_err(page))
		return page;
	if (f->flags & FOLL_TOUCH)
		touch_entry(f, level, slot, e);
	f->page_mask = (size >> f->mmu->page_shift) - 1;
	return page + ((f->addr & (size - 1)) >> f->mmu->page_shift);
}

/*
 * A huge leaf of a PUD, where the walk sees it: the reference goes to the page
 * asked for, nothing forces a write, and the entry is not touched.
 * Holds: the table's lock.
 * Models: mm/gup.c, follow_huge_pud, 6.12; without ZONE_DEVICE.
 */
static struct page *page_of_pud(struct follow *f, uint64_t e)
{
	unsigned long size = mmu_leaf_size(f->mmu, SIM_LEAF_PUD);
	unsigned long in_leaf = (f->addr & (size - 1)) >> f->mmu->page_shift;
	unsigned long pfn = fmt_pfn(&f->mmu->format[SIM_LEAF_PUD], e) + in_leaf;
	struct page *page = sim_pfn_to_page(f->machine, pfn);
	bool no_struct_page = !page;

	if ((f->flags & FOLL_WRITE) && !test(f, SIM_LEAF_PUD, SIM_TEST_WRITE, e))
		return no_page_table(f);
	if (SIM_BUG_ON_IN(f->machine, SIM_GUP_FILE, "follow_huge_pud", no_struct_page))
		return err_ptr(-EIO);
	page = grab(f, SIM_LEAF_PUD, e, page);
	if (!is_err(page))
		f->page_mask = (size >> f->mmu->page_shift) - 1;
	return page;
}

/* Does the walk see a leaf of this level? Up to 6.1 one of a PUD is taken for
 * a bad table (follow_pud_mask). */
static bool follows_leaf(const struct follow *f, int level)
{
	return level < 2 || sim_rule(f->machine, SIM_RULE_GUP_FOLLOWS_PUD_LEAF);
}

/* The walk ended above level 0. Models: mm/gup.c, follow_pmd_mask and
 * follow_pud_mask, 5.11 to 6.12. */
static struct page *follow_leaf(struct follow *f, int level, void *slot)
{
	spinlock_t *ptl = sim_ptl(f->mmu, level, slot);
	struct page *page;
	uint64_t e;

	sim_spin_lock(f->machine, ptl, SIM_RANK_PTL);
	e = sim_get_entry(f->mm, level, slot);
	if (mmu_is_none(f->mmu, level, e))
		page = no_page_table(f);
	else if (!mmu_is_leaf(f->mmu, level, e))
		page = WALK_AGAIN;
	else if (!follows_leaf(f, level))
		page = no_page_table(f);
	else
		page = level > 1 ? page_of_pud(f, e) : page_of_leaf(f, level, slot, e);
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return page;
}

struct page *follow_page_mask(struct follow *f, unsigned long addr)
{
	struct page *page;

	f->addr = addr;
	f->page_mask = 0;
	do {
		int level;
		void *slot = sim_walk(f->mm, addr, &level);

		page = level ? follow_leaf(f, level, slot) : follow_page_pte(f, slot);
	} while (page == WALK_AGAIN);
	return page;
}

/* ---- usual pages ---- */

/*
 * Most ptes: accessible as the flags want it, and not special. Their pfn is that of
 * a normal page, unless it is the zero page's, which depends. NULL: not such a one.
 */
static inline struct page *usual_page(const struct follow *f, uint64_t e)
{
	unsigned long pfn = (e & f->pfn_mask) >> f->pfn_shift;

	if (unlikely((e & f->passes.mask) != f->passes.value || pfn == f->zero_pfn))
		return NULL;
	return sim_page_in_ram(&f->ram, pfn);
}

/* Holds: the table's lock. NULL: there is more to be asked or to be told. */
static inline struct page *grab_usual(const struct follow *f, uint64_t e)
{
	struct page *page = usual_page(f, e);

	if (unlikely(!page || sim_page_refs(page) <= 0))
		return NULL;
	sim_add_refs(f->up, page, f->refs);
	touch_page(f, e, page);
	return page;
}

/*
 * What follow_page_mask() comes to where nothing is unusual. @plain is a constant:
 * walk_plain() will do, and entries of level 0 have 8 bytes.
 */
static inline __attribute__((always_inline)) struct page *
follow_usual(const struct follow *f, unsigned long addr, const bool plain)
{
	struct plain_slot at;
	struct page *page;
	spinlock_t *ptl;
	int level = 0;
	void *slot;

	if (plain) {
		if (unlikely(!walk_plain(f->mm, f->machine, f->mmu, addr, &at)))
			return NULL;
		slot = at.slot;
		ptl = &sim_desc_at(f->machine, at.table)->ptl;
	} else {
		slot = walk_down(f->mm, addr, 0, &level);
		if (unlikely(level))
			return NULL;
		ptl = sim_ptl(f->mmu, 0, slot);
	}
	sim_spin_acquire(f->up, ptl, SIM_RANK_PTL);
	page = grab_usual(f, plain ? __atomic_load_n((uint64_t *)slot, __ATOMIC_ACQUIRE)
				   : walk_read(f->mmu->walk, slot));
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return page;
}

static inline __attribute__((always_inline)) unsigned long
follow_while_usual(const struct follow *f, unsigned long addr, unsigned long nr,
		   struct page **pages, const bool plain)
{
	unsigned long i;

	for (i = 0; i < nr; i++, addr += mmu_page_size(f->mmu)) {
		struct page *page = follow_usual(f, addr, plain);

		if (!page)
			break;
		pages[i] = page;
	}
	return i;
}

unsigned long follow_usual_pages(const struct follow *f, unsigned long addr, unsigned long nr,
				 struct page **pages)
{
	if (!f->straight)
		return 0;
	nr = f->mmu->plain_walk && f->mmu->walk[0].wide
		     ? follow_while_usual(f, addr, nr, pages, true)
		     : follow_while_usual(f, addr, nr, pages, false);
	sim_cpu_count_n(f->cpu, SIM_CNT_WALK, nr);
	sim_cpu_count_n(f->cpu, SIM_CNT_LOCK, nr);
	sim_cpu_count_n(f->cpu, SIM_CNT_PTE_READ, nr);
	sim_cpu_count_n(f->cpu, SIM_CNT_REF, nr);
	return nr;
}

/* Is all said by a pte that passes? Not where the vma says whose page it is. */
static bool pte_decides(const struct sim_mmu *mmu, const struct vm_area_struct *vma)
{
	return mmu->has_special || !(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP));
}

/* Field by field: it is done for each call, and clearing all first would show. */
void follow_begin(struct follow *f, struct vm_area_struct *vma, unsigned int flags)
{
	const unsigned int takes = flags & (FOLL_GET | FOLL_PIN);
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;

	f->vma = vma;
	f->mm = vma->vm_mm;
	f->machine = machine;
	f->mmu = mmu;
	f->cpu = sim_cpu(machine);
	f->flags = flags;
	f->unshares = may_unshare(machine, flags);
	f->dirties = (flags & FOLL_TOUCH) && (flags & FOLL_WRITE);
	f->straight = !f->unshares && (takes == FOLL_GET || takes == FOLL_PIN) &&
		      pte_decides(mmu, vma);
	f->up = machine->up;
	f->passes = mmu->gup_passes[flags & FOLL_WRITE ? 1 : 0];
	f->pfn_mask = mmu->plain.pfn_mask;
	f->pfn_shift = mmu->plain.pfn_shift;
	f->zero_pfn = machine->phys->zero_pfn;
	f->ram = machine->phys->ram;
	f->refs = nr_references(1, flags);
}
