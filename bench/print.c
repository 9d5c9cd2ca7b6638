/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * print.c - results for people, and as CSV.
 *
 * Rows are printed as they come, so widths are those that the names of all rows
 * ask for. An axis along which no row differs is told once, above.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"

/* ---- text ---- */

static struct {
	unsigned int columns;	/* AXIS() bits */
	int name_width, unit_width, width[BENCH_NR_AXES];
	bool color, counts;
} layout;

static bool wants_color(FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

static const char *bold(void)
{
	return layout.color ? "\033[1m" : "";
}

static const char *plain(void)
{
	return layout.color ? "\033[0m" : "";
}

static const char *label_or_none(const struct row *row, int axis, const char *none,
				 char out[BENCH_LABEL])
{
	if (!(row->family->axes >> axis & 1))
		return none;
	return axis_label((enum bench_axis)axis, &row->point, out);
}

/* Which axes differ between rows that have them, and how wide they are. */
static void lay_out(FILE *out, const struct rows *rows, bool counts)
{
	memset(&layout, 0, sizeof(layout));
	layout.color = wants_color(out);
	layout.counts = counts;
	layout.name_width = (int)strlen("name");
	for (int axis = 0; axis < BENCH_NR_AXES; axis++) {
		char first[BENCH_LABEL] = "", label[BENCH_LABEL];

		layout.width[axis] = (int)strlen(axis_name((enum bench_axis)axis));
		for (size_t i = 0; i < rows->nr; i++) {
			const char *text = label_or_none(&rows->row[i], axis, "", label);

			if ((int)strlen(text) > layout.width[axis])
				layout.width[axis] = (int)strlen(text);
			if (*text && !*first)
				snprintf(first, sizeof(first), "%s", text);
			if (*text && strcmp(text, first) != 0 &&
			    !axis_in_name((enum bench_axis)axis))
				layout.columns |= 1u << axis;
		}
	}
	layout.unit_width = (int)strlen("per");
	for (size_t i = 0; i < rows->nr; i++) {
		const struct row *row = &rows->row[i];

		if ((int)strlen(row->name) > layout.name_width)
			layout.name_width = (int)strlen(row->name);
		if ((int)strlen(row->family->unit) > layout.unit_width)
			layout.unit_width = (int)strlen(row->family->unit);
	}
}

/* "release 6.1, backing ram": what all rows share. */
static void tell_common(FILE *out, const struct rows *rows)
{
	char label[BENCH_LABEL];
	bool any = false;

	for (int axis = 0; axis < BENCH_NR_AXES; axis++) {
		const char *text = "";

		if (layout.columns >> axis & 1 || axis_in_name((enum bench_axis)axis))
			continue;
		for (size_t i = 0; i < rows->nr && !*text; i++)
			text = label_or_none(&rows->row[i], axis, "", label);
		if (*text)
			fprintf(out, "%s%s %s", any ? ", " : "",
				axis_name((enum bench_axis)axis), text);
		any |= *text != 0;
	}
	if (any)
		fputc('\n', out);
}

/* What all rows share, and the columns of their points; in bold. */
static void text_header(FILE *out, const struct rows *rows)
{
	tell_common(out, rows);
	fprintf(out, "%s%-*s", bold(), layout.name_width, "name");
	for (int axis = 0; axis < BENCH_NR_AXES; axis++)
		if (layout.columns >> axis & 1)
			fprintf(out, "  %*s", layout.width[axis],
				axis_name((enum bench_axis)axis));
}

static void text_begin(FILE *out, const struct rows *rows, const struct plan *plan)
{
	char host[BENCH_NAME];

	lay_out(out, rows, plan->counts);
	if (!plan->counts)
		fprintf(out, "ttmsim-bench " TTMSIM_VERSION ", %s; %u repetitions of %g ms\n",
			bench_host(host), plan->repetitions, plan->min_ns / 1e6);
	text_header(out, rows);
	if (!plan->counts)
		fprintf(out, "  %10s  %10s  %8s  %*s", "ns min", "ns median", "x limit",
			layout.unit_width, "per");
	fprintf(out, "  counters per operation%s\n", plain());
}

/* What happens once in many operations reads best as a fraction: 1/512. */
static void text_count(FILE *out, double count)
{
	double every = 1 / count, whole = (double)(long)(every + 0.5);

	if (count < 0.5 && every - whole < 1e-6 && whole - every < 1e-6)
		fprintf(out, " 1/%.0f", whole);
	else
		fprintf(out, " %.4g", count);
}

static void text_counters(FILE *out, const struct figures *figures)
{
	bool any = false;

	for (int i = 0; figures->counted && i < SIM_NR_COUNTERS; i++) {
		if (figures->counter[i] == 0)
			continue;
		fprintf(out, "%s%s", any ? ", " : "  ", sim_counter_name((enum sim_counter)i));
		text_count(out, figures->counter[i]);
		any = true;
	}
}

/* Four digits, whatever the size. */
static void text_number(FILE *out, int width, double number)
{
	fprintf(out, "  %*.*f", width, number < 10 ? 3 : number < 100 ? 2 : number < 1000 ? 1 : 0,
		number);
}

/* The columns of a row's point. */
static void text_point(FILE *out, const struct row *row)
{
	char label[BENCH_LABEL];

	fprintf(out, "%-*s", layout.name_width, row->name);
	for (int axis = 0; axis < BENCH_NR_AXES; axis++)
		if (layout.columns >> axis & 1)
			fprintf(out, "  %*s", layout.width[axis],
				label_or_none(row, axis, "-", label));
}

static void text_row(FILE *out, const struct row *row, const struct figures *figures)
{
	text_point(out, row);
	if (!layout.counts) {
		text_number(out, 10, figures->ns_min);
		text_number(out, 10, figures->ns_median);
		fputs(bold(), out);
		text_number(out, 8, figures->x_limit);
		fprintf(out, "%s  %*s", plain(), layout.unit_width, row->family->unit);
	}
	text_counters(out, figures);
	fputc('\n', out);
	fflush(out);
}

static void text_compare_begin(FILE *out)
{
	char host[BENCH_NAME];

	memset(&layout, 0, sizeof(layout));
	layout.color = wants_color(out);
	fprintf(out, "ttmsim-bench " TTMSIM_VERSION ", %s\n", bench_host(host));
}

/* Do both rows have the axis, at the same value? */
static bool is_common(const struct comparison *c, int axis)
{
	char a[BENCH_LABEL], b[BENCH_LABEL];

	return !axis_in_name((enum bench_axis)axis) &&
	       c->a.family->axes & c->b.family->axes & 1u << axis &&
	       !strcmp(axis_label((enum bench_axis)axis, &c->a.point, a),
		       axis_label((enum bench_axis)axis, &c->b.point, b));
}

/* The row's name with the axes at which the other one is not the same. */
static void side_name(const struct comparison *c, const struct row *row, char out[BENCH_NAME])
{
	char label[BENCH_LABEL];

	snprintf(out, BENCH_NAME, "%s", row->name);
	for (int axis = 0; axis < BENCH_NR_AXES; axis++) {
		size_t len = strlen(out);

		if (row->family->axes >> axis & 1 && !axis_in_name((enum bench_axis)axis) &&
		    !is_common(c, axis))
			snprintf(out + len, BENCH_NAME - len, "/%s:%s",
				 axis_name((enum bench_axis)axis),
				 axis_label((enum bench_axis)axis, &row->point, label));
	}
}

static void tell_point(FILE *out, const struct comparison *c)
{
	const char *sep = "";
	char label[BENCH_LABEL];

	for (int axis = 0; axis < BENCH_NR_AXES; axis++) {
		if (!is_common(c, axis))
			continue;
		fprintf(out, "%s%s %s", sep, axis_name((enum bench_axis)axis),
			axis_label((enum bench_axis)axis, &c->a.point, label));
		sep = ", ";
	}
	fputs(":\n", out);
}

static void text_side(FILE *out, const char *name, const struct row *row,
		      const struct figures *figures)
{
	fprintf(out, "  %-*s  ns/%s", layout.name_width, name, row->family->unit);
	text_number(out, 9, figures->ns_median);
	text_counters(out, figures);
	fputc('\n', out);
}

static void text_compare(FILE *out, const struct comparison *c)
{
	char a[BENCH_NAME], b[BENCH_NAME];

	side_name(c, &c->a, a);
	side_name(c, &c->b, b);
	layout.name_width = (int)(strlen(a) > strlen(b) ? strlen(a) : strlen(b));
	tell_point(out, c);
	text_side(out, a, &c->a, &c->fa);
	text_side(out, b, &c->b, &c->fb);
	fprintf(out, "  %s", bold());
	if (c->low > 1 - SAME && c->high < 1 + SAME)
		fprintf(out, "no difference of %g %%", SAME * 100);
	else if (c->low > 1)
		fprintf(out, "%s is %.3g times as fast", b, c->ratio);
	else if (c->high < 1)
		fprintf(out, "%s is %.3g times as fast", a, 1 / c->ratio);
	else
		fprintf(out, "no difference seen");
	fprintf(out, "%s: ratio %.4f, with 95 %% confidence %.4f to %.4f (%u pairs)\n", plain(),
		c->ratio, c->low, c->high, c->fa.repetitions);
	fflush(out);
}

static void text_against_begin(FILE *out, const struct rows *rows, const struct against *against)
{
	char host[BENCH_NAME];

	lay_out(out, rows, false);
	fprintf(out, "ttmsim-bench " TTMSIM_VERSION ", %s; against %s\n", bench_host(host),
		against->binary);
	text_header(out, rows);
	fprintf(out, "  %10s  %10s  %*s  %6s  %6s  %15s%s\n", "this, ns", "other, ns",
		layout.unit_width, "per", "verdict", "ratio", "95 % confidence", plain());
}

static void text_against(FILE *out, const struct comparison *c, const struct against *against)
{
	text_point(out, &c->a);
	text_number(out, 10, c->fa.ns_median);
	text_number(out, 10, c->fb.ns_median);
	fprintf(out, "  %*s  %s%7s%s  %6.3f  %6.3f to %5.3f\n", layout.unit_width,
		c->a.family->unit, bold(), against_verdict(c, against), plain(), c->ratio, c->low,
		c->high);
	fflush(out);
}

static void nothing(FILE *out)
{
	(void)out;
}

const struct format text_format = {
	"text", text_begin, text_row, text_compare_begin, text_compare,
	text_against_begin, text_against, nothing,
};

/* ---- CSV ---- */

static const enum bench_axis csv_axes[] = {
	AXIS_ARCH, AXIS_RELEASE, AXIS_BACKING, AXIS_CACHING, AXIS_TABLES, AXIS_NR, AXIS_THREADS,
	AXIS_CPUS,
};

static void csv_axes_header(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(csv_axes); i++)
		fprintf(out, ",%s", axis_name(csv_axes[i]));
}

