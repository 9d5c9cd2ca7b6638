/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_object.c - operations that make and end things: devices, files, tasks.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner.h"

void scn_op_machine(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	(void)run, (void)op, (void)res; /* it is this one: portable.c */
}

void scn_op_file(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[REGULAR_NAME].object];
	unsigned long pages = scn_number(op, REGULAR_PAGES, 1);

	run->memory.pages[op->arg[REGULAR_NAME].object] = pages;
	o->ino = 0;
	o->fd = memfd_create(run->to.scn->names[op->arg[REGULAR_NAME].object].name, MFD_CLOEXEC);
	if (o->fd < 0 || ftruncate(o->fd, (off_t)(pages << machine.page_shift)))
		scn_value_return(res, -errno);
}

/* ---- devices ---- */

static uint32_t vma_flags(uint64_t vm_flags)
{
	static const struct {
		uint64_t sim;
		uint32_t oracle;
	} flags[] = {
		{ VM_PFNMAP, ORACLE_VMA_PFNMAP }, { VM_MIXEDMAP, ORACLE_VMA_MIXEDMAP },
		{ VM_IO, ORACLE_VMA_IO }, { VM_DONTEXPAND, ORACLE_VMA_DONTEXPAND },
		{ VM_DONTDUMP, ORACLE_VMA_DONTDUMP }, { VM_DONTCOPY, ORACLE_VMA_DONTCOPY },
	};
	uint32_t ret = 0;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (vm_flags & flags[i].sim)
			ret |= flags[i].oracle;
	return ret;
}

static uint32_t caching(uint64_t mode)
{
	return mode == SIM_CACHE_WB ? ORACLE_WB : mode == SIM_CACHE_WC ? ORACLE_WC : ORACLE_UC;
}

static uint32_t answer(enum sim_dev_answer answer)
{
	static const uint32_t of[SIM_DEV_NR_ANSWERS] = {
		[SIM_DEV_NO_HANDLER] = ORACLE_NO_HANDLER, [SIM_DEV_ALLOW] = ORACLE_ALLOW,
		[SIM_DEV_LOCKED] = ORACLE_LOCKED, [SIM_DEV_INSERT] = ORACLE_INSERT_AGAIN,
		[SIM_DEV_RETRY] = ORACLE_RETRY, [SIM_DEV_SIGBUS] = ORACLE_SIGBUS,
		[SIM_DEV_SIGSEGV] = ORACLE_SIGSEGV,
	};

	return of[answer];
}

static uint32_t access_by(enum sim_dev_access access)
{
	return access == SIM_DEV_NO_ACCESS ? ORACLE_NO_ACCESS :
	       access == SIM_DEV_ACCESS_BYTES ? ORACLE_ACCESS_BYTES : ORACLE_ACCESS_ERROR;
}

static struct oracle_dev describe(const struct sim_dev_config *config)
{
	return (struct oracle_dev){
		.vma_flags = vma_flags(config->vm_flags) |
			     (config->clears_maywrite ? ORACLE_VMA_NOMAYWRITE : 0),
		.insert = insertion_of(config->insert),
		.own_prot = config->own_prot,
		.insert_prot = config->insert_prot,
		.insert_caching = caching(config->insert_caching),
		.prot_caching = caching(config->prot_caching),
		.pages_caching = caching(config->pages_caching),
		.iomem = config->iomem,
		.reserve = config->reserve,
		.prefault = config->prefault,
		.reject_cow = config->reject_cow,
		.fault = answer(config->fault),
		.page_mkwrite = answer(config->page_mkwrite),
		.pfn_mkwrite = answer(config->pfn_mkwrite),
		.access = access_by(config->access),
		.open = config->open,
		.close = config->close,
		.at_mmap = config->at_mmap,
		.nr_pages = (uint32_t)config->nr_pages,
		.over = -1,
		.over_page = (uint32_t)config->over_page,
	};
}

