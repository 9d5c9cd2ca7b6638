/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cpu.h - the calling thread as seen by a machine: counters and current task.
 *
 * Each thread that enters a machine gets a struct sim_cpu in its arena and
 * remembers it in a thread-local slot, so counting is one plain add.
 *
 * Who remembers asks by the machine's epoch whether it is still true. The epoch
 * becomes another one at a restore, and with all that the hot paths would have to
 * ask for at each call: a crash, a callback for events. So one comparison,
 * sim_is_quiet(), answers all of it.
 */
#ifndef SIM_BASE_CPU_H
#define SIM_BASE_CPU_H

#include "base/lockrank.h"
#include "base/machine.h"

/* A driver's function that the library has called and that has not returned
 * (callback.h). Lies on the caller's stack. */
struct sim_callback {
	struct sim_callback *up;	/* from within which it was called; NULL */
	const char *name;		/* e.g. "->fault" */
	struct sim_machine *machine;	/* whose; NULL where that is not known */
	const void *fn;			/* the function; NULL where nobody asks for it */
	uint64_t addr;			/* what it was called for; 0 = no address */
	struct task_struct *task;	/* current when it was called */
	struct sim_held_outer outer;	/* sim_held's of the caller (lockrank.h) */
	unsigned int inner;		/* sim_held.nr when it was called; set with jump */
	bool atomic;			/* called with locks of any kind: no call may enter */
	void *jump;			/* sigjmp_buf to which an oops goes; NULL (oops.h) */
};

struct sim_thread {
	uint64_t epoch;		/* the machine state that cpu belongs to; 0 = none */
	uint64_t quiet_epoch;	/* the same; 0 where cpu is shared, the machine has crashed,
				 * or events are listened to */
	struct sim_cpu *cpu;
	bool shared_cpu;	/* cpu is the overflow slot: count atomically */
	struct task_struct *task; /* current */
	struct sim_machine *machine; /* of the current task */
	const char *comm;	/* the current task's; NULL */
	struct sim_callback *callback; /* the innermost; NULL */
};

extern __thread struct sim_thread sim_thread __attribute__((tls_model("initial-exec")));

/*
 * Set up threads and counters of a machine at the start of a fresh arena: its epoch,
 * its owner, the shared slot. Returns 0 or -ENOMEM.
 */
int sim_cpu_init(struct sim_machine *machine);

/* Unique and not 0 for each thread of the process. */
uint64_t sim_thread_id(void);

/* The slow part of sim_cpu(): finds or makes the thread's slot. */
struct sim_cpu *sim_cpu_bind(struct sim_machine *machine);

static inline uint64_t sim_epoch(const struct sim_machine *machine)
{
	return __atomic_load_n(&machine->epoch, __ATOMIC_RELAXED);
}

/* The calling thread's slot in @machine. Never NULL (an overflow slot exists
 * from the machine's creation on). */
static inline struct sim_cpu *sim_cpu(struct sim_machine *machine)
{
	if (__builtin_expect(sim_thread.epoch == sim_epoch(machine), 1))
		return sim_thread.cpu;
	return sim_cpu_bind(machine);
}

/* Is the machine sound, with nobody listening, and sim_thread.cpu this thread's
 * own? False also where that is not known. */
static inline bool sim_is_quiet(const struct sim_machine *machine)
{
	return likely(sim_thread.quiet_epoch == sim_epoch(machine));
}

/* One of a compound, in the slot that a quiet machine has for this thread. */
static inline void sim_quiet_count(struct sim_cpu *cpu, enum sim_compound compound)
{
	uint64_t *at = &cpu->count[compound];

	__atomic_store_n(at, __atomic_load_n(at, __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED);
}

/* Add to a counter. Only the owner writes a slot, readers may be anyone. */
static inline void sim_cpu_count_n(struct sim_cpu *cpu, enum sim_counter counter, uint64_t n)
{
	uint64_t *at = &cpu->count[counter];

	if (__builtin_expect(sim_thread.shared_cpu, 0))
		__atomic_fetch_add(at, n, __ATOMIC_RELAXED);
	else
		__atomic_store_n(at, __atomic_load_n(at, __ATOMIC_RELAXED) + n,
				 __ATOMIC_RELAXED);
}

/* For paths that count several times: look sim_cpu() up once. */
static inline void sim_cpu_count(struct sim_cpu *cpu, enum sim_counter counter)
{
	sim_cpu_count_n(cpu, counter, 1);
}

/* Two at once: whether the slot is shared is asked once. */
static inline void sim_cpu_count_both(struct sim_cpu *cpu, enum sim_counter a, enum sim_counter b)
{
	uint64_t *count = cpu->count;

	if (__builtin_expect(sim_thread.shared_cpu, 0)) {
		__atomic_fetch_add(&count[a], 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&count[b], 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_store_n(&count[a], __atomic_load_n(&count[a], __ATOMIC_RELAXED) + 1,
			 __ATOMIC_RELAXED);
	__atomic_store_n(&count[b], __atomic_load_n(&count[b], __ATOMIC_RELAXED) + 1,
			 __ATOMIC_RELAXED);
}

static inline void sim_count_n(struct sim_machine *machine, enum sim_counter counter, uint64_t n)
{
	sim_cpu_count_n(sim_cpu(machine), counter, n);
}

static inline void sim_count(struct sim_machine *machine, enum sim_counter counter)
{
	sim_count_n(machine, counter, 1);
}

/* The current task's machine; NULL without one. */
static inline struct sim_machine *sim_current_machine(void)
{
	return sim_thread.machine;
}

#endif
