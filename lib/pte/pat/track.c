/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * track.c - the memory-type reservations of mappings.
 *
 * remap_pfn_range() over a whole vma reserves its range and marks the vma
 * VM_PAT; smaller ranges only ask, and every page must give the same answer.
 * Nobody notes what was reserved: at fork and unmap the first entry of the vma
 * is read to find out. That goes wrong where it is a private copy by then:
 *
 *	up to 5.14	the copy's pfn is taken for the start of the range. It is
 *			RAM, so the reservation is never freed.
 *	later		unmap falls back on vm_pgoff, where remap_pfn_range() left
 *			the pfn; fork, which needs the type as well, fails.
 */
#include <errno.h>

#include "pte/pat/memtype.h"
#include "pte/walk.h"

static unsigned long vma_bytes(const struct vm_area_struct *vma)
{
	return vma->vm_end - vma->vm_start;
}

/* ---- what a vma maps at its start ---- */

/*
 * Models: mm/memory.c, follow_phys, 5.11 and 6.1; arch/x86/mm/pat/memtype.c,
 * follow_phys, 6.12.
 */
static int follow_phys(struct vm_area_struct *vma, uint64_t *e)
{
	struct mm_struct *mm = vma->vm_mm;
	struct sim_machine *machine = mm->sim_machine;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	int level, ret = -EINVAL;
	void *slot = sim_walk(mm, vma->vm_start, &level);
	spinlock_t *ptl;

	if (level || !(vma->vm_flags & (VM_IO | VM_PFNMAP)))
		return -EINVAL;
	ptl = sim_ptl(mm->sim_mmu, 0, slot);
	ptl_lock(sim_cpu(machine), ptl);
	*e = sim_get_entry(mm, 0, slot);
	if (!fmt_none(fmt, *e) && fmt_test(fmt, SIM_TEST_PRESENT, *e) &&
	    (!sim_rule(machine, SIM_RULE_PAT_KNOWS_COW) ||
	     !sim_normal_page(vma, vma->vm_start, *e, 0)))
		ret = 0;
	ptl_unlock(ptl);
	return ret;
}

struct pat_info {
	unsigned long pfn;
	uint64_t prot;		/* of the first entry; 0 where only the pfn is known */
};

/* 0; -EINVAL where nothing says what was reserved. */
static int find_pat_info(struct vm_area_struct *vma, struct pat_info *info)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;

	if (!follow_phys(vma, &info->prot)) {
		info->pfn = fmt_pfn(&machine->mmu->format[SIM_LEAF_PTE], info->prot);
		return 0;
	}
	info->pfn = vma->vm_pgoff;
	info->prot = 0;
	return sim_rule(machine, SIM_RULE_PAT_KNOWS_COW) && is_cow_mapping(vma->vm_flags)
		       ? 0 : -EINVAL;
}

/* Models: arch/x86/mm/pat/memtype.c, get_pat_info, 6.1 and 6.12; track_pfn_copy
 * and untrack_pfn themselves in 5.11. */
static int get_pat_info(struct vm_area_struct *vma, struct pat_info *info, bool need_prot)
{
	bool known = !find_pat_info(vma, info);

	(void)SIM_WARN_ON(vma->vm_mm->sim_machine, "arch/x86/mm/pat/memtype.c", !known);
	return known && (info->prot || !need_prot) ? 0 : -EINVAL;
}

int sim_pat_pfn(struct vm_area_struct *vma, unsigned long *pfn)
{
	struct pat_info info;
	int ret = find_pat_info(vma, &info);

	*pfn = info.pfn;
	return ret;
}

/* ---- one range ---- */

/*
 * Reserve what a vma maps. RAM is not reserved; its own type goes into *@prot.
 * @strict: no other type than that of *@prot will do.
 * Models: arch/x86/mm/pat/memtype.c, reserve_pfn_range, 5.11 to 6.12.
 */
