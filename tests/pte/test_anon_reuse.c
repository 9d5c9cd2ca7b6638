/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <sys/mman.h>

#include <ttmsim/ttmsim.h>

#include "support/run.h"

#define PAGE 4096ul
#define PAGES 4ul

struct fixture {
	struct sim_machine *machine;
	struct task_struct *task;
	unsigned long addr;
};

static int open_fixture(void **state)
{
	static struct fixture f;
	long addr;

	f.machine = sim_machine_create(NULL);
	f.task = sim_task_create(f.machine, "test");
	addr = sim_mmap(f.task, 0, PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
	assert_true(addr > 0);
	f.addr = (unsigned long)addr;
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	sim_exit(f->task);
	assert_int_equal(sim_machine_leaks(f->machine, NULL, NULL), 0);
	sim_machine_destroy(f->machine);
	return 0;
}

static struct vm_area_struct *vma_at(struct fixture *f, unsigned long page)
{
	return find_vma(f->task->mm, f->addr + page * PAGE);
}

static void protect(struct fixture *f, unsigned long page, unsigned long nr, int prot)
{
	assert_int_equal(sim_mprotect(f->task, f->addr + page * PAGE, nr * PAGE, prot), 0);
}

static void touch(struct fixture *f, unsigned long page)
{
	assert_int_equal(sim_write(f->task, f->addr + page * PAGE, "x", 1), 0);
}

/* Halves at pages 0 and 2, touched in the order of the arguments. */
static void halves(struct fixture *f, unsigned long first, unsigned long second)
{
	protect(f, 2, 2, PROT_READ | PROT_WRITE | PROT_EXEC);
	assert_int_equal(f->task->mm->map_count, 2);
	touch(f, first);
	touch(f, second);
}

static void test_reuse_of_the_neighbour_below(void **state)
{
	halves(*state, 0, 2);
	assert_non_null(vma_at(*state, 0)->anon_vma);
	assert_ptr_equal(vma_at(*state, 0)->anon_vma, vma_at(*state, 2)->anon_vma);
}

static void test_reuse_of_the_neighbour_above(void **state)
{
	halves(*state, 2, 0);
	assert_non_null(vma_at(*state, 0)->anon_vma);
	assert_ptr_equal(vma_at(*state, 0)->anon_vma, vma_at(*state, 2)->anon_vma);
}

static void test_reuse_lets_the_halves_merge_again(void **state)
{
	struct fixture *f = *state;

	halves(f, 0, 2);
	protect(f, 2, 2, PROT_READ | PROT_WRITE);
	assert_int_equal(f->task->mm->map_count, 1);
}

static void test_reuse_not_across_a_hole(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sim_munmap(f->task, f->addr + PAGE, PAGE), 0);
	touch(f, 0);
	touch(f, 2);
	assert_ptr_not_equal(vma_at(f, 0)->anon_vma, vma_at(f, 2)->anon_vma);
}

/* Other flags than those of access: mprotect could not make them alike. */
static void test_reuse_not_of_another_kind(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(sim_madvise(f->task, f->addr, 2 * PAGE, MADV_DONTFORK), 0);
	assert_int_equal(f->task->mm->map_count, 2);
	touch(f, 0);
	touch(f, 2);
	assert_ptr_not_equal(vma_at(f, 0)->anon_vma, vma_at(f, 2)->anon_vma);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

static const struct CMUnitTest tests[] = {
	CASE(test_reuse_of_the_neighbour_below),
	CASE(test_reuse_of_the_neighbour_above),
	CASE(test_reuse_lets_the_halves_merge_again),
	CASE(test_reuse_not_across_a_hole),
	CASE(test_reuse_not_of_another_kind),
};

SIM_TEST_MAIN(tests)
