/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * internal.h - what the files of this floor share.
 *
 * mmap_lock of the mm is held for writing unless a line says otherwise.
 * Addresses are page-aligned bytes, ranges exclude their end.
 *
 * Failure: what an operation may have to allocate is allocated before it
 * changes anything (struct vma_spares), so that -ENOMEM leaves the address
 * space as it was. The kernel allocates as it goes and may leave vmas split.
 */
#ifndef SIM_VMA_INTERNAL_H
#define SIM_VMA_INTERNAL_H

#include <errno.h>

#include <ttmsim/vma.h>

#include "pte/pgtable.h"
#include "vma/call.h"

/* ---- pages ---- */

static inline unsigned long page_size(const struct mm_struct *mm)
{
	return mmu_page_size(mm->sim_mmu);
}

static inline bool page_aligned(const struct mm_struct *mm, unsigned long addr)
{
	return !(addr & (page_size(mm) - 1));
}

/* Rounds up; 0 where that wraps. */
static inline unsigned long page_align(const struct mm_struct *mm, unsigned long len)
{
	return (len + page_size(mm) - 1) & ~(page_size(mm) - 1);
}

static inline unsigned long to_pages(const struct mm_struct *mm, unsigned long bytes)
{
	return bytes >> mm->sim_mmu->page_shift;
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return to_pages(vma->vm_mm, vma->vm_end - vma->vm_start);
}

/* The file page at @addr; @addr may be below the vma. */
static inline pgoff_t linear_page_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + to_pages(vma->vm_mm, addr) - to_pages(vma->vm_mm, vma->vm_start);
}

/* The kernel's is one for all address spaces, as here for those of a machine.
 * Models: mm/mmap.c, sysctl_max_map_count, 6.1. */
static inline int max_map_count(const struct mm_struct *mm)
{
	return __atomic_load_n(&mm->sim_machine->max_map_count, __ATOMIC_RELAXED);
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

/* ---- assertions ---- */

static inline bool mmap_write_held(const struct mm_struct *mm)
{
	return sim_rank_held(SIM_RANK_MMAP, &mm->mmap_lock);
}

static inline bool i_mmap_held(const struct file *file)
{
	return !file || sim_rank_held(SIM_RANK_I_MMAP, &file->f_mapping->i_mmap_rwsem);
}

/* Is it a range of its address space? */
static inline bool vma_is_valid(const struct vm_area_struct *vma)
{
	return vma->vm_start < vma->vm_end && vma->vm_end <= vma->vm_mm->task_size &&
	       page_aligned(vma->vm_mm, vma->vm_start | vma->vm_end);
}

/* ---- vma_tree.c ---- */

/* Room for @nr more vmas: 0 or -ENOMEM. vma_tree_insert() cannot fail where it
 * was reserved since the last vma_tree_trim(). */
int vma_tree_reserve(struct mm_struct *mm, unsigned int nr);
/* Gives back what the vmas that there are do not need. */
void vma_tree_trim(struct mm_struct *mm);
void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_tree_remove(struct mm_struct *mm, struct vm_area_struct *vma);
/* vm_start or vm_end of a vma in the tree has changed; it still has bytes that it had. */
void vma_tree_resized(struct vm_area_struct *vma);
/* As find_vma(); *@prev is the vma before it, or the last one, or NULL. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
/* The first vma that has a byte in [start, end), or NULL. */
SIM_API struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
						     unsigned long end);
/* The vma at @addr, or NULL. */
SIM_API struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);
/* A hole of @len bytes in [low, high): the highest one, or the lowest.
 * Returns its address, or 0. */
unsigned long vma_tree_highest_hole(struct mm_struct *mm, unsigned long len, unsigned long low,
				    unsigned long high);
unsigned long vma_tree_lowest_hole(struct mm_struct *mm, unsigned long len, unsigned long low,
				   unsigned long high);
/* Does every entry say what lies below it, and is there room enough? */
bool vma_tree_is_valid(struct mm_struct *mm);
/* The same after each change, unless the tree is large. */
static inline bool small_vma_tree_is_valid(struct mm_struct *mm)
{
	return mm->map_count > 64 || vma_tree_is_valid(mm);
}

/* ---- unmapped.c ---- */

/*
 * Where a mapping goes: @addr exactly with MAP_FIXED, as a hint without.
 * Returns the address or -errno.
 * Models: mm/mmap.c, get_unmapped_area and generic_get_unmapped_area_topdown, 6.1.
 */
