/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * dev_internal.h - a raw device from the inside.
 *
 *	dev.c		its pages, its files, its life
 *	dev_insert.c	how it maps pages
 *	dev_ops.c	its handlers
 */
#ifndef SIM_SCENARIO_DEV_INTERNAL_H
#define SIM_SCENARIO_DEV_INTERNAL_H

#include "scenario/dev.h"

#define SIM_DEV_MAX_RESERVED 16

/* A reservation that an operation made: pages. */
struct dev_reserved {
	unsigned long n, nr;	/* nr 0: none */
};

struct sim_dev {
	struct sim_machine *machine;	/* c */
	struct sim_dev_config config;	/* c */
	struct vm_operations_struct ops; /* c: of its mappings */
	struct address_space *mapping;	/* c: of all its files */
	struct page **pages;		/* c: NULL for I/O memory */
	unsigned long first_pfn;	/* c: I/O memory, or the block of remap */
	unsigned int calls[SIM_DEV_NR_CALLS]; /* a */
	unsigned long asked_again;	/* a: for which address a second try was asked last */
	struct dev_reserved reserved[SIM_DEV_MAX_RESERVED];
	atomic_t users;			/* a: the creator, each open file, devices over it */
};

static inline void dev_count(struct sim_dev *dev, enum sim_dev_call call)
{
	__atomic_fetch_add(&dev->calls[call], 1, __ATOMIC_RELAXED);
}

/* Whose pages lie one behind the other. */
static inline bool dev_is_block(const struct sim_dev *dev)
{
	while (dev->config.over)
		dev = dev->config.over;
	return dev->config.iomem || dev->config.insert == SIM_DEV_REMAP;
}

/* ---- dev_insert.c ---- */

/* At a fault: the first page decides, what comes after is a gift. */
vm_fault_t dev_insert(struct vm_area_struct *vma, const struct sim_dev *dev, unsigned long addr,
		      unsigned long n, unsigned long nr, enum sim_dev_insert by);
/* The whole mapping, in ->mmap. 0 or -errno. */
int dev_map_all(struct vm_area_struct *vma, const struct sim_dev *dev);

/* ---- dev_ops.c ---- */

/* dev->ops by dev->config. */
void dev_set_ops(struct sim_dev *dev);
int dev_mmap(struct file *filp, struct vm_area_struct *vma);
/* @prot with a memory type. */
pgprot_t dev_caching_prot(enum sim_cache_mode caching, pgprot_t prot);

#endif
