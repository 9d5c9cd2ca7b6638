/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * error.c - what is wrong with a scenario, and where.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "scenario/parser.h"

#define SHOWN_COLUMNS 72	/* of a line */

/* The line in which an error is, or the part of it, and a mark below the column. */
static void show_place(const struct parser *p, unsigned int column)
{
	size_t at = column - 1, len = p->lexer.len, from = at > SHOWN_COLUMNS / 2 + 8 ?
		    at - SHOWN_COLUMNS / 2 : 0;
	size_t end = len - from > SHOWN_COLUMNS ? from + SHOWN_COLUMNS : len;
	const char *line = p->lexer.line;

	if (!line || at > len)
		return;
	fprintf(p->err, "%5u | %s", p->line, from ? "..." : "");
	for (size_t i = from; i < end; i++)
		fputc(line[i] >= ' ' && line[i] < 0x7f ? line[i] : line[i] == '\t' ? ' ' : '?',
		      p->err);
	fprintf(p->err, "%s\n      | %*s^", end < len ? "..." : "",
		(int)(at - from) + (from ? 3 : 0), "");
	for (size_t i = at + 1; i < end && line[i] > ' ' && line[i] < 0x7f && line[i] != ';'; i++)
		fputc('~', p->err);
	fputc('\n', p->err);
}

static bool is_told(const struct parser *p)
{
	return p->err && p->nr_errors <= SCN_MAX_ERRORS;
}

int scn_fail(struct parser *p, unsigned int column, const char *format, ...)
{
	va_list args;

	p->nr_errors++;
	if (!is_told(p))
		return -EINVAL;
	fprintf(p->err, "%s:%u:%u: error: ", p->scn->name, p->line, column);
	va_start(args, format);
	vfprintf(p->err, format, args);
	va_end(args);
	fputc('\n', p->err);
	show_place(p, column);
	return -EINVAL;
}

void scn_tell_more(const struct parser *p)
{
	if (p->err && p->nr_errors > SCN_MAX_ERRORS)
		fprintf(p->err, "%s: and %u more\n", p->scn->name,
			p->nr_errors - SCN_MAX_ERRORS);
}

static void print_words(FILE *out, const struct scn_param *param)
{
	if (param->type == SCN_KEY_NUMBER || param->type == SCN_KEY_SIZE)
		fputs("N", out);
	else if (!param->words)
		fputs("NAME", out);
	else
		for (const struct scn_word *w = param->words; w->text; w++)
			fprintf(out, "%s%s", w == param->words ? "" : "|", w->text);
	if (param->type == SCN_KEY_WORDS)
		fputs(",...", out);
}

static void print_param(FILE *out, const struct scn_param *param)
{
	fprintf(out, param->optional ? " [%s" : " %s", param->name);
	if (param->type >= SCN_KEY_WORD) {
		fputc('=', out);
		print_words(out, param);
		if (param->type == SCN_KEY_RANGE)
			fputs("[+PAGE]", out);
	} else if (param->type == SCN_PLACE) {
		fputs("+PAGE", out);
	} else if (param->type == SCN_RANGE) {
		fputs("[+PAGE]", out);
	}
	if (param->optional)
		fputc(']', out);
}

int scn_fail_usage(struct parser *p)
{
	if (!is_told(p) || p->usage_told == p->scn->nr_ops)
		return -EINVAL;
	p->usage_told = p->scn->nr_ops;
	fprintf(p->err, "usage: %s", p->op->desc->name);
	for (const struct scn_param *param = p->op->desc->params; param->name; param++)
		print_param(p->err, param);
	fputc('\n', p->err);
	return -EINVAL;
}
