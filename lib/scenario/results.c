/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * results.c - what a scenario gives, as numbers.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/results.h"

struct text_number {
	const char *text;
	unsigned int number;
};

static int compare_texts(const void *a, const void *b)
{
	return strcmp(((const struct text_number *)a)->text,
		      ((const struct text_number *)b)->text);
}

static int keep_text(struct scn_results *all, char *text, struct text_number *entry)
{
	if (all->nr + 1 >= all->max) {
		unsigned int max = all->max ? 2 * all->max : 64;
		char **more = reallocarray(all->text, max, sizeof(*more));

		if (!more)
			return -ENOMEM;
		all->text = more;
		all->max = max;
	}
	entry->number = ++all->nr;
	all->text[entry->number] = text;
	return 0;
}

/* Takes @text over. Returns its number; 0: no memory. */
static unsigned int number_of(struct scn_results *all, char *text)
{
	struct text_number *entry = malloc(sizeof(*entry)), **found;

	if (!entry || !text)
		goto fail;
	entry->text = text;
	found = tsearch(entry, &all->by_text, compare_texts);
	if (!found)
		goto fail;
	if (*found != entry) {
		free(entry);
		free(text);
		return (*found)->number;
	}
	if (!keep_text(all, text, entry))
		return entry->number;
	tdelete(entry, &all->by_text, compare_texts);
fail:
	free(entry);
	free(text);
	return 0;
}

const char *scn_id_text(const struct scn_results *all, scn_id id)
{
	return id >> 1 ? all->text[id >> 1] + 1 : "-"; /* past the space */
}

void scn_results_free(struct scn_results *all)
{
	tdestroy(all->by_text, free);
	for (unsigned int n = 1; n <= all->nr; n++)
		free(all->text[n]);
	free(all->text);
}

/* ---- a run ---- */

struct collector {
	struct scn_results *all;
	const struct scn *scn;
	scn_id *ids;
	bool *failed;
	bool no_memory;
};

static bool is_failed(const struct scn_op *op, const struct scn_result *res)
{
	char alarm[SCN_PFN_TEXT + 32];
	unsigned int at = 0;

	for (unsigned int i = 0; i < op->nr_expect; i++)
		if (!scn_holds(&op->expect[i], res))
			return true;
	return scn_next_alarm(op, res, &at, alarm);
}

static void collect(void *data, const struct scn_op *op, const struct scn_result *res)
{
	struct collector *c = data;
	const struct scn *scn = c->scn;
	bool is_end = op < scn->op || op >= scn->op + scn->nr_ops;
	unsigned int at = is_end ? scn->nr_ops : (unsigned int)(op - scn->op);
	unsigned int number = number_of(c->all, scn_result_text(res));
	bool failed = is_failed(op, res);

	c->no_memory |= !number;
	c->ids[at] = (scn_id)(number << 1) | failed;
	*c->failed |= failed;
}

int scn_collect(struct scn_results *all, const struct scn *scn,
		const struct sim_scenario_options *options, const struct sim_release *rules,
		scn_id *ids, bool *failed)
{
	struct collector collector = { .all = all, .scn = scn, .ids = ids, .failed = failed };
	const struct scn_observer observer = { collect, &collector };
	const struct scn_how how = { .options = options, .rules = rules, .observer = &observer };
	int ret = scn_run(scn, &how, NULL);

	return !ret && collector.no_memory ? -ENOMEM : ret;
}

const char *scn_id_operation(const struct scn *scn, unsigned int n)
{
	if (n == scn->nr_ops)
		return "teardown";
	return scn->op[n].desc ? scn->op[n].text : NULL;
}

unsigned int scn_id_line(const struct scn *scn, unsigned int n)
{
	return n < scn->nr_ops ? scn->op[n].line : n ? scn->op[n - 1].line : 1;
}
