/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_access.c - operations that read and write bytes: the CPU through a
 * mapping, the kernel in an object, ptrace.
 */
#include <errno.h>

#include "phys/phys.h"
#include "scenario/run.h"
#include "scenario/show.h"

/* One byte of each of @n pages; stops at the first that fails. */
static int touch(struct scn_run *run, const struct scn_op *op, unsigned long addr, uint64_t n,
		 uint8_t *byte, bool write)
{
	struct task_struct *task = scn_task(run, op);
	int ret = 0;

	for (uint64_t i = 0; !ret && i < n; i++) {
		unsigned long at = addr + ((unsigned long)i << scn_page_shift(run));
		uint8_t other;

		if (write)
			ret = sim_write(task, at, byte, 1);
		else
			ret = sim_read(task, at, i ? &other : byte, 1);
	}
	return ret;
}

static int touch_bo(struct scn_run *run, const struct scn_op *op, uint64_t n, uint8_t *byte,
		    bool write)
{
	const struct scn_value *place = &op->arg[ACCESS_PLACE];
	struct ttm_buffer_object *bo = run->object[place->object].bo;
	int ret = bo ? 0 : -ENOENT;

	for (uint64_t i = 0; !ret && i < n; i++) {
		uint64_t at = (place->number + i) << scn_page_shift(run);
		uint8_t other;

		if (write)
			ret = sim_bo_write(bo, at, byte, 1);
		else
			ret = sim_bo_read(bo, at, i ? &other : byte, 1);
	}
	return ret;
}

static int touch_dev(struct scn_run *run, const struct scn_op *op, uint64_t n, uint8_t *byte,
		     bool write)
{
	const struct scn_value *place = &op->arg[ACCESS_PLACE];
	const struct sim_dev *dev = run->object[place->object].dev;
	int ret = dev ? 0 : -ENOENT;

	for (uint64_t i = place->number; !ret && i < place->number + n; i++) {
		uint8_t other = 0, *to = i == place->number ? byte : &other;
		unsigned long pfn;

		if (i >= sim_dev_nr_pages(dev))
			return -EINVAL;
		pfn = sim_dev_pfn(dev, i);
		ret = write ? sim_phys_write(run->machine, pfn, 0, byte, 1)
			    : sim_phys_read(run->machine, pfn, 0, to, 1);
	}
	return ret;
}

static int access_place(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
			uint8_t *byte, bool write)
{
	const struct scn_value *place = &op->arg[ACCESS_PLACE];
	struct scn_access args;
	unsigned long addr;
	enum scn_kind kind = run->to.scn->names[place->object].kind;
	int ret;

	scn_read_access(op, &args);
	if (write)
		*byte = args.byte;
	if (kind == SCN_BO)
		ret = touch_bo(run, op, args.n, byte, write);
	else if (kind == SCN_DEV)
		ret = touch_dev(run, op, args.n, byte, write);
	else if (scn_address(&run->memory, place, res, &addr))
		ret = touch(run, op, addr, args.n, byte, write);
	else
		return -1;
	scn_show_access(res, ret, sim_last_signal(scn_task(run, op)).code);
	return ret;
}

void scn_op_read(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	uint8_t byte = 0;

	if (!access_place(run, op, res, &byte, false))
		scn_key(res, "value", "0x%02x", byte);
}

void scn_op_write(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	uint8_t byte;

	access_place(run, op, res, &byte, true);
}

void scn_op_ptrace(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_ptrace args;
	int ret;

	if (!scn_read_ptrace(&run->memory, op, res, &args))
		return;
	ret = access_process_vm(scn_task(run, op), args.addr, &args.byte, 1,
				FOLL_FORCE | (args.write ? FOLL_WRITE : 0));
	scn_value_return(res, ret);
	if (ret == 1 && !args.write)
		scn_key(res, "value", "0x%02x", args.byte);
}
