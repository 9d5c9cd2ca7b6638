/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * options.c - what record, check and fuzz share on the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static const struct argp_option options[] = {
	{ "kernel", OPTION_KERNEL, "NAME", 0, "What to call the kernel in messages and files", 0 },
	{ "arch", OPTION_ARCH, "ARCH", 0, "The simulator's architecture for it: x86_64", 0 },
	{ "release", OPTION_RELEASE, "RELEASE", 0, "The simulator's release for it: 6.1", 0 },
	{ "uname", OPTION_UNAME, "TEXT", 0, "What the guest's uname -r must begin with", 0 },
	{ "timeout", OPTION_TIMEOUT, "SECONDS", 0, "For one scenario: 60", 0 },
	{ "boot-timeout", OPTION_BOOT_TIMEOUT, "SECONDS", 0, "Until the guest is ready: 300", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

unsigned int parse_count(const char *arg, const char *what, struct argp_state *state)
{
	char *end;
	unsigned long value = strtoul(arg, &end, 0);

	if (!*arg || *end || value > 1000000000)
		argp_error(state, "%s is a number, not '%s'", what, arg);
	return (unsigned int)value;
}

char **split_command(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		argv[i] = NULL;
		*argc = i;
		return argv + i + 1;
	}
	return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *common = state->input;

	switch (key) {
	case OPTION_KERNEL: common->kernel.name = arg; return 0;
	case OPTION_ARCH: common->kernel.arch = arg; return 0;
	case OPTION_RELEASE: common->kernel.release = arg; return 0;
	case OPTION_UNAME: common->vm.release = arg; return 0;
	case OPTION_TIMEOUT:
		common->vm.timeout = parse_count(arg, "--timeout", state);
		return 0;
	case OPTION_BOOT_TIMEOUT:
		common->vm.boot_timeout = parse_count(arg, "--boot-timeout", state);
		return 0;
	case ARGP_KEY_ARGS:
		common->files = state->argv + state->next;
		common->nr_files = state->argc - state->next;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_INIT:
		common->vm.timeout = 60;
		common->vm.boot_timeout = 300;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp common_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

void common_check(const struct common *common, struct argp_state *state)
{
	if (!common->kernel.name || !common->kernel.arch || !common->kernel.release)
		argp_error(state, "--kernel, --arch and --release must be given");
	if (!common->vm.argv || !common->vm.argv[0])
		argp_error(state, "what boots the machine? (... -- VM COMMAND)");
	kernel_check(&common->kernel);
}
