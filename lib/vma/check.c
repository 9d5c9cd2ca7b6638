/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * check.c - does an address space keep its invariants?
 *
 *	V.1 vmas are in order, disjoint, page-aligned, inside user space, counted
 *	V.2 each vma of a file is in the file's i_mmap
 *	V.3 total_vm, locked_vm and data_vm agree with the vmas
 *	V.4 each leaf lies in a vma
 *	V.5 rss agrees with the entries of level 0 that have a normal page; larger
 *	    leaves are inserted by pfn and never counted
 *	V.6 pgtables_bytes agrees with the tables, the top one not counted
 *
 * and the rules E of each present entry (check_entry.c).
 */
#include <errno.h>

#include "pte/walk.h"
#include "vma/check.h"

static void expect(struct sim_check *check, bool holds, const char *what)
{
	if (!holds)
		sim_check_tell(check, "%s", what);
}

/* ---- vmas ---- */

static void check_vma(struct sim_check *check, struct vm_area_struct *vma)
{
	const struct mm_struct *mm = check->mm;

	expect(check, vma->vm_mm == mm, "V.1 a vma belongs to another mm");
	expect(check, vma->vm_start < vma->vm_end, "V.1 a vma is empty");
	expect(check, page_aligned(mm, vma->vm_start | vma->vm_end), "V.1 a vma is not aligned");
	expect(check, vma->vm_end <= mm->task_size, "V.1 a vma leaves user space");
	if (vma->vm_file)
		expect(check, i_mmap_contains(vma), "V.2 a vma is not in its file's i_mmap");
}

static void check_vmas(struct sim_check *check)
{
	struct mm_struct *mm = check->mm, sums = { 0 };
	unsigned long end = 0;
	int nr = 0;

	for (struct vm_area_struct *vma = sim_vma_next(mm, NULL); vma; vma = vma->sim_next) {
		expect(check, vma->vm_start >= end, "V.1 two vmas overlap");
		check_vma(check, vma);
		vm_stat_account(&sums, vma->vm_flags, (long)vma_pages(vma));
		if (vma->vm_flags & VM_LOCKED)
			sums.locked_vm += vma_pages(vma);
		end = vma->vm_end;
		nr++;
	}
	expect(check, nr == mm->map_count, "V.1 map_count differs from the number of vmas");
	expect(check, vma_tree_is_valid(mm), "V.1 the tree of vmas is wrong about itself");
	expect(check, sums.total_vm == mm->total_vm, "V.3 total_vm differs");
	expect(check, sums.locked_vm == mm->locked_vm, "V.3 locked_vm differs");
	expect(check, sums.data_vm == mm->data_vm, "V.3 data_vm differs");
}

/* ---- entries ---- */

struct mm_walk {
	struct sim_entry_walk walk;
	struct sim_check *check;
	struct vm_area_struct *vma;	/* the first that ends behind the last entry */
	long rss[NR_MM_COUNTERS];
	long table_bytes;
};

static void see_table(struct sim_entry_walk *walk, int level)
{
	struct mm_walk *w = (struct mm_walk *)walk;

	w->table_bytes += sim_table_bytes(walk->mm->sim_mmu, level);
}

/* The walk goes upwards, and so does this. */
static struct vm_area_struct *vma_at(struct mm_walk *w, unsigned long addr)
{
	while (w->vma && w->vma->vm_end <= addr)
		w->vma = w->vma->sim_next;
	return w->vma && w->vma->vm_start <= addr ? w->vma : NULL;
}

static void see_leaf(struct sim_entry_walk *walk, int level, uint64_t e, unsigned long addr)
{
	struct mm_walk *w = (struct mm_walk *)walk;
	struct sim_check *check = w->check;
	const struct sim_mmu *mmu = check->mm->sim_mmu;
	struct sim_check_entry entry = { .vma = vma_at(w, addr), .addr = addr, .level = level,
					 .e = e };

	if (!entry.vma || entry.vma->vm_end - addr < mmu_leaf_size(mmu, level)) {
		sim_check_tell(check, "V.4 the entry 0x%llx at 0x%lx lies outside every vma",
			       (unsigned long long)e, addr);
		return;
	}
	if (!fmt_test(&mmu->format[level], SIM_TEST_PRESENT, e))
		return;
	entry.pfn = fmt_pfn(&mmu->format[level], e);
	entry.page = sim_pfn_to_page(check->mm->sim_machine, entry.pfn);
	if (!level)
		entry.counted = sim_normal_page_quietly(entry.vma, addr, e, 0);
	if (entry.counted)
		w->rss[sim_mm_counter(entry.counted)]++;
	sim_check_entry(check, &entry);
	if (check->entry_too)
		check->entry_too(check, &entry);
}

static void check_entries(struct sim_check *check)
{
	struct mm_struct *mm = check->mm;
	struct mm_walk w = {
		.walk = { .mm = mm, .leaf = see_leaf, .table = see_table },
		.check = check, .vma = sim_vma_next(mm, NULL),
	};
	static const char *const what[NR_MM_COUNTERS] = {
		[MM_FILEPAGES] = "V.5 rss of file pages differs",
		[MM_ANONPAGES] = "V.5 rss of anonymous pages differs",
		[MM_SWAPENTS] = "V.5 there are swap entries",
		[MM_SHMEMPAGES] = "V.5 rss of shmem pages differs",
	};

	sim_walk_entries(&w.walk);
	sim_check_flush(check);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		expect(check, w.rss[i] == mm->rss_stat[i].counter, what[i]);
	expect(check, w.table_bytes == mm->pgtables_bytes.counter,
	       "V.6 pgtables_bytes differs from the tables");
}

void sim_check_mm(struct sim_check *check, struct mm_struct *mm)
{
	check->mm = mm;
	check->facts.vma = NULL;
	mmap_write_lock(mm);
	check_vmas(check);
	check_entries(check);
	mmap_write_unlock(mm);
}

unsigned int sim_mm_check(struct mm_struct *mm, void (*tell)(const char *what, void *data),
			  void *data)
{
	struct sim_check check = { .tell = tell, .data = data };

	if (!mm)
		return 0;
	if (sim_mmap_is_own(mm, __func__)) {
		errno = EDEADLK;
		return 0;
	}
	sim_check_mm(&check, mm);
	return check.nr;
}
