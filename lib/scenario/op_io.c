/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_io.c - operations that move whole pages of a task's memory to or from
 * something else: another process, a block device, a pipe.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/run.h"

#define DEFAULT_BYTE 0xa5

/* A range of a mapping with a buffer of its length. */
struct io {
	struct task_struct *task;
	unsigned long addr;
	size_t len;
	unsigned char *buf;	/* host memory, to be freed */
};

/* The buffer filled with @byte; false: the result says why not. */
static bool begin(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		  uint8_t byte, struct io *io)
{
	io->task = scn_task(run, op);
	io->len = (size_t)scn_number(op, ACCESS_N, 1) << scn_page_shift(run);
	if (!scn_address(run, &op->arg[ACCESS_PLACE], res, &io->addr))
		return false;
	io->buf = malloc(io->len);
	if (!io->buf) {
		scn_value_return(res, -ENOMEM);
		return false;
	}
	memset(io->buf, byte, io->len);
	return true;
}

static uint8_t byte_of(const struct scn_op *op)
{
	return (uint8_t)scn_number(op, ACCESS_VALUE, DEFAULT_BYTE);
}

/* The bytes, or the error; with @shows, the first byte that came out. */
static void end(struct scn_result *res, const struct io *io, long ret, bool shows)
{
	scn_value_return(res, ret);
	if (shows && ret > 0)
		scn_key(res, "value", "0x%02x", io->buf[0]);
	free(io->buf);
}

void scn_op_vm_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct io io;

	if (begin(run, op, res, 0, &io))
		end(res, &io, sim_process_vm_readv(io.task, io.addr, io.buf, io.len), true);
}

void scn_op_vm_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct io io;

	if (begin(run, op, res, byte_of(op), &io))
		end(res, &io, sim_process_vm_writev(io.task, io.addr, io.buf, io.len), false);
}

void scn_op_direct_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct io io;

	if (begin(run, op, res, byte_of(op), &io))
		end(res, &io, sim_direct_read(io.task, io.addr, io.buf, io.len), false);
}

void scn_op_direct_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct io io;

	if (begin(run, op, res, 0, &io))
		end(res, &io, sim_direct_write(io.task, io.addr, io.buf, io.len), true);
}

void scn_op_vmsplice(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct io io;

	if (begin(run, op, res, 0, &io))
		end(res, &io, sim_vmsplice(io.task, io.addr, io.buf, io.len), true);
}
