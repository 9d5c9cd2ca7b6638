/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * split.c - one vma becomes two, and the walk over a range of vmas whose
 * properties change.
 */
#include "vma/internal.h"

/*
 * A huge leaf cannot lie in two vmas: it is dropped, and faults bring smaller
 * entries. Models: mm/huge_memory.c, vma_adjust_trans_huge, 6.1, for leaves
 * that are not anonymous.
 */
static void split_huge_at(struct vm_area_struct *vma, unsigned long addr)
{
	static const struct sim_zap zap = { .even_cows = true };
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_mmu *mmu = mm->sim_mmu;
	void *slot;
	uint64_t e;
	int level;

	slot = sim_walk(mm, addr, &level);
	if (level == 0)
		return;
	e = mmu_read(mmu, level, slot);
	if (mmu_is_none(mmu, level, e) || !mmu_is_leaf(mmu, level, e))
		return;
	if (addr & (mmu_leaf_size(mmu, level) - 1))
		sim_zap_range(vma, addr, addr + page_size(mm), &zap);
}

int __split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below,
		struct vma_spares *spares)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *new;
	pgoff_t pgoff = linear_page_index(vma, addr);

	sim_assert(mmap_write_held(mm) && page_aligned(mm, addr));
	sim_assert(addr > vma->vm_start && addr < vma->vm_end);
	if (vma->vm_ops && vma->vm_ops->may_split) {
		int ret = vma->vm_ops->may_split(vma, addr);

		if (ret)
			return ret;
	}
	new = vm_area_dup(vma, mm, spares);
	if (new_below) {
		new->vm_end = addr;
	} else {
		new->vm_start = addr;
		new->vm_pgoff = pgoff;
	}
	vma_get_refs(new);
	vma_open(new);
	split_huge_at(vma, addr);
	i_mmap_lock_write(vma->vm_file);
	if (new_below)
		vma_set_range_locked(vma, addr, vma->vm_end, pgoff);
	else
		vma_set_range_locked(vma, vma->vm_start, addr, vma->vm_pgoff);
	i_mmap_insert_locked(new);
	i_mmap_unlock_write(vma->vm_file);
	vma_tree_insert(mm, new);
	mm->map_count++;
	sim_assert_expensive(small_vma_tree_is_valid(mm));
	return 0;
}

int split_vma(struct vm_area_struct *vma, unsigned long addr, bool new_below,
	      struct vma_spares *spares)
{
	if (vma->vm_mm->map_count >= max_map_count(vma->vm_mm))
		return -ENOMEM;
	return __split_vma(vma, addr, new_below, spares);
}

int vma_modify_flags(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		     unsigned long flags, struct vma_spares *spares)
{
	struct vm_area_struct *vma = *vmap, *merged;
	struct vma_merge merge = {
		.mm = vma->vm_mm,
		.mid = vma,
		.start = start,
		.end = end,
		.flags = flags,
		.anon_vma = vma->anon_vma,
		.file = vma->vm_file,
		.pgoff = linear_page_index(vma, start),
	};
	int ret = 0;

	sim_assert(mmap_write_held(merge.mm) && start < end);
	sim_assert(vma->vm_start <= start && end <= vma->vm_end);
	if (start == vma->vm_start)
		merge.prev = vma->sim_prev;
	if (end == vma->vm_end)
		merge.next = vma->sim_next;
	merged = vma_merge(&merge);
	if (merged) {
		*vmap = merged;
		return 0;
	}
	if (start != vma->vm_start)
		ret = split_vma(vma, start, true, spares);
	if (!ret && end != vma->vm_end)
		ret = split_vma(vma, end, false, spares);
	return ret;
}

int vma_for_range(struct mm_struct *mm, unsigned long start, unsigned long end, vma_range_fn fn,
		  void *data)
{
	while (start < end) {
		struct vm_area_struct *vma = vma_lookup(mm, start);
		unsigned long stop;
		int ret;

		if (!vma)
			return -ENOMEM;
		stop = vma->vm_end < end ? vma->vm_end : end;
		ret = fn(&vma, start, stop, data);
		if (ret)
			return ret;
		start = vma->vm_end > stop ? vma->vm_end : stop;
	}
	return 0;
}
