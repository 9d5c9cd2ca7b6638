/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * outcome.h - how the floors say that a kernel would print something, or die.
 */
#ifndef SIM_BASE_OUTCOME_H
#define SIM_BASE_OUTCOME_H

#include "base/machine.h"

/*
 * Record an outcome; each returns @cond, so that the caller can return:
 *	if (SIM_BUG_ON(machine, "mm/memory.c", cond))
 *		return VM_FAULT_SIGBUS;
 * The kernel's function is taken from the C function's name; where ours is
 * called otherwise, use the _IN form.
 */
#define SIM_BUG_ON(machine, file, cond) SIM_BUG_ON_IN(machine, file, __func__, cond)
#define SIM_BUG_ON_IN(machine, file, func, cond) \
	(__builtin_expect(!!(cond), 0) && sim_outcome_record(machine, SIM_BUG, file, func, #cond))
#define SIM_WARN_ON(machine, file, cond) \
	(__builtin_expect(!!(cond), 0) && \
	 sim_outcome_record(machine, SIM_WARN, file, __func__, #cond))

/* A NULL pointer that the kernel's function follows; returns whether it is one. A kernel
 * has one oops: what a crashed machine meets on its way out is not told. */
#define SIM_OOPS_IF_NULL(machine, file, func, pointer) \
	(__builtin_expect(!(pointer), 0) && \
	 (sim_is_crashed(machine) || \
	  sim_outcome_record(machine, SIM_OOPS, file, func, "NULL pointer: " #pointer)))

/* Records (and reports as an event); always returns true. The texts live as long as
 * the machine. */
bool sim_outcome_record(struct sim_machine *machine, enum sim_outcome_kind kind,
			const char *file, const char *function, const char *condition);

/* The same with a condition that is copied. */
__attribute__((format(printf, 5, 6)))
void sim_outcome_format(struct sim_machine *machine, enum sim_outcome_kind kind,
			const char *file, const char *function, const char *format, ...);

#endif
