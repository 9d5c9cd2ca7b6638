/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep_set.c - which machines gave what, and a set of them in few words:
 * "arm um: 5.11 (default mixed); x86_64".
 *
 * The set is cut along one axis into values with the same rest, each rest along the
 * next axis. Which axis comes first decides how long it gets: all orders are tried.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/sweep.h"

/* ---- who gave what ---- */

bool sweep_nth_id(const struct sweep *s, unsigned int op, unsigned int i, scn_id *id)
{
	for (unsigned int m = 0; m < s->nr_machines; m++) {
		bool known = false;

		if (!s->machine[m].id)
			continue;
		for (unsigned int before = 0; !known && before < m; before++)
			known = s->machine[before].id &&
				s->machine[before].id[op] == s->machine[m].id[op];
		if (known || i--)
			continue;
		*id = s->machine[m].id[op];
		return true;
	}
	return false;
}

bool sweep_differs(const struct sweep *s, unsigned int op)
{
	const struct sweep_machine *first = NULL;

	for (unsigned int m = 0; m < s->nr_machines; m++) {
		if (!s->machine[m].id)
			continue;
		if (first && first->id[op] != s->machine[m].id[op])
			return true;
		first = first ? first : &s->machine[m];
	}
	return false;
}

bool sweep_fails(const struct sweep *s, unsigned int op)
{
	for (unsigned int m = 0; m < s->nr_machines; m++)
		if (s->machine[m].id && scn_is_failure(s->machine[m].id[op]))
			return true;
	return false;
}

/* ---- in words ---- */

struct view {
	const struct sweep *s;
	const bool *in;
	int order[SWEEP_NR_AXES];
	FILE *out;
};

/* Values of the axes that come before are fixed in @at. */
typedef unsigned int place[SWEEP_NR_AXES];

static unsigned int machine_at(const struct sweep *s, const place at)
{
	unsigned int n = 0;

	for (int id = 0; id < SWEEP_NR_AXES; id++)
		n = n * s->axis[id].nr + at[id];
	return n;
}

enum part { PART_NONE, PART_SOME, PART_ALL };

static enum part join(enum part a, enum part b)
{
	return a == b ? a : PART_SOME;
}

/* How much of what lies behind @at, from @depth on, is in; -1: no machine can be built. */
static int how_much(const struct view *v, place at, int depth)
{
	int whole = -1;

	if (depth == SWEEP_NR_AXES) {
		unsigned int n = machine_at(v->s, at);

		return !v->s->machine[n].id ? -1 : v->in[n] ? PART_ALL : PART_NONE;
	}
	for (unsigned int i = 0; i < v->s->axis[v->order[depth]].nr; i++) {
		int part;

		at[v->order[depth]] = i;
		part = how_much(v, at, depth + 1);
		if (part >= 0)
			whole = whole < 0 ? part : (int)join((enum part)whole, (enum part)part);
	}
	return whole;
}

/* Have two values of the axis at @depth the same behind them? What cannot be is no difference. */
static bool same_rest(const struct view *v, place at, int depth, unsigned int a, unsigned int b,
		      int below)
{
	int id = v->order[depth];

	if (below == SWEEP_NR_AXES) {
		unsigned int x, y;

		at[id] = a;
		x = machine_at(v->s, at);
		at[id] = b;
		y = machine_at(v->s, at);
		return !v->s->machine[x].id || !v->s->machine[y].id || v->in[x] == v->in[y];
	}
	for (unsigned int i = 0; i < v->s->axis[v->order[below]].nr; i++) {
		at[v->order[below]] = i;
		if (!same_rest(v, at, depth, a, b, below + 1))
			return false;
	}
	return true;
}

static void print_level(const struct view *v, place at, int depth);

/* The names of the values that have the same rest as @first, and that rest. */
static void print_group(const struct view *v, place at, int depth, unsigned int first, bool *done)
{
	const struct sweep_axis *axis = &v->s->axis[v->order[depth]];
	unsigned int nr = 0, possible = 0;
	bool is_rest, in_group[SWEEP_MAX_VALUES] = { false };

	for (unsigned int i = 0; i < axis->nr; i++) {
		at[v->order[depth]] = i;
		if (how_much(v, at, depth + 1) < 0)
			continue;
		possible++;
		in_group[i] = !done[i] && same_rest(v, at, depth, first, i, depth + 1);
		nr += in_group[i];
		done[i] |= in_group[i];
	}
	at[v->order[depth]] = first;
	is_rest = how_much(v, at, depth + 1) != PART_ALL;
	for (unsigned int i = 0, shown = 0; i < axis->nr && (nr < possible || !is_rest); i++)
		if (in_group[i])
			fprintf(v->out, "%s%s", shown++ ? " " : "", axis->name[i]);
	if (!is_rest)
		return;
	if (nr < possible)
		fputs(depth ? " (" : ": ", v->out);
	print_level(v, at, depth + 1);
	if (nr < possible && depth)
		fputc(')', v->out);
}

static void print_level(const struct view *v, place at, int depth)
{
	const struct sweep_axis *axis = &v->s->axis[v->order[depth]];
	bool done[SWEEP_MAX_VALUES] = { false }, any = false;

	for (unsigned int i = 0; i < axis->nr; i++) {
		int part;

		at[v->order[depth]] = i;
		part = how_much(v, at, depth + 1);
		if (done[i] || part < 0 || part == PART_NONE)
			continue;
		if (any)
			fputs(depth ? ", " : "; ", v->out);
		any = true;
		print_group(v, at, depth, i, done);
	}
}

static char *in_order(const struct sweep *s, const bool *in, const int order[SWEEP_NR_AXES])
{
	struct view v = { .s = s, .in = in };
	char *text = NULL;
	size_t len = 0;
	place at = { 0 };

	memcpy(v.order, order, sizeof(v.order));
	v.out = open_memstream(&text, &len);
	if (!v.out)
		return NULL;
	if (how_much(&v, at, 0) == PART_ALL)
		fputs("everywhere", v.out);
	else
		print_level(&v, at, 0);
	if (!fclose(v.out))
		return text;
	free(text);
	return NULL;
}

char *sweep_describe(const struct sweep *s, const bool *in)
{
	static const int orders[][SWEEP_NR_AXES] = {
		{ SWEEP_ARCH, SWEEP_RELEASE, SWEEP_MODE },
		{ SWEEP_RELEASE, SWEEP_ARCH, SWEEP_MODE },
		{ SWEEP_ARCH, SWEEP_MODE, SWEEP_RELEASE },
		{ SWEEP_RELEASE, SWEEP_MODE, SWEEP_ARCH },
		{ SWEEP_MODE, SWEEP_ARCH, SWEEP_RELEASE },
		{ SWEEP_MODE, SWEEP_RELEASE, SWEEP_ARCH },
	};
	char *best = NULL;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		char *text = in_order(s, in, orders[i]);

		if (!text) {
			free(best);
			return NULL;
		}
		if (best && strlen(best) <= strlen(text)) {
			free(text);
			continue;
		}
		free(best);
		best = text;
	}
	return best;
}
