/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rcu.h - liburcu, with a word to ThreadSanitizer: it cannot see that a grace
 * period comes after every section that was open when it began.
 */
#ifndef SIM_BASE_RCU_H
#define SIM_BASE_RCU_H

#include <urcu-bp.h>

#if defined(__SANITIZE_THREAD__)
#define SIM_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIM_TSAN 1
#endif
#endif

#ifdef SIM_TSAN
#include <sanitizer/tsan_interface.h>

/* Stands for all grace periods; one for the program. */
__attribute__((weak)) char sim_rcu_tsan;

static inline void sim_rcu_read_unlock_tsan(void)
{
	__tsan_release(&sim_rcu_tsan);
	rcu_read_unlock();
}

static inline void sim_synchronize_rcu_tsan(void)
{
	synchronize_rcu();
	__tsan_acquire(&sim_rcu_tsan);
}

#undef rcu_read_unlock
#undef synchronize_rcu
#define rcu_read_unlock() sim_rcu_read_unlock_tsan()
#define synchronize_rcu() sim_synchronize_rcu_tsan()
#endif

#endif
