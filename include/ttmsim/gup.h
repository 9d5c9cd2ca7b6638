/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup.h - get_user_pages: what lets a driver or the kernel reach the pages
 * behind a user address.
 *
 * All act on the calling thread's current task, except the _remote ones.
 */
#ifndef TTMSIM_GUP_H
#define TTMSIM_GUP_H

#include <ttmsim/vma.h>

SIM_BEGIN_DECLS

/*
 * Those from TOUCH on that only GUP itself says are refused from 6.12 on: TOUCH, REMOTE,
 * PIN, FAST_ONLY. Models: include/linux/mm.h, 6.1.
 */
#define FOLL_WRITE 0x01u
#define FOLL_TOUCH 0x02u
#define FOLL_GET 0x04u
#define FOLL_DUMP 0x08u
#define FOLL_FORCE 0x10u
#define FOLL_NOWAIT 0x20u
#define FOLL_HWPOISON 0x100u
#define FOLL_REMOTE 0x2000u
#define FOLL_ANON 0x8000u
#define FOLL_LONGTERM 0x10000u
#define FOLL_PIN 0x40000u
#define FOLL_FAST_ONLY 0x80000u
#define FOLL_UNSHARE 0x100000u

/**
 * get_user_pages - the slow walk: look at the vma, then follow or fault
 * @start: byte address; @pages: NULL to fault in only; @vmas: NULL or filled
 *
 * Holds: mmap_lock for reading.
 *
 * Returns: the number of pages got, which may be less than asked;
 *          -EFAULT, the vma refuses (VM_IO, VM_PFNMAP, no right, none there);
 *          -EEXIST, a special entry that has no page (up to 5.14: -EFAULT, and
 *          with FOLL_PIN a success that leaves pages[] unwritten);
 *          -ENOMEM;
 *          -EINTR, sim_signal_pending was set and a fault had not helped;
 *          -EINVAL, a bad combination of flags.
 * Models: mm/gup.c, get_user_pages and check_vma_flags, 5.11 to 6.12; differs
 * in that a fault that never helps is a WARN and -EFAULT after 1000 tries,
 * where the kernel goes on until a fatal signal.
 */
SIM_API long get_user_pages(unsigned long start, unsigned long nr_pages,
			    unsigned int gup_flags, struct page **pages,
			    struct vm_area_struct **vmas);

/**
 * get_user_pages_unlocked - get_user_pages() that takes mmap_lock itself
 *
 * Returns: as get_user_pages().
 * A fault may give mmap_lock up meanwhile; the walk then goes on where it was.
 *
 * Models: mm/gup.c, get_user_pages_unlocked, 5.11 to 6.12.
 */
SIM_API long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
				     struct page **pages, unsigned int gup_flags);

/**
 * get_user_pages_remote - get_user_pages() of an address space of anyone's
 * @locked: NULL; or 1, and 0 afterwards where mmap_lock was given up
 *
 * Holds: mmap_lock of @mm for reading.
 *
 * Returns: as get_user_pages().
 * Models: mm/gup.c, get_user_pages_remote, 5.11 to 6.12; from 6.5 on without @vmas.
 */
SIM_API long get_user_pages_remote(struct mm_struct *mm, unsigned long start,
				   unsigned long nr_pages, unsigned int gup_flags,
				   struct page **pages, struct vm_area_struct **vmas,
				   int *locked);

/**
 * get_dump_page - a page for a core dump: whatever it may be, but nothing is made
 *
 * Returns: the page with a reference; NULL where there is none: nothing was touched, the
 *          entry is special or the zero page's, or the vma refuses.
 * Models: mm/gup.c, get_dump_page, 5.11 to 6.12.
 */
SIM_API struct page *get_dump_page(unsigned long addr);

/**
 * get_user_pages_fast - the lockless walk, then the slow one for the rest
 *
 * The lockless part never looks at a vma: entries decide.
 *
 * Returns: the number of pages got;
 *          -EFAULT, -EEXIST, -ENOMEM, -EINVAL as get_user_pages(), where none
 *          was got.
 * Models: mm/gup.c, internal_get_user_pages_fast, 5.11 to 6.12.
 */
