/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lockless.h - walking an address space's tables without a lock.
 *
 * Such a walk is an RCU read section, so whoever frees a table or a page waits
 * for a grace period. That interrupts every CPU that the program runs on. The
 * kernel interrupts those alone that run the address space (mm_cpumask); so a
 * thread says whose tables it walks, and goes on saying so until it walks
 * others: one that stays in its own address space says it once.
 *
 *	walker			who frees
 *	cpu->mm = mm		clears the entry
 *	full barrier		full barrier
 *	reads entries		reads each cpu->mm
 *
 * One of the two sees what the other wrote. A walker that goes elsewhere stores
 * with release: who sees that no longer sees it here, and has no need to wait.
 */
#ifndef SIM_PTE_LOCKLESS_H
#define SIM_PTE_LOCKLESS_H

#include <ttmsim/mm_types.h>

#include "base/cpu.h"
#include "base/rcu.h"

/* The calling thread, bound to a machine, goes on in @mm. */
static inline void lockless_enter(struct sim_cpu *cpu, const struct mm_struct *mm)
{
	if (likely(__atomic_load_n(&cpu->mm, __ATOMIC_RELAXED) == mm))
		return;
	__atomic_store_n(&cpu->mm, mm, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void lockless_begin(struct mm_struct *mm)
{
	rcu_read_lock();
	lockless_enter(sim_cpu(mm->sim_machine), mm);
}

static inline void lockless_end(void)
{
	rcu_read_unlock();
}

/* Until nobody walks over what the caller has taken out of @mm's tables. */
void lockless_wait(struct mm_struct *mm);

#endif
