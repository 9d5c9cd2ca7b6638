/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_fault.c - a TTM fault in ten lines: one store to a mapped buffer object
 * in VRAM, and what it left in the page table of an arm64 machine.
 *
 * cc ttm_fault.c $(pkg-config --cflags --libs ttmsim cmocka)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <ttmsim/ttmsim.h>

static void test_ttm_fault_maps_sixteen_special_entries(void **state)
{
	struct sim_machine_config config = { .arch = "arm64", .release = "6.1" };
	struct sim_machine *machine = sim_machine_create(&config);
	struct task_struct *task = sim_task_create(machine, "test");
	struct sim_ttm_device *dev = sim_machine_ttm(machine);
	struct ttm_buffer_object *bo = sim_bo_create(dev, 16, TTM_PL_VRAM, ttm_write_combined);
	struct file *file = sim_ttm_open(dev, FMODE_READ | FMODE_WRITE);
	long addr = sim_mmap(task, 0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			     sim_bo_pgoff(bo));
	struct sim_pte_info pte;

	(void)state;
	assert_int_equal(sim_write(task, addr, "x", 1), 0);
	assert_int_equal(sim_pte_lookup(task->mm, addr + 15 * 4096, &pte), 0);
	assert_true(pte.special && pte.cache == SIM_CACHE_WC);
	sim_machine_destroy(machine);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ttm_fault_maps_sixteen_special_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
