/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mincore.c - mincore(): which pages could be touched without reading them in.
 *
 *	present entry			in core, whatever it maps
 *	none, or a VM_PFNMAP vma	in core where the file's page cache has the page
 *
 * The page walk takes a VM_PFNMAP vma for a hole: what a driver has mapped there
 * is not in core.
 */
#include "vma/internal.h"

/* Models: mm/mincore.c, __mincore_unmapped_range, 5.11 to 6.12. */
static bool in_cache(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_file &&
	       sim_page_cache_has(vma->vm_file->f_mapping, linear_page_index(vma, addr));
}

/* Models: mm/mincore.c, mincore_pte_range, 5.11 to 6.12. */
static bool is_in_core(struct vm_area_struct *vma, unsigned long addr)
{
	struct vma_leaf leaf;
	bool present;

	if (vma->vm_flags & VM_PFNMAP)
		return in_cache(vma, addr);
	present = vma_leaf_lock(vma, addr, &leaf);
	vma_leaf_unlock(&leaf);
	return present || in_cache(vma, addr);
}

/*
 * Models: mm/mincore.c, do_mincore, 5.11 to 6.12. Whoever asks owns the files here,
 * so can_do_mincore() never says no. What a first vma said goes to @vec before the
 * next is looked for.
 */
static int do_mincore(struct mm_struct *mm, unsigned long addr, unsigned long end,
		      unsigned char *vec)
{
	struct vm_area_struct *vma = NULL;

	for (; addr < end; addr += page_size(mm)) {
		if (!vma || addr >= vma->vm_end)
			vma = vma_lookup(mm, addr);
		if (!vma)
			return -ENOMEM;
		if (!vec)
			return -EFAULT;
		*vec++ = is_in_core(vma, addr);
	}
	return 0;
}

static int mincore_mm(struct mm_struct *mm, unsigned long addr, unsigned long len,
		      unsigned char *vec)
{
	int ret;

	if (!page_aligned(mm, addr))
		return -EINVAL;
	if (len > mm->task_size || addr > mm->task_size - len)
		return -ENOMEM;
	if (sim_mmap_read_lock(mm, "sim_mincore"))
		return -EDEADLK;
	ret = do_mincore(mm, addr, addr + page_align(mm, len), vec);
	sim_mmap_unlock(mm);
	return ret;
}

int sim_mincore(struct task_struct *task, unsigned long addr, unsigned long len,
		unsigned char *vec)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, mincore_mm(call.mm, addr, len, vec));
}
