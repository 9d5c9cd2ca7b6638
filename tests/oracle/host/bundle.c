/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bundle.c - many scenarios, in one file or in several.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static char *copy(const char *from)
{
	char *to = strdup(from);

	if (!to)
		give_up("out of memory");
	return to;
}

struct scenario *scenarios_add(struct scenarios *all, const char *section, const char *name)
{
	if (all->nr == all->max) {
		all->max = 2 * all->max + 64;
		all->v = realloc(all->v, all->max * sizeof(*all->v));
		if (!all->v)
			give_up("out of memory");
	}
	all->v[all->nr] = (struct scenario){ copy(section), copy(name), { NULL, 0, 0 } };
	return &all->v[all->nr++];
}

static void drop_last(struct scenarios *all)
{
	struct scenario *last = &all->v[--all->nr];

	free(last->section);
	free(last->name);
	text_free(&last->text);
}

void scenarios_free(struct scenarios *all)
{
	while (all->nr)
		drop_last(all);
	free(all->v);
	*all = (struct scenarios){ NULL, 0, 0 };
}

char *stem_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *stem = copy(slash ? slash + 1 : path);
	size_t len = strlen(stem);

	if (len > 4 && !strcmp(stem + len - 4, ".sim"))
		stem[len - 4] = 0;
	return stem;
}

static void add_bundle(struct scenarios *all, const char *section, const char *text)
{
	struct scenario *now = NULL;
	struct line line;

	while (next_line(&text, &line)) {
		if (LINE_BEGINS(line, BUNDLE_MARK)) {
			char name[256];

			snprintf(name, sizeof(name), "%.*s", (int)line.len - 3, line.at + 3);
			now = scenarios_add(all, section, name);
		} else if (now) {
			text_add(&now->text, line.at, line.len);
			text_add(&now->text, "\n", 1);
		}
	}
}

/* Does a machine line say KEY=VALUE with another value than @wanted? */
static bool names_another(struct line line, const char *key, const char *wanted)
{
	size_t len = strlen(key);

	for (size_t i = 0; i + len <= line.len; i++) {
		const char *value = line.at + i + len;
		size_t value_len = 0;

		if (memcmp(line.at + i, key, len))
			continue;
		while (value + value_len < line.at + line.len && value[value_len] != ' ')
			value_len++;
		return value_len != strlen(wanted) || memcmp(value, wanted, value_len);
	}
	return false;
}

static bool is_for(const struct scenario *scenario, const struct kernel *kernel)
{
	const char *text = text_of(&scenario->text);
	struct line line;

	while (next_line(&text, &line))
		if (LINE_BEGINS(line, "machine ") &&
		    (names_another(line, " arch=", kernel->arch) ||
		     names_another(line, " release=", kernel->release)))
			return false;
	return true;
}

void scenarios_add_files(struct scenarios *all, const struct common *common)
{
	for (int i = 0; i < common->nr_files; i++) {
		unsigned int nr = all->nr;

		scenarios_add_file(all, common->files[i]);
		/* a single scenario; bundles are of one kernel as a whole */
		if (all->nr == nr + 1 && !is_for(&all->v[nr], &common->kernel))
			drop_last(all);
	}
}

void scenarios_add_file(struct scenarios *all, const char *path)
{
	struct text text = { NULL, 0, 0 };
	char *stem = stem_of(path);
	const char *content;

	text_read_file(&text, path);
	content = text_of(&text);
	if (!strncmp(content, BUNDLE_MARK, 3) || strstr(content, "\n" BUNDLE_MARK))
		add_bundle(all, stem, content);
	else
		text_add(&scenarios_add(all, "files", stem)->text, content, text.len);
	text_free(&text);
	free(stem);
}

static int is_scenario(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && !strcmp(entry->d_name + len - 4, ".sim");
}

/* In the C locale's order: the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool scenarios_add_folder(struct scenarios *all, const char *path)
{
	struct dirent **entry;
	int nr = scandir(path, &entry, is_scenario, by_name);

	for (int i = 0; i < nr; i++) {
		struct text file = { NULL, 0, 0 };

		text_printf(&file, "%s/%s", path, entry[i]->d_name);
		scenarios_add_file(all, file.data);
		text_free(&file);
		free(entry[i]);
	}
	if (nr >= 0)
		free(entry);
	return nr >= 0;
}
