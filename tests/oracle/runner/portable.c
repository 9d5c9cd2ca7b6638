/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * portable.c - which scenarios a kernel can run: none that look into the
 * simulator or drive TTM, none for another architecture or release.
 */
#include <string.h>

#include "runner.h"

/* What only a simulator has. */
static bool is_simulated(const struct scn_desc *desc)
{
	static void (*const runs[])(struct scn_run *, const struct scn_op *,
				    struct scn_result *) = {
		scn_op_bo, scn_op_move, scn_op_free, scn_op_counters, scn_op_check,
		scn_op_fail_alloc, scn_op_teardown,
	};

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (desc->run == runs[i])
			return true;
	return false;
}

/*
 * "6.1" and "6.1.176" are the release of "6.1.0-56-amd64": a distribution's name
 * does not tell the third number.
 */
static bool is_release(const char *said)
{
	size_t len = strcspn(said, ".");

	if (said[len])
		len += 1 + strcspn(said + len + 1, ".");
	return !strncmp(machine.release, said, len) &&
	       (machine.release[len] < '0' || machine.release[len] > '9');
}

static const char *unportable_machine(const struct sim_machine_config *said)
{
	if (said->arch && strcmp(said->arch, machine.arch))
		return "machine: this is another architecture";
	if (said->release && !is_release(said->release))
		return "machine: this is another release";
	if (said->ttm != SIM_TTM_DEFAULT || said->ram_bytes || said->vram_bytes ||
	    said->prefault || said->pool_max_order || said->toggle_features)
		return "machine: a kernel has arch= and release= only";
	return NULL;
}

const char *scn_unportable(const struct scn *scn)
{
	static char why[96];

	for (unsigned int i = 0; i < scn->nr_ops; i++) {
		const struct scn_desc *desc = scn->op[i].desc;

		if (!desc)
			continue;
		if (is_simulated(desc)) {
			snprintf(why, sizeof(why), "a kernel has no %s", desc->name);
			return why;
		}
		if (desc->run == scn_op_file && scn_number(&scn->op[i], REGULAR_WRITEBACK, 0))
			return "there is no file system here that writes back";
		if (desc->run == scn_op_open && !scn->op[i].arg[OPEN_DEV].set)
			return "open without dev= is TTM's";
	}
	return unportable_machine(&scn->machine);
}
