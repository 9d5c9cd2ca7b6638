/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * measure.c - a family at a point, kept running.
 *
 * A load is a rig with its threads; thread 0 is the one that made it. Work goes
 * to all threads between two barriers:
 *
 *	thread 0   order | meet | own part | meet | ...
 *	thread 1         | meet | own part | meet | ...
 *
 * A barrier wakes sleepers one after the other, microseconds apart, so those
 * who have come meet once more by spinning.
 *
 *	thread 0	|run|reset|run|reset|run|
 *	thread 1	   |run|reset|run|reset|run|
 *			<------- window -------->
 *
 * What counts is the time in runs, divided by how many threads were at work at
 * once: the sum of their spans, first run to last, by the window that holds
 * them all. Two threads that do not disturb each other show half the ns per
 * operation of one; two that took turns on one CPU show the same as one.
 *
 * Where runs need a reset between them, the clock is read around each run and
 * the cost of reading it, measured beforehand, subtracted.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frame.h"

enum order {
	ORDER_TIME,	/* load->runs runs with their resets, timed */
	ORDER_RUN,	/* one run */
	ORDER_RESET,	/* its reset */
	ORDER_QUIT,
};

struct worker {
	struct load *load;
	unsigned int index;
	pthread_t thread;
	/* of the last batch: */
	double ns;		/* in runs */
	double begin, end;	/* of the first run, of the last */
};

struct load {
	const struct family *family;
	void *rig;
	unsigned long ops;	/* of a run on one thread */
	unsigned int nr_workers;
	struct worker *worker;
	enum order order;
	unsigned long runs;
	pthread_barrier_t begin, end;
	unsigned int spinning;	/* how many have left the barrier */
	unsigned int nr_fillers;
	struct sim_machine **filler; /* what lies where the rig could have lain */
};

/* ---- the clock ---- */

double clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

#define COST_ROUNDS 50
#define COST_PAIRS 1000

static double measure_clock(void)
{
	double best = 0;

	for (int i = 0; i < COST_ROUNDS; i++) {
		double sum = 0;

		for (int j = 0; j < COST_PAIRS; j++) {
			double start = clock_ns();

			sum += clock_ns() - start;
		}
		if (!i || sum < best)
			best = sum;
	}
	return best / COST_PAIRS;
}

/* The first call is load_create()'s, before there are threads. */
double clock_cost(void)
{
	static double cost = -1;

	if (cost < 0)
		cost = measure_clock();
	return cost;
}

/* ---- a thread's part ---- */

static void time_runs(struct worker *worker, const struct family *family, void *rig,
		      unsigned long runs)
{
	double cost = clock_cost(), sum = 0, start = clock_ns(), end = start;
	unsigned int thread = worker->index;

	worker->begin = start;
	for (unsigned long i = 0; i < runs && !family->reset; i++)
		family->run(rig, thread);
	for (unsigned long i = 0; i < runs && family->reset; i++) {
		start = clock_ns();
		family->run(rig, thread);
		end = clock_ns();
		sum += end - start - cost;
		family->reset(rig, thread);
	}
	if (!family->reset) {
		end = clock_ns();
		sum = end - start - cost;
	}
	worker->ns = sum;
	worker->end = end;
}

/* Returns what was ordered: behind the last barrier there may be the next order. */
static enum order do_part(struct worker *worker)
{
	struct load *load = worker->load;
	const struct family *family = load->family;
	enum order order = load->order;

	switch (order) {
	case ORDER_TIME:
		time_runs(worker, family, load->rig, load->runs);
		break;
	case ORDER_RUN:
		family->run(load->rig, worker->index);
		break;
	case ORDER_RESET:
		if (family->reset)
			family->reset(load->rig, worker->index);
		break;
	case ORDER_QUIT:
		break;
	}
	return order;
}

/* ---- threads ---- */

static void meet(struct load *load)
{
	pthread_barrier_wait(&load->begin);
	__atomic_add_fetch(&load->spinning, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&load->spinning, __ATOMIC_ACQUIRE) % load->nr_workers)
		sched_yield();
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct load *load = worker->load;
	enum order order;

	if (load->family->enter)
		load->family->enter(load->rig, worker->index);
	do {
		meet(load);
		order = do_part(worker);
		pthread_barrier_wait(&load->end);
	} while (order != ORDER_QUIT);
	return NULL;
}

static void give_order(struct load *load, enum order order)
{
	load->order = order;
	if (load->nr_workers > 1)
		meet(load);
	do_part(&load->worker[0]);
	if (load->nr_workers > 1)
		pthread_barrier_wait(&load->end);
}

static void start_workers(struct load *load)
{
	for (unsigned int i = 0; i < load->nr_workers; i++)
		load->worker[i] = (struct worker){ .load = load, .index = i };
	if (load->nr_workers == 1)
		return;
	if (pthread_barrier_init(&load->begin, NULL, load->nr_workers) ||
	    pthread_barrier_init(&load->end, NULL, load->nr_workers))
		bench_die("a barrier");
	for (unsigned int i = 1; i < load->nr_workers; i++) {
		struct worker *worker = &load->worker[i];

		errno = pthread_create(&worker->thread, NULL, worker_main, worker);
		if (errno)
			bench_die("a thread");
	}
}

