/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup_ops.h - what the vma floor asks of get_user_pages(), which lies above it
 * since it goes by vmas: mlock, MAP_POPULATE and MADV_POPULATE_* are its slow walk
 * without pages. Whoever makes a machine sets machine->gup.
 */
#ifndef SIM_VMA_GUP_OPS_H
#define SIM_VMA_GUP_OPS_H

#include <ttmsim/vma.h>

struct sim_gup_ops {
	/*
	 * 0, or why the walk refuses the vma. @force: rights that are missing do not
	 * stop it, where all that they would allow is a private copy or a read.
	 * Models: mm/gup.c, check_vma_flags, 5.11 to 6.12.
	 */
	int (*check)(const struct vm_area_struct *vma, bool write, bool force);
	/*
	 * Looks at each page, and faults until its entry will do. Each vma is asked
	 * once, when the walk enters it.
	 * @locked: NULL, mmap_lock is kept; else it becomes 0 where the lock was let go
	 * Holds: mmap_lock; for reading where @locked.
	 * Returns how many pages were walked; the error of the first where none.
	 * Models: mm/gup.c, __get_user_pages with FOLL_TOUCH, 5.11 to 6.12.
	 */
	long (*populate)(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			 bool write, bool force, int *locked);
};

extern const struct sim_gup_ops sim_gup_ops; /* lib/gup/populate.c */

#endif
