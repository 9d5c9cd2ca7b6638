// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev.c - how a device maps its pages: what lib/scenario/dev.c does on a simulated
 * machine, check for check, so that all differences are the kernel's.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>

#include "arch.h"

#ifndef pgprot_noncached
#define pgprot_noncached(prot) (prot)
#endif

unsigned long oracle_device_pfn(const struct oracle_device *dev, unsigned long n)
{
	return dev->pages ? page_to_pfn(dev->pages[n]) : dev->first_pfn + n;
}

/* ---- mapping pages ---- */

struct apply {
	struct vm_area_struct *vma;
	const struct oracle_device *dev;
	unsigned long addr, n;		/* device page @n lies at @addr */
};

static int apply_one(pte_t *pte, unsigned long addr, void *data)
{
	const struct apply *apply = data;
	struct vm_area_struct *vma = apply->vma;
	unsigned long n = apply->n + ((addr - apply->addr) >> PAGE_SHIFT);
	unsigned long pfn = oracle_device_pfn(apply->dev, n);

	arch_set_pte(vma, addr, pte, pte_mkspecial(pfn_pte(pfn, vma->vm_page_prot)));
	return 0;
}

static vm_fault_t fault_of(int err)
{
	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

/* Pages [n, n + nr) of the device at @addr, by calls that return an errno. */
static int insert_range(struct vm_area_struct *vma, const struct oracle_device *dev,
			unsigned long addr, unsigned long n, unsigned long nr)
{
	struct apply apply = { vma, dev, addr, n };
	unsigned long left = nr;

	switch (dev->config.insert) {
	case ORACLE_PAGES:
		return dev->pages ? vm_insert_pages(vma, addr, dev->pages + n, &left) : -EINVAL;
	case ORACLE_REMAP:
		return remap_pfn_range(vma, addr, oracle_device_pfn(dev, n), nr << PAGE_SHIFT,
				       vma->vm_page_prot);
	default:
		return apply_to_page_range(vma->vm_mm, addr, nr << PAGE_SHIFT, apply_one, &apply);
	}
}

static vm_fault_t insert_mixed(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return vmf_insert_mixed_prot(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV), vma->vm_page_prot);
#else
	return vmf_insert_mixed(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
#endif
}

/* One page, by calls that return a fault result. */
static vm_fault_t insert_one(struct vm_area_struct *vma, const struct oracle_device *dev,
			     unsigned long addr, unsigned long n)
{
	unsigned long pfn = oracle_device_pfn(dev, n);

	switch (dev->config.insert) {
	case ORACLE_PFN_PROT:
		return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
	case ORACLE_MIXED_PROT:
		return insert_mixed(vma, addr, pfn);
	default:
		if (!dev->pages)
			return VM_FAULT_SIGBUS;
		return fault_of(vm_insert_page(vma, addr, dev->pages[n]));
	}
}

static bool is_range(const struct oracle_device *dev)
{
	return dev->config.insert == ORACLE_PAGES || dev->config.insert == ORACLE_REMAP ||
	       dev->config.insert == ORACLE_APPLY;
}

/* The first page decides; what comes after is a gift. */
static vm_fault_t insert(struct vm_area_struct *vma, const struct oracle_device *dev,
			 unsigned long addr, unsigned long n, unsigned long nr)
{
	vm_fault_t ret = VM_FAULT_NOPAGE, one;

	if (is_range(dev))
		return fault_of(insert_range(vma, dev, addr, n, nr));
	for (unsigned long i = 0; i < nr; i++) {
		one = insert_one(vma, dev, addr + (i << PAGE_SHIFT), n + i);
		if (i == 0)
			ret = one;
		if (one & VM_FAULT_ERROR)
			break;
	}
	return ret;
}

/* ---- vm_ops ---- */

static vm_fault_t fault_page(struct vm_fault *vmf, const struct oracle_device *dev)
{
	if (!dev->pages)
		return VM_FAULT_SIGBUS;
	vmf->page = dev->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

static vm_fault_t device_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct oracle_device *dev = vma->vm_private_data;
	unsigned long nr = dev->config.prefault;

	if (dev->config.at_mmap || vmf->pgoff >= dev->config.nr_pages)
		return VM_FAULT_SIGBUS;
	if (dev->config.insert == ORACLE_FAULT_PAGE)
		return fault_page(vmf, dev);
	nr = min(nr, (vma->vm_end - vmf->address) >> PAGE_SHIFT);
	nr = min(nr, dev->config.nr_pages - vmf->pgoff);
	return insert(vma, dev, vmf->address, vmf->pgoff, nr);
}

static vm_fault_t device_pfn_mkwrite(struct vm_fault *vmf)
{
	return 0;
}

/* A fork's child is another's; parts of a mapping are the caller's own. */
static void device_open(struct vm_area_struct *vma)
{
	if (vma->vm_mm != current->mm)
		oracle_memory_forked(vma->vm_private_data);
}

static const struct vm_operations_struct device_vm_ops = {
	.open = device_open,
	.fault = device_fault,
};

static const struct vm_operations_struct device_mkwrite_vm_ops = {
	.open = device_open,
	.fault = device_fault,
	.pfn_mkwrite = device_pfn_mkwrite,
};

/* ---- mmap ---- */

static vm_flags_t flags_of(const struct oracle_device *dev)
{
	static const vm_flags_t flag[] = { VM_PFNMAP, VM_MIXEDMAP, VM_IO, VM_DONTEXPAND,
					   VM_DONTDUMP, VM_DONTCOPY };
	vm_flags_t flags = 0;

	for (int i = 0; i < ARRAY_SIZE(flag); i++)
		if (dev->config.vma_flags >> i & 1)
			flags |= flag[i];
	return flags;
}

static void add_flags(struct vm_area_struct *vma, vm_flags_t flags)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags |= flags;
#else
	vm_flags_set(vma, flags);
#endif
}

