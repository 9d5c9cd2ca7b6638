/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * cmocka.h - fixtures and assertions for tests of a driver, on CMocka.
 *
 *	static void test_first_touch(void **state)
 *	{
 *		struct sim_test *t = *state;
 *		...
 *		assert_errno(sim_write(t->task, addr, "x", 1), 0);
 *		assert_pte(t->task->mm, addr, "present special write");
 *	}
 *
 *	static const struct CMUnitTest tests[] = { sim_unit_test(test_first_touch) };
 *
 *	int main(void)
 *	{
 *		return cmocka_run_group_tests(tests, NULL, NULL);
 *	}
 *
 * Each test gets a machine with one task, which is the current one. When it is over,
 * also where it failed, the task ends; then nothing may be left, no invariant broken,
 * and no outcome (BUG, WARN, bad page ...) have happened that the test did not expect.
 *
 * All of it is in this header, so the library does not need CMocka: link with
 * `pkg-config --libs ttmsim cmocka`, or with ttmsim-checked, whose assertions find more.
 */
#ifndef TTMSIM_CMOCKA_H
#define TTMSIM_CMOCKA_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ttmsim/ttmsim.h>

#define SIM_TEST_FN __attribute__((unused)) static

/* ------------------------------------------------------------ fixtures ---- */

/*
 * What a driver under test is. funcs and fops are the driver's own; a member of funcs
 * that is NULL and that TTM must have gets a plain one: objects are cached, are moved
 * by CPU copy and evicted to system memory, and VRAM is write-combined.
 */
struct sim_test_driver {
	struct ttm_device_funcs funcs;
	const struct file_operations *fops; /* NULL: drm_gem_mmap() of its objects */
	unsigned long vram_pages;	/* 0: no VRAM */
	bool no_reserve_wc;		/* VRAM is not reserved as write-combining with the
					 * architecture, as arch_io_reserve_memtype_wc() does */
	void *priv;			/* the test's own */
};

struct sim_test {
	struct sim_machine *machine;
	struct task_struct *task;	/* the current one */
	unsigned long page_size;

	/* after sim_test_driver_init(), until the end of the test */
	struct sim_test_driver driver;
	struct ttm_device bdev;
	struct drm_device ddev;
	struct drm_vma_offset_manager offsets;
	struct address_space *mapping;	/* of all its files */
	struct file *file;		/* open for reading and writing; private_data is this */
	unsigned long vram_pfn;
	bool has_driver, reserved_wc;
};

/* What is NULL takes the default. */
SIM_TEST_FN struct sim_test *sim_test_create(const struct sim_machine_config *config)
{
	struct sim_test *t = (struct sim_test *)calloc(1, sizeof(*t));

	assert_non_null(t);
	t->machine = sim_machine_create(config);
	if (!t->machine)
		fail_msg("no machine: %s", strerror(errno));
	t->task = sim_task_create(t->machine, "test");
	assert_non_null(t->task);
	sim_task_switch(t->task);
	t->page_size = 1UL << sim_machine_arch(t->machine)->page_shift;
	return t;
}

SIM_TEST_FN struct sim_test *sim_test_of(struct ttm_device *bdev)
{
	return container_of(bdev, struct sim_test, bdev);
}

/* ---- what a driver does that says nothing else ---- */

SIM_TEST_FN struct ttm_tt *sim_test_tt_create(struct ttm_buffer_object *bo, uint32_t page_flags)
{
	struct ttm_tt *tt = (struct ttm_tt *)calloc(1, sizeof(*tt));

	if (tt && ttm_tt_init(tt, bo, page_flags, ttm_cached, 0)) {
		free(tt);
		tt = NULL;
	}
	return tt;
}

SIM_TEST_FN void sim_test_tt_destroy(struct ttm_device *bdev, struct ttm_tt *tt)
{
	(void)bdev;
	ttm_tt_fini(tt);
	free(tt);
}

SIM_TEST_FN void sim_test_evict_flags(struct ttm_buffer_object *bo, struct ttm_placement *placement)
{
	static const struct ttm_place system_memory = { 0, 0, TTM_PL_SYSTEM, 0 };

	(void)bo;
	placement->num_placement = 1;
	placement->placement = &system_memory;
	placement->num_busy_placement = 1;
	placement->busy_placement = &system_memory;
}

