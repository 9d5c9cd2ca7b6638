/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * guest.c - ttmsim-oracle guest: the protocol of vm.c with the simulator behind
 * it, for tests of what talks to guests. It can be told to lie, hang and die.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program.h"
#include "oracle.h"

struct args {
	struct kernel kernel;
	const char *lie_op;	/* falsify results of this operation */
	unsigned int lie_nr;	/* or the n-th result of each scenario; 0 = none */
	const char *hang_op, *die_op, *refuse_op;
};

static const struct argp_option options[] = {
	{ "arch", OPTION_ARCH, "ARCH", 0, "x86_64", 0 },
	{ "release", OPTION_RELEASE, "RELEASE", 0, "6.1", 0 },
	{ "lie", 'l', "N|OP", 0, "Falsify the N-th value of a scenario, or those of an operation",
	  0 },
	{ "hang", 'h', "OP", 0, "Never answer where a program has this operation", 0 },
	{ "die", 'd', "OP", 0, "End there", 0 },
	{ "refuse", 'r', "OP", 0, "Say that it cannot be run there", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case OPTION_ARCH: args->kernel.arch = arg; return 0;
	case OPTION_RELEASE: args->kernel.release = arg; return 0;
	case 'l':
		if (*arg >= '0' && *arg <= '9')
			args->lie_nr = parse_count(arg, "--lie", state);
		else
			args->lie_op = arg;
		return 0;
	case 'h': args->hang_op = arg; return 0;
	case 'd': args->die_op = arg; return 0;
	case 'r': args->refuse_op = arg; return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static bool has_op(struct line line, const char *op)
{
	return op && line.len > strlen(op) && !memcmp(line.at, op, strlen(op)) &&
	       line.at[strlen(op)] == ' ';
}

static bool program_has(const char *text, const char *op)
{
	struct line line;

	while (next_line(&text, &line))
		if (has_op(line, op))
			return true;
	return false;
}

static void print_lines(const struct args *args, const char *transcript)
{
	unsigned int nr = 0;
	struct line line;

	while (next_line(&transcript, &line)) {
		size_t arrow = line_arrow(line);
		bool lies = *line.at != '#' && arrow < line.len &&
			    (++nr == args->lie_nr || has_op(line, args->lie_op));

		if (lies)
			printf("| %.*s -> -ENOANO\n", (int)arrow, line.at);
		else
			printf("| %.*s\n", (int)line.len, line.at);
	}
}

static void answer(const struct args *args, const char *name, const char *text)
{
	struct text out = { NULL, 0, 0 };
	int ret;

	if (program_has(text, args->die_op))
		exit(STATUS_UNUSABLE);
	while (program_has(text, args->hang_op))
		pause();
	printf("begin %s\n", name);
	if (program_has(text, args->refuse_op)) {
		printf("| #| there is no device\nend %s unusable\n", name);
		fflush(stdout);
		return;
	}
	ret = sim_transcript(&args->kernel, name, text, &out);
	print_lines(args, text_of(&out));
	printf("end %s %s\n", name, ret ? "unusable" : "ok");
	fflush(stdout);
	text_free(&out);
}

int command_guest(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "",
		"Speak the guest's side of the protocol on standard input and output, with the"
		" simulator in place of a kernel.", NULL, NULL, NULL,
	};
	struct args args = { .kernel = { "guest", "x86_64", "6.1" } };
	char line[512], name[256];
	size_t len;

	program_parse(&argp, argc, argv, 0, &args);
	printf("ready %s-guest %s\n", args.kernel.release, args.kernel.arch);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n")) {
		char *text;

		if (sscanf(line, "run %255s %zu", name, &len) != 2)
			give_up("guest: what is '%s'?", line);
		text = calloc(1, len + 1);
		if (!text || fread(text, 1, len, stdin) != len)
			give_up("guest: cannot read %zu bytes", len);
		answer(&args, name, text);
		free(text);
	}
	return STATUS_OK;
}
