/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fork.c - the program's own fork().
 *
 * The child has a copy of every machine, and of the one thread that forked. Where
 * another thread used a machine, it may have been anywhere: in the middle of a list,
 * with a lock that nobody will ever let go.
 *
 *	used so far by			in the child
 *	the thread that forks, alone	a copy that goes on
 *	another thread as well		as crashed: each call is -EIO, and told once
 *
 * What belongs to the process - the arenas that are kept, the handlers of signals,
 * liburcu's registry - is in nobody's hands while the process is copied.
 */
#include "base/fork.h"

#include <errno.h>
#include <pthread.h>

#include "base/assert.h"
#include "base/cpu.h"
#include "base/internal.h"
#include "base/lockrank.h"
#include "base/outcome.h"
#include "base/rcu.h"

/* mmap() gives addresses of 48 bits at most to who does not ask for more. */
#define NR_PLACES (1UL << (48 - SIM_ARENA_LG2))

/* atomic; 1 << n: a machine lies in the arena of place n. Not a list in the arenas: a
 * restore would put an old one back. */
static uint64_t watched[NR_PLACES / 64];

static uint64_t *word_of(const void *base, uint64_t *bit)
{
	uintptr_t place = (uintptr_t)base >> SIM_ARENA_LG2;

	sim_assert(place < NR_PLACES);
	*bit = 1ULL << (place % 64);
	return &watched[place / 64];
}

/* Nobody else is left who could hold them, or be waited for. */
static void break_locks(struct sim_machine *machine)
{
	struct sim_arena *arena = sim_arena_of(machine);

	machine->outcome_lock.word = 0;
	machine->cpu_lock.word = 0;
	machine->task_lock.word = 0;
	machine->ttm_lock.word = 0;
	arena->carve_lock.word = 0;
	for (int i = 0; i < SIM_NR_CLASSES; i++)
		arena->class[i].lock.word = 0;
	sim_held_forget(machine, (const char *)machine + SIM_ARENA_BYTES);
}

static void leave_to_parent(struct sim_machine *machine)
{
	if (!machine->threaded && machine->owner_thread == sim_thread_id())
		return;
	break_locks(machine);
	machine->of_parent = SIM_OF_PARENT;
	machine->crashed = 1;
	sim_begin_epoch(machine);
}

static void before_fork(void)
{
	pthread_mutex_lock(&sim_pool_lock);
	pthread_mutex_lock(&sim_oops_lock);
	urcu_bp_before_fork();
}

static void unlock(void)
{
	pthread_mutex_unlock(&sim_oops_lock);
	pthread_mutex_unlock(&sim_pool_lock);
}

static void in_parent(void)
{
	urcu_bp_after_fork_parent();
	unlock();
}

static void in_child(void)
{
	urcu_bp_after_fork_child();
	unlock();
	for (unsigned long i = 0; i < NR_PLACES; i++)
		if (watched[i / 64] >> (i % 64) & 1)
			leave_to_parent((struct sim_machine *)(i << SIM_ARENA_LG2));
}

static int atfork_error;

static void ask_atfork(void)
{
	atfork_error = pthread_atfork(before_fork, in_parent, in_child);
}

int sim_fork_watch(void *base)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint64_t bit, *word = word_of(base, &bit);

	pthread_once(&once, ask_atfork);
	if (atfork_error)
		return -ENOMEM;
	__atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
	return 0;
}

void sim_fork_unwatch(void *base)
{
	uint64_t bit, *word = word_of(base, &bit);

	__atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED);
}

void sim_fork_tell(struct sim_machine *machine, const char *call)
{
	int untold = SIM_OF_PARENT;

	if (__atomic_compare_exchange_n(&machine->of_parent, &untold, SIM_OF_PARENT_TOLD, false,
					__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		sim_outcome_record(machine, SIM_MISUSE, "fork", call,
				   "another thread used the machine before fork(): it is the parent's");
}
