/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * atomic.h - read-modify-write on what a machine's threads share. A UP machine
 * has one thread, so there they are plain instructions, as a UP kernel is
 * compiled without the lock prefix.
 */
#ifndef SIM_BASE_ATOMIC_H
#define SIM_BASE_ATOMIC_H

#include "base/machine.h"

/* Of the machine that an arena pointer belongs to. */
static inline bool sim_is_up(const void *ptr)
{
	return sim_machine_of(ptr)->up;
}

/* Returns the old value. */
static inline int sim_add_int(bool up, int *at, int n)
{
	int old;

	if (!up)
		return __atomic_fetch_add(at, n, __ATOMIC_RELAXED);
	old = __atomic_load_n(at, __ATOMIC_RELAXED);
	__atomic_store_n(at, old + n, __ATOMIC_RELAXED);
	return old;
}

static inline void sim_add_long(bool up, long *at, long n)
{
	if (up)
		__atomic_store_n(at, __atomic_load_n(at, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(at, n, __ATOMIC_RELAXED);
}

/*
 * Makes *@at @fresh where it is *@old still; else *@old becomes what it is. @order
 * is that of success; it may fail for no reason, so callers loop.
 */
static inline __attribute__((always_inline)) bool sim_cmpxchg_int(bool up, int *at, int *old,
								   int fresh, const int order)
{
	if (!up)
		return __atomic_compare_exchange_n(at, old, fresh, true, order, __ATOMIC_RELAXED);
	__atomic_store_n(at, fresh, __ATOMIC_RELAXED);
	return true;
}

#endif
