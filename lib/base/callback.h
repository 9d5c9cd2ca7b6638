/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * callback.h - calls into a driver.
 *
 *	SIM_CALL_VOID(machine, vma->vm_ops, open, vma->vm_start, vma);
 *	ret = SIM_CALL(machine, vma->vm_ops, mremap, vma->vm_start, -EFAULT, vma);
 *
 * or, with more to be done between the function and the look at its locks,
 *
 *	sim_callback_enter(&callback, machine, "->fault", fn, addr);
 *	ret = SIM_CALL_WITHIN(&callback, VM_FAULT_SIGBUS, vm_ops->fault(vmf));
 *	sim_callback_leave(&callback, dropped);
 *
 * Meanwhile the thread is known to be inside the driver's function: outcomes name
 * it, what it takes is told from what was held before (lockrank.h), and at its end the
 * locks are to be as they were. Where they are not, that is told with the place that
 * took the lock, and mended, so that the next call goes on. Costs some stores; nothing
 * for an entry or a page.
 */
#ifndef SIM_BASE_CALLBACK_H
#define SIM_BASE_CALLBACK_H

#include "base/cpu.h"
#include "base/lockrank.h"
#include "base/oops.h"

/* @fn: sim_code_of() of the function, or NULL. */
static inline void sim_callback_enter(struct sim_callback *callback, struct sim_machine *machine,
				      const char *name, const void *fn, uint64_t addr)
{
	callback->up = sim_thread.callback;
	callback->machine = machine;
	callback->name = name;
	callback->fn = fn;
	callback->addr = addr;
	callback->task = sim_thread.task;
	callback->outer = sim_held.outer;
	callback->atomic = false;
	callback->jump = NULL;
	sim_held.outer = (struct sim_held_outer){ .base = sim_held.nr };
	sim_thread.callback = callback;
}

/*
 * The same for a function that is called under a spinlock, @lock, and often: for it the
 * locks are looked at when the callback around it ends. Returns what
 * sim_callback_leave_atomic() wants.
 */
static inline const void *sim_callback_enter_atomic(struct sim_callback *callback,
						    struct sim_machine *machine, const char *name,
						    const void *fn, uint64_t addr, const void *lock)
{
	const void *before = sim_held.under;

	callback->up = sim_thread.callback;
	callback->machine = machine;
	callback->name = name;
	callback->fn = fn;
	callback->addr = addr;
	callback->outer = sim_held.outer;
	callback->atomic = false;
	callback->jump = NULL;
	sim_held.under = lock;
	sim_thread.callback = callback;
	return before;
}

static inline void sim_callback_leave_atomic(const struct sim_callback *callback,
					     const void *before)
{
	sim_held.under = before;
	sim_thread.callback = callback->up;
}

/* The slow part of leaving: something is not as it was. */
void sim_callback_repair(struct sim_callback *callback, const void *dropped);

/* @dropped: the lock that the callback says it has let go; NULL for none. */
static inline void sim_callback_leave(struct sim_callback *callback, const void *dropped)
{
	/* one jump for all that is looked up */
	unsigned int other = (sim_held.nr ^ sim_held.outer.base) | sim_held.outer.released |
			     sim_held.stuck;

	if (unlikely(other || dropped || sim_thread.task != callback->task))
		sim_callback_repair(callback, dropped);
	sim_held.outer = callback->outer;
	sim_thread.callback = callback->up;
}

/* The value of @call, or @failed where it was ended by an oops. */
#define SIM_CALL_WITHIN(callback, failed, call) \
	({ \
		sigjmp_buf trap_; \
		__typeof__(call) value_; \
		if (SIM_OOPS_TRAP(callback, trap_)) \
			value_ = (failed); \
		else \
			value_ = (call); \
		(callback)->jump = NULL; \
		value_; \
	})

/*
 * The same where a few instructions matter: sigsetjmp() makes the compiler careful with
 * all of the function that it stands in. @guarded, a function of its own that has it, is
 * called in place of @call only where an oops is to be caught.
 */
#define SIM_CALL_HOT(callback, guarded, call) \
	(sim_oops_wanted((callback)->machine) ? (guarded) : (call))

/* A function of a driver's table, if it has it: the caller asked. */
#define SIM_CALL(machine, ops, member, addr, failed, ...) \
	({ \
		struct sim_callback callback_; \
		__typeof__((ops)->member(__VA_ARGS__)) result_; \
		sim_callback_enter(&callback_, machine, "->" #member, \
				   sim_code_of(&(ops)->member), addr); \
		result_ = SIM_CALL_WITHIN(&callback_, failed, (ops)->member(__VA_ARGS__)); \
		sim_callback_leave(&callback_, NULL); \
		result_; \
	})

#define SIM_CALL_VOID(machine, ops, member, addr, ...) \
	do { \
		struct sim_callback callback_; \
		sigjmp_buf trap_; \
		sim_callback_enter(&callback_, machine, "->" #member, \
				   sim_code_of(&(ops)->member), addr); \
		if (!SIM_OOPS_TRAP(&callback_, trap_)) \
			(ops)->member(__VA_ARGS__); \
		callback_.jump = NULL; \
		sim_callback_leave(&callback_, NULL); \
	} while (0)

/* The code of a function, for who prints its name. @at: of the pointer to it. */
static inline const void *sim_code_of(const void *at)
{
	return *(const void *const *)at;
}

/* Is @machine's, or with NULL any machine's, function under way on this thread? */
const struct sim_callback *sim_callback_of(const struct sim_machine *machine);

/*
 * For calls that cannot be made from within a callback of @machine, whatever is held:
 * tells of it. True where @call is to do nothing.
 */
bool sim_callback_refuses(struct sim_machine *machine, const char *call);

/*
 * Every sim_ call on a machine begins with this: binds the thread, notes a
 * second thread (from then on page tables are freed after a grace period).
 * Returns 0; -EIO where the machine has crashed; -EBUSY for another thread than a
 * UP machine's own; -EDEADLK, and told, within a callback that is called with locks of
 * any kind.
 */
#define sim_enter(machine) sim_enter_call(machine, __func__)
int sim_enter_call(struct sim_machine *machine, const char *call);

#endif
