/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gup.c - getting pages: gup/...
 *
 * Each thread gets all pages of a range that is mapped and touched, page by page
 * or in batches. Threads have a task and a range each, or share both. Giving the
 * pages back is a reset, not timed: last first, so that a run begins with those
 * that are still in the cache, as the limits' loops do.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "bench.h"

#define BATCH 512
#define SPARE_PAGES 1024	/* of RAM, besides those that are got */
#define MAX_RAM_BYTES (4ULL << 30)

/* What one thread gets. */
struct span {
	struct task_struct *task;
	unsigned long addr;
	struct page **pages;
};

struct gup {
	struct bench_machine bench;
	unsigned long nr;
	unsigned int threads;
	struct span *span;	/* one a thread */
};

static unsigned int nr_ranges(const struct point *point)
{
	return point->shared ? 1 : point->threads;
}

static unsigned long ram_pages(const struct point *point)
{
	return point->nr * nr_ranges(point) + SPARE_PAGES;
}

static const char *unfit_slow(const struct point *point)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);

	if (ram_pages(point) > MAX_RAM_BYTES >> arch->page_shift)
		return "that many pages need more than 4 GiB of RAM";
	return bench_no_room(point, point->nr);
}

static const char *unfit_fast(const struct point *point)
{
	if (!sim_arch_has(sim_arch_find(point->arch), sim_release_number(point->release),
			  SIM_FEAT_FAST_GUP))
		return "that architecture has no fast GUP";
	return unfit_slow(point);
}

/* ---- the rig ---- */

static void map_and_touch(const struct gup *gup, struct span *span, int flags)
{
	unsigned long page = gup->bench.page_size;
	long addr = sim_mmap(span->task, 0, gup->nr * page, PROT_READ | PROT_WRITE,
			     flags | MAP_ANONYMOUS, NULL, 0);

	if (addr < 0)
		bench_die("mapping memory");
	span->addr = (unsigned long)addr;
	for (unsigned long i = 0; i < gup->nr; i++)
		if (sim_write(span->task, span->addr + i * page, "x", 1))
			bench_die("touching memory");
}

static void make_span(struct gup *gup, unsigned int thread, bool shared, int flags)
{
	struct span *span = &gup->span[thread];

	span->pages = bench_alloc(gup->nr * sizeof(struct page *));
	if (thread && shared) {
		span->task = gup->span[0].task;
		span->addr = gup->span[0].addr;
		return;
	}
	span->task = thread ? sim_task_create(gup->bench.machine, "bench") : gup->bench.task;
	if (!span->task)
		bench_die("making a task");
	map_and_touch(gup, span, flags);
}

static void *setup(const struct point *point, int flags)
{
	struct gup *gup = bench_alloc(sizeof(*gup));

	gup->nr = point->nr;
	gup->threads = point->threads;
	gup->span = bench_alloc(point->threads * sizeof(*gup->span));
	bench_machine_create(&gup->bench, point, ram_pages(point), 0, SIM_TTM_DEFAULT);
	for (unsigned int i = 0; i < point->threads; i++)
		make_span(gup, i, point->shared, flags);
	return gup;
}

static void *setup_anon(const struct point *point)
{
	return setup(point, MAP_PRIVATE);
}

static void *setup_shm(const struct point *point)
{
	return setup(point, MAP_SHARED);
}

static void enter(void *rig, unsigned int thread)
{
	struct gup *gup = rig;

	sim_task_switch(gup->span[thread].task);
}

static void teardown(void *rig)
{
	struct gup *gup = rig;

	sim_machine_destroy(gup->bench.machine);
	for (unsigned int i = 0; i < gup->threads; i++)
		free(gup->span[i].pages);
	free(gup->span);
	free(gup);
}

static struct sim_machine *machine(void *rig)
{
	struct gup *gup = rig;

	return gup->bench.machine;
}

/* ---- runs ---- */

typedef long (*get_fn)(unsigned long addr, unsigned long nr, struct page **pages);

