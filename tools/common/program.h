/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * program.h - what the project's commands share: options and words that are not
 * known, and output that could not be written.
 */
#ifndef TTMSIM_TOOLS_PROGRAM_H
#define TTMSIM_TOOLS_PROGRAM_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * From here on the program ends with @status, and says so as @name, where standard
 * output cannot be written: help and version too, after which libc ends it.
 */
void program_check_output(const char *name, int status);

/* argp_parse(), that says of an unknown long option which one was probably meant. */
error_t program_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
		      void *input);

/*
 * The index of @arg in @names, which ends with NULL. Where it is none of them the program
 * ends: "WHAT ARG is not known: NAMES; did you mean NAME?"
 */
unsigned int program_choose(const char *what, const char *arg, const char *const names[],
			    struct argp_state *state);

/* @text for a message, escaped. The next call but one overwrites it. */
const char *program_shown(const char *text);

#endif
