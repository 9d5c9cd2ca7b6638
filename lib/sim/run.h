/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * run.h - a scenario while it runs: the objects behind its names, and the
 * result of one operation.
 */
#ifndef SIM_SIM_RUN_H
#define SIM_SIM_RUN_H

#include <ttmsim/gup.h>

#include "sim/dev.h"
#include "sim/machine.h"
#include "sim/ops.h"

#define SCN_MAX_KEYS 24
#define SCN_PFN_TEXT 64

/* What an operation says: a value, keys, lines of text. All empty: "0". */
struct scn_result {
	char value[32];
	unsigned int nr_keys;
	struct {
		const char *key; /* static */
		char text[SCN_PFN_TEXT];
	} key[SCN_MAX_KEYS];
	char *lines;		/* host memory: each closed by \n; NULL = none */
	size_t lines_len;
};

void scn_value(struct scn_result *res, const char *value);
/* -errno by its name, what is not below 0 as a number. */
void scn_value_return(struct scn_result *res, long ret);
/* 0, a signal by its name, -errno by its name. */
void scn_value_signal(struct scn_result *res, int ret);
__attribute__((format(printf, 3, 4)))
void scn_key(struct scn_result *res, const char *key, const char *format, ...);
__attribute__((format(printf, 2, 3)))
void scn_line(struct scn_result *res, const char *format, ...);

/* The memory behind a mapping's name: kept after munmap, as an address. */
struct scn_map {
	unsigned long addr;	/* 0: mmap failed */
	unsigned long pages;
};

struct scn_object {
	struct task_struct *task;
	struct ttm_buffer_object *bo;
	unsigned long pages;	/* of bo, dev, file */
	struct file *file;	/* an open file, or a regular one */
	struct sim_dev *dev;
	struct scn_map map;
};

/* A page that GUP took and that is not put back yet. */
struct scn_held {
	struct page *page;
	int map;		/* as the operation named it */
	uint64_t place;
	bool pin;
};

struct scn_run {
	const struct scn *scn;
	const struct sim_scenario_options *options;
	struct sim_machine *machine;
	struct scn_object object[SCN_MAX_NAMES];
	struct scn_held *held;
	unsigned int nr_held, max_held;
	uint64_t counters[SIM_NR_COUNTERS]; /* as last shown */
	uint64_t weight;	/* pages of all that was made */
	uint64_t work;		/* pages looked at so far */
	unsigned long next_aligned; /* where the next mmap align=pmd goes; 0 = none so far */
	bool torn_down;
	struct sim_scenario_result result;
};

static inline unsigned int scn_page_shift(const struct scn_run *run)
{
	return run->machine->mmu->page_shift;
}

static inline struct task_struct *scn_task(struct scn_run *run, const struct scn_op *op)
{
	return run->object[op->task].task;
}

/* What a place or range of a mapping means; false: mmap failed, and that is the result. */
bool scn_address(struct scn_run *run, const struct scn_value *place, struct scn_result *res,
		 unsigned long *addr);
/* b0+3, d0+1, "zero", or the number. */
void scn_name_pfn(struct scn_run *run, unsigned long pfn, char text[SCN_PFN_TEXT]);
/* Everything given back, as teardown does: how many kinds of things are left. */
unsigned int scn_teardown(struct scn_run *run, struct scn_result *res);

/* transcript.c */
void scn_print_head(const struct scn_run *run);
void scn_print_comment(const struct scn_run *run, const struct scn_op *op);
/* The operation and its result; returns how many expectations do not hold (0 or 1). */
unsigned int scn_print_op(const struct scn_run *run, const struct scn_op *op,
			  const struct scn_result *res);
void scn_print_tail(const struct scn_run *run);

#endif
