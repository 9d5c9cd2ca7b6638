/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * compare.c - which of two rows is faster, and by how much, for certain.
 *
 * Batches of both alternate, in an order that alternates too, and are short:
 * what slows the machine then slows both of a pair, and the pairs that a
 * scheduler broke are few. Where a rig lies in memory makes a difference as
 * well (sample.c), which no number of repetitions on one rig shows: each round
 * builds both rigs anew, on other pages.
 *
 *	round 1:  setup a, b   A B  B A  A B ...   teardown
 *	round 2:  setup b, a   A B  B A  A B ...
 *
 * The figure is the median of the pairs' ratios. Its confidence interval comes
 * from a bootstrap that draws as the data came about: rounds, then pairs of a
 * round.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define ROUNDS 25
#define LEAST_ROUNDS 5
#define DRAWS 2000
#define TAIL 0.025

struct pairs {
	unsigned int rounds, per_round;
	double *ratio;		/* a / b of each, round after round */
};

/* ---- measuring ---- */

static void measure_pair(struct load *a, struct load *b, const unsigned long runs[2], bool b_first,
			 struct batch out[2])
{
	if (b_first)
		out[1] = load_batch(b, runs[1]);
	out[0] = load_batch(a, runs[0]);
	if (!b_first)
		out[1] = load_batch(b, runs[1]);
}

static void measure_round(const struct row *ra, const struct row *rb, const struct plan *plan,
			  unsigned int round, unsigned int nr, struct comparison *out)
{
	struct load *a, *b;
	unsigned int at = round * nr;
	unsigned long runs[2];

	/* Two places each round: one that is bad for either is bad once. */
	if (round & 1) {
		b = load_create(rb->family, &rb->point, 2 * round);
		a = load_create(ra->family, &ra->point, 0);
	} else {
		a = load_create(ra->family, &ra->point, 2 * round);
		b = load_create(rb->family, &rb->point, 0);
	}

	out->fa.counted = load_count(a, out->fa.counter);
	out->fb.counted = load_count(b, out->fb.counter);
	runs[0] = load_calibrate(a, plan->min_ns);
	runs[1] = load_calibrate(b, plan->min_ns);
	out->fa.ops = load_ops(a, runs[0]);
	out->fb.ops = load_ops(b, runs[1]);
	for (unsigned int i = at; i < at + nr; i++) {
		struct batch batch[2];

		measure_pair(a, b, runs, i & 1, batch);
		out->fa.ns[i] = batch[0].ns_per_op;
		out->fb.ns[i] = batch[1].ns_per_op;
		out->fa.busy[i] = batch[0].busy_ns / out->fa.ops;
		out->fb.busy[i] = batch[1].busy_ns / out->fb.ops;
	}
	load_destroy(b);
	load_destroy(a);
}

/* ---- the interval ---- */

static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state % below;
}

static double draw_median(const struct pairs *pairs, uint64_t *state, double *drawn)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < pairs->rounds; i++) {
		unsigned int round = (unsigned int)draw(state, pairs->rounds);

		for (unsigned int j = 0; j < pairs->per_round; j++)
			drawn[n++] = pairs->ratio[round * pairs->per_round +
						  (unsigned int)draw(state, pairs->per_round)];
	}
	return median_of(drawn, n);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void find_interval(const struct pairs *pairs, struct comparison *out)
{
	size_t nr = (size_t)pairs->rounds * pairs->per_round;
	double *drawn = bench_alloc(nr * sizeof(*drawn));
	double *median = bench_alloc(DRAWS * sizeof(*median));
	uint64_t state = 0x2545f4914f6cdd1d;

	for (int i = 0; i < DRAWS; i++)
		median[i] = draw_median(pairs, &state, drawn);
	qsort(median, DRAWS, sizeof(*median), by_value);
	out->low = median[(size_t)(DRAWS * TAIL)];
	out->high = median[DRAWS - 1 - (size_t)(DRAWS * TAIL)];
	free(median);
	free(drawn);
}

static void prepare(struct figures *figures, unsigned int nr)
{
	figures->ns = bench_alloc(nr * sizeof(double));
	figures->busy = bench_alloc(nr * sizeof(double));
}

static void summarise(struct figures *figures, unsigned int nr)
{
	figures->repetitions = nr;
	figures->ns_min = min_of(figures->ns, figures->repetitions);
	figures->ns_median = median_of(figures->ns, figures->repetitions);
}

/* Returns how many rounds there were time for. */
static unsigned int measure_rounds(const struct plan *plan, unsigned int rounds,
				   unsigned int per_round, struct comparison *out)
{
	double begin = clock_ns();
	unsigned int i = 0;

	while (i < rounds) {
		measure_round(&out->a, &out->b, plan, i++, per_round, out);
		if (plan->patience_ns > 0 && i >= LEAST_ROUNDS &&
		    clock_ns() - begin > plan->patience_ns)
			break;
	}
	return i;
}

void compare_rows(const struct row *a, const struct row *b, const struct plan *plan,
		  struct comparison *out)
{
	unsigned int rounds = plan->repetitions < ROUNDS ? plan->repetitions : ROUNDS;
	unsigned int per_round = plan->repetitions / rounds, nr;
	struct pairs pairs;

	memset(out, 0, sizeof(*out));
	out->a = *a;
	out->b = *b;
	prepare(&out->fa, rounds * per_round);
	prepare(&out->fb, rounds * per_round);
	rounds = measure_rounds(plan, rounds, per_round, out);
	nr = rounds * per_round;
	summarise(&out->fa, nr);
	summarise(&out->fb, nr);
	pairs = (struct pairs){ rounds, per_round, bench_alloc(nr * sizeof(double)) };
	for (unsigned int i = 0; i < nr; i++)
		pairs.ratio[i] = out->fa.ns[i] / out->fb.ns[i];
	out->ratio = median_of(pairs.ratio, nr);
	find_interval(&pairs, out);
	free(pairs.ratio);
}
