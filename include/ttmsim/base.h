/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * base.h - what every floor shares: kernel types, outcomes, counters, events,
 * failure injection, snapshots.
 *
 * Rules that hold for every function of every header here:
 *  - A machine pointer must come from sim_machine_create() and not have been
 *    destroyed. Everything that belongs to a machine lies in its arena.
 *  - NULL where a sim_ function needs an object gets -EINVAL, or the failure
 *    value of its type (NULL, 0, false); so does a value outside its enum.
 *    Functions with a kernel name trust their pointers, as the kernel does.
 *  - Functions return 0 or -errno unless their text says otherwise.
 *  - Once a machine has crashed (a BUG, an oops), every call on it returns -EIO, or the
 *    failure value of its type (NULL, VM_FAULT_SIGBUS).
 *  - Where a kernel would wait for a lock that its own thread holds, in a driver's
 *    callback or outside, the call returns -EDEADLK, or the failure value of its type
 *    (with errno EDEADLK for NULL and counts), and an outcome SIM_MISUSE says why.
 *  - Functions with a kernel name keep the kernel's signature and results.
 *    Names that begin with sim_ or SIM_ exist only here.
 *  - Calls are safe from many threads unless their text says otherwise.
 *  - After the program's own fork() the child goes on with copies of the machines that
 *    no other thread than the forking one has used. Of every other machine
 *    sim_crashed() is true: it can be destroyed, and no lock of it may be taken by its
 *    kernel name. New machines work. The library calls urcu_bp_before_fork() and its
 *    kin, so a program must not; fork() is not for callbacks of a machine.
 */
#ifndef TTMSIM_BASE_H
#define TTMSIM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SIM_BEGIN_DECLS extern "C" {
#define SIM_END_DECLS }
#else
#define SIM_BEGIN_DECLS
#define SIM_END_DECLS
#endif

/* Marks what the library exports; everything else is hidden. */
#define SIM_API __attribute__((visibility("default")))

SIM_BEGIN_DECLS

/* ------------------------------------------------------- kernel types ---- */

typedef unsigned int gfp_t;
typedef unsigned long pgoff_t;
typedef uint64_t phys_addr_t;
typedef uint64_t resource_size_t;
typedef unsigned long vm_flags_t;

/* A fault result: VM_FAULT_* bits (mm_types.h). Its own type by intent. */
typedef unsigned int vm_fault_t;

/* Reached only through atomic builtins; plain here so that C++ can read it. */
typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

/* A test-and-set lock, 0 = free. Ranks: lib/base/lockrank.h. */
typedef struct {
	uint32_t word;
} spinlock_t;

/* Sleeping locks. What they hold is a pthread lock; opaque here so that a
 * program needs no feature macro to read this header. */
struct rw_semaphore {
	uint64_t sim_opaque[7];
};

struct mutex {
	uint64_t sim_opaque[5];
};

#define GFP_KERNEL 0xcc0u
#define GFP_ATOMIC 0xa20u
#define __GFP_ZERO 0x100u

struct sim_machine;
struct sim_arch;
struct sim_release;
struct task_struct;

/* ----------------------------------------------------------- outcomes ---- */

/*
 * What a kernel would print, and for SIM_BUG and SIM_OOPS die of; and what a kernel
 * does not survive to tell: it hangs. Each is recorded, and told on stderr in one line
 * as it happens, one and the same at most ten times:
 *
 *	ttmsim: WARN: mm/memory.c, remap_pfn_range: addr != vma->vm_start
 *		[->mmap my_mmap, task test, address 0x7f0000001000]
 *
 * Quiet is what sim_expect_outcome() expects, a machine made with .quiet, and every
 * machine with TTMSIM_QUIET=1 in the environment. TTMSIM_ABORT=bug,warn,bad_page,misuse,
 * oops,endless,all stops at those that nobody expects: host stack, then abort().
 * A debugger breaks at sim_outcome_breakpoint().
 */
enum sim_outcome_kind {
	SIM_BUG,	/* BUG_ON: the machine is crashed from here on */
	SIM_WARN,	/* WARN_ON: the call goes on */
	SIM_BAD_PAGE,	/* "Bad page map", "Bad page state", "Bad rss-counter state" */
	SIM_MISUSE,	/* a lock that is wanted while it is held, kept or let go where it must
			 * not be: what a kernel hangs on */
	SIM_OOPS,	/* a callback followed a wild pointer: crashed from here on */
	SIM_ENDLESS,	/* an access whose faults bring no mapping: a program would hang */
	SIM_NR_OUTCOME_KINDS
};

