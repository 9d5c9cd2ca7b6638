/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rmap.c - the reverse map of a file: from its pages to the vmas that show
 * them, and unmap_mapping_range() on it.
 *
 * The key of a vma is the run of file pages that it shows. Where its range
 * changes, its key does: both change under i_mmap_rwsem, held for writing. A
 * vma leaves before its tables are freed; so whoever holds the lock for reading
 * finds only vmas whose tables are there, without holding mmap_lock.
 *
 * Entries that change their place (fork copies them to the child, mremap moves
 * them) could slip past a walk that has seen the target and not yet the source.
 * The kernel orders the tree so that targets come later (interval_tree.c,
 * vma_interval_tree_insert_after) or takes the lock (mremap.c,
 * take_rmap_locks); here the lock is held for writing in both cases.
 */
#include "vma/internal.h"

static pgoff_t last_pgoff(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

#define SIM_INTERVAL_NAME rmap
#define SIM_INTERVAL_TYPE vm_area_struct
#define SIM_INTERVAL_LINK sim_i_mmap
#define SIM_INTERVAL_SUBTREE sim_i_mmap_last
#define SIM_INTERVAL_START(vma) ((vma)->vm_pgoff)
#define SIM_INTERVAL_LAST(vma) last_pgoff(vma)
#include "base/interval.h"

void i_mmap_lock_write(struct file *file)
{
	struct rw_semaphore *lock;

	if (!file)
		return;
	lock = &file->f_mapping->i_mmap_rwsem;
	if (sim_write_lock(file->sim_machine, lock, SIM_RANK_I_MMAP, __func__))
		sim_lock_pretend(lock, SIM_RANK_I_MMAP, __func__);
}

void i_mmap_unlock_write(struct file *file)
{
	if (file)
		sim_rw_unlock(&file->f_mapping->i_mmap_rwsem, SIM_RANK_I_MMAP);
}

bool i_mmap_path_is_valid(const struct vm_area_struct *vma)
{
	if (__atomic_load_n(&vma->vm_mm->sim_machine->rmap_disordered, __ATOMIC_RELAXED))
		return true;
	for (; vma; vma = vma->sim_i_mmap.rbe_parent) {
		const struct vm_area_struct *left = vma->sim_i_mmap.rbe_left;
		const struct vm_area_struct *right = vma->sim_i_mmap.rbe_right;
		pgoff_t last = last_pgoff(vma);

		if ((left && left->vm_pgoff > vma->vm_pgoff) ||
		    (right && right->vm_pgoff < vma->vm_pgoff))
			return false;
		if (left && left->sim_i_mmap_last > last)
			last = left->sim_i_mmap_last;
		if (right && right->sim_i_mmap_last > last)
			last = right->sim_i_mmap_last;
		if (vma->sim_i_mmap_last != last)
			return false;
	}
	return true;
}

void i_mmap_insert_locked(struct vm_area_struct *vma)
{
	sim_assert(i_mmap_held(vma->vm_file) && vma_is_valid(vma));
	if (!vma->vm_file)
		return;
	sim_assert(__atomic_load_n(&vma->vm_file->f_count.counter, __ATOMIC_RELAXED) > 0);
	rmap_insert(&vma->vm_file->f_mapping->i_mmap.rbh_root, vma);
	sim_assert_expensive(i_mmap_path_is_valid(vma));
}

void i_mmap_remove_locked(struct vm_area_struct *vma)
{
	sim_assert(i_mmap_held(vma->vm_file));
	sim_assert_expensive(!vma->vm_file || i_mmap_path_is_valid(vma));
	if (!vma->vm_file)
		return;
	rmap_remove(&vma->vm_file->f_mapping->i_mmap.rbh_root, vma);
	vma->sim_i_mmap.rbe_parent = NULL; /* i_mmap_contains() goes up from it */
}

void i_mmap_insert(struct vm_area_struct *vma)
{
	i_mmap_lock_write(vma->vm_file);
	i_mmap_insert_locked(vma);
	i_mmap_unlock_write(vma->vm_file);
}

void i_mmap_remove(struct vm_area_struct *vma)
{
	i_mmap_lock_write(vma->vm_file);
	i_mmap_remove_locked(vma);
	i_mmap_unlock_write(vma->vm_file);
}

void vma_set_flags(struct vm_area_struct *vma, unsigned long flags)
{
	sim_assert(mmap_write_held(vma->vm_mm));
	i_mmap_lock_write(vma->vm_file);
	vma->vm_flags = flags;
	i_mmap_unlock_write(vma->vm_file);
}

void vma_set_range_locked(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  pgoff_t pgoff)
{
	i_mmap_remove_locked(vma);
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
	i_mmap_insert_locked(vma);
	sim_assert(mmap_write_held(vma->vm_mm));
	vma_tree_resized(vma);
}

/* ---- walks ---- */

bool i_mmap_contains(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	const struct vm_area_struct *at = vma, *parent;

	if (sim_read_lock(mapping->sim_machine, &mapping->i_mmap_rwsem, SIM_RANK_I_MMAP, __func__))
		return true;
	while ((parent = at->sim_i_mmap.rbe_parent) &&
	       (parent->sim_i_mmap.rbe_left == at || parent->sim_i_mmap.rbe_right == at))
		at = parent;
	sim_rw_unlock(&mapping->i_mmap_rwsem, SIM_RANK_I_MMAP);
	return at == mapping->i_mmap.rbh_root;
}

/* Models: mm/memory.c, unmap_mapping_range_tree, 6.1. */
static void unmap_vma(struct vm_area_struct *vma, pgoff_t first, pgoff_t last,
		      const struct sim_zap *zap)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;

	if (first < vma->vm_pgoff)
		first = vma->vm_pgoff;
	if (last > last_pgoff(vma))
		last = last_pgoff(vma);
	sim_assert(first <= last && vma_is_valid(vma));
	sim_zap_range(vma, vma->vm_start + ((first - vma->vm_pgoff) << shift),
		      vma->vm_start + ((last - vma->vm_pgoff + 1) << shift), zap);
}

