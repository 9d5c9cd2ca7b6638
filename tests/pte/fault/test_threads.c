/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * test_threads.c - faults, zaps and fork copies at once, in one address
 * space. At the end every page, reference and rss count is back.
 */
#include <pthread.h>
#include <sched.h>

#include "pte/lockless.h"
#include "support/mm_fixture.h"

#define NR_TOUCHERS 3
#define ROUNDS 1000
#define PAGES 6

struct race {
	struct mm_fixture fx;
	struct vm_area_struct *anon, *file, *pfn;
	int failed;			/* atomic */
	int touching;			/* atomic: threads that still touch */
};

struct thread {
	struct race *race;
	unsigned int seed;
};

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* One byte as the CPU moves it: walk and bytes in one read section. Between the
 * two another thread gets its chance to unmap the page and use it again. */
static bool move_byte(struct vm_area_struct *vma, unsigned long addr, bool write, uint8_t *value)
{
	struct sim_machine *machine = vma->vm_mm->sim_machine;
	unsigned long pfn;
	int err;

	lockless_begin(vma->vm_mm);
	err = sim_mmu_access(vma->vm_mm, addr, write, &pfn);
	sched_yield();
	if (!err)
		err = write ? sim_phys_write(machine, pfn, 0, value, 1)
			    : sim_phys_read(machine, pfn, 0, value, 1);
	lockless_end();
	return !err;
}

/* Until the access goes through, which another thread may undo each time. */
static bool access_byte(struct vm_area_struct *vma, unsigned long addr, bool write, uint8_t *value)
{
	unsigned int flags = FAULT_FLAG_DEFAULT | (write ? FAULT_FLAG_WRITE : 0);

	for (int tries = 0; tries < 10000; tries++) {
		if (move_byte(vma, addr, write, value))
			return true;
		if (mm_fault(vma, addr, flags) & VM_FAULT_ERROR)
			return false;
	}
	return false;
}

/* Each page has a number of its own, which is all that is ever written to it: a
 * store that hit another page by now shows as a wrong number there. */
