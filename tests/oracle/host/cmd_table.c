/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmd_table.c - ttmsim-oracle table: the scenarios of the table.
 */
#include <string.h>

#include "common/program.h"
#include "oracle.h"

#define OPTION_LIST 'l'
#define OPTION_SHARE 's'

struct args {
	bool list, share;
	char **sections;
	int nr_sections;
};

static const struct argp_option options[] = {
	{ "list", OPTION_LIST, NULL, 0, "The sections and how much is in them", 0 },
	{ "sample", OPTION_SHARE, NULL, 0, "Only what golden files hold", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	(void)arg;
	switch (key) {
	case OPTION_LIST: args->list = true; return 0;
	case OPTION_SHARE: args->share = true; return 0;
	case ARGP_KEY_ARGS:
		args->sections = state->argv + state->next;
		args->nr_sections = state->argc - state->next;
		state->next = state->argc;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static unsigned int count_ops(const struct scenario *s)
{
	const char *text = text_of(&s->text);
	struct line line;
	unsigned int nr = 0;

	while (next_line(&text, &line))
		nr++;
	return nr;
}

static void list_sections(bool share)
{
	unsigned int all_scenarios = 0, all_ops = 0;

	for (const struct section *s = oracle_table; s->name; s++) {
		struct scenarios all = { NULL, 0, 0 };
		unsigned int ops = 0;

		table_expand(&all, s->name, share);
		for (unsigned int i = 0; i < all.nr; i++)
			ops += count_ops(&all.v[i]);
		printf("%-14s %5u scenarios %6u operations  %s\n", s->name, all.nr, ops, s->about);
		all_scenarios += all.nr;
		all_ops += ops;
		scenarios_free(&all);
	}
	printf("%-14s %5u scenarios %6u operations\n", "in all", all_scenarios, all_ops);
}

static void print_all(const struct scenarios *all)
{
	for (unsigned int i = 0; i < all->nr; i++)
		printf(BUNDLE_MARK "%s\n%s", all->v[i].name, text_of(&all->v[i].text));
}

int command_table(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "[SECTION...]",
		"Print the scenarios of the table, each after a line '#@ NAME'.", NULL, NULL, NULL,
	};
	struct args args = { false, false, NULL, 0 };
	struct scenarios all = { NULL, 0, 0 };

	program_parse(&argp, argc, argv, 0, &args);
	if (args.list) {
		list_sections(args.share);
		return STATUS_OK;
	}
	if (!args.nr_sections)
		table_expand(&all, NULL, args.share);
	for (int i = 0; i < args.nr_sections; i++)
		if (!table_expand(&all, args.sections[i], args.share))
			give_up("the table has no section '%s' (--list)", args.sections[i]);
	print_all(&all);
	scenarios_free(&all);
	return STATUS_OK;
}