long get_unmapped_area(struct mm_struct *mm, struct file *file, unsigned long addr,
		       unsigned long len, unsigned long pgoff, unsigned long flags);

/* ---- vma.c ---- */

/* Enough for mremap(): two ends each of the target, of a tail and of the source,
 * and the copy. */
#define SIM_VMA_SPARES 7

struct vma_spares {
	struct mm_struct *mm;
	struct vm_area_struct *vma[SIM_VMA_SPARES];
	unsigned int nr;
};

/* @nr vmas, and room for them in the tree: 0 or -ENOMEM, and then there are none. */
int vma_spares_get(struct mm_struct *mm, struct vma_spares *spares, unsigned int nr);
/* Frees what was not used. To be called after each vma_spares_get(). */
void vma_spares_put(struct vma_spares *spares);
/* How many vmas are cut by the ends of a range. */
unsigned int vma_cuts(struct mm_struct *mm, unsigned long start, unsigned long end);

/* A fresh vma of @mm out of the spares. */
struct vm_area_struct *vm_area_take(struct mm_struct *mm, struct vma_spares *spares);
/* The same as a copy of @orig, in no tree, without references of its own. */
struct vm_area_struct *vm_area_dup(struct vm_area_struct *orig, struct mm_struct *mm,
				   struct vma_spares *spares);
void vm_area_free(struct vm_area_struct *vma);
/* Takes the references that a copy needs: file and anon_vma. */
void vma_get_refs(struct vm_area_struct *vma);
void vma_put_refs(struct vm_area_struct *vma);
void vma_open(struct vm_area_struct *vma);
void vma_close(struct vm_area_struct *vma);
/* Into the tree and its file's i_mmap, counted in map_count. */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma);
/* Models: mm/mmap.c, vm_stat_account, 6.1. */
void vm_stat_account(struct mm_struct *mm, unsigned long flags, long npages);

/* ---- rmap.c ---- */

/*
 * No shared mapping of this page of a file lets a store through any more. Did one?
 * Models: mm/rmap.c, page_mkclean (6.1: folio_mkclean), 5.11 to 6.12.
 */
bool page_mkclean(struct page *page);

void i_mmap_lock_write(struct file *file);	/* NULL is ignored, here and below */
void i_mmap_unlock_write(struct file *file);
void i_mmap_insert_locked(struct vm_area_struct *vma);
void i_mmap_remove_locked(struct vm_area_struct *vma);
void i_mmap_insert(struct vm_area_struct *vma);
void i_mmap_remove(struct vm_area_struct *vma);
/* Do a vma and those above it in the tree know what lies below them? */
bool i_mmap_path_is_valid(const struct vm_area_struct *vma);
bool i_mmap_contains(struct vm_area_struct *vma);
/* Other vm_flags for a vma in the tree: whoever zaps by the reverse map reads them
 * without mmap_lock. */
void vma_set_flags(struct vm_area_struct *vma, unsigned long flags);
/* A vma in the tree gets another range: key in i_mmap and in the tree are kept
 * right. Holds: i_mmap_lock_write() of its file. */
void vma_set_range_locked(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  pgoff_t pgoff);

/* ---- merge.c ---- */

/* A range that is about to have these properties, and what lies beside it. */
struct vma_merge {
	struct mm_struct *mm;
	struct vm_area_struct *prev, *next;	/* neighbours, NULL for none; need not touch */
	struct vm_area_struct *mid;	/* what is there now; NULL: a hole */
	unsigned long start, end;
	unsigned long flags;
	struct anon_vma *anon_vma;
	struct file *file;
	pgoff_t pgoff;
};

/*
 * Grows a neighbour over the range. Returns the vma that now covers it, with
 * the flags that it had; NULL where none can.
 * Models: mm/mmap.c, vma_merge, 5.11 to 6.6; mm/vma.c, vma_merge_new_range and
 * vma_merge_existing_range, 6.12.
 */
struct vm_area_struct *vma_merge(struct vma_merge *merge);
/* The same for mmap(), which has an order of its own in some releases.
 * Models: mm/mmap.c, mmap_region, 5.11 to 6.12. */
struct vm_area_struct *vma_merge_mmap(struct vma_merge *merge);

/* ---- split.c ---- */

/*
 * Cuts a vma at @addr. With @new_below the new vma is the lower part.
 * Returns 0, -ENOMEM (too many mappings), what ->may_split returned.
 * Models: mm/mmap.c, __split_vma and split_vma, 6.1.
 */
int __split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below,
		struct vma_spares *spares);
int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below,
	      struct vma_spares *spares);
