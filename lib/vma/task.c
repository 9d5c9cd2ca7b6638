/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task.c - tasks: made, made current, forked, ended.
 *
 * What has exited stays on a list of the machine, without an address space, until
 * a new task is made of it: who still has its pointer gets -ESRCH.
 */
#include "pte/lockless.h"
#include "vma/internal.h"

/* No live object any more. @task is in no list. */
static void bury_task(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;

	sim_assert(!task->mm);
	sim_spin_lock(machine, &machine->task_lock, SIM_RANK_MISC);
	task->sim_next = machine->dead_tasks;
	machine->dead_tasks = task;
	sim_spin_unlock(&machine->task_lock, SIM_RANK_MISC);
	sim_count_object(machine, SIM_OBJ_TASK, -1);
}

/* One of the dead, empty again and a live object; NULL where there is none. */
static struct task_struct *revive_task(struct sim_machine *machine)
{
	struct task_struct *task;

	sim_spin_lock(machine, &machine->task_lock, SIM_RANK_MISC);
	task = machine->dead_tasks;
	if (task)
		machine->dead_tasks = task->sim_next;
	sim_spin_unlock(&machine->task_lock, SIM_RANK_MISC);
	if (!task)
		return NULL;
	sim_assert(!task->mm && task->sim_machine == machine);
	memset(task, 0, sizeof(*task));
	task->sim_machine = machine;
	sim_count_object(machine, SIM_OBJ_TASK, 1);
	return task;
}

struct task_struct *sim_task_alloc(struct sim_machine *machine, const char *name)
{
	struct task_struct *task = revive_task(machine);

	if (task && sim_alloc_must_fail(machine)) {
		bury_task(task);
		return NULL;
	}
	if (!task)
		task = sim_alloc(machine, sizeof(*task), SIM_OBJ_TASK);
	if (!task)
		return NULL;
	task->sim_machine = machine;
	if (name)
		strncpy(task->comm, name, sizeof(task->comm) - 1);
	return task;
}

void sim_task_link(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;

	sim_assert(task->mm && sim_machine_of(task) == machine);
	sim_spin_lock(machine, &machine->task_lock, SIM_RANK_MISC);
	task->sim_next = machine->tasks;
	machine->tasks = task;
	sim_spin_unlock(&machine->task_lock, SIM_RANK_MISC);
}

static void unlink_task(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;
	struct task_struct **at;

	sim_spin_lock(machine, &machine->task_lock, SIM_RANK_MISC);
	for (at = &machine->tasks; *at; at = &(*at)->sim_next) {
		if (*at == task) {
			*at = task->sim_next;
			break;
		}
	}
	sim_spin_unlock(&machine->task_lock, SIM_RANK_MISC);
}

struct task_struct *sim_task_create(struct sim_machine *machine, const char *name)
{
	struct task_struct *task;

	if (!machine || sim_enter(machine))
		return NULL;
	task = sim_task_alloc(machine, name);
	if (!task)
		return NULL;
	task->mm = mm_alloc(machine);
	if (!task->mm) {
		bury_task(task);
		return NULL;
	}
	sim_task_link(task);
	return task;
}

/* As a CPU that another address space's tables are loaded into: nobody has to wait for
 * it any more who frees those of the former. */
static void leave_mm(const struct task_struct *task)
{
	if (task->mm && sim_thread.epoch == sim_epoch(task->sim_machine))
		lockless_enter(sim_thread.cpu, task->mm);
}

struct task_struct *sim_task_switch(struct task_struct *task)
{
	struct task_struct *old = sim_thread.task;

	sim_thread.task = task;
	sim_thread.comm = task ? task->comm : NULL;
	sim_set_current_machine(task ? task->sim_machine : NULL);
	if (task)
		leave_mm(task);
	return old;
}

struct task_struct *sim_current(void)
{
	return sim_thread.task;
}

/* Does this very thread hold the mmap_lock that @call will want? That is told. */
static bool would_deadlock(const struct task_struct *task, const char *call)
{
	const struct rw_semaphore *lock = &task->mm->mmap_lock;

	return sim_held_find(lock) &&
	       sim_lock_check(task->sim_machine, lock, SIM_RANK_MMAP, true, call);
}

int sim_fork(struct task_struct *task, const char *name, struct task_struct **child)
{
	struct task_struct *copy;
	int ret = sim_syscall_enter(task);

	if (!ret && !child)
		ret = -EINVAL;
	if (!ret && would_deadlock(task, __func__))
		ret = -EDEADLK;
	if (ret)
		return ret;
	copy = sim_task_alloc(task->sim_machine, name);
	if (!copy)
		return -ENOMEM;
	copy->mm = dup_mm(task->mm);
	if (!copy->mm) {
		/* copy_mm() does not ask why */
		bury_task(copy);
		return (int)sim_syscall_exit(task, -ENOMEM);
	}
	sim_task_link(copy);
	*child = copy;
	return 0;
}

void sim_exit(struct task_struct *task)
{
	struct mm_struct *mm;

	if (sim_syscall_enter(task))
		return;
	if (would_deadlock(task, __func__))
		return;
	unlink_task(task);
	mm = task->mm;
	task->mm = NULL;
	mmput(mm);
	sim_task_switch(NULL);
	bury_task(task);
}
