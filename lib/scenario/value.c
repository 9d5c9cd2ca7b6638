/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * value.c - names, words, lists and numbers of a scenario.
 */
#include <string.h>

#include "pte/arch.h"
#include "scenario/parser.h"
#include "sim/releases.h"

/* ---- names ---- */

static bool is_name(const char *text, size_t len)
{
	if (!len || len > SCN_MAX_NAME || (text[0] >= '0' && text[0] <= '9'))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '_' || c == '.' || (i && c == '-')))
			return false;
	}
	return true;
}

static int find_name(const struct scn *scn, const char *text, size_t len)
{
	for (unsigned int i = 0; i < scn->nr_names; i++)
		if (strlen(scn->names[i].name) == len && !memcmp(scn->names[i].name, text, len))
			return (int)i;
	return -1;
}

static const char *kind_name(unsigned int kinds)
{
	switch (kinds & -kinds) {
	case SCN_TASK: return "a task";
	case SCN_BO: return "a buffer object";
	case SCN_FILE: return "an open file";
	case SCN_DEV: return "a device";
	case SCN_REGULAR: return "a file";
	default: return "a mapping";
	}
}

/* "buffer object, device or file" */
static void list_kinds(unsigned int kinds, char text[80])
{
	size_t used = 0;

	kinds &= SCN_ANY;
	for (unsigned int kind = 1; kind <= kinds; kind <<= 1) {
		bool last = kinds >> 1 < kind;

		if (!(kinds & kind))
			continue;
		used += (size_t)snprintf(text + used, 80 - used, "%s%s",
					 !used ? "" : last ? " or " : ", ",
					 strchr(kind_name(kind), ' ') + 1);
	}
}

static int fail_nothing_named(struct parser *p, const struct scn_param *param,
			      struct scn_token word)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, word.text, word.len);
	for (unsigned int i = 0; i < p->scn->nr_names; i++)
		if (p->scn->names[i].live && p->scn->names[i].kind & param->kinds)
			sim_choices_add(&choices, p->scn->names[i].name);
	return scn_fail(p, word.column, "nothing is named '%.*s'%s", Q(word),
			sim_choices_near(&choices));
}

static int fail_kind(struct parser *p, const struct scn_param *param, struct scn_token word,
		     enum scn_kind kind)
{
	char wanted[80] = "";

	list_kinds(param->kinds, wanted);
	return scn_fail(p, word.column, "'%.*s' is no %s, but %s", Q(word), wanted,
			kind_name(kind));
}

static int parse_old(struct parser *p, const struct scn_param *param, struct scn_token word,
		     struct scn_value *value)
{
	int index = find_name(p->scn, word.text, word.len);

	if (index < 0 && param->kinds & SCN_ANON && word.len == 4 && !memcmp(word.text, "anon", 4))
		;
	else if (index < 0)
		return fail_nothing_named(p, param, word);
	else if (!(p->scn->names[index].kind & param->kinds))
		return fail_kind(p, param, word, p->scn->names[index].kind);
	else if (!p->scn->names[index].live)
		return scn_fail(p, word.column, "'%.*s' is gone by now", Q(word));
	value->object = index;
	return 0;
}

/* Its index; -1: there are too many. */
static int add_name(struct scn *scn, struct scn_token word)
{
	int index = (int)scn->nr_names;

	if (index == SCN_MAX_NAMES)
		return -1;
	scn->nr_names++;
	memcpy(scn->names[index].name, word.text, word.len);
	scn->names[index].of = -1;
	return index;
}

/*
 * A name that the operation makes. What was freed, and a mapping, may be made
 * again. The name counts from the end of the operation on (declare()).
 */
static int parse_new(struct parser *p, const struct scn_param *param, struct scn_token word,
		     struct scn_value *value)
{
	struct scn *scn = p->scn;
	int index = find_name(scn, word.text, word.len);

	if (!is_name(word.text, word.len) || (word.len == 4 && !memcmp(word.text, "anon", 4)))
		return scn_fail(p, word.column, "'%.*s' cannot be a name", Q(word));
	if (index >= 0 && scn->names[index].kind != param->kinds &&
	    scn->names[index].kind != SCN_ANY)
		return scn_fail(p, word.column, "'%.*s' is %s already", Q(word),
				kind_name(scn->names[index].kind));
	if (index >= 0 && scn->names[index].live && param->kinds != SCN_MAP &&
	    scn->names[index].kind != SCN_ANY)
		return scn_fail(p, word.column, "'%.*s' is there already", Q(word));
	if (index < 0)
		index = add_name(scn, word);
	if (index < 0)
		return scn_fail(p, word.column, "more than %d names", SCN_MAX_NAMES);
	scn->names[index].kind = (enum scn_kind)param->kinds;
	value->object = index;
	return 0;
}

void scn_assume_made(struct parser *p)
{
	const struct scn_param *params = p->op->desc ? p->op->desc->params : NULL;

	for (int i = 0; params && params[i].name; i++) {
		int object = p->op->arg[i].object;

		if ((params[i].type != SCN_NEW && params[i].type != SCN_KEY_NEW) || object <= 0)
			continue;
		p->scn->names[object].kind = SCN_ANY;
		p->scn->names[object].live = true;
	}
}

void scn_assume_name(struct parser *p, struct scn_token word)
{
	int index;

	if (!is_name(word.text, word.len) || find_name(p->scn, word.text, word.len) >= 0)
		return;
	index = add_name(p->scn, word);
	if (index < 0)
		return;
	p->scn->names[index].kind = SCN_ANY;
	p->scn->names[index].live = true;
}

