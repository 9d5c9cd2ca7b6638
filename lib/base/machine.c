/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - a machine's epoch, and what becomes another one by it: whether it has
 * crashed, who listens.
 */
#include "base/machine.h"

#include "base/internal.h"

_Static_assert(sizeof(struct sim_machine) <= SIM_ARENA_STATE, "the head has no room");

uint64_t sim_new_epoch(void)
{
	static uint64_t last;

	return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

void sim_begin_epoch(struct sim_machine *machine)
{
	if (machine->up)
		machine->up_cpu = NULL;
	__atomic_store_n(&machine->epoch, sim_new_epoch(), __ATOMIC_RELEASE);
}

bool sim_crashed(const struct sim_machine *machine)
{
	return machine && __atomic_load_n(&machine->crashed, __ATOMIC_ACQUIRE) != 0;
}

void sim_set_event_fn(struct sim_machine *machine, sim_event_fn fn, void *data)
{
	if (!machine)
		return;
	machine->listeners.event = fn;
	machine->listeners.event_data = data;
	sim_begin_epoch(machine);
}
