/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pgtable.h - what the page-table floor offers to the floors above it, besides
 * the kernel-named functions of <ttmsim/pte.h>.
 *
 * Holds: mmap_lock for writing where not said otherwise. Ranges are
 * page-aligned bytes, end exclusive.
 */
#ifndef SIM_PTE_PGTABLE_H
#define SIM_PTE_PGTABLE_H

#include "phys/refs.h"
#include "pte/mmu.h"

struct mmu_gather;

/* ---- tables (tables.c) ---- */

/* Allocate the top table: 0 or -ENOMEM. */
int sim_pgd_alloc(struct mm_struct *mm);
/* Free it; every other table must be gone. */
void sim_pgd_free(struct mm_struct *mm);

/*
 * Free the tables that serve only [floor, ceiling), of which [start, end) was
 * zapped; ceiling 0 = the end of user space. After a TLB flush, which is a grace
 * period where other threads may walk (machine->threaded).
 * Models: mm/memory.c, free_pgtables, 6.1.
 */
void sim_free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end,
		     unsigned long floor, unsigned long ceiling);

/* ---- walks (walk.c) ---- */

/*
 * Walk to the slot that decides about @addr: a leaf, or the first empty entry.
 * *@level says where it lies. Takes no lock. Counts one SIM_CNT_WALK.
 * Unless mmap_lock is held for writing, an empty entry of a level > 0 may have
 * got a table by the time it is read again.
 */
void *sim_walk(struct mm_struct *mm, unsigned long addr, int *level);

/*
 * The slot of @addr at @level, with tables made as needed.
 * NULL: -ENOMEM in *@err, or -EBUSY where a leaf of a higher level is in the way.
 * Holds: mmap_lock for reading.
 */
void *sim_walk_alloc(struct mm_struct *mm, unsigned long addr, int level, int *err);

/* The lock of the table that @slot lies in. */
static inline spinlock_t *sim_ptl(const struct sim_mmu *mmu, int level, const void *slot)
{
	uintptr_t table = (uintptr_t)slot & ~((1UL << mmu->level[level].table_lg2) - 1);

	return &sim_desc_of((const void *)table)->ptl;
}

/* Store an entry under its lock: counters, event. @addr is the address it maps. */
static inline void sim_set_entry(struct mm_struct *mm, int level, void *slot,
				 unsigned long addr, uint64_t e)
{
	sim_count(mm->sim_machine, SIM_CNT_PTE_WRITE);
	mmu_write(mm->sim_mmu, level, slot, e);
	sim_event(mm->sim_machine, SIM_EV_PTE, addr, e, NULL);
}

static inline uint64_t sim_get_entry(struct mm_struct *mm, int level, const void *slot)
{
	sim_count(mm->sim_machine, SIM_CNT_PTE_READ);
	return mmu_read(mm->sim_mmu, level, slot);
}

/* ---- zap (zap.c), copy (copy.c), protect (protect.c), move (move.c) ---- */

struct sim_zap {
	bool even_cows;		/* drop private anonymous copies too */
	/* with !even_cows: the file that is unmapped, or NULL. Releases with
	 * SIM_RULE_ZAP_CHECKS_MAPPING keep every normal page of another one. */
	const struct address_space *check_mapping;
};

/*
 * Drop the leaves of [start, end) of a vma. Huge leaves that stick out are
 * split (dropped whole: they refault). The memory-type tracking of a VM_PFNMAP
 * vma ends with any zap. Holds: mmap_lock, or i_mmap_rwsem.
 * Models: mm/memory.c, zap_pte_range and unmap_page_range, 5.11 to 6.12.
 */
void sim_zap_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   const struct sim_zap *zap);

/*
 * Drop all leaves of a vma that goes. Pages wait in @tlb, but for those for which
 * there was no room. Holds: mmap_lock.
 * Models: mm/memory.c, unmap_single_vma, 5.11 to 6.12.
 */
void sim_unmap_vma(struct mmu_gather *tlb, struct vm_area_struct *vma);

