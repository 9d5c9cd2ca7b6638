/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * parse.c - from text to operations: one line at a time, by the table
 * of parameters. Every name is resolved and every number checked here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/parser.h"

/* ---- messages ---- */

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

/* ---- the cursor ---- */

static void advance(struct parser *p)
{
	p->token = scn_next(&p->lexer);
}

/* Add the word under the cursor to the operation's text and go on. */
static void take(struct parser *p)
{
	char *text = p->op->text;

	if (p->text_len)
		text[p->text_len++] = ' ';
	memcpy(text + p->text_len, p->token.text, p->token.len);
	p->text_len += p->token.len;
	text[p->text_len] = 0;
	advance(p);
}

static bool token_is(const struct scn_token *token, const char *word)
{
	return token->kind == SCN_TOKEN_WORD && strlen(word) == token->len &&
	       !memcmp(token->text, word, token->len);
}

/* ---- arguments ---- */

/* The parameter that the word is for: -1 where none is left for it. */
static int param_of(const struct parser *p, const struct scn_token *word, const char *equals)
{
	const struct scn_param *params = p->op->desc->params;
	int positional = -1;

	for (int i = 0; params[i].name; i++) {
		if (params[i].type >= SCN_KEY_WORD) {
			size_t len = equals ? (size_t)(equals - word->text) : 0;

			if (equals && strlen(params[i].name) == len &&
			    !memcmp(params[i].name, word->text, len))
				return i;
		} else if (params[i].type == SCN_FLAG) {
			if (token_is(word, params[i].name))
				return i;
		} else if (!equals && positional < 0 && !p->op->arg[i].set) {
			positional = i;
		}
	}
	return positional;
}

static int parse_arg(struct parser *p)
{
	struct scn_token word = p->token;
	const char *equals = memchr(word.text, '=', word.len);
	int index = param_of(p, &word, equals), ret;
	struct scn_value *value;

	if (index < 0) {
		scn_fail(p, word.column, equals ? "%s has no such key: '%.*s'" :
		     "%s has no use for '%.*s'", p->op->desc->name, Q(word));
		return scn_fail_usage(p);
	}
	value = &p->op->arg[index];
	if (value->set)
		return scn_fail(p, word.column, "'%.*s' was said already", Q(word));
	if (equals) {
		size_t skip = (size_t)(equals - word.text) + 1;

		word.text += skip;
		word.len -= skip;
		word.column += (unsigned int)skip;
	}
	ret = scn_parse_value(p, &p->op->desc->params[index], word, value);
	value->set = true;
	if (!ret)
		take(p);
	return ret;
}

static int check_args(struct parser *p)
{
	const struct scn_param *params = p->op->desc->params;
	const char *wrong;

	for (int i = 0; params[i].name; i++) {
		if (params[i].optional || p->op->arg[i].set)
			continue;
		scn_fail(p, p->op_column, "%s lacks %s", p->op->desc->name, params[i].name);
		return scn_fail_usage(p);
	}
	wrong = p->op->desc->check ? p->op->desc->check(p->scn, p->op) : NULL;
	return wrong ? scn_fail(p, p->op_column, "%s", wrong) : 0;
}

/* What the operation makes is there from now on; what it ends is gone. */
static void declare(struct scn *scn, const struct scn_op *op)
{
	const struct scn_param *params = op->desc->params;
	void (*run)(struct scn_run *, const struct scn_op *, struct scn_result *) = op->desc->run;

	for (int i = 0; params[i].name; i++) {
		if ((params[i].type != SCN_NEW && params[i].type != SCN_KEY_NEW) || !op->arg[i].set)
			continue;
		scn->names[op->arg[i].object].live = true;
		scn->nr_tasks += params[i].kinds == SCN_TASK;
	}
	if (run == scn_op_open && op->arg[OPEN_DEV].set)
		scn->names[op->arg[OPEN_NAME].object].of = op->arg[OPEN_DEV].object;
	else if (run == scn_op_free || run == scn_op_close || run == scn_op_exit)
		scn->names[op->arg[0].object].live = false;
	if (run == scn_op_exit)
		scn->nr_tasks--;
	if (run == scn_op_teardown)
		for (unsigned int i = 0; i < scn->nr_names; i++)
			scn->names[i].live = false;
}

/* ---- expectations ---- */

