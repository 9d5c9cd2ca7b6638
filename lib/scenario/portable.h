/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable.h - transcripts that a real kernel can print as well: nothing in them
 * is a number of this machine alone.
 */
#ifndef SIM_SCENARIO_PORTABLE_H
#define SIM_SCENARIO_PORTABLE_H

#include "scenario/run.h"

/*
 * The first operation that no real kernel can run, or NULL. What stands in its
 * way is *@why, for "%s cannot ..." : static.
 */
const struct scn_op *scn_find_unportable(const struct scn *scn, const char **why);

/* The mappings of a task, one line each (portable_maps.c). */
void scn_portable_maps(struct scn_run *run, struct task_struct *task, struct scn_result *res);

/*
 * Where it is not defined what a kernel does (undefined.c): watching begins, an
 * operation begins, it has ended. @run->watch.before or .after says why.
 */
void scn_watch(struct scn_run *run);
void scn_watch_op(struct scn_run *run);
bool scn_undefined_before(struct scn_run *run, const struct scn_op *op,
			  const struct scn_result *res);
bool scn_undefined_after(struct scn_run *run);

#endif
