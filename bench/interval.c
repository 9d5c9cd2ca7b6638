/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * interval.c - what pairs of times say: the ratio of both sides, and how sure it is.
 *
 * The figure is the median of the pairs' ratios. Its confidence interval comes
 * from a bootstrap that draws as the data came about: rounds, then pairs of a
 * round.
 */
#include <stdlib.h>

#include "frame.h"

#define DRAWS 2000
#define TAIL 0.025

struct pairs {
	unsigned int rounds, per_round;
	const double *ratio;	/* a / b of each, round after round */
};

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

static void prepare_side(struct figures *figures, unsigned int nr)
{
	figures->ns = bench_alloc(nr * sizeof(double));
	figures->busy = bench_alloc(nr * sizeof(double));
}

void comparison_prepare(struct comparison *out, unsigned int nr)
{
	prepare_side(&out->fa, nr);
	prepare_side(&out->fb, nr);
}

void comparison_free(struct comparison *comparison)
{
	figures_free(&comparison->fa);
	figures_free(&comparison->fb);
}

static void summarise(struct figures *figures, unsigned int nr)
{
	figures->repetitions = nr;
	figures->ns_min = min_of(figures->ns, nr);
	figures->ns_median = median_of(figures->ns, nr);
}

void comparison_judge(struct comparison *out, unsigned int rounds, unsigned int per_round)
{
	unsigned int nr = rounds * per_round;
	double *ratio = bench_alloc(nr * sizeof(*ratio));
	struct pairs pairs = { rounds, per_round, ratio };

	summarise(&out->fa, nr);
	summarise(&out->fb, nr);
	for (unsigned int i = 0; i < nr; i++)
		ratio[i] = out->fa.ns[i] / out->fb.ns[i];
	out->ratio = median_of(ratio, nr);
	find_interval(&pairs, out);
	free(ratio);
}

enum verdict comparison_verdict(const struct comparison *comparison, double margin)
{
	if (comparison->low > 1 + margin)
		return SLOWER;
	return comparison->high < 1 - margin ? FASTER : NO_DIFFERENCE;
}
