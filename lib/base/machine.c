/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - the base's part of a machine: set-up, outcomes, events.
 *
 * Each different outcome is kept once and never changed, so that a pointer
 * from sim_last_outcome() stays good while other threads record more. There
 * are few: every one stands for a place in the source.
 */
#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "base/internal.h"

struct sim_outcome_node {
	struct sim_outcome outcome;
	struct sim_outcome_node *next;
};

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

int sim_machine_base_init(struct sim_machine *machine)
{
	struct sim_cpu *shared = sim_alloc_service(machine, sizeof(*shared));

	if (!shared)
		return -ENOMEM;
	sim_count_object(machine, SIM_OBJ_CPU, 1);
	machine->cpu[SIM_MAX_CPUS - 1] = shared;
	machine->owner_thread = sim_thread_id();
	machine->epoch = sim_new_epoch();
	return 0;
}

bool sim_crashed(const struct sim_machine *machine)
{
	return machine && __atomic_load_n(&machine->crashed, __ATOMIC_ACQUIRE) != 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_outcome(const struct sim_outcome *a, const struct sim_outcome *b)
{
	return a->kind == b->kind && same_text(a->condition, b->condition) &&
	       same_text(a->function, b->function) && same_text(a->file, b->file);
}

/* The node of an outcome, made where there is none yet; NULL without memory. */
static struct sim_outcome_node *outcome_node_locked(struct sim_machine *machine,
						    const struct sim_outcome *outcome)
{
	struct sim_outcome_node *node = machine->outcomes;

	sim_assert(sim_rank_held(SIM_RANK_MISC, &machine->outcome_lock));
	while (node && !same_outcome(&node->outcome, outcome))
		node = node->next;
	if (node)
		return node;
	node = sim_alloc_service(machine, sizeof(*node));
	if (node) {
		node->outcome = *outcome;
		node->next = machine->outcomes;
		machine->outcomes = node;
	}
	return node;
}

bool sim_outcome_record(struct sim_machine *machine, enum sim_outcome_kind kind,
			const char *file, const char *function, const char *condition)
{
	const struct sim_outcome outcome = { kind, file, function, condition };
	const struct sim_outcome_node *node;

	sim_assert((unsigned int)kind < SIM_NR_OUTCOME_KINDS);
	sim_assert(file && function && condition);
	sim_spin_lock(NULL, &machine->outcome_lock, SIM_RANK_MISC);
	node = outcome_node_locked(machine, &outcome);
	if (node)
		__atomic_store_n(&machine->last_outcome[kind], &node->outcome, __ATOMIC_RELEASE);
	__atomic_fetch_add(&machine->nr_outcomes[kind], 1, __ATOMIC_RELAXED);
	sim_spin_unlock(&machine->outcome_lock, SIM_RANK_MISC);

	if (kind == SIM_BUG) {
		__atomic_store_n(&machine->crashed, 1, __ATOMIC_RELEASE);
		sim_begin_epoch(machine);
	}
	if (machine->listeners.outcome)
		machine->listeners.outcome(&outcome, machine->listeners.outcome_data);
	sim_event(machine, SIM_EV_OUTCOME, 0, (uint64_t)kind, condition);
	return true;
}

const struct sim_outcome *sim_last_outcome(const struct sim_machine *machine,
					   enum sim_outcome_kind kind)
{
	if (!machine || (unsigned int)kind >= SIM_NR_OUTCOME_KINDS)
		return NULL;
	return __atomic_load_n(&machine->last_outcome[kind], __ATOMIC_ACQUIRE);
}

unsigned int sim_nr_outcomes(const struct sim_machine *machine, enum sim_outcome_kind kind)
{
	if (!machine || (unsigned int)kind >= SIM_NR_OUTCOME_KINDS)
		return 0;
	return __atomic_load_n(&machine->nr_outcomes[kind], __ATOMIC_RELAXED);
}

void sim_set_event_fn(struct sim_machine *machine, sim_event_fn fn, void *data)
{
	if (!machine)
		return;
	machine->listeners.event = fn;
	machine->listeners.event_data = data;
	sim_begin_epoch(machine);
}
