/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * access.c - reading and writing another address space, as ptrace() and
 * /proc/pid/mem do.
 *
 * GUP refuses VM_IO and VM_PFNMAP mappings, so what a driver maps is reached
 * by its ->access, and only on an architecture with HAVE_IOREMAP_PROT.
 */
#include "gup/internal.h"

/* Through a page that GUP got. Returns the bytes done, or the error. */
static int copy_by_page(struct mm_struct *mm, unsigned long addr, char *buf, int len,
			struct page *page, bool write)
{
	struct sim_machine *machine = mm->sim_machine;
	unsigned long offset = addr & (mmu_page_size(mm->sim_mmu) - 1);
	unsigned long pfn = sim_page_to_pfn(page);
	int bytes = (int)in_page(mm, addr, (size_t)len), ret;

	if (write) {
		ret = sim_phys_write(machine, pfn, offset, buf, (size_t)bytes);
		sim_page_set(page, PG_dirty);
	} else {
		ret = sim_phys_read(machine, pfn, offset, buf, (size_t)bytes);
	}
	sim_put_page(page, 1);
	return ret ? ret : bytes;
}

/* Where GUP got nothing: ask the driver. */
static int copy_by_driver(struct mm_struct *mm, unsigned long addr, char *buf, int len,
			  bool write)
{
	struct vm_area_struct *vma;
	int bytes;

	if (!mmu_has(mm->sim_mmu, SIM_FEAT_IOREMAP_PROT))
		return 0;
	vma = vma_lookup(mm, addr);
	if (!vma || !vma->vm_ops || !vma->vm_ops->access)
		return 0;
	bytes = SIM_CALL(mm->sim_machine, vma->vm_ops, access, addr, 0, vma, addr, buf, len, write);
	return bytes < len ? bytes : len;
}

/* Models: mm/memory.c, __access_remote_vm, 5.11 to 6.12; stacks do not grow. */
static int __access_remote_vm(struct mm_struct *mm, unsigned long addr, char *buf, int len,
			      unsigned int gup_flags)
{
	bool write = gup_flags & FOLL_WRITE;
	int done = 0;

	if (sim_mmap_read_lock(mm, "access_process_vm"))
		return 0;
	while (done < len) {
		struct page *page = NULL;
		long got = get_user_pages_remote(mm, addr, 1, gup_flags, &page, NULL, NULL);
		int bytes;

		if (got > 0 && page)
			bytes = copy_by_page(mm, addr, buf, len - done, page, write);
		else
			bytes = copy_by_driver(mm, addr, buf, len - done, write);
		if (bytes <= 0 || sim_is_crashed(mm->sim_machine))
			break;
		done += bytes;
		buf += bytes;
		addr += (unsigned long)bytes;
	}
	sim_mmap_unlock(mm);
	return done;
}

int access_process_vm(struct task_struct *tsk, unsigned long addr, void *buf, int len,
		      unsigned int gup_flags)
{
	struct mm_struct *mm;
	int ret;

	if (sim_enter(tsk->sim_machine))
		return 0;
	mm = get_task_mm(tsk);
	if (!mm)
		return 0;
	ret = __access_remote_vm(mm, addr, buf, len, gup_flags);
	mmput(mm);
	return ret;
}
