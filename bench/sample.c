/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sample.c - the figures of a row.
 *
 * The CPU's speed wanders with its clock, its neighbours and the host's other
 * guests. So each repetition of a row is followed by one of limit/store over a
 * table of the same size: the multiple compares what the same phase has seen.
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

static void take_times(struct load *load, struct load *limit, const struct plan *plan,
		       struct figures *out)
{
	unsigned long runs = load_calibrate(load, plan->min_ns);
	unsigned long limit_runs = load_calibrate(limit, plan->min_ns / LIMIT_PART);
	double limit_min = 0;

	out->repetitions = plan->repetitions;
	out->ns = bench_alloc(plan->repetitions * sizeof(double));
	out->busy = bench_alloc(plan->repetitions * sizeof(double));
	out->ops = load_ops(load, runs);
	for (unsigned int i = 0; i < plan->repetitions; i++) {
		struct batch batch = load_batch(load, runs);
		double store;

		load_batch(limit, 1); /* the row has had the caches */
		store = load_batch(limit, limit_runs).ns_per_op;
		out->ns[i] = batch.ns_per_op;
		out->busy[i] = batch.busy_ns / out->ops;
		if (!i || store < limit_min)
			limit_min = store;
	}
	out->ns_min = min_of(out->ns, out->repetitions);
	out->ns_median = median_of(out->ns, out->repetitions);
	out->x_limit = out->ns_min / limit_min;
}

void measure_row(const struct row *row, const struct plan *plan, struct figures *out)
{
	struct load *load = load_create(row->family, &row->point), *limit;

	memset(out, 0, sizeof(*out));
	out->counted = load_count(load, out->counter);
	if (!plan->counts) {
		limit = load_create(&limit_families[0], &row->point);
		take_times(load, limit, plan, out);
		load_destroy(limit);
	}
	load_destroy(load);
}

void figures_free(struct figures *figures)
{
	free(figures->ns);
	free(figures->busy);
	figures->ns = figures->busy = NULL;
}
