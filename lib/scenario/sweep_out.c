/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sweep_out.c - what a sweep found, for programs and browsers.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/sweep.h"

static const char *name_of(const struct sweep *s, const struct sweep_machine *m, int id)
{
	return s->axis[id].name[m->value[id]];
}

/* ---- CSV: a row for each machine and operation ---- */

static void csv_field(FILE *out, const char *text)
{
	bool quoted = strpbrk(text, ",\"\n\r");

	if (quoted)
		fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	if (quoted)
		fputc('"', out);
}

static void csv_row(const struct sweep *s, const struct sweep_machine *m, unsigned int op,
		    FILE *out)
{
	fprintf(out, "%s,%s,%s,%u,%u,", name_of(s, m, SWEEP_ARCH), name_of(s, m, SWEEP_RELEASE),
		name_of(s, m, SWEEP_MODE), m->outcome + 1, scn_id_line(s->scn, op));
	csv_field(out, scn_id_operation(s->scn, op));
	fputc(',', out);
	csv_field(out, scn_id_text(&s->texts, m->id[op]));
	fprintf(out, ",%d\n", scn_is_failure(m->id[op]));
}

/* The end is a row where it told something. */
int sweep_print_csv(const struct sweep *s, FILE *out)
{
	fputs("arch,release,ttm,outcome,line,operation,result,failed\n", out);
	for (unsigned int i = 0; i < s->nr_machines; i++)
		for (unsigned int op = 0; s->machine[i].id && op < s->nr_ops; op++)
			if (scn_id_operation(s->scn, op) && s->machine[i].id[op])
				csv_row(s, &s->machine[i], op, out);
	return 0;
}

/* ---- JSON ---- */

static json_t *json_axis(const struct sweep *s, int id)
{
	json_t *names = json_array();

	for (unsigned int i = 0; i < s->axis[id].nr; i++)
		json_array_append_new(names, json_string(s->axis[id].name[i]));
	return names;
}

static json_t *json_machines(const struct sweep *s)
{
	json_t *machines = json_array();

	for (unsigned int i = 0; i < s->nr_machines; i++) {
		const struct sweep_machine *m = &s->machine[i];

		if (m->id)
			json_array_append_new(machines, json_pack("{s:s, s:s, s:s, s:i, s:b}",
				"arch", name_of(s, m, SWEEP_ARCH),
				"release", name_of(s, m, SWEEP_RELEASE),
				"ttm", name_of(s, m, SWEEP_MODE),
				"outcome", (int)m->outcome + 1, "failed", (int)m->failed));
	}
	return machines;
}

/* The outcomes in which an operation gave that. */
static json_t *json_outcomes(const struct sweep *s, unsigned int op, scn_id id)
{
	json_t *outcomes = json_array();

	for (unsigned int outcome = 0; outcome < s->result.nr_outcomes; outcome++) {
		unsigned int m = 0;

		while (!s->machine[m].id || s->machine[m].outcome != outcome)
			m++;
		if (s->machine[m].id[op] == id)
			json_array_append_new(outcomes, json_integer((json_int_t)outcome + 1));
	}
	return outcomes;
}

static json_t *json_operation(const struct sweep *s, unsigned int op)
{
	json_t *results = json_array();
	scn_id id;

	for (unsigned int i = 0; sweep_nth_id(s, op, i, &id); i++)
		json_array_append_new(results, json_pack("{s:s?, s:b, s:o}",
			"result", id ? scn_id_text(&s->texts, id) : NULL,
			"failed", (int)scn_is_failure(id), "outcomes", json_outcomes(s, op, id)));
	return json_pack("{s:i, s:s, s:b, s:o}", "line", (int)scn_id_line(s->scn, op), "operation",
			 scn_id_operation(s->scn, op), "differs", (int)sweep_differs(s, op),
			 "results", results);
}

int sweep_print_json(const struct sweep *s, FILE *out)
{
	json_t *operations = json_array(), *all;
	int ret;

	for (unsigned int op = 0; op < s->nr_ops; op++)
		if (scn_id_operation(s->scn, op) && (op < s->scn->nr_ops || sweep_differs(s, op) ||
					     sweep_fails(s, op)))
			json_array_append_new(operations, json_operation(s, op));
	all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:i, s:o, s:o}", "ttmsim", TTMSIM_VERSION,
			"scenario", s->scn->name, "archs", json_axis(s, SWEEP_ARCH),
			"releases", json_axis(s, SWEEP_RELEASE), "modes",
			json_axis(s, SWEEP_MODE), "first_line", (int)s->result.first_line,
			"machines", json_machines(s), "operations", operations);
	if (!all)
		return -ENOMEM;
	ret = json_dumpf(all, out, JSON_INDENT(1));
	json_decref(all);
	return ret ? -EIO : 0;
}

/* ---- HTML: a map of outcomes, then the lines that differ ---- */

