/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A task ends while other threads make calls on it: each call ends with its result
 * or with -ESRCH, what drivers see of a task is whole, and at the end nothing is left.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <ttmsim/gup.h>

#include "support/address_space.h"

#define NR_PAGES 16
#define NR_WORKERS 3
#define ROUNDS 300
#define RW (PROT_READ | PROT_WRITE)

struct race {
	struct as as;
	pthread_barrier_t barrier;
	struct task_struct *task;
	unsigned long addr;
	int round;
	int nr_unexpected;	/* atomic */
};

/* One call; true where its result is one that a living task gives. */
typedef bool (*race_fn)(struct race *race, int *ret);

static bool race_read(struct race *race, int *ret)
{
	char byte;

	*ret = sim_read(race->task, race->addr, &byte, 1);
	return *ret == 0;
}

static bool race_touch(struct race *race, int *ret)
{
	*ret = sim_touch(race->task, race->addr, as_len(&race->as, NR_PAGES), true);
	return *ret == 0;
}

static bool race_zap(struct race *race, int *ret)
{
	*ret = sim_madvise(race->task, race->addr, as_len(&race->as, NR_PAGES), MADV_DONTNEED);
	return *ret == 0;
}

static bool race_fork(struct race *race, int *ret)
{
	struct task_struct *child;

	*ret = sim_fork(race->task, "child", &child);
	if (!*ret)
		sim_exit(child);
	return *ret == 0;
}

static bool race_maps(struct race *race, int *ret)
{
	char text[4096];

	*ret = sim_maps(race->task, text, sizeof(text));
	return *ret > 0;
}

static bool race_mmap(struct race *race, int *ret)
{
	long addr = sim_mmap(race->task, 0, race->as.page, RW, MAP_PRIVATE, race->as.file, 0);

	*ret = addr > 0 ? 0 : (int)addr;
	return addr > 0 && sim_munmap(race->task, (unsigned long)addr, race->as.page) % ESRCH == 0;
}

static bool race_gup(struct race *race, int *ret)
{
	struct page *pages[NR_PAGES];

	sim_task_switch(race->task);
	*ret = get_user_pages_fast(race->addr, NR_PAGES, FOLL_WRITE, pages);
	for (int i = 0; i < *ret; i++)
		put_page(pages[i]);
	sim_task_switch(NULL);
	if (*ret == -EFAULT)
		*ret = -ESRCH;
	return *ret > 0;
}

static bool race_pin(struct race *race, int *ret)
{
	struct page *pages[NR_PAGES];

	sim_task_switch(race->task);
	*ret = pin_user_pages_fast(race->addr, NR_PAGES, FOLL_WRITE, pages);
	if (*ret > 0)
		unpin_user_pages(pages, (unsigned long)*ret);
	sim_task_switch(NULL);
	if (*ret == -EFAULT)
		*ret = -ESRCH;
	return *ret > 0;
}

static bool race_remote(struct race *race, int *ret)
{
	char byte;

	*ret = access_process_vm(race->task, race->addr, &byte, 1, 0);
	if (!*ret)
		*ret = -ESRCH;
	return *ret == 1;
}

static bool race_process_vm(struct race *race, int *ret)
{
	char bytes[64];

	*ret = (int)sim_process_vm_readv(race->task, race->addr, bytes, sizeof(bytes));
	return *ret == sizeof(bytes);
}

static bool race_get_mm(struct race *race, int *ret)
{
	struct mm_struct *mm = get_task_mm(race->task);

	*ret = mm ? 0 : -ESRCH;
	if (!mm)
		return false;
	mmap_read_lock(mm);
	*ret = find_vma(mm, race->addr) ? 0 : -ENOENT;
	mmap_read_unlock(mm);
	mmput(mm);
	return *ret == 0;
}

static bool race_exit(struct race *race, int *ret)
{
	sim_exit(race->task);
	*ret = -ESRCH;
	return false;
}

static const race_fn calls[] = {
	race_read, race_touch, race_zap, race_fork, race_maps, race_mmap, race_gup,
	race_pin, race_remote, race_process_vm, race_get_mm, race_exit,
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

static void *call_until_gone(void *arg)
{
	struct race *race = arg;

	for (int round = 0; round < ROUNDS; round++) {
		race_fn call;
		int ret;

		pthread_barrier_wait(&race->barrier);
		call = calls[(size_t)__atomic_fetch_add(&race->round, 1, __ATOMIC_RELAXED) %
			     NR_CALLS];
		while (call(race, &ret))
			;
		if (ret != -ESRCH) {
			print_error("call %d: %d\n", race->round, ret);
			__atomic_fetch_add(&race->nr_unexpected, 1, __ATOMIC_RELAXED);
		}
		pthread_barrier_wait(&race->barrier);
	}
	return NULL;
}

static void begin_task(struct race *race)
{
	struct as *as = &race->as;
	long addr;

	race->task = sim_task_create(as->machine, "raced");
	assert_non_null(race->task);
	addr = sim_mmap(race->task, 0, as_len(as, NR_PAGES), RW, MAP_PRIVATE | MAP_ANONYMOUS, NULL,
			0);
	assert_true(addr > 0);
	race->addr = (unsigned long)addr;
}

static void run_race(struct race *race)
{
	pthread_t thread[NR_WORKERS];

	pthread_barrier_init(&race->barrier, NULL, NR_WORKERS + 1);
	for (int i = 0; i < NR_WORKERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, call_until_gone, race), 0);
	for (int round = 0; round < ROUNDS; round++) {
		begin_task(race);
		pthread_barrier_wait(&race->barrier);
		for (int i = round % 16; i > 0; i--)
			sched_yield();
		sim_exit(race->task);
		pthread_barrier_wait(&race->barrier);
		/* every call has ended: it is gone, whoever was the last */
		assert_null(race->task->mm);
	}
	for (int i = 0; i < NR_WORKERS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&race->barrier);
}

static void test_exit_beside_calls(void **state)
{
	struct race race = { .round = 0 };
	unsigned long tasks, mms;

	(void)state;
	as_create(&race.as, "x86_64", "6.1");
	tasks = sim_live_objects(race.as.machine, SIM_OBJ_TASK);
	mms = sim_live_objects(race.as.machine, SIM_OBJ_MM);
	run_race(&race);
	assert_int_equal(race.nr_unexpected, 0);
	assert_int_equal(sim_live_objects(race.as.machine, SIM_OBJ_TASK), tasks);
	assert_int_equal(sim_live_objects(race.as.machine, SIM_OBJ_MM), mms);
	assert_int_equal(sim_machine_check(race.as.machine, NULL, NULL), 0);
	as_destroy(&race.as);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_exit_beside_calls),
};

SIM_TEST_MAIN(tests)
