/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bench.h - what a benchmark is.
 *
 * A *family* ("insert/pfn_prot") is a piece of code to be timed. A *point* says
 * of which machine and load; a family names the axes along which it can be
 * moved. A family at a point is a *row* of the output. One *run* of a row does
 * a known number of operations (mostly PTEs); what a run needs done before the
 * next one, its reset, is not timed.
 *
 *	setup | run reset run reset ... | teardown		(| = clock stops)
 */
#ifndef TTMSIM_BENCH_H
#define TTMSIM_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ttmsim/ttmsim.h>

/* ---- points ---- */

enum bench_backing {
	BENCH_RAM,		/* pages with struct pages */
	BENCH_IO,		/* I/O memory: VRAM */
};

enum bench_axis {
	AXIS_ARCH,
	AXIS_RELEASE,
	AXIS_BACKING,
	AXIS_CACHING,
	AXIS_TABLES,		/* existing, or fresh ones made in the timed part */
	AXIS_ORDER,		/* of the pages: sequential or shuffled */
	AXIS_NR,
	AXIS_PREFAULT,
	AXIS_THREADS,
	AXIS_SHARED,		/* the threads use one object */
	AXIS_CPUS,
	BENCH_NR_AXES
};

#define AXIS(name) (1u << AXIS_##name)

struct point {
	const char *arch;
	const char *release;
	enum bench_backing backing;
	enum sim_cache_mode caching;
	bool fresh;
	bool shuffled;
	unsigned long nr;	/* PTEs; vmas; reservations: what the family says */
	unsigned long prefault;	/* PTEs that a fault maps; 0: the whole object */
	unsigned int threads;
	bool shared;
	unsigned int cpus;	/* 1: a UP machine; 0: SMP */
};

/* ---- families ---- */

struct family {
	const char *name;
	const char *what;	/* a few words for --list */
	const char *unit;	/* of an operation: "pte", "page", "call" */
	unsigned int axes;	/* AXIS() bits */
	/* Of AXIS_NR by default; ends at 0, but a first 0 is a size. NULL: 512. */
	const unsigned long *sizes;
	/* Why it cannot be measured there, a few words; NULL: it can. */
	const char *(*unfit)(const struct point *point);
	/* Never NULL: whatever fails ends the program with bench_die(). */
	void *(*setup)(const struct point *point);
	/* One run on thread 0 .. point->threads - 1. */
	void (*run)(void *rig, unsigned int thread);
	void (*reset)(void *rig, unsigned int thread); /* NULL: nothing to do */
	/* Operations that one run does on one thread; NULL: point->nr. */
	unsigned long (*ops)(const struct point *point);
	void (*teardown)(void *rig);
	/* Whose counters a row shows; NULL: none (limits). */
	struct sim_machine *(*machine)(void *rig);
	/*
	 * On each thread before its first run, not timed, for what belongs to a
	 * thread (sim_task_switch); NULL: nothing to do. Thread 0 is the one that
	 * called setup, and with one thread there is no other.
	 */
	void (*enter)(void *rig, unsigned int thread);
};

/* All families, NULL-terminated; each array in the file named after it. */
extern const struct family limit_families[];
extern const struct family insert_families[];	/* insert/..., zap/... */
extern const struct family fault_families[];	/* fault/..., move, fork */
extern const struct family gup_families[];
extern const struct family vma_families[];
extern const struct family pat_families[];
extern const struct family machine_families[];	/* machine/... */

/* ---- for families ---- */

/* Prints "ttmsim-bench: WHAT: reason" with errno's text where it is not 0; exits with 1. */
_Noreturn void bench_die(const char *what);

/* malloc that does not fail; zeroed. */
void *bench_alloc(size_t bytes);

/* Fills in [0, nr) in random order, the same each time. */
void bench_shuffle(unsigned long *values, unsigned long nr);

/* Tells the compiler that @value is used. */
static inline void bench_use(uint64_t value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

/* An unfit() answer: NULL where user space has room for that many pages. */
const char *bench_no_room(const struct point *point, unsigned long pages);

/*
 * A machine for a point, with a task and room: ram and vram in pages,
 * 0: what a machine has by default. It faults in point->prefault pages. The
 * calling thread becomes the task's (sim_task_switch).
 */
struct bench_machine {
	struct sim_machine *machine;
	struct task_struct *task;
	unsigned long page_size;
};

void bench_machine_create(struct bench_machine *out, const struct point *point,
			  unsigned long ram_pages, unsigned long vram_pages,
			  enum sim_ttm_mode mode);

#endif
