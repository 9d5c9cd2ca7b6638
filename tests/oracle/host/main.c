/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim-oracle - the same scenarios on ttmsim and on real kernels.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/program.h"
#include "oracle.h"

/* libc looks for it. */
__attribute__((visibility("default")))
const char *argp_program_version = "ttmsim-oracle " TTMSIM_VERSION;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "table", command_table }, { "golden", command_golden }, { "record", command_record },
	{ "check", command_check }, { "fuzz", command_fuzz }, { "guest", command_guest },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const char doc[] =
	"Compare ttmsim with real kernels: the same scenarios, line by line."
	"\v"
	"Commands:\n"
	"  table [SECTION...]            print the scenarios of the table\n"
	"  golden --kernel=K DIR         the simulator against recorded transcripts\n"
	"  record ... -- VM COMMAND      record transcripts of a kernel\n"
	"  check ... -- VM COMMAND       a kernel against the simulator\n"
	"  fuzz ... -- VM COMMAND        random programs, on both\n"
	"  guest                         a guest without a kernel, for tests\n"
	"\n"
	"Each has a --help. VM COMMAND boots a machine whose runner speaks on the"
	" command's standard input and output (docs/oracle.md). Exit status: 0, no"
	" difference; 1, there is one; 2, it cannot be done.";

struct args {
	const struct command *command;
	int at;		/* of the command in argv */
};

/* ---- messages ---- */

static bool progress_shown;

void progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

void progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
	progress_shown = true;
}

void complain(const char *format, ...)
{
	va_list args;

	progress_end();
	fputs("ttmsim-oracle: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void give_up(const char *format, ...)
{
	va_list args;

	progress_end();
	fputs("ttmsim-oracle: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(STATUS_UNUSABLE);
}

double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the command ---- */

static unsigned int choose_command(const char *arg, struct argp_state *state)
{
	const char *names[NR_COMMANDS + 1] = { NULL };

	for (size_t i = 0; i < NR_COMMANDS; i++)
		names[i] = commands[i].name;
	return program_choose("command", arg, names, state);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (!strcmp(arg, "help"))
			argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		args->command = &commands[choose_command(arg, state)];
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

/* The command's own messages begin with "ttmsim-oracle check". */
static int run_command(const struct args *args, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof(name), "ttmsim-oracle %s", args->command->name);
	argv[args->at] = name;
	return args->command->run(argc - args->at, argv + args->at);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { NULL, parse, "COMMAND [ARG...]", doc, NULL, NULL, NULL };
	struct args args = { NULL, 0 };
	int status;

	argp_err_exit_status = STATUS_UNUSABLE;
	program_check_output("ttmsim-oracle", STATUS_UNUSABLE);
	if (program_parse(&argp, argc, argv, ARGP_IN_ORDER, &args) || !args.command)
		return STATUS_UNUSABLE;
	status = run_command(&args, argc, argv);
	progress_end();
	return status;
}
