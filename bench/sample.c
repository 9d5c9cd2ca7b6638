/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sample.c - the figures of a row.
 *
 * The CPU's speed wanders with its clock, its neighbours and the host's other
 * guests. So each repetition of a row is followed by one of limit/store over a
 * table of the same size: the multiple compares what the same phase has seen.
 *
 * Where a machine lies matters too. The same insertion took 6.0 ns an entry on
 * most machines and 10.4 on one in twenty, on that one for as long as it lived;
 * other pages of the host put below the same addresses made it another one. What
 * in the CPU does that is not known. So repetitions are shared out to rounds,
 * each of which builds the rig on other pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define LIMIT_PART 4		/* limit/store's share of a repetition's time */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median_of(const double *values, size_t nr)
{
	double *sorted = bench_alloc(nr * sizeof(*sorted)), median;

	memcpy(sorted, values, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), by_value);
	median = (sorted[(nr - 1) / 2] + sorted[nr / 2]) / 2;
	free(sorted);
	return median;
}

double min_of(const double *values, size_t nr)
{
	double min = values[0];

	for (size_t i = 1; i < nr; i++)
		if (values[i] < min)
			min = values[i];
	return min;
}

#define ROUNDS 3

#define LEAST_REPETITIONS 2	/* on one rig */

struct share {
	unsigned int repetitions;
	double patience_ns;	/* 0: endless */
};

static void take_times(struct load *load, struct load *limit, const struct plan *plan,
		       const struct share *share, struct figures *out)
{
	unsigned long runs = load_calibrate(load, plan->min_ns);
	unsigned long limit_runs = load_calibrate(limit, plan->min_ns / LIMIT_PART);
	double begin = clock_ns();

	out->ops = load_ops(load, runs);
	for (unsigned int i = 0; i < share->repetitions; i++) {
		struct batch batch = load_batch(load, runs);
		unsigned int at = out->repetitions++;

		load_batch(limit, 1); /* the row has had the caches */
		out->limit[at] = load_batch(limit, limit_runs).ns_per_op;
		out->ns[at] = batch.ns_per_op;
		out->busy[at] = batch.busy_ns / out->ops;
		if (share->patience_ns > 0 && i + 1 >= LEAST_REPETITIONS &&
		    clock_ns() - begin > share->patience_ns)
			break;
	}
}

static void measure_round(const struct row *row, const struct plan *plan, unsigned int round,
			  unsigned int rounds, struct figures *out)
{
	struct load *load = load_create(row->family, &row->point, round), *limit;
	struct share share = {
		plan->repetitions * (round + 1) / rounds - plan->repetitions * round / rounds,
		plan->patience_ns / rounds,
	};

	if (!round)
		out->counted = load_count(load, out->counter);
	if (!plan->counts) {
		struct point alone = row->point;

		alone.threads = 1; /* the unit is the same for any number of threads */
		limit = load_create(&limit_families[0], &alone, 0);
		take_times(load, limit, plan, &share, out);
		load_destroy(limit);
	}
	load_destroy(load);
}

static void summarise(struct figures *out)
{
	out->ns_min = min_of(out->ns, out->repetitions);
	out->ns_median = median_of(out->ns, out->repetitions);
	out->x_limit = out->ns_min / min_of(out->limit, out->repetitions);
}

void measure_row(const struct row *row, const struct plan *plan, struct figures *out)
{
	unsigned int rounds = plan->repetitions < ROUNDS ? plan->repetitions : ROUNDS;

	memset(out, 0, sizeof(*out));
	if (plan->counts) {
		measure_round(row, plan, 0, 1, out);
		return;
	}
	out->ns = bench_alloc(plan->repetitions * sizeof(double));
	out->busy = bench_alloc(plan->repetitions * sizeof(double));
	out->limit = bench_alloc(plan->repetitions * sizeof(double));
	for (unsigned int round = 0; round < rounds; round++)
		measure_round(row, plan, round, rounds, out);
	summarise(out);
}

void figures_free(struct figures *figures)
{
	free(figures->ns);
	free(figures->busy);
	free(figures->limit);
	memset(figures, 0, sizeof(*figures));
}
