/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * event.h - what a machine tells who listens (sim_set_event_fn()).
 */
#ifndef SIM_BASE_EVENT_H
#define SIM_BASE_EVENT_H

#include "base/machine.h"

/* The slow part of sim_event(): somebody listens. */
void sim_event_tell(struct sim_machine *machine, const struct sim_event *event);

static inline void sim_event(struct sim_machine *machine, enum sim_event_kind kind,
			     uint64_t addr, uint64_t value, const char *what)
{
	if (__builtin_expect(machine->listeners.event != NULL, 0)) {
		struct sim_event event = { kind, addr, value, what };

		sim_event_tell(machine, &event);
	}
}

#endif
