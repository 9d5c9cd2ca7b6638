/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rows.c - which rows there are: each family at each point of its axes that
 * the options select.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

static const struct family *const all_families[] = {
	insert_families, fault_families, gup_families, vma_families,
	pat_families, machine_families, limit_families,
};

const struct family *family_nth(size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_families); i++)
		for (const struct family *f = all_families[i]; f->name; f++)
			if (!n--)
				return f;
	return NULL;
}

const struct family *family_find(const char *name, const char **rest)
{
	const struct family *family, *found = NULL;
	size_t longest = 0;

	for (size_t n = 0; (family = family_nth(n)); n++) {
		size_t len = strlen(family->name);

		if (len <= longest || strncmp(name, family->name, len) != 0)
			continue;
		if (name[len] && name[len] != '/')
			continue;
		found = family;
		longest = len;
		*rest = name + len;
	}
	return found;
}

void family_names(char *out, size_t room)
{
	const struct family *family;
	size_t at = 0;

	*out = 0;
	for (size_t n = 0; at < room && (family = family_nth(n)); n++)
		at += (size_t)snprintf(out + at, room - at, "%s%s", n ? ", " : "", family->name);
}

/* ---- names ---- */

static void append(char *name, const char *key, const char *value)
{
	size_t len = strlen(name);

	snprintf(name + len, BENCH_NAME - len, "/%s%s%s", key ? key : "", key ? ":" : "", value);
}

/* insert/pfn_prot/shuffled, fault/pfn/prefault:16, gup/fast/shared */
static void name_row(struct row *row)
{
	const struct family *family = row->family;
	char label[BENCH_LABEL];

	snprintf(row->name, sizeof(row->name), "%s", family->name);
	if (row->point.shuffled && family->axes & AXIS(ORDER))
		append(row->name, NULL, "shuffled");
	if (family->axes & AXIS(PREFAULT))
		append(row->name, "prefault", axis_label(AXIS_PREFAULT, &row->point, label));
	if (row->point.shared && family->axes & AXIS(SHARED))
		append(row->name, NULL, "shared");
	memcpy(row->full, row->name, sizeof(row->full));
	for (int i = 0; i < BENCH_NR_AXES; i++) {
		enum bench_axis axis = (enum bench_axis)i;

		if (family->axes >> i & 1 && !axis_in_name(axis))
			append(row->full, axis_name(axis), axis_label(axis, &row->point, label));
	}
}

/* What no family has to ask. */
static const char *unfit(const struct family *family, const struct point *point)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);

	if (sim_release_number(point->release) < arch->since)
		return "that release does not have that architecture";
	if (point->threads > 1 && point->cpus == 1)
		return "a UP machine has one thread";
	if (point->shared && point->threads == 1)
		return "one thread has nobody to share with";
	return family->unfit ? family->unfit(point) : NULL;
}

void row_init(struct row *row, const struct family *family, const struct point *point)
{
	row->family = family;
	row->point = *point;
	row->unfit = unfit(family, point);
	name_row(row);
}

/* ---- points ---- */

static void add_row(struct rows *rows, const struct row *row)
{
	if (!(rows->nr & (rows->nr + 1))) { /* full at 1, 3, 7, 15 ... */
		rows->row = reallocarray(rows->row, 2 * (rows->nr + 1), sizeof(*row));
		if (!rows->row)
			bench_die("rows");
	}
	rows->row[rows->nr++] = *row;
}

/* The values along an axis: the option's, else the family's, else the axis' own. */
static struct values values_of(const struct selection *selection, const struct family *family,
			       enum bench_axis axis)
{
	struct values out = { NULL, 0 };
	char why[BENCH_TEXT];

	if (selection->axis[axis].nr)
		return selection->axis[axis];
	if (axis == AXIS_NR && family->sizes) {
		while (out.nr == 0 || family->sizes[out.nr])
			out.nr++;
		out.value = bench_alloc(out.nr * sizeof(*out.value));
		memcpy(out.value, family->sizes, out.nr * sizeof(*out.value));
		return out;
	}
	if (!axis_parse(axis, axis_default(axis), &out, why))
		bench_die(why);
	return out;
}

static void walk_axis(const struct selection *selection, const struct family *family, int axis,
		      struct point *point, struct rows *out)
{
	struct values values;
	struct row row;

	while (axis < BENCH_NR_AXES && !(family->axes >> axis & 1))
		axis++;
	if (axis == BENCH_NR_AXES) {
		row_init(&row, family, point);
		add_row(out, &row);
		return;
	}
	values = values_of(selection, family, (enum bench_axis)axis);
	for (size_t i = 0; i < values.nr; i++) {
		axis_set((enum bench_axis)axis, point, values.value[i]);
		walk_axis(selection, family, axis + 1, point, out);
	}
	if (values.value != selection->axis[axis].value)
		free(values.value);
}

void rows_of_family(const struct selection *selection, const struct family *family,
		    struct rows *out)
{
	struct point point = axis_base_point();

	walk_axis(selection, family, 0, &point, out);
}

/* ---- the filter ---- */

static void say_no_match(const char *filter, char *why)
{
	size_t at = (size_t)snprintf(why, BENCH_TEXT, "no row matches '%.100s'; the families are ",
				     filter);

	family_names(why + at, BENCH_TEXT - at);
}

static void keep_matching(struct rows *rows, const regex_t *regex)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->nr; i++) {
		const struct row *row = &rows->row[i];

		if (!regexec(regex, row->full, 0, NULL, 0) ||
		    !regexec(regex, row->name, 0, NULL, 0))
			rows->row[kept++] = *row;
	}
	rows->nr = kept;
}

bool rows_select(const struct selection *selection, struct rows *out, char *why)
{
	const struct family *family;
	regex_t regex;
	int error;

	for (size_t n = 0; (family = family_nth(n)); n++)
		rows_of_family(selection, family, out);
	if (!selection->filter)
		return true;
	error = regcomp(&regex, selection->filter, REG_EXTENDED | REG_NOSUB);
	if (error) {
		size_t at = (size_t)snprintf(why, BENCH_TEXT, "--filter: '%s': ",
					     selection->filter);

		if (at < BENCH_TEXT)
			regerror(error, &regex, why + at, BENCH_TEXT - at);
		return false;
	}
	keep_matching(out, &regex);
	regfree(&regex);
	if (!out->nr)
		say_no_match(selection->filter, why);
	return out->nr > 0;
}

/* ---- what cannot be measured ---- */

/* Is it the first of its family that is left out for this reason? */
static bool is_news(const struct rows *rows, size_t at)
{
	const struct row *row = &rows->row[at];

	for (size_t i = 0; i < at; i++)
		if (rows->row[i].unfit && rows->row[i].family == row->family &&
		    !strcmp(rows->row[i].unfit, row->unfit))
			return false;
	return true;
}

void rows_keep_fit(struct rows *rows, FILE *notes)
{
	size_t kept = 0;

	for (size_t i = 0; notes && i < rows->nr; i++)
		if (rows->row[i].unfit && is_news(rows, i))
			fprintf(notes, "left out: %s on %s: %s\n", rows->row[i].name,
				rows->row[i].point.arch, rows->row[i].unfit);
	for (size_t i = 0; i < rows->nr; i++)
		if (!rows->row[i].unfit)
			rows->row[kept++] = rows->row[i];
	rows->nr = kept;
}

void rows_free(struct rows *rows)
{
	free(rows->row);
	*rows = (struct rows){ NULL, 0 };
}
