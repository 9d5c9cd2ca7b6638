/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of this floor share.
 *
 *	grab.c		references and pins
 *	follow.c	one address of a vma to its page, under the table's lock
 *	slow.c		vmas, follow, fault, again
 *	calls.c		get_user_pages and its likes, on top of that
 *	populate.c	the same without pages, for mlock and the like
 *	fast.c		the lockless walk, and its fallback
 *	fault.c		fixup_user_fault
 *	access.c	access_process_vm
 *	bytes.c		moving bytes through pages that were got
 *	process_vm.c	process_vm_readv, process_vm_writev
 *	direct.c	direct I/O
 *	splice.c	vmsplice
 *
 * A page pointer may stand for an error, as in the kernel: NULL means that a
 * fault may help, is_err() that it will not.
 */
#ifndef SIM_GUP_INTERNAL_H
#define SIM_GUP_INTERNAL_H

#include <errno.h>

#include <ttmsim/gup.h>

#include "pte/pgtable.h"
#include "vma/call.h"

/* Flags of ours. Models: include/linux/mm.h, 6.1; FOLL_COW as in 5.11. */
#define FOLL_TRIED 0x800u	/* a fault asked to be tried again */
#define FOLL_COW 0x4000u	/* 5.11: a write fault has made the private copy */

/*
 * After so many faults on one page without progress a loop is ended that the
 * kernel would go on with until a fatal signal comes.
 */
#define SIM_GUP_MAX_TRIES 1000

#define SIM_GUP_FILE "mm/gup.c"

/* ---- errors as pages. Models: include/linux/err.h, 6.1 ---- */

static inline struct page *err_ptr(long err)
{
	return (struct page *)(intptr_t)err;
}

static inline long ptr_err(const struct page *page)
{
	return (long)(intptr_t)page;
}

static inline bool is_err(const struct page *page)
{
	return (uintptr_t)page >= (uintptr_t)-4095;
}

/* ---- pages and vmas ---- */

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

/* The vma at @addr, or NULL. Holds: mmap_lock.
 * Models: include/linux/mm.h, vma_lookup, 6.1. */
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

/* A signal ends a wait that made no progress. Models: a fatal one. */
static inline bool signal_pending(void)
{
	const struct task_struct *task = sim_current();

	return task && __atomic_load_n(&task->sim_signal_pending, __ATOMIC_RELAXED);
}

/* As much of the rest as lies in the page of @addr. */
static inline size_t in_page(const struct mm_struct *mm, unsigned long addr, size_t len)
{
	unsigned long size = mmu_page_size(mm->sim_mmu);
	unsigned long room = size - (addr & (size - 1));

	return len < room ? len : room;
}

/* Which way bytes go between the pages of a user and a buffer. */
struct transfer {
	void *to;		/* out of the pages; or NULL */
	const void *from;	/* into them; or NULL */
};

static inline void transfer_advance(struct transfer *t, size_t len)
{
	if (t->to)
		t->to = (char *)t->to + len;
	else
		t->from = (const char *)t->from + len;
}

/* ---- bytes.c ---- */

/*
 * Copies between the pages of [addr, addr + len) and the buffer, which moves on.
 * Returns 0; -ENOMEM, no memory for the bytes; -EIO, a page that GUP counted and
 * did not write down: a BUG, as the kernel takes what the array had in it.
 */
int transfer_pages(struct mm_struct *mm, unsigned long addr, struct page **pages, size_t len,
		   struct transfer *t);

/* ---- grab.c ---- */

/* Pins of the zero page are not counted, from 6.1's stable releases on. */
static inline bool pins_nothing(const struct page *page, unsigned int flags)
{
	return (flags & FOLL_PIN) && sim_page_test(page, PG_sim_zero) &&
	       sim_rule(sim_machine_of(page), SIM_RULE_GUP_ZERO_PAGE_UNPINNED);
}

static inline int nr_references(int refs, unsigned int flags)
{
	return flags & FOLL_PIN ? refs * GUP_PIN_COUNTING_BIAS : refs;
}

/*
 * Take @refs references (FOLL_GET) or pins (FOLL_PIN) where the page may be
 * free. False: it is.
 * Models: mm/gup.c, try_grab_folio (6.12: try_grab_folio_fast).
 */
bool try_grab_folio(struct page *page, int refs, unsigned int flags);

/*
 * The same where an entry under lock says that the page is in use; without
 * FOLL_GET and FOLL_PIN nothing is taken. False: it has no reference, a WARN; up to
 * 5.14 only where one is taken.
 * Models: mm/gup.c, try_grab_page (6.12: try_grab_folio).
 */
static inline bool try_grab_page(struct page *page, int refs, unsigned int flags)
{
	bool takes = flags & (FOLL_GET | FOLL_PIN);
	struct sim_machine *machine = sim_machine_of(page);

	if (!takes && !sim_rule(machine, SIM_RULE_GUP_ALWAYS_CHECKS_REFCOUNT))
		return true;
	if (SIM_WARN_ON(machine, SIM_GUP_FILE, sim_page_refs(page) <= 0))
		return false;
	if (takes && !pins_nothing(page, flags))
		sim_get_page(page, nr_references(refs, flags));
	return true;
}

