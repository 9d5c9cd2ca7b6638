/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * huge.h - mode huge, as a driver's mmap sees it.
 */
#ifndef SIM_TTM_HUGE_H
#define SIM_TTM_HUGE_H

#include "ttm/fault.h"

/* After ttm_bo_mmap_obj(): faults may make leaves. */
void ttm_huge_mmap(struct vm_area_struct *vma);

#endif
