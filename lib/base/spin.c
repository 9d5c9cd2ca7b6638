/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * spin.c - how a thread waits for a spinlock.
 */
#include "base/spin.h"

#include <sched.h>
#include <time.h>

#define SPINS 64

/* A lock that a callback waits for so long is its own: others hold one for moments. */
#define STUCK_S 10

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

/* Is it this very thread that holds it? Its own notes are for this lock twice where they
 * are kept of spinlocks: once for the wish. */
static bool is_own(const spinlock_t *lock)
{
	unsigned int nr = 0;

	if (lock == sim_held.under)
		return true;
	for (unsigned int i = 0; i < sim_held.nr; i++)
		nr += sim_held.lock[i].lock == lock && !sim_held.lock[i].released;
	return nr > (SIM_ASSERT_LEVEL >= 1);
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

void sim_spin_slow(spinlock_t *lock)
{
	bool suspicious = sim_held_in_driver();
	double deadline = suspicious ? now_s() + STUCK_S : 0;
	uint32_t free = 0;

	while (!__atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_RELAXED)) {
		if (suspicious && (is_own(lock) || now_s() > deadline)) {
			sim_held.stuck = true;
			return;
		}
		sim_spin_wait(&lock->word);
		free = 0;
	}
}
