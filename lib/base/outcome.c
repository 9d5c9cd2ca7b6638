/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * outcome.c - what a kernel would print or die of, recorded.
 *
 * Each different outcome is kept once and never changed, so that a pointer
 * from sim_last_outcome() stays good while other threads record more. There
 * are few: every one stands for a place in the source.
 */
#include "base/outcome.h"

#include <string.h>

#include "base/assert.h"
#include "base/cpu.h"
#include "base/spin.h"

struct sim_outcome_node {
	struct sim_outcome outcome;
	struct sim_outcome_node *next;
};

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
	sim_spin_acquire(false, &machine->outcome_lock, SIM_RANK_MISC);
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