/* Models: mm/gup.c, gup_put_folio, 6.1. */
void gup_put_folio(struct page *page, int refs, unsigned int flags);

/* Could gup_must_unshare() say so of any page? */
static inline bool may_unshare(const struct sim_machine *machine, unsigned int flags)
{
	return (flags & (FOLL_WRITE | FOLL_PIN)) == FOLL_PIN &&
	       sim_rule(machine, SIM_RULE_ANON_EXCLUSIVE);
}

/*
 * Must a read-only entry's page be copied before it is pinned? @vma NULL: in
 * the lockless walk.
 * Models: include/linux/mm.h, gup_must_unshare, 6.1; mm/internal.h, 6.12.
 */
bool gup_must_unshare(const struct vm_area_struct *vma, unsigned int flags,
		      const struct page *page);

/* From now on fork copies what may be pinned. Models: mm_set_has_pinned_flag, 6.1. */
void mm_set_has_pinned(struct mm_struct *mm);

/* ---- follow.c ---- */

/* Looks at addresses of one vma, with what they have in common. */
struct follow {
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct sim_cpu *cpu;
	unsigned int flags;
	bool unshares;			/* gup_must_unshare() is to be asked */
	bool dirties;			/* pages are to be marked dirty */

	/* usual pages */
	bool straight;			/* is there such a thing? */
	bool up;			/* a UP machine */
	struct sim_pte_alt passes;	/* mmu->gup_passes, and the pfn of such ptes: */
	uint64_t pfn_mask;
	unsigned int pfn_shift;
	unsigned long zero_pfn;
	struct sim_ram ram;
	int refs;			/* what a page is grabbed by */

	/* of the address that was looked at last */
	unsigned long addr;
	unsigned long page_mask;	/* pages of the leaf it lies in, minus one */
};

/*
 * To be called again after a fault, which may have changed the vma.
 * Holds: mmap_lock for reading, as long as @f is used.
 */
void follow_begin(struct follow *f, struct vm_area_struct *vma, unsigned int flags);

/*
 * The page at @addr, grabbed as the flags say.
 * Returns: the page; NULL, a fault may help; or the error
 *   -EFAULT, FOLL_DUMP and nothing worth dumping, or a special entry (5.11);
 *   -EEXIST, a special entry;
 *   -EMLINK, the page must be unshared first;
 *   -ENOMEM, the page has no reference to add to;
 *   -EINVAL, FOLL_GET and FOLL_PIN.
 * Models: mm/gup.c, follow_page_mask, 5.11 to 6.12.
 */
struct page *follow_page_mask(struct follow *f, unsigned long addr);

/*
 * The same for @nr addresses from @addr on, up to the first of which more is to be
 * asked than most ptes need: follow_page_mask() does.
 * Returns: how many, each with a walk, the table's lock and a reference of its own.
 */
unsigned long follow_usual_pages(const struct follow *f, unsigned long addr,
				 unsigned long nr, struct page **pages);

/* ---- fast.c ---- */

/*
 * Where debug builds let a test be the other thread: called, unless NULL, when
 * the lockless walk has taken a reference and not yet read the entry again.
 */
#if SIM_ASSERT_LEVEL >= 1
extern void (*gup_fast_race)(struct page *page);
#endif

/* ---- slow.c ---- */

/* One walk. start and the arrays move on with it. */
struct gup {
	struct mm_struct *mm;
	unsigned long start;		/* the address to get next */
	unsigned long nr_pages;		/* still to get */
	unsigned int flags;
	struct page **pages;		/* or NULL */
	struct vm_area_struct **vmas;	/* or NULL */
	int *locked;			/* NULL: mmap_lock must be kept */
};

/*
 * The pages, and mmap_lock as g->locked says. Holds: mmap_lock for reading.
 * From 6.12 on no page at all is a WARN and -EFAULT, unless FOLL_NOWAIT was said.
 * Models: mm/gup.c, __get_user_pages_locked, 5.11 to 6.12.
 */
long __get_user_pages_locked(struct gup *g);

/* 0, or why the vma refuses. Models: mm/gup.c, check_vma_flags, 5.11 to 6.12. */
int check_vma_flags(const struct vm_area_struct *vma, unsigned int gup_flags);

/*
 * The walk, where nobody wants the pages. Holds: mmap_lock; @locked as in
 * struct sim_gup_ops. Models: mm/gup.c, __get_user_pages, 5.11 to 6.12.
 */
long gup_without_pages(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
		       unsigned int gup_flags, int *locked);

/* 0 where the fault result is no error.
 * Models: include/linux/mm.h, vm_fault_to_errno, 6.1; without HWPOISON. */
int vm_fault_to_errno(vm_fault_t vm_fault);

/* ---- calls.c ---- */

/*
 * What the lockless walk leaves to do; takes mmap_lock itself. Up to 6.1 a
 * long-term pin keeps it, so no fault may drop it.
 * Models: mm/gup.c, __gup_longterm_unlocked, 5.11 to 6.1, and the end of
 * gup_fast_fallback, 6.12.
 */
long gup_longterm_unlocked(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages);

#endif
