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

static uint32_t insertion(uint64_t insert)
{
	static const uint32_t of[] = {
		[SIM_DEV_PFN_PROT] = ORACLE_PFN_PROT, [SIM_DEV_MIXED_PROT] = ORACLE_MIXED_PROT,
		[SIM_DEV_PAGE] = ORACLE_PAGE, [SIM_DEV_PAGES] = ORACLE_PAGES,
		[SIM_DEV_REMAP] = ORACLE_REMAP, [SIM_DEV_APPLY] = ORACLE_APPLY,
		[SIM_DEV_FAULT_PAGE] = ORACLE_FAULT_PAGE,
	};

	return of[insert];
}

static uint32_t caching(uint64_t mode)
{
	return mode == SIM_CACHE_WB ? ORACLE_WB : mode == SIM_CACHE_WC ? ORACLE_WC : ORACLE_UC;
}

static struct oracle_dev describe(const struct sim_dev_config *config)
{
	return (struct oracle_dev){
		.vma_flags = vma_flags(config->vm_flags),
		.insert = insertion(config->insert),
		.iomem = config->iomem,
		.caching = caching(config->caching),
		.reserve = config->reserve,
		.prefault = config->prefault,
		.reject_cow = config->reject_cow,
		.pfn_mkwrite = config->pfn_mkwrite,
		.at_mmap = config->at_mmap,
		.nr_pages = (uint32_t)config->nr_pages,
	};
}

void scn_op_dev(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[DEV_NAME].object];
	struct sim_dev_config config;
	struct oracle_dev dev;

	(void)res;
	scn_read_dev(op, &config);
	dev = describe(&config);
	if (!session_needed(run))
		return;
	if (ioctl(run->session, ORACLE_DEV_CREATE, &dev)) {
		unusable(run, "no such device: %s", strerror(errno));
		return;
	}
	run->memory.pages[op->arg[DEV_NAME].object] = dev.nr_pages;
	o->dev = dev.id;
	o->remaps = dev.insert == ORACLE_REMAP;
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
