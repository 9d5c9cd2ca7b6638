/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmd_fuzz.c - ttmsim-oracle fuzz: random programs on a kernel and on the
 * simulator. What differs is made shorter, written, and sorted by what it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program.h"
#include "oracle.h"

#define BATCH 48

struct args {
	struct common common;
	unsigned long long seed;
	unsigned int count, length, shrinks;
	long only;		/* -1: from 0 on */
	double seconds;		/* 0: no limit */
	bool print;
};

static const struct argp_option options[] = {
	{ "seed", 's', "N", 0, "Programs are a function of (seed, index): 1", 0 },
	{ "count", 'n', "N", 0, "How many: 1000", 0 },
	{ "only", 'o', "INDEX", 0, "Only this one", 0 },
	{ "length", 'l', "N", 0, "Operations of a program at most, without the dump: 30", 0 },
	{ "seconds", 't', "N", 0, "Begin no more programs after so long", 0 },
	{ "shrink", 'k', "N", 0, "How many of a kind to make shorter: 2", 0 },
	{ "print", 'p', NULL, 0, "Print the programs and run nothing", 0 },
	{ "out", OPTION_OUT, "DIR", 0, "Write what differs as scenarios, with what the kernel said",
	  0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static unsigned long long parse_seed(const char *arg, struct argp_state *state)
{
	char *end;
	unsigned long long seed = strtoull(arg, &end, 0);

	if (!*arg || *end)
		argp_error(state, "--seed is a number, not '%s'", arg);
	return seed;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[0] = &args->common; return 0;
	case 's': args->seed = parse_seed(arg, state); return 0;
	case 'n':
		args->count = parse_count(arg, "--count", state);
		if (!args->count)
			argp_error(state, "--count is 1 or more");
		return 0;
	case 'o': args->only = parse_count(arg, "--only", state); return 0;
	case 't': args->seconds = parse_count(arg, "--seconds", state); return 0;
	case 'k': args->shrinks = parse_count(arg, "--shrink", state); return 0;
	case 'p': args->print = true; return 0;
	case 'l':
		args->length = parse_count(arg, "--length", state);
		if (args->length < 2 || args->length > 200)
			argp_error(state, "--length is a number from 2 to 200");
		return 0;
	case OPTION_OUT: args->common.out = arg; return 0;
	case ARGP_KEY_END:
		if (!args->print)
			common_check(&args->common, state);
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

struct fuzz {
	const struct args *args;
	struct vm *vm;
	struct groups groups;
	unsigned int ended, observations, differing, unusable, hung;
};

/* ---- one difference ---- */

static void write_scenario(const struct fuzz *fuzz, const struct shrink *s, const char *name)
{
	const struct args *args = fuzz->args;
	struct text file = { NULL, 0, 0 }, path = { NULL, 0, 0 };
	const char *index = strchr(name, '.');

	if (!args->common.out)
		return;
	text_printf(&file, "# SPDX-License-Identifier: GPL-2.0-only OR MIT\n"
		    "# %s: seed %llu, program %s. Results are the kernel's:\n"
		    "# ttmsim run --portable says where the simulator differs.\n"
		    "machine arch=%s release=%s -> 0\n", args->common.kernel.name, args->seed,
		    index ? index + 1 : name, args->common.kernel.arch,
		    args->common.kernel.release);
	text_add(&file, text_of(&s->on_kernel), s->on_kernel.len);
	text_printf(&path, "%s/%s-%s.sim", args->common.out, args->common.kernel.name, name);
	text_write_file(&file, path.data);
	text_free(&file);
	text_free(&path);
}

static void shrink_and_show(struct fuzz *fuzz, const struct job *job, struct text *sim,
			    const struct difference *diff)
{
	struct shrink s = { .vm = fuzz->vm, .kernel = &fuzz->args->common.kernel, .diff = *diff };

	text_add(&s.program, text_of(&job->scenario->text), job->scenario->text.len);
	text_add(&s.on_kernel, text_of(&job->transcript), job->transcript.len);
	text_add(&s.on_sim, text_of(sim), sim->len);
	shrink_program(&s);
	printf("\n%s: %s %s (%u programs tried)\n", job->scenario->name, diff->op, diff->key,
	       s.tries);
	print_difference(stdout, text_of(&s.on_kernel), text_of(&s.on_sim), &s.diff, 1000);
	fflush(stdout);
	write_scenario(fuzz, &s, job->scenario->name);
	text_free(&s.program);
	text_free(&s.on_kernel);
	text_free(&s.on_sim);
}

/* ---- batches ---- */

struct found {
	struct job *job;
	struct text sim;
	struct difference diff;
	bool shrink;
};

struct batch {
	struct fuzz *fuzz;
	struct found found[BATCH];
	unsigned int nr;
};

static void job_done(struct job *job, void *data)
{
	struct batch *batch = data;
	struct fuzz *fuzz = batch->fuzz;
	struct found *found = &batch->found[batch->nr];

	fuzz->ended++;
	fuzz->observations += count_observations(text_of(&job->transcript));
	fuzz->unusable += job->status == JOB_UNUSABLE;
	fuzz->hung += job->status == JOB_HUNG;
	*found = (struct found){ .job = job };
	if (check_job(&fuzz->args->common.kernel, job, &found->sim, &found->diff)) {
		fuzz->differing++;
		found->shrink = groups_add(&fuzz->groups, &found->diff, job->scenario->name) <=
				fuzz->args->shrinks;
		batch->nr++;
	} else {
		text_free(&found->sim);
	}
	progress("%s: %u of %u, %u differ, %u kinds", fuzz->args->common.kernel.name, fuzz->ended,
		 fuzz->args->count, fuzz->differing, fuzz->groups.nr);
}

static void run_batch(struct fuzz *fuzz, const struct scenarios *programs)
{
	static struct batch batch;
	struct job jobs[BATCH] = { { .scenario = NULL } };

	batch.fuzz = fuzz;
	batch.nr = 0;
	for (unsigned int i = 0; i < programs->nr; i++)
		jobs[i].scenario = &programs->v[i];
	vm_run(fuzz->vm, jobs, programs->nr, job_done, &batch);
	for (unsigned int i = 0; i < batch.nr; i++) {
		if (batch.found[i].shrink)
			shrink_and_show(fuzz, batch.found[i].job, &batch.found[i].sim,
					&batch.found[i].diff);
		text_free(&batch.found[i].sim);
	}
	for (unsigned int i = 0; i < programs->nr; i++)
		text_free(&jobs[i].transcript);
}

static void add_program(const struct args *args, struct scenarios *programs, unsigned int index)
{
	struct scenario *s;
	char name[64];

	snprintf(name, sizeof(name), "fuzz-%llu.%u", args->seed, index);
	s = scenarios_add(programs, "fuzz", name);
	fuzz_program(&(struct fuzz_key){ args->seed, index, args->length,
					 &args->common.kernel }, &s->text);
}

static int fuzz_all(const struct args *args)
{
	struct fuzz fuzz = { .args = args, .vm = vm_create(&args->common.vm) };
	unsigned int first = args->only >= 0 ? (unsigned int)args->only : 0;
	unsigned int end = args->only >= 0 ? first + 1 : args->count;
	double begin;

	vm_uname(fuzz.vm);
	begin = seconds_now();
	for (unsigned int at = first; at < end;) {
		struct scenarios programs = { NULL, 0, 0 };

		for (; at < end && programs.nr < BATCH; at++)
			add_program(args, &programs, at);
		run_batch(&fuzz, &programs);
		scenarios_free(&programs);
		if (args->seconds > 0 && seconds_now() - begin > args->seconds)
			break;
	}
	progress_end();
	putchar('\n');
	groups_print(&fuzz.groups, "differences", stdout);
	sim_print_cuts(stdout);
	printf("%s: seed %llu: %u programs, %u observations, %u differences, %u hung,"
	       " %u refused; %.0f s, %u boots\n", args->common.kernel.name, args->seed, fuzz.ended,
	       fuzz.observations, fuzz.differing, fuzz.hung, fuzz.unusable, seconds_now() - begin,
	       vm_starts(fuzz.vm));
	vm_destroy(fuzz.vm);
	groups_free(&fuzz.groups);
	return fuzz.differing || !fuzz.observations ? STATUS_DIFFERS : STATUS_OK;
}

static int print_all(const struct args *args)
{
	unsigned int first = args->only >= 0 ? (unsigned int)args->only : 0;
	unsigned int end = args->only >= 0 ? first + 1 : args->count;

	for (; first < end; first++) {
		struct text text = { NULL, 0, 0 };

		fuzz_program(&(struct fuzz_key){ args->seed, first, args->length,
						 &args->common.kernel }, &text);
		printf(BUNDLE_MARK "fuzz-%llu.%u\n%s", args->seed, first, text_of(&text));
		text_free(&text);
	}
	return STATUS_OK;
}

int command_fuzz(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &common_argp, 0, NULL, 0 }, { NULL, 0, NULL, 0 },
	};
	static const struct argp argp = {
		options, parse, "-- VM COMMAND...",
		"Boot a kernel and compare random programs with the simulator. Differences are"
		" made as short as they get.", children, NULL, NULL,
	};
	struct args args = { .seed = 1, .count = 1000, .length = 30, .shrinks = 2, .only = -1 };

	args.common.vm.argv = split_command(&argc, argv);
	program_parse(&argp, argc, argv, 0, &args);
	if (args.print)
		return print_all(&args);
	if (args.common.out && mkdir(args.common.out, 0777) && errno != EEXIST)
		give_up("%s: %s", args.common.out, strerror(errno));
	return fuzz_all(&args);
}
