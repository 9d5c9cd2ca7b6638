/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.c - running a parsed scenario: the loop, what it may cost, BUGs
 * and warnings that an operation meets, the end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/portable.h"

/* ---- one operation ---- */

/* What an operation adds: to its task, to a child, or as an object that is nobody's. */
static uint64_t weigh(struct scn_run *run, const struct scn_op *op)
{
	const struct scn_param *params = op->desc->params;
	struct scn_object *task = &run->object[op->task];
	uint64_t pages = 1, inherited = 0;
	bool is_task = true;

	for (int i = 0; params[i].name; i++) {
		if (!op->arg[i].set)
			continue;
		if (!strcmp(params[i].name, "pages") || !strcmp(params[i].name, "n"))
			pages += op->arg[i].number;
		if (params[i].type == SCN_NEW && params[i].kinds == SCN_TASK)
			inherited = run->object[op->arg[i].object].weight = task->weight;
		else if (params[i].type == SCN_NEW && params[i].kinds != SCN_MAP)
			is_task = false;
	}
	if (is_task)
		task->weight += pages;
	return pages + inherited;
}

/*
 * What an operation may look at: all that there is, or only what it names. The sum has a
 * limit, so that no file can keep us busy for long.
 */
static bool charge(struct scn_run *run, const struct scn_op *op)
{
	uint64_t pages = weigh(run, op);

	run->weight += pages;
	run->work += run->weight + pages;
	if (op->desc->run == scn_op_exit) {
		struct scn_object *task = &run->object[op->arg[0].object];

		run->weight -= task->weight;
		task->weight = 0;
	}
	return run->work <= SCN_MAX_WORK;
}

/* A real kernel tells it in words of its own. */
static void show_outcome(struct scn_run *run, struct scn_result *res, enum sim_outcome_kind kind,
			 const char *word)
{
	const struct sim_outcome *outcome = sim_last_outcome(run->machine, kind);

	if (run->to.options->portable)
		return;
	scn_line(res, "%s: %s, %s: %s", word, outcome->file, outcome->function,
		 outcome->condition);
}

/* How often, or whether: a real kernel does not print each time. */
static unsigned int times(const struct scn_run *run, unsigned int nr)
{
	return run->to.options->portable ? nr != 0 : nr;
}

static void count_outcomes(const struct scn_run *run, unsigned int nr[SIM_NR_OUTCOME_KINDS])
{
	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		nr[kind] = sim_nr_outcomes(run->machine, (enum sim_outcome_kind)kind);
}

/* What the operation met besides its result: these are results too. */
static void show_outcomes(struct scn_run *run, struct scn_result *res,
			  const unsigned int before[SIM_NR_OUTCOME_KINDS])
{
	unsigned int now[SIM_NR_OUTCOME_KINDS];

	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		now[kind] = sim_nr_outcomes(run->machine, (enum sim_outcome_kind)kind) -
			    before[kind];
	if (now[SIM_BUG] || now[SIM_OOPS]) {
		scn_value(res, "BUG");
		show_outcome(run, res, now[SIM_BUG] ? SIM_BUG : SIM_OOPS,
			     now[SIM_BUG] ? "BUG" : "oops");
		run->to.result.crashed = true;
	}
	if ((now[SIM_BUG] || now[SIM_OOPS]) && run->to.options->portable) {
		/* the end of the task that met it tells of more, in no order */
		res->nr_keys = 0;
		return;
	}
	if (now[SIM_MISUSE] && !run->to.options->portable) {
		scn_key(res, "misuse", "%u", now[SIM_MISUSE]);
		show_outcome(run, res, SIM_MISUSE, "misuse");
	}
	if (now[SIM_WARN]) {
		scn_key(res, "warn", "%u", times(run, now[SIM_WARN]));
		show_outcome(run, res, SIM_WARN, "WARN");
	}
	if (run->to.options->portable ? run->watch.bad_entry : now[SIM_BAD_PAGE]) {
		scn_key(res, "bad_page", "%u", times(run, now[SIM_BAD_PAGE]));
		show_outcome(run, res, SIM_BAD_PAGE, "bad page");
	}
}

