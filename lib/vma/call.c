/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * call.c - calls on a task, beside others that end it.
 *
 * In the kernel a thread of a process holds its address space, since mm_users counts
 * it as long as it lives. Here any thread may act as any task, and what it says of
 * that must cost nothing. So a call does not count itself, it only stands in its
 * thread's slot, and who ends the task counts the calls that he finds:
 *
 *	a call				who ends the task (sim_task_close())
 *	user = task			alive = false
 *	light barrier			heavy barrier (base/barrier.h)
 *	alive? else it ends at once	where user == task: sim_users + 1, owed = task
 *	...				heavy barrier
 *	user = none			where user != task, and owed is still there:
 *	light barrier			  owed = none, sim_users - 1
 *	owed? none, sim_users - 1
 *
 * Of a call and who ends its task, one sees the other at the first barrier. At the
 * second one either the call is seen to have ended, or it sees what it owes. A call
 * within another one of the same thread, and a thread without a slot of its own,
 * counts itself.
 */
#include <sched.h>

#include "pte/lockless.h"
#include "vma/internal.h"

static bool count_call(struct sim_call *call, struct task_struct *task)
{
	int *users = &task->sim_users.counter, old = __atomic_load_n(users, __ATOMIC_RELAXED);

	do {
		if (!old) /* ended */
			return false;
	} while (!__atomic_compare_exchange_n(users, &old, old + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	call->counted = true;
	call->mm = task->mm;
	if (sim_task_lives(task))
		return true;
	sim_task_put(task);
	return false;
}

bool sim_task_hold_slow(struct sim_call *call, struct task_struct *task)
{
	call->counted = false;
	call->cpu = NULL;
	if (sim_thread.shared_cpu || !sim_cpu_uses(sim_thread.cpu, task))
		return count_call(call, task);
	call->mm = task->mm;
	return sim_task_lives(task);
}

void sim_task_release_slow(struct sim_call *call)
{
	struct task_struct *task;

	if (call->cpu) {
		__atomic_store_n(&call->cpu->user, NULL, __ATOMIC_RELEASE);
		sim_barrier_light();
		task = __atomic_exchange_n(&call->cpu->owed, NULL, __ATOMIC_ACQ_REL);
	} else {
		task = call->counted ? call->task : NULL;
	}
	if (task && !sim_is_crashed(task->sim_machine))
		sim_task_put(task);
}

/* False where no call on the task stands in the slot. */
static bool owe(struct sim_cpu *cpu, struct task_struct *task)
{
	struct task_struct *none = NULL;

	if (__atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE) != task)
		return false;
	__atomic_fetch_add(&task->sim_users.counter, 1, __ATOMIC_RELAXED);
	/* What the call before owed is on its way, as is what another end asks for in vain. */
	while (!__atomic_compare_exchange_n(&cpu->owed, &none, task, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED)) {
		none = NULL;
		sched_yield();
	}
	return true;
}

/* A call that had ended before it could see what it owes. */
static void take_back(struct sim_cpu *cpu, struct task_struct *task)
{
	struct task_struct *owed = task;

	if (__atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE) != task &&
	    __atomic_compare_exchange_n(&cpu->owed, &owed, NULL, false, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		__atomic_fetch_sub(&task->sim_users.counter, 1, __ATOMIC_RELEASE);
}

void sim_task_close(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;
	unsigned int nr, nr_owed = 0;

	sim_assert(!sim_task_lives(task));
	lockless_wait(task->mm);
	if (__atomic_load_n(&machine->threaded, __ATOMIC_RELAXED))
		sim_barrier_heavy();
	nr = __atomic_load_n(&machine->nr_cpus, __ATOMIC_ACQUIRE);
	for (unsigned int i = 0; i < nr; i++)
		nr_owed += owe(machine->cpu[i], task);
	if (!nr_owed || !__atomic_load_n(&machine->threaded, __ATOMIC_RELAXED))
		return;
	sim_barrier_heavy();
	for (unsigned int i = 0; i < nr; i++)
		take_back(machine->cpu[i], task);
}