static int parse_place(struct parser *p, const struct scn_param *param, struct scn_token word,
		       struct scn_value *value)
{
	const char *plus = memchr(word.text, '+', word.len);
	struct scn_token name = word, page = word;

	if (plus) {
		name.len = (size_t)(plus - word.text);
		page.text = plus + 1;
		page.len = word.len - name.len - 1;
		page.column = word.column + (unsigned int)name.len + 1;
		value->has_page = true;
		if (!scn_parse_number(page.text, page.len, 0, SCN_MAX_PLACE, &value->number))
			return scn_fail(p, page.column, "'%.*s' is no page from 0 to %u", Q(page),
				    SCN_MAX_PLACE);
	} else if (param->type == SCN_PLACE) {
		return scn_fail(p, word.column, "'%.*s' names no page: NAME+PAGE", Q(word));
	}
	return parse_old(p, param, name, value);
}

/* ---- values ---- */

static int fail_word(struct parser *p, const struct scn_param *param, struct scn_token word)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, word.text, word.len);
	for (const struct scn_word *w = param->words; w->text; w++)
		sim_choices_add(&choices, w->text);
	if (param->type == SCN_WORD)
		return scn_fail(p, word.column, "unknown word '%.*s'%s", Q(word),
				sim_choices_text(&choices));
	return scn_fail(p, word.column, "%s=%.*s is not known%s", param->name, Q(word),
			sim_choices_text(&choices));
}

static int parse_word(struct parser *p, const struct scn_param *param, struct scn_token word,
		      struct scn_value *value)
{
	for (const struct scn_word *w = param->words; w->text; w++) {
		if (strlen(w->text) == word.len && !memcmp(w->text, word.text, word.len)) {
			value->number |= w->value;
			return 0;
		}
	}
	return fail_word(p, param, word);
}

static int parse_feature(struct parser *p, const struct scn_param *param, struct scn_token word,
			 struct scn_value *value)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, word.text, word.len);
	for (int i = 0; i < SIM_NR_FEATURES; i++) {
		const char *name = sim_feature_name((enum sim_feature)i);

		if (strlen(name) == word.len && !memcmp(name, word.text, word.len)) {
			value->number |= 1ULL << i;
			return 0;
		}
		sim_choices_add(&choices, name);
	}
	return scn_fail(p, word.column, "%s=%.*s is not known%s", param->name, Q(word),
			sim_choices_text(&choices));
}

/* a,b,c: each by @parse. */
static int parse_list(struct parser *p, const struct scn_param *param, struct scn_token word,
		      struct scn_value *value,
		      int (*parse)(struct parser *, const struct scn_param *, struct scn_token,
				   struct scn_value *))
{
	while (true) {
		const char *comma = memchr(word.text, ',', word.len);
		struct scn_token one = word;
		int ret;

		if (comma)
			one.len = (size_t)(comma - word.text);
		ret = parse(p, param, one, value);
		if (ret || !comma)
			return ret;
		word.text += one.len + 1;
		word.len -= one.len + 1;
		word.column += (unsigned int)one.len + 1;
	}
}

#define UNKNOWN_TEXT 400

static int parse_arch(struct parser *p, struct scn_token word, struct scn_value *value)
{
	const struct sim_arch *arch = sim_arch_find_word(word.text, word.len);
	char unknown[UNKNOWN_TEXT];

	if (arch) {
		value->text = arch->name;
		return 0;
	}
	sim_arch_unknown(unknown, sizeof(unknown), word.text, word.len);
	return scn_fail(p, word.column, "%s", unknown);
}

static int parse_release(struct parser *p, struct scn_token word, struct scn_value *value)
{
	const struct sim_release *release;
	char name[16], unknown[UNKNOWN_TEXT];

	snprintf(name, sizeof(name), "%.*s", (int)word.len, word.text);
	release = word.len < sizeof(name) ? sim_release_find(name) : NULL;
	if (release) {
		value->text = release->name;
		return 0;
	}
	sim_release_unknown(unknown, sizeof(unknown), word.text, word.len);
	return scn_fail(p, word.column, "%s", unknown);
}

static int parse_amount(struct parser *p, const struct scn_param *param, struct scn_token word,
			struct scn_value *value)
{
	bool size = param->type == SCN_KEY_SIZE;

	if ((size ? scn_parse_size : scn_parse_number)(word.text, word.len, param->min, param->max,
						       &value->number))
		return 0;
	return scn_fail(p, word.column, "'%.*s' is no %s from %llu to %llu", Q(word),
		    size ? "size" : "number", (unsigned long long)param->min,
		    (unsigned long long)param->max);
}

int scn_parse_value(struct parser *p, const struct scn_param *param, struct scn_token word,
		       struct scn_value *value)
{
	switch (param->type) {
	case SCN_NEW:
	case SCN_KEY_NEW: return parse_new(p, param, word, value);
	case SCN_OLD:
	case SCN_KEY_NAME: return parse_old(p, param, word, value);
	case SCN_PLACE:
	case SCN_RANGE:
	case SCN_KEY_RANGE: return parse_place(p, param, word, value);
	case SCN_WORD:
	case SCN_KEY_WORD: return parse_word(p, param, word, value);
	case SCN_KEY_WORDS: return parse_list(p, param, word, value, parse_word);
	case SCN_KEY_FEATURES: return parse_list(p, param, word, value, parse_feature);
	case SCN_KEY_ARCH: return parse_arch(p, word, value);
	case SCN_KEY_RELEASE: return parse_release(p, word, value);
	case SCN_KEY_NUMBER:
	case SCN_KEY_SIZE: return parse_amount(p, param, word, value);
	case SCN_FLAG: break;
	}
	return 0;
}
