/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * wait.c - waiting by looking again and again, so that a crashed machine or a
 * signal ends it.
 */
#include <sched.h>
#include <time.h>

#include "drm/internal.h"

void sim_wait_round(unsigned int round)
{
	const struct timespec nap = { .tv_sec = 0, .tv_nsec = round < 200 ? 20000 : 200000 };

	if (round < 50)
		sched_yield();
	else
		nanosleep(&nap, NULL);
}

bool sim_task_signalled(void)
{
	const struct task_struct *task = sim_thread.task;

	return task && __atomic_load_n(&task->sim_signal_pending, __ATOMIC_RELAXED);
}
