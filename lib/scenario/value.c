/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * value.c - names, words, lists and numbers of a scenario.
 */
#include <string.h>

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
	case SCN_TASK: return "task";
	case SCN_BO: return "buffer object";
	case SCN_FILE: return "open file";
	case SCN_DEV: return "device";
	case SCN_REGULAR: return "file";
	default: return "mapping";
	}
}

static int parse_old(struct parser *p, const struct scn_param *param, struct scn_token word,
		     struct scn_value *value)
{
	int index = find_name(p->scn, word.text, word.len);

	if (index < 0 && param->kinds & SCN_ANON && word.len == 4 && !memcmp(word.text, "anon", 4))
		;
	else if (index < 0)
		return scn_fail(p, word.column, "nothing is named '%.*s'", Q(word));
	else if (!(p->scn->names[index].kind & param->kinds))
		return scn_fail(p, word.column, "'%.*s' is no %s", Q(word),
				kind_name(param->kinds));
	else if (!p->scn->names[index].live)
		return scn_fail(p, word.column, "'%.*s' is gone by now", Q(word));
	value->object = index;
	return 0;
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
	if (index >= 0 && scn->names[index].kind != param->kinds)
		return scn_fail(p, word.column, "'%.*s' is a %s already", Q(word),
			    kind_name(scn->names[index].kind));
	if (index >= 0 && scn->names[index].live && param->kinds != SCN_MAP)
		return scn_fail(p, word.column, "'%.*s' is there already", Q(word));
	if (index < 0) {
		if (scn->nr_names == SCN_MAX_NAMES)
			return scn_fail(p, word.column, "more than %d names", SCN_MAX_NAMES);
		index = (int)scn->nr_names++;
		memcpy(scn->names[index].name, word.text, word.len);
		scn->names[index].kind = (enum scn_kind)param->kinds;
		scn->names[index].of = -1;
	}
	value->object = index;
	return 0;
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

static int parse_word(struct parser *p, const struct scn_param *param, struct scn_token word,
		      struct scn_value *value)
{
	for (const struct scn_word *w = param->words; w->text; w++) {
		if (strlen(w->text) == word.len && !memcmp(w->text, word.text, word.len)) {
			value->number |= w->value;
			return 0;
		}
	}
	scn_fail(p, word.column, "'%.*s' is no %s", Q(word), param->name);
	return scn_fail_usage(p);
}

static int parse_feature(struct parser *p, const struct scn_param *param, struct scn_token word,
			 struct scn_value *value)
{
	(void)param;
	for (int i = 0; i < SIM_NR_FEATURES; i++) {
		const char *name = sim_feature_name((enum sim_feature)i);

		if (name && strlen(name) == word.len && !memcmp(name, word.text, word.len)) {
			value->number |= 1ULL << i;
			return 0;
		}
	}
	return scn_fail(p, word.column, "'%.*s' is no feature (ttmsim arch NAME lists them)",
			Q(word));
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

static int parse_arch(struct parser *p, struct scn_token word, struct scn_value *value)
{
	const struct sim_arch *arch;

	for (unsigned int n = 0; (arch = sim_arch_nth(n)); n++) {
		if (strlen(arch->name) == word.len && !memcmp(arch->name, word.text, word.len)) {
			value->text = arch->name;
			return 0;
		}
	}
	return scn_fail(p, word.column, "'%.*s' is no architecture (ttmsim arch lists them)",
			Q(word));
}

static int parse_release(struct parser *p, struct scn_token word, struct scn_value *value)
{
	const struct sim_release *release;
	char name[16];

	snprintf(name, sizeof(name), "%.*s", (int)word.len, word.text);
	release = word.len < sizeof(name) ? sim_release_find(name) : NULL;
	if (release) {
		value->text = release->name;
		return 0;
	}
	return scn_fail(p, word.column, "'%.*s' is no kernel release known here", Q(word));
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
