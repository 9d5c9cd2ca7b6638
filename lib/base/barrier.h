/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * barrier.h - a full barrier between two threads of which one pays for both.
 *
 *	often			seldom
 *	a = 1			b = 1
 *	sim_barrier_light()	sim_barrier_heavy()
 *	reads b			reads a
 *
 * One of the two sees what the other wrote. The heavy one makes every thread of the
 * process execute a barrier (membarrier(2)), so that the light one is none at all;
 * where the host has no such call, both are fences.
 */
#ifndef SIM_BASE_BARRIER_H
#define SIM_BASE_BARRIER_H

#include <stdbool.h>

#include "base/compiler.h"

/* Constant once the program runs: the host does not do it for us. */
extern bool sim_barrier_by_hand;

static inline void sim_barrier_light(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (unlikely(sim_barrier_by_hand))
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void sim_barrier_heavy(void);

#endif
