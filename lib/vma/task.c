/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task.c - tasks: made, made current, forked, ended.
 */
#include "vma/internal.h"

struct task_struct *sim_task_alloc(struct sim_machine *machine, const char *name)
{
	struct task_struct *task = sim_alloc(machine, sizeof(*task), SIM_OBJ_TASK);

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
		sim_free(task, sizeof(*task), SIM_OBJ_TASK);
		return NULL;
	}
	sim_task_link(task);
	return task;
}

struct task_struct *sim_task_switch(struct task_struct *task)
{
	struct task_struct *old = sim_thread.task;

	sim_thread.task = task;
	sim_thread.machine = task ? task->sim_machine : NULL;
	return old;
}

struct task_struct *sim_current(void)
{
	return sim_thread.task;
}

int sim_fork(struct task_struct *task, const char *name, struct task_struct **child)
{
	struct task_struct *copy;
	int ret = sim_syscall_enter(task);

	if (ret)
		return ret;
	copy = sim_task_alloc(task->sim_machine, name);
	if (!copy)
		return -ENOMEM;
	copy->mm = dup_mm(task->mm, &ret);
	if (!copy->mm) {
		sim_free(copy, sizeof(*copy), SIM_OBJ_TASK);
		return (int)sim_syscall_exit(task, ret);
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
	unlink_task(task);
	mm = task->mm;
	task->mm = NULL;
	mmput(mm);
	sim_task_switch(NULL);
	sim_free(task, sizeof(*task), SIM_OBJ_TASK);
}
