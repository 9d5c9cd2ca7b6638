/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.h - what every floor knows of a machine. It lies at offset 0 of its
 * arena. Each floor's own part hangs on a pointer whose structure only that
 * floor and those above it know.
 */
#ifndef SIM_BASE_MACHINE_H
#define SIM_BASE_MACHINE_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/release.h"

#define SIM_MAX_CPUS 64

struct sim_phys;
struct sim_mmu;
struct sim_memtype;
struct sim_sim;
struct sim_gup_ops;
struct sim_ttm_device;
struct mm_struct;

/*
 * What the hot paths count with one addition: each stands for one of several
 * counters (cpu.c, parts).
 */
enum sim_compound {
	SIM_CNT_INSERTED = SIM_NR_COUNTERS, /* walk, lock, entry read and written */
	SIM_CNT_INSERTED_TYPED,	/* and memory type looked up */
	SIM_CNT_INSERTED_PAGE,	/* or: and reference and mapcount taken */
	SIM_NR_CPU_COUNTERS
};

/* A thread that uses the machine: its counters, written by it alone. */
struct sim_cpu {
	uint64_t count[SIM_NR_CPU_COUNTERS];
	uint64_t thread;	/* sim_thread_id() of the owner */
	/* both atomic, lib/vma/call.c: the task that a call of the owner uses; the task
	 * that it is to put at its end */
	struct task_struct *user, *owed;
	/* atomic; whose tables the owner walked last without a lock (lib/pte/lockless.h).
	 * Others look at it: a line of its own. */
	const struct mm_struct *mm __attribute__((aligned(64)));
} __attribute__((aligned(64)));

/* Callbacks, NULL for none. */
struct sim_listeners {
	sim_event_fn event;	/* sim_set_event_fn() */
	void *event_data;
	/* told of outcomes alone; the machine is as quiet (cpu.h) as without it */
	void (*outcome)(const struct sim_outcome *outcome, void *data);
	void *outcome_data;
};

/* Of which outcomes stderr hears. The host's: a restore leaves it. */
struct sim_telling {
	bool quiet;
	uint32_t abort_on;	/* 1 << enum sim_outcome_kind */
	unsigned int expected[SIM_NR_OUTCOME_KINDS];	/* atomic; still to come */
	unsigned int unexpected[SIM_NR_OUTCOME_KINDS];	/* atomic; that came */
};

/* In a child of fork(): does the machine remain the parent's, and is that told? */
enum sim_of_parent {
	SIM_OF_SELF,
	SIM_OF_PARENT,
	SIM_OF_PARENT_TOLD
};

struct sim_machine {
	/* hot, read-only after creation */
	const struct sim_mmu *mmu;	/* lib/pte/mmu.h */
	struct sim_phys *phys;		/* lib/phys/phys.h */
	struct sim_memtype *memtype;	/* lib/pte/pat/memtype.h */
	const struct sim_release *release;
	const struct sim_arch *arch;
	struct sim_sim *sim;		/* lib/sim/machine.h */
	const struct sim_gup_ops *gup;	/* lib/vma/gup_ops.h */
	void (*switch_task)(struct task_struct *task); /* sim_task_switch(); NULL in bare ones */
	int thp;			/* enum sim_thp_policy */
	int max_map_count;		/* atomic; of vmas in an address space */
	bool up;			/* one CPU, one thread: no locks, no atomic operations */
	struct sim_cpu *up_cpu;		/* of a UP machine that is quiet (cpu.h); else NULL */
	int rmap_disordered;		/* atomic; 1 once a vm_pgoff changed in the reverse map */

	bool oops;			/* a callback's wild pointer is an outcome (oops.h) */

	int crashed;			/* atomic; 1 after a BUG or an oops, or what follows */
	int of_parent;			/* atomic; enum sim_of_parent (fork.c) */
	uint64_t epoch;			/* atomic; unique in the process, see cpu.h */
	uint64_t owner_thread;		/* the thread that created it */
	int threaded;			/* atomic; 1 once another thread came */
	int crowded;			/* atomic; 1 once a thread got no slot of its own */

	struct sim_listeners listeners;
	struct sim_telling telling;

	spinlock_t outcome_lock;
	unsigned int nr_outcomes[SIM_NR_OUTCOME_KINDS]; /* atomic */
	const struct sim_outcome *last_outcome[SIM_NR_OUTCOME_KINDS]; /* atomic */
	struct sim_outcome_node *outcomes; /* each different outcome once, never changed */

	spinlock_t cpu_lock;
	unsigned int nr_cpus;		/* atomic */
	struct sim_cpu *cpu[SIM_MAX_CPUS]; /* the last one is shared, counted atomically */

	spinlock_t task_lock;
	struct task_struct *tasks;	/* all live tasks */
	struct task_struct *dead_tasks;	/* exited; the next tasks are made of them */

	spinlock_t ttm_lock;
	struct sim_ttm_device *ttm_devices; /* atomic; lib/ttm/sim_device.h */
};

/* A new number, unique in the process, never 0. */
uint64_t sim_new_epoch(void);

/* What threads remember of a machine holds no longer: each looks again. */
void sim_begin_epoch(struct sim_machine *machine);

/* Does the machine's release follow a rule? */
static inline bool sim_rule(const struct sim_machine *machine, enum sim_rule rule)
{
	return machine->release->rules[rule];
}

static inline bool sim_is_crashed(const struct sim_machine *machine)
{
	return __builtin_expect(__atomic_load_n(&machine->crashed, __ATOMIC_RELAXED), 0);
}

#endif
