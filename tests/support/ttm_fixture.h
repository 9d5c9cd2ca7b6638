/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_fixture.h - a machine with a TTM device, a task and an open file.
 *
 *	static void check(struct ttm_fixture *fx) { ... }
 *	static void test_x(void **state) { ttm_fixture_each(check, state); }
 *	static const struct CMUnitTest tests[] = { TTM_TEST(test_x) };
 *
 * Closing it fails the test where an object, a page or a reference is left, or
 * where an outcome was recorded that the test has not taken note of.
 */
#ifndef SIM_TESTS_SUPPORT_TTM_FIXTURE_H
#define SIM_TESTS_SUPPORT_TTM_FIXTURE_H

#include <sys/mman.h>

#include <ttmsim/sim.h>

#include "support/run.h"
#include "ttm/simdrv.h"

struct ttm_fixture {
	struct sim_machine *machine;
	const char *arch, *release;
	struct sim_ttm_device *dev;
	struct ttm_device *bdev;
	struct task_struct *task;
	struct file *file;		/* open for reading and writing */
	unsigned long page;		/* bytes of a page */
	unsigned long free_pages;	/* before anything was allocated */
	unsigned long objects[SIM_NR_OBJECTS];
	bool expect_bad_pages;		/* "Bad page" outcomes, and what they leave, are fine */
	bool expect_warnings;
};

/* NULL config: the default machine. The device has 64 pages of VRAM, 128 of TT. */
void ttm_fixture_open(struct ttm_fixture *fx, const struct sim_machine_config *config);
void ttm_fixture_close(struct ttm_fixture *fx);
/* Closes the task and the file already: what is left then is the test's. */
void ttm_fixture_exit_task(struct ttm_fixture *fx);

/* Runs @check on every architecture in every release. */
void ttm_fixture_each(void (*check)(struct ttm_fixture *fx), void **state);
/* Says where a failed run of ttm_fixture_each() was. */
int ttm_fixture_teardown(void **state);

#define TTM_TEST(f) cmocka_unit_test_teardown(f, ttm_fixture_teardown)

/* An object, created or the test fails. */
struct ttm_buffer_object *ttm_bo(struct ttm_fixture *fx, unsigned long pages, uint32_t mem_type,
				 enum ttm_caching caching);
/* mmap of all of an object: the address or -errno. */
long ttm_mmap(struct ttm_fixture *fx, struct ttm_buffer_object *bo, int prot, int flags);
/* A shared, writable mapping, or the test fails. */
unsigned long ttm_map(struct ttm_fixture *fx, struct ttm_buffer_object *bo);
struct sim_pte_info ttm_pte(struct ttm_fixture *fx, unsigned long addr);
struct vm_area_struct *ttm_vma(struct ttm_fixture *fx, unsigned long addr);
void ttm_store(struct ttm_fixture *fx, unsigned long addr, uint8_t value);
uint8_t ttm_load(struct ttm_fixture *fx, unsigned long addr);
/* The pfn of a page of an object, or the test fails. */
unsigned long ttm_pfn(struct ttm_buffer_object *bo, unsigned long page);

/* One call of ->fault, as handle_mm_fault() makes it; *@dropped: mmap_lock was let go. */
vm_fault_t ttm_fault(struct ttm_fixture *fx, unsigned long addr, unsigned int flags,
		     bool *dropped);
/* For writing, without a retry. */
vm_fault_t ttm_plain_fault(struct ttm_fixture *fx, unsigned long addr);

#endif
