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

/* linux/mm_types.h, enum vm_fault_reason. */
#define FAULT_OOM 0x1
#define FAULT_SIGBUS 0x2

void scn_op_insert(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_INSERT };
	struct scn_insert args;

	if (!session_needed(run) || !scn_read_insert(&run->memory, op, res, &args))
		return;
	a.u.insert.addr = args.addr;
	a.u.insert.page = (uint32_t)args.page;
	a.u.insert.nr = (uint32_t)args.n;
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret || a.u.insert.ret)
		scn_value_return(res, a.ret ? a.ret : a.u.insert.ret);
	else if (a.u.insert.fault & FAULT_SIGBUS)
		scn_value(res, "SIGBUS");
	else
		scn_value_return(res, a.u.insert.fault & FAULT_OOM ? -ENOMEM : 0);
}
