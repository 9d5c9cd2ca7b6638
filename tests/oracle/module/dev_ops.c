// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * dev_ops.c - a device's handlers: what lib/scenario/dev_ops.c does on a simulated
 * machine.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "internal.h"

static void count(struct oracle_device *dev, enum oracle_call call)
{
	atomic_inc(&dev->calls[call]);
}

/* ---- ->fault ---- */

static vm_fault_t fault_page(struct vm_fault *vmf, const struct oracle_device *dev)
{
	if (!dev->pages)
		return VM_FAULT_SIGBUS;
	vmf->page = dev->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

/*
 * Asks to be tried again, without mmap_lock where it may not wait; not twice in a row for
 * one address: populating without end would be the end of the task. True: it did.
 */
static bool ask_again(const struct vm_fault *vmf, struct oracle_device *dev)
{
	unsigned long asked = xchg(&dev->asked_again, 0);

	if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY) || vmf->flags & FAULT_FLAG_TRIED ||
	    asked == vmf->address)
		return false;
	WRITE_ONCE(dev->asked_again, vmf->address);
	if (!(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		mmap_read_unlock(vmf->vma->vm_mm);
	return true;
}

static vm_fault_t map(struct vm_fault *vmf, const struct oracle_device *dev)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long nr = dev->config.prefault;
	u32 by = dev->config.insert;

	if (by == ORACLE_NOTHING || dev->config.at_mmap || vmf->pgoff >= dev->config.nr_pages)
		return VM_FAULT_SIGBUS;
	if (by == ORACLE_FAULT_PAGE)
		return fault_page(vmf, dev);
	if (by == ORACLE_MIXED_MKWRITE && !(vmf->flags & FAULT_FLAG_WRITE))
		by = ORACLE_MIXED_PROT;
	nr = min(nr, (vma->vm_end - vmf->address) >> PAGE_SHIFT);
	nr = min(nr, dev->config.nr_pages - vmf->pgoff);
	return oracle_insert(vma, dev, vmf->address, vmf->pgoff, nr, by);
}

static vm_fault_t device_fault(struct vm_fault *vmf)
{
	struct oracle_device *dev = vmf->vma->vm_private_data;

	count(dev, ORACLE_FAULT);
	switch (dev->config.fault) {
	case ORACLE_SIGBUS: return VM_FAULT_SIGBUS;
	case ORACLE_SIGSEGV: return VM_FAULT_SIGSEGV;
	case ORACLE_RETRY: return ask_again(vmf, dev) ? VM_FAULT_RETRY : map(vmf, dev);
	default: return map(vmf, dev);
	}
}

/* ---- ->page_mkwrite, ->pfn_mkwrite ---- */

static vm_fault_t device_page_mkwrite(struct vm_fault *vmf)
{
	struct oracle_device *dev = vmf->vma->vm_private_data;

	count(dev, ORACLE_PAGE_MKWRITE);
	if (dev->config.page_mkwrite == ORACLE_SIGBUS)
		return VM_FAULT_SIGBUS;
	lock_page(vmf->page);
	return VM_FAULT_LOCKED;
}

static vm_fault_t device_pfn_mkwrite(struct vm_fault *vmf)
{
	struct oracle_device *dev = vmf->vma->vm_private_data;

	count(dev, ORACLE_PFN_MKWRITE);
	if (dev->config.pfn_mkwrite == ORACLE_SIGBUS)
		return VM_FAULT_SIGBUS;
	if (dev->config.pfn_mkwrite == ORACLE_ALLOW || vmf->pgoff >= dev->config.nr_pages)
		return 0;
	return oracle_insert(vmf->vma, dev, vmf->address, vmf->pgoff, 1, dev->config.insert);
}

/* ---- ->open, ->close, ->access ---- */

/* A fork's child is another's; parts of a mapping are the caller's own. */
static void device_open(struct vm_area_struct *vma)
{
	struct oracle_device *dev = vma->vm_private_data;

	if (dev->config.open)
		count(dev, ORACLE_OPEN);
	if (vma->vm_mm != current->mm)
		oracle_memory_forked(dev);
}

static void device_close(struct vm_area_struct *vma)
{
	count(vma->vm_private_data, ORACLE_CLOSE);
}

/* Up to the end of one page. */
static int device_access(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
			 int write)
{
	struct oracle_device *dev = vma->vm_private_data;
	unsigned long n = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	int ret;

	count(dev, ORACLE_ACCESS);
	if (dev->config.access == ORACLE_ACCESS_ERROR || n >= dev->config.nr_pages)
		return -EFAULT;
	len = min_t(int, len, PAGE_SIZE - offset_in_page(addr));
	ret = oracle_memory_bytes(dev, n, offset_in_page(addr), buf, len, write);
	return ret ? ret : len;
}

void oracle_set_ops(struct oracle_device *dev)
{
	const struct oracle_dev *config = &dev->config;

	dev->ops = (struct vm_operations_struct){
		.open = device_open,
		.close = config->close ? device_close : NULL,
		.fault = device_fault,
		.page_mkwrite = config->page_mkwrite ? device_page_mkwrite : NULL,
		.pfn_mkwrite = config->pfn_mkwrite ? device_pfn_mkwrite : NULL,
		.access = config->access ? device_access : NULL,
	};
}

/* ---- ->mmap ---- */

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

static void change_flags(struct vm_area_struct *vma, vm_flags_t add, vm_flags_t take)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags = (vma->vm_flags | add) & ~take;
#else
	vm_flags_set(vma, add);
	vm_flags_clear(vma, take);
#endif
}

int oracle_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct oracle_device *dev = filp->private_data;
	bool no_maywrite = dev->config.vma_flags & ORACLE_VMA_NOMAYWRITE;

	if (dev->config.reject_cow && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	change_flags(vma, flags_of(dev), no_maywrite ? VM_MAYWRITE : 0);
	vma->vm_page_prot = oracle_caching_prot(dev->config.prot_caching, vma->vm_page_prot);
	vma->vm_ops = &dev->ops;
	vma->vm_private_data = dev;
	return dev->config.at_mmap ? oracle_map_all(vma, dev) : 0;
}
