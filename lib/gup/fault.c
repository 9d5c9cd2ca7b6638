/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.c - resolving a fault on behalf of the kernel.
 *
 * Unlike get_user_pages() this has no objection to VM_IO and VM_PFNMAP: it
 * wants the entry, not the page behind it. KVM maps GPU memory this way.
 */
#include "gup/internal.h"

/* Models: mm/gup.c, vma_permits_fault, 5.11 to 6.12; without protection keys. */
static bool vma_permits_fault(const struct vm_area_struct *vma, unsigned int fault_flags)
{
	return vma->vm_flags & (fault_flags & FAULT_FLAG_WRITE ? VM_WRITE : VM_READ);
}

/* One fault. 0; -EAGAIN, mmap_lock was dropped and is held again; or the error. */
static int fixup_once(struct mm_struct *mm, unsigned long address, unsigned int fault_flags,
		      bool *unlocked)
{
	struct vm_area_struct *vma = vma_lookup(mm, address);
	vm_fault_t ret;

	if (!vma || !vma_permits_fault(vma, fault_flags))
		return -EFAULT;
	ret = handle_mm_fault(vma, address, fault_flags, NULL);
	if (ret & (VM_FAULT_COMPLETED | VM_FAULT_RETRY)) {
		mmap_read_lock(mm);
		*unlocked = true;
	}
	if (ret & VM_FAULT_COMPLETED)
		return 0;
	if (ret & VM_FAULT_ERROR) {
		int err = vm_fault_to_errno(ret);

		if (SIM_BUG_ON_IN(mm->sim_machine, SIM_GUP_FILE, "fixup_user_fault", !err))
			return -EIO;
		return err;
	}
	return ret & VM_FAULT_RETRY ? -EAGAIN : 0;
}

int fixup_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags,
		     bool *unlocked)
{
	int ret = sim_enter(mm->sim_machine);

	if (unlocked)
		fault_flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	for (int tries = 0; !ret; tries++) {
		if (tries && signal_pending())
			return -EINTR;
		if (SIM_WARN_ON(mm->sim_machine, SIM_GUP_FILE, tries >= SIM_GUP_MAX_TRIES))
			return -EFAULT;
		ret = fixup_once(mm, address, fault_flags, unlocked);
		if (ret != -EAGAIN)
			break;
		fault_flags |= FAULT_FLAG_TRIED;
		ret = 0;
	}
	return sim_is_crashed(mm->sim_machine) ? -EIO : ret;
}
