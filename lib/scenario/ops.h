/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ops.h - the operations: what their arguments are called, and what runs them.
 *
 * The enums are the order of the parameters in table.c.
 */
#ifndef SIM_SCENARIO_OPS_H
#define SIM_SCENARIO_OPS_H

#include "scenario/scenario.h"

enum { MACHINE_ARCH, MACHINE_RELEASE, MACHINE_TTM, MACHINE_RAM, MACHINE_VRAM, MACHINE_PREFAULT,
       MACHINE_POOL_ORDER, MACHINE_TOGGLE };
enum { BO_NAME, BO_PAGES, BO_IN, BO_CACHING };
enum { FREE_BO };
enum { MOVE_BO, MOVE_TO };
enum { REGULAR_NAME, REGULAR_PAGES, REGULAR_WRITEBACK };
enum { DEV_NAME, DEV_VMA, DEV_INSERT, DEV_INSERT_PROT, DEV_BACKING, DEV_OVER, DEV_CACHING,
       DEV_PROT_CACHING, DEV_INSERT_CACHING, DEV_PAGES_CACHING, DEV_RESERVE, DEV_PREFAULT,
       DEV_REJECT_COW, DEV_FAULT_ANSWER, DEV_PAGE_MKWRITE_ANSWER, DEV_PFN_MKWRITE_ANSWER,
       DEV_ACCESS_ANSWER, DEV_HAS_OPEN, DEV_HAS_CLOSE, DEV_TIME, DEV_PAGES };
enum { OPEN_NAME, OPEN_MODE, OPEN_DEV };
enum { CLOSE_FILE };
enum { FORK_NAME };
enum { EXIT_TASK };
enum { MMAP_NAME, MMAP_FILE, MMAP_BO, MMAP_SHARE, MMAP_PROT, MMAP_PAGES, MMAP_OFF, MMAP_ALIGN,
       MMAP_AT, MMAP_DENYWRITE, MMAP_POPULATE, MMAP_NORESERVE, MMAP_LOCKED };
/* munmap, mlock, munlock, mincore, zap_ptes, reserve, unreserve, mprotect, madvise: the
 * range, its pages, what to do */
enum { RANGE_MAP, RANGE_PAGES, RANGE_HOW };
enum { MREMAP_MAP, MREMAP_PAGES, MREMAP_OLD, MREMAP_INPLACE, MREMAP_DONTUNMAP_FLAG,
       MREMAP_AT, MREMAP_AS };
enum { MSYNC_MAP, MSYNC_PAGES, MSYNC_ASYNC, MSYNC_SYNC, MSYNC_INVALIDATE };
/* read, write, and whole pages: vm_read and so on */
enum { ACCESS_PLACE, ACCESS_N, ACCESS_VALUE };
enum { PTRACE_PLACE, PTRACE_WRITE, PTRACE_VALUE };
enum { GUP_PLACE, GUP_N, GUP_WRITE, GUP_FORCE, GUP_LONGTERM, GUP_PIN, GUP_DUMP, GUP_NOWAIT,
       GUP_NOPAGES };
enum { PUT_PLACE, PUT_N };
enum { LOOK_PLACE, LOOK_FULL };
enum { INSERT_PLACE, INSERT_PAGE, INSERT_N, INSERT_BY };
enum { ZAP_WHAT, ZAP_EVEN_COWS, ZAP_PAGES };
enum { FAIL_NTH };

typedef void scn_op_fn(struct scn_run *run, const struct scn_op *op, struct scn_result *res);

/* op_object.c */
scn_op_fn scn_op_machine, scn_op_bo, scn_op_free, scn_op_move, scn_op_file, scn_op_dev,
	scn_op_open, scn_op_close, scn_op_fork, scn_op_exit, scn_op_reserve, scn_op_calls;
/* op_map.c; range: munmap, mprotect, madvise, mlock, munlock, msync */
scn_op_fn scn_op_mmap, scn_op_range, scn_op_mremap, scn_op_zap, scn_op_zap_ptes, scn_op_insert;
/* op_access.c */
scn_op_fn scn_op_read, scn_op_write, scn_op_ptrace;
/* op_io.c: vm_read, vm_write, direct_read, direct_write, vmsplice */
scn_op_fn scn_op_transfer;
/* op_gup.c: every flavour; put and unpin */
scn_op_fn scn_op_gup, scn_op_put;
/* op_look.c */
scn_op_fn scn_op_pte, scn_op_refs, scn_op_smaps, scn_op_maps, scn_op_check, scn_op_counters,
	scn_op_fail_alloc, scn_op_teardown, scn_op_mincore, scn_op_pagemap, scn_op_memtype,
	scn_op_vmprot;

#endif
