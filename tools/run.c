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

struct args {
	const char *format;	/* as it was given; NULL: text */
	enum sim_scenario_format run_format;
	enum sim_sweep_format sweep_format;
	const char *archs, *releases, *modes;
	uint32_t toggle;
	struct sim_machine_config machine; /* where each is one name */
	bool sweeps;
	enum color color;
	bool quiet, portable;
	char **files;
	int nr_files;
};

static const struct argp_option options[] = {
	{ "arch", 'a', "LIST", 0, "Architectures, or all, whatever the file says", 0 },
	{ "release", 'r', "LIST", 0, "Kernel releases, or all, whatever the file says", 0 },
	{ "ttm", 'm', "LIST", 0,
	  "TTM mapping modes: default, mixed, pfn, apply, pfns, huge; or all", 0 },
	{ "toggle", OPTION_TOGGLE, "LIST", 0, "Features to flip (ttmsim arch NAME lists them)", 0 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
	  "text (the default), ktap or json; of several machines text, csv, json or html", 0 },
	{ "color", OPTION_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "auto, always or never", 0 },
	{ "portable", OPTION_PORTABLE, NULL, 0,
	  "Print only what a real kernel can print as well", 0 },
	{ "quiet", 'q', NULL, 0, "Print nothing but what failed", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

/* ---- which machines ---- */

static uint32_t parse_toggle(const char *arg, struct argp_state *state)
{
	const char *names[SIM_NR_FEATURES + 1] = { NULL };
	char word[40];
	uint32_t toggle = 0;

	for (int i = 0; i < SIM_NR_FEATURES; i++)
		names[i] = sim_feature_name((enum sim_feature)i);
	while (arg) {
		const char *comma = strchr(arg, ',');

		snprintf(word, sizeof(word), "%.*s", (int)strcspn(arg, ","), arg);
		toggle |= 1u << program_choose("feature", word, names, state);
		arg = comma ? comma + 1 : NULL;
	}
	return toggle;
}

static bool is_list(const char *names)
{
	return names && (strchr(names, ',') || !strcmp(names, "all"));
}

/* One machine has a transcript, several are compared. */
static void choose_machines(struct args *args, struct argp_state *state)
{
	static const char *const run_names[] = { "text", "ktap", "json", NULL };
	static const enum sim_scenario_format run_formats[] = {
		SIM_SCENARIO_TEXT, SIM_SCENARIO_KTAP, SIM_SCENARIO_JSON,
	};
	static const char *const sweep_names[] = { "text", "csv", "json", "html", NULL };
	static const enum sim_sweep_format sweep_formats[] = {
		SIM_SWEEP_TEXT, SIM_SWEEP_CSV, SIM_SWEEP_JSON, SIM_SWEEP_HTML,
	};
	const char *format = args->format ? args->format : "text";

	args->sweeps = is_list(args->archs) || is_list(args->releases) || is_list(args->modes);
	if (args->sweeps) {
		if (args->portable)
			argp_error(state, "--portable is for one machine");
		args->sweep_format = sweep_formats[program_choose("format", format, sweep_names,
								  state)];
		return;
	}
	args->run_format = run_formats[program_choose("format", format, run_names, state)];
	if (args->archs)
		args->machine.arch = arch_parse(args->archs, state)->name;
	if (args->releases)
		args->machine.release = release_parse(args->releases, state);
	if (args->modes)
		args->machine.ttm = mode_parse(args->modes, state);
	args->machine.toggle_features = args->toggle;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'a':
		args->archs = arg;
		return 0;
	case 'r':
		args->releases = arg;
		return 0;
	case 'm':
		args->modes = arg;
		return 0;
	case OPTION_TOGGLE:
		args->toggle ^= parse_toggle(arg, state);
		return 0;
	case OPTION_FORMAT:
		args->format = arg;
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
	case ARGP_KEY_END:
		choose_machines(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool is_json(const struct args *args)
{
	return args->sweeps ? args->sweep_format == SIM_SWEEP_JSON :
			      args->run_format == SIM_SCENARIO_JSON;
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

	if (!args->sweeps && args->run_format == SIM_SCENARIO_KTAP)
		printf("not ok %d %s # cannot be used\n", number, file);
	else if (is_json(args) && !args->quiet)
		print_unusable_object(file);
	return STATUS_UNUSABLE;
}

/* On several machines. Returns as sim_scenario_sweep(). */
static int sweep_text(const struct args *args, const struct sim_scenario_options *how,
		      const char *text, size_t len, bool *failed)
{
	const struct sim_sweep_options options = {
		.name = how->name, .archs = args->archs, .releases = args->releases,
		.modes = args->modes, .toggle_features = args->toggle,
		.format = args->sweep_format, .out = args->quiet ? NULL : how->out,
		.err = how->err, .color = how->color,
	};
	struct sim_sweep_result result;
	int ret = sim_scenario_sweep(text, len, &options, &result);

	*failed = !ret && result.nr_failed;
	return ret;
}

static int run_file(const struct args *args, int number)
{
	const char *path = args->files[number - 1];
	struct sim_scenario_options how = {
		.name = strcmp(path, "-") ? path : "(standard input)",
		.format = args->quiet ? SIM_SCENARIO_QUIET : args->run_format,
		.ktap_number = (unsigned int)number,
		.out = stdout,
		.err = stderr,
		.color = color_wanted(args->color),
		.portable = args->portable,
		.machine = args->machine,
		.machine_wins = true,
	};
	struct sim_scenario_result result;
	bool failed = false;
	size_t len;
	char *text = read_scenario(path, &len);
	int ret;

	how.machine.oops = true;
	if (!text) {
		unusable("%s: %s", program_shown(path), strerror(errno));
		return file_unusable(args, number);
	}
	if (args->sweeps)
		ret = sweep_text(args, &how, text, len, &failed);
	else
		ret = sim_scenario_run(text, len, &how, &result);
	free(text);
	if (ret == -ENOMEM)
		unusable("%s: out of memory", program_shown(path));
	if (ret)
		return file_unusable(args, number);
	if (!args->sweeps)
		failed = result.nr_failed || result.nr_unexpected;
	return failed ? STATUS_FAILED : STATUS_OK;
}

static bool is_text(const struct args *args)
{
	return args->sweeps ? args->sweep_format == SIM_SWEEP_TEXT :
			      args->run_format == SIM_SCENARIO_TEXT;
}

static void print_begin(const struct args *args)
{
	if (!args->sweeps && args->run_format == SIM_SCENARIO_KTAP)
		printf("KTAP version 1\n1..%d\n", args->nr_files);
	else if (is_json(args) && !args->quiet)
		puts("[");
}

static void print_between(const struct args *args, int number)
{
	if (number > 1 && !args->quiet)
		fputs(is_json(args) ? ",\n" : is_text(args) ? "\n" : "", stdout);
}

static void print_end(const struct args *args)
{
	if (is_json(args) && !args->quiet)
		puts("\n]");
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
	int status = STATUS_OK;

	program_parse(&argp, argc, argv, 0, &args);
	print_begin(&args);
	for (int number = 1; number <= args.nr_files; number++) {
		int one;

		print_between(&args, number);
		fflush(stdout);
		one = run_file(&args, number);
		if (one > status)
			status = one;
	}
	print_end(&args);
	return status;
}