SIM_API int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
				struct page **pages);

/**
 * get_user_pages_fast_only - the lockless walk alone
 *
 * Returns: the number of pages got, 0 included; from 6.12 on also the errors of
 *          get_user_pages_fast() about the range and the flags.
 * Models: mm/gup.c, get_user_pages_fast_only, 5.11 to 6.12.
 */
SIM_API int get_user_pages_fast_only(unsigned long start, int nr_pages,
				     unsigned int gup_flags, struct page **pages);

/**
 * pin_user_pages - get_user_pages() with pins (FOLL_PIN) instead of references
 *
 * Holds: mmap_lock for reading.
 *
 * Returns: as get_user_pages(), but from 6.12 on 0 where that is -EINVAL.
 * Models: mm/gup.c, pin_user_pages, 5.11 to 6.12.
 */
SIM_API long pin_user_pages(unsigned long start, unsigned long nr_pages,
			    unsigned int gup_flags, struct page **pages,
			    struct vm_area_struct **vmas);

/**
 * pin_user_pages_unlocked - get_user_pages_unlocked() with pins
 *
 * Returns: as pin_user_pages(); -EINVAL up to 6.1 for FOLL_LONGTERM.
 * Models: mm/gup.c, pin_user_pages_unlocked, 5.11 to 6.12.
 */
SIM_API long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages,
				     struct page **pages, unsigned int gup_flags);

/**
 * pin_user_pages_fast - get_user_pages_fast() with pins
 *
 * Returns: as get_user_pages_fast().
 * Models: mm/gup.c, pin_user_pages_fast, 6.1.
 */
SIM_API int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
				struct page **pages);

/**
 * pin_user_pages_fast_only - get_user_pages_fast_only() with pins
 *
 * Returns: the number of pages got, 0 included.
 * Models: mm/gup.c, pin_user_pages_fast_only, 6.1.
 */
SIM_API int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
				     struct page **pages);

/**
 * unpin_user_page - undo one pin
 *
 * Models: mm/gup.c, unpin_user_page, 6.1.
 */
SIM_API void unpin_user_page(struct page *page);

/**
 * unpin_user_pages - undo one pin of each page
 *
 * Models: mm/gup.c, unpin_user_pages, 6.1.
 */
SIM_API void unpin_user_pages(struct page **pages, unsigned long npages);

/**
 * unpin_user_pages_dirty_lock - the same, each page made dirty first
 *
 * Models: mm/gup.c, unpin_user_pages_dirty_lock, 5.11 to 6.12.
 */
SIM_API void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages,
					 bool make_dirty);

/**
 * pin_user_pages_remote - pin_user_pages() of an address space of anyone's
 * @locked: NULL; or 1, and 0 afterwards where mmap_lock was given up
 *
 * Holds: mmap_lock of @mm for reading.
 *
 * Returns: as pin_user_pages();
 *          -EINVAL up to 6.1, FOLL_LONGTERM with @locked.
 * Models: mm/gup.c, pin_user_pages_remote, 5.11 to 6.12.
 */
SIM_API long pin_user_pages_remote(struct mm_struct *mm, unsigned long start,
				   unsigned long nr_pages, unsigned int gup_flags,
				   struct page **pages, struct vm_area_struct **vmas,
				   int *locked);

/**
 * fixup_user_fault - resolve the fault that an access would take
 * @fault_flags: FAULT_FLAG_WRITE or 0; @unlocked: NULL, or set when mmap_lock
 *	was dropped on the way and taken again
 *
 * Holds: mmap_lock for reading.
 *
 * Returns: 0;
 *          -EFAULT, no vma, or no right;
 *          -ENOMEM;
 *          -EINTR, sim_signal_pending was set and a fault had not helped.
 * Models: mm/gup.c, fixup_user_fault, 6.1.
 */
SIM_API int fixup_user_fault(struct mm_struct *mm, unsigned long address,
			     unsigned int fault_flags, bool *unlocked);

