/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev.h - a raw device of a scenario: a driver that is nothing but its mmap and
 * fault handlers, made of kernel-named functions, so that the same device can
 * be built on a real kernel.
 */
#ifndef SIM_SCENARIO_DEV_H
#define SIM_SCENARIO_DEV_H

#include <ttmsim/vma.h>

enum sim_dev_insert {
	SIM_DEV_PFN_PROT,	/* vmf_insert_pfn_prot */
	SIM_DEV_MIXED_PROT,	/* vmf_insert_mixed_prot */
	SIM_DEV_PAGE,		/* vm_insert_page */
	SIM_DEV_PAGES,		/* vm_insert_pages */
	SIM_DEV_REMAP,		/* remap_pfn_range */
	SIM_DEV_APPLY,		/* apply_to_page_range */
	SIM_DEV_FAULT_PAGE,	/* vmf->page */
};

struct sim_dev_config {
	unsigned long vm_flags;	/* what mmap adds to vma->vm_flags */
	enum sim_dev_insert insert;
	bool iomem;		/* pages without struct page */
	enum sim_cache_mode caching; /* of vm_page_prot; of RAM pages too */
	bool reserve;		/* I/O memory: reserve its memory type */
	unsigned int prefault;	/* pages that one fault maps */
	bool reject_cow;	/* mmap of a COW mapping is -EINVAL */
	bool pfn_mkwrite;	/* has a ->pfn_mkwrite, which allows the write */
	bool at_mmap;		/* maps everything in ->mmap, nothing at faults */
	unsigned long nr_pages;
};

struct sim_dev;

/* The device with one reference; NULL where memory or I/O pages are used up. */
struct sim_dev *sim_dev_create(struct sim_machine *machine, const struct sim_dev_config *config);
/* Drops the creator's reference; files that are open keep the device. */
void sim_dev_put(struct sim_dev *dev);
/* The device opened once more; NULL where an allocation failed. */
struct file *sim_dev_open(struct sim_dev *dev, unsigned int fmode, const char *name);
struct address_space *sim_dev_mapping(const struct sim_dev *dev);
unsigned long sim_dev_nr_pages(const struct sim_dev *dev);
/* The device that a mapping is of; NULL where it is of something else. */
struct sim_dev *sim_dev_of(const struct vm_area_struct *vma);
/* Does it map by remap_pfn_range()? */
bool sim_dev_remaps(const struct sim_dev *dev);
/*
 * The device's insertion function once more, of pages [n, n + nr) at @addr of a
 * mapping of it. Those that insert a range do it by one call, of the others each in
 * turn up to the first that fails. Holds: mmap_lock for writing.
 * Returns 0 with *@fault of those that return VM_FAULT_*, or -errno; -EINVAL where
 * there are no such pages, or no such function.
 */
int sim_dev_insert_at(struct vm_area_struct *vma, unsigned long addr, unsigned long n,
		      unsigned long nr, vm_fault_t *fault);
/* @n below sim_dev_nr_pages(). */
unsigned long sim_dev_pfn(const struct sim_dev *dev, unsigned long n);

#endif