SIM_TEST_FN int sim_test_move(struct ttm_buffer_object *bo, bool evict,
			      struct ttm_operation_ctx *ctx, struct ttm_resource *new_mem,
			      struct ttm_place *hop)
{
	(void)evict, (void)hop;
	return ttm_bo_move_memcpy(bo, ctx, new_mem);
}

SIM_TEST_FN int sim_test_io_mem_reserve(struct ttm_device *bdev, struct ttm_resource *mem)
{
	struct sim_test *t = sim_test_of(bdev);

	if (mem->mem_type != TTM_PL_VRAM)
		return 0;
	mem->bus.offset = (phys_addr_t)(t->vram_pfn + mem->start) * t->page_size;
	mem->bus.is_iomem = true;
	mem->bus.caching = ttm_write_combined;
	return 0;
}

SIM_TEST_FN int sim_test_mmap(struct file *filp, struct vm_area_struct *vma)
{
	struct sim_test *t = (struct sim_test *)filp->private_data;

	return sim_ttm_gem_mmap(filp, vma, &t->bdev, &t->ddev);
}

SIM_TEST_FN const struct file_operations *sim_test_fops(void)
{
	static struct file_operations fops;

	fops.mmap = sim_test_mmap;
	return &fops;
}

SIM_TEST_FN void sim_test_fill_in(struct ttm_device_funcs *funcs)
{
	if (!funcs->ttm_tt_create)
		funcs->ttm_tt_create = sim_test_tt_create;
	if (!funcs->ttm_tt_destroy)
		funcs->ttm_tt_destroy = sim_test_tt_destroy;
	if (!funcs->eviction_valuable)
		funcs->eviction_valuable = ttm_bo_eviction_valuable;
	if (!funcs->evict_flags)
		funcs->evict_flags = sim_test_evict_flags;
	if (!funcs->move)
		funcs->move = sim_test_move;
	if (!funcs->io_mem_reserve)
		funcs->io_mem_reserve = sim_test_io_mem_reserve;
}

/* Gives the test its TTM device, with VRAM of the driver's size, and an open file. */
SIM_TEST_FN void sim_test_driver_init(struct sim_test *t, const struct sim_test_driver *driver)
{
	unsigned long vram_bytes = driver->vram_pages * t->page_size;

	t->driver = *driver;
	sim_test_fill_in(&t->driver.funcs);
	if (!t->driver.fops)
		t->driver.fops = sim_test_fops();
	t->vram_pfn = sim_machine_arch(t->machine)->io_start_pfn;
	t->mapping = sim_mapping_create(t->machine);
	assert_non_null(t->mapping);
	drm_vma_offset_manager_init(&t->offsets, sim_drm_file_page_offset_start(t->machine),
				    sim_drm_file_page_offset_size(t->machine));
	sim_drm_device_init(&t->ddev, t->machine, &t->offsets);
	assert_int_equal(ttm_device_init(&t->bdev, &t->driver.funcs, NULL, t->mapping,
					 &t->offsets, false, false), 0);
	t->reserved_wc = t->driver.vram_pages && !t->driver.no_reserve_wc;
	if (t->reserved_wc)
		assert_int_equal(arch_io_reserve_memtype_wc(t->vram_pfn * t->page_size, vram_bytes),
				 0);
	if (t->driver.vram_pages)
		assert_int_equal(ttm_range_man_init(&t->bdev, TTM_PL_VRAM, false,
						    t->driver.vram_pages), 0);
	t->file = sim_file_create(t->mapping, t->driver.fops, FMODE_READ | FMODE_WRITE, t,
				  "/dev/dri/card0");
	assert_non_null(t->file);
	t->has_driver = true;
}