static void *toucher(void *arg)
{
	struct thread *t = arg;
	struct race *race = t->race;
	struct vm_area_struct *vmas[] = { race->anon, race->file, race->pfn };
	bool bad = sim_enter(race->fx.machine) != 0;

	for (int i = 0; i < ROUNDS && !bad; i++) {
		unsigned int v = next_random(&t->seed) % 3;
		unsigned int page = next_random(&t->seed) % PAGES;
		uint8_t number = (uint8_t)(v * PAGES + page + 1), value = number;

		bad = !access_byte(vmas[v], vmas[v]->vm_start + page * race->fx.page,
				   next_random(&t->seed) & 1, &value) ||
		      (value != number && value != 0);
	}
	if (bad)
		__atomic_store_n(&race->failed, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&race->touching, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* madvise(MADV_DONTNEED) and unmap_mapping_range() over and over. */
static void *zapper(void *arg)
{
	struct thread *t = arg;
	struct race *race = t->race;
	const struct sim_zap all = { .even_cows = true };

	if (sim_enter(race->fx.machine))
		return NULL;
	while (__atomic_load_n(&race->touching, __ATOMIC_RELAXED)) {
		struct vm_area_struct *vmas[] = { race->anon, race->file, race->pfn };
		struct vm_area_struct *vma = vmas[next_random(&t->seed) % 3];

		sim_read_lock(race->fx.machine, &race->fx.mm->mmap_lock, SIM_RANK_MMAP, __func__);
		sim_zap_range(vma, vma->vm_start + race->fx.page, vma->vm_end, &all);
		sim_rw_unlock(&race->fx.mm->mmap_lock, SIM_RANK_MMAP);
	}
	return NULL;
}

static void copy_and_drop(struct race *race, struct vm_area_struct *vma)
{
	struct mm_struct *mm = mm_create(&race->fx);
	struct vm_area_struct *child;
	int ret;

	sim_write_lock(race->fx.machine, &race->fx.mm->mmap_lock, SIM_RANK_MMAP, __func__);
	child = mm_dup_vma(vma, mm);
	ret = copy_page_range(child, vma);
	sim_flush_tlb_range(race->fx.mm, vma->vm_start, vma->vm_end);
	sim_rw_unlock(&race->fx.mm->mmap_lock, SIM_RANK_MMAP);
	if (ret)
		__atomic_store_n(&race->failed, 1, __ATOMIC_RELAXED);
	mm_unmap(child);
	mm_destroy(mm);
}

static void *forker(void *arg)
{
	struct thread *t = arg;
	struct race *race = t->race;

	if (sim_enter(race->fx.machine))
		return NULL;
	for (int i = 0; i < ROUNDS / 10; i++)
		copy_and_drop(race, next_random(&t->seed) & 1 ? race->anon : race->pfn);
	return NULL;
}

static void run_race(const struct sim_machine_config *config)
{
	static void *(*const work[])(void *) = { toucher, toucher, toucher, zapper, forker };
	struct thread threads[SIM_ARRAY_SIZE(work)];
	pthread_t ids[SIM_ARRAY_SIZE(work)] = { 0 };
	struct race race = { .touching = NR_TOUCHERS };
	struct mm_fixture *fx = &race.fx;

	mm_fixture_open(fx, config);
	race.anon = mm_map(fx, fx->mm, 0, PAGES, MM_RW, NULL);
	race.file = mm_map(fx, fx->mm, 1000, PAGES, MM_RW, &mm_page_ops);
	race.pfn = mm_map(fx, fx->mm, 2000, PAGES, MM_RW | MM_SHARED | VM_PFNMAP, &mm_pfn_ops);
	for (size_t i = 0; i < SIM_ARRAY_SIZE(work); i++) {
		threads[i] = (struct thread){ &race, 40u + (unsigned int)i };
		assert_int_equal(pthread_create(&ids[i], NULL, work[i], &threads[i]), 0);
	}
	for (size_t i = 0; i < SIM_ARRAY_SIZE(work); i++)
		pthread_join(ids[i], NULL);
	assert_int_equal(race.failed, 0);
	mm_unmap(race.anon);
	mm_unmap(race.file);
	mm_unmap(race.pfn);
	mm_fixture_close(fx);
}

static void test_threads_faults_zaps_and_forks(void **state)
{
	static const char *const machines[][2] = {
		{ "x86_64", "5.11" }, { "x86_64", "6.12" }, { "arm", "6.1" }, { "s390x", "6.1" },
	};

	(void)state;
	for (size_t i = 0; i < SIM_ARRAY_SIZE(machines); i++) {
		/* little RAM: what is freed is soon used again */
		struct sim_machine_config config = { .arch = machines[i][0],
						     .release = machines[i][1],
						     .ram_bytes = 48 * 4096 };

		run_race(&config);
	}
}

/* Two first faults at once: one family, the other one's goes. */
#define NR_VMAS 200

struct prepare {
	struct mm_fixture fx;
	struct vm_area_struct *vma[NR_VMAS];
	pthread_barrier_t barrier;
};

static void *preparer(void *arg)
{
	struct prepare *p = arg;

	if (sim_enter(p->fx.machine))
		return NULL;
	for (int i = 0; i < NR_VMAS; i++) {
		pthread_barrier_wait(&p->barrier);
		(void)sim_anon_vma_prepare(p->vma[i]);
	}
	return NULL;
}

static void test_threads_prepare_one_anon_vma(void **state)
{
	struct prepare p;
	pthread_t other;

	(void)state;
	mm_fixture_open(&p.fx, NULL);
	pthread_barrier_init(&p.barrier, NULL, 2);
	for (int i = 0; i < NR_VMAS; i++)
		p.vma[i] = mm_map(&p.fx, p.fx.mm, (unsigned long)i, 1, MM_RW, NULL);
	assert_int_equal(pthread_create(&other, NULL, preparer, &p), 0);
	preparer(&p);
	pthread_join(other, NULL);
	assert_int_equal(sim_live_objects(p.fx.machine, SIM_OBJ_ANON_VMA), NR_VMAS);
	for (int i = 0; i < NR_VMAS; i++)
		mm_unmap(p.vma[i]);
	pthread_barrier_destroy(&p.barrier);
	mm_fixture_close(&p.fx);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_threads_prepare_one_anon_vma),
	cmocka_unit_test(test_threads_faults_zaps_and_forks),
};

SIM_TEST_MAIN(tests)
