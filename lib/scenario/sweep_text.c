/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep_text.c - what a sweep found, for a mail: 80 columns, and only what differs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/sweep.h"

#define COLUMNS 80
#define RESULT_COLUMN 30	/* where the machines of a result begin */
#define MAX_GROUPS 24		/* told; csv and json have all */
#define MAX_LINES 40

/* ---- lines of 80 columns ---- */

/* Words from column @at on, in later lines from @indent on; ends the line. */
static void wrap(FILE *out, const char *text, size_t at, size_t indent)
{
	bool begins = true;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (!begins && at + 1 + len > COLUMNS) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			begins = true;
		}
		at += (size_t)fprintf(out, "%s%.*s", begins ? "" : " ", (int)len, text);
		begins = false;
		text += len + (text[len] == ' ');
	}
	fputc('\n', out);
}

/* "    RESULT     WHERE", with a mark where it fails. */
static void print_where(FILE *out, bool fails, const char *result, const char *where, bool color)
{
	size_t len = 4 + strlen(result);
	bool fits = len < RESULT_COLUMN;

	fprintf(out, "%s%s", fails && color ? "\033[31m" : "", fails ? "  ! " : "    ");
	if (fits)
		fputs(result, out);
	else
		wrap(out, result, 4, 6);
	fprintf(out, "%s%*s", fails && color ? "\033[0m" : "",
		(int)(fits ? RESULT_COLUMN - len : RESULT_COLUMN), "");
	wrap(out, where, RESULT_COLUMN, RESULT_COLUMN);
}

/* ---- what was run ---- */

static void print_axis(const struct sweep *s, enum sweep_axis_id id, FILE *out)
{
	static const char *const titles[] = { "architectures", "releases", "modes" };
	const struct sweep_axis *axis = &s->axis[id];

	if (!axis->asked)
		return;
	fprintf(out, "  %-15s", titles[id]);
	for (unsigned int i = 0; i < axis->nr; i++)
		fprintf(out, " %s", axis->name[i]);
	fputc('\n', out);
}

/* What the scenario says of an axis that was asked for. */
static void print_set_aside(const struct sweep *s, FILE *out)
{
	const struct sim_machine_config *said = &s->scn->machine;
	bool arch = said->arch && s->axis[SWEEP_ARCH].asked;
	bool release = said->release && s->axis[SWEEP_RELEASE].asked;
	bool mode = said->ttm && s->axis[SWEEP_MODE].asked;

	if (!arch && !release && !mode)
		return;
	fprintf(out, "  %-15s", "not as written");
	if (arch)
		fprintf(out, " arch=%s", said->arch);
	if (release)
		fprintf(out, " release=%s", said->release);
	if (mode)
		fprintf(out, " ttm=%s", sim_ttm_mode_name(said->ttm));
	fputc('\n', out);
}

