/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_access.c - operations that read and write bytes: the CPU through a
 * mapping, a debugger, other processes, devices.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "runner.h"

/* The kernel's own view of a device's pages. */
static int touch_dev(struct scn_run *run, const struct scn_op *op, const struct scn_access *args,
		     struct ask *a)
{
	const struct scn_value *place = &op->arg[ACCESS_PLACE];
	struct oracle_byte at = { .id = run->object[place->object].dev,
				  .write = a->kind == ASK_WRITE };

	for (unsigned long i = 0; i < args->n; i++) {
		at.page = (uint32_t)(place->number + i);
		at.byte = args->byte;
		if (ioctl(run->session, ORACLE_BYTE, &at))
			return -errno;
		if (!i)
			a->byte = (uint8_t)at.byte;
	}
	return 0;
}

/* Has the task touch as many pages as it says. */
static bool touch(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		  struct ask *a)
{
	struct scn_access args;

	scn_read_access(op, &args);
	if (run->to.scn->names[op->arg[ACCESS_PLACE].object].kind == SCN_DEV) {
		a->ret = session_needed(run) ? touch_dev(run, op, &args, a) : -EIO;
		scn_value_signal(res, (int)a->ret);
		return !a->ret;
	}
	if (!scn_address(&run->memory, &op->arg[ACCESS_PLACE], res, &a->arg[0]))
		return false;
	a->arg[1] = args.n;
	a->byte = args.byte;
	a->fd_arg = -1;
	if (!ask(run, op, a, -1))
		return false;
	scn_show_access(res, (int)a->ret, a->code);
	return !a->ret;
}

void scn_op_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_READ };

	if (touch(run, op, res, &a))
		scn_key(res, "value", "0x%02x", a.byte);
}

void scn_op_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_WRITE };

	touch(run, op, res, &a);
}

void scn_op_ptrace(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .fd_arg = -1 };
	struct scn_ptrace args;

	if (!scn_read_ptrace(&run->memory, op, res, &args))
		return;
	a.kind = args.write ? ASK_PTRACE_WRITE : ASK_PTRACE_READ;
	a.arg[0] = args.addr;
	a.byte = args.byte;
	if (!ask(run, op, &a, -1))
		return;
	/* The file says -EIO where a debugger got nothing; access_process_vm(), 0. */
	scn_value_return(res, a.ret == -EIO ? 0 : a.ret);
	if (a.ret == 1 && !args.write)
		scn_key(res, "value", "0x%02x", a.byte);
}

/* Many pages at once: bytes, and the first that arrived. */
void scn_op_transfer(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	static const enum ask_kind kinds[SCN_NR_TRANSFERS] = {
		[SCN_VM_READ] = ASK_VM_READ, [SCN_VM_WRITE] = ASK_VM_WRITE,
		[SCN_DIRECT_READ] = ASK_DIRECT_READ, [SCN_DIRECT_WRITE] = ASK_DIRECT_WRITE,
		[SCN_VMSPLICE] = ASK_SPLICE,
	};
	struct ask a = { .fd_arg = -1 };
	struct scn_transfer args;

	if (!scn_read_transfer(&run->memory, op, res, &args))
		return;
	if (!machine.disk && (args.kind == SCN_DIRECT_READ || args.kind == SCN_DIRECT_WRITE)) {
		unusable(run, "there is no block device");
		return;
	}
	a.kind = kinds[args.kind];
	a.arg[0] = args.addr;
	a.arg[1] = args.len;
	a.byte = args.byte;
	if (ask(run, op, &a, -1))
		scn_show_transfer(res, &args, a.ret, a.byte);
}
