/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * object.c - the objects behind a scenario's names: what their pages are called,
 * and the end of them all.
 */
#include "pte/pgtable.h"
#include "scenario/run.h"

/* ---- pages ---- */

static long page_of_file(const struct scn_run *run, const struct file *file, unsigned long pfn)
{
	const struct page *page = sim_pfn_to_page(run->machine, pfn);

	return page && page->mapping == file->f_mapping ? (long)page->index : -1;
}

/* The page of the object that has this pfn; -1 where none has. */
static long page_of_pfn(const struct scn_run *run, unsigned int name, unsigned long pfn)
{
	const struct scn_object *o = &run->object[name];

	if (o->file && run->to.scn->names[name].kind == SCN_REGULAR)
		return page_of_file(run, o->file, pfn);
	for (unsigned long page = 0; (o->bo || o->dev) && page < run->memory.pages[name]; page++) {
		unsigned long at;

		if (o->dev)
			at = sim_dev_pfn(o->dev, page);
		else if (sim_bo_pfn(o->bo, page, &at))
			continue;
		if (at == pfn)
			return (long)page;
	}
	return -1;
}

/* What has no name in the scenario. */
static void name_unnamed(const struct scn_run *run, unsigned long pfn, char text[SCN_PFN_TEXT])
{
	const struct page *page = sim_pfn_to_page(run->machine, pfn);

	if (!run->plain_names)
		snprintf(text, SCN_PFN_TEXT, "0x%lx", pfn);
	else
		snprintf(text, SCN_PFN_TEXT, "%s",
			 page && sim_page_is_anon(page) ? "anon" : "other");
}

void scn_name_pfn(struct scn_run *run, unsigned long pfn, char text[SCN_PFN_TEXT])
{
	if (pfn == sim_zero_pfn(run->machine)) {
		snprintf(text, SCN_PFN_TEXT, "zero");
		return;
	}
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++) {
		long page = page_of_pfn(run, i, pfn);

		if (page >= 0) {
			snprintf(text, SCN_PFN_TEXT, "%s+%ld", run->to.scn->names[i].name, page);
			return;
		}
	}
	name_unnamed(run, pfn, text);
}

/* ---- the end ---- */

void scn_give_back(struct page *page, bool pin)
{
	if (pin)
		unpin_user_page(page);
	else
		put_page(page);
}

static void put_held(struct scn_run *run)
{
	while (run->holds.nr) {
		const struct scn_held *held = &run->holds.held[--run->holds.nr];

		scn_give_back((struct page *)held->page, held->pin);
	}
}

static void put_object(struct scn_object *o)
{
	if (o->file)
		fput(o->file);
	if (o->bo)
		ttm_bo_put(o->bo);
	if (o->dev)
		sim_dev_put(o->dev);
	o->file = NULL;
	o->bo = NULL;
	o->dev = NULL;
}

static void tell_line(const char *what, void *data)
{
	scn_line(data, "left: %s", what);
}

/* Drivers' last functions act on the current task's machine: tasks go last. */
unsigned int scn_teardown(struct scn_run *run, struct scn_result *res)
{
	struct task_struct *task;

	if (run->torn_down || sim_crashed(run->machine))
		return 0;
	run->torn_down = true;
	put_held(run);
	for (unsigned int i = 0; i < run->to.scn->nr_names; i++)
		put_object(&run->object[i]);
	for (unsigned int i = run->to.scn->nr_names; i-- > 0;) {
		task = run->object[i].task;
		run->object[i].task = NULL;
		if (!task)
			continue;
		sim_task_switch(task);
		sim_exit(task);
	}
	run->to.result.nr_leaks = sim_machine_leaks(run->machine, tell_line, res);
	return run->to.result.nr_leaks;
}
