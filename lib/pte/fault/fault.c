/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.c - a fault, from its address to the entry that lets the access through.
 *
 *   handle_mm_fault
 *     can this be?			sanitize_fault_flags
 *     PUD, then PMD			handle_huge, once per level that has leaves
 *       empty, and THP may		-> ->huge_fault
 *       a leaf, a write, read-only	-> wp_huge: ->huge_fault, else it is split
 *       a leaf otherwise		-> young, dirty
 *     page				handle_pte_fault
 *       empty				-> do_anonymous_page, do_fault
 *       present, no access		-> do_numa_page
 *       read-only, a write		-> do_wp_page
 *       otherwise			-> young, dirty
 *
 * Several threads may fault at one address: each step looks again under the
 * page-table lock and leaves things alone where another was faster. The result
 * 0 means only that the access is worth another try.
 */
#include <errno.h>

#include "pte/fault/parts.h"

/* ---- huge leaves ---- */

/* Models: include/linux/huge_mm.h, __transparent_hugepage_enabled, 5.11;
 * mm/huge_memory.c, vma_file_check_thp_tuneables, 6.12. */
static bool thp_policy_allows(const struct vm_area_struct *vma)
{
	const struct sim_machine *machine = vma->vm_mm->sim_machine;

	if ((vma->vm_flags & VM_PFNMAP) && sim_rule(machine, SIM_RULE_HUGE_FAULT_SPARES_PFNMAP))
		return true;
	return machine->thp == SIM_THP_ALWAYS ||
	       (machine->thp == SIM_THP_MADVISE && (vma->vm_flags & VM_HUGEPAGE));
}

/*
 * May a fault on an empty entry ask ->huge_fault? Anonymous vmas get no huge
 * pages here. 6.1 refuses every special vma, and then all that is neither
 * anonymous nor DAX.
 * Models: include/linux/huge_mm.h, __transparent_hugepage_enabled, 5.11;
 * mm/huge_memory.c, hugepage_vma_check, 6.1, and __thp_vma_allowable_orders, 6.12.
 */
static bool huge_fault_allowed(const struct vm_area_struct *vma)
{
	return vma->vm_ops && vma->vm_ops->huge_fault && !(vma->vm_flags & VM_NOHUGEPAGE) &&
	       sim_rule(vma->vm_mm->sim_machine, SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA) &&
	       thp_policy_allows(vma);
}

static enum page_entry_size level_size(int level)
{
	return level == 1 ? PE_SIZE_PMD : PE_SIZE_PUD;
}

/* Models: mm/memory.c, wp_huge_pmd and wp_huge_pud, 5.11 to 6.12. */
static vm_fault_t wp_huge(struct vm_fault *vmf, int level, void *slot)
{
	struct vm_area_struct *vma = vmf->vma;
	bool ask = vma->vm_ops && vma->vm_ops->huge_fault;

	if (sim_rule(vmf_machine(vmf), SIM_RULE_WP_HUGE_SHARED_ONLY))
		ask = ask && (vma->vm_flags & (VM_SHARED | VM_MAYSHARE));
	if (ask) {
		vm_fault_t ret = call_huge_fault(vmf, level_size(level));

		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	}
	split_huge_leaf(vma, level, slot, vmf->address);
	return VM_FAULT_FALLBACK;
}

/* Under the lock of its table a leaf becomes @e, unless it has changed. */
static void set_leaf_access(struct vm_fault *vmf, int level, void *slot, uint64_t old, uint64_t e)
{
	struct sim_machine *machine = vmf_machine(vmf);
	struct sim_cpu *cpu = sim_cpu(machine);
	spinlock_t *ptl = sim_ptl(machine->mmu, level, slot);
	unsigned long base = vmf->address & ~(mmu_leaf_size(machine->mmu, level) - 1);

	ptl_lock(cpu, ptl);
	if (read_entry(cpu, machine->mmu, level, slot) == old)
		leaf_set_access(machine, cpu, level, slot, base, e);
	ptl_unlock(ptl);
}

/* Models: mm/huge_memory.c, huge_pmd_set_accessed, 5.11 to 6.12. */
static void huge_set_accessed(struct vm_fault *vmf, int level, void *slot, uint64_t old)
{
	const struct sim_entry_format *fmt = &vmf_machine(vmf)->mmu->format[level];
	uint64_t e = fmt_op(fmt, SIM_OP_MKYOUNG, old);

	if (vmf->flags & FAULT_FLAG_WRITE)
		e = fmt_op(fmt, SIM_OP_MKDIRTY, e);
	set_leaf_access(vmf, level, slot, old, e);
}

/* Models: mm/mm.h, vma_is_accessible, 6.1. */
static bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

