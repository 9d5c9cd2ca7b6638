/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * scenario.c - what the commands that take scenarios share.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "ttmsim.h"

/* More than any scenario may have: the library says so then. */
#define MAX_BYTES ((size_t)8 << 20)

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

char *read_scenario(const char *path, size_t *len)
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

enum sim_ttm_mode mode_parse(const char *arg, struct argp_state *state)
{
	const char *names[SIM_NR_TTM_MODES + 1] = { NULL };

	for (int mode = 0; mode < SIM_NR_TTM_MODES; mode++)
		names[mode] = sim_ttm_mode_name((enum sim_ttm_mode)mode);
	return (enum sim_ttm_mode)program_choose("mode", arg, names, state);
}
