/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * findings.h - what a check tells, kept and looked at.
 */
#ifndef SIM_TESTS_SUPPORT_FINDINGS_H
#define SIM_TESTS_SUPPORT_FINDINGS_H

#include <ttmsim/sim.h>

#include "support/run.h"

struct findings {
	unsigned int nr;
	char text[4096];	/* a line each */
};

static inline void findings_add(const char *what, void *data)
{
	struct findings *f = data;
	size_t used = strlen(f->text);

	f->nr++;
	snprintf(f->text + used, sizeof(f->text) - used, "%s\n", what);
}

/* Checks the machine: what it tells. */
static inline struct findings findings_of(struct sim_machine *machine)
{
	struct findings f = { 0 };
	unsigned int nr = sim_machine_check(machine, findings_add, &f);

	assert_int_equal(nr, f.nr);
	return f;
}

/* One finding, of this rule, with these words in it (NULL: any). */
static inline void assert_finding(const char *what, struct sim_machine *machine,
				  const char *rule, const char *words)
{
	struct findings f = findings_of(machine);
	size_t len = strlen(rule);

	if (f.nr != 1 || strncmp(f.text, rule, len) || f.text[len] != ' ' ||
	    (words && !strstr(f.text, words)))
		fail_msg("%s: one %s with \"%s\" was to be told, not %u:\n%s", what, rule,
			 words ? words : "", f.nr, f.text);
}

static inline void assert_sound(const char *what, struct sim_machine *machine)
{
	struct findings f = findings_of(machine);

	if (f.nr)
		fail_msg("%s: nothing was to be told, not %u:\n%s", what, f.nr, f.text);
}

#endif