struct sim_outcome {
	enum sim_outcome_kind kind;
	const char *file;	/* the kernel's file, e.g. "mm/memory.c" */
	const char *function;	/* the kernel's function; of a misuse: the call that was refused,
				 * or the callback that returned so */
	const char *condition;	/* the condition that held */
	/* Where it happened first: */
	const char *handler;	/* the driver's callback under way, e.g. "->fault"; or NULL */
	uint64_t addr;		/* what the callback was called for; 0 = no address */
	char comm[16];		/* the current task; "" without one */
};

/**
 * sim_crashed - has this machine met a BUG or an oops?
 */
SIM_API bool sim_crashed(const struct sim_machine *machine);

/**
 * sim_last_outcome - the newest outcome of a kind
 *
 * Returns: a pointer that lives as long as the machine;
 *          NULL where none has happened.
 */
SIM_API const struct sim_outcome *sim_last_outcome(const struct sim_machine *machine,
						    enum sim_outcome_kind kind);

/**
 * sim_nr_outcomes - how many outcomes of a kind have happened
 */
SIM_API unsigned int sim_nr_outcomes(const struct sim_machine *machine,
				     enum sim_outcome_kind kind);

/**
 * sim_outcome_name - a kind as printed, e.g. "bad page"
 *
 * Returns: a static string;
 *          NULL for an unknown kind.
 */
SIM_API const char *sim_outcome_name(enum sim_outcome_kind kind);

#define SIM_ANY_NUMBER (~0u)

/**
 * sim_expect_outcome - say that outcomes are to come
 * @count: the next so many of @kind are expected; SIM_ANY_NUMBER: all from here on;
 *	   0: none any more. What was said before of @kind holds no longer
 *
 * What is expected is recorded as ever, not told, and does not stop at TTMSIM_ABORT.
 * A restore leaves expectations as they are.
 */
SIM_API void sim_expect_outcome(struct sim_machine *machine, enum sim_outcome_kind kind,
				unsigned int count);

/**
 * sim_outcomes_missing - how many outcomes are expected and have not come
 *
 * Returns: 0 also where any number is expected.
 */
SIM_API unsigned int sim_outcomes_missing(const struct sim_machine *machine,
					  enum sim_outcome_kind kind);

/**
 * sim_outcomes_unexpected - how many outcomes came that nobody expected
 */
SIM_API unsigned int sim_outcomes_unexpected(const struct sim_machine *machine,
					     enum sim_outcome_kind kind);

/**
 * sim_outcome_breakpoint - called for each outcome that nobody expects, told or not
 *
 * Does nothing: a place for a debugger to stop at.
 */
SIM_API void sim_outcome_breakpoint(const struct sim_outcome *outcome);

/* ----------------------------------------------------------- counters ---- */

/* Exact and, on one thread, deterministic. Sum over all threads. */
enum sim_counter {
	SIM_CNT_FAULT,		/* handle_mm_fault calls */
	SIM_CNT_HANDLER,	/* calls into vm_ops fault, huge_fault, *_mkwrite */
	SIM_CNT_WALK,		/* walks from the top table */
	SIM_CNT_TABLE_ALLOC,	/* page tables allocated */
	SIM_CNT_TABLE_FREE,	/* page tables freed */
	SIM_CNT_LOCK,		/* lock acquisitions of every rank */
	SIM_CNT_PAT_LOOKUP,	/* pfns whose memory type was looked up */
	SIM_CNT_PTE_READ,	/* leaf entries read */
	SIM_CNT_PTE_WRITE,	/* leaf entries written */
	SIM_CNT_REF,		/* page reference changes, up or down */
	SIM_CNT_MAPCOUNT,	/* page mapcount changes, up or down */
	SIM_CNT_TLB_FLUSH,	/* TLB flushes asked for */
	SIM_CNT_PAGE_ALLOC,	/* RAM pages allocated */
	SIM_CNT_PAGE_FREE,	/* RAM pages freed */
	SIM_CNT_GUP_FAST,	/* pages that the lockless walk took */
	SIM_CNT_GUP_SLOW,	/* pages that the slow walk took */
	SIM_NR_COUNTERS
};

/**
 * sim_counter - the value of one counter
 *
 * Returns: the sum over all threads that have used the machine;
 *          0 for an unknown counter.
 */
SIM_API uint64_t sim_counter(const struct sim_machine *machine, enum sim_counter counter);

/**
 * sim_counters - all counters at once
 * @out: filled with SIM_NR_COUNTERS values, zeros where @machine is NULL;
 *       NULL is ignored
 */
SIM_API void sim_counters(const struct sim_machine *machine, uint64_t out[SIM_NR_COUNTERS]);

