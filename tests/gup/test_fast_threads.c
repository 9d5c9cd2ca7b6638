/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_fast_threads.c - the lockless walk against threads that fault, unmap,
 * write-protect and fork. At the end every reference must be back; TSan watches
 * the way there.
 */
#include <pthread.h>
#include <stdlib.h>

#include "gup/internal.h"
#include "support/gup_fixture.h"

#define PAGES 32
#define ROUNDS 2000

static struct gup_fixture fx;
static unsigned long addr;
static int stop;

static bool running(void)
{
	return !__atomic_load_n(&stop, __ATOMIC_RELAXED);
}

/* Takes and gives back; what it gets must stay usable while it has it. */
static void *getter(void *arg)
{
	unsigned int flags = (unsigned int)(uintptr_t)arg;
	struct page *pages[PAGES];

	sim_task_switch(fx.task);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long at = i % PAGES;
		int nr = get_user_pages_fast(addr + at * fx.page, (int)(PAGES - at), flags, pages);

		for (int p = 0; p < nr; p++)
			if (page_count(pages[p]) < 1)
				abort();
		gup_put(pages, nr);
	}
	sim_task_switch(NULL);
	return NULL;
}

static void *pinner(void *arg)
{
	struct page *pages[PAGES];

	(void)arg;
	sim_task_switch(fx.task);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int nr = pin_user_pages_fast(addr, PAGES, i & 1 ? FOLL_WRITE : 0, pages);

		if (nr > 0)
			unpin_user_pages(pages, (unsigned long)nr);
	}
	sim_task_switch(NULL);
	return NULL;
}

/* Drops the pages of a part again and again. */
static void *dropper(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; running(); i++) {
		unsigned long at = (i * 5) % (PAGES - 4);

		sim_madvise(fx.task, addr + at * fx.page, 4 * fx.page, MADV_DONTNEED);
	}
	sim_task_switch(NULL);
	return NULL;
}

/* Maps anew over a part: tables go and come. */
static void *mapper(void *arg)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	(void)arg;
	while (running()) {
		sim_munmap(fx.task, addr, PAGES / 2 * fx.page);
		sim_mmap(fx.task, addr, PAGES / 2 * fx.page, PROT_READ | PROT_WRITE, flags, NULL,
			 0);
	}
	sim_task_switch(NULL);
	return NULL;
}

static void *protector(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; running(); i++)
		sim_mprotect(fx.task, addr + PAGES / 2 * fx.page, 4 * fx.page,
			     i & 1 ? PROT_READ | PROT_WRITE : PROT_READ);
	sim_task_switch(NULL);
	return NULL;
}

static void *forker(void *arg)
{
	struct task_struct *child;

	(void)arg;
	while (running()) {
		if (sim_fork(fx.task, "child", &child) == 0)
			sim_exit(child);
	}
	sim_task_switch(NULL);
	return NULL;
}

/* Runs getters until they are done, and the others against them. */
static void against(void *(*other)(void *))
{
	pthread_t get, write, pin, disturb;

	addr = gup_anon(&fx, PROT_READ | PROT_WRITE, PAGES);
	stop = 0;
	assert_int_equal(pthread_create(&disturb, NULL, other, NULL), 0);
	assert_int_equal(pthread_create(&get, NULL, getter, NULL), 0);
	assert_int_equal(pthread_create(&write, NULL, getter,
					(void *)(uintptr_t)FOLL_WRITE), 0);
	assert_int_equal(pthread_create(&pin, NULL, pinner, NULL), 0);
	pthread_join(get, NULL);
	pthread_join(write, NULL);
	pthread_join(pin, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(disturb, NULL);
	sim_task_switch(fx.task);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_BAD_PAGE), 0);
	assert_int_equal(sim_nr_outcomes(fx.machine, SIM_WARN), 0);
}

static void run(const char *arch, const char *release, void *(*other)(void *))
{
	gup_open(&fx, arch, release);
	against(other);
	gup_close(&fx);
}

static void test_fast_threads_dontneed(void **state)
{
	(void)state;
	run("x86_64", "6.1", dropper);
	run("s390x", "5.11", dropper);
}

static void test_fast_threads_munmap(void **state)
{
	(void)state;
	run("x86_64", "6.1", mapper);
	run("arm", "6.12", mapper);
}

static void test_fast_threads_mprotect(void **state)
{
	(void)state;
	run("x86_64", "6.12", protector);
	run("arm64", "6.1", protector);
}

static void test_fast_threads_fork(void **state)
{
	(void)state;
	run("x86_64", "6.1", forker);
	run("x86_64", "5.11", forker);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_fast_threads_dontneed),
	cmocka_unit_test(test_fast_threads_munmap),
	cmocka_unit_test(test_fast_threads_mprotect),
	cmocka_unit_test(test_fast_threads_fork),
};

SIM_TEST_MAIN(tests)
