/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * supervise.c - one scenario, from its text to its transcript.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

/* Warnings that come once come again. */
static void show_outcomes(struct scn_run *run, struct scn_result *res)
{
	uint32_t bad_pages;

	kmsg_read(&kmsg);
	if (kmsg.oops && run->end == END_OK)
		run->end = END_BUG;
	/* A wild pointer is no BUG that somebody asked for: no simulator's result. */
	if (run->end == END_BUG)
		scn_value(res, kmsg.bug ? "BUG" : "oops");
	bad_pages = session_bad_pages(run) + run->bad_page;
	if (kmsg.warn) {
		scn_key(res, "warn", "1");
		write_file("/sys/kernel/debug/clear_warn_once", "1");
	}
	if (bad_pages)
		scn_key(res, "bad_page", "1");
	/* What the end of the task that met it finds may come in time or not. */
	if (run->end == END_BUG)
		res->nr_keys = 0;
}

static void run_op(struct scn_run *run, const struct scn_op *op)
{
	struct scn_result res = { .nr_keys = 0 };

	kmsg_forget();
	run->bad_page = false;
	if (run->object[op->task].task.pid || op->desc->without_task)
		op->desc->run(run, op, &res);
	else
		scn_value_return(&res, -ESRCH);
	if (!*res.value && !res.nr_keys)
		scn_value_return(&res, 0);
	show_outcomes(run, &res);
	if (run->end == END_OK || run->end == END_BUG)
		scn_print_op(&run->to, op, &res);
	free(res.lines);
}

static void run_ops(struct scn_run *run)
{
	const struct scn *scn = run->to.scn;
	FILE *out = run->to.options->out;

	for (unsigned int i = 0; i < scn->nr_ops && run->end == END_OK; i++) {
		if (scn->op[i].desc)
			run_op(run, &scn->op[i]);
		else
			scn_print_comment(&run->to, &scn->op[i]);
		/* Where a BUG ends the whole machine, what was before it is out. */
		fflush(out);
	}
	if (run->end == END_HUNG || run->end == END_UNUSABLE)
		fprintf(out, "#| %s\n", run->why);
}

/* ---- beginning and end ---- */

static void init_objects(struct scn_run *run)
{
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++) {
		run->object[i] = (struct object){ .fd = -1, .dev = -1 };
		run->object[i].task.sock = -1;
	}
}

/* Mappings go before files, and files before the session that has the devices. */
static void end_objects(struct scn_run *run)
{
	link_end_all(run);
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++) {
		if (run->object[i].fd >= 0)
			close(run->object[i].fd);
		free(run->object[i].pfn);
	}
	session_close(run);
	free(run->holds.held);
	run->holds = (struct scn_holds){ .nr = 0 };
	/* What the end of it all says is nobody's result. */
	kmsg_forget();
	kmsg_read(&kmsg);
	if (kmsg.warn)
		write_file("/sys/kernel/debug/clear_warn_once", "1");
}

static void init_memory(struct scn_run *run)
{
	memset(&run->memory, 0, sizeof(run->memory));
	run->memory.scn = run->to.scn;
	run->memory.page_shift = machine.page_shift;
	run->memory.pmd_size = 1UL << machine.info.pmd_shift;
	run->memory.task_size = machine.info.task_size;
}

static void run_parsed(struct scn_run *run)
{
	int ret;

	init_objects(run);
	session_open(run);
	kmsg_read(&kmsg);	/* what was said before */
	ret = link_spawn(run, &run->object[SCN_MAIN_TASK].task);
	if (ret)
		unusable(run, "no process: %s", strerror(-ret));
	run_ops(run);
	end_objects(run);
}

enum end supervise(const char *text, size_t len, const char *name, FILE *out)
{
	struct sim_scenario_options options = { .name = name, .out = out };
	static struct scn_run *run; /* on the heap, which tasks do not have */
	const char *why;
	struct scn *scn;

	if (!run)
		run = calloc(1, sizeof(*run));
	if (!run || scn_parse(text, len, name, out, &scn)) {
		fflush(out);
		return END_UNUSABLE;
	}
	run->to = (struct scn_transcript){ .scn = scn, .options = &options };
	init_memory(run);
	run->end = END_OK;
	why = scn_unportable(scn);
	if (why) {
		fprintf(out, "%s\n", why);
		run->end = END_UNUSABLE;
	} else {
		run_parsed(run);
	}
	fflush(out);
	scn_free(scn);
	return run->end;
}
