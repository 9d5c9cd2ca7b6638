/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * outcome.c - what a kernel would print or die of, recorded.
 *
 * Each different outcome is kept once and never changed, so that a pointer
 * from sim_last_outcome() stays good while other threads record more. There
 * are few: every one stands for a place in the source.
 */
#include "base/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/cpu.h"
#include "base/event.h"
#include "base/spin.h"
#include "base/tell.h"

struct sim_outcome_node {
	struct sim_outcome outcome;
	struct sim_outcome_node *next;
	unsigned int told;	/* atomic; how often on stderr */
};

/* One and the same outcome is told so often, as a kernel's log is rate-limited. */
#define TOLD_MAX 10

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_outcome(const struct sim_outcome *a, const struct sim_outcome *b)
{
	return a->kind == b->kind && same_text(a->condition, b->condition) &&
	       same_text(a->function, b->function) && same_text(a->file, b->file) &&
	       same_text(a->handler, b->handler);
}

/* The node of an outcome, made where there is none yet; NULL without memory. */
static struct sim_outcome_node *outcome_node_locked(struct sim_machine *machine,
						    const struct sim_outcome *outcome, bool copies)
{
	struct sim_outcome_node *node = machine->outcomes;
	size_t text = copies ? strlen(outcome->condition) + 1 : 0;

	sim_assert(sim_rank_held(SIM_RANK_MISC, &machine->outcome_lock));
	while (node && !same_outcome(&node->outcome, outcome))
		node = node->next;
	if (node)
		return node;
	node = sim_alloc_service(machine, sizeof(*node) + text);
	if (node) {
		node->outcome = *outcome;
		if (copies)
			node->outcome.condition = memcpy(node + 1, outcome->condition, text);
		node->next = machine->outcomes;
		machine->outcomes = node;
	}
	return node;
}

/* Is this one of those that are expected? */
static bool take_expected(unsigned int *expected)
{
	unsigned int left = __atomic_load_n(expected, __ATOMIC_RELAXED);

	do {
		if (!left || left == SIM_ANY_NUMBER)
			return left;
	} while (!__atomic_compare_exchange_n(expected, &left, left - 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

/* @told: how often this one has been; NULL where nobody knows. */
static void tell_unexpected(struct sim_machine *machine, const struct sim_outcome *outcome,
			    unsigned int *told)
{
	struct sim_telling *telling = &machine->telling;
	const void *fn = sim_thread.callback ? sim_thread.callback->fn : NULL;
	unsigned int nr = told ? __atomic_fetch_add(told, 1, __ATOMIC_RELAXED) : 0;

	__atomic_fetch_add(&telling->unexpected[outcome->kind], 1, __ATOMIC_RELAXED);
	sim_tell(telling, outcome, fn, nr < TOLD_MAX ? nr + 1 == TOLD_MAX ? SIM_TELL_LAST
									  : SIM_TELL
						     : SIM_TELL_NO_MORE);
}

static void record(struct sim_machine *machine, const struct sim_outcome *outcome, bool copies)
{
	enum sim_outcome_kind kind = outcome->kind;
	struct sim_outcome_node *node;

	sim_spin_acquire(false, &machine->outcome_lock, SIM_RANK_MISC);
	node = outcome_node_locked(machine, outcome, copies);
	if (node)
		__atomic_store_n(&machine->last_outcome[kind], &node->outcome, __ATOMIC_RELEASE);
	__atomic_fetch_add(&machine->nr_outcomes[kind], 1, __ATOMIC_RELAXED);
	sim_spin_unlock(&machine->outcome_lock, SIM_RANK_MISC);

	if (kind == SIM_BUG || kind == SIM_OOPS) {
		__atomic_store_n(&machine->crashed, 1, __ATOMIC_RELEASE);
		sim_begin_epoch(machine);
	}
	if (machine->listeners.outcome)
		machine->listeners.outcome(outcome, machine->listeners.outcome_data);
	sim_event(machine, SIM_EV_OUTCOME, 0, (uint64_t)kind, node ? node->outcome.condition
								    : sim_outcome_name(kind));
	if (!take_expected(&machine->telling.expected[kind]))
		tell_unexpected(machine, outcome, node ? &node->told : NULL);
}

static struct sim_outcome outcome_here(enum sim_outcome_kind kind, const char *file,
				       const char *function, const char *condition)
{
	const struct sim_callback *callback = sim_thread.callback;
	struct sim_outcome outcome = {
		.kind = kind,
		.file = file,
		.function = function,
		.condition = condition,
		.handler = callback ? callback->name : NULL,
		.addr = callback ? callback->addr : 0,
	};

	sim_assert((unsigned int)kind < SIM_NR_OUTCOME_KINDS);
	sim_assert(file && function && condition);
	if (sim_thread.comm)
		memcpy(outcome.comm, sim_thread.comm, sizeof(outcome.comm));
	return outcome;
}

bool sim_outcome_record(struct sim_machine *machine, enum sim_outcome_kind kind,
			const char *file, const char *function, const char *condition)
{
	struct sim_outcome outcome = outcome_here(kind, file, function, condition);

	record(machine, &outcome, false);
	return true;
}

void sim_outcome_format(struct sim_machine *machine, enum sim_outcome_kind kind,
			const char *file, const char *function, const char *format, ...)
{
	struct sim_outcome outcome;
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	outcome = outcome_here(kind, file, function, text);
	record(machine, &outcome, true);
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

static bool is_kind(const struct sim_machine *machine, enum sim_outcome_kind kind)
{
	return machine && (unsigned int)kind < SIM_NR_OUTCOME_KINDS;
}

void sim_expect_outcome(struct sim_machine *machine, enum sim_outcome_kind kind,
			unsigned int count)
{
	if (is_kind(machine, kind))
		__atomic_store_n(&machine->telling.expected[kind], count, __ATOMIC_RELAXED);
}

unsigned int sim_outcomes_missing(const struct sim_machine *machine, enum sim_outcome_kind kind)
{
	unsigned int left;

	if (!is_kind(machine, kind))
		return 0;
	left = __atomic_load_n(&machine->telling.expected[kind], __ATOMIC_RELAXED);
	return left == SIM_ANY_NUMBER ? 0 : left;
}

unsigned int sim_outcomes_unexpected(const struct sim_machine *machine, enum sim_outcome_kind kind)
{
	if (!is_kind(machine, kind))
		return 0;
	return __atomic_load_n(&machine->telling.unexpected[kind], __ATOMIC_RELAXED);
}
