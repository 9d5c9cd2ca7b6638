/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * list.c - what there is to be measured.
 */
#include <string.h>

#include "frame.h"

#define NAME_WIDTH 22

static void list_family(FILE *out, const struct family *family)
{
	const char *sep = "";

	fprintf(out, "%-*s %s\n%*s per %s; axes: ", NAME_WIDTH, family->name, family->what,
		NAME_WIDTH, "", family->unit);
	for (int axis = 0; axis < BENCH_NR_AXES; axis++) {
		if (!(family->axes >> axis & 1))
			continue;
		fprintf(out, "%s%s", sep, axis_name((enum bench_axis)axis));
		sep = ", ";
	}
	fputc('\n', out);
}

static void list_axis(FILE *out, enum bench_axis axis)
{
	const char *value;

	fprintf(out, "%-*s ", NAME_WIDTH, axis_name(axis));
	if (!axis_value(axis, 0))
		fputs(axis_help(axis), out);
	for (unsigned long n = 0; (value = axis_value(axis, n)); n++)
		fprintf(out, "%s%s", n ? ", " : "", value);
	fprintf(out, " (%s)\n", axis_default(axis));
}

/* Rows of a family lie together. */
void list_families(FILE *out, const struct rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (!i || rows->row[i].family != rows->row[i - 1].family)
			list_family(out, rows->row[i].family);
	fprintf(out, "\n%-*s values (default)\n", NAME_WIDTH, "axis");
	for (int axis = 0; axis < BENCH_NR_AXES; axis++)
		list_axis(out, (enum bench_axis)axis);
}

void list_rows(FILE *out, const struct rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (!rows->row[i].unfit)
			fprintf(out, "%s\n", rows->row[i].full);
}