/*
 * Copy the entries of a vma at fork. Both mmap_locks held for writing.
 * Returns 0, -ENOMEM, or -EINVAL where memory-type tracking refuses.
 * Models: mm/memory.c, copy_page_range and vma_needs_copy, 5.11 to 6.12.
 */
int copy_page_range(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);

/*
 * Give the present entries of [start, end) the protection of vma->vm_page_prot,
 * already that of the new flags. @try_writable: entries may be made writable at
 * once where that needs no fault.
 * Models: mm/mprotect.c, change_protection, 5.11 to 6.12.
 */
void sim_change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   bool try_writable);

/*
 * Are all pfns of the range allowed with no access at all (L1TF)? 0 or -EACCES.
 * Models: mm/mprotect.c, prot_none_walk, 6.1.
 */
int sim_prot_none_allowed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  pgprot_t newprot);

/*
 * Waits for PG_locked, and lets it go. False after a BUG: nobody is there to unlock it.
 * Models: include/linux/pagemap.h, lock_page, 6.1.
 */
bool page_lock_or_bug(struct page *page);
void page_unlock(struct page *page);

/*
 * The entry at @addr, if it maps @page: no longer writable nor dirty. Was it?
 * Holds: i_mmap of the file, as the vma is found by that.
 * Models: mm/rmap.c, page_mkclean_one (6.1: page_vma_mkclean_one), 5.11 to 6.12.
 */
bool sim_clean_entry(struct vm_area_struct *vma, unsigned long addr, const struct page *page);

/*
 * Move entries to another address, intact. Returns the bytes moved: less than
 * @len where a table could not be had.
 * Models: mm/mremap.c, move_page_tables, 6.1.
 */
unsigned long sim_move_tables(struct vm_area_struct *vma, unsigned long old_addr,
			      struct vm_area_struct *new_vma, unsigned long new_addr,
			      unsigned long len);

/* Makes an entry of level 0 old, and with @clean clean: true where it was not; the flush
 * is the caller's. Holds: the lock of its table. */
bool sim_make_old(struct mm_struct *mm, unsigned long addr, void *slot, bool clean);
void sim_flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);

/* ---- protections (prot.c) ---- */

/* vma->vm_page_prot from vm_flags, as the kernel does after mmap and mprotect.
 * Models: mm/mmap.c, vma_set_page_prot and vma_wants_writenotify, 6.1. */
void vma_set_page_prot(struct vm_area_struct *vma);
bool vma_wants_writenotify(struct vm_area_struct *vma, pgprot_t vm_page_prot);
/* protection_map of an explicit machine. */
pgprot_t sim_vm_page_prot(const struct sim_mmu *mmu, unsigned long vm_flags);

/* ---- user access (access.c) ---- */

/*
 * Does the MMU let a user access through? On success *@pfn is the page, and the
 * entry has been marked young, dirty as hardware does.
 * Returns 0, or -EFAULT: a fault is to be taken.
 * Takes no lock. Where other threads use the machine, the caller is inside
 * rcu_read_lock(), and moves the bytes before it leaves: tables are freed, and
 * the TLB counts as flushed, only when every such section has ended.
 */
int sim_mmu_access(struct mm_struct *mm, unsigned long addr, bool write, unsigned long *pfn);

/*
 * One access after the other to the pages of [addr, end), page-aligned and in
 * user space, until the first that is not let through, where no memory answers,
 * or that another table decides about. Returns its address. As sim_mmu_access()
 * otherwise.
 */
unsigned long sim_mmu_touch(struct mm_struct *mm, unsigned long addr, unsigned long end,
			    bool write);

/* ---- normal pages with an explicit level (normal_page.c) ---- */

struct page *sim_normal_page(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
			     int level);
/* The same, but tells nobody of an entry that is in error. */
struct page *sim_normal_page_quietly(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
				     int level);
/* Would that be a page? */
bool sim_is_normal_entry(struct vm_area_struct *vma, unsigned long addr, uint64_t e, int level);

