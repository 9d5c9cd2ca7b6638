/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_entry_threads.c - what a thread remembers of its current machine, when that one
 * goes and another one comes to lie in its place.
 */
#include <pthread.h>

#include <ttmsim/ttmsim.h>

#include "support/base_fixture.h"

struct machines {
	struct sim_machine *machine;
	struct task_struct *task;
	pthread_barrier_t barrier;
	pte_t entry;
};

static pte_t some_entry(void)
{
	const pgprot_t prot = { 0x25 };

	return pte_mkspecial(pfn_pte(0x1234, prot));
}

/* Leaves its task current while the machine goes. */
static void *outlives_a_machine(void *data)
{
	struct machines *s = data;

	sim_task_switch(s->task);
	pthread_barrier_wait(&s->barrier);
	pthread_barrier_wait(&s->barrier);
	sim_task_switch(s->task);
	s->entry = some_entry();
	sim_task_switch(NULL);
	return NULL;
}

static void create(struct machines *s, const char *arch)
{
	const struct sim_machine_config config = { .arch = arch, .release = "6.1" };

	s->machine = sim_machine_create(&config);
	assert_non_null(s->machine);
	s->task = sim_task_create(s->machine, "task");
	assert_non_null(s->task);
}

static void test_entry_follows_the_machine_of_another_thread(void **state)
{
	struct machines s = { 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_barrier_init(&s.barrier, NULL, 2), 0);
	create(&s, "um");
	assert_int_equal(pthread_create(&thread, NULL, outlives_a_machine, &s), 0);
	pthread_barrier_wait(&s.barrier);
	sim_machine_destroy(s.machine);
	create(&s, "x86_64");	/* most likely in the same place */
	pthread_barrier_wait(&s.barrier);
	pthread_join(thread, NULL);
	sim_task_switch(s.task);
	assert_int_equal(s.entry.pte, some_entry().pte);
	sim_machine_destroy(s.machine);
	pthread_barrier_destroy(&s.barrier);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_entry_follows_the_machine_of_another_thread),
};

SIM_TEST_MAIN(tests)
