/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * event.c - calling the listener.
 */
#include "base/event.h"

#include "base/cpu.h"

#define EVENT_NAME "the event callback"

/* What it does itself makes no events: it would be called by them without an end. */
static bool is_listening(const struct sim_machine *machine)
{
	const struct sim_callback *callback = sim_thread.callback;

	while (callback && !(callback->atomic && callback->machine == machine))
		callback = callback->up;
	return callback != NULL;
}

void sim_event_tell(struct sim_machine *machine, const struct sim_event *event)
{
	struct sim_callback callback = {
		.up = sim_thread.callback,
		.machine = machine,
		.name = EVENT_NAME,
		.addr = event->addr,
		.atomic = true,
	};

	if (is_listening(machine))
		return;
	sim_thread.callback = &callback;
	machine->listeners.event(event, machine->listeners.event_data);
	sim_thread.callback = callback.up;
}
