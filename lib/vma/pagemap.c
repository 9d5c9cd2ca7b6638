/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pagemap.c - what /proc/PID/pagemap says of a page.
 *
 * As for smaps, a VM_PFNMAP vma is a hole to the page walk, and vm_normal_page()
 * decides whether there is a page to tell more about. The pfn is told anyway.
 */
#include "vma/internal.h"

/*
 * The page of the leaf that counts: of a pte vm_normal_page() decides, a huge leaf
 * is taken for a page's. Up to 6.1 its first page stands for all.
 * Models: fs/proc/task_mmu.c, pagemap_pmd_range, 6.1 and 6.12.
 */
static struct page *page_of(const struct vma_leaf *leaf)
{
	struct sim_machine *machine = leaf->vma->vm_mm->sim_machine;
	const struct sim_mmu *mmu = machine->mmu;

	if (leaf->level == SIM_LEAF_PTE)
		return vma_leaf_page(leaf);
	if (sim_rule(machine, SIM_RULE_PAGEMAP_LEAF_EACH))
		return sim_pfn_to_page(machine, vma_leaf_pfn(leaf));
	return sim_pfn_to_page(machine, fmt_pfn(&mmu->format[leaf->level], leaf->e));
}

/* Models: fs/proc/task_mmu.c, pte_to_pagemap_entry, 5.11 to 6.12; nothing is swapped. */
static void describe(const struct vma_leaf *leaf, struct sim_pagemap *out)
{
	const struct page *page = page_of(leaf);

	out->present = true;
	out->pfn = vma_leaf_pfn(leaf);
	out->file = page && !sim_page_is_anon(page);
	out->exclusive = page && page_mapcount(page) == 1;
}

static int show_page(struct mm_struct *mm, unsigned long addr, struct sim_pagemap *out)
{
	struct vm_area_struct *vma;
	struct vma_leaf leaf;

	if (!out)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	if (sim_mmap_read_lock(mm, "sim_pagemap"))
		return -EDEADLK;
	vma = vma_lookup(mm, addr);
	if (vma && !(vma->vm_flags & VM_PFNMAP)) {
		if (vma_leaf_lock(vma, addr, &leaf))
			describe(&leaf, out);
		vma_leaf_unlock(&leaf);
	}
	sim_mmap_unlock(mm);
	return 0;
}

int sim_pagemap(struct task_struct *task, unsigned long addr, struct sim_pagemap *out)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, show_page(call.mm, addr, out));
}
