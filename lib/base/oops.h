/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * oops.h - a wild pointer that a driver's function follows, where the user wants it to
 * be an outcome (sim_machine_config.oops, TTMSIM_OOPS).
 *
 * SIGSEGV and SIGBUS then go to a handler. Within a callback of such a machine it jumps
 * to the call; all else goes to who had the signal before. Costs a load and a branch a
 * callback where it is off.
 *
 * What is between the call and the pointer is left as it is: what it allocated is lost,
 * and a spinlock of the library's that it holds stays taken. The machine has crashed, so
 * nobody asks for it.
 */
#ifndef SIM_BASE_OOPS_H
#define SIM_BASE_OOPS_H

#include <setjmp.h>

#include "base/cpu.h"

/* The machine's driver may oops, from here to sim_oops_end(). */
void sim_oops_begin(struct sim_machine *machine);
void sim_oops_end(struct sim_machine *machine);

static inline bool sim_oops_wanted(const struct sim_machine *machine)
{
	return likely(machine != NULL) && unlikely(machine->oops);
}

/* An oops goes to @trap from here on. Whoever took the signals meanwhile, as a test
 * framework does before each test, is who has them outside of callbacks. */
void sim_oops_arm(struct sim_callback *callback, sigjmp_buf *trap);

/* An oops ended the callback: tells of it, and what it took is let go. Returns true. */
bool sim_oops_caught(struct sim_callback *callback);

/* False, and the callback's function is to be called; true, and it came to an oops. */
#define SIM_OOPS_TRAP(callback, trap) \
	(sim_oops_wanted((callback)->machine) && \
	 (sim_oops_arm(callback, &(trap)), sigsetjmp(trap, 0) != 0) && sim_oops_caught(callback))

#endif
