/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev.c - a raw device: what a small driver does, by kernel-named functions.
 *
 * RAM comes page by page, as from alloc_page(); for remap_pfn_range() as one
 * block. All of it lies in the arena: a restored machine has its devices back.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "phys/phys.h"
#include "scenario/dev.h"
#include "sim/machine.h"

struct sim_dev {
	struct sim_machine *machine;	/* c */
	struct sim_dev_config config;	/* c */
	struct address_space *mapping;	/* c: of all its files */
	struct page **pages;		/* c: NULL for I/O memory */
	unsigned long first_pfn;	/* c: I/O memory, or the block of remap */
	atomic_t users;			/* a: the creator, and each open file */
};

/* ---- pages ---- */

static unsigned int block_order(const struct sim_dev *dev)
{
	unsigned int order = 0;

	while (1UL << order < dev->config.nr_pages)
		order++;
	return order;
}

static bool is_block(const struct sim_dev *dev)
{
	return dev->config.insert == SIM_DEV_REMAP;
}

static void free_ram(struct sim_dev *dev)
{
	unsigned long nr = dev->config.nr_pages;

	if (!dev->pages)
		return;
	for (unsigned long i = 0; i < nr && dev->pages[i]; i++)
		sim_set_memtype_ram(dev->machine, page_to_pfn(dev->pages[i]), 1, SIM_CACHE_WB);
	if (is_block(dev) && dev->pages[0])
		sim_free_pages(dev->pages[0], block_order(dev));
	else
		for (unsigned long i = 0; i < nr && dev->pages[i]; i++)
			put_page(dev->pages[i]);
	sim_free(dev->pages, nr * sizeof(*dev->pages), SIM_OBJ_MISC);
}

static int alloc_ram(struct sim_dev *dev)
{
	unsigned long nr = dev->config.nr_pages;
	struct page *block = NULL;

	dev->pages = sim_alloc(dev->machine, nr * sizeof(*dev->pages), SIM_OBJ_MISC);
	if (!dev->pages)
		return -ENOMEM;
	if (is_block(dev)) {
		block = sim_alloc_pages(dev->machine, block_order(dev));
		if (!block)
			return -ENOMEM;
		dev->first_pfn = page_to_pfn(block);
	}
	for (unsigned long i = 0; i < nr; i++) {
		dev->pages[i] = block ? block + i : sim_alloc_pages(dev->machine, 0);
		if (!dev->pages[i])
			return -ENOMEM;
		if (sim_set_memtype_ram(dev->machine, page_to_pfn(dev->pages[i]), 1,
					dev->config.caching))
			return -EINVAL;
	}
	return 0;
}

static int alloc_io(struct sim_dev *dev)
{
	unsigned int shift = dev->machine->mmu->page_shift;

	dev->first_pfn = sim_machine_dev_io(dev->machine, dev->config.nr_pages);
	if (!dev->first_pfn)
		return -ENOMEM;
	if (!dev->config.reserve || dev->config.caching != SIM_CACHE_WC)
		return 0;
	return arch_io_reserve_memtype_wc((resource_size_t)dev->first_pfn << shift,
					  (resource_size_t)dev->config.nr_pages << shift);
}

static void free_io(struct sim_dev *dev)
{
	unsigned int shift = dev->machine->mmu->page_shift;

	if (dev->first_pfn && dev->config.reserve && dev->config.caching == SIM_CACHE_WC)
		arch_io_free_memtype_wc((resource_size_t)dev->first_pfn << shift,
					(resource_size_t)dev->config.nr_pages << shift);
}

unsigned long sim_dev_pfn(const struct sim_dev *dev, unsigned long n)
{
	return dev->pages ? page_to_pfn(dev->pages[n]) : dev->first_pfn + n;
}

bool sim_dev_remaps(const struct sim_dev *dev)
{
	return dev->config.insert == SIM_DEV_REMAP;
}

unsigned long sim_dev_nr_pages(const struct sim_dev *dev)
{
	return dev->config.nr_pages;
}

struct address_space *sim_dev_mapping(const struct sim_dev *dev)
{
	return dev->mapping;
}

/* ---- mapping pages ---- */

struct apply {
	struct vm_area_struct *vma;
	const struct sim_dev *dev;
	unsigned long addr, n;	/* page @n of the device lies at @addr */
};

