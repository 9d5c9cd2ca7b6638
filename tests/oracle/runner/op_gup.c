/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_gup.c - get_user_pages of every flavour, and giving back what it took.
 */
#include <errno.h>
#include <stdlib.h>

#include <ttmsim/gup.h>

#include "runner.h"

static void got(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		const struct oracle_gup *gup, bool pin)
{
	char text[SCN_PFN_TEXT] = "unwritten";

	for (int i = 0; i < gup->ret; i++)
		if (!scn_hold(&run->holds, op, (uint64_t)i, gup->handle + (uint32_t)i, pin))
			unusable(run, "no memory");
	if (gup->written)
		name_pfn(run, gup->first_pfn, text);
	scn_key(res, "page", "%s", text);
}

static uint32_t gup_flags(unsigned int flags)
{
	return (flags & FOLL_WRITE ? ORACLE_FOLL_WRITE : 0) |
	       (flags & FOLL_FORCE ? ORACLE_FOLL_FORCE : 0) |
	       (flags & FOLL_LONGTERM ? ORACLE_FOLL_LONGTERM : 0) |
	       (flags & FOLL_DUMP ? ORACLE_FOLL_DUMP : 0) |
	       (flags & FOLL_NOWAIT ? ORACLE_FOLL_NOWAIT : 0);
}

static const enum oracle_gup_flavour flavours[SCN_NR_GUPS] = {
	[SCN_GUP] = ORACLE_GUP_SLOW, [SCN_GUP_UNLOCKED] = ORACLE_GUP_UNLOCKED,
	[SCN_GUP_REMOTE] = ORACLE_GUP_REMOTE, [SCN_GUP_FAST] = ORACLE_GUP_FAST,
	[SCN_GUP_FAST_ONLY] = ORACLE_GUP_FAST_ONLY, [SCN_PIN] = ORACLE_PIN_SLOW,
	[SCN_PIN_UNLOCKED] = ORACLE_PIN_UNLOCKED, [SCN_PIN_REMOTE] = ORACLE_PIN_REMOTE,
	[SCN_PIN_FAST] = ORACLE_PIN_FAST, [SCN_PIN_FAST_ONLY] = ORACLE_PIN_FAST_ONLY,
	[SCN_DUMP_PAGE] = ORACLE_DUMP_PAGE,
};

void scn_op_gup(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_GUP };
	struct scn_gup args;

	if (!session_needed(run) || !scn_read_gup(&run->memory, op, res, &args))
		return;
	a.u.gup.addr = args.addr;
	a.u.gup.n = (uint32_t)args.n;
	a.u.gup.flavour = flavours[args.flavour];
	a.u.gup.flags = gup_flags(args.flags) | (args.no_pages ? ORACLE_NO_PAGES : 0);
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret == -EOPNOTSUPP) {
		unusable(run, "this kernel has no such function: %s", op->desc->name);
		return;
	}
	scn_value_return(res, a.ret ? a.ret : a.u.gup.ret);
	if (!a.ret && a.u.gup.ret > 0 && !args.no_pages)
		got(run, op, res, &a.u.gup, scn_gup_pins(args.flavour));
}

void scn_op_put(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct scn_put put;
	uintptr_t handle;

	scn_read_put(op, &put);
	for (uint64_t nr = 0; nr < put.n; nr++) {
		struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_PUT };

		if (!scn_take_held(&run->holds, &put, nr, &handle)) {
			scn_value_return(res, -ENOENT);
			return;
		}
		a.u.put.handle = (uint32_t)handle;
		if (!ask(run, op, &a, -1))
			return;
		if (a.ret) {
			scn_value_return(res, a.ret);
			return;
		}
	}
}
