/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * parse.c - from text to operations: one line at a time, by the table
 * of parameters. Every name is resolved and every number checked here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/parser.h"

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

/* Nothing is left that the word could be: what has its form? */
static int fail_arg(struct parser *p, const struct scn_token *word, const char *equals)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, word->text, equals ? (size_t)(equals - word->text) : word->len);
	for (const struct scn_param *param = p->op->desc->params; param->name; param++)
		if (equals ? param->type >= SCN_KEY_WORD : param->type == SCN_FLAG)
			sim_choices_add(&choices, param->name);
	scn_fail(p, word->column, equals ? "%s has no such key: '%.*s'%s" :
		 "%s has no use for '%.*s'%s", p->op->desc->name, Q(*word),
		 sim_choices_near(&choices));
	return scn_fail_usage(p);
}

static int parse_arg(struct parser *p)
{
	struct scn_token word = p->token;
	const char *equals = memchr(word.text, '=', word.len);
	int index = param_of(p, &word, equals), ret;
	struct scn_value *value;

	if (index < 0)
		return fail_arg(p, &word, equals);
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

/* Is something meant of which nothing is known, because of an error before? */
static bool has_unknown(const struct scn *scn, const struct scn_op *op)
{
	for (int i = 0; op->desc->params[i].name; i++)
		if (op->arg[i].set && op->arg[i].object > 0 &&
		    scn->names[op->arg[i].object].kind == SCN_ANY)
			return true;
	return false;
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
	wrong = p->op->desc->check && !has_unknown(p->scn, p->op) ?
		p->op->desc->check(p->scn, p->op) : NULL;
	return wrong ? scn_fail(p, p->op_column, "%s", wrong) : 0;
}

/* Each of them, so that all errors are told. */
static int parse_args(struct parser *p)
{
	int ret = 0;

	while (p->token.kind == SCN_TOKEN_WORD) {
		int one = parse_arg(p);

		if (one)
			advance(p);
		ret = one ? one : ret;
	}
	return ret ? ret : check_args(p);
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

static int fail_key(struct parser *p, unsigned int column, const char *key)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, key, strlen(key));
	sim_choices_add_all(&choices, p->op->desc->keys);
	sim_choices_add_all(&choices, SCN_OUTCOME_KEYS);
	return scn_fail(p, column, "%s shows no '%s'%s", p->op->desc->name, key,
			sim_choices_text(&choices));
}

static int fail_result(struct parser *p, const struct scn_token *word)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, word->text, word->len);
	scn_add_results(&choices);
	return scn_fail(p, word->column, "'%.*s' is nothing that a result can be%s", Q(*word),
			sim_choices_near(&choices));
}

static int parse_expect(struct parser *p)
{
	struct scn_token word = p->token;
	const char *equals = memchr(word.text, '=', word.len);
	size_t key_len = equals ? (size_t)(equals - word.text) : 0;
	size_t value_len = word.len - key_len - !!equals;
	struct scn_expect *e;

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
	if (equals && !sim_is_in_list(p->op->desc->keys, e->key, key_len) &&
	    !sim_is_in_list(SCN_OUTCOME_KEYS, e->key, key_len))
		return fail_key(p, word.column, e->key);
	if (!equals && !scn_is_result(e->value))
		return fail_result(p, &word);
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
	while (p->token.kind == SCN_TOKEN_WORD) {
		int one = parse_expect(p);

		if (one == -ENOMEM)
			return one;
		if (one)
			advance(p);
		ret = one ? one : ret;
	}
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

static int fail_bad_byte(struct parser *p)
{
	return scn_fail(p, p->token.column, "byte 0x%02x has no place here",
			(unsigned char)*p->token.text);
}

static int fail_operation(struct parser *p)
{
	struct scn_token word = p->token;
	struct sim_choices choices;

	if (word.kind == SCN_TOKEN_BAD)
		return fail_bad_byte(p);
	sim_choices_begin(&choices, word.text, word.len);
	for (unsigned int n = 0; scn_desc_nth(n); n++)
		sim_choices_add(&choices, scn_desc_nth(n)->name);
	scn_fail(p, p->op_column, "unknown operation '%.*s'%s", Q(word),
		 sim_choices_near(&choices));
	advance(p);
	if (p->token.kind == SCN_TOKEN_WORD)
		scn_assume_name(p, p->token);
	return -EINVAL;
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
		return fail_operation(p);
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

/* What stands behind the operation's name. */
static int parse_tail(struct parser *p)
{
	int ret = parse_args(p), expects = 0;

	if (p->token.kind == SCN_TOKEN_ARROW)
		expects = parse_expects(p);
	if (expects)
		return expects;
	if (p->token.kind == SCN_TOKEN_ARROW)
		return scn_fail(p, p->token.column, "one -> is enough");
	if (p->token.kind == SCN_TOKEN_BAD)
		return fail_bad_byte(p);
	return ret;
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
	if (!ret)
		ret = parse_tail(p);
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

/* On with the next operation of the line. */
static void recover(struct parser *p)
{
	scn_assume_made(p);
	while (p->token.kind != SCN_TOKEN_SEMICOLON && p->token.kind != SCN_TOKEN_END)
		advance(p);
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
		if (ret == -EINVAL) {
			recover(p);
			ret = 0;
		}
	}
	return ret;
}

/* Some editors begin a file with it. */
static bool has_bom(const char *text, size_t len)
{
	return len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
}

/* To the end, so that all errors are told, unless a limit is reached. */
static int parse_text(struct parser *p, const char *text, size_t len)
{
	int ret = 0;

	if (has_bom(text, len)) {
		text += 3;
		len -= 3;
	}
	while (!ret && len) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end ? (size_t)(end - text) : len;

		p->line++;
		p->lexer = (struct scn_lexer){ text, line_len, 0 };
		ret = parse_line(p);
		if (ret == -EINVAL)
			ret = 0;
		text += line_len + !!end;
		len -= line_len + !!end;
	}
	scn_tell_more(p);
	return ret ? ret : p->nr_errors ? -EINVAL : 0;
}

/* As messages and transcripts have it. */
static char *printable_name(const char *name)
{
	size_t len = strlen(name), size = 4 * len + 1;
	char *printable = malloc(size);

	if (printable)
		sim_escape(printable, size, name, len);
	return printable;
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
	scn->name = printable_name(name ? name : "scenario");
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
