/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev_insert.c - how a raw device maps its pages: by which function of the kernel,
 * and with which protection.
 */
#include <errno.h>

#include <ttmsim/mm.h>

#include "pte/pgtable.h"
#include "scenario/dev_internal.h"
#include "sim/machine.h"

static unsigned int shift_of(const struct vm_area_struct *vma)
{
	return vma->vm_mm->sim_mmu->page_shift;
}

/* vm_page_prot, unless it is told to be another: then made anew, with its type. */
static pgprot_t prot_of(const struct vm_area_struct *vma, const struct sim_dev *dev)
{
	const struct sim_dev_config *config = &dev->config;
	unsigned long flags = vma->vm_flags;

	if (!config->own_prot)
		return vma->vm_page_prot;
	if (config->insert_prot >= 0)
		flags = (flags & ~VM_ACCESS_FLAGS) | (unsigned long)config->insert_prot;
	return dev_caching_prot(config->insert_caching,
				sim_vm_page_prot(vma->vm_mm->sim_mmu, flags));
}

/* ---- by calls that return an errno ---- */

static bool is_range(enum sim_dev_insert by)
{
	return by == SIM_DEV_PAGES || by == SIM_DEV_REMAP || by == SIM_DEV_APPLY;
}

struct apply {
	struct vm_area_struct *vma;
	const struct sim_dev *dev;
	unsigned long addr, n;	/* page @n of the device lies at @addr */
};

static int apply_one(pte_t *pte, unsigned long addr, void *data)
{
	const struct apply *apply = data;
	struct vm_area_struct *vma = apply->vma;
	unsigned long n = apply->n + ((addr - apply->addr) >> shift_of(vma));

	set_pte_at(vma->vm_mm, addr, pte,
		   pte_mkspecial(pfn_pte(sim_dev_pfn(apply->dev, n), prot_of(vma, apply->dev))));
	return 0;
}

/* One call where the pages lie together, else one for each. */
static int remap(struct vm_area_struct *vma, const struct sim_dev *dev, unsigned long addr,
		 unsigned long n, unsigned long nr)
{
	unsigned long step = dev_is_block(dev) ? nr : 1, size = step << shift_of(vma);
	int ret = 0;

	for (unsigned long i = 0; i < nr && !ret; i += step, addr += size)
		ret = remap_pfn_range(vma, addr, sim_dev_pfn(dev, n + i), size,
				      prot_of(vma, dev));
	return ret;
}

/* Pages [n, n + nr) of the device at @addr. */
static int insert_range(struct vm_area_struct *vma, const struct sim_dev *dev,
			unsigned long addr, unsigned long n, unsigned long nr,
			enum sim_dev_insert by)
{
	struct apply apply = { vma, dev, addr, n };
	unsigned long left = nr;

	switch (by) {
	case SIM_DEV_PAGES:
		return dev->pages ? vm_insert_pages(vma, addr, dev->pages + n, &left) : -EINVAL;
	case SIM_DEV_REMAP:
		return remap(vma, dev, addr, n, nr);
	default:
		return apply_to_page_range(vma->vm_mm, addr, nr << shift_of(vma), apply_one,
					   &apply);
	}
}

/* ---- by calls that return a fault result ---- */