/* @e with the access that the vma has now. */
static uint64_t accessible_leaf(const struct vm_fault *vmf, int level, uint64_t e)
{
	const struct sim_mmu *mmu = vmf->vma->vm_mm->sim_mmu;
	uint64_t prot = sim_prot_to_leaf(mmu, level, vmf->vma->vm_page_prot.pgprot);

	e = fmt_modify(&mmu->format[level], e, prot);
	return fmt_op(&mmu->format[level], SIM_OP_MKYOUNG, e);
}

/* A leaf is there. VM_FAULT_FALLBACK: it no longer is, pages are to be mapped. */
static vm_fault_t handle_leaf(struct vm_fault *vmf, int level, void *slot, uint64_t e)
{
	const struct sim_entry_format *fmt = &vmf_machine(vmf)->mmu->format[level];

	if (mmu_protnone(vmf_machine(vmf)->mmu, level, e) && vma_is_accessible(vmf->vma)) {
		set_leaf_access(vmf, level, slot, e, accessible_leaf(vmf, level, e));
		return 0;
	}
	if ((vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) &&
	    !fmt_test(fmt, SIM_TEST_WRITE, e))
		return wp_huge(vmf, level, slot);
	huge_set_accessed(vmf, level, slot, e);
	return 0;
}

/*
 * One level above the pages. VM_FAULT_FALLBACK: go on one level below.
 * Models: mm/memory.c, __handle_mm_fault, the parts for pud and pmd, 5.11 to 6.12.
 */
static vm_fault_t handle_huge(struct vm_fault *vmf, int level, void *slot)
{
	const struct sim_mmu *mmu = vmf->vma->vm_mm->sim_mmu;
	uint64_t e;

	if (!mmu->has_leaf[level])
		return VM_FAULT_FALLBACK;
	e = read_entry(sim_cpu(vmf_machine(vmf)), mmu, level, slot);
	if (mmu_is_none(mmu, level, e)) {
		if (!huge_fault_allowed(vmf->vma))
			return VM_FAULT_FALLBACK;
		return call_huge_fault(vmf, level_size(level));
	}
	if (!mmu_is_leaf(mmu, level, e))
		return VM_FAULT_FALLBACK;
	if (level == 1)
		vmf->orig_pmd.pmd = e;
	return handle_leaf(vmf, level, slot, e);
}

/* ---- pages ---- */

/*
 * An entry without access in a vma that has some. Balancing between nodes, which
 * makes such entries, is not modelled; one that is there is made accessible.
 * Models: mm/memory.c, do_numa_page, 5.11 to 6.12, without migration.
 */
static vm_fault_t do_numa_page(struct vm_fault *vmf)
{
	vmf_lock(vmf);
	if (vmf_read(vmf) == vmf->orig_pte.pte)
		vmf_write(vmf, accessible_leaf(vmf, 0, vmf->orig_pte.pte));
	vmf_unlock(vmf);
	return 0;
}

/* Neither empty nor present: there is no swap, so nothing that is known.
 * Models: mm/memory.c, do_swap_page, its last resort, 5.11 to 6.12. */
static vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	sim_outcome_record(vmf_machine(vmf), SIM_BAD_PAGE, "mm/memory.c", "do_swap_page",
			   "!pte_present(pte)");
	return VM_FAULT_SIGBUS;
}

/* The entry is present. Models: mm/memory.c, handle_pte_fault, its end, 5.11 to 6.12. */
static vm_fault_t touch_pte(struct vm_fault *vmf)
{
	const struct sim_entry_format *fmt = vmf_format(vmf);
	struct sim_machine *machine = vmf_machine(vmf);
	uint64_t e = vmf->orig_pte.pte;

	vmf_lock(vmf);
	if (vmf_read(vmf) != e) {
		vmf_unlock(vmf);
		return 0;
	}
	if (vmf->flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) {
		if (!fmt_test(fmt, SIM_TEST_WRITE, e))
			return do_wp_page(vmf);
		if (vmf->flags & FAULT_FLAG_WRITE)
			e = fmt_op(fmt, SIM_OP_MKDIRTY, e);
	}
	leaf_set_access(machine, sim_cpu(machine), 0, vmf->pte, vmf->address,
			fmt_op(fmt, SIM_OP_MKYOUNG, e));
	vmf_unlock(vmf);
	return 0;
}

static vm_fault_t pte_missing(struct vm_fault *vmf)
{
	vmf->pte = NULL;
	return vmf->vma->vm_ops ? do_fault(vmf) : do_anonymous_page(vmf);
}