/* Architectures that cannot be what was asked. */
static void print_impossible(const struct sweep *s, FILE *out)
{
	bool any = false;

	for (unsigned int i = 0; i < s->axis[SWEEP_ARCH].nr; i++) {
		bool none = true;

		for (unsigned int m = 0; m < s->nr_machines; m++)
			none &= s->machine[m].value[SWEEP_ARCH] != i || !s->machine[m].id;
		if (!none)
			continue;
		fprintf(out, any ? " %s" : "  cannot be built %s", s->axis[SWEEP_ARCH].name[i]);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

static void print_head(const struct sweep *s, FILE *out)
{
	fprintf(out, "%s: %u machine%s, %u outcome%s\n", s->scn->name, s->result.nr_machines,
		s->result.nr_machines == 1 ? "" : "s", s->result.nr_outcomes,
		s->result.nr_outcomes == 1 ? "" : "s");
	for (int id = 0; id < SWEEP_NR_AXES; id++)
		print_axis(s, (enum sweep_axis_id)id, out);
	print_set_aside(s, out);
	print_impossible(s, out);
	for (int i = 0, nr = 0; i < SIM_NR_FEATURES; i++)
		if (s->options->toggle_features >> i & 1)
			fprintf(out, "%s%s\n", nr++ ? "                  " : "  toggled         ",
				sim_feature_name((enum sim_feature)i));
}

/* ---- a line ---- */

static void print_operation(const struct sweep *s, unsigned int op, FILE *out)
{
	const struct scn_op *o = &s->scn->op[op];

	fprintf(out, "\nline %u: %s", o->line, o->text);
	for (unsigned int i = 0; i < o->nr_expect; i++)
		fprintf(out, "%s %s%s%s", i ? "" : " ->", o->expect[i].key,
			*o->expect[i].key ? "=" : "", o->expect[i].value);
	fputc('\n', out);
}

static int print_line(const struct sweep *s, unsigned int op, bool *in, FILE *out)
{
	scn_id id;

	if (op == s->scn->nr_ops)
		fputs("\nthe end:\n", out);
	else
		print_operation(s, op, out);
	for (unsigned int i = 0; sweep_nth_id(s, op, i, &id); i++) {
		char *where;

		for (unsigned int m = 0; m < s->nr_machines; m++)
			in[m] = s->machine[m].id && s->machine[m].id[op] == id;
		where = sweep_describe(s, in);
		if (!where)
			return -ENOMEM;
		print_where(out, scn_is_failure(id),
			    id ? scn_id_text(&s->texts, id) : "nothing to tell", where,
			    s->options->color);
		free(where);
	}
	return 0;
}

static int print_lines(const struct sweep *s, bool *in, FILE *out)
{
	unsigned int nr = 0;
	int ret = 0;

	for (unsigned int op = 0; !ret && op < s->nr_ops; op++) {
		if (!scn_id_operation(s->scn, op) || (!sweep_differs(s, op) && !sweep_fails(s, op)))
			continue;
		if (nr++ < MAX_LINES)
			ret = print_line(s, op, in, out);
	}
	if (nr > MAX_LINES)
		fprintf(out, "\nand %u lines more (--format=csv has all)\n", nr - MAX_LINES);
	return ret;
}

/* ---- groups ---- */

/* The first line that fails on the machines of an outcome; 0: none does. */
static unsigned int failing_line(const struct sweep *s, unsigned int outcome)
{
	for (unsigned int m = 0; m < s->nr_machines; m++) {
		if (!s->machine[m].id || s->machine[m].outcome != outcome)
			continue;
		for (unsigned int op = 0; op < s->nr_ops; op++)
			if (scn_is_failure(s->machine[m].id[op]))
				return scn_id_line(s->scn, op);
		return 0;
	}
	return 0;
}

static int print_group(const struct sweep *s, unsigned int outcome, bool *in, FILE *out)
{
	unsigned int line = failing_line(s, outcome), nr = 0;
	char title[64], *where;

	for (unsigned int m = 0; m < s->nr_machines; m++) {
		in[m] = s->machine[m].id && s->machine[m].outcome == outcome;
		nr += in[m];
	}
	where = sweep_describe(s, in);
	if (!where)
		return -ENOMEM;
	if (line)
		snprintf(title, sizeof(title), "%4u fail from line %u", nr, line);
	else
		snprintf(title, sizeof(title), "%4u hold", nr);
	print_where(out, line, title, where, s->options->color);
	free(where);
	return 0;
}

static int print_groups(const struct sweep *s, bool *in, FILE *out)
{
	int ret = 0;

	if (s->result.nr_outcomes < 2)
		return 0;
	fputs("\nMachines that agree on every line:\n", out);
	for (unsigned int i = 0; !ret && i < s->result.nr_outcomes && i < MAX_GROUPS; i++)
		ret = print_group(s, i, in, out);
	if (s->result.nr_outcomes > MAX_GROUPS)
		fprintf(out, "    and %u groups more (--format=csv has all)\n",
			s->result.nr_outcomes - MAX_GROUPS);
	return ret;
}

int sweep_print_text(const struct sweep *s, FILE *out)
{
	bool *in = calloc(s->nr_machines, sizeof(*in));
	int ret;

	if (!in)
		return -ENOMEM;
	print_head(s, out);
	if (s->result.first_line)
		fprintf(out, "\nThey part at line %u.\n", s->result.first_line);
	else
		fprintf(out, "\n%s\n", s->result.nr_machines == 1 ? "One machine." :
			"All do the same.");
	ret = print_lines(s, in, out);
	if (!ret)
		ret = print_groups(s, in, out);
	if (!ret && s->result.nr_failed)
		fprintf(out, "\n! An expectation fails, or an outcome is not expected: on %u of %u"
			" machines.\n", s->result.nr_failed, s->result.nr_machines);
	free(in);
	return ret;
}