static int reserve_pfn_range(struct sim_machine *machine, unsigned long pfn, unsigned long size,
			     uint64_t *prot, bool strict)
{
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];
	uint64_t start = memtype_bytes(machine, pfn), end = start + size;
	enum sim_cache_mode want = fmt_cache(fmt, *prot), got = want;
	int ret;

	if (sim_memtype_is_ram(machine, start, end)) {
		got = lookup_memtype(machine, sim_cpu(machine), pfn);
		*prot = fmt_set_cache(fmt, *prot, got);
		return 0;
	}
	ret = sim_memtype_reserve_for_vma(machine, start, end, &got);
	if (ret)
		return ret;
	if (got != want && strict) {
		sim_memtype_free(machine, start, end);
		return -EINVAL;
	}
	*prot = fmt_set_cache(fmt, *prot, got);
	return 0;
}

/* Models: arch/x86/mm/pat/memtype.c, free_pfn_range, 5.11 to 6.12. */
static void free_pfn_range(struct sim_machine *machine, unsigned long pfn, unsigned long size)
{
	uint64_t start = memtype_bytes(machine, pfn);

	if (!sim_memtype_is_ram(machine, start, start + size))
		sim_memtype_free(machine, start, start + size);
}

/* Do all pages of a range have one type? It goes into *@prot. */
static int lookup_range(struct sim_machine *machine, unsigned long pfn, unsigned long size,
			uint64_t *prot)
{
	struct sim_cpu *cpu = sim_cpu(machine);
	unsigned long nr = size >> machine->mmu->page_shift;
	enum sim_cache_mode type = lookup_memtype(machine, cpu, pfn);

	for (unsigned long i = 1; i < nr; i++)
		if (lookup_memtype(machine, cpu, pfn + i) != type)
			return -EINVAL;
	*prot = fmt_set_cache(&machine->mmu->format[SIM_LEAF_PTE], *prot, type);
	return 0;
}

/* ---- for remap_pfn_range(), fork and unmap ---- */

int sim_track_pfn_remap(struct vm_area_struct *vma, pgprot_t *prot, unsigned long pfn,
			unsigned long addr, unsigned long size)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	int ret;

	if (!machine->mmu->has_pat)
		return 0;
	if (addr != vma->vm_start || size != vma_bytes(vma))
		return lookup_range(machine, pfn, size, &prot->pgprot);
	ret = reserve_pfn_range(machine, pfn, size, &prot->pgprot, false);
	if (!ret)
		vma->vm_flags |= VM_PAT;
	return ret;
}

int sim_track_pfn_copy(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	struct sim_machine *machine = src_vma->vm_mm->sim_machine;
	struct pat_info info;
	int ret;

	dst_vma->vm_flags &= ~VM_PAT;
	if (!machine->mmu->has_pat || !(src_vma->vm_flags & VM_PAT))
		return 0;
	if (get_pat_info(src_vma, &info, true))
		return -EINVAL;
	ret = reserve_pfn_range(machine, info.pfn, vma_bytes(src_vma), &info.prot, true);
	if (!ret)
		dst_vma->vm_flags |= VM_PAT;
	return ret;
}

void sim_untrack_pfn_range(struct vm_area_struct *vma, unsigned long pfn, unsigned long size)
{
	if (!(vma->vm_flags & VM_PAT) || !vma->vm_mm->sim_mmu->has_pat)
		return;
	free_pfn_range(vma->vm_mm->sim_machine, pfn, size);
	vma->vm_flags &= ~VM_PAT;
}

void sim_untrack_pfn_copy(struct vm_area_struct *dst_vma, struct vm_area_struct *src_vma)
{
	struct pat_info info;

	if ((dst_vma->vm_flags & VM_PAT) && !get_pat_info(src_vma, &info, false))
		sim_untrack_pfn_range(dst_vma, info.pfn, vma_bytes(dst_vma));
}

void sim_untrack_pfn(struct vm_area_struct *vma)
{
	struct pat_info info;

	if ((vma->vm_flags & VM_PAT) && vma->vm_mm->sim_mmu->has_pat &&
	    !get_pat_info(vma, &info, false))
		sim_untrack_pfn_range(vma, info.pfn, vma_bytes(vma));
}
