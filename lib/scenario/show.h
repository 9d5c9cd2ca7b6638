/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * show.h - results that the simulator and a real kernel's runner have in common.
 */
#ifndef SIM_SCENARIO_SHOW_H
#define SIM_SCENARIO_SHOW_H

#include "scenario/dev.h"
#include "scenario/transcript.h"

/* As "VmFlags:" of smaps has them, with commas between: rd,wr,sh,... */
void scn_show_flags(struct scn_result *res, unsigned long vm_flags, bool portable);

/* What is known of a page's use. @refs: raw, a pin is GUP_PIN_COUNTING_BIAS of them. */
void scn_show_refs(struct scn_result *res, int refs, int mapcount, bool dirty);

/* 0, an error, or a signal with its si_code. */
void scn_show_access(struct scn_result *res, int ret, int code);

/* How often each of a device's handlers was called. */
void scn_show_calls(struct scn_result *res, const unsigned int calls[SIM_DEV_NR_CALLS]);

/* What an insertion returned: an errno, or else a fault result. */
void scn_show_insert(struct scn_result *res, int ret, unsigned int fault);

#endif
