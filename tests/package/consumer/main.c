/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A program of someone else's: links the installed library and calls it. */
#include <stdio.h>

#include <ttmsim/ttmsim.h>

int main(void)
{
	struct sim_machine *m = sim_machine_create(NULL);

	if (!m) {
		fprintf(stderr, "no machine\n");
		return 1;
	}
	sim_machine_destroy(m);
	return 0;
}
