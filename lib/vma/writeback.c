/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * writeback.c - a file of a file system that writes back: it wants to be told before a
 * page of it is written to (->page_mkwrite), and msync() makes its pages clean, so that
 * it is told again.
 *
 * What is written goes nowhere: the page cache is all that there is of the file.
 */
#include "vma/internal.h"

/* Models: mm/filemap.c, filemap_fault, 5.11 to 6.12; pages read at once. */
static vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;

	if (vmf->pgoff >= mapping->sim_nr_pages)
		return VM_FAULT_SIGBUS;
	vmf->page = sim_page_cache_get(mapping, vmf->pgoff);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

/* Models: mm/filemap.c, filemap_page_mkwrite, 5.11 to 6.12; no page is truncated. */
static vm_fault_t filemap_page_mkwrite(struct vm_fault *vmf)
{
	if (!page_lock_or_bug(vmf->page))
		return VM_FAULT_SIGBUS;
	sim_page_set(vmf->page, PG_dirty);
	return VM_FAULT_LOCKED;
}

static const struct vm_operations_struct filemap_vm_ops = {
	.fault = filemap_fault,
	.page_mkwrite = filemap_page_mkwrite,
};

static int filemap_mmap(struct file *filp, struct vm_area_struct *vma)
{
	(void)filp;
	vma->vm_ops = &filemap_vm_ops;
	return 0;
}

/* Models: mm/page-writeback.c, folio_clear_dirty_for_io, 6.1. */
static int write_page(struct page *page)
{
	if (!page_lock_or_bug(page))
		return -EIO;
	if (sim_page_test(page, PG_dirty)) {
		page_mkclean(page);
		sim_page_clear(page, PG_dirty);
	}
	page_unlock(page);
	return 0;
}

/* Models: mm/filemap.c, file_write_and_wait_range, 6.1. */
static int filemap_fsync(struct file *file, int64_t start, int64_t end, int datasync)
{
	struct address_space *mapping = file->f_mapping;
	unsigned int shift = mapping->sim_machine->mmu->page_shift;
	pgoff_t last = (pgoff_t)(end >> shift);
	int ret = 0;

	(void)datasync;
	for (pgoff_t at = (pgoff_t)(start >> shift);
	     !ret && at <= last && at < mapping->sim_nr_pages; at++) {
		struct page *page = sim_page_cache_has(mapping, at) ?
				    sim_page_cache_get(mapping, at) : NULL;

		if (page) {
			ret = write_page(page);
			put_page(page);
		}
	}
	return ret;
}

static const struct file_operations filemap_file_operations = {
	.mmap = filemap_mmap,
	.fsync = filemap_fsync,
};

struct file *sim_writeback_file_create(struct sim_machine *machine, unsigned long nr_pages,
				       const char *name)
{
	struct address_space *mapping = sim_mapping_create(machine);
	struct file *file;

	if (!mapping)
		return NULL;
	mapping->sim_nr_pages = nr_pages;
	file = sim_file_create(mapping, &filemap_file_operations, FMODE_READ | FMODE_WRITE, NULL,
			       name);
	sim_mapping_put(mapping);
	return file;
}
