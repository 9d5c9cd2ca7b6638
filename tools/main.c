/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim - the command: ttmsim(1).
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program.h"
#include "pte/arch.h"
#include "sim/releases.h"
#include "ttmsim.h"

/* libc looks for it. */
__attribute__((visibility("default")))
const char *argp_program_version = "ttmsim " TTMSIM_VERSION;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "arch", command_arch },
	{ "bisect", command_bisect },
	{ "matrix", command_matrix },
	{ "run", command_run },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const char doc[] =
	"The memory-management side of TTM in user space."
	"\v"
	"Commands:\n"
	"  arch [NAME]   the architectures, or one of them: geometry, features, pte bits\n"
	"  bisect FILE   since which release a scenario's outcome is another, and why\n"
	"  matrix        what mmap, mprotect, fork and get_user_pages() do with TTM memory\n"
	"  run FILE...   run scenarios and print transcripts\n"
	"\n"
	"Each has a --help and a manual page, ttmsim-COMMAND(1). Scenarios: ttmsim-scenario(7).";

struct args {
	const struct command *command;
	int at;		/* of the command in argv */
};

int unusable(const char *format, ...)
{
	va_list args;

	fputs("ttmsim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_UNUSABLE;
}

enum color color_parse(const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "auto", "always", "never", NULL };
	static const enum color colors[] = { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

	return arg ? colors[program_choose("--color", arg, names, state)] : COLOR_ALWAYS;
}

#define UNKNOWN_TEXT 400

const char *release_parse(const char *arg, struct argp_state *state)
{
	const struct sim_release *release = sim_release_find(arg);
	char unknown[UNKNOWN_TEXT];

	if (release)
		return release->name;
	sim_release_unknown(unknown, sizeof(unknown), arg, strlen(arg));
	argp_error(state, "%s", unknown);
	return NULL;
}

const struct sim_arch *arch_parse(const char *arg, struct argp_state *state)
{
	const struct sim_arch *arch = sim_arch_find(arg);
	char unknown[UNKNOWN_TEXT];

	if (arch)
		return arch;
	sim_arch_unknown(unknown, sizeof(unknown), arg, strlen(arg));
	argp_error(state, "%s", unknown);
	return NULL;
}

bool color_wanted(enum color color)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb");
}

static const struct command *find_command(const char *name, struct argp_state *state)
{
	const char *names[NR_COMMANDS + 1] = { NULL };

	for (size_t i = 0; i < NR_COMMANDS; i++)
		names[i] = commands[i].name;
	return &commands[program_choose("command", name, names, state)];
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!strcmp(arg, "help"))
			argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		args->command = find_command(arg, state);
		args->at = state->next - 1;
		state->next = state->argc; /* the rest is the command's */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The command's own messages begin with "ttmsim run". */
static int run_command(const struct args *args, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof(name), "ttmsim %s", args->command->name);
	argv[args->at] = name;
	return args->command->run(argc - args->at, argv + args->at);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { NULL, parse, "COMMAND [ARG...]", doc, NULL, NULL, NULL };
	struct args args = { NULL, 0 };

	argp_err_exit_status = STATUS_UNUSABLE;
	program_check_output("ttmsim", STATUS_UNUSABLE);
	if (program_parse(&argp, argc, argv, ARGP_IN_ORDER, &args) || !args.command)
		return STATUS_UNUSABLE;
	return run_command(&args, argc, argv);
}
