/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert.h - what the ways to insert share.
 *
 * A *plain* insertion is one with every check of the kernel's and nothing else to
 * do: the machine is quiet (cpu.h), so there are no events to tell, the protection
 * is upright, so the pfn is never refused, the tables are there, the entry is empty
 * and its lock free. It is a straight line of code. Whatever else is met on the way,
 * nothing has been done or counted yet, and the long way begins again.
 *
 *	vmf_insert_pfn_prot ----- insert_plain_pfn ---- no --> insert_pfn_checked
 *	vmf_insert_mixed_prot --- insert_plain_pfn ---- no --> insert_mixed_checked
 *			   \---- insert_plain_page --- no ----^
 *	vm_insert_page ---------- insert_plain_page --- no --> insert_page_checked
 *
 * The flags of the vma are the caller's to check, since each wants others. @up says
 * whether it is a UP machine; where the caller has a copy of the code for each, it is
 * a constant.
 */
#ifndef SIM_PTE_INSERT_INSERT_H
#define SIM_PTE_INSERT_INSERT_H

#include "pte/pat/memtype.h"
#include "pte/walk.h"

#define VM_PFN_OR_MIXED (VM_PFNMAP | VM_MIXEDMAP)

/* ---- the BUGs of vmf_insert_pfn_prot() ---- */

/* None of them, whatever the pfn: the flags are those of a driver that is in order. */
static inline bool insert_pfn_flags_in_order(unsigned long vm_flags)
{
	return (vm_flags & VM_PFN_OR_MIXED) == VM_PFNMAP && !is_cow_mapping(vm_flags);
}

/* Any of them? Nothing is recorded. */
static inline bool insert_pfn_would_bug(const struct vm_area_struct *vma, unsigned long pfn)
{
	if (insert_pfn_flags_in_order(vma->vm_flags))
		return false;
	return (vma->vm_flags & VM_PFN_OR_MIXED) != VM_MIXEDMAP ||
	       sim_pfn_valid(vma->vm_mm->sim_machine, pfn);
}

static inline bool is_up(const struct vm_area_struct *vma)
{
	return vma->vm_mm->sim_mmu->plain.kind & SIM_PLAIN_UP;
}

static inline bool outside(const struct vm_area_struct *vma, unsigned long addr)
{
	return addr < vma->vm_start || addr >= vma->vm_end;
}

/* ---- plain pages ---- */

/* One that may be counted without another question: in use, and neither anonymous,
 * slab nor the zero page. */
static inline bool page_is_plain(const struct page *page)
{
	unsigned long flags = __atomic_load_n(&page->flags, __ATOMIC_RELAXED);

	return sim_page_refs(page) > 0 && !(flags & (1UL << PG_slab | 1UL << PG_sim_zero)) &&
	       !sim_page_is_anon(page);
}

