/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * describe.c - an entry in words, and words held against an entry: for tests and
 * whoever prints.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "pte/walk.h"

static const char *const level_words[] = { "pte", "pmd", "pud" };

/* The yes-or-no words. */
static const struct {
	const char *word;
	size_t at;	/* of the bool in struct sim_pte_info */
} flags[] = {
	{ "none", offsetof(struct sim_pte_info, none) },
	{ "present", offsetof(struct sim_pte_info, present) },
	{ "special", offsetof(struct sim_pte_info, special) },
	{ "write", offsetof(struct sim_pte_info, write) },
	{ "dirty", offsetof(struct sim_pte_info, dirty) },
	{ "young", offsetof(struct sim_pte_info, young) },
	{ "user", offsetof(struct sim_pte_info, user) },
	{ "exec", offsetof(struct sim_pte_info, exec) },
	{ "protnone", offsetof(struct sim_pte_info, protnone) },
};
#define NR_FLAGS (sizeof(flags) / sizeof(flags[0]))

static bool flag_is_set(const struct sim_pte_info *info, size_t flag)
{
	return *(const bool *)((const char *)info + flags[flag].at);
}

/* Where text goes as long as there is room. */
struct words {
	char *text;
	size_t len, at;
};

static void __attribute__((format(printf, 2, 3))) add(struct words *to, const char *format, ...)
{
	size_t room = to->at < to->len ? to->len - to->at : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? to->text + to->at : NULL, room, format, args);
	va_end(args);
	to->at += n > 0 ? (size_t)n : 0;
}

static void describe(struct words *to, const struct sim_pte_info *info)
{
	for (size_t i = 0; i < NR_FLAGS; i++)
		if (flag_is_set(info, i))
			add(to, "%s%s", to->at ? " " : "", flags[i].word);
	if (info->none)
		return;
	add(to, "%scache=%s level=%s pfn=0x%lx", to->at ? " " : "",
	    sim_cache_mode_name(info->cache), level_words[info->level], info->pfn);
}

int sim_pte_describe(const struct sim_pte_info *info, char *text, size_t len)
{
	struct words to = { .text = text, .len = text ? len : 0 };

	if (!info || (unsigned int)info->level >= sizeof(level_words) / sizeof(level_words[0]))
		return -EINVAL;
	describe(&to, info);
	return (int)to.at;
}

/* ---- words held against an entry ---- */

enum held { HOLDS, FAILS, NOT_UNDERSTOOD };

static enum held hold_number(const char *value, uint64_t is)
{
	char *end;
	uint64_t number;

	errno = 0;
	number = strtoull(value, &end, 0);
	if (errno || end == value || *end)
		return NOT_UNDERSTOOD;
	return number == is ? HOLDS : FAILS;
}

static enum held hold_level(const char *value, int is)
{
	for (int i = 0; i < (int)(sizeof(level_words) / sizeof(level_words[0])); i++)
		if (!strcmp(value, level_words[i]))
			return i == is ? HOLDS : FAILS;
	return NOT_UNDERSTOOD;
}

static enum held hold_cache(const char *value, enum sim_cache_mode is)
{
	const char *name;

	for (int i = 0; (name = sim_cache_mode_name((enum sim_cache_mode)i)); i++)
		if (!strcmp(value, name))
			return i == (int)is ? HOLDS : FAILS;
	return NOT_UNDERSTOOD;
}

/* flag, !flag, flag=0, flag=1 */
static enum held hold_flag(const char *word, const char *value, const struct sim_pte_info *info)
{
	bool wanted = *word != '!';

	if (!wanted)
		word++;
	if (value) {
		if (!wanted || (strcmp(value, "0") && strcmp(value, "1")))
			return NOT_UNDERSTOOD;
		wanted = *value == '1';
	}
	for (size_t i = 0; i < NR_FLAGS; i++)
		if (!strcmp(word, flags[i].word))
			return flag_is_set(info, i) == wanted ? HOLDS : FAILS;
	return NOT_UNDERSTOOD;
}

static enum held hold_word(char *word, const struct sim_pte_info *info)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = 0;
	if (!value || *word == '!')
		return hold_flag(word, value, info);
	if (!strcmp(word, "pfn"))
		return hold_number(value, info->pfn);
	if (!strcmp(word, "raw"))
		return hold_number(value, info->raw);
	if (!strcmp(word, "level"))
		return hold_level(value, info->level);
	if (!strcmp(word, "cache"))
		return hold_cache(value, info->cache);
	return hold_flag(word, value, info);
}

int sim_pte_holds(const struct sim_pte_info *info, const char *expected, const char **word,
		  size_t *len)
{
	char copy[64];

	if (!info || !expected)
		return -EINVAL;
	for (const char *at = expected; *(at += strspn(at, " ")); at += *len) {
		enum held held = NOT_UNDERSTOOD;

		*word = at;
		*len = strcspn(at, " ");
		if (*len < sizeof(copy)) {
			memcpy(copy, at, *len);
			copy[*len] = 0;
			held = hold_word(copy, info);
		}
		if (held != HOLDS)
			return held == FAILS ? 0 : -EINVAL;
	}
	return 1;
}
