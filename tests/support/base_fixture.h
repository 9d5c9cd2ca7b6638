/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * base_fixture.h - a bare machine for the tests of lib/base and lib/phys: an
 * arena, the base's part and, if wanted, physical memory. No mmu, no tasks.
 */
#ifndef SIM_TESTS_SUPPORT_BASE_FIXTURE_H
#define SIM_TESTS_SUPPORT_BASE_FIXTURE_H

#include "base/callback.h"
#include "base/event.h"
#include "base/lock.h"
#include "base/outcome.h"
#include "support/run.h"

#define BARE_RAM_START 0x100ul
#define BARE_RAM_PAGES 4096ul
#define BARE_IO_START 0x100000ul
#define BARE_IO_PAGES 1024ul
#define BARE_PAGE_SIZE 4096ul

/* Arena and base only. */
struct sim_machine *bare_machine_create(void);
/* With BARE_RAM_* and BARE_IO_* as physical memory. */
struct sim_machine *bare_machine_create_phys(void);
void bare_machine_destroy(struct sim_machine *machine);

/* cmocka set-up and tear-down; *state is the machine. The tear-down fails
 * where an object of a kind other than SIM_OBJ_CPU is alive. */
int bare_setup(void **state);
int bare_setup_phys(void **state);
int bare_teardown(void **state);

/* Starts @nr threads that run fn(data) at once, and waits for all. */
void run_threads(unsigned int nr, void *(*fn)(void *data), void *data);

/* Runs @fn in a child; stores what it says on stderr. Returns the signal that
 * ended it, 0 where none did. */
int signal_of(void (*fn)(void), char *said, size_t size);

/* A reproducible sequence; @seed must not be 0. */
uint64_t next_random(uint64_t *seed);

#endif
