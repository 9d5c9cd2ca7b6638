/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fork.h - the program's own fork(): which machines the child may go on with.
 */
#ifndef SIM_BASE_FORK_H
#define SIM_BASE_FORK_H

#include "base/machine.h"

/* Before a machine comes to lie in an arena: 0, or -ENOMEM where fork() cannot be
 * watched. Then until it goes. */
int sim_fork_watch(void *base);
void sim_fork_unwatch(void *base);

/* Tells, once, that @call is made on a machine of the parent's. */
void sim_fork_tell(struct sim_machine *machine, const char *call);

#endif
