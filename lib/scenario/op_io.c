/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_io.c - operations that move whole pages of a task's memory to or from
 * something else: another process, a block device, a pipe.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/run.h"

static long transfer(struct task_struct *task, const struct scn_transfer *args, void *buf)
{
	switch (args->kind) {
	case SCN_VM_READ: return sim_process_vm_readv(task, args->addr, buf, args->len);
	case SCN_VM_WRITE: return sim_process_vm_writev(task, args->addr, buf, args->len);
	case SCN_DIRECT_READ: return sim_direct_read(task, args->addr, buf, args->len);
	case SCN_DIRECT_WRITE: return sim_direct_write(task, args->addr, buf, args->len);
	case SCN_VMSPLICE: return sim_vmsplice(task, args->addr, buf, args->len);
	case SCN_NR_TRANSFERS: break;
	}
	return -ENOSYS;
}

void scn_op_transfer(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_transfer args;
	uint8_t *buf;
	long ret;

	if (!scn_read_transfer(&run->memory, op, res, &args))
		return;
	buf = malloc(args.len);
	if (!buf) {
		scn_value_return(res, -ENOMEM);
		return;
	}
	memset(buf, args.byte, args.len);
	ret = transfer(scn_task(run, op), &args, buf);
	scn_show_transfer(res, &args, ret, buf[0]);
	free(buf);
}
