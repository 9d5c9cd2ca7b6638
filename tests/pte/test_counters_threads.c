/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_counters_threads.c - what the straight ways count, by threads: one addition
 * stands for several counters, a thread without a slot of its own counts atomically,
 * and who remembers that a machine is quiet learns that it is no longer.
 */
#include <pthread.h>
#include <sched.h>

#include "pte/walk.h"
#include "support/base_fixture.h"
#include "support/pte_fixture.h"

#define NR_EACH 90ul		/* entries of a thread: tables are shared */
#define NR_THREADS 80		/* more than there are slots */

struct shared {
	struct pte_fixture f;
	struct vm_area_struct *pfns, *pages;
	struct page *page;
	unsigned int nr_started;	/* atomic */
	pthread_barrier_t turn;
	vm_fault_t got;
	unsigned long nr_done;		/* atomic */
};

static void open_shared(struct shared *s, const char *arch, unsigned long nr)
{
	memset(s, 0, sizeof(*s));
	pte_fixture_init(&s->f, arch, "6.1");
	s->pfns = pte_fixture_vma(&s->f, s->f.base, nr, VM_DRIVER | VM_PFNMAP);
	s->pages = pte_fixture_vma(&s->f, s->pfns->vm_end, nr, VM_DRIVER | VM_MIXEDMAP);
	s->page = sim_alloc_pages(s->f.machine, 0);
	assert_non_null(s->page);
	assert_int_equal(pthread_barrier_init(&s->turn, NULL, 2), 0);
}

static void close_shared(struct shared *s)
{
	bool crashed = sim_crashed(s->f.machine);

	pthread_barrier_destroy(&s->turn);
	if (!crashed) {
		pte_fixture_drop(&s->f, s->pages);
		sim_free_pages(s->page, 0);
	}
	pte_fixture_exit(&s->f);
}

/* Makes the tables that entries of [0, nr) need. */
static void make_tables(struct shared *s)
{
	int err;

	for (unsigned long addr = s->pfns->vm_start; addr < s->pages->vm_end;
	     addr += pages(&s->f, 1))
		assert_non_null(sim_walk_alloc(s->f.mm, addr, 0, &err));
}

static vm_fault_t insert_one(struct shared *s, unsigned long at)
{
	return vmf_insert_pfn(s->pfns, s->pfns->vm_start + pages(&s->f, at),
			      sim_page_to_pfn(s->page));
}

/* ---- sums ---- */

static void *insert_own(void *data)
{
	struct shared *s = data;
	unsigned long first = NR_EACH * __atomic_fetch_add(&s->nr_started, 1, __ATOMIC_RELAXED);

	for (unsigned long i = first; i < first + NR_EACH; i++) {
		assert_int_equal(insert_one(s, i), VM_FAULT_NOPAGE);
		assert_int_equal(vm_insert_page(s->pages, s->pages->vm_start + pages(&s->f, i),
						s->page), 0);
	}
	return NULL;
}

static void counts(const struct shared *s, const uint64_t *before, enum sim_counter counter,
		   uint64_t want)
{
	uint64_t got = sim_counter(s->f.machine, counter) - before[counter];

	if (got != want)
		fail_msg("%s: %llu instead of %llu", sim_counter_name(counter),
			 (unsigned long long)got, (unsigned long long)want);
}

static void test_counters_of_more_threads_than_slots_add_up(void **state)
{
	static const char *const archs[] = { "x86_64", "um", "arm", "arm64" };
	const uint64_t nr = NR_THREADS * NR_EACH;
	uint64_t before[SIM_NR_COUNTERS];

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++) {
		static struct shared s;

		open_shared(&s, archs[i], nr);
		make_tables(&s);
		sim_counters(s.f.machine, before);
		run_threads(NR_THREADS, insert_own, &s);
		counts(&s, before, SIM_CNT_WALK, 2 * nr);
		counts(&s, before, SIM_CNT_LOCK, 2 * nr);
		counts(&s, before, SIM_CNT_PTE_READ, 2 * nr);
		counts(&s, before, SIM_CNT_PTE_WRITE, 2 * nr);
		counts(&s, before, SIM_CNT_PAT_LOOKUP, s.f.mmu->has_pat ? nr : 0);
		counts(&s, before, SIM_CNT_REF, nr);
		counts(&s, before, SIM_CNT_MAPCOUNT, nr);
		assert_int_equal(s.f.machine->nr_cpus, SIM_MAX_CPUS - 1);
		assert_int_equal(page_count(s.page), 1 + nr);
		close_shared(&s);
	}
}

/* ---- a thread that is in the middle ---- */

static void wait_turn(struct shared *s)
{
	pthread_barrier_wait(&s->turn);
}

/* Inserts one entry each time that it is its turn. */
static void *insert_by_turns(void *data)
{
	struct shared *s = data;

	for (unsigned long i = 0; i < 6; i++) {
		wait_turn(s);
		s->got = insert_one(s, i);
		wait_turn(s);
	}
	return NULL;
}

