/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * error.c - what is wrong with a scenario, and where.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "scenario/parser.h"

int scn_fail(struct parser *p, unsigned int column, const char *format, ...)
{
	va_list args;

	if (p->err) {
		fprintf(p->err, "%s:%u:%u: error: ", p->scn->name, p->line, column);
		va_start(args, format);
		vfprintf(p->err, format, args);
		va_end(args);
		fputc('\n', p->err);
	}
	return -EINVAL;
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
	if (p->err) {
		fprintf(p->err, "usage: %s", p->op->desc->name);
		for (const struct scn_param *param = p->op->desc->params; param->name; param++)
			print_param(p->err, param);
		fputc('\n', p->err);
	}
	return -EINVAL;
}
