/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lex.c - words, numbers and results of the scenario language.
 *
 * The text may hold any bytes: nothing here relies on a closing 0.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "scenario/scenario.h"

#define MAX_ERRNO 134

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_word(char c)
{
	return c > ' ' && c < 0x7f && c != ';' && c != '#';
}

struct scn_token scn_next(struct scn_lexer *lexer)
{
	struct scn_token token = { SCN_TOKEN_END, NULL, 0, 0 };
	size_t start;

	while (lexer->at < lexer->len && is_blank(lexer->line[lexer->at]))
		lexer->at++;
	start = lexer->at;
	token.text = lexer->line + start;
	token.column = (unsigned int)start + 1;
	if (start == lexer->len || *token.text == '#')
		return token;
	token.len = 1;
	if (*token.text == ';') {
		token.kind = SCN_TOKEN_SEMICOLON;
	} else if (!is_word(*token.text)) {
		token.kind = SCN_TOKEN_BAD;
	} else if (lexer->len - start >= 2 && !memcmp(token.text, "->", 2)) {
		token.kind = SCN_TOKEN_ARROW;
		token.len = 2;
	} else {
		while (start + token.len < lexer->len && is_word(token.text[token.len]))
			token.len++;
		token.kind = SCN_TOKEN_WORD;
	}
	lexer->at = start + token.len;
	return token;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

bool scn_parse_number(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0, base = 10;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		len -= 2;
	}
	if (!len)
		return false;
	for (; len; text++, len--) {
		uint64_t digit = (uint64_t)digit_of(*text);

		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*out = value;
	return value >= min && value <= max;
}

static unsigned int unit_shift(char unit)
{
	return unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
}

bool scn_parse_size(const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *out)
{
	unsigned int shift = len > 1 ? unit_shift(text[len - 1]) : 0;
	uint64_t value;

	if (!scn_parse_number(text, len - (shift != 0), 0, UINT64_MAX >> shift, &value))
		return false;
	*out = value << shift;
	return *out >= min && *out <= max;
}

static bool is_errno_name(const char *name)
{
	for (int e = 1; e < MAX_ERRNO; e++) {
		const char *known = strerrorname_np(e);

		if (known && !strcmp(known, name))
			return true;
	}
	return false;
}

static const char result_words[] = "SIGSEGV SIGBUS BUG none not-mapped";

bool scn_is_result(const char *text)
{
	uint64_t number;

	if (sim_is_in_list(result_words, text, strlen(text)))
		return true;
	if (text[0] == '-')
		return is_errno_name(text + 1);
	return scn_parse_number(text, strlen(text), 0, UINT64_MAX, &number);
}

void scn_add_results(struct sim_choices *choices)
{
	char text[40];

	sim_choices_add_all(choices, result_words);
	for (int e = 1; e < MAX_ERRNO; e++) {
		const char *name = strerrorname_np(e);

		if (!name)
			continue;
		snprintf(text, sizeof(text), "-%s", name);
		sim_choices_add(choices, text);
	}
}
