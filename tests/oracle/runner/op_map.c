/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * op_map.c - operations on mappings: mmap and what changes or ends one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner.h"
#include "scenario/dev.h"

/* ---- mmap ---- */

/*
 * A descriptor of what is mapped: -1 for anonymous memory, or -errno. A device
 * is opened for each of its mappings, a regular file is mapped by the one
 * description that it was made with.
 */
static int find_target(struct scn_run *run, const struct scn_op *op, unsigned long *pages,
		       bool *opened)
{
	int index = op->arg[MMAP_FILE].object, of;
	struct object *o;

	if (index < 0)
		return -1;
	o = &run->object[index];
	of = run->to.scn->names[index].of;
	*pages = run->object[of >= 0 ? of : index].pages;
	*opened = o->dev >= 0;
	if (*opened)
		return object_open(run, o, O_RDWR);
	return o->fd < 0 ? -EBADF : o->fd;
}

/*
 * An address for a mapping of which page 0 of the object would lie at the start
 * of a PMD: as a hint, so that mmap still decides. As lib/sim has it.
 */
static unsigned long aligned_hint(struct scn_run *run, unsigned long off, unsigned long pages)
{
	unsigned long pmd = 1UL << machine.info.pmd_shift;
	unsigned long len = (off + pages) << machine.page_shift;
	unsigned long hint;

	if (!run->next_aligned)
		run->next_aligned = (machine.info.task_size / 4) & ~(pmd - 1);
	hint = run->next_aligned;
	run->next_aligned += (len + pmd - 1) & ~(pmd - 1);
	return hint + (off << machine.page_shift);
}

static int mmap_flags(const struct scn_op *op)
{
	int flags = (int)scn_number(op, MMAP_SHARE, MAP_SHARED);

	if (op->arg[MMAP_FILE].object < 0)
		flags |= MAP_ANONYMOUS;
	if (scn_flag(op, MMAP_DENYWRITE))
		flags |= MAP_DENYWRITE;
	if (scn_flag(op, MMAP_POPULATE))
		flags |= MAP_POPULATE;
	if (scn_flag(op, MMAP_NORESERVE))
		flags |= MAP_NORESERVE;
	if (scn_flag(op, MMAP_LOCKED))
		flags |= MAP_LOCKED;
	if (op->arg[MMAP_AT].set)
		flags |= MAP_FIXED;
	return flags;
}

/* Where: 0 is anywhere. False: over a mapping that is none. */
static bool mmap_address(struct scn_run *run, const struct scn_op *op, unsigned long off,
			 unsigned long pages, unsigned long *addr)
{
	const struct scn_value *at = &op->arg[MMAP_AT];

	*addr = 0;
	if (at->set) {
		*addr = run->object[at->object].map.addr;
		if (!*addr)
			return false;
		*addr += (unsigned long)at->number << machine.page_shift;
	} else if (scn_number(op, MMAP_ALIGN, SIM_LEAF_PTE) == SIM_LEAF_PMD) {
		*addr = aligned_hint(run, off, pages);
	}
	return true;
}

static long map_target(struct scn_run *run, const struct scn_op *op, int fd, unsigned long pages)
{
	unsigned long off = scn_number(op, MMAP_OFF, 0), addr;
	struct ask a = { .kind = ASK_CALL, .fd_arg = 4, .call = SYS_mmap };

	if (!mmap_address(run, op, off, pages, &addr))
		return -EINVAL;
	a.arg[0] = addr;
	a.arg[1] = pages << machine.page_shift;
	a.arg[2] = scn_number(op, MMAP_PROT, PROT_READ | PROT_WRITE);
	a.arg[3] = (unsigned long)mmap_flags(op);
	a.arg[5] = off << machine.page_shift;
	return ask(run, op, &a, fd) ? a.ret : -EIO;
}

void scn_op_mmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct map *map = &run->object[op->arg[MMAP_NAME].object].map;
	unsigned long off = scn_number(op, MMAP_OFF, 0), pages = 0;
	bool opened = false;
	int fd = find_target(run, op, &pages, &opened);
	long ret = fd < -1 ? fd : 0;

	pages = scn_number(op, MMAP_PAGES, pages > off ? pages - off : 1);
	if (!ret)
		ret = map_target(run, op, fd, pages);
	if (opened && fd >= 0)
		close(fd);
	map->addr = ret > 0 ? (unsigned long)ret : 0;
	map->pages = pages;
	scn_value_return(res, ret > 0 ? 0 : ret);
}

/* ---- ranges ---- */

struct range {
	unsigned long addr, len;
};