/* The module is unloaded, by a task of its own: the test's has ended. */
SIM_TEST_FN void sim_test_driver_fini(struct sim_test *t)
{
	struct task_struct *rmmod;

	if (!t->has_driver)
		return;
	rmmod = sim_task_create(t->machine, "rmmod"); /* NULL after a BUG */
	sim_task_switch(rmmod);
	fput(t->file);
	if (t->reserved_wc)
		arch_io_free_memtype_wc(t->vram_pfn * t->page_size,
					t->driver.vram_pages * t->page_size);
	if (t->driver.vram_pages)
		ttm_range_man_fini(&t->bdev, TTM_PL_VRAM);
	ttm_device_fini(&t->bdev);
	sim_drm_device_fini(&t->ddev);
	drm_vma_offset_manager_destroy(&t->offsets);
	sim_mapping_put(t->mapping);
	if (rmmod)
		sim_exit(rmmod);
	t->has_driver = false;
}

/* ---- objects of the driver under test ---- */

SIM_TEST_FN void sim_test_bo_destroy(struct ttm_buffer_object *bo)
{
	drm_gem_object_release(&bo->base);
	free(bo);
}

/* An object of @nr_pages pages in @mem_type; ttm_bo_put() ends it. A driver with a larger
 * object makes its own by ttm_bo_init_validate(). */
SIM_TEST_FN struct ttm_buffer_object *sim_test_bo(struct sim_test *t, unsigned long nr_pages,
						  uint32_t mem_type)
{
	struct ttm_place place = { 0, 0, mem_type, 0 };
	struct ttm_placement placement = { 1, &place, 1, &place };
	struct ttm_buffer_object *bo = (struct ttm_buffer_object *)calloc(1, sizeof(*bo));

	assert_non_null(bo);
	drm_gem_private_object_init(&t->ddev, &bo->base, nr_pages * t->page_size);
	assert_int_equal(ttm_bo_init_validate(&t->bdev, bo, ttm_bo_type_device, &placement, 0,
					      false, NULL, NULL, sim_test_bo_destroy), 0);
	return bo;
}

/* All of an object, mapped shared, readable and writable; its address. */
SIM_TEST_FN unsigned long sim_test_map(struct sim_test *t, struct ttm_buffer_object *bo)
{
	long addr = sim_mmap(t->task, 0, bo->base.size, 3, 1, t->file, sim_bo_pgoff(bo));

	if (addr < 0)
		fail_msg("sim_mmap() is -%s", sim_errno_name((int)-addr));
	return (unsigned long)addr;
}

/* ------------------------------------------------------------- the end ---- */

SIM_TEST_FN void sim_test_tell(const char *what, void *data)
{
	print_error("%s: %s\n", (const char *)data, what);
}

/* Outcomes that nobody expected, and expected ones that did not come. */
SIM_TEST_FN unsigned int sim_test_outcomes(const struct sim_machine *machine)
{
	unsigned int wrong = 0;

	for (int i = 0; i < SIM_NR_OUTCOME_KINDS; i++) {
		enum sim_outcome_kind kind = (enum sim_outcome_kind)i;
		unsigned int came = sim_outcomes_unexpected(machine, kind);
		unsigned int missing = sim_outcomes_missing(machine, kind);
		const struct sim_outcome *last = sim_last_outcome(machine, kind);

		if (came && last)
			print_error("%u %s not expected, the last: %s, %s: %s\n", came,
				    sim_outcome_name(kind), last->file, last->function,
				    last->condition);
		if (missing)
			print_error("%u %s expected that did not come\n", missing,
				    sim_outcome_name(kind));
		wrong += came + missing;
	}
	return wrong;
}

/* How much is wrong; each is told. */
SIM_TEST_FN unsigned int sim_test_destroy(struct sim_test *t)
{
	unsigned int wrong;

	if (!t)
		return 0;
	wrong = sim_test_outcomes(t->machine);
	wrong += sim_machine_check(t->machine, sim_test_tell, (void *)"broken");
	sim_task_switch(t->task);
	sim_exit(t->task);
	sim_test_driver_fini(t);
	wrong += sim_machine_leaks(t->machine, sim_test_tell, (void *)"left");
	sim_machine_destroy(t->machine);
	free(t);
	return wrong;
}

/* CMocka's set-up: *state may point to a struct sim_machine_config. */
SIM_TEST_FN int sim_test_setup(void **state)
{
	*state = sim_test_create((const struct sim_machine_config *)*state);
	return 0;
}

/* CMocka's tear-down: fails where anything is left, broken, or was not expected. */
SIM_TEST_FN int sim_test_teardown(void **state)
{
	return sim_test_destroy((struct sim_test *)*state) ? -1 : 0;
}