/**
 * access_process_vm - read or write another task's memory, as ptrace does
 * @gup_flags: FOLL_WRITE, FOLL_FORCE
 *
 * Where GUP refuses, ->access of the vma is asked.
 *
 * Returns: the bytes done, 0 included.
 * Models: mm/memory.c, __access_remote_vm, 5.11 to 6.12.
 */
SIM_API int access_process_vm(struct task_struct *tsk, unsigned long addr, void *buf, int len,
			      unsigned int gup_flags);

/* ---------------------------------------- system calls that get pages ---- */
/*
 * These act on @task, whoever calls. Bytes of the other side, a program, a block
 * device or a pipe, are in @buf.
 */

/**
 * sim_process_vm_readv - read a task's memory from another one: one range each side
 *
 * Unlike access_process_vm() it never asks ->access.
 *
 * Returns: the bytes done, up to the first page that cannot be pinned;
 *          0 for an empty range;
 *          -EFAULT, the first page cannot be pinned, whatever the reason;
 *          -ESRCH, no task, or one that has exited;
 *          -EINVAL, @buf is NULL;
 *          -EIO, the machine has crashed: also where a page counts as pinned that
 *          was never written (pin_user_pages() up to 5.14).
 * Models: mm/process_vm_access.c, process_vm_rw_single_vec, 5.11 to 6.12.
 */
SIM_API long sim_process_vm_readv(struct task_struct *task, unsigned long addr, void *buf,
				  size_t len);

/**
 * sim_process_vm_writev - write it; the pages become dirty
 *
 * Returns: as sim_process_vm_readv().
 * Models: mm/process_vm_access.c, process_vm_rw_single_vec, 5.11 to 6.12.
 */
SIM_API long sim_process_vm_writev(struct task_struct *task, unsigned long addr,
				   const void *buf, size_t len);

/* What one bio holds; the kernel goes about more in another way. */
#define SIM_DIRECT_MAX_PAGES 256

/**
 * sim_direct_read - read() from a block device that was opened with O_DIRECT
 * @buf: what lies on the device
 *
 * The device writes into the pages that GUP gets, which become dirty. What is
 * left after the first page that it does not get goes through the page cache:
 * the kernel copies it as the CPU would, faults and all.
 *
 * Returns: the bytes done;
 *          -EFAULT, -ENOMEM and so on: of the first page, as get_user_pages_fast()
 *          (before 6.12) or pin_user_pages_fast() says;
 *          -EINVAL, @addr or @len is no multiple of 512, @len is more than
 *          SIM_DIRECT_MAX_PAGES, or @buf is NULL;
 *          -ESRCH, no task; -EIO, the machine has crashed.
 * Models: block/fops.c, blkdev_read_iter and __blkdev_direct_IO_simple;
 * block/bio.c, bio_iov_iter_get_pages, 6.1 and 6.12.
 */
SIM_API long sim_direct_read(struct task_struct *task, unsigned long addr, const void *buf,
			     size_t len);

/**
 * sim_direct_write - write() to it; @buf gets what arrives
 *
 * Returns: as sim_direct_read().
 * Models: block/fops.c, blkdev_write_iter and blkdev_direct_write, 6.1 and 6.12.
 */
SIM_API long sim_direct_write(struct task_struct *task, unsigned long addr, void *buf,
			      size_t len);

/* What an ordinary pipe holds. */
#define SIM_PIPE_PAGES 16

/**
 * sim_vmsplice - vmsplice() into an empty pipe, which is then read into @buf
 *
 * The pipe holds the pages themselves until it is read.
 *
 * Returns: the bytes done, up to the first page that get_user_pages_fast() does
 *          not get, or until the pipe is full;
 *          its error, where that is the first page;
 *          -EINVAL, @buf is NULL; -ESRCH, no task; -EIO, the machine has crashed.
 * Models: fs/splice.c, vmsplice_to_pipe and iter_to_pipe, 5.11 to 6.12.
 */
SIM_API long sim_vmsplice(struct task_struct *task, unsigned long addr, void *buf, size_t len);

SIM_END_DECLS

#endif
