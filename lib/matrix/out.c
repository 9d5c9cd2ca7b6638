/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * out.c - the matrix for programs and browsers: CSV, JSON, HTML. All
 * three have the same columns: a case is made one JSON object, whose keys are
 * the columns.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/mman.h>

#include "matrix/matrix.h"

/* ---- a case as one object ---- */

static void put_text(json_t *row, const char *key, const char *text)
{
	json_object_set_new(row, key, text ? json_string(text) : json_null());
}

static void put_result(json_t *row, const char *key, int result)
{
	char text[16];

	put_text(row, key, sim_result_name(result, text));
}

static void put_touch(json_t *row, const char *key, int result)
{
	char text[16];

	put_text(row, key, sim_touch_name(result, text));
}

static void put_bool(json_t *row, const char *key, bool value)
{
	json_object_set_new(row, key, json_boolean(value));
}

static void put_number(json_t *row, const char *key, long value)
{
	json_object_set_new(row, key, json_integer(value));
}

static void put_case(json_t *row, const struct sim_matrix_cell *cell)
{
	put_text(row, "release", cell->release);
	put_text(row, "arch", cell->arch->name);
	put_bool(row, "pte_special", cell->features >> SIM_FEAT_PTE_SPECIAL & 1);
	put_bool(row, "fast_gup", cell->features >> SIM_FEAT_FAST_GUP & 1);
	put_text(row, "mode", sim_ttm_mode_name(cell->mode));
	put_text(row, "placement", sim_place_name(cell->placement));
	put_text(row, "sharing", sim_sharing_name(cell->sharing));
	put_text(row, "prot", sim_prot_name(cell->prot));
}

static void put_seen(json_t *row, const struct sim_matrix_cell *cell)
{
	put_result(row, "mmap", cell->mmap_result);
	put_touch(row, "read", cell->touch_read);
	put_touch(row, "write", cell->touch_write);
	put_bool(row, "entry_present", cell->pte_present);
	put_bool(row, "entry_special", cell->pte_special);
	put_bool(row, "entry_write", cell->pte_write);
	put_number(row, "entry_level", cell->pte_level);
	put_bool(row, "normal_page", cell->normal_page);
	put_result(row, "mprotect_write", cell->mprotect_write);
	put_bool(row, "special_lost", cell->special_lost);
	put_result(row, "fork", cell->fork_result);
	put_number(row, "ref_taken", cell->ref_taken);
	put_number(row, "map_taken", cell->map_taken);
	put_number(row, "rss_taken", cell->rss_taken);
	put_number(row, "bad_pages", (long)cell->bad_pages);
	put_number(row, "leaks", (long)cell->leaks);
}

static void put_gups(json_t *row, const struct sim_matrix_cell *cell)
{
	static const char *const what[] = { "", " other", " object" };
	char key[48], value[32], text[16];

	for (int phase = 0; phase < SIM_NR_PHASES; phase++) {
		for (int kind = 0; kind < SIM_NR_MATRIX_GUPS; kind++) {
			snprintf(key, sizeof(key), "%s_%s",
				 sim_gup_name((enum sim_matrix_gup)kind),
				 sim_phase_name((enum sim_matrix_phase)phase));
			snprintf(value, sizeof(value), "%s%s",
				 sim_result_name(cell->gup_result[phase][kind], text),
				 what[cell->gup_reached[phase][kind]]);
			put_text(row, key, value);
		}
	}
}

/* Where mmap refused, nothing behind it was run: null, not a result of 0. */
static void blank_what_was_not_run(json_t *row)
{
	const char *key;
	json_t *value;
	bool behind = false;

	json_object_foreach(row, key, value) {
		if (behind)
			json_object_iter_set_new(row, json_object_key_to_iter(key), json_null());
		behind = behind || !strcmp(key, "mmap");
	}
}

static json_t *row_of(const struct sim_matrix_cell *cell)
{
	json_t *row = json_object();

	if (!row)
		return NULL;
	put_case(row, cell);
	put_text(row, "verdict", sim_verdict_name(cell->verdict));
	put_text(row, "reason", cell->reason);
	put_seen(row, cell);
	put_gups(row, cell);
	if (cell->mmap_result)
		blank_what_was_not_run(row);
	return row;
}

