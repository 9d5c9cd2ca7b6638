/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * straight.h - one random program on one machine, run in two ways that must agree.
 *
 * What is done most has a straight line of code of its own, and gives up for a long
 * way where it meets anything unusual. Both must do, say and count the same. So a
 * program is drawn from a seed, op by op, and run on a machine that is restored
 * before: as it is, and with somebody who listens to events, which has it take the
 * long way everywhere; or on an SMP machine and on a UP machine.
 *
 * A program maps some of: a device's pages, with what vm_flags it likes; a file; and
 * anonymous memory. Every op is told its world, draws its own arguments, and returns
 * a number that says all that came out of it, without a pointer in it.
 */
#ifndef SIM_TESTS_SUPPORT_STRAIGHT_H
#define SIM_TESTS_SUPPORT_STRAIGHT_H

#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "pte/pat/memtype.h"
#include "pte/walk.h"
#include "support/address_space.h"

#define STRAIGHT_MAPS 3
#define STRAIGHT_MAX_PAGES 700		/* of one mapping */
#define STRAIGHT_POOL 24
#define STRAIGHT_TASKS 3
#define STRAIGHT_RAM 4096		/* pages */
#define STRAIGHT_STEPS 30

struct straight_map {
	unsigned long addr, nr;		/* pages */
	unsigned long vm_flags;		/* that the device adds */
	unsigned long remap_pfn;	/* or: what it maps at once; 0 = nothing */
};

struct straight {
	struct sim_machine *machine;
	const struct sim_mmu *mmu;
	struct file *device, *file;
	struct page *pool[STRAIGHT_POOL]; /* of each kind some */
	uint64_t seed;
	struct straight_map map[STRAIGHT_MAPS];
	unsigned int nr_tasks;
	struct task_struct *task[STRAIGHT_TASKS]; /* the first one, and its children */
	/* whose turn it is */
	struct task_struct *cur;
	struct mm_struct *mm;
	const struct straight_map *at;
	uint64_t nr_told;		/* entries written, by events */
	bool abused;			/* an op did what no kernel code does */
	struct task_struct *stranger;	/* a task of another machine */
};

struct straight_op {
	const char *name;
	uint64_t (*fn)(struct straight *w);
	unsigned int weight;
};

/* What one program left. */
struct straight_result {
	unsigned int nr_steps;
	struct {
		const char *name;
		uint64_t ret;
		uint64_t counters[SIM_NR_COUNTERS];
	} step[STRAIGHT_STEPS];
	bool crashed;
	unsigned int nr_outcomes[SIM_NR_OUTCOME_KINDS], nr_violations;
	bool abused;			/* of its world; not compared */
	unsigned long live[SIM_NR_OBJECTS];
	long rss[STRAIGHT_TASKS][NR_MM_COUNTERS], table_bytes[STRAIGHT_TASKS];
	uint64_t entry[STRAIGHT_TASKS][STRAIGHT_MAPS][STRAIGHT_MAX_PAGES];
	struct straight_page {
		unsigned long flags;
		int refs, maps;
		bool mapping;
	} page[STRAIGHT_RAM];
};

static inline unsigned long straight_any(struct straight *w, unsigned long below)
{
	return as_random(&w->seed, (uint32_t)below);
}

static inline unsigned long straight_bytes(const struct straight *w, unsigned long nr)
{
	return nr << w->mmu->page_shift;
}

static inline void straight_hash(uint64_t *h, uint64_t value)
{
	*h = (*h ^ value) * 0x100000001b3ull;
	*h ^= *h >> 29;
}

/* An address of the mapping whose turn it is, now and then one beside it; and one that
 * has @nr pages behind it, as far as the mapping has them. */
unsigned long straight_addr(struct straight *w);
unsigned long straight_range(struct straight *w, unsigned long *nr);
/* The vma there; or the mapping's first one; or NULL. */
struct vm_area_struct *straight_vma(struct straight *w, unsigned long addr);
/* RAM, I/O memory, neither, and where one meets the other. */
unsigned long straight_pfn(struct straight *w);
/* Of any kind, with references or without. */
struct page *straight_page(struct straight *w);
pgprot_t straight_prot(struct straight *w);
/* Once in a while: an op may do what is a BUG. */
static inline bool straight_dares(struct straight *w)
{
	return !straight_any(w, 100);
}

/* An op: the current task forks, while there is room for a child. */
uint64_t straight_fork(struct straight *w);

/* A machine that programs run on; @config->ram_bytes is small. */
void straight_open(struct straight *w, const struct sim_machine_config *config);
void straight_close(struct straight *w);
/* Runs the program of @seed that @ops are drawn for; @listen: with an event callback. */
void straight_run(struct straight *w, const struct straight_op *ops, uint64_t seed, bool listen,
		  struct straight_result *r);
/* Fails the test where two differ. */
void straight_same(const struct straight_result *a, const struct straight_result *b);
/* All of it: @nr programs of @ops on every architecture and release. Straight against
 * listened to, and UP against SMP. */
void straight_everywhere(const struct straight_op *ops, unsigned int nr);

#endif
