/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmd_golden.c - ttmsim-oracle golden: the simulator against what kernels were
 * recorded to say. A folder's file "kernel" says which kernel that was:
 * kernel=NAME arch=ARCH release=RELEASE uname=...
 */
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "oracle.h"

struct args {
	const char *kernel;
	unsigned int show;
	char **folders;
	int nr_folders;
};

static const struct argp_option options[] = {
	{ "kernel", OPTION_KERNEL, "NAME", 0, "Give up where a folder is of another kernel", 0 },
	{ "show", 'n', "N", 0, "How many differences to print: 10", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case OPTION_KERNEL: args->kernel = arg; return 0;
	case 'n': args->show = parse_count(arg, "--show", state); return 0;
	case ARGP_KEY_ARGS:
		args->folders = state->argv + state->next;
		args->nr_folders = state->argc - state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which folder?");
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

/* ---- whose transcripts ---- */

/* What a folder's file "kernel" says. */
struct recorded {
	char name[64], arch[32], release[32];
};

static void take(const char *line, const char *key, char *to, size_t max)
{
	const char *at = strstr(line, key);
	size_t len;

	if (!at)
		give_up("the file 'kernel' does not say %s", key);
	at += strlen(key);
	len = strcspn(at, " \n");
	snprintf(to, max, "%.*s", (int)len, at);
}

static void read_kernel(struct recorded *recorded, const char *folder)
{
	struct text path = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	text_printf(&path, "%s/kernel", folder);
	text_read_file(&text, path.data);
	take(text_of(&text), "kernel=", recorded->name, sizeof(recorded->name));
	take(text_of(&text), "arch=", recorded->arch, sizeof(recorded->arch));
	take(text_of(&text), "release=", recorded->release, sizeof(recorded->release));
	text_free(&path);
	text_free(&text);
}

/* ---- one folder ---- */

static bool differs(const struct args *args, const struct kernel *kernel,
		    const struct scenario *s, struct groups *groups)
{
	struct text program = { NULL, 0, 0 }, sim = { NULL, 0, 0 };
	struct difference diff;
	bool found;

	text_program(&program, text_of(&s->text));
	sim_transcript(kernel, s->name, text_of(&program), &sim);
	found = find_difference(text_of(&s->text), text_of(&sim), &diff);
	if (found) {
		groups_add(groups, &diff, s->name);
		if (groups->total <= args->show) {
			printf("\n%s (%s):\n", s->name, s->section);
			print_difference(stdout, text_of(&s->text), text_of(&sim), &diff, 1000);
		}
	}
	text_free(&program);
	text_free(&sim);
	return found;
}

static int check_folder(const struct args *args, const char *folder)
{
	struct recorded recorded;
	struct kernel kernel = { recorded.name, recorded.arch, recorded.release };
	struct scenarios all = { NULL, 0, 0 };
	struct groups groups = { NULL, 0, 0, 0 };
	unsigned int observations = 0, nr = 0;

	read_kernel(&recorded, folder);
	if (args->kernel && strcmp(args->kernel, recorded.name))
		give_up("%s holds transcripts of %s", folder, recorded.name);
	kernel_check(&kernel);
	if (!scenarios_add_folder(&all, folder) || !all.nr)
		give_up("%s: no transcripts there", folder);
	for (unsigned int i = 0; i < all.nr; i++) {
		progress("%s: %u of %u, %u differ", recorded.name, i, all.nr, nr);
		observations += count_observations(text_of(&all.v[i].text));
		nr += differs(args, &kernel, &all.v[i], &groups);
	}
	progress_end();
	groups_print(&groups, "differences", stdout);
	printf("%s: %u scenarios, %u observations, %u differences\n", recorded.name, all.nr,
	       observations, nr);
	groups_free(&groups);
	scenarios_free(&all);
	return nr ? STATUS_DIFFERS : STATUS_OK;
}

int command_golden(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "FOLDER...",
		"Run the simulator on recorded scenarios and compare it with what the kernel"
		" said.", NULL, NULL, NULL,
	};
	struct args args = { NULL, 10, NULL, 0 };
	int status = STATUS_OK;

	program_parse(&argp, argc, argv, 0, &args);
	for (int i = 0; i < args.nr_folders; i++)
		if (check_folder(&args, args.folders[i]))
			status = STATUS_DIFFERS;
	return status;
}