static pgprot_t caching_prot(const struct oracle_device *dev, pgprot_t prot)
{
	switch (dev->config.caching) {
	case ORACLE_WC: return pgprot_writecombine(prot);
	case ORACLE_UC:
	case ORACLE_UC_MINUS: return pgprot_noncached(prot);
	default: return prot;
	}
}

static int map_all(struct vm_area_struct *vma, const struct oracle_device *dev)
{
	unsigned long nr = vma_pages(vma);
	vm_fault_t ret;

	if (vma->vm_pgoff > dev->config.nr_pages || nr > dev->config.nr_pages - vma->vm_pgoff)
		return -ENXIO;
	if (is_range(dev))
		return insert_range(vma, dev, vma->vm_start, vma->vm_pgoff, nr);
	if (dev->config.insert == ORACLE_FAULT_PAGE)
		return -EINVAL;
	for (unsigned long i = 0; i < nr; i++) {
		ret = insert_one(vma, dev, vma->vm_start + (i << PAGE_SHIFT), vma->vm_pgoff + i);
		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

int oracle_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct oracle_device *dev = filp->private_data;

	if (dev->config.reject_cow && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	add_flags(vma, flags_of(dev));
	vma->vm_page_prot = caching_prot(dev, vma->vm_page_prot);
	vma->vm_ops = dev->config.pfn_mkwrite ? &device_mkwrite_vm_ops : &device_vm_ops;
	vma->vm_private_data = dev;
	return dev->config.at_mmap ? map_all(vma, dev) : 0;
}

/* ---- inserting again ---- */

static void insert_each(struct vm_area_struct *vma, const struct oracle_device *dev,
			struct oracle_insert_at *at)
{
	unsigned long addr = at->addr;

	for (u32 i = 0; i < at->nr; i++, addr += PAGE_SIZE) {
		if (dev->config.insert == ORACLE_PAGE)
			at->ret = dev->pages ? vm_insert_page(vma, addr, dev->pages[at->page + i])
					     : -EINVAL;
		else
			at->fault = (__force u32)insert_one(vma, dev, addr, at->page + i);
		if (at->ret || at->fault & VM_FAULT_ERROR)
			break;
	}
}

static int insert_locked(struct vm_area_struct *vma, struct oracle_insert_at *at)
{
	const struct oracle_device *dev = vma ? oracle_device_of(vma) : NULL;

	if (!dev || at->addr < vma->vm_start)
		return -EFAULT;
	if (at->page >= dev->config.nr_pages || at->nr > dev->config.nr_pages - at->page ||
	    dev->config.insert == ORACLE_FAULT_PAGE)
		return -EINVAL;
	/* some of these do not look themselves */
	if (is_range(dev) && at->nr > (vma->vm_end - at->addr) >> PAGE_SHIFT)
		return -EFAULT;
	if (is_range(dev))
		at->ret = insert_range(vma, dev, at->addr, at->page, at->nr);
	else
		insert_each(vma, dev, at);
	return 0;
}

int oracle_insert_at(struct oracle_insert_at *at)
{
	int ret;

	at->ret = 0;
	at->fault = 0;
	if (!at->nr || !PAGE_ALIGNED(at->addr) || at->addr >= TASK_SIZE)
		return -EINVAL;
	mmap_write_lock(current->mm);
	ret = insert_locked(find_vma(current->mm, at->addr), at);
	mmap_write_unlock(current->mm);
	return ret;
}