/* ---- memory types (memtype.c) ---- */

int sim_memtype_init(struct sim_machine *machine);
void sim_memtype_exit(struct sim_machine *machine);
/* Replaces the memory type in @prot by the pfn's own. No-op without PAT. */
void sim_track_pfn_insert(struct sim_machine *machine, uint64_t *prot, unsigned long pfn);
/* Models: arch/x86/mm/pat/memtype.c, track_pfn_remap, track_pfn_copy,
 * untrack_pfn_copy, untrack_pfn, 5.11 to 6.12. On return dst_vma has VM_PAT
 * exactly where it got a reservation of its own; sim_untrack_pfn_copy() ends
 * that one when the copy fails later on. */
int sim_track_pfn_remap(struct vm_area_struct *vma, pgprot_t *prot, unsigned long pfn,
			unsigned long addr, unsigned long size);
int sim_track_pfn_copy(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);
void sim_untrack_pfn_copy(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma);
void sim_untrack_pfn(struct vm_area_struct *vma);
bool sim_pfn_modify_allowed(struct sim_machine *machine, unsigned long pfn, uint64_t prot);

/* ---- anonymous pages (anon.c) ---- */

/* vma->anon_vma made if missing: 0 or -ENOMEM. Holds: mmap_lock for reading.
 * Models: mm/rmap.c, anon_vma_prepare, 6.1; without the chains. */
int sim_anon_vma_prepare(struct vm_area_struct *vma);
void sim_anon_vma_get(struct anon_vma *anon_vma);	/* one more vma uses it */
void sim_anon_vma_put(struct anon_vma *anon_vma);	/* NULL is ignored */

#define PAGE_MAPPING_ANON 1UL

/* Models: include/linux/page-flags.h, PageAnon, 5.11 to 6.12. */
static inline bool sim_page_is_anon(const struct page *page)
{
	return (uintptr_t)__atomic_load_n(&page->mapping, __ATOMIC_ACQUIRE) & PAGE_MAPPING_ANON;
}

static inline void sim_rss_add(struct mm_struct *mm, int member, long n)
{
	sim_add_long(mm->sim_machine->up, &mm->rss_stat[member].counter, n);
}

/* Which rss counter a normal page belongs to.
 * Models: include/linux/mm.h, mm_counter, 5.11 to 6.12. */
static inline int sim_mm_counter(const struct page *page)
{
	if (sim_page_is_anon(page))
		return MM_ANONPAGES;
	return sim_page_test(page, PG_swapbacked) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

/*
 * mmap_lock, for the call @by. 0, or -EDEADLK, told, where the thread would wait for
 * itself: @by returns at once.
 */
static inline int sim_mmap_read_lock(struct mm_struct *mm, const char *by)
{
	return sim_read_lock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, by);
}

static inline int sim_mmap_write_lock(struct mm_struct *mm, const char *by)
{
	return sim_write_lock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, by);
}

/* Would @by, which takes mmap_lock many times, wait for itself? Told. */
static inline bool sim_mmap_is_own(struct mm_struct *mm, const char *by)
{
	return sim_held_find(&mm->mmap_lock) &&
	       sim_lock_check(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, true, by);
}

static inline bool sim_mmap_unlock(struct mm_struct *mm)
{
	return sim_rw_unlock(&mm->mmap_lock, SIM_RANK_MMAP);
}

/*
 * Could anyone take mmap_lock for reading? Not while somebody holds it for writing,
 * which is how the kernel asks whether its caller does.
 */
static inline bool sim_mmap_may_be_read(struct mm_struct *mm)
{
	if (!sim_read_trylock(mm->sim_machine, &mm->mmap_lock, SIM_RANK_MMAP, __func__))
		return false;
	sim_mmap_unlock(mm);
	return true;
}

/* vm_flags are about to change: SIM_WARN where that needs mmap_lock for writing and
 * nobody has it (driver.c). */
void sim_vma_start_write(struct vm_area_struct *vma);

#endif