static const char html_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<style>\n"
	"body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; color: #222 }\n"
	"table { border-collapse: collapse; margin: 1em 0 }\n"
	"th, td { border: 1px solid #ccc; padding: .2em .5em; text-align: left;"
	" vertical-align: top }\n"
	"th { background: #f4f4f4; font-weight: 600 }\n"
	".wide { overflow-x: auto }\n"
	".map td { text-align: center }\n"
	".fail { color: #b00020; font-weight: 600 }\n"
	"code { font-size: 14px }\n"
	"</style>\n";

static void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*text, out);
		}
	}
}

/* Outcomes have colours as far apart as the golden angle puts them. */
static void html_cell(const struct sweep *s, const struct sweep_machine *m, FILE *out)
{
	if (!m->id) {
		fputs("<td>", out);
		return;
	}
	fprintf(out, "<td%s style=\"background: hsl(%u 60%% 88%%)\" title=\"%s %s %s\">%u%s",
		m->failed ? " class=\"fail\"" : "", m->outcome * 137 % 360,
		name_of(s, m, SWEEP_ARCH), name_of(s, m, SWEEP_RELEASE), name_of(s, m, SWEEP_MODE),
		m->outcome + 1, m->failed ? "!" : "");
}

/* A row for each architecture, a column for each release and mode. */
static void html_map(const struct sweep *s, FILE *out)
{
	unsigned int nr = s->axis[SWEEP_RELEASE].nr * s->axis[SWEEP_MODE].nr;

	fputs("<div class=\"wide\"><table class=\"map\">\n<tr><th rowspan=\"2\">", out);
	for (unsigned int r = 0; r < s->axis[SWEEP_RELEASE].nr; r++)
		fprintf(out, "<th colspan=\"%u\">%s", s->axis[SWEEP_MODE].nr,
			s->axis[SWEEP_RELEASE].name[r]);
	fputs("\n<tr>", out);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(out, "<th>%s", s->axis[SWEEP_MODE].name[i % s->axis[SWEEP_MODE].nr]);
	for (unsigned int a = 0; a < s->axis[SWEEP_ARCH].nr; a++) {
		fprintf(out, "\n<tr><th>%s", s->axis[SWEEP_ARCH].name[a]);
		for (unsigned int i = 0; i < nr; i++)
			html_cell(s, &s->machine[a * nr + i], out);
	}
	fputs("\n</table></div>\n", out);
}

static int html_result(const struct sweep *s, unsigned int op, scn_id id, bool *in, FILE *out)
{
	char *where;

	for (unsigned int m = 0; m < s->nr_machines; m++)
		in[m] = s->machine[m].id && s->machine[m].id[op] == id;
	where = sweep_describe(s, in);
	if (!where)
		return -ENOMEM;
	fprintf(out, "<td%s><code>", scn_is_failure(id) ? " class=\"fail\"" : "");
	html_text(out, scn_id_text(&s->texts, id));
	fprintf(out, "</code>%s<td>%s\n", scn_is_failure(id) ? " !" : "", where);
	free(where);
	return 0;
}

static int html_line(const struct sweep *s, unsigned int op, bool *in, FILE *out)
{
	unsigned int nr = 0;
	scn_id id;
	int ret = 0;

	while (sweep_nth_id(s, op, nr, &id))
		nr++;
	fprintf(out, "<tr><td rowspan=\"%u\">%u<td rowspan=\"%u\"><code>", nr,
		scn_id_line(s->scn, op), nr);
	html_text(out, scn_id_operation(s->scn, op));
	fputs("</code>\n", out);
	for (unsigned int i = 0; !ret && sweep_nth_id(s, op, i, &id); i++) {
		if (i)
			fputs("<tr>", out);
		ret = html_result(s, op, id, in, out);
	}
	return ret;
}

int sweep_print_html(const struct sweep *s, FILE *out)
{
	bool *in = calloc(s->nr_machines, sizeof(*in));
	int ret = 0;

	if (!in)
		return -ENOMEM;
	fputs(html_head, out);
	fputs("<title>", out);
	html_text(out, s->scn->name);
	fputs("</title>\n<h1>", out);
	html_text(out, s->scn->name);
	fprintf(out, "</h1>\n<p>ttmsim " TTMSIM_VERSION ": %u machines, %u outcomes; ",
		s->result.nr_machines, s->result.nr_outcomes);
	if (s->result.first_line)
		fprintf(out, "they part at line %u.", s->result.first_line);
	else
		fputs("all do the same.", out);
	fputs(" Machines with the same number agree on every line; ! is where an expectation"
	      " fails, or an outcome is not expected.\n", out);
	html_map(s, out);
	fputs("<table>\n<tr><th>line<th>operation<th>result<th>machines\n", out);
	for (unsigned int op = 0; !ret && op < s->nr_ops; op++)
		if (scn_id_operation(s->scn, op) && (sweep_differs(s, op) || sweep_fails(s, op)))
			ret = html_line(s, op, in, out);
	fputs("</table>\n</html>\n", out);
	free(in);
	return ret;
}
