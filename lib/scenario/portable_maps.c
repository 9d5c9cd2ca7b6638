/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable_maps.c - the mappings of a task, as they are on a real kernel too.
 *
 * Addresses are told from where mmap begins, pages by the object that they
 * belong to: the rest of a real machine's memory is its own affair.
 */
#include "scenario/portable.h"

/* "-0x3000": where an address lies from the edge of the mmap area. */
static void relative(const struct mm_struct *mm, unsigned long addr, char text[32])
{
	bool above = addr >= mm->mmap_base;

	snprintf(text, 32, "%c0x%lx", above ? '+' : '-',
		 above ? addr - mm->mmap_base : mm->mmap_base - addr);
}

/*
 * The offset in pages. remap_pfn_range() puts the pfn there that a mapping which
 * can be copied on write begins with: told as the device's page that has it, "pfn+2".
 */
static void offset_of(const struct vm_area_struct *vma, char text[32])
{
	const struct sim_dev *dev = sim_dev_of(vma);
	unsigned long offset = vma->vm_file ? vma->vm_pgoff : 0, n = 0;
	unsigned long nr = dev && !(vma->vm_flags & VM_MAYSHARE) ? sim_dev_nr_pages(dev) : 0;

	while (n < nr && (offset < nr || sim_dev_pfn(dev, n) != offset))
		n++;
	if (n < nr)
		snprintf(text, 32, "pfn+%lu", n);
	else
		snprintf(text, 32, "%lu", offset);
}

/* Which name of the scenario it is a mapping of. */
static const char *name_of(const struct scn_run *run, const struct vm_area_struct *vma)
{
	if (!vma->vm_file)
		return "anon";
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++) {
		const struct scn_object *o = &run->object[i];

		if (o->dev && sim_dev_mapping(o->dev) == vma->vm_file->f_mapping)
			return run->to.scn->names[i].name;
		if (run->to.scn->names[i].kind == SCN_REGULAR && o->file &&
		    o->file->f_mapping == vma->vm_file->f_mapping)
			return run->to.scn->names[i].name;
	}
	return "shm";
}

void scn_portable_maps(struct scn_run *run, struct task_struct *task, struct scn_result *res)
{
	struct mm_struct *mm = task->mm;
	struct vm_area_struct *vma = NULL;
	char start[32], offset[32];

	mmap_read_lock(mm);
	while ((vma = sim_vma_next(mm, vma))) {
		unsigned long flags = vma->vm_flags;

		relative(mm, vma->vm_start, start);
		offset_of(vma, offset);
		scn_line(res, "%s +%lu %c%c%c%c %s %s", start,
			 (vma->vm_end - vma->vm_start) >> scn_page_shift(run),
			 flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
			 flags & VM_EXEC ? 'x' : '-', flags & VM_MAYSHARE ? 's' : 'p',
			 offset, name_of(run, vma));
	}
	mmap_read_unlock(mm);
}
