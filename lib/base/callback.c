/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * callback.c - a driver's function that returns with other locks than it came with.
 */
#include "base/callback.h"

#include <errno.h>

#include "base/fork.h"
#include "base/outcome.h"
#include "base/tell.h"

#define CALLBACK_FILE "kernel/locking/lockdep.c"

static void misuse(const struct sim_callback *callback, const struct sim_held_lock *held,
		   const char *what)
{
	char from[160];

	if (callback->machine)
		sim_outcome_format(callback->machine, SIM_MISUSE, CALLBACK_FILE, callback->name,
				   "%s %s, taken by %s%s", sim_rank_name((enum sim_lock_rank)held->rank), what, held->by,
				   sim_describe_caller(held->from, from, sizeof(from)));
}

/* What the callback took and kept. */
static void end_taken(const struct sim_callback *callback)
{
	while (sim_held.nr > sim_held.outer.base) {
		const struct sim_held_lock held = sim_held.lock[--sim_held.nr];

		misuse(callback, &held, "is still held at the return");
		sim_held_let_go(&held);
	}
}

/*
 * What was held before: one that the callback says it dropped is gone, all others are
 * there again.
 */
static void end_outer(struct sim_callback *callback, const void *dropped)
{
	for (unsigned int i = sim_held.outer.base; i-- > 0;) {
		struct sim_held_lock *held = &sim_held.lock[i];
		bool goes = held->lock == dropped;

		if (!goes && held->released) {
			/* of an outer callback's business, it is none of this one's */
			if (!sim_held.outer.released)
				continue;
			sim_held.outer.released--;
			misuse(callback, held, "was let go and is needed");
			if (held->ops)
				held->ops->take_back(held->lock, held->write);
			held->released = false;
		}
		if (!goes)
			continue;
		if (held->released) {
			sim_held.outer.released -= sim_held.outer.released != 0;
		} else {
			misuse(callback, held,
			       "is still held, though the result says that it was let go");
			sim_held_let_go(held);
		}
		if (i < callback->outer.base) {
			held->released = true;
			callback->outer.released++;
		} else {
			*held = sim_held.lock[--sim_held.nr];
			sim_held.outer.base--;
		}
		dropped = NULL;
	}
}

void sim_callback_repair(struct sim_callback *callback, const void *dropped)
{
	const struct sim_machine *machine = callback->machine;

	if (sim_held.stuck) {
		sim_held.stuck = false;
		if (callback->machine)
			sim_outcome_record(callback->machine, SIM_MISUSE,
					   "kernel/locking/spinlock_debug.c", callback->name,
					   "spinlock recursion");
	}
	end_taken(callback);
	end_outer(callback, dropped);
	if (machine && machine->switch_task && sim_thread.task != callback->task)
		machine->switch_task(callback->task);
}

const struct sim_callback *sim_callback_of(const struct sim_machine *machine)
{
	const struct sim_callback *callback = sim_thread.callback;

	while (callback && machine && callback->machine != machine)
		callback = callback->up;
	return callback;
}

bool sim_callback_refuses(struct sim_machine *machine, const char *call)
{
	const struct sim_callback *callback = sim_callback_of(machine);

	if (likely(!callback))
		return false;
	sim_outcome_format(machine, SIM_MISUSE, CALLBACK_FILE, call, "called from within %s",
			   callback->name);
	return true;
}

int sim_enter_call(struct sim_machine *machine, const char *call)
{
	const struct sim_callback *callback = sim_thread.callback;

	if (sim_is_crashed(machine)) {
		if (machine->of_parent)
			sim_fork_tell(machine, call);
		return -EIO;
	}
	if (__builtin_expect(machine->up, 0) && sim_thread_id() != machine->owner_thread)
		return -EBUSY;
	if (unlikely(callback && callback->atomic)) {
		sim_outcome_format(machine, SIM_MISUSE, CALLBACK_FILE, call,
				   "called from within %s", callback->name);
		return -EDEADLK;
	}
	sim_cpu(machine);
	return 0;
}
