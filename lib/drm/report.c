/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* report.c - what a driver's code warns of, dies of and prints. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <ttmsim/kernel.h>

#include "drm/internal.h"

bool sim_kernel_warn(const char *file, const char *function, const char *condition)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine)
		sim_outcome_record(machine, SIM_WARN, file, function, condition);
	return true;
}

void sim_kernel_bug(const char *file, const char *function, const char *condition)
{
	struct sim_machine *machine = sim_current_machine();

	if (machine)
		sim_outcome_record(machine, SIM_BUG, file, function, condition);
}

int sim_printk(const char *format, ...)
{
	va_list args;

	if (getenv("TTMSIM_QUIET"))
		return 0;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	return 0;
}