/* Models: mm/memory.c, handle_pte_fault, 5.11 to 6.12. */
static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	const struct sim_entry_format *fmt = vmf_format(vmf);
	uint64_t pmd = vmf_read_pmd(vmf), e;

	if (mmu_is_none(mm->sim_mmu, 1, pmd))
		return pte_missing(vmf);
	if (mmu_is_leaf(mm->sim_mmu, 1, pmd))
		return 0;
	vmf->pte = mmu_slot(mm->sim_mmu, 0, mmu_table(mm->sim_mmu, 1, pmd, mm->sim_machine),
			    vmf->address);
	e = vmf_read(vmf);
	if (fmt_none(fmt, e))
		return pte_missing(vmf);
	vmf->orig_pte.pte = e;
	if (!fmt_test(fmt, SIM_TEST_PRESENT, e))
		return do_swap_page(vmf);
	if (mmu_protnone(mm->sim_mmu, 0, e) && vma_is_accessible(vmf->vma))
		return do_numa_page(vmf);
	return touch_pte(vmf);
}

/*
 * The slot of the fault's address at @level, tables made; from @above, the slot
 * one level higher, where that is known. NULL: *@ret is the result.
 */
static void *vmf_walk(struct vm_fault *vmf, int level, void *above, vm_fault_t *ret)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	int err = 0;
	void *slot = above ? walk_alloc_below(mm, vmf->address, level + 1, above, &err)
			   : walk_alloc(mm, vmf->address, level, &err);

	*ret = !slot && err == -ENOMEM ? VM_FAULT_OOM : 0;
	return slot;
}

/* Models: mm/memory.c, __handle_mm_fault, 5.11 to 6.12. */
static vm_fault_t __handle_mm_fault(struct vm_area_struct *vma, unsigned long address,
				    unsigned int flags)
{
	const struct sim_mmu *mmu = vma->vm_mm->sim_mmu;
	struct vm_fault vmf = {
		.vma = vma,
		.gfp_mask = GFP_KERNEL,
		.pgoff = linear_page_index(vma, address),
		.address = address & ~(mmu_page_size(mmu) - 1),
		.real_address = address,
		.flags = flags,
	};
	vm_fault_t ret;

	sim_count(vma->vm_mm->sim_machine, SIM_CNT_WALK);
	if (mmu->has_leaf[2]) {
		vmf.pud = vmf_walk(&vmf, 2, NULL, &ret);
		if (!vmf.pud)
			return ret;
		ret = handle_huge(&vmf, 2, vmf.pud);
		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
	}
	vmf.pmd = vmf_walk(&vmf, 1, vmf.pud, &ret);
	if (!vmf.pmd)
		return ret;
	ret = handle_huge(&vmf, 1, vmf.pmd);
	if (!(ret & VM_FAULT_FALLBACK))
		return ret;
	return handle_pte_fault(&vmf);
}

/*
 * Faults that no caller asks for. 0: go on.
 * Models: mm/memory.c, sanitize_fault_flags, 6.12.
 */
static vm_fault_t sanitize_fault_flags(struct vm_area_struct *vma, unsigned int *flags)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	bool cow = is_cow_mapping(vma->vm_flags);

	if (*flags & FAULT_FLAG_UNSHARE) {
		if (SIM_WARN_ON(machine, "mm/memory.c", *flags & FAULT_FLAG_WRITE))
			return VM_FAULT_SIGSEGV;
		if (!cow)
			*flags &= ~(unsigned int)FAULT_FLAG_UNSHARE;
	} else if (*flags & FAULT_FLAG_WRITE) {
		if (SIM_WARN_ON(machine, "mm/memory.c", !(vma->vm_flags & VM_MAYWRITE)))
			return VM_FAULT_SIGSEGV;
		if (SIM_WARN_ON(machine, "mm/memory.c", !(vma->vm_flags & VM_WRITE) && !cow))
			return VM_FAULT_SIGSEGV;
	}
	return 0;
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	vm_fault_t ret = 0;

	(void)regs;
	if (sim_is_crashed(machine))
		return VM_FAULT_SIGBUS;
	if (address < vma->vm_start || address >= vma->vm_end)
		return VM_FAULT_SIGSEGV;
	sim_count(machine, SIM_CNT_FAULT);
	sim_event(machine, SIM_EV_FAULT, address, flags, NULL);
	if (!sim_rule(machine, SIM_RULE_ANON_EXCLUSIVE))
		flags &= ~(unsigned int)FAULT_FLAG_UNSHARE;
	if (sim_rule(machine, SIM_RULE_FAULT_SANITIZED))
		ret = sanitize_fault_flags(vma, &flags);
	if (!ret)
		ret = __handle_mm_fault(vma, address, flags);
	if (sim_is_crashed(machine) && !(ret & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		return VM_FAULT_SIGBUS;
	return ret;
}
