/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.c - ttmsim run: ttmsim-run(1).
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <ttmsim/scenario.h>

#include "common/program.h"
#include "ttmsim.h"

/* More than any scenario may have: the library says so then. */
#define MAX_BYTES ((size_t)8 << 20)

struct args {
	enum sim_scenario_format format;
	enum color color;
	bool quiet, portable;
	char **files;
	int nr_files;
};

static const struct argp_option options[] = {
	{ "format", OPTION_FORMAT, "FORMAT", 0, "text (the default), ktap or json", 0 },
	{ "color", OPTION_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "auto, always or never", 0 },
	{ "portable", OPTION_PORTABLE, NULL, 0,
	  "Print only what a real kernel can print as well", 0 },
	{ "quiet", 'q', NULL, 0, "Print nothing but what failed", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static enum sim_scenario_format parse_format(const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "text", "ktap", "json", NULL };
	static const enum sim_scenario_format formats[] = {
		SIM_SCENARIO_TEXT, SIM_SCENARIO_KTAP, SIM_SCENARIO_JSON,
	};

	return formats[program_choose("format", arg, names, state)];
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case OPTION_FORMAT:
		args->format = parse_format(arg, state);
		return 0;
	case OPTION_COLOR:
		args->color = color_parse(arg, state);
		return 0;
	case OPTION_PORTABLE:
		args->portable = true;
		return 0;
	case 'q':
		args->quiet = true;
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

/* Host memory, to be freed; NULL with errno. */
static char *read_all(FILE *in, size_t *len)
{
	size_t max = 0;
	char *text = NULL;

	*len = 0;
	do {
		char *more;

		max = max ? 2 * max : 65536;
		more = realloc(text, max);
		if (!more) {
			free(text);
			return NULL;
		}
		text = more;
		*len += fread(text + *len, 1, max - *len, in);
	} while (*len == max && max < MAX_BYTES);
	if (!ferror(in))
		return text;
	free(text);
	return NULL;
}

static char *read_file(const char *path, size_t *len)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char *text;
	int saved;

	if (!in)
		return NULL;
	text = read_all(in, len);
	saved = errno;
	if (in != stdin)
		fclose(in);
	errno = saved;
	return text;
}

/* A file that cannot be used is an object with its name alone. */
static void print_unusable_object(const char *file)
{
	json_t *object = json_pack("{s:s, s:n}", "scenario", file, "result");

	if (object)
		json_dumpf(object, stdout, JSON_INDENT(1));
	json_decref(object);
}

/* In KTAP a file that cannot be used is a test that failed. */
static int file_unusable(const struct args *args, int number)
{
	const char *file = program_shown(args->files[number - 1]);

	if (args->format == SIM_SCENARIO_KTAP)
		printf("not ok %d %s # cannot be used\n", number, file);
	else if (args->format == SIM_SCENARIO_JSON)
		print_unusable_object(file);
	return STATUS_UNUSABLE;
}

static int run_file(const struct args *args, int number)
{
	const char *path = args->files[number - 1];
	struct sim_scenario_options how = {
		.name = strcmp(path, "-") ? path : "(standard input)",
		.format = args->quiet ? SIM_SCENARIO_QUIET : args->format,
		.ktap_number = (unsigned int)number,
		.out = stdout,
		.err = stderr,
		.color = color_wanted(args->color),
		.portable = args->portable,
	};
	struct sim_scenario_result result;
	size_t len;
	char *text = read_file(path, &len);
	int ret;

	if (!text) {
		unusable("%s: %s", program_shown(path), strerror(errno));
		return file_unusable(args, number);
	}
	ret = sim_scenario_run(text, len, &how, &result);
	free(text);
	if (ret == -ENOMEM)
		unusable("%s: out of memory", program_shown(path));
	if (ret)
		return file_unusable(args, number);
	return result.nr_failed || result.nr_unexpected ? STATUS_FAILED : STATUS_OK;
}

int command_run(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "FILE...",
		"Run scenarios and print what each operation gave. - is standard input."
		"\vExit status: 0, all expectations hold; 1, one does not; 2, a file cannot be"
		" used. The language: ttmsim-scenario(7).",
		NULL, NULL, NULL,
	};
	struct args args = { .color = COLOR_AUTO };
	const char *between;
	int status = STATUS_OK;

	program_parse(&argp, argc, argv, 0, &args);
	if (args.format == SIM_SCENARIO_KTAP)
		printf("KTAP version 1\n1..%d\n", args.nr_files);
	else if (args.format == SIM_SCENARIO_JSON && !args.quiet)
		puts("[");
	between = args.quiet ? "" : args.format == SIM_SCENARIO_TEXT ? "\n" :
		  args.format == SIM_SCENARIO_JSON ? ",\n" : "";
	for (int number = 1; number <= args.nr_files; number++) {
		int one;

		if (number > 1)
			fputs(between, stdout);
		fflush(stdout);
		one = run_file(&args, number);
		if (one > status)
			status = one;
	}
	fputs(args.format == SIM_SCENARIO_JSON && !args.quiet ? "\n]\n" : "", stdout);
	return status;
}
