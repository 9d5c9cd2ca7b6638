/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_access.c - operations that read and write bytes: the CPU through a
 * mapping, a debugger, other processes, devices.
 */
#include <errno.h>

#include "runner.h"

#define DEFAULT_BYTE 0xa5

/* Has the task do @a at the operation's place on so many pages. */
static bool at_place(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		     struct ask *a)
{
	if (!scn_address(run, &op->arg[ACCESS_PLACE], res, &a->arg[0]))
		return false;
	a->fd_arg = -1;
	return ask(run, op, a, -1);
}

void scn_op_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_READ, .arg = { 0, scn_number(op, ACCESS_N, 1) } };

	if (!at_place(run, op, res, &a))
		return;
	scn_value_signal(res, (int)a.ret);
	if (!a.ret)
		scn_key(res, "value", "0x%02x", a.byte);
}

void scn_op_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_WRITE, .arg = { 0, scn_number(op, ACCESS_N, 1) },
			 .byte = (uint8_t)scn_number(op, ACCESS_VALUE, DEFAULT_BYTE) };

	if (at_place(run, op, res, &a))
		scn_value_signal(res, (int)a.ret);
}

void scn_op_ptrace(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	bool write = scn_flag(op, PTRACE_WRITE);
	struct ask a = { .kind = write ? ASK_PTRACE_WRITE : ASK_PTRACE_READ,
			 .byte = (uint8_t)scn_number(op, PTRACE_VALUE, DEFAULT_BYTE) };

	if (!at_place(run, op, res, &a))
		return;
	/* The file says -EIO where a debugger got nothing; access_process_vm(), 0. */
	scn_value_return(res, a.ret == -EIO ? 0 : a.ret);
	if (a.ret == 1 && !write)
		scn_key(res, "value", "0x%02x", a.byte);
}

/* ---- many pages at once: bytes, and the first that arrived ---- */

static void transfer(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		     enum ask_kind kind, bool shows)
{
	struct ask a = { .kind = kind };

	a.arg[1] = scn_number(op, ACCESS_N, 1) << machine.page_shift;
	a.byte = DEFAULT_BYTE;
	if (kind == ASK_VM_WRITE || kind == ASK_DIRECT_READ)
		a.byte = (uint8_t)scn_number(op, ACCESS_VALUE, DEFAULT_BYTE);
	if (!at_place(run, op, res, &a))
		return;
	scn_value_return(res, a.ret);
	if (shows && a.ret > 0)
		scn_key(res, "value", "0x%02x", a.byte);
}

void scn_op_vm_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	transfer(run, op, res, ASK_VM_READ, true);
}

void scn_op_vm_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	transfer(run, op, res, ASK_VM_WRITE, false);
}

void scn_op_vmsplice(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	transfer(run, op, res, ASK_SPLICE, true);
}

static void with_disk(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		      enum ask_kind kind, bool shows)
{
	if (machine.disk)
		transfer(run, op, res, kind, shows);
	else
		unusable(run, "there is no block device");
}

void scn_op_direct_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	with_disk(run, op, res, ASK_DIRECT_READ, false);
}

void scn_op_direct_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	with_disk(run, op, res, ASK_DIRECT_WRITE, true);
}
