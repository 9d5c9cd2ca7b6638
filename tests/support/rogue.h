/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rogue.h - a driver that maps what it is told to, right or wrong: all of a mapping, when
 * it is made.
 */
#ifndef SIM_TESTS_SUPPORT_ROGUE_H
#define SIM_TESTS_SUPPORT_ROGUE_H

#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "support/run.h"

enum rogue_way {
	ROGUE_PFN,		/* vmf_insert_pfn_prot() */
	ROGUE_PAGE,		/* vm_insert_page() */
	ROGUE_REMAP,		/* remap_pfn_range() */
	ROGUE_STORE,		/* apply_to_page_range() and set_pte_at() */
};

struct rogue {
	struct sim_machine *machine;
	struct task_struct *task;
	struct file *file;
	unsigned long page;	/* bytes of one */
	/* the bug: to be set before rogue_mmap() */
	enum rogue_way way;
	unsigned long vm_flags;	/* that mmap adds */
	unsigned long rights;	/* VM_READ ... of the entries; 0: vm_page_prot */
	bool dirty;		/* the entries are */
	bool plain;		/* ROGUE_STORE: without the special bit */
	enum sim_cache_mode cache; /* SIM_CACHE_WB: as it comes */
	unsigned long pfn;	/* of the first page; 0: the first of I/O memory */
};

/* A machine with a task, and a file of the driver that is open for @mode. */
void rogue_create(struct rogue *r, const char *arch, const char *release, unsigned int mode);
void rogue_destroy(struct rogue *r);
/* mmap of @nr pages, or the test fails. */
unsigned long rogue_mmap(struct rogue *r, unsigned long nr, int prot, int flags);
/* The same of anonymous memory. */
unsigned long rogue_mmap_anon(struct rogue *r, unsigned long nr, int prot);
/* A page of RAM: the driver's until rogue_free(). */
unsigned long rogue_alloc(struct rogue *r);
void rogue_free(struct rogue *r, unsigned long pfn);

#endif
