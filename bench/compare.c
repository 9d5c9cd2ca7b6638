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
 */
#include <string.h>

#include "frame.h"

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

/* Returns how many rounds there were time for. */
static unsigned int measure_rounds(const struct plan *plan, unsigned int rounds,
				   unsigned int per_round, struct comparison *out)
{
	double begin = clock_ns();
	unsigned int i = 0;

	while (i < rounds) {
		measure_round(&out->a, &out->b, plan, i++, per_round, out);
		if (plan->patience_ns > 0 && i >= COMPARE_LEAST_ROUNDS &&
		    clock_ns() - begin > plan->patience_ns)
			break;
	}
	return i;
}

void compare_rows(const struct row *a, const struct row *b, const struct plan *plan,
		  struct comparison *out)
{
	unsigned int rounds = plan->repetitions < COMPARE_ROUNDS ? plan->repetitions :
								   COMPARE_ROUNDS;
	unsigned int per_round = plan->repetitions / rounds;

	memset(out, 0, sizeof(*out));
	out->a = *a;
	out->b = *b;
	comparison_prepare(out, rounds * per_round);
	rounds = measure_rounds(plan, rounds, per_round, out);
	comparison_judge(out, rounds, per_round);
}
