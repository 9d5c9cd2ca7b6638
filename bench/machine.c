/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.c - machine/...: what it costs to have a machine, to keep and bring
 * back its state, and to check it.
 *
 * A snapshot copies what is in use. Here that is a TTM device and one buffer
 * object, mapped, with nr entries in the page table: for each a page in use.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "bench.h"

struct state {
	struct sim_machine_config config;
	struct bench_machine m;
	struct sim_snapshot *snapshot;
};

static unsigned long one(const struct point *point)
{
	(void)point;
	return 1;
}

/* ---- a machine's life ---- */

static void *setup_config(const struct point *point)
{
	struct state *state = bench_alloc(sizeof(*state));

	state->config.arch = point->arch;
	state->config.release = point->release;
	return state;
}

static void create(void *rig, unsigned int thread)
{
	struct state *state = rig;

	(void)thread;
	state->m.machine = sim_machine_create(&state->config);
	if (!state->m.machine)
		bench_die("building a machine");
}

static void destroy(void *rig, unsigned int thread)
{
	struct state *state = rig;

	(void)thread;
	sim_machine_destroy(state->m.machine);
	state->m.machine = NULL;
}

static void create_destroy(void *rig, unsigned int thread)
{
	create(rig, thread);
	destroy(rig, thread);
}

static void teardown(void *rig)
{
	struct state *state = rig;

	sim_snapshot_free(state->snapshot);
	sim_machine_destroy(state->m.machine);
	free(state);
}

/* ---- snapshots ---- */

/* Room for the object's pages and for what comes with it. */
static unsigned long ram_pages(const struct point *point)
{
	return 4 * point->nr + 1024;
}

static const char *unfit(const struct point *point)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);

	if (!point->nr)
		return "there is nothing to map";
	if (ram_pages(point) > (4ULL << 30) >> arch->page_shift)
		return "that is more memory than a machine can have";
	return bench_no_room(point, point->nr);
}

static unsigned long map_object(const struct bench_machine *m, unsigned long nr)
{
	struct sim_ttm_device *ttm = sim_machine_ttm(m->machine);
	struct ttm_buffer_object *bo = sim_bo_create(ttm, nr, TTM_PL_SYSTEM, ttm_cached);
	struct file *file = sim_ttm_open(ttm, FMODE_READ | FMODE_WRITE);
	long addr;

	if (!bo || !file)
		bench_die("a buffer object");
	addr = sim_mmap(m->task, 0, nr * m->page_size, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			sim_bo_pgoff(bo));
	if (addr < 0)
		bench_die("mmap");
	return (unsigned long)addr;
}

static void *setup_mapped(const struct point *point)
{
	struct state *state = bench_alloc(sizeof(*state));
	struct bench_machine *m = &state->m;
	unsigned long addr;
	char byte;

	bench_machine_create(m, point, ram_pages(point), 0, SIM_TTM_DEFAULT);
	addr = map_object(m, point->nr);
	for (unsigned long i = 0; i < point->nr; i++)
		if (sim_read(m->task, addr + i * m->page_size, &byte, 1))
			bench_die("touching a page");
	return state;
}

static void snapshot(void *rig, unsigned int thread)
{
	struct state *state = rig;

	(void)thread;
	state->snapshot = sim_snapshot(state->m.machine);
	if (!state->snapshot)
		bench_die("a snapshot");
}

static void free_snapshot(void *rig, unsigned int thread)
{
	struct state *state = rig;

	(void)thread;
	sim_snapshot_free(state->snapshot);
	state->snapshot = NULL;
}

static void *setup_kept(const struct point *point)
{
	struct state *state = setup_mapped(point);

	snapshot(state, 0);
	return state;
}

static void restore(void *rig, unsigned int thread)
{
	const struct state *state = rig;

	(void)thread;
	if (sim_restore(state->m.machine, state->snapshot))
		bench_die("restoring");
}

static void check(void *rig, unsigned int thread)
{
	const struct state *state = rig;

	(void)thread;
	if (sim_machine_check(state->m.machine, NULL, NULL))
		bench_die("a sound machine");
}

static const unsigned long sizes[] = { 16, 512, 4096, 65536, 0 };

#define LIFE_FAMILY(title, text, runs, resets) { \
	.name = "machine/" title, .what = text, .unit = "machine", \
	.axes = AXIS(ARCH) | AXIS(RELEASE), .setup = setup_config, .run = runs, \
	.reset = resets, .ops = one, .teardown = teardown, \
}

#define STATE_FAMILY(title, text, make, runs, resets) { \
	.name = "machine/" title, .what = text, .unit = "machine", \
	.axes = AXIS(ARCH) | AXIS(RELEASE) | AXIS(NR), .sizes = sizes, .unfit = unfit, \
	.setup = make, .run = runs, .reset = resets, .ops = one, .teardown = teardown, \
}

const struct family machine_families[] = {
	LIFE_FAMILY("create", "sim_machine_create", create, destroy),
	LIFE_FAMILY("create-destroy", "sim_machine_create and _destroy", create_destroy, NULL),
	STATE_FAMILY("snapshot", "sim_snapshot of a machine with nr mapped pages", setup_mapped,
		     snapshot, free_snapshot),
	STATE_FAMILY("restore", "sim_restore of such a machine", setup_kept, restore, NULL),
	STATE_FAMILY("check", "sim_machine_check of such a machine", setup_mapped, check, NULL),
	{ 0 },
};
