/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * normal_page.c - does mm own the page behind this entry?
 *
 * An entry is *normal* where its page is counted: it holds a reference and a
 * mapcount, rss knows it, zap gives them back, GUP may take another. All other
 * entries are *special*: mm knows where they point, not whom it belongs to, and
 * must leave it alone. Two schemes tell them apart.
 *
 * 1. The architecture has a bit for it (SIM_FEAT_PTE_SPECIAL). The bit decides
 *    alone, the mapping's flags matter only to say whether the bit may be there:
 *
 *	bit clear		   normal
 *	bit set, PFNMAP|MIXEDMAP   special
 *	bit set, zero page	   special	(anonymous memory that was only read)
 *	bit set, devmap		   special
 *	bit set, none of these	   special, and somebody made an error: it is told
 *
 * 2. There is no bit. What the entry is follows from the mapping and the pfn:
 *
 *	MIXEDMAP   a struct page exists (pfn_valid)  normal: so whoever inserts
 *						     such a pfn must count it
 *		   none exists			     special
 *	PFNMAP	   cannot be copied on write	     special, every entry
 *		   can, and the pfn lies on the line special: still the original
 *		   can, and it lies elsewhere	     normal: a private copy
 *	neither	   zero page			     special
 *		   otherwise			     normal
 *
 *    The line is pfn = vm_pgoff + pages from vm_start: remap_pfn_range() has set
 *    vm_pgoff to the first pfn of a mapping that can be copied on write, and
 *    insists on filling it in one go.
 *
 *	vm_start			     vm_end
 *	   | pgoff+0 | pgoff+1 |  COPY  | pgoff+3 |
 *
 * A huge leaf has no bit before 6.12: scheme 2 is asked about it on every
 * architecture. That is why a PMD leaf in a MIXEDMAP vma counts as normal where
 * it maps RAM, although nobody took a reference when it was inserted.
 *
 * Under both schemes a normal entry must have a struct page. One whose pfn lies
 * above all RAM is told about, and counts as special. One that lies in a hole
 * below is the same here; the kernel would hand out a wild pointer.
 */
#include "pte/walk.h"

static void bad_entry(struct sim_machine *machine, const char *what)
{
	sim_outcome_record(machine, SIM_BAD_PAGE, "mm/memory.c", "print_bad_pte", what);
}

/* Models: mm/memory.c, vm_normal_page from check_pfn on, 5.11 to 6.12. */
static struct page *page_of(struct sim_machine *machine, unsigned long pfn, bool tell)
{
	struct page *page = sim_pfn_to_page(machine, pfn);

	if (!page && tell)
		bad_entry(machine, "pfn > highest_memmap_pfn");
	return page;
}

/* Scheme 1, for an entry whose bit is set. */
static struct page *special_page(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
				 bool tell)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_entry_format *fmt = &machine->mmu->format[SIM_LEAF_PTE];

	if (vma->vm_ops && vma->vm_ops->find_special_page)
		return SIM_CALL(machine, vma->vm_ops, find_special_page, addr, NULL, vma, addr);
	if (vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP))
		return NULL;
	if (fmt_pfn(fmt, e) == sim_zero_pfn(machine) || fmt_test(fmt, SIM_TEST_DEVMAP, e))
		return NULL;
	if (tell)
		bad_entry(machine, "pte_special");
	return NULL;
}

static bool on_the_line(const struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	unsigned int shift = vma->vm_mm->sim_mmu->page_shift;

	return pfn == vma->vm_pgoff + ((addr - vma->vm_start) >> shift);
}

/* Scheme 2, for the mappings whose flags decide: is a PFNMAP entry special? */
static bool pfnmap_special(const struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return !is_cow_mapping(vma->vm_flags) || on_the_line(vma, addr, pfn);
}

/* Scheme 2 for a pte. */
static struct page *page_without_bit(struct vm_area_struct *vma, unsigned long addr,
				     unsigned long pfn, bool tell)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool zero = pfn == sim_zero_pfn(machine);

	if (vma->vm_flags & VM_MIXEDMAP) {
		if (zero && sim_rule(machine, SIM_RULE_MIXED_ZERO_PAGE_SPECIAL))
			return NULL;
		return page_of(machine, pfn, false);
	}
	if ((vma->vm_flags & VM_PFNMAP) && pfnmap_special(vma, addr, pfn))
		return NULL;
	return zero ? NULL : page_of(machine, pfn, tell);
}

static struct page *normal_page(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
				bool tell)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	const struct sim_entry_format *fmt = &mmu->format[SIM_LEAF_PTE];

	if (!mmu->has_special)
		return page_without_bit(vma, addr, fmt_pfn(fmt, e), tell);
	if (fmt_test(fmt, SIM_TEST_SPECIAL, e))
		return special_page(vma, addr, e, tell);
	return page_of(vma->vm_mm->sim_machine, fmt_pfn(fmt, e), tell);
}

struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	return normal_page(vma, addr, pte.pte, true);
}

/*
 * A huge leaf of level 1 or 2. No release up to 6.12 has vm_normal_page_pud();
 * the rules for it are the same, as 7.1 has them.
 * Models: mm/memory.c, vm_normal_page_pmd, 5.11 to 6.12; without the huge zero
 * page.
 */
static struct page *huge_page_of(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
				 int level)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_entry_format *fmt = &machine->mmu->format[level];
	unsigned long pfn = fmt_pfn(fmt, e);

	if (fmt_test(fmt, SIM_TEST_SPECIAL, e))
		return NULL;
	if (vma->vm_flags & VM_MIXEDMAP)
		return page_of(machine, pfn, false);
	if ((vma->vm_flags & VM_PFNMAP) && pfnmap_special(vma, addr, pfn))
		return NULL;
	if (fmt_test(fmt, SIM_TEST_DEVMAP, e))
		return NULL;
	return page_of(machine, pfn, false);
}

struct page *vm_normal_page_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd)
{
	return huge_page_of(vma, addr, pmd.pmd, SIM_LEAF_PMD);
}

struct page *sim_normal_page(struct vm_area_struct *vma, unsigned long addr, uint64_t e, int level)
{
	return level ? huge_page_of(vma, addr, e, level) : normal_page(vma, addr, e, true);
}

struct page *sim_normal_page_quietly(struct vm_area_struct *vma, unsigned long addr, uint64_t e,
				     int level)
{
	return level ? huge_page_of(vma, addr, e, level) : normal_page(vma, addr, e, false);
}

bool sim_is_normal_entry(struct vm_area_struct *vma, unsigned long addr, uint64_t e, int level)
{
	return sim_normal_page_quietly(vma, addr, e, level);
}
