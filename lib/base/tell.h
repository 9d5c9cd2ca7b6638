/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tell.h - outcomes on stderr, as they happen.
 */
#ifndef SIM_BASE_TELL_H
#define SIM_BASE_TELL_H

#include "base/machine.h"

/* A machine's telling: as its configuration and the environment want it. */
void sim_tell_init(struct sim_telling *telling, bool quiet);

/* Is a variable of the environment set, to something else than "" and "0"? */
bool sim_env_is_on(const char *name);

enum sim_tell {
	SIM_TELL,
	SIM_TELL_LAST,		/* and say that the same is told no more */
	SIM_TELL_NO_MORE,
};

/* An outcome that nobody expects. @fn: the driver's function under way, or NULL. */
void sim_tell(const struct sim_telling *telling, const struct sim_outcome *outcome,
	      const void *fn, enum sim_tell how);

/* Puts what is known of a place in the program's code into @to: its function and
 * offset, else its file and offset; "" of NULL. Returns @to. */
const char *sim_describe_code(const void *code, char *to, size_t size);

/* The same as the end of a sentence: ", called from ...", or "". */
const char *sim_describe_caller(const void *code, char *to, size_t size);

#endif