static int parse_expect(struct parser *p)
{
	struct scn_token word = p->token;
	const char *equals = memchr(word.text, '=', word.len);
	size_t key_len = equals ? (size_t)(equals - word.text) : 0;
	size_t value_len = word.len - key_len - !!equals;
	struct scn_expect *e;
	char padded[SCN_MAX_NAME + 3];

	if (p->op->nr_expect == SCN_MAX_EXPECT)
		return scn_fail(p, word.column, "more than %d expectations", SCN_MAX_EXPECT);
	if (key_len > SCN_MAX_NAME || value_len >= sizeof(e->value) || !value_len)
		return scn_fail(p, word.column, "'%.*s' is no expectation", Q(word));
	e = reallocarray(p->op->expect, p->op->nr_expect + 1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	p->op->expect = e;
	e += p->op->nr_expect;
	memset(e, 0, sizeof(*e));
	memcpy(e->key, word.text, key_len);
	memcpy(e->value, word.text + word.len - value_len, value_len);
	snprintf(padded, sizeof(padded), " %s ", e->key);
	if (equals && !strstr(p->op->desc->keys, padded) && !strstr(" warn bad_page ", padded))
		return scn_fail(p, word.column, "%s shows no '%s'", p->op->desc->name, e->key);
	if (!equals && !scn_is_result(e->value))
		return scn_fail(p, word.column, "'%.*s' is nothing that a result can be", Q(word));
	p->op->nr_expect++;
	advance(p);
	return 0;
}

static int parse_expects(struct parser *p)
{
	unsigned int column = p->token.column;
	int ret = 0;

	advance(p);
	if (p->token.kind != SCN_TOKEN_WORD && p->token.kind != SCN_TOKEN_BAD)
		return scn_fail(p, column, "nothing is expected after ->");
	while (!ret && p->token.kind == SCN_TOKEN_WORD)
		ret = parse_expect(p);
	p->scn->nr_expected++;
	return ret;
}

/* ---- operations ---- */

static struct scn_op *new_op(struct parser *p)
{
	struct scn *scn = p->scn;

	if (scn->nr_ops == scn->max_ops) {
		unsigned int max = scn->max_ops ? 2 * scn->max_ops : 64;
		struct scn_op *op = reallocarray(scn->op, max, sizeof(*op));

		if (!op)
			return NULL;
		scn->op = op;
		scn->max_ops = max;
	}
	p->op = &scn->op[scn->nr_ops++];
	memset(p->op, 0, sizeof(*p->op));
	p->op->line = p->line;
	/* Words of the line with one space between: never longer than the line. */
	p->op->text = malloc(p->lexer.len + 2);
	p->text_len = 0;
	if (p->op->text)
		p->op->text[0] = 0;
	return p->op->text ? p->op : NULL;
}

static int parse_task(struct parser *p)
{
	static const struct scn_param task = { "TASK", SCN_OLD, false, SCN_TASK, NULL, 0, 0 };
	struct scn_value value = { 0 };
	int ret;

	take(p);
	if (p->token.kind != SCN_TOKEN_WORD)
		return scn_fail(p, p->token.column, "in which task?");
	ret = scn_parse_value(p, &task, p->token, &value);
	p->op->task = value.object;
	if (!ret)
		take(p);
	return ret;
}

static int parse_head(struct parser *p)
{
	int ret = token_is(&p->token, "in") ? parse_task(p) : 0;

	if (ret)
		return ret;
	p->op_column = p->token.column;
	if (p->token.kind == SCN_TOKEN_WORD)
		p->op->desc = scn_desc_find(p->token.text, p->token.len);
	if (!p->op->desc)
		return scn_fail(p, p->op_column, "unknown operation '%.*s'", Q(p->token));
	if (p->op->desc->run == scn_op_machine && p->scn->nr_real > 1)
		return scn_fail(p, p->op_column, "machine comes first, and once");
	take(p);
	return 0;
}

static void note_machine(struct scn *scn, const struct scn_op *op)
{
	struct sim_machine_config *config = &scn->machine;

	config->arch = op->arg[MACHINE_ARCH].text;
	config->release = op->arg[MACHINE_RELEASE].text;
	config->ttm = (enum sim_ttm_mode)scn_number(op, MACHINE_TTM, SIM_TTM_DEFAULT);
	config->ram_bytes = scn_number(op, MACHINE_RAM, 0);
	config->vram_bytes = scn_number(op, MACHINE_VRAM, 0);
	config->prefault = (unsigned int)scn_number(op, MACHINE_PREFAULT, 0);
	config->pool_max_order = (unsigned int)scn_number(op, MACHINE_POOL_ORDER, 0);
	config->toggle_features = (uint32_t)scn_number(op, MACHINE_TOGGLE, 0);
}

static int parse_op(struct parser *p)
{
	int ret;

	if (p->scn->nr_real++ == SCN_MAX_OPS) {
		scn_fail(p, p->token.column, "more than %d operations", SCN_MAX_OPS);
		return -E2BIG;
	}
	if (!new_op(p))
		return -ENOMEM;
	ret = parse_head(p);
	while (!ret && p->token.kind == SCN_TOKEN_WORD)
		ret = parse_arg(p);
	if (!ret)
		ret = check_args(p);
	if (!ret && p->token.kind == SCN_TOKEN_ARROW)
		ret = parse_expects(p);
	if (!ret && p->token.kind == SCN_TOKEN_ARROW)
		ret = scn_fail(p, p->token.column, "one -> is enough");
	if (!ret && p->token.kind == SCN_TOKEN_BAD)
		ret = scn_fail(p, p->token.column, "byte 0x%02x has no place here",
			   (unsigned char)*p->token.text);
	if (ret)
		return ret;
	declare(p->scn, p->op);
	if (p->op->desc->run == scn_op_machine)
		note_machine(p->scn, p->op);
	return 0;
}

/* ---- lines ---- */

/* A comment or empty line, without what a terminal would act on. */
static int keep_comment(struct parser *p)
{
	size_t len = p->lexer.len;

	while (len && (p->lexer.line[len - 1] == ' ' || p->lexer.line[len - 1] == '\t' ||
		       p->lexer.line[len - 1] == '\r'))
		len--;
	if (p->scn->nr_ops >= 4 * SCN_MAX_OPS) {
		scn_fail(p, 1, "more than %d lines", 4 * SCN_MAX_OPS);
		return -E2BIG;
	}
	if (!new_op(p))
		return -ENOMEM;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p->lexer.line[i];

		if (c == '\r')
			c = ' ';	/* a blank to the lexer too */
		p->op->text[i] = c == '\t' || (c >= ' ' && c != 0x7f) ? (char)c : '?';
	}
	p->op->text[len] = 0;
	return 0;
}

