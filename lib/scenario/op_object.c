/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_object.c - operations that make and end things: objects, devices, files,
 * tasks.
 */
#include <errno.h>

#include "scenario/run.h"
#include "scenario/show.h"

static enum ttm_caching ttm_caching_of(uint64_t mode)
{
	return mode == SIM_CACHE_WB ? ttm_cached :
	       mode == SIM_CACHE_WC ? ttm_write_combined : ttm_uncached;
}

static const char *name_of(const struct scn_run *run, const struct scn_op *op, unsigned int arg)
{
	return run->to.scn->names[op->arg[arg].object].name;
}

void scn_op_machine(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	(void)run, (void)op, (void)res; /* built before the first operation */
}

void scn_op_bo(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[BO_NAME].object];
	struct sim_ttm_device *ttm = sim_machine_ttm(run->machine);
	unsigned long pages = scn_number(op, BO_PAGES, 1);

	if (!ttm) {
		scn_value_return(res, sim_crashed(run->machine) ? -EIO : -ENOMEM);
		return;
	}
	run->memory.pages[op->arg[BO_NAME].object] = pages;
	o->bo = sim_bo_create(ttm, pages,
			      (uint32_t)scn_number(op, BO_IN, TTM_PL_SYSTEM),
			      ttm_caching_of(scn_number(op, BO_CACHING, SIM_CACHE_WB)));
	if (!o->bo)
		scn_value_return(res, -errno);
}

void scn_op_free(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[FREE_BO].object];

	if (!o->bo)
		scn_value_return(res, -ENOENT);
	ttm_bo_put(o->bo);
	o->bo = NULL;
}

void scn_op_move(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[MOVE_BO].object];

	scn_value_return(res, !o->bo ? -ENOENT :
			 sim_bo_move(o->bo, (uint32_t)scn_number(op, MOVE_TO, 0)));
}

void scn_op_file(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[REGULAR_NAME].object];
	unsigned long pages = scn_number(op, REGULAR_PAGES, 1);

	run->memory.pages[op->arg[REGULAR_NAME].object] = pages;
	o->file = (scn_number(op, REGULAR_WRITEBACK, 0) ? sim_writeback_file_create
						       : sim_regular_file_create)(
		run->machine, pages, name_of(run, op, REGULAR_NAME));
	if (!o->file)
		scn_value_return(res, sim_crashed(run->machine) ? -EIO : -ENOMEM);
}

void scn_op_dev(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[DEV_NAME].object];
	struct sim_dev_config config;

	if (!scn_read_dev(&run->memory, op, res, &config))
		return;
	if (op->arg[DEV_OVER].set)
		config.over = run->object[op->arg[DEV_OVER].object].dev;
	if (op->arg[DEV_OVER].set && !config.over) {
		scn_value_return(res, -ENOENT);
		return;
	}
	o->dev = sim_dev_create(run->machine, &config);
	if (!o->dev)
		scn_value_return(res, sim_crashed(run->machine) ? -EIO : -ENOMEM);
}

void scn_op_reserve(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct sim_dev *dev = run->object[op->arg[RANGE_MAP].object].dev;
	struct scn_reserve args;

	scn_read_reserve(&run->memory, op, &args);
	scn_value_return(res, !dev ? -ENOENT :
			 (args.begin ? sim_dev_reserve : sim_dev_unreserve)(dev, args.page,
									    args.nr));
}

void scn_op_calls(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct sim_dev *dev = run->object[op->arg[0].object].dev;
	unsigned int calls[SIM_DEV_NR_CALLS];

	if (!dev) {
		scn_value_return(res, -ENOENT);
		return;
	}
	for (int i = 0; i < SIM_DEV_NR_CALLS; i++)
		calls[i] = sim_dev_calls(dev, (enum sim_dev_call)i);
	scn_show_calls(res, calls);
}

/* Of TTM where no device is named. */
static struct file *open_file(struct scn_run *run, const struct scn_op *op, unsigned int mode)
{
	const struct scn_object *of;
	struct sim_ttm_device *ttm;

	if (!op->arg[OPEN_DEV].set) {
		ttm = sim_machine_ttm(run->machine);
		return ttm ? sim_ttm_open(ttm, mode) : NULL;
	}
	of = &run->object[op->arg[OPEN_DEV].object];
	if (of->dev)
		return sim_dev_open(of->dev, mode, name_of(run, op, OPEN_DEV));
	return of->file ? sim_file_reopen(of->file, mode) : NULL;
}

void scn_op_open(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[OPEN_NAME].object];

	o->file = open_file(run, op, (unsigned int)scn_number(op, OPEN_MODE, 0));
	if (!o->file)
		scn_value_return(res, sim_crashed(run->machine) ? -EIO : -ENOMEM);
}

void scn_op_close(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[CLOSE_FILE].object];

	if (!o->file) {
		scn_value_return(res, -EBADF);
		return;
	}
	fput(o->file);
	o->file = NULL;
}

void scn_op_fork(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[FORK_NAME].object];

	scn_value_return(res, sim_fork(scn_task(run, op), name_of(run, op, FORK_NAME), &o->task));
}

void scn_op_exit(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_object *o = &run->object[op->arg[EXIT_TASK].object];
	struct task_struct *task = o->task;

	if (!task) {
		scn_value_return(res, -ESRCH);
		return;
	}
	o->task = NULL;
	sim_exit(task);
}
