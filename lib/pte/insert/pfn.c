/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pfn.c - one pfn at a time: special, or counted from then on.
 *
 *			struct page?	with a special bit	without one
 *	vmf_insert_pfn	  any		special			special by PFNMAP
 *	vmf_insert_mixed  yes		special, not counted	normal, counted
 *			  no		special			special by MIXEDMAP
 *	vm_insert_page	  yes		normal, counted		normal, counted
 *	(insert/page.c)
 *
 * The row of vmf_insert_mixed() is what TTM's switch from it to
 * vmf_insert_pfn() changed: nothing where there is a bit, reference, mapcount
 * and rss of each page where there is none.
 */
#include <errno.h>

#include "pte/insert/insert.h"
#include "pte/pat/memtype.h"

/* ---- pfns ---- */

/* False where no entry could be marked so.
 * Models: include/linux/pfn_t.h, pfn_t_devmap, 5.11 to 6.12. */
bool pfn_t_devmap(const struct sim_machine *machine, pfn_t pfn)
{
	const uint64_t flags = PFN_DEV | PFN_MAP;

	return (pfn.val & flags) == flags && mmu_has(machine->mmu, SIM_FEAT_PTE_DEVMAP);
}

/* Models: include/linux/pfn_t.h, pfn_t_special, 5.11 to 6.12. */
static bool pfn_t_special(const struct sim_machine *machine, pfn_t pfn)
{
	return (pfn.val & PFN_SPECIAL) && machine->mmu->has_special;
}

/* Models: mm/memory.c, insert_pfn without mkwrite, 5.11 to 6.12. */
static inline __attribute__((always_inline)) vm_fault_t
insert_pfn(struct vm_area_struct *vma, struct sim_cpu *cpu, unsigned long addr, unsigned long pfn,
	   uint64_t prot, enum sim_pte_op_id mark)
{
	struct mm_struct *mm = vma->vm_mm;
	const struct sim_entry_format *fmt = &mm->sim_mmu->format[SIM_LEAF_PTE];
	uint64_t e = fmt_mark(fmt, mark, fmt_make(fmt, pfn, prot));
	spinlock_t *ptl;
	int err;
	void *slot = get_locked_slot(mm, cpu, addr, &ptl, &err);

	if (__builtin_expect(!slot, 0))
		return err == -EIO ? VM_FAULT_SIGBUS : VM_FAULT_OOM;
	if (fmt_none(fmt, read_entry(cpu, mm->sim_mmu, 0, slot)))
		write_entry(mm->sim_machine, cpu, 0, slot, addr, e);
	ptl_unlock(ptl);
	return VM_FAULT_NOPAGE;
}

/* The four BUGs of vmf_insert_pfn_prot(), one by one. */
static __attribute__((noinline)) bool
insert_pfn_bugs(const struct vm_area_struct *vma, unsigned long pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long flags = vma->vm_flags;

	return SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     !(flags & (VM_PFNMAP | VM_MIXEDMAP))) ||
	       SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     (flags & (VM_PFNMAP | VM_MIXEDMAP)) ==
				     (VM_PFNMAP | VM_MIXEDMAP)) ||
	       SIM_BUG_ON_IN(machine, "mm/memory.c", "vmf_insert_pfn_prot",
			     (flags & VM_PFNMAP) && is_cow_mapping(flags)) ||
	       /* By hand: the kernel's pfn_valid() needs no machine. */
	       ((flags & VM_MIXEDMAP) && sim_pfn_valid(machine, pfn) &&
		sim_outcome_record(machine, SIM_BUG, "mm/memory.c", "vmf_insert_pfn_prot",
				   "(flags & VM_MIXEDMAP) && pfn_valid(pfn)"));
}

static inline bool insert_pfn_bug(const struct vm_area_struct *vma, unsigned long pfn)
{
	return !insert_pfn_flags_in_order(vma->vm_flags) && insert_pfn_bugs(vma, pfn);
}

/* Are the flags in order, and shared? Then there is no COW mapping to think of. */
static inline bool is_shared_pfnmap(unsigned long vm_flags)
{
	return (vm_flags & (VM_PFN_OR_MIXED | VM_SHARED)) == (VM_PFNMAP | VM_SHARED);
}

