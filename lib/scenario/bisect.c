/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bisect.c - which rules make the outcome of a scenario another one.
 *
 * Of two neighbouring releases the older one takes over rules of the newer, until it
 * gives the same up to the first line on which they differed; then up to the next such
 * line, and so on. For one line: any single rule that is enough; else all that are left,
 * made fewer by delta debugging (ddmin), until none of them can be left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/results.h"
#include "sim/releases.h"

/* The rules, and behind them what the architecture is in the release. */
#define ARCH_RULE SIM_NR_RULES
#define NR_CAUSES (SIM_NR_RULES + 1)

struct bisect {
	const struct scn *scn;
	const struct sim_bisect_options *options;
	struct sim_scenario_options how;
	struct scn_results texts;
	struct sim_bisect_result result;
	const struct sim_arch *arch;
};

/* A set of causes, as a list of their numbers. */
struct causes {
	unsigned int nr;
	unsigned short cause[NR_CAUSES];
};

/* Two neighbours, and what the older one has taken over so far. */
struct step {
	struct bisect *b;
	const struct sim_release *from, *to;
	struct sim_release mixed; /* what is tried */
	bool taken[NR_CAUSES];
	scn_id *old, *new, *got; /* of @from, @to, and of what is tried */
	unsigned int line;	/* the operation that is to become the same */
	scn_id so_far;		/* what it gives with what was taken over */
	int error;
};

/* ---- running ---- */

static int run(struct bisect *b, const struct sim_release *release,
	       const struct sim_release *rules, scn_id *ids)
{
	bool failed = false;

	memset(ids, 0, scn_nr_ids(b->scn) * sizeof(*ids));
	b->how.machine.release = release->name;
	return scn_collect(&b->texts, b->scn, &b->how, rules, ids, &failed);
}

static void take_over(struct step *s, const struct causes *more)
{
	bool taken[NR_CAUSES];

	memcpy(taken, s->taken, sizeof(taken));
	for (unsigned int i = 0; more && i < more->nr; i++)
		taken[more->cause[i]] = true;
	s->mixed = *s->from;
	for (int rule = 0; rule < SIM_NR_RULES; rule++)
		if (taken[rule])
			s->mixed.rules[rule] = s->to->rules[rule];
	if (taken[ARCH_RULE])
		s->mixed.number = s->to->number;
}

/* Does the older release give the same up to the line, with these as well? */
static bool is_enough(struct step *s, const struct causes *more)
{
	take_over(s, more);
	s->error = s->error ? s->error : run(s->b, s->from, &s->mixed, s->got);
	return !s->error && !memcmp(s->got, s->new, (s->line + 1) * sizeof(*s->got));
}

/* ---- smallest sets ---- */

/* Without the part of @all from @begin on that has @nr members. */
static struct causes without(const struct causes *all, unsigned int begin, unsigned int nr)
{
	struct causes rest = { 0 };

	for (unsigned int i = 0; i < all->nr; i++)
		if (i < begin || i >= begin + nr)
			rest.cause[rest.nr++] = all->cause[i];
	return rest;
}

/* Leaves out parts, smaller and smaller ones, as long as the rest is enough. */
static void make_small(struct step *s, struct causes *set)
{
	unsigned int size = set->nr / 2;

	while (size) {
		bool smaller = false;

		for (unsigned int at = 0; at < set->nr; ) {
			unsigned int nr = size < set->nr - at ? size : set->nr - at;
			struct causes rest = without(set, at, nr);

			if (rest.nr < set->nr && is_enough(s, &rest)) {
				*set = rest;
				smaller = true;
			} else {
				at += nr;
			}
		}
		if (!smaller || size > set->nr)
			size = size > set->nr ? set->nr / 2 : size / 2;
	}
}

/* All that the releases do not share and that is not taken over yet. */
static struct causes differences(const struct step *s)
{
	struct causes all = { 0 };

