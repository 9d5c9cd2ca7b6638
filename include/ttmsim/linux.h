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
 *	up to 6.1	no vmf_fs_error()
 *	up to 6.2	no vm_flags_set() and kin: vma->vm_flags is written to
 *	up to 6.4	get_user_pages(), pin_user_pages() and the latter's _remote form
 *			take vmas; without <ttmsim/mm.h> they do in every release
 *	up to 6.5	pte_mkwrite() takes no vma; no pte_mkwrite_novma()
 *	up to 6.9	follow_pfn(), follow_pte() by mm
 *	from 6.12 on	follow_pfnmap_start()
 *
 * Where nobody chose, get_user_pages(), pin_user_pages() and pin_user_pages_remote() take
 * vmas or do without.
 *
 * Names that went (vmf_insert_mixed_prot(), vmf_insert_pfn_pmd_prot()) stay.
 */
#ifndef TTMSIM_LINUX_H
#define TTMSIM_LINUX_H

#ifndef KERNEL_VERSION
#define KERNEL_VERSION(major, minor, patch) \
	(((major) << 16) + ((minor) << 8) + ((patch) > 255 ? 255 : (patch)))
#endif

#ifndef TTMSIM_LINUX
/* Nobody chose: where a call lost an argument both forms are taken. */
#define SIM_LINUX_NOT_CHOSEN 1
#define TTMSIM_LINUX KERNEL_VERSION(6, 12, 0)
#endif

#if TTMSIM_LINUX < KERNEL_VERSION(5, 11, 0)
#error "TTMSIM_LINUX: KERNEL_VERSION(5, 11, 0) is the oldest release that is known"
#endif

#endif
