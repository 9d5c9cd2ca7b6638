/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * address_space.h - a machine with one task, and its address space as a strip of
 * pages that tests write down and compare:
 *
 *	as_from(as, "ww..rrR");          map this, page by page, from as->base
 *	sim_munmap(as->task, as_page(as, 1), as_len(as, 4));
 *	as_assert(as, "w....rR");        this is what must be left
 *
 *	.	nothing			|	a border between two vmas whose pages
 *	n r w x	anonymous, private:		look alike
 *		none, r--, rw-, r-x	N R W X	the same of the file as->file
 *	t s	shared, of the file:	L	w, with VM_LOCKED
 *		r--, rw-		D	w, with VM_DONTCOPY
 *	P	VM_PFNMAP		?	anything else
 *
 * Page i of a file mapping shows page i of the file, so that pieces fit.
 */
#ifndef SIM_TESTS_SUPPORT_ADDRESS_SPACE_H
#define SIM_TESTS_SUPPORT_ADDRESS_SPACE_H

#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "support/run.h"

#define AS_FILE_PAGES 64

struct as {
	struct sim_machine *machine;
	struct task_struct *task;
	struct file *file;	/* AS_FILE_PAGES pages, read-write */
	struct file *pfn_file;	/* ->mmap makes VM_PFNMAP | VM_IO vmas with open and close */
	unsigned long base;
	unsigned long page;	/* bytes of one */
	int nr_open, nr_close;	/* calls for vmas of pfn_file */
	const char *what;	/* the case under test, told where it fails */
};

/* A machine with a task, and files; fails the test where that is not possible. */
void as_create(struct as *as, const char *arch, const char *release);
/* Ends the task, checks the invariants and that nothing is left. */
void as_destroy(struct as *as);
/* Runs @fn on machines of several architectures, in all releases. */
void as_for_all(void (*fn)(struct as *as));

static inline unsigned long as_page(const struct as *as, unsigned long i)
{
	return as->base + i * as->page;
}

static inline unsigned long as_len(const struct as *as, unsigned long nr)
{
	return nr * as->page;
}

/* Maps the strip at as->base. Neighbours that could merge will. */
void as_from(struct as *as, const char *strip);
/* Unmaps everything that as_from() can reach. */
void as_clear(struct as *as);
/* The strip of a task's first @nr pages from as->base on. */
void as_strip(struct as *as, struct task_struct *task, size_t nr, char *buf, size_t len);
void as_assert_at(struct as *as, struct task_struct *task, const char *strip, const char *file,
		  int line);
#define as_assert(as, strip) as_assert_at(as, (as)->task, strip, __FILE__, __LINE__)
#define as_assert_task(as, task, strip) as_assert_at(as, task, strip, __FILE__, __LINE__)

/* Fails unless sim_mm_check() finds nothing; prints what it finds. */
void as_check(struct as *as, struct task_struct *task);
/* vm_flags of the vma at page i; fails where there is none. */
unsigned long as_flags(struct as *as, unsigned long i);

/* A random number from a seed that SIM_SEED can set; both print. */
uint64_t as_seed(uint64_t fallback);
uint32_t as_random(uint64_t *state, uint32_t below);

#endif
