/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim-bench - the command: ttmsim-bench(1).
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/program.h"
#include "frame.h"

/* libc looks for it. */
__attribute__((visibility("default")))
const char *argp_program_version = "ttmsim-bench " TTMSIM_VERSION;

#define REPETITIONS 21
#define MIN_NS 1e6
#define PATIENCE_NS 3e8
#define MAX_REPETITIONS 100000
#define MAX_MS 60000
#define THRESHOLD 3		/* per cent */

enum {
	OPTION_AXIS = 0x100,	/* + enum bench_axis */
	OPTION_LIST = OPTION_AXIS + BENCH_NR_AXES,
	OPTION_MIN_TIME,
	OPTION_FORMAT,
	OPTION_COMPARE,
	OPTION_AGAINST,
	OPTION_THRESHOLD,
	OPTION_SERVE,
	OPTION_COUNTS,
};

enum what {
	WHAT_MEASURE, WHAT_LIST_FAMILIES, WHAT_LIST_ROWS, WHAT_COMPARE, WHAT_AGAINST, WHAT_SERVE,
};

struct args {
	enum what what;
	struct selection selection;
	struct plan plan;
	bool repetitions_given, min_time_given, threshold_given;
	const struct format *format;
	const char *output;
	const char *a, *b;	/* to be compared */
	struct against against;
};

/* What keeps the command from its work; the status to end with. */
static int unusable(const char *why)
{
	fprintf(stderr, "ttmsim-bench: %s\n", why);
	return STATUS_UNUSABLE;
}

/* ---- options ---- */

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What is measured:", 1 },
	{ "filter", 'f', "REGEX", 0, "Only rows whose name matches", 1 },
	{ "list", OPTION_LIST, "WHAT", OPTION_ARG_OPTIONAL,
	  "Measure nothing: list families (the default) or rows", 1 },
	{ "compare", OPTION_COMPARE, "A B", 0,
	  "Measure two families in alternation and say which is faster", 1 },
	{ "against", OPTION_AGAINST, "BINARY", 0,
	  "Measure each row in alternation with the ttmsim-bench of another build, and say"
	  " whether this one is faster, slower or the same", 1 },
	{ "threshold", OPTION_THRESHOLD, "PERCENT", 0,
	  "With --against: end with 1 where a row is slower by more than this (3)", 1 },
	{ "serve", OPTION_SERVE, NULL, 0,
	  "Measure what standard input asks: what --against starts", 1 },
	{ "counts", OPTION_COUNTS, NULL, 0, "Count events, measure no times", 1 },
	{ NULL, 0, NULL, 0, "How long:", 3 },
	{ "repetitions", 'n', "N", 0, "Of each row (21), or pairs to compare (350)", 3 },
	{ "min-time", OPTION_MIN_TIME, "MS", 0, "Of a repetition (1; 0.2 to compare)", 3 },
	{ NULL, 0, NULL, 0, "How it is told:", 4 },
	{ "format", OPTION_FORMAT, "FORMAT", 0, "text (the default), csv or json", 4 },
	{ "output", 'o', "FILE", 0, "Write to a file", 4 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct format *const formats[] = { &text_format, &csv_format, &json_format };

static void parse_format(const char *arg, struct args *args, struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(arg, formats[i]->name)) {
			args->format = formats[i];
			return;
		}
	}
	argp_error(state, "--format is text, csv or json, not '%s'", arg);
}

static double parse_bounded(const char *arg, double least, double most, bool whole,
			    const char *option, struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value >= least && value <= most) ||
	    (whole && value != (double)(long)value))
		argp_error(state, "%s is a %snumber from %g to %g, not '%s'", option,
			   whole ? "whole " : "", least, most, arg);
	return value;
}

static void parse_list(const char *arg, struct args *args, struct argp_state *state)
{
	if (!arg || !strcmp(arg, "families"))
		args->what = WHAT_LIST_FAMILIES;
	else if (!strcmp(arg, "rows"))
		args->what = WHAT_LIST_ROWS;
	else
		argp_error(state, "--list is families or rows, not '%s'", arg);
}

