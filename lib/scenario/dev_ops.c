/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev_ops.c - the handlers of a raw device: each counts its calls and answers what the
 * device was told to.
 */
#include <errno.h>

#include "phys/phys.h"
#include "pte/pgtable.h"
#include "scenario/dev_internal.h"

static struct sim_dev *dev_of(const struct vm_area_struct *vma)
{
	return vma->vm_private_data;
}

/* ---- ->fault ---- */

static vm_fault_t fault_page(struct vm_fault *vmf, const struct sim_dev *dev)
{
	if (!dev->pages)
		return VM_FAULT_SIGBUS;
	vmf->page = dev->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

/*
 * Asks to be tried again, without mmap_lock where it may not wait; not twice in a row for
 * one address, for not all who populate say that they try again. True: it did.
 */
static bool ask_again(const struct vm_fault *vmf, struct sim_dev *dev)
{
	unsigned long asked = __atomic_exchange_n(&dev->asked_again, 0, __ATOMIC_RELAXED);

	if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY) || vmf->flags & FAULT_FLAG_TRIED ||
	    asked == vmf->address)
		return false;
	__atomic_store_n(&dev->asked_again, vmf->address, __ATOMIC_RELAXED);
	if (!(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		mmap_read_unlock(vmf->vma->vm_mm);
	return true;
}

static vm_fault_t map(struct vm_fault *vmf, const struct sim_dev *dev)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long nr = dev->config.prefault, room;
	enum sim_dev_insert by = dev->config.insert;

	if (by == SIM_DEV_NOTHING || dev->config.at_mmap || vmf->pgoff >= dev->config.nr_pages)
		return VM_FAULT_SIGBUS;
	if (by == SIM_DEV_FAULT_PAGE)
		return fault_page(vmf, dev);
	/* As a file system does that maps without pages. */
	if (by == SIM_DEV_MIXED_MKWRITE && !(vmf->flags & FAULT_FLAG_WRITE))
		by = SIM_DEV_MIXED_PROT;
	room = (vma->vm_end - vmf->address) >> shift;
	if (nr > room)
		nr = room;
	if (nr > dev->config.nr_pages - vmf->pgoff)
		nr = dev->config.nr_pages - vmf->pgoff;
	return dev_insert(vma, dev, vmf->address, vmf->pgoff, nr, by);
}

static vm_fault_t dev_fault(struct vm_fault *vmf)
{
	struct sim_dev *dev = dev_of(vmf->vma);

	dev_count(dev, SIM_DEV_FAULT);
	switch (dev->config.fault) {
	case SIM_DEV_SIGBUS: return VM_FAULT_SIGBUS;
	case SIM_DEV_SIGSEGV: return VM_FAULT_SIGSEGV;
	case SIM_DEV_RETRY: return ask_again(vmf, dev) ? VM_FAULT_RETRY : map(vmf, dev);
	default: return map(vmf, dev);
	}
}

/* ---- ->page_mkwrite, ->pfn_mkwrite ---- */

static vm_fault_t dev_page_mkwrite(struct vm_fault *vmf)
{
	struct sim_dev *dev = dev_of(vmf->vma);

	dev_count(dev, SIM_DEV_PAGE_MKWRITE);
	if (dev->config.page_mkwrite == SIM_DEV_SIGBUS || !page_lock_or_bug(vmf->page))
		return VM_FAULT_SIGBUS;
	return VM_FAULT_LOCKED;
}

static vm_fault_t dev_pfn_mkwrite(struct vm_fault *vmf)
{
	struct sim_dev *dev = dev_of(vmf->vma);

	dev_count(dev, SIM_DEV_PFN_MKWRITE);
	if (dev->config.pfn_mkwrite == SIM_DEV_SIGBUS)
		return VM_FAULT_SIGBUS;
	if (dev->config.pfn_mkwrite == SIM_DEV_ALLOW || vmf->pgoff >= dev->config.nr_pages)
		return 0;
	return dev_insert(vmf->vma, dev, vmf->address, vmf->pgoff, 1, dev->config.insert);
}

/* ---- ->open, ->close, ->access ---- */

static void dev_open(struct vm_area_struct *vma)
{
	dev_count(dev_of(vma), SIM_DEV_OPEN);
}

static void dev_close(struct vm_area_struct *vma)
{
	dev_count(dev_of(vma), SIM_DEV_CLOSE);
}

/* Up to the end of one page. */
static int dev_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		      int write)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	unsigned long offset = addr & (mmu_page_size(mmu) - 1), pfn, n;
	struct sim_dev *dev = dev_of(vma);
	int ret;

	dev_count(dev, SIM_DEV_ACCESS);
	n = vma->vm_pgoff + ((addr - vma->vm_start) >> mmu->page_shift);
	if (dev->config.access == SIM_DEV_ACCESS_ERROR || n >= dev->config.nr_pages)
		return -EFAULT;
	if ((unsigned long)len > mmu_page_size(mmu) - offset)
		len = (int)(mmu_page_size(mmu) - offset);
	pfn = sim_dev_pfn(dev, n);
	ret = write ? sim_phys_write(dev->machine, pfn, offset, buf, (size_t)len)
		    : sim_phys_read(dev->machine, pfn, offset, buf, (size_t)len);
	return ret ? ret : len;
}

void dev_set_ops(struct sim_dev *dev)
{
	const struct sim_dev_config *config = &dev->config;

	dev->ops = (struct vm_operations_struct){
		.open = config->open ? dev_open : NULL,
		.close = config->close ? dev_close : NULL,
		.fault = dev_fault,
		.page_mkwrite = config->page_mkwrite ? dev_page_mkwrite : NULL,
		.pfn_mkwrite = config->pfn_mkwrite ? dev_pfn_mkwrite : NULL,
		.access = config->access ? dev_access : NULL,
	};
}

/* ---- ->mmap ---- */

pgprot_t dev_caching_prot(enum sim_cache_mode caching, pgprot_t prot)
{
	switch (caching) {
	case SIM_CACHE_WC: return pgprot_writecombine(prot);
	case SIM_CACHE_UC:
	case SIM_CACHE_UC_MINUS: return pgprot_noncached(prot);
	default: return prot;
	}
}

int dev_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct sim_dev *dev = filp->private_data;

	if (dev->config.reject_cow && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vma->vm_flags |= dev->config.vm_flags;
	if (dev->config.clears_maywrite)
		vma->vm_flags &= ~VM_MAYWRITE;
	vma->vm_page_prot = dev_caching_prot(dev->config.prot_caching, vma->vm_page_prot);
	vma->vm_ops = &dev->ops;
	vma->vm_private_data = dev;
	return dev->config.at_mmap ? dev_map_all(vma, dev) : 0;
}