static vm_fault_t let_insert(struct shared *s)
{
	wait_turn(s);
	wait_turn(s);
	return s->got;
}

static void count_event(const struct sim_event *event, void *data)
{
	if (event->kind == SIM_EV_PTE)
		++*(unsigned int *)data;
}

static void test_counters_of_a_thread_in_the_middle(void **state)
{
	struct sim_snapshot *before;
	unsigned int nr_events = 0;
	static struct shared s;
	pthread_t thread;
	uint64_t written;

	(void)state;
	open_shared(&s, "x86_64", 6);
	make_tables(&s);
	before = sim_snapshot(s.f.machine); /* does not know of the other thread */
	written = sim_counter(s.f.machine, SIM_CNT_PTE_WRITE);
	assert_int_equal(pthread_create(&thread, NULL, insert_by_turns, &s), 0);
	assert_int_equal(let_insert(&s), VM_FAULT_NOPAGE);
	assert_int_equal(let_insert(&s), VM_FAULT_NOPAGE);
	assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), written + 2);
	sim_set_event_fn(s.f.machine, count_event, &nr_events);
	assert_int_equal(let_insert(&s), VM_FAULT_NOPAGE);
	assert_int_equal(nr_events, 1);
	sim_set_event_fn(s.f.machine, NULL, NULL);
	assert_int_equal(sim_restore(s.f.machine, before), 0);
	assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), written);
	assert_true(pte_fixture_at(&s.f, s.pfns->vm_start).none);
	assert_int_equal(let_insert(&s), VM_FAULT_NOPAGE);
	assert_int_equal(nr_events, 1);
	assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), written + 1);
	assert_int_equal(s.f.machine->nr_cpus, 2);
	assert_int_equal(let_insert(&s), VM_FAULT_NOPAGE);
	sim_outcome_record(s.f.machine, SIM_BUG, "test.c", "test", "true");
	assert_int_equal(let_insert(&s), VM_FAULT_SIGBUS);
	assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), written + 2);
	pthread_join(thread, NULL);
	sim_snapshot_free(before);
	close_shared(&s);
}

/* The same with an own slot, then with the shared one: no way is a straight one. */
static void *one_more(void *data)
{
	struct shared *s = data;
	uint64_t read = sim_counter(s->f.machine, SIM_CNT_PTE_READ);

	assert_int_equal(insert_one(s, s->nr_done++), VM_FAULT_NOPAGE);
	assert_int_equal(sim_counter(s->f.machine, SIM_CNT_PTE_READ), read + 1);
	return NULL;
}

static void test_counters_survive_their_threads_and_a_restore(void **state)
{
	uint64_t all[SIM_NR_COUNTERS], again[SIM_NR_COUNTERS];
	struct sim_snapshot *later;
	static struct shared s;

	(void)state;
	open_shared(&s, "um", 2 * NR_THREADS);
	make_tables(&s);
	for (int i = 0; i < NR_THREADS; i++)
		run_threads(1, one_more, &s);
	sim_counters(s.f.machine, all);
	later = sim_snapshot(s.f.machine);
	for (int i = 0; i < 10; i++)
		run_threads(1, one_more, &s);
	assert_int_equal(sim_restore(s.f.machine, later), 0);
	sim_counters(s.f.machine, again);
	assert_memory_equal(all, again, sizeof(all));
	run_threads(1, one_more, &s);
	assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), all[SIM_CNT_PTE_WRITE] + 1);
	sim_snapshot_free(later);
	close_shared(&s);
}

/* Until the machine crashes, which another thread sees to. */
static void *insert_until_crash(void *data)
{
	struct shared *s = data;
	unsigned int me = __atomic_fetch_add(&s->nr_started, 1, __ATOMIC_RELAXED);

	if (!me) {
		while (__atomic_load_n(&s->nr_done, __ATOMIC_RELAXED) < 5000)
			sched_yield();
		sim_outcome_record(s->f.machine, SIM_BUG, "test.c", "test", "true");
		return NULL;
	}
	while (insert_one(s, me) == VM_FAULT_NOPAGE)
		__atomic_fetch_add(&s->nr_done, 1, __ATOMIC_RELAXED);
	assert_int_equal(insert_one(s, me), VM_FAULT_SIGBUS);
	return NULL;
}

static void test_crash_reaches_threads_that_insert(void **state)
{
	static const char *const archs[] = { "um", "x86_64" };

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++) {
		static struct shared s;

		open_shared(&s, archs[i], NR_THREADS);
		run_threads(4, insert_until_crash, &s);
		assert_true(sim_crashed(s.f.machine));
		close_shared(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_counters_of_more_threads_than_slots_add_up),
	cmocka_unit_test(test_counters_of_a_thread_in_the_middle),
	cmocka_unit_test(test_counters_survive_their_threads_and_a_restore),
	cmocka_unit_test(test_crash_reaches_threads_that_insert),
};

SIM_TEST_MAIN(tests)