/* The second name is a word of its own. */
static void parse_compare(const char *arg, struct args *args, struct argp_state *state)
{
	args->what = WHAT_COMPARE;
	args->a = arg;
	if (state->next >= state->argc || *state->argv[state->next] == '-')
		argp_error(state, "--compare '%s' with what?", arg);
	else
		args->b = state->argv[state->next++];
}

static error_t parse_own(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'f':
		args->selection.filter = arg;
		return 0;
	case 'n':
		args->plan.repetitions = (unsigned int)parse_bounded(arg, 1, MAX_REPETITIONS, true,
								     "--repetitions", state);
		args->repetitions_given = true;
		args->plan.patience_ns = 0;
		return 0;
	case 'o':
		args->output = arg;
		return 0;
	case OPTION_MIN_TIME:
		args->plan.min_ns = 1e6 * parse_bounded(arg, 0, MAX_MS, false, "--min-time",
							state);
		args->min_time_given = true;
		return 0;
	case OPTION_LIST:
		parse_list(arg, args, state);
		return 0;
	case OPTION_FORMAT:
		parse_format(arg, args, state);
		return 0;
	case OPTION_COMPARE:
		parse_compare(arg, args, state);
		return 0;
	case OPTION_AGAINST:
		args->what = WHAT_AGAINST;
		args->against.binary = arg;
		return 0;
	case OPTION_THRESHOLD:
		args->against.threshold = parse_bounded(arg, 0, 1000, false, "--threshold",
							state) / 100;
		args->threshold_given = true;
		return 0;
	case OPTION_SERVE:
		args->what = WHAT_SERVE;
		return 0;
	case OPTION_COUNTS:
		args->plan.counts = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "what is '%s'?", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_axis(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	char why[BENCH_TEXT];

	if (key < OPTION_AXIS || key >= OPTION_AXIS + BENCH_NR_AXES)
		return ARGP_ERR_UNKNOWN;
	if (!axis_parse((enum bench_axis)(key - OPTION_AXIS), arg,
			&args->selection.axis[key - OPTION_AXIS], why))
		argp_error(state, "%s", why);
	return 0;
}

/* One option for each axis, as a group between the others. */
static const struct argp *axis_argp(void)
{
	static struct argp_option axis_options[BENCH_NR_AXES + 1];
	static const struct argp argp = { axis_options, parse_axis, NULL, NULL, NULL, NULL, NULL };

	for (int i = 0; i < BENCH_NR_AXES; i++)
		axis_options[i] = (struct argp_option){
			.name = axis_name((enum bench_axis)i), .key = OPTION_AXIS + i,
			.arg = "LIST", .doc = axis_help((enum bench_axis)i),
		};
	return &argp;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = state->input;
		return 0;
	}
	return parse_own(key, arg, state);
}

/* Options that do not go together. */
static void check_args(const struct args *args)
{
	bool pairs = args->what == WHAT_COMPARE || args->what == WHAT_AGAINST;

	if (args->a && args->against.binary)
		exit(unusable("--compare is for two families, --against for two builds:"
			      " one of them at a time"));
	if (pairs && args->plan.counts)
		exit(unusable(args->a ? "--compare needs times, --counts takes none" :
					"--against needs times, --counts takes none"));
	if (args->what == WHAT_COMPARE && args->selection.filter)
		exit(unusable("--compare has two names, --filter is for rows"));
	if (args->what != WHAT_AGAINST && args->threshold_given)
		exit(unusable("--threshold is for --against"));
}

