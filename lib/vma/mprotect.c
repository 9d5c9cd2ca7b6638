/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mprotect.c - new access rights for a range: of the vmas, then of the entries.
 *
 * Which rights a mapping may get was settled at mmap: each of VM_READ, VM_WRITE
 * and VM_EXEC needs its VM_MAY* bit. VM_IO and VM_PFNMAP are no obstacle.
 */
#include <sys/mman.h>

#include "vma/internal.h"

#ifndef PROT_SEM
#define PROT_SEM 0x8
#endif

struct protect {
	unsigned long prot;	/* VM_READ, VM_WRITE, VM_EXEC */
	struct vma_spares *spares;
};

static unsigned long rights(int prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* x86 must not leave an entry of some pfns without the present bit (L1TF). */
static int check_prot_none(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   unsigned long newflags)
{
	if ((newflags & VM_ACCESS_FLAGS) || !(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)))
		return 0;
	return sim_prot_none_allowed(vma, start, end,
				     sim_vm_page_prot(vma->vm_mm->sim_mmu, newflags));
}

/* VM_ACCOUNT for the new flags. Models: mm/mprotect.c, mprotect_fixup, 5.11 to 6.12. */
static unsigned long account(const struct vm_area_struct *vma, unsigned long newflags)
{
	if (newflags & VM_WRITE) {
		if (!(vma->vm_flags & (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)))
			newflags |= VM_ACCOUNT;
	} else if ((vma->vm_flags & VM_ACCOUNT) && vma_is_anonymous(vma) && !vma->anon_vma &&
		   sim_rule(vma->vm_mm->sim_machine, SIM_RULE_MPROTECT_UNACCOUNTS)) {
		newflags &= ~VM_ACCOUNT;
	}
	return newflags;
}

/*
 * May entries become writable at once? Up to 5.14 the kernel asks this only for
 * shared mappings that want to hear of writes, and then for dirty entries.
 * Models: mm/mprotect.c, mprotect_fixup, 5.11 and 6.1.
 */
static bool try_writable(struct vm_area_struct *vma)
{
	if ((vma->vm_flags & VM_SHARED) ||
	    !sim_rule(vma->vm_mm->sim_machine, SIM_RULE_MPROTECT_TRY_WRITABLE))
		return vma_wants_writenotify(vma, vma->vm_page_prot);
	return vma->vm_flags & VM_WRITE;
}

/* Models: mm/mprotect.c, mprotect_fixup, 5.11 to 6.12. */
static int mprotect_fixup(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
			  unsigned long newflags, struct vma_spares *spares)
{
	struct vm_area_struct *vma = *vmap;
	struct mm_struct *mm = vma->vm_mm;
	unsigned long oldflags = vma->vm_flags;
	long nr_pages = (long)to_pages(mm, end - start);
	bool writable;
	int ret;

	if (newflags == oldflags)
		return 0;
	ret = check_prot_none(vma, start, end, newflags);
	if (ret)
		return ret;
	newflags = account(vma, newflags);
	ret = vma_modify_flags(vmap, start, end, newflags, spares);
	if (ret)
		return ret;
	vma = *vmap;
	vma_set_flags(vma, newflags);
	writable = try_writable(vma);
	vma_set_page_prot(vma);
	sim_change_protection(vma, start, end, writable);
	if ((oldflags & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED && (newflags & VM_WRITE))
		populate_vma_page_range(vma, start, end);
	vm_stat_account(mm, oldflags, -nr_pages);
	vm_stat_account(mm, newflags, nr_pages);
	return 0;
}

static int protect_vma(struct vm_area_struct **vmap, unsigned long start, unsigned long end,
		       void *data)
{
	const struct protect *protect = data;
	struct vm_area_struct *vma = *vmap;
	unsigned long newflags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | protect->prot;

	/* shifted right by 4, VM_MAYREAD lies where VM_READ does, and so on */
	if (newflags & ~(newflags >> 4) & VM_ACCESS_FLAGS)
		return -EACCES;
	if (vma->vm_ops && vma->vm_ops->mprotect) {
		int ret = vma->vm_ops->mprotect(vma, start, end, newflags);

		if (ret)
			return ret;
	}
	return mprotect_fixup(vmap, start, end, newflags, protect->spares);
}

/* PROT_GROWSDOWN and PROT_GROWSUP are for stacks, of which there are none. */
static int check_grows(struct mm_struct *mm, unsigned long addr, unsigned long end, int grows)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!grows)
		return 0;
	if (!vma || vma->vm_start >= end || (grows == PROT_GROWSUP && vma->vm_start > addr))
		return -ENOMEM;
	return -EINVAL;
}

static int do_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long end, int prot)
{
	struct vma_spares spares = { 0 };
	struct protect protect = { rights(prot), &spares };
	int ret = check_grows(mm, addr, end, prot & (PROT_GROWSDOWN | PROT_GROWSUP));

	if (!ret && !vma_lookup(mm, addr))
		ret = -ENOMEM;
	if (!ret)
		ret = vma_spares_get(mm, &spares, vma_cuts(mm, addr, end));
	if (!ret)
		ret = vma_for_range(mm, addr, end, protect_vma, &protect);
	vma_spares_put(&spares);
	return ret;
}

/* Models: mm/mprotect.c, do_mprotect_pkey, 5.11 to 6.12. */
static int mprotect_mm(struct mm_struct *mm, unsigned long addr, unsigned long len, int prot)
{
	const int grows = PROT_GROWSDOWN | PROT_GROWSUP;
	unsigned long end;
	int ret;

	if ((prot & grows) == grows || !page_aligned(mm, addr))
		return -EINVAL;
	if (!len)
		return 0;
	end = addr + page_align(mm, len);
	if (end <= addr)
		return -ENOMEM;
	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows))
		return -EINVAL;
	if (sim_mmap_write_lock(mm, "sim_mprotect"))
		return -EDEADLK;
	ret = do_mprotect(mm, addr, end, prot);
	sim_mmap_unlock(mm);
	return ret;
}

int sim_mprotect(struct task_struct *task, unsigned long addr, unsigned long len, int prot)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	return ret ? ret : (int)sim_call_end(&call, mprotect_mm(call.mm, addr, len, prot));
}
