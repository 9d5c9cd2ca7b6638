/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vma.h - address spaces, tasks, mappings; the calls that user space makes.
 *
 * The sim_ calls here are system calls of @task: they take mmap_lock
 * themselves and make @task the calling thread's current task. Each returns
 * -ESRCH where @task is NULL or has exited, and -EIO on a crashed machine. The
 * pointer of a task that has exited gives -ESRCH until the next task is made:
 * that may be the same structure.
 *
 * The sim_ calls refuse a NULL that they need with -EINVAL, or with NULL or 0
 * where that is what they return.
 * Addresses and lengths are bytes. PROT_*, MAP_* and MADV_* are those of
 * <sys/mman.h>.
 *
 * Memory that a call needs is had before anything changes: -ENOMEM leaves the
 * mappings as they were, where the kernel may leave them split or unmapped.
 */
#ifndef TTMSIM_VMA_H
#define TTMSIM_VMA_H

#include <ttmsim/file.h>

SIM_BEGIN_DECLS

/* --------------------------------------------------------------- tasks ---- */

/* What a signal handler is told. Models: struct siginfo's si_signo, si_code, si_addr. */
struct sim_siginfo {
	int signo;		/* SIGSEGV, SIGBUS; 0: none so far */
	int code;		/* SEGV_MAPERR, SEGV_ACCERR, BUS_ADRERR, BUS_MCEERR_AR */
	unsigned long addr;	/* that the access faulted at */
};

/* Models: include/linux/sched.h, struct task_struct, 6.1 (what mm needs). */
struct task_struct {
	struct mm_struct *mm;		/* NULL once the task has exited */
	struct sim_machine *sim_machine; /* c */
	char comm[16];			/* c */
	bool sim_signal_pending;	/* a: interruptible waits end with it */
	struct sim_siginfo sim_signal;	/* a: that an access got last */
	bool sim_alive;			/* a: calls may begin */
	atomic_t sim_users;		/* 1 until sim_exit(), and one for each call beside it */
	struct task_struct *sim_next, **sim_pprev; /* the machine's list of tasks */
};

/**
 * sim_task_create - a new task with an empty address space
 * @name: at most 15 bytes are kept
 *
 * Returns: the task;
 *          NULL where an allocation failed.
 */
SIM_API struct task_struct *sim_task_create(struct sim_machine *machine, const char *name);

/**
 * sim_task_switch - make a task the calling thread's current one
 *
 * NULL leaves the thread without one. Functions with kernel names that take no
 * context act on it.
 *
 * Returns: the task that was current before, or NULL.
 */
SIM_API struct task_struct *sim_task_switch(struct task_struct *task);

/**
 * sim_current - the calling thread's current task, or NULL
 */
SIM_API struct task_struct *sim_current(void);

/* Not in C++, whose standard headers have members of that name. */
#ifndef __cplusplus
#define current sim_current()
#endif

/**
 * sim_fork - a copy of a task
 *
 * Returns: 0, and *@child;
 *          -ENOMEM, and nothing has changed: also where a driver or the memory-type
 *          tracking refused, since the kernel does not tell why a copy failed;
 *          -EINVAL, @child is NULL.
 * Models: kernel/fork.c, copy_mm and dup_mmap; mm/memory.c, copy_page_range, 5.11 to 6.12.
 */
SIM_API int sim_fork(struct task_struct *task, const char *name, struct task_struct **child);

/**
 * sim_exit - end a task: its mappings go, and it is a task no more
 *
 * Calls on it that are under way, in other threads or around this one, go on, and the
 * last of them ends it; later ones give -ESRCH. NULL and a task that has exited are
 * ignored.
 * Models: kernel/exit.c, exit_mm, 6.1.
 */
SIM_API void sim_exit(struct task_struct *task);

/**
 * get_task_mm - a task's address space, with a reference to its mappings
 *
 * Returns: the address space, to be put by mmput();
 *          NULL where the task has exited.
 * Models: kernel/fork.c, get_task_mm, 6.1.
 */
