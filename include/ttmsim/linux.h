/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * linux.h - whose names a driver's code is written in.
 *
 * Kernel names come, go and change what they take. TTMSIM_LINUX says which
 * release the code that includes the headers was written for; it decides about
 * declarations alone. What they do, the release of the machine decides.
 *
 *	cc -DTTMSIM_LINUX='KERNEL_VERSION(6,1,0)' driver.c	on the command line, or
 *	#define TTMSIM_LINUX KERNEL_VERSION(6, 1, 0)		before the first include
 *
 * Without it, the newest release that ttmsim knows. What is declared differently:
 *
 *	5.11 to 6.2	vm_flags_t vma->vm_flags is written to; no vm_flags_set() and kin
 *	up to 6.4	get_user_pages() and pin_user_pages() take vmas
 *	up to 6.5	->huge_fault() takes enum page_entry_size, later an order;
 *			vmf_insert_pfn_pmd_prot(); pte_mkwrite() takes no vma;
 *			no vmf_fs_error()
 *	up to 6.9	follow_pte() takes an mm, later a vma
 *	up to 6.11	follow_pfn() (6.9), follow_pte(); from 6.12 on follow_pfnmap_start()
 */
#ifndef TTMSIM_LINUX_H
#define TTMSIM_LINUX_H

#ifndef KERNEL_VERSION
#define KERNEL_VERSION(major, minor, patch) \
	(((major) << 16) + ((minor) << 8) + ((patch) > 255 ? 255 : (patch)))
#endif

#ifndef TTMSIM_LINUX
#define TTMSIM_LINUX KERNEL_VERSION(6, 12, 0)
#endif

#if TTMSIM_LINUX < KERNEL_VERSION(5, 11, 0)
#error "TTMSIM_LINUX: KERNEL_VERSION(5, 11, 0) is the oldest release that is known"
#endif

#endif