static int apply_one(pte_t *pte, unsigned long addr, void *data)
{
	const struct apply *apply = data;
	struct vm_area_struct *vma = apply->vma;
	unsigned long n = apply->n + ((addr - apply->addr) >> vma->vm_mm->sim_mmu->page_shift);

	set_pte_at(vma->vm_mm, addr, pte,
		   pte_mkspecial(pfn_pte(sim_dev_pfn(apply->dev, n), vma->vm_page_prot)));
	return 0;
}

static vm_fault_t fault_of(int err)
{
	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

/* Pages [n, n + nr) of the device at @addr, by calls that return an errno. */
static int insert_range(struct vm_area_struct *vma, const struct sim_dev *dev,
			unsigned long addr, unsigned long n, unsigned long nr)
{
	struct apply apply = { vma, dev, addr, n };
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long left = nr;

	switch (dev->config.insert) {
	case SIM_DEV_PAGES:
		return dev->pages ? vm_insert_pages(vma, addr, dev->pages + n, &left) : -EINVAL;
	case SIM_DEV_REMAP:
		return remap_pfn_range(vma, addr, sim_dev_pfn(dev, n), nr << shift,
				       vma->vm_page_prot);
	default:
		return apply_to_page_range(vma->vm_mm, addr, nr << shift, apply_one, &apply);
	}
}

/* One page, by calls that return a fault result. */
static vm_fault_t insert_one(struct vm_area_struct *vma, const struct sim_dev *dev,
			     unsigned long addr, unsigned long n)
{
	unsigned long pfn = sim_dev_pfn(dev, n);

	switch (dev->config.insert) {
	case SIM_DEV_PFN_PROT:
		return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
	case SIM_DEV_MIXED_PROT:
		return vmf_insert_mixed_prot(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV),
					     vma->vm_page_prot);
	default:
		if (!dev->pages)
			return VM_FAULT_SIGBUS;
		return fault_of(vm_insert_page(vma, addr, dev->pages[n]));
	}
}

static bool is_range(const struct sim_dev *dev)
{
	return dev->config.insert == SIM_DEV_PAGES || dev->config.insert == SIM_DEV_REMAP ||
	       dev->config.insert == SIM_DEV_APPLY;
}

/* The first page decides; what comes after is a gift. */
static vm_fault_t insert(struct vm_area_struct *vma, const struct sim_dev *dev,
			 unsigned long addr, unsigned long n, unsigned long nr)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	vm_fault_t ret = VM_FAULT_NOPAGE;

	if (is_range(dev))
		return fault_of(insert_range(vma, dev, addr, n, nr));
	for (unsigned long i = 0; i < nr; i++) {
		vm_fault_t one = insert_one(vma, dev, addr + (i << shift), n + i);

		if (i == 0)
			ret = one;
		if (one & VM_FAULT_ERROR)
			break;
	}
	return ret;
}

/* ---- inserting again ---- */

static int insert_each(struct vm_area_struct *vma, const struct sim_dev *dev, unsigned long addr,
		       unsigned long n, unsigned long nr, vm_fault_t *fault)
{
	unsigned long size = mmu_page_size(vma->vm_mm->sim_mmu);
	int ret = 0;

	for (unsigned long i = 0; i < nr && !ret && !(*fault & VM_FAULT_ERROR); i++) {
		if (dev->config.insert != SIM_DEV_PAGE)
			*fault = insert_one(vma, dev, addr + i * size, n + i);
		else if (dev->pages)
			ret = vm_insert_page(vma, addr + i * size, dev->pages[n + i]);
		else
			ret = -EINVAL;
	}
	return ret;
}

int sim_dev_insert_at(struct vm_area_struct *vma, unsigned long addr, unsigned long n,
		      unsigned long nr, vm_fault_t *fault)
{
	const struct sim_dev *dev = vma->vm_private_data;

	*fault = 0;
	if (n >= dev->config.nr_pages || nr > dev->config.nr_pages - n ||
	    dev->config.insert == SIM_DEV_FAULT_PAGE)
		return -EINVAL;
	/* some of these do not look themselves */
	if (is_range(dev) && nr > (vma->vm_end - addr) >> vma->vm_mm->sim_mmu->page_shift)
		return -EFAULT;
	if (is_range(dev))
		return insert_range(vma, dev, addr, n, nr);
	return insert_each(vma, dev, addr, n, nr, fault);
}

/* ---- vm_ops ---- */