void unmap_mapping_range(struct address_space *mapping, int64_t holebegin, int64_t holelen,
			 int even_cows)
{
	struct sim_machine *machine = mapping->sim_machine;
	unsigned int shift = machine->mmu->page_shift;
	struct sim_zap zap = { .even_cows = even_cows, .check_mapping = mapping };
	pgoff_t first = (uint64_t)holebegin >> shift;
	pgoff_t last = first + (((uint64_t)holelen + (1ULL << shift) - 1) >> shift) - 1;
	struct vm_area_struct *vma;

	if (sim_is_crashed(machine))
		return;
	if (last < first)
		last = ~0UL;
	if (sim_read_lock(machine, &mapping->i_mmap_rwsem, SIM_RANK_I_MMAP, __func__))
		return;
	for (vma = rmap_first(&mapping->i_mmap.rbh_root, first, last); vma;
	     vma = rmap_next(vma, first, last))
		unmap_vma(vma, first, last, &zap);
	sim_rw_unlock(&mapping->i_mmap_rwsem, SIM_RANK_I_MMAP);
}

bool page_mkclean(struct page *page)
{
	struct address_space *mapping = page->mapping;
	pgoff_t at = page->index;
	struct vm_area_struct *vma;
	bool cleaned = false;

	if (sim_read_lock(mapping->sim_machine, &mapping->i_mmap_rwsem, SIM_RANK_I_MMAP, __func__))
		return false;
	for (vma = rmap_first(&mapping->i_mmap.rbh_root, at, at); vma;
	     vma = rmap_next(vma, at, at)) {
		unsigned int shift = vma->vm_mm->sim_mmu->page_shift;

		if (vma->vm_flags & VM_SHARED)
			cleaned |= sim_clean_entry(vma, vma->vm_start +
						   ((at - vma->vm_pgoff) << shift), page);
	}
	sim_rw_unlock(&mapping->i_mmap_rwsem, SIM_RANK_I_MMAP);
	return cleaned;
}
