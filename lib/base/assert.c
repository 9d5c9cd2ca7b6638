/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void sim_assert_fail(const char *file, int line, const char *function,
			       const char *condition)
{
	fprintf(stderr, "%s:%d: %s: assertion failed: %s\n", file, line, function, condition);
	abort();
}