/* A whole mapping, or from a page on: one page unless it says how many. */
static bool find_range(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		       struct range *range)
{
	const struct scn_value *place = &op->arg[RANGE_MAP];
	unsigned long pages = place->has_page ? 1 : run->object[place->object].map.pages;

	if (!scn_address(run, place, res, &range->addr))
		return false;
	range->len = scn_number(op, RANGE_PAGES, pages) << machine.page_shift;
	return true;
}

static void range_call(struct scn_run *run, const struct scn_op *op, struct scn_result *res,
		       long call, unsigned long how)
{
	struct range range;
	unsigned long arg[6] = { 0, 0, how };

	if (!find_range(run, op, res, &range))
		return;
	arg[0] = range.addr;
	arg[1] = range.len;
	ask_call(run, op, res, call, arg);
}

void scn_op_munmap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	range_call(run, op, res, SYS_munmap, 0);
}

void scn_op_mprotect(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	range_call(run, op, res, SYS_mprotect, scn_number(op, RANGE_HOW, 0));
}

void scn_op_madvise(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	range_call(run, op, res, SYS_madvise, scn_number(op, RANGE_HOW, 0));
}

void scn_op_mlock(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	range_call(run, op, res, SYS_mlock, 0);
}

void scn_op_munlock(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	range_call(run, op, res, SYS_munlock, 0);
}

void scn_op_msync(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	unsigned long how = 0;

	if (scn_flag(op, MSYNC_ASYNC))
		how |= MS_ASYNC;
	if (scn_flag(op, MSYNC_SYNC))
		how |= MS_SYNC;
	if (scn_flag(op, MSYNC_INVALIDATE))
		how |= MS_INVALIDATE;
	range_call(run, op, res, SYS_msync, how ? how : MS_SYNC);
}

void scn_op_mremap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	struct map *map = &run->object[op->arg[MREMAP_MAP].object].map;
	unsigned long pages = scn_number(op, MREMAP_PAGES, map->pages), flags = 0, addr;
	struct ask a = { .kind = ASK_CALL, .fd_arg = -1, .call = SYS_mremap };

	if (!scn_address(run, &op->arg[MREMAP_MAP], res, &addr))
		return;
	if (!scn_flag(op, MREMAP_INPLACE))
		flags |= MREMAP_MAYMOVE;
	if (scn_flag(op, MREMAP_DONTUNMAP_FLAG))
		flags |= MREMAP_DONTUNMAP;
	if (op->arg[MREMAP_AT].set) {
		if (!scn_address(run, &op->arg[MREMAP_AT], res, &a.arg[4]))
			return;
		flags |= MREMAP_FIXED;
	}
	a.arg[0] = addr;
	a.arg[1] = map->pages << machine.page_shift;
	a.arg[2] = pages << machine.page_shift;
	a.arg[3] = flags;
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret > 0) {
		map->addr = (unsigned long)a.ret;
		map->pages = pages;
	}
	scn_value_return(res, a.ret > 0 ? 0 : a.ret);
}

/* ---- what a driver does ---- */

void scn_op_zap(struct scn_run *run, const struct scn_op *op, struct scn_result *res)
{
	const struct scn_value *what = &op->arg[ZAP_WHAT];
	struct object *o = &run->object[what->object];
	struct ask a = { .kind = ASK_IOCTL, .fd_arg = -1, .call = (long)ORACLE_ZAP };
	int fd;

	if (!session_needed(run))
		return;
	fd = object_open(run, o, O_RDWR);
	if (fd < 0) {
		scn_value_return(res, -ENOENT);
		return;
	}
	a.u.zap.even_cows = (uint32_t)scn_number(op, ZAP_EVEN_COWS, 1);
	a.u.zap.page = (uint32_t)what->number;
	a.u.zap.nr = (uint32_t)scn_number(op, ZAP_PAGES, what->has_page ? 1 : o->pages);
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
	unsigned long addr;

	if (!session_needed(run) || !scn_address(run, &op->arg[INSERT_PLACE], res, &addr))
		return;
	a.u.insert.addr = addr;
	a.u.insert.page = (uint32_t)scn_number(op, INSERT_PAGE, op->arg[INSERT_PLACE].number);
	a.u.insert.nr = (uint32_t)scn_number(op, INSERT_N, 1);
	if (!ask(run, op, &a, -1))
		return;
	if (a.ret || a.u.insert.ret)
		scn_value_return(res, a.ret ? a.ret : a.u.insert.ret);
	else if (a.u.insert.fault & FAULT_SIGBUS)
		scn_value(res, "SIGBUS");
	else
		scn_value_return(res, a.u.insert.fault & FAULT_OOM ? -ENOMEM : 0);
}
