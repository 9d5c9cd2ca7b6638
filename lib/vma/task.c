/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task.c - tasks: made, made current, forked, ended.
 *
 * What has exited stays on a list of the machine, without an address space, until
 * a new task is made of it: who still has its pointer gets -ESRCH. call.c says how
 * calls that are under way keep it from that.
 */
#include "pte/lockless.h"
#include "vma/internal.h"

static void lock_tasks(struct sim_machine *machine)
{
	sim_spin_lock(machine, &machine->task_lock, SIM_RANK_MISC);
}

static void unlock_tasks(struct sim_machine *machine)
{
	sim_spin_unlock(&machine->task_lock, SIM_RANK_MISC);
}

/* No live object any more. @task is in no list. */
static void bury_task(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;

	sim_assert(!task->mm && !sim_task_lives(task));
	lock_tasks(machine);
	task->sim_next = machine->dead_tasks;
	machine->dead_tasks = task;
	unlock_tasks(machine);
	sim_count_object(machine, SIM_OBJ_TASK, -1);
}

/*
 * One of the dead, empty again and a live object; NULL where there is none. Who has
 * the old pointer may be looking at it: its machine stays.
 */
static struct task_struct *revive_task(struct sim_machine *machine)
{
	struct task_struct *task;

	lock_tasks(machine);
	task = machine->dead_tasks;
	if (task)
		machine->dead_tasks = task->sim_next;
	unlock_tasks(machine);
	if (!task)
		return NULL;
	sim_assert(!task->mm && task->sim_machine == machine);
	memset(task->comm, 0, sizeof(task->comm));
	__atomic_store_n(&task->sim_signal_pending, false, __ATOMIC_RELAXED);
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
	if (!task) {
		task = sim_alloc(machine, sizeof(*task), SIM_OBJ_TASK);
		if (!task)
			return NULL;
		task->sim_machine = machine;
	}
	if (name)
		strncpy(task->comm, name, sizeof(task->comm) - 1);
	return task;
}

void sim_task_begin(struct task_struct *task, struct mm_struct *mm)
{
	struct sim_machine *machine = task->sim_machine;

	sim_assert(mm && !task->mm && sim_machine_of(task) == machine);
	lock_tasks(machine);
	__atomic_store_n(&task->mm, mm, __ATOMIC_RELAXED);
	__atomic_store_n(&task->sim_users.counter, 1, __ATOMIC_RELAXED);
	task->sim_next = machine->tasks;
	task->sim_pprev = &machine->tasks;
	if (task->sim_next)
		task->sim_next->sim_pprev = &task->sim_next;
	machine->tasks = task;
	__atomic_store_n(&task->sim_alive, true, __ATOMIC_RELEASE);
	unlock_tasks(machine);
}

static void end_task(struct task_struct *task)
{
	struct sim_machine *machine = task->sim_machine;
	struct mm_struct *mm;

	lock_tasks(machine);
	mm = task->mm;
	__atomic_store_n(&task->mm, NULL, __ATOMIC_RELAXED);
	*task->sim_pprev = task->sim_next;
	if (task->sim_next)
		task->sim_next->sim_pprev = task->sim_pprev;
	unlock_tasks(machine);
	mmput(mm);
	bury_task(task);
}

void sim_task_put(struct task_struct *task)
{
	sim_assert(__atomic_load_n(&task->sim_users.counter, __ATOMIC_RELAXED) > 0);
	if (!__atomic_sub_fetch(&task->sim_users.counter, 1, __ATOMIC_ACQ_REL))
		end_task(task);
}

struct task_struct *sim_task_create(struct sim_machine *machine, const char *name)
{
	struct task_struct *task;
	struct mm_struct *mm;

	if (!machine || sim_enter(machine))
		return NULL;
	task = sim_task_alloc(machine, name);
	if (!task)
		return NULL;
	mm = mm_alloc(machine);
	if (!mm) {
		bury_task(task);
		return NULL;
	}
	sim_task_begin(task, mm);
	return task;
}

/* As a CPU that another address space's tables are loaded into: nobody has to wait for
 * it any more who frees those of the former. */
static void leave_mm(const struct task_struct *task)
{
	const struct mm_struct *mm = __atomic_load_n(&task->mm, __ATOMIC_RELAXED);

	if (mm && sim_thread.epoch == sim_epoch(task->sim_machine))
		lockless_enter(sim_thread.cpu, mm);
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

/* 0 and *@child, or -ENOMEM. */
static int copy_process(struct task_struct *task, struct mm_struct *mm, const char *name,
			struct task_struct **child)
{
	struct task_struct *copy = sim_task_alloc(task->sim_machine, name);
	struct mm_struct *copy_mm;

	if (!copy)
		return -ENOMEM;
	copy_mm = dup_mm(mm);
	if (!copy_mm) {
		/* the kernel's copy_mm() does not ask why */
		bury_task(copy);
		return -ENOMEM;
	}
	sim_task_begin(copy, copy_mm);
	*child = copy;
	return 0;
}

int sim_fork(struct task_struct *task, const char *name, struct task_struct **child)
{
	struct sim_call call;
	int ret = sim_call_begin(&call, task);

	if (ret)
		return ret;
	if (!child)
		ret = -EINVAL;
	else if (sim_mmap_is_own(call.mm, __func__))
		ret = -EDEADLK;
	else
		ret = copy_process(task, call.mm, name, child);
	return (int)sim_call_end(&call, ret);
}

void sim_exit(struct task_struct *task)
{
	if (!task || !sim_task_lives(task))
		return;
	sim_task_switch(task);
	if (sim_enter(task->sim_machine))
		return;
	if (!__atomic_exchange_n(&task->sim_alive, false, __ATOMIC_ACQ_REL))
		return; /* somebody else ends it */
	sim_task_close(task);
	sim_task_put(task);
	sim_task_switch(NULL);
}

struct mm_struct *get_task_mm(struct task_struct *task)
{
	struct mm_struct *mm;

	lock_tasks(task->sim_machine);
	mm = task->mm;
	if (mm)
		mmget(mm);
	unlock_tasks(task->sim_machine);
	return mm;
}
