/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmd_record.c - ttmsim-oracle record: what a kernel says, into golden files:
 * OUT/SECTION.sim for each section, OUT/files.sim for single files, OUT/kernel.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program.h"
#include "oracle.h"

struct args {
	struct common common;
	bool whole;
};

static const struct argp_option options[] = {
	{ "out", OPTION_OUT, "DIR", 0, "Where to write", 0 },
	{ "all", 'a', NULL, 0, "The whole table, not the share that golden files hold", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT: state->child_inputs[0] = &args->common; return 0;
	case OPTION_OUT: args->common.out = arg; return 0;
	case 'a': args->whole = true; return 0;
	case ARGP_KEY_END:
		common_check(&args->common, state);
		if (!args->common.out)
			argp_error(state, "where to? (--out=DIR)");
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

struct recording {
	const struct kernel *kernel;
	unsigned int total, ended;
	unsigned int lacking;	/* scenarios with what the release lacks: not recorded */
	unsigned int bad;	/* others that were not recorded */
};

static void job_done(struct job *job, void *data)
{
	struct recording *recording = data;

	recording->ended++;
	progress("recording: %u of %u", recording->ended, recording->total);
	if (job->status == JOB_OK)
		return;
	if (job_lacks_function(recording->kernel, job)) {
		recording->lacking++;
		return;
	}
	recording->bad++;
	complain("%s: %s, not recorded%s%s", job->scenario->name,
		 job->status == JOB_HUNG ? "it hung" : "cannot be run",
		 job->status == JOB_HUNG ? "" : ": ",
		 job->status == JOB_HUNG ? "" : text_of(&job->transcript));
}

static void write_bundle(const struct text *bundle, const char *path)
{
	struct text file = { NULL, 0, 0 };

	text_printf(&file, "# SPDX-License-Identifier: GPL-2.0-only OR MIT\n");
	text_add(&file, bundle->data, bundle->len);
	text_write_file(&file, path);
	text_free(&file);
}

/* What an earlier recording left, so that nothing of it stays. */
static void remove_old(const char *folder)
{
	struct text pattern = { NULL, 0, 0 };
	glob_t found;

	text_printf(&pattern, "%s/*.sim", folder);
	if (!glob(pattern.data, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (remove(found.gl_pathv[i]))
				give_up("%s: %s", found.gl_pathv[i], strerror(errno));
		globfree(&found);
	}
	text_free(&pattern);
}

/* Jobs of a section stand together. */
static void write_sections(const struct args *args, const struct job *jobs, unsigned int nr)
{
	for (unsigned int i = 0; i < nr;) {
		const char *section = jobs[i].scenario->section;
		struct text path = { NULL, 0, 0 }, bundle = { NULL, 0, 0 };

		for (; i < nr && !strcmp(jobs[i].scenario->section, section); i++)
			if (jobs[i].status == JOB_OK)
				text_printf(&bundle, BUNDLE_MARK "%s\n%s", jobs[i].scenario->name,
					    text_of(&jobs[i].transcript));
		text_printf(&path, "%s/%s.sim", args->common.out, section);
		if (bundle.len)
			write_bundle(&bundle, path.data);
		text_free(&path);
		text_free(&bundle);
	}
}

static void write_kernel(const struct args *args, const char *uname)
{
	const struct kernel *kernel = &args->common.kernel;
	struct text path = { NULL, 0, 0 }, text = { NULL, 0, 0 };

	text_printf(&path, "%s/kernel", args->common.out);
	text_printf(&text, "kernel=%s arch=%s release=%s uname=%s\n", kernel->name, kernel->arch,
		    kernel->release, uname);
	text_write_file(&text, path.data);
	text_free(&path);
	text_free(&text);
}

/* All or nothing: a recording with holes would hide what was there before. */
static void write_all(const struct args *args, const struct job *jobs, unsigned int nr,
		      const char *uname)
{
	remove_old(args->common.out);
	write_sections(args, jobs, nr);
	write_kernel(args, uname);
}

static int record(const struct args *args, const struct scenarios *all)
{
	struct recording recording = { .kernel = &args->common.kernel, .total = all->nr };
	struct job *jobs = calloc(all->nr, sizeof(*jobs));
	struct vm *vm = vm_create(&args->common.vm);
	double begin = seconds_now();
	unsigned int observations = 0;

	if (!jobs)
		give_up("out of memory");
	for (unsigned int i = 0; i < all->nr; i++)
		jobs[i].scenario = &all->v[i];
	vm_run(vm, jobs, all->nr, job_done, &recording);
	progress_end();
	if (!recording.bad)
		write_all(args, jobs, all->nr, vm_uname(vm));
	vm_destroy(vm);
	for (unsigned int i = 0; i < all->nr; i++) {
		observations += count_observations(text_of(&jobs[i].transcript));
		text_free(&jobs[i].transcript);
	}
	free(jobs);
	if (recording.bad)
		complain("%u scenarios were not recorded: nothing was written", recording.bad);
	else
		printf("%s: %u scenarios, %u observations recorded;"
		       " %u with what it lacks; %.0f s\n",
		       args->common.kernel.name, all->nr - recording.lacking, observations,
		       recording.lacking, seconds_now() - begin);
	return recording.bad ? STATUS_DIFFERS : STATUS_OK;
}

int command_record(int argc, char **argv)
{
	static const struct argp_child children[] = {
		{ &common_argp, 0, NULL, 0 }, { NULL, 0, NULL, 0 },
	};
	static const struct argp argp = {
		options, parse, "[FILE...] -- VM COMMAND...",
		"Boot a kernel, run the table and the files on it, and write what it said.",
		children, NULL, NULL,
	};
	struct args args = { .whole = false };
	struct scenarios all = { NULL, 0, 0 };
	int status;

	args.common.vm.argv = split_command(&argc, argv);
	program_parse(&argp, argc, argv, 0, &args);
	if (mkdir(args.common.out, 0777) && errno != EEXIST)
		give_up("%s: %s", args.common.out, strerror(errno));
	table_expand(&all, NULL, !args.whole);
	scenarios_add_files(&all, &args.common);
	status = record(&args, &all);
	scenarios_free(&all);
	return status;
}
