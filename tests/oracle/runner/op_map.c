/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_map.c - operations on mappings: mmap and what changes or ends one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner.h"

/*
 * A descriptor of what is mapped: -1 for anonymous memory, or -errno. A device
 * is opened for each of its mappings, a regular file is mapped by the one
 * description that it was made with.
 */
static int find_target(struct scn_run *run, const struct scn_op *op, bool *opened)
{
	int index = op->arg[MMAP_FILE].object;
	struct object *o;

	*opened = false;
	if (index < 0)
		return -1;
	o = &run->object[index];
	*opened = o->dev >= 0;
	if (*opened)
		return object_open(run, o, O_RDWR);
	return o->fd < 0 ? -EBADF : o->fd;
}

static long map(struct scn_run *run, const struct scn_op *op, const struct scn_mmap *args)
{
	struct ask a = { .kind = ASK_CALL, .fd_arg = 4, .call = SYS_mmap };
	bool opened;
	int fd = find_target(run, op, &opened);

	if (fd < -1)
		return fd;
	a.arg[0] = args->addr;
	a.arg[1] = args->pages << machine.page_shift;
	a.arg[2] = (unsigned long)args->prot;
	a.arg[3] = (unsigned long)args->flags;
	a.arg[5] = args->off << machine.page_shift;
	if (args->nowhere)
		a.ret = -EINVAL;
	else if (!ask(run, op, &a, fd))
		a.ret = -EIO;
	if (opened)
		close(fd);
	return a.ret;
}

void scn_op_mmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_mmap args;
	long ret;

	scn_read_mmap(&run->memory, op, &args);
	ret = map(run, op, &args);
	args.map->addr = ret > 0 ? (unsigned long)ret : 0;
	args.map->pages = args.pages;
	scn_value_return(res, ret > 0 ? 0 : ret);
}

void scn_op_range(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	static const long calls[SCN_NR_RANGE_CALLS] = {
		[SCN_MUNMAP] = SYS_munmap, [SCN_MPROTECT] = SYS_mprotect,
		[SCN_MADVISE] = SYS_madvise, [SCN_MLOCK] = SYS_mlock,
		[SCN_MUNLOCK] = SYS_munlock, [SCN_MSYNC] = SYS_msync,
	};
	unsigned long arg[6] = { 0 };
	struct scn_range range;

	if (!scn_read_range(&run->memory, op, res, &range))
		return;
	arg[0] = range.addr;
	arg[1] = range.len;
	arg[2] = (unsigned long)range.how;
	ask_call(run, op, res, calls[op->desc->variant], arg);
}

void scn_op_mremap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_CALL, .fd_arg = -1, .call = SYS_mremap };
	struct scn_mremap args;

	if (!scn_read_mremap(&run->memory, op, res, &args))
		return;
	a.arg[0] = args.addr;
	a.arg[1] = args.old_len;
	a.arg[2] = args.new_len;
	a.arg[3] = args.flags;
	a.arg[4] = args.new_addr;
	if (ask(run, op, &a, -1))
		scn_remapped(&run->memory, &args, a.ret, res);
}

/* ---- what a driver does ---- */

void scn_op_zap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct object *o = &run->object[op->arg[ZAP_WHAT].object];
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_ZAP };
	struct scn_zap zap;
	int fd;

	if (!session_needed(run))
		return;
	fd = object_open(run, o, O_RDWR);
	if (fd < 0) {
		scn_value_return(res, -ENOENT);
		return;
	}
	scn_read_zap(&run->memory, op, &zap);
	a.u.zap.even_cows = zap.even_cows;
	a.u.zap.page = (uint32_t)zap.page;
	a.u.zap.nr = (uint32_t)zap.nr;
	if (ask(run, op, &a, fd))
		scn_value_return(res, a.ret);
	close(fd);
}

/* As lib/scenario/dev.h has them. */
static const uint32_t insertions[SIM_DEV_NR_INSERTS] = {
	[SIM_DEV_PFN_PROT] = ORACLE_PFN_PROT, [SIM_DEV_MIXED_PROT] = ORACLE_MIXED_PROT,
	[SIM_DEV_MIXED_SPECIAL] = ORACLE_MIXED_SPECIAL,
	[SIM_DEV_MIXED_MKWRITE] = ORACLE_MIXED_MKWRITE, [SIM_DEV_PAGE] = ORACLE_PAGE,
	[SIM_DEV_PAGES] = ORACLE_PAGES, [SIM_DEV_REMAP] = ORACLE_REMAP,
	[SIM_DEV_APPLY] = ORACLE_APPLY, [SIM_DEV_FAULT_PAGE] = ORACLE_FAULT_PAGE,
	[SIM_DEV_NOTHING] = ORACLE_NOTHING,
};

uint32_t insertion_of(enum sim_dev_insert insert)
{
	return insertions[insert];
}

void scn_op_insert(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_INSERT };
	struct scn_insert args;

	if (!session_needed(run) || !scn_read_insert(&run->memory, op, res, &args))
		return;
	a.u.insert.addr = args.addr;
	a.u.insert.page = (uint32_t)args.page;
	a.u.insert.nr = (uint32_t)args.n;
	a.u.insert.by = args.by < 0 ? ORACLE_NR_INSERTS : insertions[args.by];
	if (ask(run, op, &a, -1))
		scn_show_insert(res, (int)(a.ret ? a.ret : a.u.insert.ret), a.u.insert.fault);
}

void scn_op_zap_ptes(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_ZAP_PTES };
	struct scn_range range;

	if (!session_needed(run) || !scn_read_range(&run->memory, op, res, &range))
		return;
	a.u.zap_ptes.addr = range.addr;
	a.u.zap_ptes.len = range.len;
	if (ask(run, op, &a, -1))
		scn_value_return(res, a.ret);
}
