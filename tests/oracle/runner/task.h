/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * task.h - inside a task. Nothing here may block for long, allocate, or leave a
 * mapping or descriptor behind.
 */
#ifndef ORACLE_RUNNER_TASK_H
#define ORACLE_RUNNER_TASK_H

#include "runner.h"

/* task.c: SIGSEGV and SIGBUS of an access are caught. */
void task_signals(void);
/* task_io.c: the asks that carry bytes from memory to somewhere else, or back. */
void task_io(struct ask *ask);

#endif
