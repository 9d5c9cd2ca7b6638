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
	SIM_DEV_MIXED_PROT,	/* vmf_insert_mixed_prot; where that is gone, vmf_insert_mixed */
	SIM_DEV_MIXED_SPECIAL,	/* the same, of a pfn with PFN_SPECIAL */
	SIM_DEV_MIXED_MKWRITE,	/* vmf_insert_mixed_mkwrite, at a read vmf_insert_mixed */
	SIM_DEV_PAGE,		/* vm_insert_page */
	SIM_DEV_PAGES,		/* vm_insert_pages */
	SIM_DEV_REMAP,		/* remap_pfn_range */
	SIM_DEV_APPLY,		/* apply_to_page_range */
	SIM_DEV_FAULT_PAGE,	/* vmf->page */
	SIM_DEV_NOTHING,	/* faults are SIGBUS */
	SIM_DEV_NR_INSERTS
};

/* What a handler answers. */
enum sim_dev_answer {
	SIM_DEV_NO_HANDLER,
	SIM_DEV_ALLOW,		/* ->fault: maps; ->pfn_mkwrite: 0 */
	SIM_DEV_LOCKED,		/* ->page_mkwrite: locks the page and says so */
	SIM_DEV_INSERT,		/* ->pfn_mkwrite: inserts once more */
	SIM_DEV_RETRY,		/* ->fault: asks for a second try first, where it may */
	SIM_DEV_SIGBUS,
	SIM_DEV_SIGSEGV,
	SIM_DEV_NR_ANSWERS
};

/* What ->access does. */
enum sim_dev_access {
	SIM_DEV_NO_ACCESS,
	SIM_DEV_ACCESS_BYTES,	/* moves the bytes */
	SIM_DEV_ACCESS_ERROR,	/* -EFAULT */
	SIM_DEV_NR_ACCESSES
};

/* Handlers that are counted. */
enum sim_dev_call {
	SIM_DEV_OPEN, SIM_DEV_CLOSE, SIM_DEV_FAULT, SIM_DEV_PAGE_MKWRITE, SIM_DEV_PFN_MKWRITE,
	SIM_DEV_ACCESS, SIM_DEV_NR_CALLS
};

struct sim_dev;

struct sim_dev_config {
	unsigned long vm_flags;	/* what mmap adds to vma->vm_flags */
	bool clears_maywrite;	/* ... and it takes VM_MAYWRITE away */
	enum sim_dev_insert insert;
	bool iomem;		/* pages without struct page */
	enum sim_cache_mode prot_caching; /* of vm_page_prot */
	enum sim_cache_mode insert_caching; /* of what is inserted with ... */
	bool own_prot;		/* ... which is not vm_page_prot, but made anew: */
	int insert_prot;	/* PROT_* of it; -1: those of the vma */
	enum sim_cache_mode pages_caching; /* of the pages themselves */
	bool reserve;		/* I/O memory: reserve its memory type, which is WC then */
	unsigned int prefault;	/* pages that one fault maps */
	bool reject_cow;	/* mmap of a COW mapping is -EINVAL */
	enum sim_dev_answer fault, page_mkwrite, pfn_mkwrite;
	enum sim_dev_access access;
	bool open, close;	/* has these handlers */
	bool at_mmap;		/* maps everything in ->mmap, nothing at faults */
	unsigned long nr_pages;
	struct sim_dev *over;	/* has the pages of this one ... */
	unsigned long over_page; /* ... from this on; NULL: pages of its own */
};

/* The device with one reference; NULL where memory or I/O pages are used up. */
struct sim_dev *sim_dev_create(struct sim_machine *machine, const struct sim_dev_config *config);
/* Drops the creator's reference; files that are open keep the device. */
void sim_dev_put(struct sim_dev *dev);
/* The device opened once more; NULL where an allocation failed. */
struct file *sim_dev_open(struct sim_dev *dev, unsigned int fmode, const char *name);
struct address_space *sim_dev_mapping(const struct sim_dev *dev);
unsigned long sim_dev_nr_pages(const struct sim_dev *dev);
/* How often a handler was called. */
unsigned int sim_dev_calls(const struct sim_dev *dev, enum sim_dev_call call);
/* Are the pages another device's? */
bool sim_dev_is_over(const struct sim_dev *dev);
/*
 * Reserves pages [n, n + nr) of I/O memory as write-combining, or ends such a
 * reservation of exactly that range. Returns 0; -EINVAL, RAM, or no such pages; -ENOENT,
 * nothing to end; -ENOSPC, too many; -EBUSY and so on as arch_io_reserve_memtype_wc().
 */
int sim_dev_reserve(struct sim_dev *dev, unsigned long n, unsigned long nr);
int sim_dev_unreserve(struct sim_dev *dev, unsigned long n, unsigned long nr);
/* The device that a mapping is of; NULL where it is of something else. */
struct sim_dev *sim_dev_of(const struct vm_area_struct *vma);
/* Does it map by remap_pfn_range()? */
bool sim_dev_remaps(const struct sim_dev *dev);
/*
 * An insertion function of pages [n, n + nr) of the device at @addr of a mapping of
 * it. Those that insert a range do it by one call, of the others each in
 * turn up to the first that fails. Holds: mmap_lock for writing.
 * Returns 0 with *@fault of those that return VM_FAULT_*, or -errno; -EINVAL where
 * there are no such pages, or no such function.
 */
int sim_dev_insert_at(struct vm_area_struct *vma, unsigned long addr, unsigned long n,
		      unsigned long nr, enum sim_dev_insert by, vm_fault_t *fault);
/* The device's own. */
enum sim_dev_insert sim_dev_inserts_by(const struct sim_dev *dev);
/* @n below sim_dev_nr_pages(). */
unsigned long sim_dev_pfn(const struct sim_dev *dev, unsigned long n);

#endif
