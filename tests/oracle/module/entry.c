// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * entry.c - the caller's page-table entry for an address, found by a walk of our
 * own: what the kernel has for it is not for modules.
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>

#include "arch.h"

enum { PTE, PMD, PUD, P4D, PGD };

/* The entry of a folded level is that of the one above. */
static u32 level_of(struct mm_struct *mm, u32 level)
{
	if (level == PMD && mm_pmd_folded(mm))
		level = PUD;
	if (level == PUD && mm_pud_folded(mm))
		level = P4D;
	if (level == P4D && mm_p4d_folded(mm))
		level = PGD;
	return level;
}

/* Without a special bit: does it answer before it looks at the pfn? */
static bool mapping_tells(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	if (vma->vm_flags & VM_MIXEDMAP || is_zero_pfn(pfn))
		return true;
	if (!(vma->vm_flags & VM_PFNMAP))
		return false;
	return pfn == vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT) ||
	       (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) != VM_MAYWRITE;
}

/*
 * Would vm_normal_page() report a bad entry? It returns no page then.
 * Models: mm/memory.c, vm_normal_page, 6.1 and 6.12.
 */
static bool is_bad(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	bool known = vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP);

	if (!IS_ENABLED(CONFIG_ARCH_HAS_PTE_SPECIAL)) {
		if (mapping_tells(vma, addr, pte_pfn(pte)))
			return false;
	} else if (pte_special(pte)) {
		return !known && !is_zero_pfn(pte_pfn(pte));
	}
	/* Without all symbols that variable has no name; one range of RAM ends at it. */
	if (!oracle_symbols.highest_memmap_pfn)
		return !pfn_valid(pte_pfn(pte));
	return pte_pfn(pte) > *oracle_symbols.highest_memmap_pfn;
}

static u32 is_normal(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	if (!vma || pte_none(pte) || !pte_present(pte) || !oracle_symbols.vm_normal_page)
		return 2;
	return !is_bad(vma, addr, pte) && oracle_symbols.vm_normal_page(vma, addr, pte);
}

static void describe_pte(struct vm_area_struct *vma, pte_t pte, struct oracle_pte *out)
{
	out->raw = pte_val(pte);
	out->none = !!pte_none(pte);
	out->normal = is_normal(vma, out->addr, pte);
	if (out->none)
		return;
	out->bits = out->raw & ~(u64)ORACLE_PFN_MASK;
	out->present = !!pte_present(pte);
	out->protnone = arch_protnone(out->raw);
	out->special = !!pte_special(pte);
	out->write = !!pte_write(pte);
	out->dirty = !!pte_dirty(pte);
	out->young = !!pte_young(pte);
	out->cache = arch_cache(out->raw);
	if (out->present)
		out->pfn = pte_pfn(pte);
}

static void describe_pmd(pmd_t pmd, struct oracle_pte *out)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	out->bits = out->raw & ~(u64)ORACLE_PFN_MASK;
	out->present = !!pmd_present(pmd);
	out->protnone = arch_protnone(out->raw);
	out->write = !!pmd_write(pmd);
	out->dirty = !!pmd_dirty(pmd);
	out->young = !!pmd_young(pmd);
	out->cache = arch_cache(out->raw);
	if (out->present)
		out->pfn = pmd_pfn(pmd) + ((out->addr & ~PMD_MASK) >> PAGE_SHIFT);
#endif
}

/* Does the walk end with this entry? */
static bool ends(struct oracle_pte *out, u32 level, u64 raw, bool none, bool leaf)
{
	out->level = level;
	out->raw = raw;
	out->none = none;
	return none || leaf;
}

static void walk(struct mm_struct *mm, struct vm_area_struct *vma, struct oracle_pte *out)
{
	unsigned long addr = out->addr;
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (ends(out, PGD, pgd_val(*pgd), pgd_none(*pgd), false))
		return;
	p4d = p4d_offset(pgd, addr);
	if (ends(out, P4D, p4d_val(*p4d), p4d_none(*p4d), false))
		return;
	pud = pud_offset(p4d, addr);
	if (ends(out, PUD, pud_val(*pud), pud_none(*pud), pud_leaf(*pud)))
		return;
	pmd = pmd_offset(pud, addr);
	if (ends(out, PMD, pmd_val(*pmd), pmd_none(*pmd), pmd_leaf(*pmd))) {
		if (!out->none)
			describe_pmd(*pmd, out);
		return;
	}
	out->level = PTE;
	describe_pte(vma, *pte_offset_kernel(pmd, addr), out);
}

int oracle_look_entry(struct oracle_pte *out)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	u64 addr = out->addr & PAGE_MASK;

	if (addr >= TASK_SIZE)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	out->addr = addr;
	out->normal = 2;
	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	walk(mm, vma && vma->vm_start <= addr ? vma : NULL, out);
	out->level = level_of(mm, out->level);
	mmap_read_unlock(mm);
	return 0;
}

int oracle_look_vma(struct oracle_vma *out)
{
	struct vm_area_struct *vma;
	int ret = -ENOMEM;
	u64 prot;

	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, out->addr);
	if (vma && vma->vm_start <= out->addr) {
		prot = pgprot_val(vma->vm_page_prot);
		out->bits = prot & ~(u64)ORACLE_PFN_MASK;
		out->cache = arch_cache(prot);
		out->flags = vma->vm_flags;
		out->pat = arch_is_tracked(vma->vm_flags);
		ret = 0;
	}
	mmap_read_unlock(current->mm);
	return ret;
}
