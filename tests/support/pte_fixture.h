/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pte_fixture.h - a machine with a task and vmas made by hand, for the tests of
 * page tables: the vmas have what flags a test wants, however unlikely, and
 * stand in no tree.
 */
#ifndef SIM_TESTS_SUPPORT_PTE_FIXTURE_H
#define SIM_TESTS_SUPPORT_PTE_FIXTURE_H

#include <ttmsim/sim.h>

#include "pte/pgtable.h"
#include "support/run.h"

#define PTE_FIXTURE_VMAS 8

/* Of a mapping of the kind that a driver makes: shared, readable, writable. */
#define VM_DRIVER (VM_READ | VM_WRITE | VM_SHARED | VM_MAYREAD | VM_MAYWRITE | VM_MAYSHARE)
/* A private one: it can be copied on write. */
#define VM_PRIVATE (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE)

struct pte_fixture {
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct task_struct *task;	/* the current one */
	struct mm_struct *mm;
	unsigned int nr_vmas;
	struct vm_area_struct *vma[PTE_FIXTURE_VMAS];
	unsigned long base;		/* a user address, aligned to a PMD leaf */
};

/* Fails the test where the machine cannot be made. */
void pte_fixture_init(struct pte_fixture *f, const char *arch, const char *release);
/* With features flipped: bits 1 << enum sim_feature. */
void pte_fixture_init_toggled(struct pte_fixture *f, const char *arch, const char *release,
			      uint32_t toggle);
void pte_fixture_init_config(struct pte_fixture *f, const struct sim_machine_config *config);
/* With a machine that is the fixture's from then on. */
void pte_fixture_init_machine(struct pte_fixture *f, struct sim_machine *machine);
/* For an architecture that is not in the registry. */
void pte_fixture_init_arch(struct pte_fixture *f, const struct sim_arch *arch,
			   const char *release, uint32_t toggle);

/*
 * Drops every entry of the vmas, frees the tables, the task and the machine.
 * Fails the test where a reference, an rss count, a table or a reservation
 * stays behind.
 */
void pte_fixture_exit(struct pte_fixture *f);

/* A vma of @nr_pages pages from @addr on, with the protection of its flags. */
struct vm_area_struct *pte_fixture_vma(struct pte_fixture *f, unsigned long addr,
				       unsigned long nr_pages, unsigned long vm_flags);

/* Drops the entries of a vma, giving back what they counted. */
void pte_fixture_drop(struct pte_fixture *f, struct vm_area_struct *vma);

/* What the page table holds at an address. */
struct sim_pte_info pte_fixture_at(struct pte_fixture *f, unsigned long addr);

/* Entries of the leaf tables, counted one by one, that are not empty. */
unsigned long pte_fixture_mapped(struct pte_fixture *f, const struct vm_area_struct *vma);

static inline unsigned long pages(const struct pte_fixture *f, unsigned long nr)
{
	return nr << f->mmu->page_shift;
}

/* The first pfns of RAM that nobody has, and of I/O memory. */
unsigned long pte_fixture_ram(const struct pte_fixture *f);
unsigned long pte_fixture_io(const struct pte_fixture *f);

/*
 * Calls @fn with a fresh fixture for each architecture and release. What fails
 * inside is reported with the two names.
 */
void pte_for_each_machine(void (*fn)(struct pte_fixture *f));

#endif