static vm_fault_t fault_page(struct vm_fault *vmf, const struct sim_dev *dev)
{
	if (!dev->pages)
		return VM_FAULT_SIGBUS;
	vmf->page = dev->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

static vm_fault_t dev_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	const struct sim_dev *dev = vma->vm_private_data;
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long nr = dev->config.prefault, room;

	if (dev->config.at_mmap || vmf->pgoff >= dev->config.nr_pages)
		return VM_FAULT_SIGBUS;
	if (dev->config.insert == SIM_DEV_FAULT_PAGE)
		return fault_page(vmf, dev);
	room = (vma->vm_end - vmf->address) >> shift;
	if (nr > room)
		nr = room;
	if (nr > dev->config.nr_pages - vmf->pgoff)
		nr = dev->config.nr_pages - vmf->pgoff;
	return insert(vma, dev, vmf->address, vmf->pgoff, nr);
}

static vm_fault_t dev_pfn_mkwrite(struct vm_fault *vmf)
{
	(void)vmf;
	return 0;
}

static const struct vm_operations_struct dev_vm_ops = {
	.fault = dev_fault,
};

static const struct vm_operations_struct dev_mkwrite_vm_ops = {
	.fault = dev_fault,
	.pfn_mkwrite = dev_pfn_mkwrite,
};

/* ---- file operations ---- */

static pgprot_t caching_prot(const struct sim_dev *dev, pgprot_t prot)
{
	switch (dev->config.caching) {
	case SIM_CACHE_WC: return pgprot_writecombine(prot);
	case SIM_CACHE_UC:
	case SIM_CACHE_UC_MINUS: return pgprot_noncached(prot);
	default: return prot;
	}
}

static int map_all(struct vm_area_struct *vma, const struct sim_dev *dev)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;
	unsigned long nr = (vma->vm_end - vma->vm_start) >> shift;
	vm_fault_t ret;

	if (vma->vm_pgoff > dev->config.nr_pages || nr > dev->config.nr_pages - vma->vm_pgoff)
		return -ENXIO;
	if (is_range(dev))
		return insert_range(vma, dev, vma->vm_start, vma->vm_pgoff, nr);
	if (dev->config.insert == SIM_DEV_FAULT_PAGE)
		return -EINVAL;
	for (unsigned long i = 0; i < nr; i++) {
		ret = insert_one(vma, dev, vma->vm_start + (i << shift), vma->vm_pgoff + i);
		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

static int dev_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct sim_dev *dev = filp->private_data;

	if (dev->config.reject_cow && is_cow_mapping(vma->vm_flags))
		return -EINVAL;
	vma->vm_flags |= dev->config.vm_flags;
	vma->vm_page_prot = caching_prot(dev, vma->vm_page_prot);
	vma->vm_ops = dev->config.pfn_mkwrite ? &dev_mkwrite_vm_ops : &dev_vm_ops;
	vma->vm_private_data = dev;
	return dev->config.at_mmap ? map_all(vma, dev) : 0;
}

static int dev_release(struct inode *inode, struct file *filp)
{
	(void)inode;
	sim_dev_put(filp->private_data);
	return 0;
}

static const struct file_operations dev_fops = {
	.mmap = dev_mmap,
	.release = dev_release,
};

struct sim_dev *sim_dev_of(const struct vm_area_struct *vma)
{
	const struct file *file = vma->vm_file;

	return file && file->f_op == &dev_fops ? file->private_data : NULL;
}

/* ---- life ---- */

struct sim_dev *sim_dev_create(struct sim_machine *machine, const struct sim_dev_config *config)
{
	struct sim_dev *dev = sim_alloc(machine, sizeof(*dev), SIM_OBJ_MISC);

	if (!dev)
		return NULL;
	dev->machine = machine;
	dev->config = *config;
	dev->users.counter = 1;
	dev->mapping = sim_mapping_create(machine);
	if (!dev->mapping || (config->iomem ? alloc_io(dev) : alloc_ram(dev))) {
		sim_dev_put(dev);
		return NULL;
	}
	return dev;
}

void sim_dev_put(struct sim_dev *dev)
{
	if (__atomic_sub_fetch(&dev->users.counter, 1, __ATOMIC_ACQ_REL))
		return;
	if (dev->config.iomem)
		free_io(dev);
	else
		free_ram(dev);
	if (dev->mapping)
		sim_mapping_put(dev->mapping);
	sim_free(dev, sizeof(*dev), SIM_OBJ_MISC);
}

struct file *sim_dev_open(struct sim_dev *dev, unsigned int fmode, const char *name)
{
	struct file *file;

	__atomic_fetch_add(&dev->users.counter, 1, __ATOMIC_RELAXED);
	file = sim_file_create(dev->mapping, &dev_fops, fmode, dev, name);
	if (!file)
		sim_dev_put(dev);
	return file;
}
