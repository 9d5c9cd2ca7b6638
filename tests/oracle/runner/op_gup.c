/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_gup.c - get_user_pages of every flavour, and giving back what it took.
 */
#include <errno.h>
#include <stdlib.h>

#include "runner.h"

static bool hold(struct scn_run *run, const struct scn_op *op, uint32_t handle, uint64_t nr,
		 bool pin)
{
	if (run->nr_held == run->max_held) {
		unsigned int max = run->max_held ? 2 * run->max_held : 64;
		struct held *held = reallocarray(run->held, max, sizeof(*held));

		if (!held)
			return false;
		run->held = held;
		run->max_held = max;
	}
	run->held[run->nr_held++] = (struct held){
		.handle = handle,
		.map = op->arg[GUP_PLACE].object,
		.place = op->arg[GUP_PLACE].number + nr,
		.pin = pin,
	};
	return true;
}

static void got(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		const struct oracle_gup *gup, bool pin)
{
	char text[SCN_PFN_TEXT] = "unwritten";

	for (int i = 0; i < gup->ret; i++)
		if (!hold(run, op, gup->handle + (uint32_t)i, (uint64_t)i, pin))
			unusable(run, "no memory");
	if (gup->written)
		name_pfn(run, gup->first_pfn, text);
	scn_key(res, "page", "%s", text);
}

static uint32_t gup_flags(const struct scn_op *op)
{
	return (scn_flag(op, GUP_WRITE) ? ORACLE_FOLL_WRITE : 0) |
	       (scn_flag(op, GUP_FORCE) ? ORACLE_FOLL_FORCE : 0) |
	       (scn_flag(op, GUP_LONGTERM) ? ORACLE_FOLL_LONGTERM : 0);
}

static void gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		enum oracle_gup_flavour get, enum oracle_gup_flavour pin)
{
	bool pins = get == pin || scn_flag(op, GUP_PIN);
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_GUP };
	unsigned long addr;

	if (!session_needed(run) || !scn_address(run, &op->arg[GUP_PLACE], res, &addr))
		return;
	a.u.gup.addr = addr;
	a.u.gup.n = (uint32_t)scn_number(op, GUP_N, 1);
	a.u.gup.flavour = pins ? pin : get;
	a.u.gup.flags = gup_flags(op);
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret == -EOPNOTSUPP) {
		unusable(run, "this kernel has no such function: %s", op->desc->name);
		return;
	}
	scn_value_return(res, a.ret ? a.ret : a.u.gup.ret);
	if (!a.ret && a.u.gup.ret > 0)
		got(run, op, res, &a.u.gup, pins);
}

void scn_op_gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_GUP_SLOW, ORACLE_PIN_SLOW);
}

void scn_op_gup_fast(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_GUP_FAST, ORACLE_PIN_FAST);
}

void scn_op_gup_fast_only(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_GUP_FAST_ONLY, ORACLE_PIN_FAST_ONLY);
}

void scn_op_pin(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_PIN_SLOW, ORACLE_PIN_SLOW);
}

void scn_op_pin_fast(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_PIN_FAST, ORACLE_PIN_FAST);
}

void scn_op_pin_fast_only(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	gup(run, op, res, ORACLE_PIN_FAST_ONLY, ORACLE_PIN_FAST_ONLY);
}

/* ---- giving back ---- */

/* The newest one that was got at the place: its index, or -1. */
static int find_held(const struct scn_run *run, int map, uint64_t place, bool pin)
{
	for (unsigned int i = run->nr_held; i-- > 0;)
		if (run->held[i].map == map && run->held[i].place == place &&
		    run->held[i].pin == pin)
			return (int)i;
	return -1;
}

static void give_back(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		      bool pin)
{
	const struct scn_value *place = &op->arg[PUT_PLACE];
	uint64_t n = scn_number(op, PUT_N, 1);

	for (uint64_t nr = 0; nr < n; nr++) {
		struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_PUT };
		int i = find_held(run, place->object, place->number + nr, pin);

		if (i < 0) {
			scn_value_return(res, -ENOENT);
			return;
		}
		a.u.put.handle = run->held[i].handle;
		run->held[i] = run->held[--run->nr_held];
		if (!ask(run, op, &a, -1))
			return;
		if (a.ret) {
			scn_value_return(res, a.ret);
			return;
		}
	}
}

void scn_op_put(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	give_back(run, op, res, false);
}

void scn_op_unpin(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	give_back(run, op, res, true);
}
