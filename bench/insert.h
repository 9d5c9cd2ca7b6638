/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert.h - the ways to insert (insert.c), and the rig that they run on
 * (insert_rig.c).
 */
#ifndef TTMSIM_BENCH_INSERT_H
#define TTMSIM_BENCH_INSERT_H

#include "bench.h"

/* PTEs that are one after the other, in a vma and among the pages. */
struct insert_part {
	struct vm_area_struct *vma;
	unsigned long addr;
	unsigned long nr;
	unsigned long page_size;
	unsigned long leaf_pages;	/* that a PMD leaf covers */
	const unsigned long *pfn;	/* nr of them */
	struct page **page;		/* the same; NULL for I/O memory */
};

struct insert_way {
	unsigned long vm_flags;		/* of the vma, before the first insertion */
	/* Inserts one part; ends the program where that fails. */
	void (*insert)(const struct insert_part *part);
	enum sim_feature special;	/* with it entries are special; SIM_NR_FEATURES: never */
	bool tracked;			/* with PAT, entries get the memory type of their pfn */
	bool pages_only;
	bool leaf;			/* PMD leaves */
	bool write_locked;		/* mmap_lock is held for writing, as at mmap time */
	unsigned long reservations;	/* 0: what the caching mode needs */
};

/* Why @way cannot be taken at @point; NULL: it can. */
const char *insert_unfit(const struct insert_way *way, const struct point *point);

/* @mapped: how the rig is left, and how a reset leaves it. */
void *insert_rig_create(const struct insert_way *way, const struct point *point, bool mapped);
void insert_rig_destroy(void *rig);
struct sim_machine *insert_rig_machine(void *rig);

/* Makes the calling thread the task that inserts as thread @n. */
void insert_enter(void *rig, unsigned int n);
/* One thread's part of it all; either is the other's reset. */
void insert_run(void *rig, unsigned int n);
void insert_zap(void *rig, unsigned int n);

#endif
