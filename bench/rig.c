/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rig.c - what every family needs to build its rig.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void bench_die(const char *what)
{
	int error = errno;

	fflush(stdout);
	if (error)
		fprintf(stderr, "ttmsim-bench: %s: %s\n", what, strerror(error));
	else
		fprintf(stderr, "ttmsim-bench: %s failed\n", what);
	exit(EXIT_FAILURE);
}

void *bench_alloc(size_t bytes)
{
	void *out = calloc(1, bytes ? bytes : 1);

	if (!out)
		bench_die("memory");
	return out;
}

/* A seed of its own for each call: the order depends on nothing that ran before. */
void bench_shuffle(unsigned long *values, unsigned long nr)
{
	uint64_t state = 0x9e3779b97f4a7c15;

	for (unsigned long i = 0; i < nr; i++)
		values[i] = i;
	for (unsigned long i = nr; i > 1; i--) {
		unsigned long other, value = values[i - 1];

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		other = state % i;
		values[i - 1] = values[other];
		values[other] = value;
	}
}

const char *bench_no_room(const struct point *point, unsigned long pages)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);

	/* The upper eighth is left to the stack and its gap. */
	if (pages > (arch->task_size - arch->task_size / 8) >> arch->page_shift)
		return "user space of that architecture is too small";
	return NULL;
}

void bench_machine_create(struct bench_machine *out, const struct point *point,
			  unsigned long ram_pages, unsigned long vram_pages,
			  enum sim_ttm_mode mode)
{
	struct sim_machine_config config = {
		.arch = point->arch,
		.release = point->release,
		.ttm = mode,
		.prefault = (unsigned int)(point->prefault ? point->prefault : point->nr),
		.cpus = point->cpus,
		.quiet = true, /* what a row meets it says itself */
	};

	out->page_size = 1UL << sim_arch_find(point->arch)->page_shift;
	config.ram_bytes = ram_pages * out->page_size;
	config.vram_bytes = vram_pages * out->page_size;
	out->machine = sim_machine_create(&config);
	if (!out->machine)
		bench_die("building a machine");
	out->task = sim_task_create(out->machine, "bench");
	if (!out->task)
		bench_die("making a task");
	sim_task_switch(out->task);
}