static inline __attribute__((always_inline)) void get_all(void *rig, unsigned int thread,
							  unsigned long step, get_fn get)
{
	const struct gup *gup = rig;
	const struct span *span = &gup->span[thread];

	for (unsigned long i = 0; i < gup->nr; i += step) {
		unsigned long n = gup->nr - i < step ? gup->nr - i : step;
		long got = get(span->addr + i * gup->bench.page_size, n, span->pages + i);

		if (got != (long)n)
			bench_die("getting pages");
	}
}

static inline long get_fast(unsigned long addr, unsigned long nr, struct page **pages)
{
	return get_user_pages_fast(addr, (int)nr, 0, pages);
}

static inline long pin_fast(unsigned long addr, unsigned long nr, struct page **pages)
{
	return pin_user_pages_fast(addr, (int)nr, FOLL_WRITE, pages);
}

static inline long get_slow(unsigned long addr, unsigned long nr, struct page **pages)
{
	return get_user_pages(addr, nr, 0, pages);
}

static void run_fast(void *rig, unsigned int thread)
{
	get_all(rig, thread, 1, get_fast);
}

static void run_fast_batch(void *rig, unsigned int thread)
{
	get_all(rig, thread, BATCH, get_fast);
}

static void run_pin_fast_batch(void *rig, unsigned int thread)
{
	get_all(rig, thread, BATCH, pin_fast);
}

/* get_user_pages() is called with mmap_lock held: once a run, not once a call. */
static void get_all_locked(void *rig, unsigned int thread, unsigned long step)
{
	const struct gup *gup = rig;
	struct mm_struct *mm = gup->span[thread].task->mm;

	mmap_read_lock(mm);
	get_all(rig, thread, step, get_slow);
	mmap_read_unlock(mm);
}

static void run_slow(void *rig, unsigned int thread)
{
	get_all_locked(rig, thread, 1);
}

static void run_slow_batch(void *rig, unsigned int thread)
{
	get_all_locked(rig, thread, BATCH);
}

static void put_all(void *rig, unsigned int thread)
{
	const struct gup *gup = rig;

	for (unsigned long i = gup->nr; i-- > 0;)
		put_page(gup->span[thread].pages[i]);
}

static void unpin_all(void *rig, unsigned int thread)
{
	const struct gup *gup = rig;

	for (unsigned long i = gup->nr; i-- > 0;)
		unpin_user_page(gup->span[thread].pages[i]);
}

#define GUP_AXES \
	(AXIS(ARCH) | AXIS(RELEASE) | AXIS(NR) | AXIS(THREADS) | AXIS(SHARED) | AXIS(CPUS))
#define GUP(name_, what_, unfit_, setup_, run_, reset_) \
	{ .name = name_, .what = what_, .unit = "page", .axes = GUP_AXES, .unfit = unfit_, \
	  .setup = setup_, .run = run_, .reset = reset_, .teardown = teardown, \
	  .machine = machine, .enter = enter }

const struct family gup_families[] = {
	GUP("gup/slow", "get_user_pages, a call a page", unfit_slow, setup_anon, run_slow,
	    put_all),
	GUP("gup/slow_batch", "get_user_pages, 512 pages a call", unfit_slow, setup_anon,
	    run_slow_batch, put_all),
	GUP("gup/slow_batch_shm", "the same on shared memory", unfit_slow, setup_shm,
	    run_slow_batch, put_all),
	GUP("gup/fast", "get_user_pages_fast, a call a page", unfit_fast, setup_anon, run_fast,
	    put_all),
	GUP("gup/fast_batch", "get_user_pages_fast, 512 pages a call", unfit_fast, setup_anon,
	    run_fast_batch, put_all),
	GUP("gup/fast_batch_shm", "the same on shared memory", unfit_fast, setup_shm,
	    run_fast_batch, put_all),
	GUP("gup/pin_fast_batch", "pin_user_pages_fast for writing, 512 pages a call",
	    unfit_fast, setup_anon, run_pin_fast_batch, unpin_all),
	{ 0 },
};