static void parse_args(int argc, char **argv, struct args *args)
{
	struct argp_child children[] = {
		{ axis_argp(), 0, "Where (lists with commas):", 2 }, { NULL, 0, NULL, 0 },
	};
	const struct argp argp = {
		options, parse, "",
		"Measure what the simulator's paths cost, in ns per operation and as a multiple of"
		" a plain store loop."
		"\vWithout options: every family on x86_64 and um, Linux 6.1, in about a minute.",
		children, NULL, NULL,
	};

	argp_err_exit_status = STATUS_UNUSABLE;
	if (program_parse(&argp, argc, argv, 0, args))
		exit(STATUS_UNUSABLE);
	check_args(args);
}

/* ---- measuring ---- */

static void show_progress(size_t at, size_t nr, const char *name)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K[%zu/%zu] %.70s", at + 1, nr, name);
}

static void hide_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static int measure(struct args *args, struct rows *rows, FILE *out)
{
	struct row first = rows->row[0];

	rows_keep_fit(rows, args->format == &text_format ? stderr : NULL);
	if (!rows->nr) {
		fprintf(stderr, "ttmsim-bench: %s: %s\n", first.full, first.unfit);
		return STATUS_UNUSABLE;
	}
	args->format->begin(out, rows, &args->plan);
	for (size_t i = 0; i < rows->nr; i++) {
		struct figures figures;

		show_progress(i, rows->nr, rows->row[i].full);
		measure_row(&rows->row[i], &args->plan, &figures);
		hide_progress();
		args->format->row(out, &rows->row[i], &figures);
		figures_free(&figures);
	}
	args->format->end(out);
	return STATUS_OK;
}

/* ---- comparing ---- */

static void compare_pairs(const struct args *args, const struct rows *ra, const struct rows *rb,
			  FILE *out)
{
	args->format->compare_begin(out);
	for (size_t i = 0; i < ra->nr; i++) {
		struct comparison comparison;

		show_progress(i, ra->nr, ra->row[i].full);
		compare_rows(&ra->row[i], &rb->row[i], &args->plan, &comparison);
		hide_progress();
		args->format->compare(out, &comparison);
		comparison_free(&comparison);
	}
	args->format->end(out);
}

static void plan_pairs(struct args *args, double patience_ns)
{
	if (!args->repetitions_given) {
		args->plan.repetitions = COMPARE_REPETITIONS;
		args->plan.patience_ns = patience_ns;
	}
	if (!args->min_time_given)
		args->plan.min_ns = COMPARE_MIN_NS;
}

static int compare(struct args *args, FILE *out)
{
	struct rows ra = { NULL, 0 }, rb = { NULL, 0 };
	char why[BENCH_TEXT];
	int status = STATUS_OK;

	plan_pairs(args, COMPARE_PATIENCE_NS);
	if (pairs_select(&args->selection, args->a, args->b, &ra, &rb, why))
		compare_pairs(args, &ra, &rb, out);
	else
		status = unusable(why);
	rows_free(&ra);
	rows_free(&rb);
	return status;
}

/* ---- another build ---- */

struct tally {
	size_t told, regressions;
	size_t unsure;		/* their interval is wider than what was asked for */
};

static void tell_tally(const struct args *args, const struct tally *tally)
{
	double percent = 100 * args->against.threshold;

	if (tally->regressions)
		fprintf(stderr, "ttmsim-bench: %zu of %zu rows slower than %s by more than %g %%\n",
			tally->regressions, tally->told, args->against.binary, percent);
	if (tally->unsure)
		fprintf(stderr, "ttmsim-bench: of %zu of %zu rows the interval reaches beyond"
			" %g %% slower: more --repetitions, or a quieter machine, would tell\n",
			tally->unsure, tally->told, percent);
}

static void tell_against(const struct args *args, const struct comparison *comparison, FILE *out,
			 struct tally *tally)
{
	bool regression = against_regression(comparison, &args->against);

	args->format->against(out, comparison, &args->against);
	tally->told++;
	tally->regressions += regression;
	tally->unsure += !regression && comparison->high > 1 + args->against.threshold;
}

