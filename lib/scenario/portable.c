/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable.c - which scenarios a real kernel can run.
 */
#include "scenario/portable.h"

static const char *why_machine(const struct scn_op *op)
{
	static const int simulated[] = { MACHINE_TTM, MACHINE_RAM, MACHINE_VRAM, MACHINE_PREFAULT,
					 MACHINE_POOL_ORDER, MACHINE_TOGGLE };

	for (size_t i = 0; i < sizeof(simulated) / sizeof(simulated[0]); i++)
		if (op->arg[simulated[i]].set)
			return "a real machine is what it is but for arch and release";
	return NULL;
}

static const char *why_not(const struct scn_op *op)
{
	scn_op_fn *const simulated[] = { scn_op_counters, scn_op_check, scn_op_fail_alloc,
					 scn_op_teardown };
	scn_op_fn *run = op->desc->run;

	if (run == scn_op_machine)
		return why_machine(op);
	if (run == scn_op_bo || run == scn_op_move || run == scn_op_free)
		return "a real machine has no such TTM device";
	if (run == scn_op_file && scn_number(op, REGULAR_WRITEBACK, 0))
		return "a real machine's file systems are its own: file without writeback=";
	if (run == scn_op_open && !op->arg[OPEN_DEV].set)
		return "a real machine has no such TTM device: open needs dev=";
	for (size_t i = 0; i < sizeof(simulated) / sizeof(simulated[0]); i++)
		if (run == simulated[i])
			return "only a simulated machine can be asked that";
	return NULL;
}

const struct scn_op *scn_find_unportable(const struct scn *scn, const char **why)
{
	for (unsigned int i = 0; i < scn->nr_ops; i++) {
		*why = scn->op[i].desc ? why_not(&scn->op[i]) : NULL;
		if (*why)
			return &scn->op[i];
	}
	return NULL;
}
