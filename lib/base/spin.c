/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * spin.c - how a thread waits for a spinlock.
 */
#include "base/spin.h"

#include <sched.h>

#define SPINS 64

void sim_spin_wait(const uint32_t *word)
{
	for (int i = 0; i < SPINS; i++) {
		if (!__atomic_load_n(word, __ATOMIC_RELAXED))
			return;
#if defined(__x86_64__) || defined(__i386__)
		__builtin_ia32_pause();
#endif
	}
	sched_yield();
}
