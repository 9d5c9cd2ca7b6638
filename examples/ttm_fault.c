/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_fault.c - what one page fault on a TTM object maps.
 *
 * cc ttm_fault.c $(pkg-config --cflags --libs ttmsim-checked cmocka)
 */
#include <sys/mman.h>

#include <ttmsim/cmocka.h>

static void test_ttm_fault_maps_sixteen_special_entries(void **state)
{
	struct sim_test *t = *state;
	struct sim_ttm_device *dev = sim_machine_ttm(t->machine);
	struct ttm_buffer_object *bo = sim_bo_create(dev, 16, TTM_PL_VRAM, ttm_write_combined);
	struct file *file = sim_ttm_open(dev, FMODE_READ | FMODE_WRITE);
	long addr = sim_mmap(t->task, 0, 16 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			     sim_bo_pgoff(bo));

	assert_errno(sim_write(t->task, addr, "x", 1), 0);
	assert_pte(t->task->mm, addr + 15 * 4096, "special write cache=wc");
	ttm_bo_put(bo);
	fput(file);
}

int main(void)
{
	static struct sim_machine_config arm64 = { .arch = "arm64", .release = "6.1" };
	const struct CMUnitTest tests[] = {
		sim_unit_test_on(test_ttm_fault_maps_sixteen_special_entries, &arm64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
