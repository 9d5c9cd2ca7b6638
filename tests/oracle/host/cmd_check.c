/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmd_check.c - ttmsim-oracle check: a kernel against the simulator, live.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program.h"
#include "oracle.h"

#define MAX_SECTIONS 64

struct args {
	struct common common;
	const char *section[MAX_SECTIONS];
	int nr_sections;
	bool only_files, share;
	const char *keep;
	unsigned int show;
};

static const struct argp_option options[] = {
	{ "section", 's', "NAME", 0, "Only this section of the table; may be repeated", 0 },
	{ "files", 'f', NULL, 0, "Only the files, nothing of the table", 0 },
	{ "sample", 'S', NULL, 0, "Only the share of the table that golden files hold", 0 },
	{ "keep", 'k', "DIR", 0, "Write the program and both transcripts of what differs", 0 },
	{ "show", 'n', "N", 0, "How many differences of a kind to print: 2", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[0] = &args->common; return 0;
	case 's':
		if (args->nr_sections == MAX_SECTIONS)
			argp_error(state, "too many sections");
		args->section[args->nr_sections++] = arg;
		return 0;
	case 'f': args->only_files = true; return 0;
	case 'S': args->share = true; return 0;
	case 'k': args->keep = arg; return 0;
	case 'n': args->show = parse_count(arg, "--show", state); return 0;
	case ARGP_KEY_END: common_check(&args->common, state); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

struct check {
	const struct args *args;
	unsigned int nr, ended, observations, differing;
	struct groups groups, refusals;
};

static void keep(const struct check *check, const struct job *job, const struct text *sim)
{
	const struct text *what[] = { &job->scenario->text, &job->transcript, sim };
	static const char *const suffix[] = { "sim", "kernel", "simulator" };

	for (int i = 0; check->args->keep && i < 3; i++) {
		struct text path = { NULL, 0, 0 };

		text_printf(&path, "%s/%s.%s", check->args->keep, job->scenario->name, suffix[i]);
		text_write_file(what[i], path.data);
		text_free(&path);
	}
}

static void show(struct check *check, const struct job *job, const struct text *sim,
		 const struct difference *diff)
{
	unsigned int nr = groups_add(&check->groups, diff, job->scenario->name);

	check->differing++;
	keep(check, job, sim);
	if (nr > check->args->show)
		return;
	progress_end();
	printf("\n%s:\n", job->scenario->name);
	print_difference(stdout, text_of(&job->transcript), text_of(sim), diff, 1000);
	fflush(stdout);
}

static void count_refusal(struct check *check, const struct job *job)
{
	struct text why = { NULL, 0, 0 };

	refusal_of(job, &why);
	groups_count(&check->refusals, text_of(&why), job->scenario->name);
	text_free(&why);
}

static void job_done(struct job *job, void *data)
{
	struct check *check = data;
	struct text sim = { NULL, 0, 0 };
	struct difference diff;

	check->ended++;
	check->observations += count_observations(text_of(&job->transcript));
	if (check_job(&check->args->common.kernel, job, &sim, &diff))
		show(check, job, &sim, &diff);
	else if (job->status == JOB_UNUSABLE)
		count_refusal(check, job);
	progress("%s: %u of %u, %u differ: %s", check->args->common.kernel.name, check->ended,
		 check->nr, check->differing, job->scenario->name);
	text_free(&sim);
	text_free(&job->transcript);
}

static int check_all(const struct args *args, const struct scenarios *all)
{
	struct job *jobs = calloc(all->nr ? all->nr : 1, sizeof(*jobs));
	struct check check = { .args = args, .nr = all->nr };
	struct vm *vm = vm_create(&args->common.vm);
	double begin;

	if (!jobs)
		give_up("out of memory");
	for (unsigned int i = 0; i < all->nr; i++)
		jobs[i].scenario = &all->v[i];
	vm_uname(vm);
	begin = seconds_now();
	vm_run(vm, jobs, all->nr, job_done, &check);
	progress_end();
	groups_print(&check.groups, "differences", stdout);
	groups_print(&check.refusals, "scenarios that this kernel cannot run to the end,", stdout);
	sim_print_cuts(stdout);
	printf("%s: %u scenarios, %u observations, %u differences; %.0f s, %u boots\n",
	       args->common.kernel.name, all->nr, check.observations, check.differing,
	       seconds_now() - begin, vm_starts(vm));
	vm_destroy(vm);
	groups_free(&check.groups);
	groups_free(&check.refusals);
	free(jobs);
	return check.differing || !check.observations ? STATUS_DIFFERS : STATUS_OK;
}

static void collect(const struct args *args, struct scenarios *all)
{
	if (!args->only_files && !args->nr_sections)
		table_expand(all, NULL, args->share);
	for (int i = 0; i < args->nr_sections; i++)
		if (!table_expand(all, args->section[i], args->share))
			give_up("the table has no section '%s' (ttmsim-oracle table --list)",
				args->section[i]);
	scenarios_add_files(all, &args->common);
}

int command_check(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &common_argp, 0, NULL, 0 }, { NULL, 0, NULL, 0 },
	};
	static const struct argp argp = {
		options, parse, "[FILE...] -- VM COMMAND...",
		"Boot a kernel and compare it with the simulator: the table and the files, each"
		" a scenario or a bundle.", children, NULL, NULL,
	};
	struct args args = { .show = 2 };
	struct scenarios all = { NULL, 0, 0 };
	int status;

	args.common.vm.argv = split_command(&argc, argv);
	program_parse(&argp, argc, argv, 0, &args);
	if (args.keep && mkdir(args.keep, 0777) && errno != EEXIST)
		give_up("%s: %s", args.keep, strerror(errno));
	collect(&args, &all);
	status = check_all(&args, &all);
	scenarios_free(&all);
	return status;
}