static vm_fault_t fault_of(int err)
{
	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

/* The newest releases have no way to say with which protection. */
static vm_fault_t insert_mixed(struct vm_area_struct *vma, const struct sim_dev *dev,
			       unsigned long addr, pfn_t pfn)
{
	if (!sim_rule(dev->machine, SIM_RULE_MIXED_TAKES_PROT))
		return vmf_insert_mixed(vma, addr, pfn);
	return vmf_insert_mixed_prot(vma, addr, pfn, prot_of(vma, dev));
}

static vm_fault_t insert_one(struct vm_area_struct *vma, const struct sim_dev *dev,
			     unsigned long addr, unsigned long n, enum sim_dev_insert by)
{
	unsigned long pfn = sim_dev_pfn(dev, n);

	switch (by) {
	case SIM_DEV_PFN_PROT:
		return vmf_insert_pfn_prot(vma, addr, pfn, prot_of(vma, dev));
	case SIM_DEV_MIXED_PROT:
		return insert_mixed(vma, dev, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
	case SIM_DEV_MIXED_SPECIAL:
		return insert_mixed(vma, dev, addr, __pfn_to_pfn_t(pfn, PFN_DEV | PFN_SPECIAL));
	case SIM_DEV_MIXED_MKWRITE:
		return vmf_insert_mixed_mkwrite(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
	default:
		if (!dev->pages)
			return VM_FAULT_SIGBUS;
		return fault_of(vm_insert_page(vma, addr, dev->pages[n]));
	}
}

vm_fault_t dev_insert(struct vm_area_struct *vma, const struct sim_dev *dev, unsigned long addr,
		      unsigned long n, unsigned long nr, enum sim_dev_insert by)
{
	vm_fault_t ret = VM_FAULT_NOPAGE;

	if (is_range(by))
		return fault_of(insert_range(vma, dev, addr, n, nr, by));
	for (unsigned long i = 0; i < nr; i++) {
		vm_fault_t one = insert_one(vma, dev, addr + (i << shift_of(vma)), n + i, by);

		if (i == 0)
			ret = one;
		if (one & VM_FAULT_ERROR)
			break;
	}
	return ret;
}

/* ---- all at once ---- */

int dev_map_all(struct vm_area_struct *vma, const struct sim_dev *dev)
{
	enum sim_dev_insert by = dev->config.insert;
	unsigned int shift = shift_of(vma);
	unsigned long nr = (vma->vm_end - vma->vm_start) >> shift;
	vm_fault_t ret;

	if (vma->vm_pgoff > dev->config.nr_pages || nr > dev->config.nr_pages - vma->vm_pgoff)
		return -ENXIO;
	if (is_range(by))
		return insert_range(vma, dev, vma->vm_start, vma->vm_pgoff, nr, by);
	if (by == SIM_DEV_FAULT_PAGE)
		return -EINVAL;
	for (unsigned long i = 0; i < nr && by != SIM_DEV_NOTHING; i++) {
		ret = insert_one(vma, dev, vma->vm_start + (i << shift), vma->vm_pgoff + i, by);
		if (ret & VM_FAULT_ERROR)
			return ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
	}
	return 0;
}

/* ---- once more ---- */

static int insert_each(struct vm_area_struct *vma, const struct sim_dev *dev, unsigned long addr,
		       unsigned long n, unsigned long nr, enum sim_dev_insert by,
		       vm_fault_t *fault)
{
	unsigned long size = 1UL << shift_of(vma);
	int ret = 0;

	for (unsigned long i = 0; i < nr && !ret && !(*fault & VM_FAULT_ERROR); i++) {
		if (by != SIM_DEV_PAGE)
			*fault = insert_one(vma, dev, addr + i * size, n + i, by);
		else if (dev->pages)
			ret = vm_insert_page(vma, addr + i * size, dev->pages[n + i]);
		else
			ret = -EINVAL;
	}
	return ret;
}

int sim_dev_insert_at(struct vm_area_struct *vma, unsigned long addr, unsigned long n,
		      unsigned long nr, enum sim_dev_insert by, vm_fault_t *fault)
{
	const struct sim_dev *dev = sim_dev_of(vma);

	*fault = 0;
	if (n >= dev->config.nr_pages || nr > dev->config.nr_pages - n ||
	    by == SIM_DEV_FAULT_PAGE || by == SIM_DEV_NOTHING)
		return -EINVAL;
	/* some of these do not look themselves */
	if (is_range(by) && nr > (vma->vm_end - addr) >> shift_of(vma))
		return -EFAULT;
	if (is_range(by))
		return insert_range(vma, dev, addr, n, nr, by);
	return insert_each(vma, dev, addr, n, nr, by, fault);
}

enum sim_dev_insert sim_dev_inserts_by(const struct sim_dev *dev)
{
	return dev->config.insert;
}