static int measure_against(const struct args *args, const struct rows *rows, FILE *out)
{
	struct tally tally = { 0 };
	char why[BENCH_TEXT];

	args->format->against_begin(out, rows, &args->against);
	for (size_t i = 0; i < rows->nr; i++) {
		const struct row *row = &rows->row[i];
		struct comparison comparison;
		enum peer_status status;

		show_progress(i, rows->nr, row->full);
		status = against_row(args->against.binary, row, &args->plan, &comparison, why);
		hide_progress();
		if (status == PEER_LOST) {
			fprintf(stderr, "ttmsim-bench: %s: %s\n", row->full, why);
			return STATUS_FAILED;
		}
		if (status == PEER_NO_ROW) {
			fprintf(stderr, "left out: %s: %s: %s\n", row->full, args->against.binary,
				why);
			continue;
		}
		tell_against(args, &comparison, out, &tally);
		comparison_free(&comparison);
	}
	args->format->end(out);
	tell_tally(args, &tally);
	if (!tally.told)
		return unusable("the other build has none of these rows");
	return tally.regressions ? STATUS_FAILED : STATUS_OK;
}

static int against(struct args *args, struct rows *rows, FILE *out)
{
	struct row first = rows->row[0];
	char why[BENCH_TEXT];

	plan_pairs(args, AGAINST_PATIENCE_NS);
	rows_keep_fit(rows, NULL);
	if (!rows->nr) {
		fprintf(stderr, "ttmsim-bench: %s: %s\n", first.full, first.unfit);
		return STATUS_UNUSABLE;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!against_probe(args->against.binary, why))
		return unusable(why);
	return measure_against(args, rows, out);
}

/* ---- the command ---- */

static int select_and_do(struct args *args, FILE *out)
{
	struct rows rows = { NULL, 0 };
	char why[BENCH_TEXT];
	int status = STATUS_OK;

	if (!rows_select(&args->selection, &rows, why))
		status = unusable(why);
	else if (args->what == WHAT_LIST_FAMILIES)
		list_families(out, &rows);
	else if (args->what == WHAT_LIST_ROWS)
		list_rows(out, &rows);
	else if (args->what == WHAT_AGAINST)
		status = against(args, &rows, out);
	else
		status = measure(args, &rows, out);
	rows_free(&rows);
	return status;
}

static void warn_of_build(const struct args *args)
{
	bool times = args->what == WHAT_MEASURE || args->what == WHAT_COMPARE ||
		     args->what == WHAT_AGAINST;

	if (times && !args->plan.counts && strcmp(bench_build_type(), "release") != 0)
		fputs("ttmsim-bench: built with assertions or a sanitizer:"
		      " its times mean nothing\n", stderr);
}

static int do_it(struct args *args, FILE *out)
{
	switch (args->what) {
	case WHAT_COMPARE:
		return compare(args, out);
	case WHAT_SERVE:
		return serve(stdin, out);
	default:
		return select_and_do(args, out);
	}
}

int main(int argc, char **argv)
{
	struct args args = {
		.plan = { .repetitions = REPETITIONS, .min_ns = MIN_NS,
			  .patience_ns = PATIENCE_NS },
		.format = &text_format,
		.against = { .threshold = THRESHOLD / 100.0 },
	};
	FILE *out = stdout;
	int status;

	program_check_output("ttmsim-bench", STATUS_UNUSABLE);
	parse_args(argc, argv, &args);
	if (args.output && !(out = fopen(args.output, "we"))) {
		fprintf(stderr, "ttmsim-bench: %s: %s\n", args.output, strerror(errno));
		return STATUS_UNUSABLE;
	}
	warn_of_build(&args);
	status = do_it(&args, out);
	if (args.output && (fflush(out) || ferror(out) || fclose(out))) {
		fprintf(stderr, "ttmsim-bench: cannot write: %s\n", strerror(errno));
		status = STATUS_UNUSABLE;
	}
	for (int axis = 0; axis < BENCH_NR_AXES; axis++)
		free(args.selection.axis[axis].value);
	return status;
}