static __attribute__((noinline)) vm_fault_t
insert_pfn_checked(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		   pgprot_t pgprot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	struct sim_cpu *cpu;

	if (sim_is_crashed(machine) || insert_pfn_bug(vma, pfn) || outside(vma, addr))
		return VM_FAULT_SIGBUS;
	if (!pfn_modify_allowed(machine, pfn, pgprot.pgprot))
		return VM_FAULT_SIGBUS;
	cpu = sim_cpu(machine);
	track_pfn_insert(machine, cpu, &pgprot.pgprot, pfn);
	return insert_pfn(vma, cpu, addr, pfn, pgprot.pgprot, SIM_OP_MKSPECIAL);
}

static __attribute__((noinline)) vm_fault_t
insert_pfn_typed(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		 pgprot_t pgprot)
{
	if (likely(insert_plain_pfn(vma, addr, pfn, pgprot.pgprot, true, is_up(vma))))
		return VM_FAULT_NOPAGE;
	return insert_pfn_checked(vma, addr, pfn, pgprot);
}

static __attribute__((noinline)) vm_fault_t
insert_pfn_smp(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, pgprot_t pgprot)
{
	if (likely(insert_plain_pfn(vma, addr, pfn, pgprot.pgprot, false, false)))
		return VM_FAULT_NOPAGE;
	return insert_pfn_checked(vma, addr, pfn, pgprot);
}

/*
 * The usual case, with every check of the kernel's and none of another: a shared
 * VM_PFNMAP vma rules all four BUGs out. See insert.h for the rest.
 * Models: mm/memory.c, vmf_insert_pfn_prot with insert_pfn, 5.11 to 6.12.
 */
vm_fault_t vmf_insert_pfn_prot(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
			       pgprot_t pgprot)
{
	unsigned int kind;

	if (unlikely(!is_shared_pfnmap(vma->vm_flags)))
		return insert_pfn_checked(vma, addr, pfn, pgprot);
	kind = vma->vm_mm->sim_mmu->plain.kind;
	if (kind & SIM_PLAIN_PAT)
		return insert_pfn_typed(vma, addr, pfn, pgprot);
	if (!(kind & SIM_PLAIN_UP))
		return insert_pfn_smp(vma, addr, pfn, pgprot);
	if (likely(insert_plain_pfn(vma, addr, pfn, pgprot.pgprot, false, true)))
		return VM_FAULT_NOPAGE;
	return insert_pfn_checked(vma, addr, pfn, pgprot);
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return vmf_insert_pfn_prot(vma, addr, pfn, vma->vm_page_prot);
}

/* ---- pfns or pages ---- */

/* Models: mm/memory.c, vm_mixed_ok without mkwrite, 5.11 to 6.12. */
bool vm_mixed_ok(const struct vm_area_struct *vma, pfn_t pfn)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool zero = pfn_t_to_pfn(pfn) == sim_zero_pfn(machine);

	if (zero && sim_rule(machine, SIM_RULE_MIXED_ZERO_PAGE_SPECIAL) &&
	    !vm_mixed_zeropage_allowed(vma))
		return false;
	return (vma->vm_flags & VM_MIXEDMAP) || pfn_t_devmap(machine, pfn) ||
	       pfn_t_special(machine, pfn) || zero;
}

