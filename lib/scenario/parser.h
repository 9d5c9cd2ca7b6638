/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * parser.h - what the parts of the parser share: parse.c (lines, operations,
 * expectations), below it value.c (names, words, numbers), below both error.c.
 */
#ifndef SIM_SCENARIO_PARSER_H
#define SIM_SCENARIO_PARSER_H

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
};

/* Tell where and what is wrong. Returns -EINVAL. */
__attribute__((format(printf, 3, 4)))
int scn_fail(struct parser *p, unsigned int column, const char *format, ...);
/* How the operation is written. Returns -EINVAL. */
int scn_fail_usage(struct parser *p);

/* What a message quotes of a word: for %.*s. */
static inline int scn_quoted(const struct scn_token *token)
{
	return token->len > 40 ? 40 : (int)token->len;
}

#define Q(token) scn_quoted(&(token)), (token).text

/* One value, by what the parameter says. Returns 0 or -EINVAL, told. */
int scn_parse_value(struct parser *p, const struct scn_param *param, struct scn_token word,
		    struct scn_value *value);

#endif