SIM_API struct mm_struct *get_task_mm(struct task_struct *task);

/**
 * mmget - one more reference to the mappings of an address space
 *
 * Holds: one.
 * Models: include/linux/sched/mm.h, mmget, 6.1.
 */
SIM_API void mmget(struct mm_struct *mm);

/**
 * mmget_not_zero - the same for who holds mmgrab()'s alone
 *
 * Returns: false where the mappings have gone, or are going.
 * Models: include/linux/sched/mm.h, mmget_not_zero, 6.1.
 */
SIM_API bool mmget_not_zero(struct mm_struct *mm);

/**
 * mmput - drop a reference; with the last one the mappings go
 *
 * Takes mmap_lock with the last one.
 * Models: kernel/fork.c, mmput, 6.1.
 */
SIM_API void mmput(struct mm_struct *mm);

/**
 * mmgrab - keep an address space, mappings or not
 *
 * Models: include/linux/sched/mm.h, mmgrab, 6.1.
 */
SIM_API void mmgrab(struct mm_struct *mm);

/**
 * mmdrop - undo mmgrab(); the last one frees the address space
 *
 * Models: kernel/fork.c, __mmdrop, 6.1.
 */
SIM_API void mmdrop(struct mm_struct *mm);

/* -------------------------------------------------------- system calls ---- */

/**
 * sim_mmap - map a file or anonymous memory
 * @addr: used as a hint, or exactly with MAP_FIXED
 * @pgoff: offset in the file in pages
 *
 * Returns: the address, page-aligned and above 0;
 *          -EINVAL, bad length, alignment or sharing flags, a file of another
 *          machine, or a driver's no;
 *          -EACCES, the file's mode does not allow it;
 *          -EBADF, neither @file nor MAP_ANONYMOUS;
 *          -ENODEV, the file cannot be mapped;
 *          -EOPNOTSUPP, flags that MAP_SHARED_VALIDATE does not know, or a
 *          private mapping that grows down (not modelled);
 *          -EOVERFLOW, @pgoff + length wraps;
 *          -EPERM, MAP_FIXED below the lowest address for user space;
 *          -ENOMEM, no room or no memory;
 *          -EEXIST, MAP_FIXED_NOREPLACE over a mapping;
 *          what ->mmap returned.
 * Models: mm/mmap.c, do_mmap and mmap_region, 5.11 to 6.12.
 */
SIM_API long sim_mmap(struct task_struct *task, unsigned long addr, unsigned long len, int prot,
		      int flags, struct file *file, unsigned long pgoff);

/**
 * sim_munmap - unmap a range
 *
 * Returns: 0, also where nothing was mapped;
 *          -EINVAL, unaligned or empty;
 *          -ENOMEM, a split failed;
 *          what ->may_split returned.
 * Models: mm/mmap.c, __do_munmap, 6.1.
 */
SIM_API int sim_munmap(struct task_struct *task, unsigned long addr, unsigned long len);

/**
 * sim_mprotect - change the protection of a range
 *
 * Returns: 0;
 *          -EINVAL, unaligned;
 *          -ENOMEM, a hole in the range, or no memory;
 *          -EACCES, a right that the mapping may never have;
 *          what ->mprotect returned.
 * Models: mm/mprotect.c, do_mprotect_pkey and mprotect_fixup, 5.11 to 6.12.
 */
SIM_API int sim_mprotect(struct task_struct *task, unsigned long addr, unsigned long len,
			 int prot);

/**
 * sim_mremap - resize or move a mapping
 * @flags: MREMAP_*
 *
 * Returns: the new address;
 *          -EINVAL, -EFAULT, -ENOMEM, -EAGAIN as mremap(2) has them: -EFAULT for
 *          a hole, and for growing a VM_DONTEXPAND or VM_PFNMAP mapping.
 * Models: mm/mremap.c, 5.11 to 6.12.
 */
SIM_API long sim_mremap(struct task_struct *task, unsigned long addr, unsigned long old_len,
			unsigned long new_len, unsigned long flags, unsigned long new_addr);

