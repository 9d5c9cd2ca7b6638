/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * parser.h - what the parts of the parser share: parse.c (lines, operations,
 * expectations), below it value.c (names, words, numbers), below both error.c.
 */
#ifndef SIM_SCENARIO_PARSER_H
#define SIM_SCENARIO_PARSER_H

#include "base/text.h"
#include "scenario/ops.h"

struct parser {
	struct scn *scn;
	FILE *err;
	unsigned int line;
	struct scn_lexer lexer;
	struct scn_token token;	/* the one under the cursor */
	struct scn_op *op;
	unsigned int op_column;
	size_t text_len;	/* of op->text */
	unsigned int nr_errors;
	unsigned int usage_told; /* the number of the operation whose usage was told last */
};

/* Tell where and what is wrong, and show the place. Returns -EINVAL. */
__attribute__((format(printf, 3, 4)))
int scn_fail(struct parser *p, unsigned int column, const char *format, ...);
/* How the operation is written, once. Returns -EINVAL. */
int scn_fail_usage(struct parser *p);
/* How many errors were not told. */
void scn_tell_more(const struct parser *p);

/* What a message quotes of a word: for %.*s. */
static inline int scn_quoted(const struct scn_token *token)
{
	return token->len > 40 ? 40 : (int)token->len;
}

#define Q(token) scn_quoted(&(token)), (token).text

/* One value, by what the parameter says. Returns 0 or -EINVAL, told. */
int scn_parse_value(struct parser *p, const struct scn_param *param, struct scn_token word,
		    struct scn_value *value);
/*
 * After an error: what the operation makes is there all the same, so that nobody is told
 * that it is not. Of an operation that is none, its first word may be a name.
 */
void scn_assume_made(struct parser *p);
void scn_assume_name(struct parser *p, struct scn_token word);

#endif
