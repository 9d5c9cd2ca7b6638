/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * args.h - what an operation is told, read once.
 *
 * The simulator (op_*.c) and a real kernel (tests/oracle/runner/op_*.c) read
 * arguments by the same code and differ in how they execute. So nothing here
 * knows which of the two runs the scenario.
 */
#ifndef SIM_SCENARIO_ARGS_H
#define SIM_SCENARIO_ARGS_H

#include "scenario/dev.h"
#include "scenario/transcript.h"

/* The memory behind a mapping's name: kept after munmap, as an address. */
struct scn_map {
	unsigned long addr;	/* 0: mmap failed */
	unsigned long pages;
};

/* What is known of a scenario's memory so far, and of the machine that has it. */
struct scn_memory {
	const struct scn *scn;
	unsigned int page_shift;
	unsigned long pmd_size;		/* what a leaf one level above a page covers */
	unsigned long task_size;
	unsigned long next_aligned;	/* where the next mmap align=pmd goes; 0 = none so far */
	struct scn_map map[SCN_MAX_NAMES]; /* by name */
	unsigned long pages[SCN_MAX_NAMES]; /* of an object, device or file, by name */
};

/* Beside VM_* flags in vma=: mmap takes VM_MAYWRITE away. */
#define SCN_DEV_NOMAYWRITE (1ULL << 40)

/* What a place or range of a mapping means; false: mmap failed, and that is the result. */
bool scn_address(const struct scn_memory *memory, const struct scn_value *place,
		 struct scn_result *res, unsigned long *addr);

/* ---- mappings ---- */

struct scn_mmap {
	struct scn_map *map;	/* what is made */
	bool nowhere;		/* at= a mapping that failed: -EINVAL */
	unsigned long addr;	/* of a fixed one, or a hint; 0: anywhere */
	unsigned long pages, off; /* off in pages */
	int prot, flags;	/* PROT_*, MAP_* */
};
void scn_read_mmap(struct scn_memory *memory, const struct scn_op *op, struct scn_mmap *args);

/* The calls on a range; desc->variant says which. */
enum scn_range_call {
	SCN_MUNMAP, SCN_MPROTECT, SCN_MADVISE, SCN_MLOCK, SCN_MUNLOCK, SCN_MSYNC, SCN_MINCORE,
	SCN_NR_RANGE_CALLS
};

struct scn_range {
	unsigned long addr, len;
	int how;		/* PROT_*, MADV_*, MS_*; else 0 */
};
/* A whole mapping, or from a page on: one page unless it says how many. */
bool scn_read_range(const struct scn_memory *memory, const struct scn_op *op,
		    struct scn_result *res, struct scn_range *range);

struct scn_mremap {
	struct scn_map *map;	/* the name that follows; NULL: none does */
	bool as;		/* ... which is a new one */
	unsigned long addr, old_len, new_len, new_addr;
	unsigned long flags;	/* MREMAP_* */
};
bool scn_read_mremap(struct scn_memory *memory, const struct scn_op *op, struct scn_result *res,
		     struct scn_mremap *args);
/* Where the mapping is after the call, which returned @ret. */
void scn_remapped(const struct scn_memory *memory, const struct scn_mremap *args, long ret,
		  struct scn_result *res);

/* ---- drivers ---- */

/* False: over= has not so many pages, which is the result. config->over is the caller's. */
bool scn_read_dev(struct scn_memory *memory, const struct scn_op *op, struct scn_result *res,
		  struct sim_dev_config *config);

/* Pages of a device: to reserve. */
struct scn_reserve {
	unsigned long page, nr;
	bool begin;		/* reserve; else unreserve */
};
void scn_read_reserve(const struct scn_memory *memory, const struct scn_op *op,
		      struct scn_reserve *args);

struct scn_zap {
	unsigned long page, nr;
	bool even_cows;
};
void scn_read_zap(const struct scn_memory *memory, const struct scn_op *op, struct scn_zap *zap);

struct scn_insert {
	unsigned long addr, page, n;
	int by;			/* enum sim_dev_insert; -1: the device's */
};
bool scn_read_insert(const struct scn_memory *memory, const struct scn_op *op,
		     struct scn_result *res, struct scn_insert *args);

/* ---- bytes ---- */

struct scn_access {
	unsigned long n;	/* pages, one byte of each */
	uint8_t byte;		/* to write */
};
void scn_read_access(const struct scn_op *op, struct scn_access *args);

struct scn_ptrace {
	unsigned long addr;
	bool write;
	uint8_t byte;
};
bool scn_read_ptrace(const struct scn_memory *memory, const struct scn_op *op,
		     struct scn_result *res, struct scn_ptrace *args);

/* Whole pages that go between a task's memory and something else; desc->variant. */
enum scn_transfer_kind {
	SCN_VM_READ, SCN_VM_WRITE, SCN_DIRECT_READ, SCN_DIRECT_WRITE, SCN_VMSPLICE,
	SCN_NR_TRANSFERS
};

struct scn_transfer {
	enum scn_transfer_kind kind;
	unsigned long addr;
	size_t len;
	bool out;		/* bytes come out of the memory: the first is shown */
	uint8_t byte;		/* that goes in */
};
bool scn_read_transfer(const struct scn_memory *memory, const struct scn_op *op,
		       struct scn_result *res, struct scn_transfer *args);
/* What it returned, and the first byte where one came @out. */
void scn_show_transfer(struct scn_result *res, const struct scn_transfer *args, long ret,
		       uint8_t byte);

/* ---- get_user_pages ---- */

/* desc->variant; those from SCN_PIN on are the first ones with pins. */
enum scn_gup_flavour {
	SCN_GUP, SCN_GUP_UNLOCKED, SCN_GUP_REMOTE, SCN_GUP_FAST, SCN_GUP_FAST_ONLY,
	SCN_PIN, SCN_PIN_UNLOCKED, SCN_PIN_REMOTE, SCN_PIN_FAST, SCN_PIN_FAST_ONLY,
	SCN_DUMP_PAGE,		/* get_dump_page: a reference */
	SCN_NR_GUPS
};

static inline bool scn_gup_pins(enum scn_gup_flavour flavour)
{
	return flavour >= SCN_PIN && flavour < SCN_DUMP_PAGE;
}

struct scn_gup {
	enum scn_gup_flavour flavour;
	unsigned long addr;
	int n;
	unsigned int flags;	/* FOLL_* */
	bool no_pages;		/* none are asked for */
};
bool scn_read_gup(const struct scn_memory *memory, const struct scn_op *op,
		  struct scn_result *res, struct scn_gup *args);

/* A page that GUP took and that is not put back yet. */
struct scn_held {
	uintptr_t page;		/* as whoever got it calls it */
	int map;		/* as the operation named it */
	uint64_t place;
	bool pin;
};

struct scn_holds {
	struct scn_held *held;	/* host memory */
	unsigned int nr, max;
};

/* The @nr-th page that @op got; false: no memory. */
bool scn_hold(struct scn_holds *holds, const struct scn_op *op, uint64_t nr, uintptr_t page,
	      bool pin);

/* put and unpin: from a place on, each page of which something is held. */
struct scn_put {
	int map;
	uint64_t place, n;
	bool pin;
};
void scn_read_put(const struct scn_op *op, struct scn_put *put);
/* Takes the newest one off that was got at the @nr-th page; false: there is none. */
bool scn_take_held(struct scn_holds *holds, const struct scn_put *put, uint64_t nr,
		   uintptr_t *page);

#endif
