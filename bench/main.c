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

/* What the rows share: a machine with one object of PAGES pages, mapped. */
struct rig {
	struct sim_machine *machine;
	struct task_struct *task;
	struct ttm_buffer_object *bo;
	struct file *file;
	unsigned long addr;
};

typedef void (*row_fn)(struct rig *rig);

struct row {
	const char *name;
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

static void fault_16(struct rig *rig)
{
	char byte = 1;

	if (sim_read(rig->task, rig->addr, &byte, 1))
		die("sim_read");
}

static void unmap_16(struct rig *rig)
{
	ttm_bo_unmap_virtual(rig->bo);
}

static const struct row rows[] = {
	{ "machine/create-destroy", create_destroy, NULL },
	{ "machine/snapshot-restore", snapshot_restore, NULL },
	{ "fault/16-ptes", fault_16, unmap_16 },
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

/* What reading the clock adds to a row that is timed one by one. */
static double clock_ns(void)
{
	double sample[REPETITIONS];

	for (int i = 0; i < REPETITIONS; i++) {
		double start = now_ns();

		sample[i] = now_ns() - start;
	}
	qsort(sample, REPETITIONS, sizeof(sample[0]), by_value);
	return sample[REPETITIONS / 2];
}

static void measure(const struct row *row, struct rig *rig)
{
	double sample[REPETITIONS], once = timed(row, rig, 8) / 8;
	double clock = row->between ? clock_ns() : 0;
	unsigned long n = (unsigned long)(BATCH_NS / (once > 1 ? once : 1)) + 1;

	for (int i = 0; i < REPETITIONS; i++)
		sample[i] = timed(row, rig, n) / (double)n - clock;
	qsort(sample, REPETITIONS, sizeof(sample[0]), by_value);
	printf("%-26s %10lu x %10.1f ns min %10.1f ns median\n", row->name, n, sample[0],
	       sample[REPETITIONS / 2]);
}

/* ---- the rig ---- */

static void build_rig(struct rig *rig)
{
	struct ttm_device *bdev;
	long addr;

	rig->machine = sim_machine_create(NULL);
	if (!rig->machine)
		die("sim_machine_create");
	bdev = sim_ttm_bdev(sim_machine_ttm(rig->machine));
	rig->task = sim_task_create(rig->machine, "bench");
	rig->bo = sim_bo_create(sim_machine_ttm(rig->machine), PAGES, TTM_PL_SYSTEM, ttm_cached);
	rig->file = sim_ttm_open(sim_machine_ttm(rig->machine), FMODE_READ | FMODE_WRITE);
	if (!bdev || !rig->task || !rig->bo || !rig->file)
		die("building a machine");
	addr = sim_mmap(rig->task, 0, PAGES * 4096UL, PROT_READ | PROT_WRITE, MAP_SHARED, rig->file,
			sim_bo_pgoff(rig->bo));
	if (addr < 0)
		die("sim_mmap");
	rig->addr = (unsigned long)addr;
	fault_16(rig);
}

static const struct argp argp = {
	.doc = "Measures what a machine, a snapshot and a TTM fault cost (x86_64, Linux 6.1).",
};

int main(int argc, char **argv)
{
	struct rig rig = { 0 };

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	build_rig(&rig);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i], &rig);
	sim_machine_destroy(rig.machine);
	return EXIT_SUCCESS;
}
