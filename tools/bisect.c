/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bisect.c - ttmsim bisect: ttmsim-bisect(1).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ttmsim/scenario.h>

#include "common/program.h"
#include "ttmsim.h"

struct args {
	struct sim_machine_config machine;
	char **files;
	int nr_files;
};

static const struct argp_option options[] = {
	{ "arch", 'a', "NAME", 0, "This architecture, whatever the file says", 0 },
	{ "ttm", 'm', "MODE", 0, "This TTM mapping mode, whatever the file says", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'a':
		args->machine.arch = arch_parse(arg, state)->name;
		return 0;
	case 'm':
		args->machine.ttm = mode_parse(arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		args->files = state->argv + state->next;
		args->nr_files = state->argc - state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which file? (- is standard input)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int bisect_file(const struct args *args, const char *path)
{
	const struct sim_bisect_options how = {
		.name = strcmp(path, "-") ? path : "(standard input)",
		.machine = args->machine, .out = stdout, .err = stderr,
	};
	size_t len;
	char *text = read_scenario(path, &len);
	int ret;

	if (!text)
		return unusable("%s: %s", program_shown(path), strerror(errno));
	ret = sim_scenario_bisect(text, len, &how, NULL);
	free(text);
	if (ret == -ENOMEM)
		unusable("%s: out of memory", program_shown(path));
	return ret ? STATUS_UNUSABLE : STATUS_OK;
}

int command_bisect(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "FILE...",
		"Say between which kernel releases the outcome of a scenario changes, and by which"
		" rule. - is standard input."
		"\vExit status: 0, done; 2, a file cannot be used.",
		NULL, NULL, NULL,
	};
	struct args args = { .nr_files = 0 };
	int status = STATUS_OK;

	program_parse(&argp, argc, argv, 0, &args);
	for (int i = 0; i < args.nr_files; i++) {
		int one = bisect_file(&args, args.files[i]);

		status = one > status ? one : status;
	}
	return status;
}
