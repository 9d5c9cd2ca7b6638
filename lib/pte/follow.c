/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * follow.c - what a mapping of I/O memory or of pfns has at an address.
 *
 *	up to 6.9	follow_pfn()		no lock is held after it
 *	up to 6.11	follow_pte()		a page, with its entry's lock held
 *	from 6.12 on	follow_pfnmap_start()	a leaf of any size, the same
 */
#include <ttmsim/mm.h>

#include "pte/pgtable.h"
#include "pte/walk.h"

#define VM_IO_OR_PFNMAP (VM_IO | VM_PFNMAP)

/* A leaf that is present, with its lock held: its entry; NULL. */
static void *lock_leaf(struct mm_struct *mm, unsigned long addr, int *level, spinlock_t **ptl,
		       uint64_t *e)
{
	const struct sim_mmu *mmu = mm->sim_mmu;
	void *slot;

	if (sim_is_crashed(mm->sim_machine) || addr >= mmu->task_size)
		return NULL;
	slot = sim_walk(mm, addr, level);
	*ptl = sim_ptl(mmu, *level, slot);
	sim_spin_lock(mm->sim_machine, *ptl, SIM_RANK_PTL);
	*e = sim_get_entry(mm, *level, slot);
	if (!mmu_is_none(mmu, *level, *e) && mmu_is_leaf(mmu, *level, *e) &&
	    fmt_test(&mmu->format[*level], SIM_TEST_PRESENT, *e))
		return slot;
	sim_spin_unlock(*ptl, SIM_RANK_PTL);
	return NULL;
}

int sim_follow_pte(struct mm_struct *mm, unsigned long address, pte_t **ptepp, spinlock_t **ptlp)
{
	uint64_t e;
	int level;

	*ptepp = lock_leaf(mm, address, &level, ptlp, &e);
	if (!*ptepp)
		return -EINVAL;
	if (!level)
		return 0;
	sim_spin_unlock(*ptlp, SIM_RANK_PTL);
	return -EINVAL;
}

int sim_follow_pfn(struct vm_area_struct *vma, unsigned long address, unsigned long *pfn)
{
	spinlock_t *ptl;
	pte_t *ptep;

	if (!(vma->vm_flags & VM_IO_OR_PFNMAP) ||
	    sim_follow_pte(vma->vm_mm, address, &ptep, &ptl))
		return -EINVAL;
	*pfn = fmt_pfn(&vma->vm_mm->sim_mmu->format[SIM_LEAF_PTE],
		       mmu_read(vma->vm_mm->sim_mmu, 0, ptep));
	sim_pte_unmap_unlock(ptep, ptl);
	return 0;
}

/* The bits of a leaf that are neither its pfn nor its size, as level 0 has them.
 * Models: include/linux/pgtable.h, pte_pgprot, 6.12. */
static uint64_t leaf_prot(const struct sim_mmu *mmu, int level, uint64_t e)
{
	const struct sim_entry_format *fmt = &mmu->format[level];
	uint64_t pfn = fmt_pfn(fmt, e);

	return e ^ (fmt_make(fmt, pfn, 0) & fmt->pfn_mask);
}

int follow_pfnmap_start(struct follow_pfnmap_args *args)
{
	struct vm_area_struct *vma = args->vma;
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	const struct sim_entry_format *fmt;
	unsigned long inside;
	uint64_t e;
	int level;
	void *slot;

	if (args->address < vma->vm_start || args->address >= vma->vm_end ||
	    !(vma->vm_flags & VM_IO_OR_PFNMAP))
		return -EINVAL;
	slot = lock_leaf(vma->vm_mm, args->address, &level, &args->lock, &e);
	if (!slot)
		return -EINVAL;
	fmt = &mmu->format[level];
	inside = args->address & (mmu_leaf_size(mmu, level) - 1);
	args->ptep = level ? NULL : slot;
	args->pfn = fmt_pfn(fmt, e) + (inside >> mmu->page_shift);
	args->pgprot.pgprot = leaf_prot(mmu, level, e);
	args->writable = fmt_test(fmt, SIM_TEST_WRITE, e);
	args->special = fmt_test(fmt, SIM_TEST_SPECIAL, e);
	return 0;
}

void follow_pfnmap_end(struct follow_pfnmap_args *args)
{
	sim_spin_unlock(args->lock, SIM_RANK_PTL);
}

/*
 * The bytes go through the pfn, not through a mapping that is made for them; so the
 * entry is not asked twice. Memory is that of the page, whatever its type.
 */
int generic_access_phys(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
			int write)
{
	struct follow_pfnmap_args args = { .vma = vma, .address = addr };
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	size_t offset = addr & (mmu_page_size(machine->mmu) - 1);
	int ret;

	if (len < 0 || follow_pfnmap_start(&args))
		return -EINVAL;
	follow_pfnmap_end(&args);
	if ((write & (int)FOLL_WRITE) && !args.writable)
		return -EINVAL;
	ret = write ? sim_phys_write(machine, args.pfn, offset, buf, (size_t)len)
		    : sim_phys_read(machine, args.pfn, offset, buf, (size_t)len);
	return ret ? ret : len;
}
