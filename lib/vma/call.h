/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * call.h - a call on a task: from its begin to its end the task has its address
 * space, whoever ends the task meanwhile (call.c says how).
 */
#ifndef SIM_VMA_CALL_H
#define SIM_VMA_CALL_H

#include <errno.h>

#include <ttmsim/vma.h>

#include "base/barrier.h"
#include "base/callback.h"

struct sim_call {
	struct task_struct *task;
	struct mm_struct *mm;		/* the task's */
	struct sim_cpu *cpu;		/* in whose slot the call stands; or NULL */
	bool counted;			/* in task->sim_users; else a call around it holds */
};

/* May a call begin, as far as can be known without a lock? */
static inline bool sim_task_lives(const struct task_struct *task)
{
	return __atomic_load_n(&task->sim_alive, __ATOMIC_ACQUIRE);
}

/* Does a call of the thread with this slot use the task? */
static inline bool sim_cpu_uses(const struct sim_cpu *cpu, const struct task_struct *task)
{
	return __atomic_load_n(&cpu->user, __ATOMIC_RELAXED) == task;
}

/* ---- the rare parts (call.c) ---- */

/* The slot is not free, or shared: false where the task lives no more. */
bool sim_task_hold_slow(struct sim_call *call, struct task_struct *task);
void sim_task_release_slow(struct sim_call *call);

/* No call begins any more, and those that are under way are counted as users. */
void sim_task_close(struct task_struct *task);
/* Drops a user; the last one ends the task (task.c). */
void sim_task_put(struct task_struct *task);

/* ---- a call ---- */

/* The calling thread has entered the machine. False where the task lives no more; else
 * sim_task_release() is to come. */
static inline bool sim_task_hold(struct sim_call *call, struct task_struct *task)
{
	struct sim_cpu *cpu = sim_thread.cpu;

	call->task = task;
	call->cpu = cpu;
	if (unlikely(sim_thread.shared_cpu || __atomic_load_n(&cpu->user, __ATOMIC_RELAXED)))
		return sim_task_hold_slow(call, task);
	__atomic_store_n(&cpu->user, task, __ATOMIC_RELAXED);
	sim_barrier_light();
	if (unlikely(!sim_task_lives(task))) {
		sim_task_release_slow(call);
		return false;
	}
	call->mm = __atomic_load_n(&task->mm, __ATOMIC_RELAXED);
	return true;
}

static inline void sim_task_release(struct sim_call *call)
{
	struct sim_cpu *cpu = call->cpu;

	if (likely(cpu != NULL)) {
		__atomic_store_n(&cpu->user, NULL, __ATOMIC_RELEASE);
		sim_barrier_light();
		if (likely(!__atomic_load_n(&cpu->owed, __ATOMIC_RELAXED)))
			return;
	}
	sim_task_release_slow(call);
}

/*
 * Makes @task current. Returns 0, and then sim_call_end() is to come; -ESRCH without
 * a task that lives, -EIO, -EBUSY.
 */
static inline int sim_call_begin(struct sim_call *call, struct task_struct *task)
{
	int ret;

	if (!task || !sim_task_lives(task))
		return -ESRCH;
	sim_task_switch(task);
	ret = sim_enter(task->sim_machine);
	if (ret)
		return ret;
	return sim_task_hold(call, task) ? 0 : -ESRCH;
}

/* The call's result: @ret, or -EIO where there was a BUG on the way. */
static inline long sim_call_end(struct sim_call *call, long ret)
{
	const struct sim_machine *machine = call->task->sim_machine;

	sim_task_release(call);
	return sim_is_crashed(machine) ? -EIO : ret;
}

#endif
