/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * huge.c - a PMD or PUD leaf for a pfn.
 *
 * Up to 6.6 such a leaf has no special bit, so nothing about it says that its
 * pages are not counted; fast GUP takes them. 6.12 marks it where there is a
 * bit. Neither release looks whether the leaf's end lies inside the vma.
 */
#include <ttmsim/mm.h>

#include "pte/pat/memtype.h"
#include "pte/walk.h"

struct huge {
	struct vm_area_struct *vma;
	enum sim_leaf leaf;	/* PMD or PUD */
	unsigned long addr;	/* where the leaf begins */
	unsigned long pfn;
	uint64_t prot;		/* as level 0 has it */
	bool devmap, write;
};

/* Models: mm/huge_memory.c, vmf_insert_pfn_pmd_prot, 5.11 to 6.1, and
 * vmf_insert_pfn_pmd, 6.12: the three BUGs. */
static bool insert_bug(const struct huge *h)
{
	static const char file[] = "mm/huge_memory.c";
	const char *function = h->leaf == SIM_LEAF_PMD ? "vmf_insert_pfn_pmd_prot"
						       : "vmf_insert_pfn_pud_prot";
	const unsigned long both = VM_PFNMAP | VM_MIXEDMAP;
	struct sim_machine *machine = h->vma->vm_mm->sim_machine;
	unsigned long flags = h->vma->vm_flags;
	bool devmap = h->devmap;

	return SIM_BUG_ON_IN(machine, file, function, !(flags & both) && !devmap) ||
	       SIM_BUG_ON_IN(machine, file, function, (flags & both) == both) ||
	       SIM_BUG_ON_IN(machine, file, function,
			     (flags & VM_PFNMAP) && is_cow_mapping(flags));
}

static uint64_t mkwrite_young(const struct huge *h, uint64_t e)
{
	const struct sim_entry_format *fmt = &h->vma->vm_mm->sim_mmu->format[h->leaf];

	e = fmt_op(fmt, SIM_OP_MKDIRTY, fmt_op(fmt, SIM_OP_MKYOUNG, e));
	return maybe_mkwrite(fmt, e, h->vma);
}

static uint64_t huge_entry(const struct huge *h)
{
	const struct sim_mmu *mmu = h->vma->vm_mm->sim_mmu;
	const struct sim_entry_format *fmt = &mmu->format[h->leaf];
	uint64_t e = fmt_make(fmt, h->pfn, sim_prot_to_leaf(mmu, h->leaf, h->prot));

	e = fmt_op(fmt, h->devmap ? SIM_OP_MKDEVMAP : SIM_OP_MKSPECIAL, e);
	return h->write ? mkwrite_young(h, e) : e;
}

/* A write fault on an entry that is there already: it becomes writable. */
static void update_huge(const struct huge *h, void *slot, uint64_t e)
{
	struct mm_struct *mm = h->vma->vm_mm;
	unsigned long pmd_pfn = fmt_pfn(&mm->sim_mmu->format[h->leaf], e);

	if (SIM_WARN_ON(mm->sim_machine, "mm/huge_memory.c", pmd_pfn != h->pfn))
		return;
	sim_set_entry(mm, h->leaf, slot, h->addr, mkwrite_young(h, e));
}

/* Models: mm/huge_memory.c, insert_pfn_pmd and insert_pfn_pud, 5.11 to 6.12; without the
 * deposit of a page table, which only powerpc's hash MMU asks for. */
static void insert_huge(const struct huge *h, void *slot)
{
	struct mm_struct *mm = h->vma->vm_mm;
	spinlock_t *ptl = sim_ptl(mm->sim_mmu, h->leaf, slot);
	uint64_t e;

	ptl_lock(sim_cpu(mm->sim_machine), ptl);
	e = sim_get_entry(mm, h->leaf, slot);
	if (mmu_is_none(mm->sim_mmu, h->leaf, e))
		sim_set_entry(mm, h->leaf, slot, h->addr, huge_entry(h));
	else if (h->write)
		update_huge(h, slot, e);
	ptl_unlock(ptl);
}

/* @known: the entry, where the fault has met it already. */
static vm_fault_t insert_pfn_leaf(struct vm_fault *vmf, pfn_t pfn, pgprot_t pgprot, bool write,
				  enum sim_leaf leaf, void *known)
{
	struct vm_area_struct *vma = vmf->vma;
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	struct huge h = { .vma = vma, .leaf = leaf, .pfn = pfn_t_to_pfn(pfn), .write = write };
	void *slot;
	int err;

	if (sim_is_crashed(machine))
		return VM_FAULT_SIGBUS;
	if (!machine->mmu->has_leaf[leaf])
		return VM_FAULT_FALLBACK;
	h.devmap = (pfn.val & (PFN_DEV | PFN_MAP)) == (PFN_DEV | PFN_MAP) &&
		   mmu_has(machine->mmu, SIM_FEAT_PTE_DEVMAP);
	h.addr = vmf->address & ~(mmu_leaf_size(machine->mmu, leaf) - 1);
	if (insert_bug(&h) || h.addr < vma->vm_start || h.addr >= vma->vm_end)
		return VM_FAULT_SIGBUS;
	slot = known ? known : sim_walk_alloc(vma->vm_mm, h.addr, leaf, &err);
	if (!slot)
		return VM_FAULT_OOM;
	h.prot = pgprot.pgprot;
	track_pfn_insert(machine, sim_cpu(machine), &h.prot, h.pfn);
	insert_huge(&h, slot);
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_pfn_pmd_prot(struct vm_fault *vmf, pfn_t pfn, pgprot_t pgprot, bool write)
{
	return insert_pfn_leaf(vmf, pfn, pgprot, write, SIM_LEAF_PMD, vmf->pmd);
}

vm_fault_t vmf_insert_pfn_pud_prot(struct vm_fault *vmf, pfn_t pfn, pgprot_t pgprot, bool write)
{
	return insert_pfn_leaf(vmf, pfn, pgprot, write, SIM_LEAF_PUD, vmf->pud);
}
