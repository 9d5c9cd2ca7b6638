/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rogue.c - see rogue.h.
 */
#include "support/rogue.h"

#include "phys/phys.h"
#include "pte/mmu.h"
#include "support/outcomes.h"

static pgprot_t entry_prot(const struct rogue *r, const struct vm_area_struct *vma)
{
	const struct sim_entry_format *fmt = &r->machine->mmu->format[SIM_LEAF_PTE];
	pgprot_t prot = r->rights ? vm_get_page_prot(r->rights) : vma->vm_page_prot;

	if (r->dirty)
		prot.pgprot = fmt_op(fmt, SIM_OP_MKDIRTY, prot.pgprot);
	if (r->cache == SIM_CACHE_WC)
		prot = pgprot_writecombine(prot);
	else if (r->cache != SIM_CACHE_WB)
		prot = pgprot_noncached(prot);
	return prot;
}

static int store(pte_t *pte, unsigned long addr, void *data)
{
	struct vm_area_struct *vma = data;
	const struct rogue *r = vma->vm_file->private_data;
	pte_t entry = pfn_pte(r->pfn + (addr - vma->vm_start) / r->page, entry_prot(r, vma));

	set_pte_at(vma->vm_mm, addr, pte, r->plain ? entry : pte_mkspecial(entry));
	return 0;
}

static int insert_each(const struct rogue *r, struct vm_area_struct *vma)
{
	unsigned long pfn = r->pfn;

	for (unsigned long addr = vma->vm_start; addr < vma->vm_end; addr += r->page, pfn++) {
		if (r->way == ROGUE_PAGE) {
			if (vm_insert_page(vma, addr, pfn_to_page(pfn)))
				return -EINVAL;
		} else if (vmf_insert_pfn_prot(vma, addr, pfn, entry_prot(r, vma)) !=
			   VM_FAULT_NOPAGE) {
			return -EINVAL;
		}
	}
	return 0;
}

static int rogue_fop_mmap(struct file *filp, struct vm_area_struct *vma)
{
	static const struct vm_operations_struct ops;
	struct rogue *r = filp->private_data;
	unsigned long size = vma->vm_end - vma->vm_start;

	vma->vm_flags |= r->vm_flags;
	vma->vm_ops = &ops;
	switch (r->way) {
	case ROGUE_REMAP:
		return remap_pfn_range(vma, vma->vm_start, r->pfn, size, entry_prot(r, vma));
	case ROGUE_STORE:
		return apply_to_page_range(vma->vm_mm, vma->vm_start, size, store, vma);
	default:
		return insert_each(r, vma);
	}
}

static const struct file_operations rogue_fops = {
	.mmap = rogue_fop_mmap,
};

void rogue_create(struct rogue *r, const char *arch, const char *release, unsigned int mode)
{
	struct sim_machine_config config = { .arch = arch, .release = release };
	struct address_space *mapping;

	memset(r, 0, sizeof(*r));
	r->machine = sim_machine_create(&config);
	assert_non_null(r->machine);
	expect_outcomes(r->machine);
	r->page = mmu_page_size(r->machine->mmu);
	r->pfn = sim_machine_arch(r->machine)->io_start_pfn;
	r->vm_flags = VM_PFNMAP;
	r->task = sim_task_create(r->machine, "rogue");
	assert_non_null(r->task);
	sim_task_switch(r->task);
	mapping = sim_mapping_create(r->machine);
	assert_non_null(mapping);
	r->file = sim_file_create(mapping, &rogue_fops, mode, r, "/dev/rogue");
	assert_non_null(r->file);
	sim_mapping_put(mapping);
}

void rogue_destroy(struct rogue *r)
{
	sim_task_switch(NULL);
	sim_machine_destroy(r->machine);
}

unsigned long rogue_mmap(struct rogue *r, unsigned long nr, int prot, int flags)
{
	long addr = sim_mmap(r->task, 0, nr * r->page, prot, flags, r->file, 0);

	assert_true(addr > 0);
	return (unsigned long)addr;
}

unsigned long rogue_mmap_anon(struct rogue *r, unsigned long nr, int prot)
{
	long addr = sim_mmap(r->task, 0, nr * r->page, prot, MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);

	assert_true(addr > 0);
	return (unsigned long)addr;
}

unsigned long rogue_alloc(struct rogue *r)
{
	struct page *page = sim_alloc_pages(r->machine, 0);

	assert_non_null(page);
	return page_to_pfn(page);
}

void rogue_free(struct rogue *r, unsigned long pfn)
{
	sim_free_pages(sim_pfn_to_page(r->machine, pfn), 0);
}
