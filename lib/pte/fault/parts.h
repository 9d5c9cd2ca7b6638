/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * parts.h - the parts of a fault. Each takes the fault from the one before it
 * (fault.c draws the whole).
 */
#ifndef SIM_PTE_FAULT_PARTS_H
#define SIM_PTE_FAULT_PARTS_H

#include "pte/fault/vmf.h"

/* Nothing is mapped and there are no vm_ops (anon.c). */
vm_fault_t do_anonymous_page(struct vm_fault *vmf);
/* Nothing is mapped (file.c). */
vm_fault_t do_fault(struct vm_fault *vmf);
/* The entry is read-only. Holds: vmf->ptl, let go on return (wp.c). */
vm_fault_t do_wp_page(struct vm_fault *vmf);

#endif