/* sim_mm_counter() of a plain page. */
static inline int plain_page_counter(const struct page *page)
{
	return sim_page_test(page, PG_swapbacked) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

/* A reference and a mapcount, not counted as events. False: somebody has let the last
 * reference go meanwhile, which sim_page_get_dead() has to be told. */
static inline bool page_count_mapping(struct page *page, bool up)
{
	sim_add_int(up, &page->_mapcount.counter, 1);
	return likely(sim_add_int(up, &page->_refcount.counter, 1) > 0);
}

/* ---- plain insertion ---- */

static inline uint64_t plain_entry(const struct sim_plain_pte *plain, unsigned long pfn,
				   uint64_t prot)
{
	return prot | ((uint64_t)pfn << SIM_PLAIN_PFN_SHIFT & plain->pfn_mask);
}

/* Puts @e into an entry that is empty, for @page of @mm, or NULL: of nobody's. */
static inline __attribute__((always_inline)) bool
plain_fill(const struct sim_plain_pte *plain, struct mm_struct *mm, uint64_t *slot,
	   struct page *page, uint64_t e, const bool up)
{
	bool alive = true;

	if (unlikely(__atomic_load_n(slot, __ATOMIC_RELAXED) & plain->none_mask))
		return false;
	if (page) {
		sim_add_long(up, &mm->rss_stat[plain_page_counter(page)].counter, 1);
		alive = page_count_mapping(page, up);
	}
	__atomic_store_n(slot, e, __ATOMIC_RELEASE);
	if (unlikely(!alive))
		sim_page_get_dead(page);
	return true;
}

/* The same under the entry's lock, which a UP machine (@up) does without. */
static inline __attribute__((always_inline)) bool
plain_fill_locked(const struct sim_plain_pte *plain, struct mm_struct *mm,
		  struct sim_machine *machine, const struct plain_slot *at, struct page *page,
		  uint64_t e, bool up)
{
	spinlock_t *ptl;
	bool done;

	if (up)
		return plain_fill(plain, mm, at->slot, page, e, true);
	ptl = &sim_desc_at(machine, at->table)->ptl;
	if (unlikely(!sim_spin_try_acquire(false, ptl, SIM_RANK_PTL)))
		return false;
	done = plain_fill(plain, mm, at->slot, page, e, false);
	sim_spin_unlock(ptl, SIM_RANK_PTL);
	return done;
}

/* Is the machine quiet? A UP machine knows its only thread. */
static inline bool plain_quiet(const struct sim_machine *machine, bool up)
{
	return up ? machine->up_cpu != NULL : sim_is_quiet(machine);
}

/* => plain_quiet() */
static inline void plain_count(const struct sim_machine *machine, enum sim_compound compound,
			       bool up)
{
	sim_quiet_count(up ? machine->up_cpu : sim_thread.cpu, compound);
}

/* What has to hold of place and protection. */
static inline bool may_be_plain(const struct vm_area_struct *vma,
				const struct sim_plain_pte *plain, unsigned long addr,
				uint64_t prot)
{
	return !outside(vma, addr) && (prot & plain->upright);
}

/*
 * A special entry. False: it is no plain case. @typed, a constant: with memory types.
 * Those are asked for last, so that nobody asks twice but where the entry is not
 * to be had.
 */
static inline __attribute__((always_inline)) bool
insert_plain_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, uint64_t prot,
		 const bool typed, bool up)
{
	struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_mmu *mmu = mm->sim_mmu;
	const struct sim_plain_pte *plain = &mmu->plain;
	unsigned int locks = 0;
	struct plain_slot at;

	if (unlikely(!plain_quiet(machine, up) || !may_be_plain(vma, plain, addr, prot)) ||
	    unlikely(!walk_uniform_any(mm, machine, mmu, addr, &at)))
		return false;
	if (typed)
		locks = plain_memtype(machine, pfn, &prot);
	if (unlikely(!plain_fill_locked(plain, mm, machine, &at, NULL,
					plain_entry(plain, pfn, prot) | plain->special, up)))
		return false;
	plain_count(machine, typed ? SIM_CNT_INSERTED_TYPED : SIM_CNT_INSERTED, up);
	if (typed && unlikely(locks))
		sim_count_n(machine, SIM_CNT_LOCK, locks);
	return true;
}

/* A normal entry for @page, whose pfn is @pfn. False: it is no plain case. */
static inline __attribute__((always_inline)) bool
insert_plain_page(struct vm_area_struct *vma, unsigned long addr, struct page *page,
		  unsigned long pfn, uint64_t prot, bool up)
{
	struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_mmu *mmu = mm->sim_mmu;
	const struct sim_plain_pte *plain = &mmu->plain;
	struct plain_slot at;

	if (unlikely(!plain_quiet(machine, up) || !may_be_plain(vma, plain, addr, prot)) ||
	    unlikely(!page_is_plain(page)) ||
	    unlikely(!walk_uniform_any(mm, machine, mmu, addr, &at)) ||
	    unlikely(!plain_fill_locked(plain, mm, machine, &at, page,
					plain_entry(plain, pfn, prot), up)))
		return false;
	plain_count(machine, SIM_CNT_INSERTED_PAGE, up);
	return true;
}

/* ---- pages (insert/page.c) ---- */

/* May the zero page be mapped, as a special entry that is not counted? */
bool vm_mixed_zeropage_allowed(const struct vm_area_struct *vma);

/* One page, with every check. Models: mm/memory.c, insert_page, 5.11 to 6.12. */
int insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page, uint64_t prot);

/* ---- pfns or pages (insert/pfn.c) ---- */

/* Is an entry for it marked devmap? */
bool pfn_t_devmap(const struct sim_machine *machine, pfn_t pfn);
/* May it be inserted at all? */
bool vm_mixed_ok(const struct vm_area_struct *vma, pfn_t pfn);
/* As a page, counted from then on. */
vm_fault_t insert_counted(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t prot);

#endif
