/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_tlb_threads.c - a flush waits for the CPUs that have walked and not yet
 * moved their bytes: those in the same address space.
 */
#include <pthread.h>
#include <unistd.h>

#include "pte/lockless.h"
#include "support/mm_fixture.h"

struct wait {
	struct mm_struct *mm;	/* that the CPU walks */
	int walking, flushed, moved;	/* atomic */
	bool elsewhere;		/* what is flushed is another one: nobody waits */
};

static void wait_for(const int *flag)
{
	while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
		usleep(100);
}

static void *cpu(void *arg)
{
	struct wait *w = arg;

	if (sim_enter(w->mm->sim_machine))
		return NULL;
	lockless_begin(w->mm);
	__atomic_store_n(&w->walking, 1, __ATOMIC_RELEASE);
	if (w->elsewhere)
		wait_for(&w->flushed);
	else
		usleep(20000);
	__atomic_store_n(&w->moved, 1, __ATOMIC_RELEASE);
	lockless_end();
	return NULL;
}

static void flush_beside(struct wait *w, struct mm_struct *flushed)
{
	pthread_t id;

	assert_int_equal(pthread_create(&id, NULL, cpu, w), 0);
	wait_for(&w->walking);
	sim_flush_tlb_range(flushed, MM_BASE, MM_BASE + 4096);
	assert_int_equal(__atomic_load_n(&w->moved, __ATOMIC_ACQUIRE), !w->elsewhere);
	__atomic_store_n(&w->flushed, 1, __ATOMIC_RELEASE);
	pthread_join(id, NULL);
}

static void test_tlb_flush_waits_for_an_access(void **state)
{
	struct mm_fixture fx;
	struct wait w = { 0 };

	(void)state;
	mm_fixture_open(&fx, NULL);
	w.mm = fx.mm;
	flush_beside(&w, fx.mm);
	mm_fixture_close(&fx);
}

/* As the kernel asks only CPUs that run the address space. */
static void test_tlb_flush_waits_for_nobody_elsewhere(void **state)
{
	struct mm_fixture fx;
	struct wait w = { .elsewhere = true };

	(void)state;
	mm_fixture_open(&fx, NULL);
	w.mm = mm_create(&fx);
	flush_beside(&w, fx.mm);
	mm_destroy(w.mm);
	mm_fixture_close(&fx);
}

/* Who went on to another address space is no longer in the first. */
static void test_tlb_flush_waits_for_nobody_who_has_left(void **state)
{
	struct mm_fixture fx;
	struct mm_struct *other;
	struct wait w = { .elsewhere = true };

	(void)state;
	mm_fixture_open(&fx, NULL);
	other = mm_create(&fx);
	lockless_begin(other);
	lockless_end();
	w.mm = fx.mm;
	lockless_begin(w.mm);
	lockless_end();
	flush_beside(&w, other);
	mm_destroy(other);
	mm_fixture_close(&fx);
}

/* More threads than slots: where they are is not known. */
static void *walk_once(void *arg)
{
	struct mm_struct *mm = arg;

	if (!sim_enter(mm->sim_machine)) {
		lockless_begin(mm);
		lockless_end();
	}
	return NULL;
}

static void test_tlb_flush_waits_for_all_in_a_crowd(void **state)
{
	struct mm_fixture fx;
	struct wait w = { 0 };
	struct mm_struct *other;
	pthread_t id;

	(void)state;
	mm_fixture_open(&fx, NULL);
	other = mm_create(&fx);
	for (int i = 0; i < SIM_MAX_CPUS; i++) {
		assert_int_equal(pthread_create(&id, NULL, walk_once, other), 0);
		pthread_join(id, NULL);
	}
	w.mm = fx.mm;
	flush_beside(&w, fx.mm);
	mm_destroy(other);
	mm_fixture_close(&fx);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tlb_flush_waits_for_an_access),
	cmocka_unit_test(test_tlb_flush_waits_for_nobody_elsewhere),
	cmocka_unit_test(test_tlb_flush_waits_for_nobody_who_has_left),
	cmocka_unit_test(test_tlb_flush_waits_for_all_in_a_crowd),
};

SIM_TEST_MAIN(tests)