/* A test with a machine of its own: of all defaults, or of a configuration. */
#define sim_unit_test(test) \
	cmocka_unit_test_setup_teardown(test, sim_test_setup, sim_test_teardown)
#define sim_unit_test_on(test, config) \
	cmocka_unit_test_prestate_setup_teardown(test, sim_test_setup, sim_test_teardown, config)

/* ---------------------------------------------------------- assertions ---- */

/* "-EFAULT (-14)", or the number alone. */
SIM_TEST_FN const char *sim_test_result(long ret, char *text, size_t len)
{
	const char *name = ret < 0 && ret >= -4096 ? sim_errno_name((int)-ret) : NULL;

	if (name)
		snprintf(text, len, "-%s (%ld)", name, ret);
	else
		snprintf(text, len, "%ld", ret);
	return text;
}

SIM_TEST_FN void sim_assert_errno(const char *call, long got, long expected, const char *file,
				  int line)
{
	char is[40], wanted[40];

	if (got == expected)
		return;
	print_error("%s is %s, not %s\n", call, sim_test_result(got, is, sizeof(is)),
		    sim_test_result(expected, wanted, sizeof(wanted)));
	_fail(file, line);
}

/* A call gives this 0, -errno, signal or count; else both are told by name. */
#define assert_errno(call, expected) \
	sim_assert_errno(#call, (long)(call), (long)(expected), __FILE__, __LINE__)

SIM_TEST_FN void __attribute__((format(printf, 5, 6)))
sim_assert_pte(const char *file, int line, struct mm_struct *mm, unsigned long addr,
	       const char *expected, ...)
{
	char words[256], is[256];
	struct sim_pte_info info;
	const char *word = NULL;
	size_t len = 0;
	va_list args;
	int ret;

	va_start(args, expected);
	vsnprintf(words, sizeof(words), expected, args);
	va_end(args);
	ret = sim_pte_lookup(mm, addr, &info);
	if (ret) {
		print_error("no entry at 0x%lx: %s\n", addr, sim_test_result(ret, is, sizeof(is)));
		_fail(file, line);
	}
	ret = sim_pte_holds(&info, words, &word, &len);
	if (ret == 1)
		return;
	sim_pte_describe(&info, is, sizeof(is));
	if (ret == 0)
		print_error("0x%lx is %s, not %.*s\n", addr, is, (int)len, word);
	else
		print_error("\"%.*s\" is no word of an entry\n", (int)len, word);
	_fail(file, line);
}

/* What the page table of an mm holds at an address, in the words of sim_pte_holds();
 * @words may be a format: assert_pte(mm, addr, "special !write pfn=%lu", pfn). */
#define assert_pte(mm, addr, ...) \
	sim_assert_pte(__FILE__, __LINE__, mm, addr, __VA_ARGS__)

SIM_TEST_FN void sim_assert_outcome(const struct sim_machine *machine, enum sim_outcome_kind kind,
				    const char *text, const char *file, int line)
{
	const struct sim_outcome *last = sim_last_outcome(machine, kind);

	if (last && (!text || strstr(last->function, text) || strstr(last->condition, text)))
		return;
	if (last)
		print_error("the last %s is of %s: %s; no \"%s\" there\n", sim_outcome_name(kind),
			    last->function, last->condition, text);
	else
		print_error("no %s has happened\n", sim_outcome_name(kind));
	_fail(file, line);
}

/* The newest outcome of a kind has @text in its function or condition; NULL: any. Say
 * sim_expect_outcome() before it happens, so that it is not told and no failure. */
#define assert_outcome(machine, kind, text) \
	sim_assert_outcome(machine, kind, text, __FILE__, __LINE__)

SIM_TEST_FN void sim_assert_no_outcomes(const struct sim_machine *machine, const char *file,
					int line)
{
	if (sim_test_outcomes(machine))
		_fail(file, line);
}

/* Nothing that a kernel would print has happened so far, but what was expected. */
#define assert_no_outcomes(machine) sim_assert_no_outcomes(machine, __FILE__, __LINE__)

#undef SIM_TEST_FN

#endif