/* What a transcript says besides results, and licence lines. */
static bool is_dropped(const struct scn_lexer *lexer)
{
	static const char spdx[] = "# SPDX-";

	return (lexer->len >= 2 && !memcmp(lexer->line, "#|", 2)) ||
	       (lexer->len >= sizeof(spdx) - 1 && !memcmp(lexer->line, spdx, sizeof(spdx) - 1));
}

static int parse_line(struct parser *p)
{
	int ret = 0;

	if (p->lexer.len > SCN_MAX_LINE)
		return scn_fail(p, SCN_MAX_LINE + 1, "a line of more than %d bytes", SCN_MAX_LINE);
	advance(p);
	if (p->token.kind == SCN_TOKEN_END)
		return is_dropped(&p->lexer) ? 0 : keep_comment(p);
	while (!ret && p->token.kind != SCN_TOKEN_END) {
		if (p->token.kind == SCN_TOKEN_SEMICOLON)
			advance(p);
		else
			ret = parse_op(p);
	}
	return ret;
}

static int parse_text(struct parser *p, const char *text, size_t len)
{
	int ret = 0;

	while (!ret && len) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end ? (size_t)(end - text) : len;

		p->line++;
		p->lexer = (struct scn_lexer){ text, line_len, 0 };
		ret = parse_line(p);
		text += line_len + !!end;
		len -= line_len + !!end;
	}
	return ret;
}

static void declare_main(struct scn *scn)
{
	struct scn_name *main_task = &scn->names[SCN_MAIN_TASK];

	memcpy(main_task->name, "main", 5);
	main_task->kind = SCN_TASK;
	main_task->of = -1;
	main_task->live = true;
	scn->nr_names = 1;
	scn->nr_tasks = 1;
}

int scn_parse(const char *text, size_t len, const char *name, FILE *err, struct scn **out)
{
	struct scn *scn = calloc(1, sizeof(*scn));
	struct parser parser = { .scn = scn, .err = err };
	int ret;

	if (!scn)
		return -ENOMEM;
	scn->name = strdup(name ? name : "scenario");
	declare_main(scn);
	if (!scn->name) {
		ret = -ENOMEM;
	} else if (len > SCN_MAX_BYTES) {
		parser.line = 1;
		scn_fail(&parser, 1, "more than %u bytes", SCN_MAX_BYTES);
		ret = -E2BIG;
	} else {
		ret = parse_text(&parser, text, len);
	}
	if (ret) {
		scn_free(scn);
		return ret;
	}
	*out = scn;
	return 0;
}

void scn_free(struct scn *scn)
{
	if (!scn)
		return;
	for (unsigned int i = 0; i < scn->nr_ops; i++) {
		free(scn->op[i].text);
		free(scn->op[i].expect);
	}
	free(scn->op);
	free(scn->name);
	free(scn);
}
