/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * command.h - a command of the project, run as a program.
 */
#ifndef SIM_TEST_COMMAND_H
#define SIM_TEST_COMMAND_H

struct ran {
	int status;		/* that it ended with */
	char out[1 << 20];
};

/*
 * Finds @name beside the folder of the tests. Returns 0, or -1; ends the test with 77
 * where it was not built.
 */
int command_find(const char *name);

/* Runs a line of the shell, in which $T is the command; what it prints is in @out, of
 * the error stream only what the line sends there. The next call overwrites it. */
struct ran *command_run(const char *line);

/* What a line prints that has to end with 0. */
char *command_output(const char *line);

struct command_case {
	const char *description, *line;
	int status;
	const char *part;	/* of what is printed */
};

/* Fails at the first that ends otherwise, or prints nothing of the kind. */
void command_check(const struct command_case *cases, unsigned long nr);

#endif
