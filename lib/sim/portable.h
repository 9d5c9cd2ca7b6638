/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable.h - transcripts that a real kernel can print as well: nothing in them
 * is a number of this machine alone.
 */
#ifndef SIM_SIM_PORTABLE_H
#define SIM_SIM_PORTABLE_H

#include "sim/run.h"

/*
 * The first operation that no real kernel can run, or NULL. What stands in its
 * way is *@why, for "%s cannot ..." : static.
 */
const struct scn_op *scn_find_unportable(const struct scn *scn, const char **why);

/* The mappings of a task, one line each. */
void scn_portable_maps(struct scn_run *run, struct task_struct *task, struct scn_result *res);

#endif
