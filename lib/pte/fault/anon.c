/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * anon.c - the first touch of anonymous memory: the zero page for a read,
 * a page of its own for a write.
 */
#include "pte/fault/parts.h"

/* Models: mm/memory.c, do_anonymous_page, the part for reads, 5.11 to 6.12. */
static vm_fault_t map_zero_page(struct vm_fault *vmf)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	uint64_t e = fmt_make(fmt, sim_zero_pfn(vmf_machine(vmf)),
			      vmf->vma->vm_page_prot.pgprot);
	vm_fault_t ret;

	if (!vmf_alloc_lock(vmf, &ret))
		return ret;
	if (vmf_none(vmf, vmf_read(vmf)))
		vmf_write(vmf, fmt_op(fmt, SIM_OP_MKSPECIAL, e));
	vmf_unlock(vmf);
	return 0;
}

static uint64_t anon_entry(const struct vm_fault *vmf, const struct page *page)
{
	uint64_t e = vmf_mk_pte(vmf, page);

	return vmf->vma->vm_flags & VM_WRITE ? vmf_mk_written(vmf, e) : e;
}

/* Under the lock: maps @page, unless another thread was faster. */
static bool map_new_page(struct vm_fault *vmf, struct page *page)
{
	if (!vmf_none(vmf, vmf_read(vmf)))
		return false;
	if (!page_add_new_anon_rmap(page, vmf->vma, vmf->address))
		return false;
	sim_rss_add(vmf->vma->vm_mm, MM_ANONPAGES, 1);
	vmf_write(vmf, anon_entry(vmf, page));
	return true;
}

/* Models: mm/memory.c, do_anonymous_page, 5.11 to 6.12; order-0 pages only. */
vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct page *page;
	vm_fault_t ret;
	bool mapped;

	if (vmf->vma->vm_flags & VM_SHARED)
		return VM_FAULT_SIGBUS;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return map_zero_page(vmf);
	if (sim_anon_vma_prepare(vmf->vma))
		return VM_FAULT_OOM;
	page = sim_alloc_pages(vmf_machine(vmf), 0);
	if (!page)
		return VM_FAULT_OOM;
	mapped = vmf_alloc_lock(vmf, &ret);
	if (mapped) {
		ret = 0;
		mapped = map_new_page(vmf, page);
		vmf_unlock(vmf);
	}
	if (!mapped)
		put_page(page);
	return ret;
}