static void show_op(struct scn_run *run, const struct scn_op *op, const struct scn_result *res)
{
	run->to.result.nr_ops++;
	run->to.result.nr_expected += op->nr_expect != 0;
	run->to.result.nr_failed += scn_print_op(&run->to, op, res);
	run->to.result.nr_unexpected += scn_print_alarms(&run->to, op, res);
	if (run->observer)
		run->observer->op(run->observer->data, op, res);
}

/* False: it is not defined what this operation does. */
static bool run_op(struct scn_run *run, const struct scn_op *op)
{
	struct scn_result res = { .nr_keys = 0 };
	unsigned int before[SIM_NR_OUTCOME_KINDS];

	count_outcomes(run, before);
	scn_watch_op(run);
	sim_task_switch(scn_task(run, op));
	if (scn_task(run, op) || op->desc->without_task)
		op->desc->run(run, op, &res);
	else
		scn_value_return(&res, -ESRCH);
	if (!*res.value && !res.nr_keys)
		scn_value_return(&res, 0);
	show_outcomes(run, &res, before);
	if (run->to.options->portable && scn_undefined_before(run, op, &res)) {
		free(res.lines);
		return false;
	}
	show_op(run, op, &res);
	free(res.lines);
	return true;
}

/*
 * A real kernel goes on after a BUG in its own way, and so it does where nothing
 * is defined: the transcript ends there.
 */
static bool portable_goes_on(struct scn_run *run)
{
	if (sim_crashed(run->machine))
		return false;
	if (scn_undefined_after(run))
		scn_print_undefined(&run->to, run->watch.after);
	return !run->watch.after;
}

/* What nothing was seen of does not hold. */
static void fail_unreached(struct scn_run *run, unsigned int from)
{
	for (unsigned int i = from; i < run->to.scn->nr_ops; i++) {
		if (!run->to.scn->op[i].nr_expect)
			continue;
		run->to.result.nr_expected++;
		run->to.result.nr_failed++;
		scn_print_unreached(&run->to, &run->to.scn->op[i]);
	}
}

static int run_ops(struct scn_run *run)
{
	const struct scn *scn = run->to.scn;

	for (unsigned int i = 0; i < scn->nr_ops; i++) {
		const struct scn_op *op = &scn->op[i];

		if (!op->desc) {
			scn_print_comment(&run->to, op);
			continue;
		}
		if (!charge(run, op)) {
			if (run->to.options->err)
				fprintf(run->to.options->err, "%s:%u:1: error: too much work\n",
					scn->name, op->line);
			return -E2BIG;
		}
		if (!run_op(run, op)) {
			scn_print_undefined(&run->to, run->watch.before);
			fail_unreached(run, i);
			break;
		}
		if (run->to.options->portable && !portable_goes_on(run)) {
			fail_unreached(run, i + 1);
			break;
		}
	}
	return 0;
}

/* ---- a whole scenario ---- */

/*
 * What the end shows where nobody asked: as if somebody had, so that the transcript is
 * a scenario that holds.
 */
static void show_end(struct scn_run *run, struct scn_result *res,
		     const unsigned int before[SIM_NR_OUTCOME_KINDS])
{
	static char text[] = "teardown";
	const struct scn *scn = run->to.scn;
	const struct scn_op end = {
		.desc = scn_desc_find(text, sizeof(text) - 1), .text = text,
		.line = scn->nr_ops ? scn->op[scn->nr_ops - 1].line : 1,
	};
	char alarm[SCN_PFN_TEXT + 32];
	unsigned int i = 0;

	scn_key(res, "leaks", "%u", run->to.result.nr_leaks);
	show_outcomes(run, res, before);
	if (scn_next_alarm(&end, res, &i, alarm))
		show_op(run, &end, res);
}

/* What is wrong at the end, where nobody asked. */
static void finish(struct scn_run *run)
{
	struct scn_result res = { .nr_keys = 0 };
	unsigned int before[SIM_NR_OUTCOME_KINDS];

	if (!sim_crashed(run->machine) && !run->torn_down) {
		run->to.result.nr_violations = sim_machine_check(run->machine, NULL, NULL);
		count_outcomes(run, before);
		scn_teardown(run, &res);
		if (!run->to.options->portable)
			show_end(run, &res, before);
	}
	free(res.lines);
	scn_print_tail(&run->to);
	run->to.result.crashed = sim_crashed(run->machine);
}