	for (int rule = 0; rule < SIM_NR_RULES; rule++)
		if (s->from->rules[rule] != s->to->rules[rule] && !s->taken[rule])
			all.cause[all.nr++] = (unsigned short)rule;
	if (s->from->number != s->to->number && !s->taken[ARCH_RULE])
		all.cause[all.nr++] = ARCH_RULE;
	return all;
}

/* Each that is enough alone; else a smallest set. @alone says which; nr 0: nothing is. */
static struct causes find_causes(struct step *s, bool *alone)
{
	struct causes all = differences(s), found = { 0 };

	for (unsigned int i = 0; i < all.nr; i++) {
		const struct causes one = { 1, { all.cause[i] } };

		if (is_enough(s, &one))
			found.cause[found.nr++] = all.cause[i];
	}
	*alone = found.nr > 0;
	if (found.nr || s->error)
		return found;
	if (!is_enough(s, &all))
		return found;
	make_small(s, &all);
	return all;
}

/* ---- telling ---- */

static void tell_features(const struct bisect *b, const struct step *s)
{
	bool any = false;

	for (int i = 0; i < SIM_NR_FEATURES; i++) {
		enum sim_feature f = (enum sim_feature)i;
		bool had = sim_arch_has(b->arch, s->from->number, f);
		bool has = sim_arch_has(b->arch, s->to->number, f);

		if (had == has)
			continue;
		fprintf(b->options->out, "%s%c%s", any ? " " : "", has ? '+' : '-',
			sim_feature_name(f));
		any = true;
	}
	fputs(any ? "\n" : "its entries\n", b->options->out);
}

static void tell_cause(const struct step *s, unsigned int cause)
{
	const struct bisect *b = s->b;

	if (cause == ARCH_RULE) {
		fprintf(b->options->out, "  %s of %s: ", b->arch->name, s->to->name);
		tell_features(b, s);
		return;
	}
	fprintf(b->options->out, "  %s%s: %s\n", s->to->rules[cause] ? "" : "no longer ",
		sim_rule_name((enum sim_rule)cause), sim_rule_text((enum sim_rule)cause));
}

static void tell_causes(const struct step *s, const struct causes *causes, bool alone)
{
	FILE *out = s->b->options->out;

	if (!causes->nr)
		fputs("  by no rule that is known\n", out);
	else if (causes->nr > 1)
		fputs(alone ? " each of these is enough:\n" :
			      " only all of these together:\n", out);
	for (unsigned int i = 0; i < causes->nr; i++)
		tell_cause(s, causes->cause[i]);
}

static void tell_line(const struct step *s)
{
	const struct bisect *b = s->b;

	fprintf(b->options->out, " line %u: %s\n    %-7s %s\n    %-7s %s\n",
		scn_id_line(b->scn, s->line), scn_id_operation(b->scn, s->line), s->from->name,
		scn_id_text(&b->texts, s->old[s->line]), s->to->name,
		scn_id_text(&b->texts, s->new[s->line]));
	if (s->so_far != s->old[s->line])
		fprintf(b->options->out, "    so far  %s\n", scn_id_text(&b->texts, s->so_far));
}

/* ---- a pair of releases ---- */

/* The first operation, from @at on, that is not the same yet; false: there is none. */
static bool next_difference(struct step *s)
{
	unsigned int nr = scn_nr_ids(s->b->scn);

	is_enough(s, NULL); /* what is so far, at @got */
	for (unsigned int op = 0; !s->error && op < nr; op++) {
		if (s->got[op] == s->new[op])
			continue;
		s->line = op;
		s->so_far = s->got[op];
		return true;
	}
	return false;
}

/*
 * Of causes that are enough alone, one is taken: so that what it does to later lines is
 * not explained again.
 */
