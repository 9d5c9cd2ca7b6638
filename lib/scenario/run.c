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

/*
 * What an operation may look at: all that was made so far, or only what it
 * names. The sum has a limit, so that no file can keep us busy for long.
 */
static bool charge(struct scn_run *run, const struct scn_op *op)
{
	const struct scn_param *params = op->desc->params;
	uint64_t pages = 1;

	for (int i = 0; params[i].name; i++) {
		if (!op->arg[i].set)
			continue;
		if (!strcmp(params[i].name, "pages") || !strcmp(params[i].name, "n"))
			pages += op->arg[i].number;
		if (params[i].type == SCN_NEW && params[i].kinds == SCN_TASK)
			pages += run->weight;
	}
	run->weight += pages;
	run->work += run->weight + pages;
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

/* What the operation met besides its result: these are results too. */
static void show_outcomes(struct scn_run *run, struct scn_result *res,
			  const unsigned int before[SIM_NR_OUTCOME_KINDS])
{
	unsigned int now[SIM_NR_OUTCOME_KINDS];

	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		now[kind] = sim_nr_outcomes(run->machine, (enum sim_outcome_kind)kind) -
			    before[kind];
	if (now[SIM_BUG]) {
		scn_value(res, "BUG");
		show_outcome(run, res, SIM_BUG, "BUG");
		run->to.result.crashed = true;
	}
	if (now[SIM_BUG] && run->to.options->portable) {
		/* the end of the task that met it tells of more, in no order */
		res->nr_keys = 0;
		return;
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

/* False: it is not defined what this operation does. */
static bool run_op(struct scn_run *run, const struct scn_op *op)
{
	struct scn_result res = { .nr_keys = 0 };
	unsigned int before[SIM_NR_OUTCOME_KINDS];

	for (int kind = 0; kind < SIM_NR_OUTCOME_KINDS; kind++)
		before[kind] = sim_nr_outcomes(run->machine, (enum sim_outcome_kind)kind);
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
	run->to.result.nr_ops++;
	run->to.result.nr_expected += op->nr_expect != 0;
	run->to.result.nr_failed += scn_print_op(&run->to, op, &res);
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

/* What the file says goes before what the caller says. */
static struct sim_machine *create_machine(const struct scn *scn,
					  const struct sim_scenario_options *options)
{
	struct sim_machine_config config = options->machine;
	const struct sim_machine_config *said = &scn->machine;

	if (said->arch)
		config.arch = said->arch;
	if (said->release)
		config.release = said->release;
	if (said->ttm)
		config.ttm = said->ttm;
	if (said->ram_bytes)
		config.ram_bytes = said->ram_bytes;
	if (said->vram_bytes)
		config.vram_bytes = said->vram_bytes;
	if (said->prefault)
		config.prefault = said->prefault;
	if (said->pool_max_order)
		config.pool_max_order = said->pool_max_order;
	config.toggle_features ^= said->toggle_features;
	config.quiet = true; /* the transcript tells */
	return sim_machine_create(&config);
}

/* What is wrong at the end, where nobody asked. */
static void finish(struct scn_run *run)
{
	struct scn_result res = { .nr_keys = 0 };

	if (!sim_crashed(run->machine)) {
		run->to.result.nr_violations = sim_machine_check(run->machine, NULL, NULL);
		scn_teardown(run, &res);
	}
	if (run->to.options->out && run->to.options->format == SIM_SCENARIO_TEXT && res.lines &&
	    !run->to.options->portable)
		fprintf(run->to.options->out, "#| after the end, %s", res.lines);
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
	scn_print_head(&run->to);
	ret = run_ops(run);
	finish(run);
	return ret;
}

static int run_parsed(const struct scn *scn, const struct sim_scenario_options *options,
		      struct sim_scenario_result *result)
{
	struct scn_run *run = calloc(1, sizeof(*run));
	int ret;

	if (!run)
		return -ENOMEM;
	run->to.scn = scn;
	run->to.options = options;
	run->machine = create_machine(scn, options);
	if (!run->machine) {
		ret = errno == EINVAL ? -EINVAL : -ENOMEM;
		if (ret == -EINVAL && options->err)
			fprintf(options->err, "%s:1:1: error: no such machine can be built: "
				"sizes, or this release on this architecture\n", scn->name);
	} else {
		ret = run_on(run);
		if (result)
			*result = run->to.result;
	}
	sim_task_switch(NULL);
	sim_machine_destroy(run->machine);
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
		ret = run_parsed(scn, options, result);
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
