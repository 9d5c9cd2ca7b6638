/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * against.c - a row of this build against the same row of another one.
 *
 * Both are processes of their own, this build as well: what a process costs, both
 * pay. Batches alternate as in compare.c, and each round starts both anew, which
 * gives them other addresses and other pages of the host. Both of a round are kept
 * on one CPU, the next one the round after: whatever else runs there, runs beside
 * both. Rows of several threads are left to the scheduler.
 *
 *	round 1, CPU 0:  start this, other   T O  O T  T O ...   stop
 *	round 2, CPU 1:  start other, this   T O  O T  T O ...   stop
 */
#include <string.h>

#include "frame.h"

#define THIS_BINARY "/proc/self/exe"

enum side { THIS, OTHER, NR_SIDES };

struct round {
	const struct row *row;
	const char *binary[NR_SIDES];
	struct peer *peer[NR_SIDES];
	unsigned long runs;	/* of a batch: the same for both */
};

static void end_round(struct round *round)
{
	for (int side = 0; side < NR_SIDES; side++)
		if (round->peer[side])
			peer_stop(round->peer[side]);
}

/* @nth also says which side comes first. */
static enum peer_status begin_round(struct round *round, double min_ns, unsigned int nth, char *why)
{
	enum peer_status status = PEER_OK;
	unsigned long runs;

	round->runs = 0;
	for (unsigned int i = 0; i < NR_SIDES && status == PEER_OK; i++) {
		enum side side = (nth + i) % NR_SIDES;
		struct peer **peer = &round->peer[side];

		status = peer_start(round->binary[side], false, peer, why);
		if (status == PEER_OK && round->row->point.threads == 1)
			peer_pin(*peer, nth);
		if (status == PEER_OK)
			status = peer_row(*peer, round->row, why);
		if (status == PEER_OK)
			status = peer_calibrate(*peer, min_ns, &runs, why);
		if (status == PEER_OK && runs > round->runs)
			round->runs = runs;
	}
	return status;
}

static enum peer_status measure_pair(struct round *round, unsigned int at, struct comparison *out,
				     char *why)
{
	struct figures *figures[NR_SIDES] = { &out->fa, &out->fb };
	enum peer_status status = PEER_OK;

	for (unsigned int i = 0; i < NR_SIDES && status == PEER_OK; i++) {
		enum side side = (at + i) % NR_SIDES;
		struct figures *f = figures[side];
		struct batch batch;

		status = peer_batch(round->peer[side], round->runs, &batch, &f->ops, why);
		if (status != PEER_OK)
			break;
		f->ns[at] = batch.ns_per_op;
		f->busy[at] = batch.busy_ns / f->ops;
	}
	return status;
}

static enum peer_status measure_round(struct round *round, const struct plan *plan,
				      unsigned int nth, unsigned int nr, struct comparison *out,
				      char *why)
{
	enum peer_status status = begin_round(round, plan->min_ns, nth, why);

	for (unsigned int i = 0; i < nr && status == PEER_OK; i++)
		status = measure_pair(round, nth * nr + i, out, why);
	end_round(round);
	return status;
}

enum peer_status against_row(const char *binary, const struct row *row, const struct plan *plan,
			     struct comparison *out, char *why)
{
	unsigned int rounds = plan->repetitions < COMPARE_ROUNDS ? plan->repetitions :
								   COMPARE_ROUNDS;
	unsigned int per_round = plan->repetitions / rounds, done = 0;
	enum peer_status status = PEER_OK;
	double begin = clock_ns();

	memset(out, 0, sizeof(*out));
	out->a = out->b = *row;
	comparison_prepare(out, rounds * per_round);
	while (done < rounds && status == PEER_OK) {
		struct round round = { .row = row, .binary = { THIS_BINARY, binary } };

		status = measure_round(&round, plan, done++, per_round, out, why);
		if (plan->patience_ns > 0 && done >= COMPARE_LEAST_ROUNDS &&
		    clock_ns() - begin > plan->patience_ns)
			break;
	}
	if (status == PEER_OK)
		comparison_judge(out, done, per_round);
	else
		comparison_free(out);
	return status;
}

bool against_probe(const char *binary, char *why)
{
	struct peer *peer;
	char reason[BENCH_TEXT];

	if (peer_start(binary, true, &peer, reason) != PEER_OK) {
		snprintf(why, BENCH_TEXT,
			 "--against: %.1500s; what can be measured against is a ttmsim-bench"
			 " that knows --serve", reason);
		return false;
	}
	if (strcmp(peer_build_type(peer), bench_build_type()) != 0)
		fprintf(stderr, "ttmsim-bench: this is a %s build, %s one of type '%s':"
			" that is what will be compared\n", bench_build_type(), binary,
			peer_build_type(peer));
	peer_stop(peer);
	return true;
}

static enum verdict verdict_of(const struct comparison *comparison, const struct against *against)
{
	double margin = against->threshold < SAME ? against->threshold : SAME;

	return comparison_verdict(comparison, margin);
}

const char *against_verdict(const struct comparison *comparison, const struct against *against)
{
	static const char *const words[] = {
		[NO_DIFFERENCE] = "same", [FASTER] = "faster", [SLOWER] = "slower",
	};

	return words[verdict_of(comparison, against)];
}

bool against_regression(const struct comparison *comparison, const struct against *against)
{
	return verdict_of(comparison, against) == SLOWER &&
	       comparison->ratio > 1 + against->threshold;
}