/**
 * sim_madvise - MADV_DONTNEED, DONTNEED_LOCKED, FREE, REMOVE, COLD, PAGEOUT, DONTFORK,
 * DOFORK, WIPEONFORK, KEEPONFORK, MERGEABLE, UNMERGEABLE, HUGEPAGE, NOHUGEPAGE, COLLAPSE,
 * NORMAL, RANDOM, SEQUENTIAL, WILLNEED, DODUMP, DONTDUMP, POPULATE_READ, POPULATE_WRITE
 *
 * Nothing is reclaimed, merged or read ahead.
 *
 * Returns: 0;
 *          -EINVAL, unaligned, advice that is unknown to the release, or that the
 *          mapping's flags refuse;
 *          -ENOMEM, a hole in the range (the rest was done); COLLAPSE: a range that
 *          could be collapsed, since there is no huge page to be had;
 *          -EACCES, REMOVE: not a shared mapping that may be written;
 *          -ENODEV, REMOVE: of a device;
 *          -EBADF, REMOVE: the file is not open for writing;
 *          -EAGAIN, no memory (POPULATE_*: -ENOMEM);
 *          -EFAULT, POPULATE_*: a page that cannot be had.
 * Models: mm/madvise.c, 5.11 to 6.12.
 */
SIM_API int sim_madvise(struct task_struct *task, unsigned long addr, unsigned long len,
			int advice);

/**
 * sim_mlock - lock a range; special mappings are passed over with success
 *
 * There is no limit to what may be locked. Pages are faulted in after the range
 * is locked: an error then leaves it locked.
 *
 * Returns: 0;
 *          -EINVAL, the range wraps;
 *          -ENOMEM, a hole in the range, a page that cannot be had, or no memory;
 *          -EAGAIN, no memory for a page.
 * Models: mm/mlock.c, 6.1.
 */
SIM_API int sim_mlock(struct task_struct *task, unsigned long addr, unsigned long len);

/**
 * sim_munlock - undo sim_mlock()
 *
 * Returns: 0;
 *          -EINVAL, the range wraps;
 *          -ENOMEM, a hole in the range, or no memory.
 */
SIM_API int sim_munlock(struct task_struct *task, unsigned long addr, unsigned long len);

/**
 * sim_msync - write a range back
 * @flags: MS_SYNC, MS_ASYNC, MS_INVALIDATE
 *
 * Returns: 0;
 *          -EINVAL, unaligned, unknown flags, or MS_SYNC of a shared mapping whose
 *          file has no ->fsync;
 *          -EBUSY, MS_INVALIDATE of a locked mapping;
 *          -ENOMEM, a hole in the range (the rest was done, unless @flags is
 *          MS_ASYNC), or a range that wraps;
 *          what ->fsync returned.
 * Models: mm/msync.c, msync, 5.11 to 6.12.
 */
SIM_API int sim_msync(struct task_struct *task, unsigned long addr, unsigned long len, int flags);

/**
 * sim_mincore - which pages of a range are in core
 * @vec: gets 1 or 0 for each page
 *
 * A VM_PFNMAP mapping has none, whatever is mapped there.
 *
 * Returns: 0;
 *          -EINVAL, unaligned;
 *          -ENOMEM, a hole in the range, or no range of user space;
 *          -EFAULT, @vec is NULL, and the range begins with no hole.
 * Models: mm/mincore.c, mincore and do_mincore, 5.11 to 6.12.
 */
SIM_API int sim_mincore(struct task_struct *task, unsigned long addr, unsigned long len,
			unsigned char *vec);

/* Models: include/linux/mm.h, DEFAULT_MAX_MAP_COUNT, 5.11 to 6.12. */
#define DEFAULT_MAX_MAP_COUNT 65530

/**
 * sim_set_max_map_count - how many mappings an address space may have: the sysctl
 * vm.max_map_count
 *
 * Mappings beyond a lowered limit stay. Some calls leave a few unused, or end with
 * one more, as the kernel's do.
 *
 * Returns: 0;
 *          -EINVAL, @count is negative.
 * Models: kernel/sysctl.c, vm_table, 5.11 to 6.12.
 */
