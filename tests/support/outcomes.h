/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * outcomes.h - for tests that provoke what a kernel complains of, and count it
 * themselves: stderr is not to hear of it.
 */
#ifndef SIM_TESTS_SUPPORT_OUTCOMES_H
#define SIM_TESTS_SUPPORT_OUTCOMES_H

#include <ttmsim/base.h>

static inline void expect_outcomes(struct sim_machine *machine)
{
	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		sim_expect_outcome(machine, (enum sim_outcome_kind)kind, SIM_ANY_NUMBER);
}

#endif
