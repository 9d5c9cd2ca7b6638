/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.h - what the top floor knows of a machine.
 */
#ifndef SIM_SIM_MACHINE_H
#define SIM_SIM_MACHINE_H

#include <ttmsim/sim.h>

#include "base/lock.h"
#include "pte/mmu.h"

/*
 * I/O memory behind the VRAM, for raw devices: TTM's manager does not know of
 * it, so that a scenario may have both.
 */
#define SIM_DEV_IO_BYTES (16ULL << 20)

/* In the arena, so that a restore puts it back too. */
struct sim_sim {
	struct sim_machine_config config; /* defaults filled in; its strings are static */
	struct sim_mmu mmu;
	struct sim_ttm_device *ttm;	/* a: NULL until it is asked for */
	unsigned long dev_io_next;	/* a: first pfn that no raw device has */
	unsigned long dev_io_end;
	/* what was there at creation, and what the TTM device took since */
	unsigned long base_objects[SIM_NR_OBJECTS];
	unsigned long base_free_pages;
};

/*
 * sim_machine_create() for an architecture that is not in the registry.
 * @config->arch is ignored.
 */
struct sim_machine *sim_machine_create_arch(const struct sim_arch *arch,
					    const struct sim_machine_config *config);

/*
 * sim_machine_create() that follows @rules, unless NULL, and not those of its release.
 * They must stay until the machine is destroyed.
 */
struct sim_machine *sim_machine_create_rules(const struct sim_machine_config *config,
					     const struct sim_release *rules);

/* A run of the raw devices' I/O pages: its first pfn; 0 where they are used up. */
unsigned long sim_machine_dev_io(struct sim_machine *machine, unsigned long nr_pages);

#endif
