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
 */
#include <errno.h>

#include "vma/internal.h"

struct mm_check {
	struct mm_struct *mm;
	unsigned int nr;
	void (*tell)(const char *what, void *data);
	void *data;
	long rss[NR_MM_COUNTERS];
	long table_bytes;
};

static void expect(struct mm_check *check, bool holds, const char *what)
{
	if (holds)
		return;
	check->nr++;
	if (check->tell)
		check->tell(what, check->data);
}

/* ---- vmas ---- */

static void check_vma(struct mm_check *check, struct vm_area_struct *vma)
{
	const struct mm_struct *mm = check->mm;

	expect(check, vma->vm_mm == mm, "V.1 a vma belongs to another mm");
	expect(check, vma->vm_start < vma->vm_end, "V.1 a vma is empty");
	expect(check, page_aligned(mm, vma->vm_start | vma->vm_end), "V.1 a vma is not aligned");
	expect(check, vma->vm_end <= mm->task_size, "V.1 a vma leaves user space");
	if (vma->vm_file)
		expect(check, i_mmap_contains(vma), "V.2 a vma is not in its file's i_mmap");
}

static void check_vmas(struct mm_check *check)
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

static void check_leaf(struct mm_check *check, int level, uint64_t e, unsigned long addr)
{
	const struct sim_mmu *mmu = check->mm->sim_mmu;
	struct vm_area_struct *vma = vma_lookup(check->mm, addr);
	const struct page *page;

	expect(check, vma && vma->vm_end - addr >= mmu_leaf_size(mmu, level),
	       "V.4 an entry lies outside every vma");
	if (!vma || level > 0 || !fmt_test(&mmu->format[0], SIM_TEST_PRESENT, e))
		return;
	page = sim_normal_page(vma, addr, e, 0);
	if (page)
		check->rss[sim_mm_counter(page)]++;
}

static void check_table(struct mm_check *check, int level, void *table, unsigned long base)
{
	const struct sim_mmu *mmu = check->mm->sim_mmu;

	for (unsigned long i = 0; i < 1UL << mmu->level[level].index_bits; i++) {
		unsigned long addr = base + (i << mmu->level[level].shift);
		uint64_t e = mmu_read(mmu, level, mmu_slot(mmu, level, table, addr));

		if (mmu_is_none(mmu, level, e))
			continue;
		if (mmu_is_leaf(mmu, level, e)) {
			check_leaf(check, level, e, addr);
			continue;
		}
		check->table_bytes += (long)mmu->level[level - 1].entry_bytes
				      << mmu->level[level - 1].index_bits;
		check_table(check, level - 1, mmu_table(mmu, level, e, check->mm->sim_machine),
			    addr);
	}
}

static void check_entries(struct mm_check *check)
{
	struct mm_struct *mm = check->mm;
	static const char *const what[NR_MM_COUNTERS] = {
		[MM_FILEPAGES] = "V.5 rss of file pages differs",
		[MM_ANONPAGES] = "V.5 rss of anonymous pages differs",
		[MM_SWAPENTS] = "V.5 there are swap entries",
		[MM_SHMEMPAGES] = "V.5 rss of shmem pages differs",
	};

	check_table(check, mm->sim_mmu->nr_levels - 1, mm->pgd, 0);
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		expect(check, check->rss[i] == mm->rss_stat[i].counter, what[i]);
	expect(check, check->table_bytes == mm->pgtables_bytes.counter,
	       "V.6 pgtables_bytes differs from the tables");
}

unsigned int sim_mm_check(struct mm_struct *mm, void (*tell)(const char *what, void *data),
			  void *data)
{
	struct mm_check check = { .mm = mm, .tell = tell, .data = data };

	if (!mm)
		return 0;
	if (sim_mmap_write_lock(mm, __func__)) {
		errno = EDEADLK;
		return 0;
	}
	check_vmas(&check);
	check_entries(&check);
	sim_mmap_unlock(mm);
	return check.nr;
}