/* What stands in one field of a table. */
static const char *field_text(const json_t *value, char buf[24])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value)) {
		snprintf(buf, 24, "%lld", (long long)json_integer_value(value));
		return buf;
	}
	return json_is_true(value) ? "1" : json_is_false(value) ? "0" : "";
}

static int no_begin(struct sim_matrix_writer *w)
{
	(void)w;
	return 0;
}

/* ---- CSV, as RFC 4180 has it ---- */

static void csv_field(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void csv_row(FILE *out, json_t *row, bool keys)
{
	const char *before = "", *key;
	json_t *value;
	char buf[24];

	json_object_foreach(row, key, value) {
		fputs(before, out);
		csv_field(out, keys ? key : field_text(value, buf));
		before = ",";
	}
	fputs("\r\n", out);
}

static int csv_cell(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell)
{
	json_t *row = row_of(cell);

	if (!row)
		return -ENOMEM;
	if (w->nr_cells == 1)
		csv_row(w->out, row, true);
	csv_row(w->out, row, false);
	json_decref(row);
	return 0;
}

static int csv_end(struct sim_matrix_writer *w)
{
	(void)w;
	return 0;
}

const struct sim_matrix_ops sim_matrix_csv_ops = { no_begin, csv_cell, csv_end };

/* ---- JSON: an array, an object a line ---- */

static int json_cell(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell)
{
	json_t *row = row_of(cell);
	int ret;

	if (!row)
		return -ENOMEM;
	fputs(w->nr_cells == 1 ? "[\n" : ",\n", w->out);
	ret = json_dumpf(row, w->out, JSON_COMPACT);
	json_decref(row);
	return ret ? -EIO : 0;
}

static int json_end(struct sim_matrix_writer *w)
{
	fputs(w->nr_cells ? "\n]\n" : "[]\n", w->out);
	return 0;
}

const struct sim_matrix_ops sim_matrix_json_ops = { no_begin, json_cell, json_end };

/* ---- HTML: one page that needs nothing else ---- */

static const char html_head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<title>TTM memory and get_user_pages(): the matrix</title>\n<style>\n"
	"body { font: 14px sans-serif; margin: 1em }\n"
	"table { border-collapse: collapse }\n"
	"th, td { border: 1px solid #ccc; padding: 1px 5px; text-align: left;"
	" white-space: nowrap }\n"
	"th { position: sticky; top: 0; background: #eee }\n"
	".safe { background: #dfd }\n.refused { background: #eee }\n"
	".refcount-taken { background: #ffd }\n.gup-reaches-ttm { background: #fcc }\n"
	".BUG { background: #f9f }\n</style>\n</head>\n<body>\n"
	"<h1>TTM memory and get_user_pages()</h1>\n"
	"<p>Each row was run. <i>object</i>: GUP got the buffer object's own page; <i>other</i>:"
	" a private copy.</p>\n<table>\n";

static void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '&': fputs("&amp;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputc(*text, out);
		}
	}
}

static void html_row(FILE *out, json_t *row, const char *tag, const char *class)
{
	const char *key;
	json_t *value;
	char buf[24];

	fprintf(out, *class ? "<tr class=\"%s\">" : "<tr>", class);
	json_object_foreach(row, key, value) {
		fprintf(out, "<%s>", tag);
		html_text(out, *tag == 't' && tag[1] == 'h' ? key : field_text(value, buf));
		fprintf(out, "</%s>", tag);
	}
	fputs("</tr>\n", out);
}

static int html_begin(struct sim_matrix_writer *w)
{
	fputs(html_head, w->out);
	return 0;
}

static int html_cell(struct sim_matrix_writer *w, const struct sim_matrix_cell *cell)
{
	json_t *row = row_of(cell);

	if (!row)
		return -ENOMEM;
	if (w->nr_cells == 1)
		html_row(w->out, row, "th", "");
	html_row(w->out, row, "td", sim_verdict_name(cell->verdict));
	json_decref(row);
	return 0;
}

static int html_end(struct sim_matrix_writer *w)
{
	fputs("</table>\n</body>\n</html>\n", w->out);
	return 0;
}

const struct sim_matrix_ops sim_matrix_html_ops = { html_begin, html_cell, html_end };
