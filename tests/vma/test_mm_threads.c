/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Several threads in one address space: accesses against everything that
 * changes mappings or drops entries. Nothing may hang, and all invariants hold
 * at the end.
 */
#include <pthread.h>
#include <signal.h>

#include "support/address_space.h"

#define NR_PAGES 24
#define ROUNDS 400
#define RW (PROT_READ | PROT_WRITE)

struct worker {
	struct as *as;
	uint64_t seed;
	void (*step)(struct worker *worker);
	int nr_unexpected;
};

static unsigned long any_page(struct worker *worker, unsigned long below)
{
	return as_page(worker->as, as_random(&worker->seed, (uint32_t)below));
}

static void expect(struct worker *worker, bool holds)
{
	worker->nr_unexpected += !holds;
}

/* Pages come and go: a signal is no surprise. */
static void touch(struct worker *worker)
{
	unsigned long addr = any_page(worker, NR_PAGES);
	char byte = 1;
	int ret;

	if (as_random(&worker->seed, 2))
		ret = sim_write(worker->as->task, addr, &byte, 1);
	else
		ret = sim_read(worker->as->task, addr, &byte, 1);
	expect(worker, ret == 0 || ret == SIGSEGV);
}

static void map_and_unmap(struct worker *worker)
{
	struct as *as = worker->as;
	unsigned long addr = any_page(worker, NR_PAGES - 4), nr = 1 + as_random(&worker->seed, 4);
	long ret;

	switch (as_random(&worker->seed, 4)) {
	case 0:
		ret = sim_munmap(as->task, addr, as_len(as, nr));
		break;
	case 1:
		ret = sim_mmap(as->task, addr, as_len(as, nr), RW, MAP_SHARED | MAP_FIXED,
			       as->pfn_file, 0);
		break;
	case 2:
		ret = sim_mmap(as->task, addr, as_len(as, nr), RW, MAP_PRIVATE | MAP_FIXED,
			       as->file, 0);
		break;
	default:
		ret = sim_mmap(as->task, addr, as_len(as, nr), RW,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
	}
	expect(worker, ret >= 0);
}

static void protect(struct worker *worker)
{
	struct as *as = worker->as;
	int ret = sim_mprotect(as->task, any_page(worker, NR_PAGES - 4),
			       as_len(as, 1 + as_random(&worker->seed, 4)),
			       as_random(&worker->seed, 3) ? RW : PROT_READ);

	expect(worker, ret == 0 || ret == -ENOMEM);
}

static void move(struct worker *worker)
{
	struct as *as = worker->as;
	unsigned long nr = 1 + as_random(&worker->seed, 3);
	long ret = sim_mremap(as->task, any_page(worker, NR_PAGES - 4), as_len(as, nr),
			      as_len(as, nr), MREMAP_MAYMOVE | MREMAP_FIXED,
			      any_page(worker, NR_PAGES - 4));

	expect(worker, ret > 0 || ret == -EFAULT || ret == -EINVAL);
}

static void advise(struct worker *worker)
{
	struct as *as = worker->as;
	int ret = sim_madvise(as->task, any_page(worker, NR_PAGES - 4), as_len(as, 4),
			      MADV_DONTNEED);

	expect(worker, ret == 0 || ret == -ENOMEM || ret == -EINVAL);
}

static void unmap_file(struct worker *worker)
{
	struct file *file = as_random(&worker->seed, 2) ? worker->as->pfn_file : worker->as->file;

	unmap_mapping_range(file->f_mapping, 0, 0, (int)as_random(&worker->seed, 2));
}

static void fork_and_exit(struct worker *worker)
{
	struct as *as = worker->as;
	struct task_struct *child = NULL;
	char byte = 2;
	int ret = sim_fork(as->task, "child", &child);

	expect(worker, ret == 0);
	if (ret)
		return;
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		ret = sim_write(child, as_page(as, i), &byte, 1);
		expect(worker, ret == 0 || ret == SIGSEGV);
	}
	sim_exit(child);
}

static void look(struct worker *worker)
{
	struct sim_smaps smaps;
	char maps[2048];

	expect(worker, sim_maps(worker->as->task, maps, sizeof(maps)) >= 0);
	sim_smaps(worker->as->task, any_page(worker, NR_PAGES), &smaps);
}

static void lock_pages(struct worker *worker)
{
	struct as *as = worker->as;
	unsigned long addr = any_page(worker, NR_PAGES - 4);
	int ret = sim_mlock(as->task, addr, as_len(as, 3));

	expect(worker, ret == 0 || ret == -ENOMEM);
	ret = sim_munlock(as->task, addr, as_len(as, 3));
	expect(worker, ret == 0 || ret == -ENOMEM);
}

static void *work(void *data)
{
	struct worker *worker = data;

	for (int i = 0; i < ROUNDS; i++)
		worker->step(worker);
	sim_task_switch(NULL);
	return NULL;
}

/* Runs the steps at once, each on a thread of its own. */
static void run(struct as *as, void (*const *steps)(struct worker *), size_t nr)
{
	struct worker workers[8] = { 0 };
	pthread_t threads[8];
	uint64_t seed = as_seed(3);

	assert_true(nr <= 8);
	as_from(as, "wwwwwwWWWWWWssssssPPPPPP");
	for (size_t i = 0; i < nr; i++) {
		workers[i] = (struct worker){ as, seed + i, steps[i], 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (size_t i = 0; i < nr; i++)
		if (workers[i].nr_unexpected)
			fail_msg("worker %zu: %d unexpected results", i, workers[i].nr_unexpected);
	sim_task_switch(as->task);
	as_check(as, as->task);
	assert_int_equal(sim_machine_check(as->machine, NULL, NULL), 0);
	as_clear(as);
}

static void run_on(const char *arch, const char *release, void (*const *steps)(struct worker *),
		   size_t nr)
{
	struct as as;

	as_create(&as, arch, release);
	run(&as, steps, nr);
	as_destroy(&as);
}

static void test_threads_access_against_mappings(void **state)
{
	static void (*const steps[])(struct worker *) = { touch, touch, map_and_unmap, protect,
							  move };

	(void)state;
	run_on("x86_64", "6.1", steps, SIM_ARRAY_SIZE(steps));
	run_on("arm", "5.11", steps, SIM_ARRAY_SIZE(steps));
}

static void test_threads_fork(void **state)
{
	static void (*const steps[])(struct worker *) = { touch, touch, fork_and_exit,
							  fork_and_exit, unmap_file };

	(void)state;
	run_on("x86_64", "6.12", steps, SIM_ARRAY_SIZE(steps));
	run_on("s390x", "6.1", steps, SIM_ARRAY_SIZE(steps));
}

static void test_threads_everything(void **state)
{
	static void (*const steps[])(struct worker *) = { touch, map_and_unmap, protect, move,
							  advise, unmap_file, fork_and_exit, look };

	(void)state;
	run_on("x86_64", "6.1", steps, SIM_ARRAY_SIZE(steps));
	run_on("arm", "6.12", steps, SIM_ARRAY_SIZE(steps));
}

static void test_threads_mlock(void **state)
{
	static void (*const steps[])(struct worker *) = { touch, lock_pages, lock_pages, move,
							  unmap_file };

	(void)state;
	run_on("x86_64", "6.1", steps, SIM_ARRAY_SIZE(steps));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_threads_access_against_mappings),
	cmocka_unit_test(test_threads_fork),
	cmocka_unit_test(test_threads_everything),
	cmocka_unit_test(test_threads_mlock),
};

SIM_TEST_MAIN(tests)
