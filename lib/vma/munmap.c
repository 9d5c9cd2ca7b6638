/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * munmap.c - mappings go.
 *
 *	     |<-- range -->|
 *	AAAAAAAAABBBBCCCCCCCCCC
 *	AAAA|aaaaaBBBBcccc|CCCC    1. cut at both ends
 *	AAAA               CCCC    2. take what lies inside out of the tree
 *	                           3. drop its entries; out of the files' i_mmap
 *	                           4. free the tables that only it used
 *	                           5. ->close, put the file, free the vmas
 */
#include "pte/tlb.h"
#include "vma/internal.h"

/* Detached vmas hang on this link of the list that they have left. */
static struct vm_area_struct **detached_next(struct vm_area_struct *vma)
{
	return &vma->sim_next;
}

/* Which flushes there are, and when: tlb_end_vma(). */
static void drop_range(struct mm_struct *mm, struct vm_area_struct *list, unsigned long start,
		       unsigned long end, struct vm_area_struct *prev, struct vm_area_struct *next)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	for (vma = list; vma; vma = *detached_next(vma))
		sim_unmap_vma(&tlb, vma);
	for (vma = list; vma; vma = *detached_next(vma))
		i_mmap_remove(vma);
	sim_free_tables(&tlb, start, end, prev ? prev->vm_end : 0, next ? next->vm_start : 0);
	tlb_flush_mmu(&tlb);
}

void unmap_region(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev,
		  struct vm_area_struct *next)
{
	struct mmu_gather tlb;

	sim_assert((!prev || prev->vm_end <= vma->vm_start) &&
		   (!next || next->vm_start >= vma->vm_end));
	tlb_gather_mmu(&tlb, mm);
	sim_unmap_vma(&tlb, vma);
	sim_free_tables(&tlb, vma->vm_start, vma->vm_end, prev ? prev->vm_end : 0,
			next ? next->vm_start : 0);
	tlb_flush_mmu(&tlb);
}

/*
 * Models: mm/mmap.c, __do_munmap, 5.11, and do_mas_align_munmap, 6.1; mm/vma.c,
 * vms_gather_munmap_vmas, 6.12, which makes new vmas of the parts that stay.
 */
static int cut_ends(struct mm_struct *mm, unsigned long start, unsigned long end,
		    struct vma_spares *spares)
{
	bool rest_is_new = sim_rule(mm->sim_machine, SIM_RULE_MUNMAP_SPLITS_OFF_REST);
	struct vm_area_struct *vma = vma_lookup(mm, start);
	int ret = 0;

	if (vma && vma->vm_start < start) {
		/* map_count may pass its limit on the way, not in the end. */
		if (end < vma->vm_end && mm->map_count >= max_map_count(mm))
			return -ENOMEM;
		ret = __split_vma(vma, start, rest_is_new, spares);
		if (ret)
			return ret;
	}
	vma = vma_lookup(mm, end);
	if (vma && vma->vm_start < end)
		ret = __split_vma(vma, end, !rest_is_new, spares);
	return ret;
}

/* Takes the vmas of [start, end) out of the tree; returns them in order. */
static struct vm_area_struct *detach_range(struct mm_struct *mm, unsigned long start,
					   unsigned long end)
{
	struct vm_area_struct *list = NULL, **tail = &list, *vma, *next;

	sim_assert(mmap_write_held(mm) && start < end);
	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = next) {
		sim_assert(vma->vm_start >= start && vma->vm_end <= end);
		next = vma->sim_next;
		vma_tree_remove(mm, vma);
		mm->map_count--;
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= vma_pages(vma);
		*tail = vma;
		tail = detached_next(vma);
	}
	*tail = NULL;
	return list;
}

static void remove_vmas(struct mm_struct *mm, struct vm_area_struct *list)
{
	while (list) {
		struct vm_area_struct *vma = list;

		list = *detached_next(vma);
		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		vma_close(vma);
		vma_put_refs(vma);
		vm_area_free(vma);
	}
}

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len,
	      struct vma_spares *spares)
{
	struct vm_area_struct *list, *prev, *next;
	unsigned long end;
	int ret;

	if (!page_aligned(mm, start) || start > mm->task_size || len > mm->task_size - start)
		return -EINVAL;
	end = start + page_align(mm, len);
	if (end == start)
		return -EINVAL;
	if (!find_vma_intersection(mm, start, end))
		return 0;
	ret = cut_ends(mm, start, end, spares);
	if (ret)
		return ret;
	list = detach_range(mm, start, end);
	sim_assert(mm->map_count >= 0 && !find_vma_intersection(mm, start, end));
	sim_assert_expensive(small_vma_tree_is_valid(mm));
	next = find_vma_prev(mm, start, &prev);
	drop_range(mm, list, start, end, prev, next);
	remove_vmas(mm, list);
	return 0;
}

static int munmap_mm(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vma_spares spares = { 0 };
	int ret;

	if (sim_mmap_write_lock(mm, "sim_munmap"))
		return -EDEADLK;
	ret = vma_spares_get(mm, &spares, vma_cuts(mm, addr, addr + page_align(mm, len)));
	if (!ret)
		ret = do_munmap(mm, addr, len, &spares);
	vma_spares_put(&spares);
	sim_mmap_unlock(mm);
	return ret;
}

int sim_munmap(struct task_struct *task, unsigned long addr, unsigned long len)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, munmap_mm(call.mm, addr, len));
}
