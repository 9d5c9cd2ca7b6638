/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup_fixture.h - a machine with a task and a raw device, for the tests of
 * lib/gup: the device's mmap gives a vma what flags a test wants, its fault
 * handler inserts in the way that the test wants.
 */
#ifndef SIM_TESTS_SUPPORT_GUP_FIXTURE_H
#define SIM_TESTS_SUPPORT_GUP_FIXTURE_H

#include <sys/mman.h>

#include <ttmsim/gup.h>
#include <ttmsim/sim.h>

#include "pte/pgtable.h"
#include "support/run.h"

#define GUP_PAGES 8		/* pages of the device */

/* How the device answers a fault. */
enum gup_insert {
	GUP_INSERT_PFN,		/* vmf_insert_pfn of its RAM */
	GUP_INSERT_IO,		/* vmf_insert_pfn of I/O memory */
	GUP_INSERT_MIXED,	/* vmf_insert_mixed of its RAM */
	GUP_INSERT_PAGE,	/* ->fault returns the page: normal */
	GUP_INSERT_NOTHING,	/* NOPAGE, and nothing is there */
};

struct gup_device {
	unsigned long vm_flags;		/* its mmap adds these */
	enum gup_insert insert;
	struct page *page[GUP_PAGES];	/* RAM, one reference each */
	unsigned long io_pfn;
	vm_fault_t answer;		/* if not 0: what it answers instead ... */
	int answers;			/* ... so often */
	unsigned int nr_fault;
	unsigned int nr_tried;		/* of them with FAULT_FLAG_TRIED */
	unsigned int fault_flags;	/* of the last fault */
	const struct vm_operations_struct *ops; /* NULL: with ->fault alone */
	int access_result;		/* ->access: bytes at most, or -errno */
	unsigned char bytes[64];	/* what ->access reads and writes */
};

struct gup_fixture {
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct task_struct *task;
	struct mm_struct *mm;
	unsigned long page;		/* bytes of one */
	struct gup_device dev;
	struct file *file;		/* the device, open read-write */
	const char *release;
};

void gup_open(struct gup_fixture *fx, const char *arch, const char *release);
void gup_open_toggled(struct gup_fixture *fx, const char *arch, const char *release,
		      uint32_t toggle);
/* Ends the task; fails the test where an invariant is broken or something is
 * left. A crashed machine is only destroyed. */
void gup_close(struct gup_fixture *fx);

/* Runs @fn on machines of several architectures in all releases; what fails
 * inside is reported with the two names. */
void gup_each(void (*fn)(struct gup_fixture *fx));
/* In all releases of one architecture. */
void gup_each_release(const char *arch, void (*fn)(struct gup_fixture *fx));

/* Map the device; @share MAP_SHARED or MAP_PRIVATE. Returns the address. */
unsigned long gup_map(struct gup_fixture *fx, int prot, int share, unsigned long nr_pages);
/* The same at an address aligned to a leaf of @level. */
unsigned long gup_map_aligned(struct gup_fixture *fx, int prot, int share,
			      unsigned long nr_pages, int level);
/* Private anonymous memory. */
unsigned long gup_anon(struct gup_fixture *fx, int prot, unsigned long nr_pages);
/* Touch it as the CPU would; fails the test where that is a signal. */
void gup_touch(struct gup_fixture *fx, unsigned long addr, bool write);
/* The vma at an address. */
struct vm_area_struct *gup_vma(struct gup_fixture *fx, unsigned long addr);

/* get_user_pages() under mmap_lock. */
long gup_slow(struct gup_fixture *fx, unsigned long addr, unsigned long nr, unsigned int flags,
	      struct page **pages);
/* pin_user_pages() under mmap_lock. */
long gup_pin(struct gup_fixture *fx, unsigned long addr, unsigned long nr, unsigned int flags,
	     struct page **pages);
/* Give back references. */
void gup_put(struct page **pages, long nr);

/* The raw entry at an address, 0-level or leaf. */
uint64_t gup_raw(struct gup_fixture *fx, unsigned long addr);
/* A huge leaf put into the tables past every check, of the pages from @pfn on. */
void gup_set_leaf(struct gup_fixture *fx, unsigned long addr, int level, unsigned long pfn,
		  bool write, bool special);
/* And taken out again. */
void gup_clear_leaf(struct gup_fixture *fx, unsigned long addr, int level);
/* A block of RAM that a leaf of @level can map: the head has a reference, the
 * tails none, as TTM's pool has them. */
struct page *gup_alloc_block(struct gup_fixture *fx, int level, unsigned int *order);

#endif
