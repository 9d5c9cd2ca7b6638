/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * matrix.c - ttmsim matrix: ttmsim-matrix(1).
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ttmsim/matrix.h>

#include "common/program.h"
#include "ttmsim.h"

#define PROGRESS_AFTER 2	/* seconds */

struct args {
	struct sim_matrix_filter filter;
	enum sim_matrix_format format;
	enum color color;
	bool all;
};

static const struct argp_option options[] = {
	{ "arch", 'a', "NAME", 0, "Only this architecture (ttmsim arch lists them)", 0 },
	{ "release", 'r', "RELEASE", 0, "Only this kernel release, e.g. 6.1", 0 },
	{ "mode", 'm', "MODE", 0, "Only this TTM mapping mode: mixed, pfn, apply, pfns, huge", 0 },
	{ "all", OPTION_FORMAT + 1, NULL, 0, "A line for each case", 0 },
	{ "format", OPTION_FORMAT, "FORMAT", 0,
	  "text (the default), csv, json or html; the last three have every column", 0 },
	{ "color", OPTION_COLOR, "WHEN", OPTION_ARG_OPTIONAL, "auto, always or never", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static enum sim_ttm_mode parse_mode(const char *arg, struct argp_state *state)
{
	const char *names[SIM_NR_TTM_MODES] = { NULL };

	for (int mode = SIM_TTM_MIXED; mode < SIM_NR_TTM_MODES; mode++)
		names[mode - SIM_TTM_MIXED] = sim_ttm_mode_name((enum sim_ttm_mode)mode);
	return (enum sim_ttm_mode)(SIM_TTM_MIXED + program_choose("mode", arg, names, state));
}

static enum sim_matrix_format parse_format(const char *arg, struct argp_state *state)
{
	static const char *const names[] = { "text", "csv", "json", "html", NULL };
	static const enum sim_matrix_format formats[] = {
		SIM_MATRIX_TEXT, SIM_MATRIX_CSV, SIM_MATRIX_JSON, SIM_MATRIX_HTML,
	};

	return formats[program_choose("format", arg, names, state)];
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'a':
		args->filter.arch = arch_parse(arg, state)->name;
		return 0;
	case 'r':
		args->filter.release = release_parse(arg, state);
		return 0;
	case 'm':
		args->filter.mode = parse_mode(arg, state);
		return 0;
	case OPTION_FORMAT:
		args->format = parse_format(arg, state);
		return 0;
	case OPTION_FORMAT + 1:
		args->all = true;
		return 0;
	case OPTION_COLOR:
		args->color = color_parse(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "what is '%s'?", program_shown(arg));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- progress, where it takes long ---- */

struct progress {
	struct sim_matrix_writer *writer;
	time_t begin, shown;
	unsigned long nr;
};

static void show_progress(struct progress *p, const struct sim_matrix_cell *cell)
{
	time_t now = time(NULL);

	if (now - p->begin < PROGRESS_AFTER || now == p->shown || !isatty(STDERR_FILENO))
		return;
	p->shown = now;
	fprintf(stderr, "\r%lu cases: %s %s          ", p->nr, cell->release, cell->arch->name);
}

static int write_cell(const struct sim_matrix_cell *cell, void *data)
{
	struct progress *p = data;

	p->nr++;
	show_progress(p, cell);
	return sim_matrix_write(cell, p->writer);
}

int command_matrix(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "",
		"Run every case of mapping TTM memory and say what get_user_pages() reaches."
		"\vWithout options: before and after the patch that made TTM's mappings"
		" VM_PFNMAP, and every hole, each with its reason.",
		NULL, NULL, NULL,
	};
	struct args args = { .color = COLOR_AUTO };
	struct progress progress = { .begin = time(NULL) };
	int ret, end;

	program_parse(&argp, argc, argv, 0, &args);
	if (args.all && args.format == SIM_MATRIX_TEXT)
		args.format = SIM_MATRIX_TABLE;
	progress.writer = sim_matrix_writer_create(stdout, args.format, color_wanted(args.color));
	if (!progress.writer)
		return unusable("out of memory");
	ret = sim_matrix_run(&args.filter, write_cell, &progress);
	if (progress.shown)
		fputs("\r\033[K", stderr);
	end = sim_matrix_writer_finish(progress.writer);
	if (ret == -EINVAL)
		return unusable("%s has no %s", args.filter.release, args.filter.arch);
	if (ret || end)
		return unusable("%s", strerror(ret ? -ret : -end));
	return STATUS_OK;
}