vm_fault_t insert_counted(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t prot)
{
	struct page *page = sim_pfn_to_page(vma->vm_mm->sim_machine, pfn_t_to_pfn(pfn));
	int err = insert_page(vma, addr, page, prot.pgprot);

	if (err == -ENOMEM)
		return VM_FAULT_OOM;
	return err && err != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

static __attribute__((noinline)) vm_fault_t
insert_mixed_checked(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long nr = pfn_t_to_pfn(pfn);
	bool mixed_ok, devmap = pfn_t_devmap(machine, pfn);
	struct sim_cpu *cpu;

	if (sim_is_crashed(machine))
		return VM_FAULT_SIGBUS;
	mixed_ok = vm_mixed_ok(vma, pfn);
	if (!sim_rule(machine, SIM_RULE_MIXED_NOT_OK_SIGBUS) &&
	    SIM_BUG_ON_IN(machine, "mm/memory.c", "__vm_insert_mixed", !mixed_ok))
		return VM_FAULT_SIGBUS;
	if (!mixed_ok || outside(vma, addr))
		return VM_FAULT_SIGBUS;
	cpu = sim_cpu(machine);
	track_pfn_insert(machine, cpu, &pgprot.pgprot, nr);
	if (!pfn_modify_allowed(machine, nr, pgprot.pgprot))
		return VM_FAULT_SIGBUS;
	if (!machine->mmu->has_special && !devmap && sim_pfn_valid(machine, nr))
		return insert_counted(vma, addr, pfn, pgprot);
	return insert_pfn(vma, cpu, addr, nr, pgprot.pgprot,
			  devmap ? SIM_OP_MKDEVMAP : SIM_OP_MKSPECIAL);
}

/* May vmf_insert_mixed_prot() make a special entry without another question? */
static bool mixed_is_plain(const struct vm_area_struct *vma, pfn_t pfn)
{
	const struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long nr = pfn_t_to_pfn(pfn);

	return (vma->vm_flags & VM_MIXEDMAP) && nr != machine->phys->zero_pfn &&
	       !pfn_t_devmap(machine, pfn) &&
	       (machine->mmu->has_special || !sim_pfn_valid(machine, nr));
}

static inline __attribute__((always_inline)) vm_fault_t
insert_mixed_special(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot,
		     const bool typed)
{
	if (likely(mixed_is_plain(vma, pfn) &&
		   insert_plain_pfn(vma, addr, pfn_t_to_pfn(pfn), pgprot.pgprot, typed,
				    is_up(vma))))
		return VM_FAULT_NOPAGE;
	return insert_mixed_checked(vma, addr, pfn, pgprot);
}

static __attribute__((noinline)) vm_fault_t
insert_mixed_typed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot)
{
	return insert_mixed_special(vma, addr, pfn, pgprot, true);
}

static __attribute__((noinline)) vm_fault_t
insert_mixed_untyped(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot)
{
	return insert_mixed_special(vma, addr, pfn, pgprot, false);
}

/* A pfn of RAM where nothing would mark its entry special. */
static inline __attribute__((always_inline)) vm_fault_t
insert_mixed_page(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot,
		  const bool up)
{
	const struct sim_machine *machine = vma->vm_mm->sim_machine;
	const struct sim_ram *ram = &machine->phys->ram;
	unsigned long nr = pfn_t_to_pfn(pfn), at = nr - ram->start;

	if (unlikely(at >= ram->nr))
		return insert_mixed_untyped(vma, addr, pfn, pgprot);
	if (likely((vma->vm_flags & VM_MIXEDMAP) && !pfn_t_devmap(machine, pfn) &&
		   insert_plain_page(vma, addr, ram->map + at, nr, pgprot.pgprot, up)))
		return VM_FAULT_NOPAGE;
	return insert_mixed_checked(vma, addr, pfn, pgprot);
}

static __attribute__((noinline)) vm_fault_t
insert_mixed_page_smp(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn, pgprot_t pgprot)
{
	return insert_mixed_page(vma, addr, pfn, pgprot, false);
}

/*
 * The usual case: a VM_MIXEDMAP vma, and neither the zero page nor an entry to be
 * marked devmap.
 * Models: mm/memory.c, __vm_insert_mixed with insert_pfn or insert_page, 5.11 to 6.12.
 */
vm_fault_t vmf_insert_mixed_prot(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn,
				 pgprot_t pgprot)
{
	unsigned int kind = vma->vm_mm->sim_mmu->plain.kind;

	if (kind & SIM_PLAIN_PAT)
		return insert_mixed_typed(vma, addr, pfn, pgprot);
	if (kind & SIM_PLAIN_SPECIAL)
		return insert_mixed_untyped(vma, addr, pfn, pgprot);
	return kind & SIM_PLAIN_UP ? insert_mixed_page(vma, addr, pfn, pgprot, true)
				   : insert_mixed_page_smp(vma, addr, pfn, pgprot);
}

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	return vmf_insert_mixed_prot(vma, addr, pfn, vma->vm_page_prot);
}