static void csv_begin(FILE *out, const struct rows *rows, const struct plan *plan)
{
	(void)rows;
	(void)plan;
	fputs("name", out);
	csv_axes_header(out);
	fputs(",ns_min,ns_median,x_limit", out);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		fprintf(out, ",%s", sim_counter_name((enum sim_counter)i));
	fputc('\n', out);
}

/* An axis that a family does not have is left empty. */
static void csv_point(FILE *out, const struct row *row)
{
	char label[BENCH_LABEL];

	for (size_t i = 0; i < ARRAY_SIZE(csv_axes); i++)
		fprintf(out, ",%s", label_or_none(row, csv_axes[i], "", label));
}

static void csv_row(FILE *out, const struct row *row, const struct figures *figures)
{
	fputs(row->name, out);
	csv_point(out, row);
	if (figures->repetitions)
		fprintf(out, ",%.6g,%.6g,%.6g", figures->ns_min, figures->ns_median,
			figures->x_limit);
	else
		fputs(",,,", out);
	for (int i = 0; i < SIM_NR_COUNTERS; i++) {
		fputc(',', out);
		if (figures->counted)
			fprintf(out, "%.6g", figures->counter[i]);
	}
	fputc('\n', out);
	fflush(out);
}

static void csv_compare_begin(FILE *out)
{
	fputs("a,b,a_ns_min,a_ns_median,b_ns_min,b_ns_median,ratio,low,high,pairs\n", out);
}

static void csv_compare(FILE *out, const struct comparison *c)
{
	fprintf(out, "%s,%s,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%u\n", c->a.full, c->b.full,
		c->fa.ns_min, c->fa.ns_median, c->fb.ns_min, c->fb.ns_median, c->ratio, c->low,
		c->high, c->fa.repetitions);
	fflush(out);
}

static void csv_against_begin(FILE *out, const struct rows *rows, const struct against *against)
{
	(void)rows;
	(void)against;
	fputs("name", out);
	csv_axes_header(out);
	fputs(",ns_median,other_ns_median,ratio,low,high,pairs,verdict\n", out);
}

static void csv_against(FILE *out, const struct comparison *c, const struct against *against)
{
	fputs(c->a.name, out);
	csv_point(out, &c->a);
	fprintf(out, ",%.6g,%.6g,%.6g,%.6g,%.6g,%u,%s\n", c->fa.ns_median, c->fb.ns_median,
		c->ratio, c->low, c->high, c->fa.repetitions, against_verdict(c, against));
	fflush(out);
}

const struct format csv_format = {
	"csv", csv_begin, csv_row, csv_compare_begin, csv_compare,
	csv_against_begin, csv_against, nothing,
};
