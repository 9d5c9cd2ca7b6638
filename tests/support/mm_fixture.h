/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mm_fixture.h - address spaces and mappings made by hand, for the tests of
 * lib/pte: no files, no system calls, drivers of the test's own.
 *
 * A test runs once for each architecture and release of a list:
 *
 *	static void check(struct mm_fixture *fx) { ... }
 *	static void test_x(void **state) { mm_fixture_each(check, state); }
 *	static const struct CMUnitTest tests[] = { MM_TEST(test_x) };
 *
 * At the end of each run nothing may be left: live objects, free pages, page
 * counts as before.
 */
#ifndef SIM_TESTS_SUPPORT_MM_FIXTURE_H
#define SIM_TESTS_SUPPORT_MM_FIXTURE_H

#include <ttmsim/sim.h>

#include "pte/pgtable.h"
#include "support/run.h"

#define MM_BASE 0x40000000UL	/* user address on every architecture; PMD-aligned */
#define MM_PAGES 8		/* pages of the test's own device */

/* What a test's driver hands out, and what it was asked. */
struct mm_driver {
	struct page *page[MM_PAGES];	/* RAM, one reference each */
	unsigned long io_pfn;		/* first of MM_PAGES pfns without struct pages */
	unsigned long pfn;		/* what pfn handlers insert, from pgoff 0 on */
	vm_fault_t answer;		/* if not 0: answered instead of doing anything */
	unsigned int nr_fault, nr_huge, nr_page_mkwrite, nr_pfn_mkwrite;
	unsigned int flags;		/* vmf->flags of the last call */
};

struct mm_fixture {
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	unsigned long page;		/* bytes of a page */
	struct mm_struct *mm;
	struct mm_driver drv;
	struct address_space *mapping;	/* only its address counts */
};

/* ---- machines ---- */

/* Runs @check on every architecture of the list in every release of it. */
void mm_fixture_each(void (*check)(struct mm_fixture *fx), void **state);
/* One of them. NULL config: the default machine. */
void mm_fixture_open(struct mm_fixture *fx, const struct sim_machine_config *config);
/* Fails the test where something is left. */
void mm_fixture_close(struct mm_fixture *fx);
/* Says where a failed run of mm_fixture_each() was. */
int mm_fixture_teardown(void **state);

#define MM_TEST(f) cmocka_unit_test_teardown(f, mm_fixture_teardown)

/* ---- address spaces ---- */

struct mm_struct *mm_create(struct mm_fixture *fx);
/* Every vma must be unmapped; the tables go here. */
void mm_destroy(struct mm_struct *mm);

/* A vma at MM_BASE + @at pages; vm_page_prot as mmap sets it; vm_file is set
 * where there are @ops. */
struct vm_area_struct *mm_map(struct mm_fixture *fx, struct mm_struct *mm, unsigned long at,
			      unsigned long pages, unsigned long flags,
			      const struct vm_operations_struct *ops);
/* The same vma for another mm, as fork makes it. */
struct vm_area_struct *mm_dup_vma(struct vm_area_struct *vma, struct mm_struct *mm);
/* Zaps, frees the vma and its share of the anon_vma. */
void mm_unmap(struct vm_area_struct *vma);

#define MM_RW (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define MM_RO (VM_READ | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define MM_SHARED (VM_SHARED | VM_MAYSHARE)

/* ---- touching ---- */

/* One fault under mmap_lock; VM_FAULT_* as they come. */
vm_fault_t mm_fault(struct vm_area_struct *vma, unsigned long addr, unsigned int flags);
/* Faults until the access goes through: 0, or the VM_FAULT_ERROR bits, or
 * VM_FAULT_RETRY where it does not come to an end. */
vm_fault_t mm_touch(struct vm_area_struct *vma, unsigned long addr, bool write);
/* mm_touch(), then one byte; they fail the test where the touch does. */
uint8_t mm_load(struct vm_area_struct *vma, unsigned long addr);
void mm_store(struct vm_area_struct *vma, unsigned long addr, uint8_t value);

/* ---- looking ---- */

uint64_t mm_entry(const struct vm_area_struct *vma, unsigned long addr, int *level);
bool mm_test(const struct vm_area_struct *vma, unsigned long addr, enum sim_pte_test_id id);
bool mm_none(const struct vm_area_struct *vma, unsigned long addr);
unsigned long mm_pfn(const struct vm_area_struct *vma, unsigned long addr);
struct page *mm_page(const struct vm_area_struct *vma, unsigned long addr);
long mm_rss(const struct mm_struct *mm, int member);
uint64_t mm_count(const struct mm_fixture *fx, enum sim_counter counter);
/* Puts a leaf of @level at an address, past every check. */
void mm_set_leaf(struct vm_area_struct *vma, unsigned long addr, int level, unsigned long pfn,
		 bool write, bool special);

/* What must be as before where an operation fails. */
struct mm_state {
	long rss[NR_MM_COUNTERS];
	int refs[MM_PAGES], maps[MM_PAGES];
	unsigned long pages;
};

void mm_save(struct mm_fixture *fx, const struct mm_struct *mm, struct mm_state *state);
void mm_assert_same(const struct mm_state *a, const struct mm_state *b);

/* ---- drivers ---- */

/* vm_private_data is the struct mm_driver. */
extern const struct vm_operations_struct mm_page_ops;	 /* ->fault returns a page */
extern const struct vm_operations_struct mm_mkwrite_ops; /* and ->page_mkwrite */
extern const struct vm_operations_struct mm_pfn_ops;	 /* vmf_insert_pfn() */
extern const struct vm_operations_struct mm_pfn_mkwrite_ops; /* and ->pfn_mkwrite */
extern const struct vm_operations_struct mm_mixed_ops;	 /* vmf_insert_mixed() */
extern const struct vm_operations_struct mm_huge_ops;	 /* ->huge_fault too */

#endif
