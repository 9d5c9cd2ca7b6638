/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "support/address_space.h"
#include "vma/internal.h"

static void layout(struct as *as)
{
	const struct mm_struct *mm = as->task->mm;
	const struct sim_arch *arch = sim_machine_arch(as->machine);

	assert_int_equal(mm->task_size, arch->task_size);
	assert_true(mm->mmap_base < mm->task_size && mm->mmap_base > mm->task_size / 2);
	assert_int_equal(mm->mmap_base & (as->page - 1), 0);
	assert_int_equal(mm->map_count, 0);
	assert_ptr_equal(mm->sim_machine, as->machine);
}

static void test_mm_layout(void **state)
{
	(void)state;
	as_for_all(layout);
}

static void users(struct as *as)
{
	unsigned long before = sim_live_objects(as->machine, SIM_OBJ_MM);
	struct mm_struct *mm = mm_alloc(as->machine);

	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), before + 1);
	mm->mm_users.counter++;
	mmput(mm);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), before + 1);
	mmput(mm);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), before);
}

static void test_mm_users(void **state)
{
	(void)state;
	as_for_all(users);
}

static void locks(struct as *as)
{
	struct mm_struct *mm = as->task->mm;

	mmap_read_lock(mm);
	mmap_read_unlock(mm);
	mmap_write_lock(mm);
	mmap_write_unlock(mm);
	mmap_read_lock(mm);
	assert_true(sim_read_trylock(as->machine, &mm->mmap_lock, SIM_RANK_MMAP, __func__));
	mmap_read_unlock(mm);
	mmap_read_unlock(mm);
}

static void test_mm_locks(void **state)
{
	(void)state;
	as_for_all(locks);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_mm_layout),
	cmocka_unit_test(test_mm_users),
	cmocka_unit_test(test_mm_locks),
};

SIM_TEST_MAIN(tests)
