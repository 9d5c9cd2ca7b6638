/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim-bench - what a machine, a snapshot and a TTM fault cost.
 *
 * Each row is measured REPETITIONS times in batches that last about
 * BATCH_NS; the smallest and the median batch are printed, in ns an operation.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <ttmsim/ttmsim.h>

#define REPETITIONS 21
#define BATCH_NS 5000000.0
#define PAGES 16

#define MAX_OBJECTS 16

/* A machine with objects of PAGES pages, each mapped and touched. */
struct rig {
	struct sim_machine *machine;
	struct task_struct *task;
	int nr;
	struct ttm_buffer_object *bo[MAX_OBJECTS];
	unsigned long addr[MAX_OBJECTS];
};

typedef void (*row_fn)(struct rig *rig);

struct row {
	const char *name;
	int objects;
	int per_call;		/* operations that one call of @once does */
	row_fn once;
	row_fn between;		/* not timed, after each; NULL: batches are timed whole */
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "ttmsim-bench: %s failed\n", what);
	exit(EXIT_FAILURE);
}

/* ---- rows ---- */

static void create_destroy(struct rig *rig)
{
	struct sim_machine *machine = sim_machine_create(NULL);

	(void)rig;
	if (!machine)
		die("sim_machine_create");
	sim_machine_destroy(machine);
}

static void snapshot_restore(struct rig *rig)
{
	struct sim_snapshot *snapshot = sim_snapshot(rig->machine);

	if (!snapshot || sim_restore(rig->machine, snapshot))
		die("sim_snapshot");
	sim_snapshot_free(snapshot);
}

/* Reading the clock costs as much as a few entries: one reading for all objects. */
static void fault_all(struct rig *rig)
{
	char byte;

	for (int i = 0; i < rig->nr; i++)
		if (sim_read(rig->task, rig->addr[i], &byte, 1))
			die("sim_read");
}

static void unmap_all(struct rig *rig)
{
	for (int i = 0; i < rig->nr; i++)
		ttm_bo_unmap_virtual(rig->bo[i]);
}

static const struct row rows[] = {
	{ "machine/create-destroy", 0, 1, create_destroy, NULL },
	{ "machine/snapshot-restore", 1, 1, snapshot_restore, NULL },
	{ "fault/16-ptes", MAX_OBJECTS, MAX_OBJECTS, fault_all, unmap_all },
};

/* ---- measuring ---- */

static double timed(const struct row *row, struct rig *rig, unsigned long n)
{
	double sum = 0, start = now_ns();

	if (!row->between) {
		for (unsigned long i = 0; i < n; i++)
			row->once(rig);
		return now_ns() - start;
	}
	for (unsigned long i = 0; i < n; i++) {
		start = now_ns();
		row->once(rig);
		sum += now_ns() - start;
		row->between(rig);
	}
	return sum;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const struct row *row, struct rig *rig)
{
	double sample[REPETITIONS], once = timed(row, rig, 8) / 8;
	unsigned long n = (unsigned long)(BATCH_NS / (once > 1 ? once : 1)) + 1;

	for (int i = 0; i < REPETITIONS; i++)
		sample[i] = timed(row, rig, n) / (double)n / row->per_call;
	qsort(sample, REPETITIONS, sizeof(sample[0]), by_value);
	printf("%-26s %10lu x %10.1f ns min %10.1f ns median\n", row->name, n, sample[0],
	       sample[REPETITIONS / 2]);
}

/* ---- the rig ---- */

static void add_object(struct rig *rig, struct file *file)
{
	struct ttm_buffer_object *bo = sim_bo_create(sim_machine_ttm(rig->machine), PAGES,
						     TTM_PL_SYSTEM, ttm_cached);
	long addr;

	if (!bo)
		die("sim_bo_create");
	addr = sim_mmap(rig->task, 0, PAGES * 4096UL, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			sim_bo_pgoff(bo));
	if (addr < 0)
		die("sim_mmap");
	rig->bo[rig->nr] = bo;
	rig->addr[rig->nr++] = (unsigned long)addr;
}

static void build_rig(struct rig *rig, int objects)
{
	struct file *file;

	memset(rig, 0, sizeof(*rig));
	rig->machine = sim_machine_create(NULL);
	if (!rig->machine)
		die("sim_machine_create");
	rig->task = sim_task_create(rig->machine, "bench");
	file = sim_ttm_open(sim_machine_ttm(rig->machine), FMODE_READ | FMODE_WRITE);
	if (!rig->task || !file)
		die("building a machine");
	for (int i = 0; i < objects; i++)
		add_object(rig, file);
	fault_all(rig);
}

static const struct argp argp = {
	.doc = "Measures what a machine, a snapshot and a TTM fault cost (x86_64, Linux 6.1).",
};

int main(int argc, char **argv)
{
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig rig;

		build_rig(&rig, rows[i].objects);
		measure(&rows[i], &rig);
		sim_machine_destroy(rig.machine);
	}
	return EXIT_SUCCESS;
}