static void init_memory(struct scn_run *run)
{
	const struct sim_mmu *mmu = run->machine->mmu;

	run->memory.scn = run->to.scn;
	run->memory.page_shift = mmu->page_shift;
	run->memory.pmd_size = mmu_leaf_size(mmu, mmu->nr_levels > 1 ? 1 : 0);
	run->memory.task_size = mmu->task_size;
}

static int print_head(struct scn_run *run)
{
	char *machine = NULL, *unfollowed = NULL;
	size_t len = 0;
	FILE *a = open_memstream(&machine, &len), *b = open_memstream(&unfollowed, &len);
	int ret = a && b ? 0 : -ENOMEM;

	if (!ret) {
		scn_describe_machine(run->machine, a);
		scn_describe_unfollowed(run->to.scn, run->machine, b);
	}
	if (a && fclose(a))
		ret = -ENOMEM;
	if (b && fclose(b))
		ret = -ENOMEM;
	if (!ret)
		scn_print_head(&run->to, machine, unfollowed);
	free(machine);
	free(unfollowed);
	return ret;
}

static int run_on(struct scn_run *run)
{
	int ret;

	init_memory(run);
	run->object[SCN_MAIN_TASK].task = sim_task_create(run->machine, "main");
	if (!run->object[SCN_MAIN_TASK].task)
		return -ENOMEM;
	sim_counters(run->machine, run->counters);
	if (run->to.options->portable)
		scn_watch(run);
	ret = print_head(run);
	if (ret)
		return ret;
	ret = run_ops(run);
	finish(run);
	return ret;
}

int scn_run(const struct scn *scn, const struct scn_how *how, struct sim_scenario_result *result)
{
	struct scn_run *run = calloc(1, sizeof(*run));
	struct scn_json json = { NULL };
	const struct scn_observer to_json = { scn_json_op, &json };
	bool is_json = how->options->format == SIM_SCENARIO_JSON;
	int ret = 0;

	if (!run)
		return -ENOMEM;
	run->to.scn = scn;
	run->to.options = how->options;
	run->observer = is_json ? &to_json : how->observer;
	run->plain_names = how->options->portable || how->observer;
	if (is_json)
		ret = scn_json_begin(&json);
	if (!ret)
		ret = scn_create_machine(scn, how->options, how->rules, &run->machine);
	if (!ret)
		ret = run_on(run);
	if (!ret && is_json)
		ret = scn_json_end(&json, &run->to, run->machine);
	if (run->machine && result)
		*result = run->to.result;
	sim_task_switch(NULL);
	sim_machine_destroy(run->machine);
	scn_json_free(&json);
	free(run->holds.held);
	free(run);
	return ret;
}

/* 0, or -EINVAL, told. */
static int check_portable(const struct scn *scn, const struct sim_scenario_options *options)
{
	const char *why;
	const struct scn_op *op = options->portable ? scn_find_unportable(scn, &why) : NULL;

	if (op && options->err)
		fprintf(options->err, "%s:%u:1: error: not portable: %s\n", scn->name, op->line,
			why);
	return op ? -EINVAL : 0;
}

int sim_scenario_run(const char *text, size_t len, const struct sim_scenario_options *options,
		     struct sim_scenario_result *result)
{
	static const struct sim_scenario_options defaults;
	struct scn *scn;
	int ret;

	if (!options)
		options = &defaults;
	if (!text && len)
		return -EINVAL;
	ret = scn_parse(text, len, options->name, options->err, &scn);
	if (ret)
		return ret;
	ret = check_portable(scn, options);
	if (!ret)
		ret = scn_run(scn, &(struct scn_how){ .options = options }, result);
	scn_free(scn);
	return ret;
}

int sim_scenario_nr_expected(const char *text, size_t len, const char *name, FILE *err)
{
	struct scn *scn;
	int ret;

	if (!text && len)
		return -EINVAL;
	ret = scn_parse(text, len, name, err, &scn);
	if (ret)
		return ret;
	ret = (int)scn->nr_expected;
	scn_free(scn);
	return ret;
}
