/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert.h - what the ways to insert pfns share: which of the BUGs of
 * vmf_insert_pfn_prot() can be.
 */
#ifndef SIM_PTE_INSERT_H
#define SIM_PTE_INSERT_H

#include "pte/pgtable.h"

#define VM_PFN_OR_MIXED (VM_PFNMAP | VM_MIXEDMAP)

/* None of them, whatever the pfn: the flags are those of a driver that is in order. */
static inline bool insert_pfn_flags_in_order(unsigned long vm_flags)
{
	return (vm_flags & VM_PFN_OR_MIXED) == VM_PFNMAP && !is_cow_mapping(vm_flags);
}

/* Any of them? Nothing is recorded. */
static inline bool insert_pfn_would_bug(const struct vm_area_struct *vma, unsigned long pfn)
{
	if (insert_pfn_flags_in_order(vma->vm_flags))
		return false;
	return (vma->vm_flags & VM_PFN_OR_MIXED) != VM_MIXEDMAP ||
	       sim_pfn_valid(vma->vm_mm->sim_machine, pfn);
}

#endif
