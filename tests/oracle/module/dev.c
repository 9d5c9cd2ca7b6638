// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev.c - how a device maps its pages: what lib/scenario/dev_insert.c does on a simulated
 * machine, check for check, so that all differences are the kernel's.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>

#include "arch.h"

#ifndef pgprot_noncached
#define pgprot_noncached(prot) (prot)
#endif

pgprot_t oracle_caching_prot(u32 caching, pgprot_t prot)
{
	switch (caching) {
	case ORACLE_WC: return pgprot_writecombine(prot);
	case ORACLE_UC:
	case ORACLE_UC_MINUS: return pgprot_noncached(prot);
	default: return prot;
	}
}

unsigned long oracle_device_pfn(const struct oracle_device *dev, unsigned long n)
{
	return dev->pages ? page_to_pfn(dev->pages[n]) : dev->first_pfn + n;
}

/* vm_page_prot, unless it is told to be another: then made anew, with its type. */
static pgprot_t prot_of(const struct vm_area_struct *vma, const struct oracle_device *dev)
{
	const struct oracle_dev *config = &dev->config;
	unsigned long flags = vma->vm_flags;

	if (!config->own_prot)
		return vma->vm_page_prot;
	if (config->insert_prot >= 0)
		flags = (flags & ~(VM_READ | VM_WRITE | VM_EXEC)) | config->insert_prot;
	return oracle_caching_prot(config->insert_caching, vm_get_page_prot(flags));
}

/* ---- by calls that return an errno ---- */

static bool is_range(u32 by)
{
	return by == ORACLE_PAGES || by == ORACLE_REMAP || by == ORACLE_APPLY;
}

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

	arch_set_pte(vma, addr, pte, pte_mkspecial(pfn_pte(pfn, prot_of(vma, apply->dev))));
	return 0;
}

/* One call where the pages lie together, else one for each. */
static int remap(struct vm_area_struct *vma, const struct oracle_device *dev,
		 unsigned long addr, unsigned long n, unsigned long nr)
{
	unsigned long step = oracle_memory_is_block(dev) ? nr : 1, size = step << PAGE_SHIFT;
	int ret = 0;

	for (unsigned long i = 0; i < nr && !ret; i += step, addr += size)
		ret = remap_pfn_range(vma, addr, oracle_device_pfn(dev, n + i), size,
				      prot_of(vma, dev));
	return ret;
}

/* Pages [n, n + nr) of the device at @addr. */
static int insert_range(struct vm_area_struct *vma, const struct oracle_device *dev,
			unsigned long addr, unsigned long n, unsigned long nr, u32 by)
{
	struct apply apply = { vma, dev, addr, n };
	unsigned long left = nr;

	switch (by) {
	case ORACLE_PAGES:
		return dev->pages ? vm_insert_pages(vma, addr, dev->pages + n, &left) : -EINVAL;
	case ORACLE_REMAP:
		return remap(vma, dev, addr, n, nr);
	default:
		return apply_to_page_range(vma->vm_mm, addr, nr << PAGE_SHIFT, apply_one, &apply);
	}
}

/* ---- by calls that return a fault result ---- */

static vm_fault_t fault_of(int err)
{
	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

static vm_fault_t insert_mixed(struct vm_area_struct *vma, const struct oracle_device *dev,
			       unsigned long addr, pfn_t pfn)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return vmf_insert_mixed_prot(vma, addr, pfn, prot_of(vma, dev));
#else
	return vmf_insert_mixed(vma, addr, pfn);
#endif
}