static void end_workers(struct load *load)
{
	if (load->nr_workers == 1)
		return;
	give_order(load, ORDER_QUIT);
	for (unsigned int i = 1; i < load->nr_workers; i++)
		pthread_join(load->worker[i].thread, NULL);
	pthread_barrier_destroy(&load->begin);
	pthread_barrier_destroy(&load->end);
}

/* ---- loads ---- */

/*
 * The library keeps the memory of machines that went, pages and all, for those
 * that come. As many machines as there have been places take it before the rig.
 */
static void fill_places(struct load *load, unsigned int place)
{
	load->nr_fillers = place;
	load->filler = bench_alloc(place * sizeof(struct sim_machine *));
	for (unsigned int i = 0; i < place; i++) {
		load->filler[i] = sim_machine_create(NULL);
		if (!load->filler[i])
			bench_die("a machine");
	}
}

static void empty_places(struct load *load)
{
	for (unsigned int i = 0; i < load->nr_fillers; i++)
		sim_machine_destroy(load->filler[i]);
	free(load->filler);
}

struct load *load_create(const struct family *family, const struct point *point,
			 unsigned int place)
{
	struct load *load = bench_alloc(sizeof(*load));

	clock_cost();
	fill_places(load, place);
	errno = 0; /* of something older: bench_die() would tell it */
	load->family = family;
	load->ops = family->ops ? family->ops(point) : point->nr;
	load->nr_workers = family->axes & AXIS(THREADS) ? point->threads : 1;
	load->worker = bench_alloc(load->nr_workers * sizeof(*load->worker));
	load->rig = family->setup(point);
	if (family->enter)
		family->enter(load->rig, 0);
	start_workers(load);
	return load;
}

void load_destroy(struct load *load)
{
	end_workers(load);
	load->family->teardown(load->rig);
	empty_places(load);
	free(load->worker);
	free(load);
}

double load_ops(const struct load *load, unsigned long runs)
{
	return (double)load->ops * (double)runs * load->nr_workers;
}

/* How many threads were at work at once, on average. */
static double concurrency(const struct load *load)
{
	double begin = load->worker[0].begin, end = load->worker[0].end, spans = 0;

	for (unsigned int i = 0; i < load->nr_workers; i++) {
		const struct worker *worker = &load->worker[i];

		begin = worker->begin < begin ? worker->begin : begin;
		end = worker->end > end ? worker->end : end;
		spans += worker->end - worker->begin;
	}
	return end > begin ? spans / (end - begin) : 1;
}

struct batch load_batch(struct load *load, unsigned long runs)
{
	struct batch batch = { 0, 0 };

	load->runs = runs;
	give_order(load, ORDER_TIME);
	for (unsigned int i = 0; i < load->nr_workers; i++) {
		/* The clock's cost varies: what is nearly nothing must not be less. */
		double ns = load->worker[i].ns > 0.01 ? load->worker[i].ns : 0.01;

		batch.busy_ns += ns;
	}
	batch.ns_per_op = batch.busy_ns / load_ops(load, runs);
	if (load->nr_workers > 1)
		batch.ns_per_op /= concurrency(load);
	return batch;
}

/* Batches of 1, 2, 4... runs until they have lasted a part of the time wanted. */
#define WARM_UP_PART 4
/* What may pass for resets, as a multiple of the time wanted. */
#define RESET_SHARE 4
#define MAX_RUNS (1UL << 24)

unsigned long load_calibrate(struct load *load, double ns)
{
	double start = clock_ns(), took, timed, by_clock, by_time;
	unsigned long runs = 1;

	for (;;) {
		double begin = clock_ns();

		timed = load_batch(load, runs).busy_ns / load->nr_workers;
		took = clock_ns() - begin;
		if (clock_ns() - start >= ns / WARM_UP_PART || runs >= MAX_RUNS)
			break;
		runs *= 2;
	}
	by_time = ns * (double)runs / timed;
	by_clock = ns * RESET_SHARE * (double)runs / took;
	if (by_clock < by_time)
		by_time = by_clock;
	if (by_time > (double)MAX_RUNS)
		return MAX_RUNS;
	return by_time < 1 ? 1 : (unsigned long)by_time;
}

bool load_count(struct load *load, double per_op[SIM_NR_COUNTERS])
{
	const struct family *family = load->family;
	struct sim_machine *machine = family->machine ? family->machine(load->rig) : NULL;
	uint64_t before[SIM_NR_COUNTERS], after[SIM_NR_COUNTERS];

	/* The first run finds pools and free lists empty; the second is like all others. */
	give_order(load, ORDER_RUN);
	give_order(load, ORDER_RESET);
	sim_counters(machine, before);
	give_order(load, ORDER_RUN);
	sim_counters(machine, after);
	give_order(load, ORDER_RESET);
	for (int i = 0; i < SIM_NR_COUNTERS; i++)
		per_op[i] = (double)(after[i] - before[i]) / load_ops(load, 1);
	return machine != NULL;
}