/**
 * sim_counter_name - a counter's name as printed, e.g. "pte_write"
 *
 * Returns: a static string;
 *          NULL for an unknown counter.
 */
SIM_API const char *sim_counter_name(enum sim_counter counter);

/**
 * sim_errno_name - an errno as the kernel writes it, e.g. "EFAULT"
 * @err: positive
 *
 * Returns: a static string;
 *          NULL for a number that is none.
 */
SIM_API const char *sim_errno_name(int err);

/* ------------------------------------------------------------- events ---- */

enum sim_event_kind {
	SIM_EV_FAULT,	/* a fault was taken: addr, value = FAULT_FLAG_* */
	SIM_EV_HANDLER,	/* a driver's handler returned: addr, value = vm_fault_t */
	SIM_EV_PTE,	/* a leaf entry changed: addr, value = the new raw entry */
	SIM_EV_TLB,	/* a flush: addr to value */
	SIM_EV_MOVE,	/* a buffer object moved */
	SIM_EV_OUTCOME,	/* what = the condition */
	SIM_NR_EVENT_KINDS
};

struct sim_event {
	enum sim_event_kind kind;
	uint64_t addr;
	uint64_t value;
	const char *what;	/* may be NULL */
};

typedef void (*sim_event_fn)(const struct sim_event *event, void *data);

/**
 * sim_set_event_fn - have every event of a machine reported
 * @fn: called on the thread that causes the event, with locks held: what it
 *      calls of the machine is refused with -EDEADLK. NULL ends the reporting.
 *
 * Not to be called while another thread uses the machine.
 */
SIM_API void sim_set_event_fn(struct sim_machine *machine, sim_event_fn fn, void *data);

/* -------------------------------------------------- failure injection ---- */

/**
 * sim_fail_alloc - make one allocation of the machine fail
 * @nth: 1 fails the next allocation, 2 the one after it; 0 disarms
 *
 * Counts objects, page tables and RAM pages alike. It fails once, then
 * disarms itself.
 */
SIM_API void sim_fail_alloc(struct sim_machine *machine, unsigned long nth);

/**
 * sim_fail_alloc_pending - is a failure still armed?
 *
 * Returns: true until the nth allocation has been reached.
 */
SIM_API bool sim_fail_alloc_pending(const struct sim_machine *machine);

/* What the live objects of a machine are. */
enum sim_object {
	SIM_OBJ_MISC,
	SIM_OBJ_TASK,
	SIM_OBJ_MM,
	SIM_OBJ_VMA,
	SIM_OBJ_ANON_VMA,
	SIM_OBJ_FILE,
	SIM_OBJ_TABLE,
	SIM_OBJ_PAGE_BYTES,
	SIM_OBJ_PAGE,		/* a RAM page handed out by the page allocator */
	SIM_OBJ_MEMTYPE,
	SIM_OBJ_BO,
	SIM_OBJ_TT,
	SIM_OBJ_RESOURCE,
	SIM_OBJ_HASH,
	SIM_OBJ_CPU,		/* a thread's counters; lives until the machine goes */
	SIM_NR_OBJECTS
};

/**
 * sim_live_objects - how many objects of a kind are allocated
 */
SIM_API unsigned long sim_live_objects(const struct sim_machine *machine, enum sim_object kind);

/**
 * sim_object_name - an object kind's name as printed, e.g. "vma"
 *
 * Returns: a static string;
 *          NULL for an unknown kind.
 */
SIM_API const char *sim_object_name(enum sim_object kind);

/* ---------------------------------------------------------- snapshots ---- */

struct sim_snapshot;

/**
 * sim_snapshot - copy the state of a machine
 *
 * No other thread may be inside the machine.
 *
 * Returns: the copy, to be freed with sim_snapshot_free();
 *          NULL where the host is out of memory or @machine is NULL.
 */
SIM_API struct sim_snapshot *sim_snapshot(const struct sim_machine *machine);

/**
 * sim_restore - put a machine back to a state that it had
 *
 * Pointers into the machine that were valid at the snapshot are valid again;
 * newer ones are not. Counters go back too. A crashed machine may be restored.
 * The event callback stays as it is.
 * No other thread may be inside the machine.
 *
 * Returns: 0;
 *          -EBUSY where the machine is the parent's (fork(), see the top);
 *          -EINVAL where @snapshot is another machine's, or either is NULL.
 */
SIM_API int sim_restore(struct sim_machine *machine, const struct sim_snapshot *snapshot);

/**
 * sim_snapshot_free - free a snapshot; NULL is ignored
 */
SIM_API void sim_snapshot_free(struct sim_snapshot *snapshot);

SIM_END_DECLS

#endif
