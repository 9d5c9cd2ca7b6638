/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * sim.h - machines: one simulated computer each.
 */
#ifndef TTMSIM_SIM_H
#define TTMSIM_SIM_H

#include <ttmsim/ttm.h>

SIM_BEGIN_DECLS

/* What to build. Zero or NULL members take the default. */
struct sim_machine_config {
	const char *arch;	/* "x86_64" */
	const char *release;	/* "6.1" */
	enum sim_ttm_mode ttm;	/* what the release does */
	uint64_t ram_bytes;	/* 64 MiB */
	uint64_t vram_bytes;	/* 16 MiB */
	unsigned int prefault;	/* PTEs that a TTM fault maps: 16 */
	unsigned int pool_max_order; /* largest block that TTM's pool asks for, plus
				      * one; 0 = as the kernel (order 10) */
	enum sim_thp_policy thp; /* always */
	uint32_t toggle_features; /* 1 << enum sim_feature: flipped, for experiments; what the
				   * entries have no bit for stays off (sim_machine_features()) */
	unsigned int cpus;	/* 1: UP, locks and atomic operations cost what they cost in
				 * a UP kernel; only the thread that creates it may use it:
				 * others get -EBUSY (or NULL) from sim_ calls, and must not
				 * call the kernel's functions. Any other number: SMP, for
				 * all threads */
	bool quiet;		/* outcomes are recorded, not told on stderr */
	bool oops;		/* a wild pointer that a driver's callback follows is an outcome;
				 * also with TTMSIM_OOPS=1 in the environment. Else SIGSEGV */
};

/**
 * sim_machine_create - build a machine
 * @config: NULL for all defaults
 *
 * Returns: the machine;
 *          NULL with errno EINVAL (unknown arch, release, mode or policy, sizes
 *          that do not fit the architecture) or ENOMEM; where the host gives no
 *          address space, stderr says how much was wanted.
 */
SIM_API struct sim_machine *sim_machine_create(const struct sim_machine_config *config);

/**
 * sim_machine_destroy - free a machine with all that belongs to it, in one step
 *
 * No other thread may be inside. One whose current task is the machine's switches to
 * another before its next call. NULL is ignored.
 */
SIM_API void sim_machine_destroy(struct sim_machine *machine);

/**
 * sim_machine_arch - the architecture of a machine
 *
 * Returns: the descriptor;
 *          NULL for NULL.
 */
SIM_API const struct sim_arch *sim_machine_arch(const struct sim_machine *machine);

/**
 * sim_machine_release - the name of its kernel release, e.g. "6.1"
 *
 * Returns: a static string;
 *          NULL for NULL.
 */
SIM_API const char *sim_machine_release(const struct sim_machine *machine);

/**
 * sim_machine_features - what it has: bits 1 << enum sim_feature
 */
SIM_API uint32_t sim_machine_features(const struct sim_machine *machine);

/**
 * sim_machine_ttm - its TTM device, with a driver ready-made
 *
 * Made when it is first asked for.
 *
 * Returns: the device, which goes with the machine;
 *          NULL where it could not be made: no memory, or a crashed machine.
 */
SIM_API struct sim_ttm_device *sim_machine_ttm(struct sim_machine *machine);

/**
 * sim_machine_check - does the machine keep all its invariants?
 *
 * Runs sim_mm_check() on every task, and asks besides:
 *
 *	O.1 to O.4  entries in a vma of a TTM object map what the object has there now,
 *		    inside it, of a device that is plugged in, with its memory type
 *	M.1, M.2    an entry has the memory type of its page (PAT), or else of all other
 *		    entries that map the page
 *	M.3, M.4    VM_PAT vmas and what is reserved for vmas are in step
 *	P.1, P.2    mapcounts are right, free pages have no references
 *	P.3	    no copy has taken the place of a page that is pinned
 *
 * Each finding is told in one sentence that begins with its rule. One about an entry
 * names address, vma, task, the entry as it is stored and its pfn; entries in a row that
 * break one rule are one finding. docs/fidelity.md says what the kernel itself leaves
 * that way. The caller holds no lock and no reservation; other threads leave the machine
 * alone, or what they are doing may be found.
 *
 * Returns: how many findings; each is told to @tell, unless NULL;
 *          0 of a crashed machine.
 */
SIM_API unsigned int sim_machine_check(struct sim_machine *machine,
				       void (*tell)(const char *what, void *data), void *data);

/**
 * sim_machine_leaks - what is left after every task and object should be gone
 *
 * Compares the live objects, free RAM and page references with those at
 * creation. TTM's pool is emptied first. Storage for the bytes of pages, the
 * TTM device of sim_machine_ttm() and counters of threads are no leaks.
 *
 * Returns: how many kinds differ; each is told to @tell, unless NULL;
 *          0 of a crashed machine.
 */
SIM_API unsigned int sim_machine_leaks(struct sim_machine *machine,
				       void (*tell)(const char *what, void *data), void *data);

/**
 * sim_release_nth - the names of the kernel releases, oldest first
 *
 * Returns: a static string;
 *          NULL past the last one.
 */
SIM_API const char *sim_release_nth(unsigned int n);

/**
 * sim_release_number - SIM_RELEASE(major, minor) of a release's name
 *
 * Returns: the number;
 *          0 for an unknown name.
 */
SIM_API uint16_t sim_release_number(const char *name);

SIM_END_DECLS

#endif
