/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * expand.c - the table's sections into scenarios: every combination of a
 * section's axes with each of its scripts.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define MAX_DEPTH 6

struct expansion {
	struct scenarios *all;
	const struct section *section;
	const struct axis_value *value[MAX_AXES];
	bool share;
};

static const char *value_of(const struct expansion *e, char letter)
{
	for (int i = 0; i < MAX_AXES && e->section->axes[i]; i++)
		if (e->section->axes[i]->letter == letter)
			return e->value[i]->text;
	return NULL;
}

/* Texts of values may use other axes; ';' separates operations. */
static void add_text(const struct expansion *e, struct text *out, const char *from, int depth)
{
	for (; *from; from++) {
		const char *text = *from == '$' ? value_of(e, from[1]) : NULL;

		if (*from == '$' && (!text || depth == MAX_DEPTH))
			give_up("table: section %s: nothing is $%c", e->section->name, from[1]);
		if (text) {
			add_text(e, out, text, depth + 1);
			from++;
		} else if (*from == ';') {
			text_add(out, "\n", 1);
			while (from[1] == ' ')
				from++;
		} else {
			text_add(out, from, 1);
		}
	}
}

/* The same on every machine, and no pattern of the product's order. */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash ^ hash >> 15;
}

/* An operation a line, one blank between words, no empty lines. */
static void tidy(struct text *to, const char *from)
{
	struct line line;

	while (next_line(&from, &line)) {
		size_t begin = to->len;

		for (size_t i = 0; i < line.len; i++)
			if (line.at[i] != ' ' ||
			    (to->len > begin && to->data[to->len - 1] != ' '))
				text_add(to, line.at + i, 1);
		while (to->len > begin && to->data[to->len - 1] == ' ')
			to->data[--to->len] = 0;
		if (to->len > begin)
			text_add(to, "\n", 1);
	}
}

static void add_scenario(const struct expansion *e, const struct script *script)
{
	struct text name = { NULL, 0, 0 }, raw = { NULL, 0, 0 };

	text_printf(&name, "%s.%s", e->section->name, script->name);
	for (int i = 0; i < MAX_AXES && e->section->axes[i]; i++)
		text_printf(&name, ".%s", e->value[i]->name);
	if (!e->share || hash_of(name.data) % (e->section->share ? e->section->share : 1) == 0) {
		if (e->section->head)
			add_text(e, &raw, e->section->head, 0);
		text_add(&raw, "\n", 1);
		add_text(e, &raw, script->text, 0);
		text_add(&raw, "\n", 1);
		if (e->section->tail)
			add_text(e, &raw, e->section->tail, 0);
		tidy(&scenarios_add(e->all, e->section->name, name.data)->text, raw.data);
	}
	text_free(&name);
	text_free(&raw);
}

static void expand_axis(struct expansion *e, int axis)
{
	const char *names[MAX_AXES] = { NULL };

	if (axis < MAX_AXES && e->section->axes[axis]) {
		for (const struct axis_value *v = e->section->axes[axis]->values; v->name; v++) {
			e->value[axis] = v;
			expand_axis(e, axis + 1);
		}
		return;
	}
	for (int i = 0; i < axis; i++)
		names[i] = e->value[i]->name;
	if (e->section->skips && e->section->skips(names))
		return;
	for (const struct script *script = e->section->scripts; script->name; script++)
		add_scenario(e, script);
}

bool table_expand(struct scenarios *all, const char *section, bool share)
{
	bool found = !section;

	for (const struct section *s = oracle_table; s->name; s++) {
		struct expansion e = { .all = all, .section = s, .share = share };

		if (section && strcmp(section, s->name))
			continue;
		expand_axis(&e, 0);
		found = true;
	}
	return found;
}