SIM_API int sim_set_max_map_count(struct sim_machine *machine, int count);

/**
 * sim_read - load bytes from user space as the CPU would, faults and all
 *
 * Returns: 0;
 *          SIGSEGV or SIGBUS (positive), the signal the task would get;
 *          -EIO, the machine has crashed (a BUG), now or before;
 *          -ENOMEM, out of memory (the OOM killer would act);
 *          -EINVAL, @buf is NULL and @len is not 0;
 *          -EINTR, a signal waits (task->sim_signal_pending), and would be
 *          delivered before the access is tried again;
 *          -EAGAIN, 1000 faults were resolved and the access still faults: a
 *          CPU would go on for ever.
 * Models: arch/x86/mm/fault.c, do_user_addr_fault, 6.1.
 */
SIM_API int sim_read(struct task_struct *task, unsigned long addr, void *buf, size_t len);

/**
 * sim_last_signal - the signal that an access by the task got last: sim_read(),
 *	sim_write() or sim_touch() returned it
 *
 * SEGV_MAPERR where nothing is mapped, SEGV_ACCERR where the mapping does not allow the
 * access, BUS_ADRERR where the handler has no page, BUS_MCEERR_AR where that is poisoned.
 *
 * Returns: it; all zero where there was none.
 * Models: arch/.../mm/fault.c, do_page_fault and its likes, 6.1 and 6.12.
 */
SIM_API struct sim_siginfo sim_last_signal(const struct task_struct *task);

/**
 * sim_write - store bytes to user space as the CPU would
 *
 * Returns: as sim_read().
 */
SIM_API int sim_write(struct task_struct *task, unsigned long addr, const void *buf, size_t len);

/**
 * sim_touch - load from each page of a range, or store to it, one after the other
 * @addr, @len: whole pages
 * @write: stores, which leave each byte as it is
 *
 * As a loop in a program does that touches a page at a time, and as cheap as it
 * is for a CPU, which walks from the top once for a table and not once for a page.
 *
 * Returns: as sim_read(), for the first page that failed;
 *          SIGSEGV and nothing touched where the range leaves user space;
 *          -EINVAL, not whole pages.
 */
SIM_API int sim_touch(struct task_struct *task, unsigned long addr, unsigned long len, bool write);

/**
 * mm_get_unmapped_area - where a mapping goes: the default, for a driver's own
 * ->get_unmapped_area
 * @file, @pgoff: ignored
 *
 * Holds: mmap_lock for writing.
 *
 * Returns: an address;
 *          -ENOMEM, -EINVAL or -EPERM, as an unsigned long.
 * Models: mm/mmap.c, mm_get_unmapped_area, 6.12 (6.1: mm->get_unmapped_area).
 */
SIM_API unsigned long mm_get_unmapped_area(struct mm_struct *mm, struct file *file,
					   unsigned long addr, unsigned long len,
					   unsigned long pgoff, unsigned long flags);

/* --------------------------------------------------------------- views ---- */

/**
 * find_vma - the first vma that ends above an address
 *
 * Holds: mmap_lock.
 *
 * Returns: the vma, which may begin above @addr;
 *          NULL where there is none.
 * Models: mm/mmap.c, find_vma, 6.1.
 */
SIM_API struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);

/**
 * sim_vma_next - the vma after one, by address; the first for NULL
 *
 * Holds: mmap_lock.
 *
 * Returns: the vma;
 *          NULL past the last one, and where @mm is NULL.
 */
SIM_API struct vm_area_struct *sim_vma_next(struct mm_struct *mm, struct vm_area_struct *vma);

/**
 * mmap_read_lock - take mmap_lock for reading
 */
SIM_API void mmap_read_lock(struct mm_struct *mm);

/**
 * mmap_read_unlock - let go of it
 */
SIM_API void mmap_read_unlock(struct mm_struct *mm);

