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

/* mmgrab() keeps the structure, not the mappings; and nobody gets those back. */
static void kept(struct as *as)
{
	unsigned long before = sim_live_objects(as->machine, SIM_OBJ_MM);
	struct task_struct *task = sim_task_create(as->machine, "kept");
	struct mm_struct *mm = get_task_mm(task);

	assert_ptr_equal(mm, task->mm);
	assert_true(sim_mmap(task, 0, as->page, PROT_READ, MAP_PRIVATE, as->file, 0) > 0);
	mmgrab(mm);
	assert_true(mmget_not_zero(mm));
	mmget(mm);
	sim_exit(task);
	assert_null(get_task_mm(task));
	mmput(mm);
	mmput(mm);
	assert_int_equal(mm->map_count, 1);
	mmput(mm);
	assert_int_equal(mm->map_count, 0);
	assert_false(mmget_not_zero(mm));
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), before + 1);
	mmdrop(mm);
	assert_int_equal(sim_live_objects(as->machine, SIM_OBJ_MM), before);
}

static void test_mm_kept(void **state)
{
	(void)state;
	as_for_all(kept);
}

/* Counters that are wrong are told when the structure goes, each by its name. */
static void test_mm_bad_counters(void **state)
{
	static const char *const type[NR_MM_COUNTERS] = {
		"MM_FILEPAGES", "MM_ANONPAGES", "MM_SWAPENTS", "MM_SHMEMPAGES",
	};
	const struct sim_machine_config config = { .quiet = true };
	struct sim_machine *machine = sim_machine_create(&config);

	(void)state;
	assert_non_null(machine);
	for (int i = 0; i <= NR_MM_COUNTERS; i++) {
		unsigned int nr = sim_nr_outcomes(machine, SIM_BAD_PAGE);
		struct task_struct *task = sim_task_create(machine, "bad");
		const struct sim_outcome *outcome;

		if (i < NR_MM_COUNTERS)
			task->mm->rss_stat[i].counter = i - 1L ? i - 1L : 7;
		else
			task->mm->pgtables_bytes.counter += 8;
		sim_exit(task);
		assert_int_equal(sim_nr_outcomes(machine, SIM_BAD_PAGE), nr + 1);
		outcome = sim_last_outcome(machine, SIM_BAD_PAGE);
		assert_string_equal(outcome->file, "kernel/fork.c");
		assert_string_equal(outcome->function, "check_mm");
		assert_non_null(strstr(outcome->condition,
				       i < NR_MM_COUNTERS ? type[i] : "pgtables_bytes"));
	}
	assert_false(sim_crashed(machine));
	sim_machine_destroy(machine);
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
	cmocka_unit_test(test_mm_kept),
	cmocka_unit_test(test_mm_bad_counters),
	cmocka_unit_test(test_mm_locks),
};

SIM_TEST_MAIN(tests)
