/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_pfns_threads.c - runs of pfns that overlap, inserted at once, and
 * zapped meanwhile.
 */
#include "base/lock.h"
#include "pte/walk.h"
#include "support/base_fixture.h"
#include "support/pte_fixture.h"

#define NR_THREADS 4
#define NR_PAGES 1200ul		/* of the vma, across the ends of tables */
#define ROUNDS 40

struct shared {
	struct pte_fixture f;
	struct vm_area_struct *vma;
	unsigned int nr_started;	/* atomic */
	unsigned int nr_failed;		/* atomic: runs */
	uint64_t written;		/* atomic */
};

static void count_entry(const struct sim_event *event, void *data)
{
	struct shared *s = data;

	if (event->kind == SIM_EV_PTE)
		__atomic_fetch_add(&s->written, 1, __ATOMIC_RELAXED);
}

/* The pfns of thread @n at a page: so that an entry says who made it. */
static unsigned long pfn_of(const struct shared *s, unsigned int n, unsigned long page)
{
	return pte_fixture_io(&s->f) + n * NR_PAGES + page;
}

/* A run from somewhere to somewhere, in pieces as long as a fault's. */
static void insert_run(struct shared *s, unsigned int n, unsigned long from, unsigned long to,
		       unsigned long piece)
{
	for (unsigned long at = from; at < to; at += piece) {
		struct sim_pfns pfns = { .first = pfn_of(s, n, at) };
		unsigned long left = to - at < piece ? to - at : piece;

		mmap_read_lock(s->f.mm);
		if (sim_vmf_insert_pfns_prot(s->vma, s->vma->vm_start + pages(&s->f, at), &pfns,
					     &left, s->vma->vm_page_prot) != VM_FAULT_NOPAGE ||
		    left)
			__atomic_fetch_add(&s->nr_failed, 1, __ATOMIC_RELAXED);
		mmap_read_unlock(s->f.mm);
	}
}

static void *insert_overlapping(void *data)
{
	struct shared *s = data;
	unsigned int n = __atomic_fetch_add(&s->nr_started, 1, __ATOMIC_RELAXED);

	sim_enter(s->f.machine);
	insert_run(s, n, n * 200, NR_PAGES - n * 100, 16 + n * 300);
	return NULL;
}

/* Each page has the pfn that some thread had for it. */
static void check_whose(struct shared *s)
{
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		struct sim_pte_info info = pte_fixture_at(&s->f, s->vma->vm_start +
								 pages(&s->f, i));
		unsigned long at = info.pfn - pte_fixture_io(&s->f);

		assert_false(info.none);
		assert_int_equal(at % NR_PAGES, i);
		assert_true(at / NR_PAGES < NR_THREADS);
	}
}

static void open_shared(struct shared *s, const char *arch)
{
	memset(s, 0, sizeof(*s));
	pte_fixture_init(&s->f, arch, "6.1");
	s->vma = pte_fixture_vma(&s->f, s->f.base + pages(&s->f, 100), NR_PAGES,
				 VM_DRIVER | VM_PFNMAP);
}

static const char *const archs[] = { "x86_64", "arm64", "um", "arm" };

static void test_pfns_overlapping_runs_write_each_entry_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4 * SIM_ARRAY_SIZE(archs); i++) {
		static struct shared s;

		open_shared(&s, archs[i / 4]);
		sim_set_event_fn(s.f.machine, count_entry, &s);
		run_threads(NR_THREADS, insert_overlapping, &s);
		sim_set_event_fn(s.f.machine, NULL, NULL);
		assert_int_equal(s.nr_failed, 0);
		assert_int_equal(s.written, NR_PAGES);
		assert_int_equal(sim_counter(s.f.machine, SIM_CNT_PTE_WRITE), NR_PAGES);
		check_whose(&s);
		pte_fixture_exit(&s.f);
	}
}

/* One thread zaps, as a move of the object does; the others look and insert. */
static void *insert_or_zap(void *data)
{
	struct shared *s = data;
	unsigned int n = __atomic_fetch_add(&s->nr_started, 1, __ATOMIC_RELAXED);
	struct sim_pte_info info;

	sim_enter(s->f.machine);
	for (unsigned long round = 0; round < ROUNDS; round++) {
		unsigned long at = round * 97 % (NR_PAGES - 300);

		if (n) {
			insert_run(s, n, at, at + 300, 40 * n);
			sim_pte_lookup(s->f.mm, s->vma->vm_start + pages(&s->f, at), &info);
			continue;
		}
		mmap_read_lock(s->f.mm);
		zap_vma_ptes(s->vma, s->vma->vm_start + pages(&s->f, at), pages(&s->f, 200));
		mmap_read_unlock(s->f.mm);
	}
	return NULL;
}

static void test_pfns_against_zap(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(archs); i++) {
		static struct shared s;

		open_shared(&s, archs[i]);
		run_threads(NR_THREADS, insert_or_zap, &s);
		assert_false(sim_crashed(s.f.machine));
		insert_run(&s, 0, 0, NR_PAGES, NR_PAGES);
		assert_int_equal(s.nr_failed, 0);
		check_whose(&s);
		pte_fixture_exit(&s.f);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_pfns_overlapping_runs_write_each_entry_once),
	cmocka_unit_test(test_pfns_against_zap),
};

SIM_TEST_MAIN(tests)