static vm_fault_t insert_one(struct vm_area_struct *vma, const struct oracle_device *dev,
			     unsigned long addr, unsigned long n, u32 by)
{
	unsigned long pfn = oracle_device_pfn(dev, n);

	switch (by) {
	case ORACLE_PFN_PROT:
		return vmf_insert_pfn_prot(vma, addr, pfn, prot_of(vma, dev));
	case ORACLE_MIXED_PROT:
		return insert_mixed(vma, dev, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
	case ORACLE_MIXED_SPECIAL:
		return insert_mixed(vma, dev, addr, __pfn_to_pfn_t(pfn, PFN_DEV | PFN_SPECIAL));
	case ORACLE_MIXED_MKWRITE:
		return oracle_symbols.vmf_insert_mixed_mkwrite(vma, addr,
							       __pfn_to_pfn_t(pfn, PFN_DEV));
	default:
		if (!dev->pages)
			return VM_FAULT_SIGBUS;
		return fault_of(vm_insert_page(vma, addr, dev->pages[n]));
	}
}

/* The first page decides; what comes after is a gift. */
vm_fault_t oracle_insert(struct vm_area_struct *vma, const struct oracle_device *dev,
			 unsigned long addr, unsigned long n, unsigned long nr, u32 by)
{
	vm_fault_t ret = VM_FAULT_NOPAGE, one;

	if (is_range(by))
		return fault_of(insert_range(vma, dev, addr, n, nr, by));
	for (unsigned long i = 0; i < nr; i++) {
		one = insert_one(vma, dev, addr + (i << PAGE_SHIFT), n + i, by);
		if (i == 0)
			ret = one;
		if (one & VM_FAULT_ERROR)
			break;
	}
	return ret;
}

/* ---- all at once ---- */

int oracle_map_all(struct vm_area_struct *vma, const struct oracle_device *dev)
{
	unsigned long nr = vma_pages(vma);
	u32 by = dev->config.insert;
	vm_fault_t ret;

	if (vma->vm_pgoff > dev->config.nr_pages || nr > dev->config.nr_pages - vma->vm_pgoff)
		return -ENXIO;
	if (is_range(by))
		return insert_range(vma, dev, vma->vm_start, vma->vm_pgoff, nr, by);
	if (by == ORACLE_FAULT_PAGE)
		return -EINVAL;
	for (unsigned long i = 0; i < nr && by != ORACLE_NOTHING; i++) {
		ret = insert_one(vma, dev, vma->vm_start + (i << PAGE_SHIFT), vma->vm_pgoff + i,
				 by);
		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

/* ---- once more ---- */

static void insert_each(struct vm_area_struct *vma, const struct oracle_device *dev,
			struct oracle_insert_at *at, u32 by)
{
	unsigned long addr = at->addr;

	for (u32 i = 0; i < at->nr; i++, addr += PAGE_SIZE) {
		if (by == ORACLE_PAGE)
			at->ret = dev->pages ? vm_insert_page(vma, addr, dev->pages[at->page + i])
					     : -EINVAL;
		else
			at->fault = (__force u32)insert_one(vma, dev, addr, at->page + i, by);
		if (at->ret || at->fault & VM_FAULT_ERROR)
			break;
	}
}

static int insert_locked(struct vm_area_struct *vma, struct oracle_insert_at *at)
{
	const struct oracle_device *dev = vma ? oracle_device_of(vma) : NULL;
	u32 by;

	if (!dev || at->addr < vma->vm_start)
		return -EFAULT;
	by = at->by < ORACLE_NR_INSERTS ? at->by : dev->config.insert;
	if (at->page >= dev->config.nr_pages || at->nr > dev->config.nr_pages - at->page ||
	    by == ORACLE_FAULT_PAGE || by == ORACLE_NOTHING)
		return -EINVAL;
	if (by == ORACLE_MIXED_MKWRITE && !oracle_symbols.vmf_insert_mixed_mkwrite)
		return -EOPNOTSUPP;
	/* some of these do not look themselves */
	if (is_range(by) && at->nr > (vma->vm_end - at->addr) >> PAGE_SHIFT)
		return -EFAULT;
	if (is_range(by))
		at->ret = insert_range(vma, dev, at->addr, at->page, at->nr, by);
	else
		insert_each(vma, dev, at, by);
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

int oracle_zap_ptes(const struct oracle_zap_ptes *zap)
{
	struct vm_area_struct *vma;
	int ret = -EFAULT;

	mmap_write_lock(current->mm);
	vma = find_vma(current->mm, zap->addr);
	if (vma && vma->vm_start <= zap->addr) {
		zap_vma_ptes(vma, zap->addr, zap->len);
		ret = 0;
	}
	mmap_write_unlock(current->mm);
	return ret;
}
