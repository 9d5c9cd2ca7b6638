/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * program.c - what the project's commands share.
 */
#include "common/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* ---- output ---- */

static const char *program_name;
static int unwritten_status;

static void check_output(void)
{
	bool lost = ferror(stdout);

	if (!fflush(stdout) && !lost)
		return;
	fprintf(stderr, "%s: cannot write: %s\n", program_name, strerror(errno));
	fflush(stderr);
	_exit(unwritten_status);
}

void program_check_output(const char *name, int status)
{
	program_name = name;
	unwritten_status = status;
	atexit(check_output);
}

/* ---- options ---- */

static const struct argp_option *find_option(const struct argp *argp, const char *name, size_t len,
					     bool *prefix)
{
	const struct argp_option *found = NULL;

	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
		if (!o->name || strncmp(o->name, name, len) != 0)
			continue;
		*prefix = true;
		if (!o->name[len])
			return o;
		found = o;
	}
	for (const struct argp_child *c = argp->children; c && c->argp && !found; c++)
		found = find_option(c->argp, name, len, prefix);
	return found;
}

static const struct argp_option *find_short(const struct argp *argp, int key)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->key == key)
			return o;
	return NULL;
}

static void add_options(struct sim_choices *choices, const struct argp *argp)
{
	char text[64];

	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
		if (!o->name)
			continue;
		snprintf(text, sizeof(text), "--%s", o->name);
		sim_choices_add(choices, text);
	}
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		add_options(choices, c->argp);
}

static void unknown_option(const struct argp *argp, const char *program, const char *arg,
			   size_t len)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, arg, len);
	add_options(&choices, argp);
	sim_choices_add_all(&choices, "--help --usage --version");
	fprintf(stderr, "%s: unknown option '%.*s'%s\n", program, (int)len,
		program_shown(arg), sim_choices_near(&choices));
	fprintf(stderr, "Try `%s --help' or `%s --usage' for more information.\n", program,
		program);
	exit(argp_err_exit_status);
}

/* Does the word after this one belong to it? */
static bool takes_next(const struct argp *argp, const char *arg)
{
	const struct argp_option *o = NULL;
	bool prefix = false;

	if (!strncmp(arg, "--", 2))
		o = strchr(arg, '=') ? NULL : find_option(argp, arg + 2, strlen(arg + 2), &prefix);
	else if (arg[0] == '-' && arg[1])
		o = find_short(argp, arg[strlen(arg) - 1]);
	return o && o->arg && !(o->flags & OPTION_ARG_OPTIONAL);
}

static bool is_own(const char *name, size_t len)
{
	static const char *const own[] = { "help", "usage", "version", "program-name", "HANG" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strncmp(own[i], name, len))
			return true;
	return false;
}

error_t program_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
		      void *input)
{
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];
		size_t len = strcspn(arg, "=");
		bool known = false;

		if (!strcmp(arg, "--") || ((flags & ARGP_IN_ORDER) && arg[0] != '-'))
			break;
		if (!strncmp(arg, "--", 2)) {
			find_option(argp, arg + 2, len - 2, &known);
			if (!known && !is_own(arg + 2, len - 2))
				unknown_option(argp, argv[0], arg, len);
		}
		i += takes_next(argp, arg);
	}
	return argp_parse(argp, argc, argv, flags, NULL, input);
}

/* ---- words ---- */

unsigned int program_choose(const char *what, const char *arg, const char *const names[],
			    struct argp_state *state)
{
	struct sim_choices choices;

	sim_choices_begin(&choices, arg, strlen(arg));
	for (unsigned int i = 0; names[i]; i++) {
		if (!strcmp(arg, names[i]))
			return i;
		sim_choices_add(&choices, names[i]);
	}
	argp_error(state, "%s %s is not known%s", what, program_shown(arg),
		   sim_choices_text(&choices));
	exit(argp_err_exit_status);
}

const char *program_shown(const char *text)
{
	static char shown[2][256];
	static unsigned int next;
	char *out = shown[next++ % 2];

	sim_escape(out, sizeof(shown[0]), text, strlen(text));
	return out;
}