void scn_op_dev(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[DEV_NAME].object];
	struct sim_dev_config config;
	struct oracle_dev dev;

	if (!session_needed(run) || !scn_read_dev(&run->memory, op, res, &config))
		return;
	dev = describe(&config);
	if (op->arg[DEV_OVER].set)
		dev.over = run->object[op->arg[DEV_OVER].object].dev;
	if (op->arg[DEV_OVER].set && dev.over < 0) {
		scn_value_return(res, -ENOENT);
		return;
	}
	if (ioctl(run->session, ORACLE_DEV_CREATE, &dev)) {
		unusable(run, "no such device: %s", strerror(errno));
		return;
	}
	o->dev = dev.id;
}

void scn_op_reserve(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_RESERVE };
	const struct object *o = &run->object[op->arg[RANGE_MAP].object];
	struct scn_reserve args;

	if (!session_needed(run))
		return;
	scn_read_reserve(&run->memory, op, &args);
	a.u.reserve.id = o->dev;
	a.u.reserve.page = (uint32_t)args.page;
	a.u.reserve.nr = (uint32_t)args.nr;
	a.u.reserve.begin = args.begin;
	if (ask(run, op, &a, -1))
		scn_value_return(res, a.ret ? a.ret : a.u.reserve.ret);
}

void scn_op_calls(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct oracle_calls told = { .id = run->object[op->arg[0].object].dev };
	unsigned int calls[SIM_DEV_NR_CALLS];

	if (!session_needed(run))
		return;
	if (ioctl(run->session, ORACLE_CALLS, &told)) {
		scn_value_return(res, -errno);
		return;
	}
	calls[SIM_DEV_OPEN] = told.calls[ORACLE_OPEN];
	calls[SIM_DEV_CLOSE] = told.calls[ORACLE_CLOSE];
	calls[SIM_DEV_FAULT] = told.calls[ORACLE_FAULT];
	calls[SIM_DEV_PAGE_MKWRITE] = told.calls[ORACLE_PAGE_MKWRITE];
	calls[SIM_DEV_PFN_MKWRITE] = told.calls[ORACLE_PFN_MKWRITE];
	calls[SIM_DEV_ACCESS] = told.calls[ORACLE_ACCESS];
	scn_show_calls(res, calls);
}

/* ---- open files ---- */

void scn_op_open(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[OPEN_NAME].object];
	uint64_t mode = scn_number(op, OPEN_MODE, 0);
	int flags = mode == FMODE_READ ? O_RDONLY : mode == FMODE_WRITE ? O_WRONLY : O_RDWR;
	int fd = object_open(run, &run->object[op->arg[OPEN_DEV].object], flags);

	if (fd < 0)
		scn_value_return(res, fd);
	o->fd = fd < 0 ? -1 : fd;
}

void scn_op_close(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[CLOSE_FILE].object];

	if (o->fd < 0) {
		scn_value_return(res, -EBADF);
		return;
	}
	close(o->fd);
	o->fd = -1;
}

/* ---- tasks ---- */

void scn_op_fork(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct task *child = &run->object[op->arg[FORK_NAME].object].task;

	scn_value_return(res, link_fork(run, &run->object[op->task].task, child));
}

void scn_op_exit(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct task *task = &run->object[op->arg[EXIT_TASK].object].task;

	if (!task->pid)
		scn_value_return(res, -ESRCH);
	else
		link_exit(run, task);
}

/* ---- what a kernel has not: portable.c refuses it ---- */

#define NEVER(op) \
	void scn_op_##op(struct scn_run *run, const struct scn_op *o, struct scn_result *res) \
	{ \
		(void)o, (void)res; \
		unusable(run, "a kernel has no " #op); \
	}

NEVER(bo)
NEVER(free)
NEVER(move)
NEVER(counters)
NEVER(check)
NEVER(fail_alloc)
NEVER(teardown)
