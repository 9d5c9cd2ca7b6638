/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mkwrite.h - what a write to a shared page does besides.
 */
#ifndef SIM_PTE_FAULT_MKWRITE_H
#define SIM_PTE_FAULT_MKWRITE_H

#include "pte/fault/vmf.h"

vm_fault_t do_page_mkwrite(struct vm_fault *vmf);
vm_fault_t fault_dirty_shared_page(struct vm_fault *vmf);

#endif