/**
 * mmap_write_lock - take mmap_lock for writing
 */
SIM_API void mmap_write_lock(struct mm_struct *mm);

/**
 * mmap_write_unlock - let go of it
 */
SIM_API void mmap_write_unlock(struct mm_struct *mm);

/**
 * unmap_mapping_range - drop every entry that maps a range of a file, in all
 * address spaces
 * @holebegin: byte offset in the file; @holelen: bytes, 0 = to the end
 * @even_cows: 1 drops private copies too
 *
 * Models: mm/memory.c, unmap_mapping_range, 5.11 to 6.12.
 */
SIM_API void unmap_mapping_range(struct address_space *mapping, int64_t holebegin,
				 int64_t holelen, int even_cows);

/* What /proc/pid/smaps says of one vma, in bytes where not said otherwise. */
struct sim_smaps {
	unsigned long start, end;
	unsigned long vm_flags;
	unsigned long pgoff;	/* pages */
	const char *name;	/* the file's, or NULL */
	unsigned long size, rss, anonymous, shared_clean, shared_dirty, private_clean,
		private_dirty, locked;
};

/**
 * sim_smaps - the smaps view of the vma at an address
 *
 * Returns: 0;
 *          -ENOMEM, nothing is mapped there;
 *          -EINVAL, @out is NULL.
 * Models: fs/proc/task_mmu.c, smap_gather_stats, 6.1 (vm_normal_page decides).
 */
SIM_API int sim_smaps(struct task_struct *task, unsigned long addr, struct sim_smaps *out);

/**
 * sim_maps - the maps view of a task, as text
 * @buf: gets at most @len bytes with the closing 0
 *
 * Returns: the bytes that the whole text takes without the closing 0;
 *          -EINVAL, @buf is NULL and @len is not 0;
 *          -EOVERFLOW, an int does not hold it.
 */
SIM_API int sim_maps(struct task_struct *task, char *buf, size_t len);

/* What /proc/pid/pagemap says of one page. */
struct sim_pagemap {
	bool present;		/* bit 63 */
	bool file;		/* bit 61: its page is not anonymous */
	bool exclusive;		/* bit 56: its page is mapped once */
	unsigned long pfn;	/* bits 0 to 54 */
};

/**
 * sim_pagemap - the pagemap view of an address
 *
 * Nothing is present in a VM_PFNMAP mapping, as where nothing is mapped. The bits
 * for swap, soft-dirty and userfaultfd are not modelled.
 *
 * Returns: 0;
 *          -EINVAL, @out is NULL.
 * Models: fs/proc/task_mmu.c, pagemap_pmd_range and pte_to_pagemap_entry, 5.11 to
 * 6.12.
 */
SIM_API int sim_pagemap(struct task_struct *task, unsigned long addr, struct sim_pagemap *out);

/**
 * sim_mm_check - does an address space keep its invariants?
 *
 *	V.1 to V.3  vmas are in order, disjoint and aligned, in their files' reverse maps,
 *		    and counted
 *	V.4	    each entry lies in a vma
 *	V.5, V.6    rss and bytes of tables agree with the tables
 *	E.1 to E.3  an entry grants no access that its vma does not
 *	E.4 to E.6  it is dirty or writable only where that can be: not in a mapping that is
 *		    never written, not the original of a private mapping, not the zero page
 *	E.7 to E.9  its page is not free, and where nothing holds it, not somebody else's
 *	E.10, E.11  it is special only where VM_PFNMAP or VM_MIXEDMAP say so, and where it is
 *		    not, it has a struct page
 *
 * What is told is as sim_machine_check() has it. Takes mmap_lock.
 * unmap_mapping_range() does not: where another thread calls it meanwhile, what is found
 * may be that.
 *
 * Returns: how many findings; each is told to @tell, unless NULL;
 *          0 where @mm is NULL.
 */
SIM_API unsigned int sim_mm_check(struct mm_struct *mm,
				  void (*tell)(const char *what, void *data), void *data);

SIM_END_DECLS

#endif
