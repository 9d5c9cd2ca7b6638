/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * advice.h - advice that newer headers name, and what advice does to entries.
 */
#ifndef SIM_VMA_ADVICE_H
#define SIM_VMA_ADVICE_H

#include "vma/internal.h"

/* Models: include/uapi/asm-generic/mman-common.h, 6.12. */
#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* For a part of a vma that does not refuse it; mmap_lock is held for reading.
 * Returns 0 or -errno. */
int sim_advise_entries(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int behavior);

#endif