static void explain(struct step *s)
{
	struct bisect *b = s->b;

	while (next_difference(s)) {
		bool alone;
		struct causes causes = find_causes(s, &alone);

		if (s->error)
			return;
		if (b->options->out) {
			tell_line(s);
			tell_causes(s, &causes, alone);
		}
		if (!causes.nr) {
			b->result.nr_unexplained++;
			return;
		}
		b->result.nr_rules += causes.nr;
		for (unsigned int i = 0; i < (alone ? 1 : causes.nr); i++)
			s->taken[causes.cause[i]] = true;
	}
}

static int compare(struct bisect *b, const struct sim_release *from, const struct sim_release *to,
		   scn_id *old, scn_id *new)
{
	size_t bytes = scn_nr_ids(b->scn) * sizeof(*old);
	struct step s = { .b = b, .from = from, .to = to, .old = old, .new = new };
	FILE *out = b->options->out;

	if (!memcmp(old, new, bytes)) {
		if (out)
			fprintf(out, "%s to %s: the same\n", from->name, to->name);
		return 0;
	}
	b->result.nr_changes++;
	if (out)
		fprintf(out, "%s to %s:\n", from->name, to->name);
	s.got = malloc(bytes);
	if (!s.got)
		return -ENOMEM;
	explain(&s);
	free(s.got);
	return s.error;
}

/* ---- all of it ---- */

static int compare_all(struct bisect *b)
{
	size_t nr = scn_nr_ids(b->scn);
	scn_id *ids = calloc(2 * nr, sizeof(*ids)), *old = ids, *new = ids + nr, *other;
	const struct sim_release *last = NULL;
	int ret = ids ? 0 : -ENOMEM;

	for (unsigned int n = 0; !ret && sim_release_nth(n); n++) {
		const struct sim_release *release = sim_release_find(sim_release_nth(n));

		if (release->number < b->arch->since)
			continue;
		ret = run(b, release, NULL, new);
		if (!ret && last)
			ret = compare(b, last, release, old, new);
		b->result.nr_releases++;
		last = release;
		other = old;
		old = new;
		new = other;
	}
	free(ids);
	return ret;
}

/* The architecture that it runs on; NULL: there is no such machine, told. */
static const struct sim_arch *find_arch(const struct bisect *b)
{
	struct sim_machine *machine;
	const struct sim_arch *arch;

	if (scn_create_machine(b->scn, &b->how, NULL, &machine))
		return NULL;
	arch = machine->arch;
	sim_machine_destroy(machine);
	return arch;
}

static void print_head(const struct bisect *b)
{
	const struct sim_machine_config *said = &b->scn->machine;

	if (!b->options->out)
		return;
	fprintf(b->options->out, "%s on %s", b->scn->name, b->arch->name);
	if (said->release)
		fprintf(b->options->out, " (release=%s is not followed)", said->release);
	fputc('\n', b->options->out);
}

int sim_scenario_bisect(const char *text, size_t len, const struct sim_bisect_options *options,
			struct sim_bisect_result *result)
{
	static const struct sim_bisect_options defaults;
	struct bisect b = { .options = options ? options : &defaults };
	struct scn *scn;
	int ret;

	if (!text && len)
		return -EINVAL;
	ret = scn_parse(text, len, b.options->name, b.options->err, &scn);
	if (ret)
		return ret;
	b.scn = scn;
	b.how = (struct sim_scenario_options){
		.format = SIM_SCENARIO_QUIET, .machine = b.options->machine, .machine_wins = true,
		.err = b.options->err,
	};
	b.arch = find_arch(&b);
	b.how.err = NULL;
	ret = b.arch ? 0 : -EINVAL;
	if (!ret) {
		print_head(&b);
		ret = compare_all(&b);
	}
	if (ret == -E2BIG && b.options->err)
		fprintf(b.options->err, "%s: too much work\n", scn->name);
	if (!ret && b.options->out && (fflush(b.options->out) || ferror(b.options->out)))
		ret = -EIO;
	if (!ret && result)
		*result = b.result;
	scn_results_free(&b.texts);
	scn_free(scn);
	return ret;
}