/*
 * Makes [start, end) of *@vma a vma of its own that may get @flags: merges it,
 * or splits it off. *@vma is then the vma that covers the range.
 * Models: mm/vma.c, vma_modify, 6.12; the same steps in each caller of 6.1.
 */
int vma_modify_flags(struct vm_area_struct **vma, unsigned long start, unsigned long end,
		     unsigned long flags, struct vma_spares *spares);
/*
 * Calls @fn for each vma's part of [start, end), which must have no hole.
 * @fn leaves the vma that covers its part in *@vma. Returns 0, -ENOMEM at a
 * hole, what @fn returned.
 */
typedef int (*vma_range_fn)(struct vm_area_struct **vma, unsigned long start, unsigned long end,
			    void *data);
int vma_for_range(struct mm_struct *mm, unsigned long start, unsigned long end, vma_range_fn fn,
		  void *data);

/* ---- munmap.c ---- */

/* Models: mm/mmap.c, do_munmap, 6.1. Returns 0, -EINVAL, -ENOMEM. */
int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len,
	      struct vma_spares *spares);
/* Drops entries and tables of a vma that is in no tree. Models: mm/mmap.c,
 * unmap_region, 6.1. */
void unmap_region(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev,
		  struct vm_area_struct *next);

/* ---- mm.c, exit.c, fork.c ---- */

struct mm_struct *mm_alloc(struct sim_machine *machine);
/* Models: mm/mmap.c, exit_mmap, 6.1. */
void exit_mmap(struct mm_struct *mm);
/* A new address space with copies of the mappings; NULL, for whatever reason. */
struct mm_struct *dup_mm(struct mm_struct *oldmm);

/* ---- task.c ---- */

/* A live object, but no task yet: it is to be begun. NULL: no memory. */
struct task_struct *sim_task_alloc(struct sim_machine *machine, const char *name);
/* A task of the machine, with a user of @mm. */
void sim_task_begin(struct task_struct *task, struct mm_struct *mm);

/* ---- populate.c ---- */

/*
 * Faults in what is not there yet. Takes mmap_lock for reading. Returns 0 or
 * the error of the first page that cannot be had; with @ignore_errors 0.
 * Models: mm/gup.c, __mm_populate, 6.1.
 */
int mm_populate(struct mm_struct *mm, unsigned long start, unsigned long len, bool ignore_errors);
/* MADV_POPULATE_READ and _WRITE. Models: mm/madvise.c, madvise_populate, 5.14 to 6.12. */
int madvise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write);
/* Inside mprotect, with mmap_lock held for writing throughout; errors are lost. */
void populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/* ---- leaf.c ---- */

/* An entry of a vma, with the lock of its table held. */
struct vma_leaf {
	struct vm_area_struct *vma;
	unsigned long addr;	/* as it was asked about */
	int level;
	void *slot;
	uint64_t e;
	spinlock_t *ptl;
};

/* Takes the lock; is it a leaf, and present? mmap_lock is held for reading at least. */
bool vma_leaf_lock(struct vm_area_struct *vma, unsigned long addr, struct vma_leaf *leaf);
void vma_leaf_unlock(const struct vma_leaf *leaf);
/* The first address behind the leaf, or the hole. */
unsigned long vma_leaf_end(const struct vma_leaf *leaf);
/* The page at the address: its pfn, and the struct page where mm counts it. */
unsigned long vma_leaf_pfn(const struct vma_leaf *leaf);
struct page *vma_leaf_page(const struct vma_leaf *leaf);

/* ---- file.c, page_cache.c ---- */

extern const struct vm_operations_struct sim_shmem_vm_ops;

/* The file behind a shared anonymous mapping. NULL: no memory.
 * Models: mm/shmem.c, shmem_zero_setup, 6.1. */
struct file *sim_shmem_file_create(struct sim_machine *machine, unsigned long nr_pages);

/* The page of a file, made where missing, with a reference for the caller.
 * NULL: no memory. Takes the mapping's page lock. */
struct page *sim_page_cache_get(struct address_space *mapping, pgoff_t pgoff);
/* Is the page there? Takes the mapping's page lock. */
bool sim_page_cache_has(struct address_space *mapping, pgoff_t pgoff);
/* Drops the pages [first, first + nr): who has a reference keeps a page of no file. */
void sim_page_cache_remove(struct address_space *mapping, pgoff_t first, unsigned long nr);
/* Drops every page: for a mapping without users. */
void sim_page_cache_free(struct address_space *mapping);

#endif
