/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * vma.c - vma/...: what a look-up and the system calls cost among many vmas.
 *
 * The vmas lie in slots of four pages, none beside another, so none merge:
 *
 *	slot 0        slot 1        slot 2        ...
 *	|AAA.         |AAA.         |AAA.
 *
 * They were mapped in random order, as in a process that has run for a while:
 * neighbours are not neighbours in memory. Each operation is on a random slot.
 *
 *	find		the vma of a slot
 *	mmap		of the fourth page, read-only: beside two vmas, merged with none
 *	munmap		the reverse
 *	mprotect-split	of a vma's middle page: AAA -> ABA, three vmas
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bench.h"

#define SLOT_PAGES 4UL
#define VMA_PAGES 3UL
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Addresses to go through; with less, caches and branches would know what comes. */
#define RING (1UL << 16)
/* Look-ups of one run: mmap_lock is taken once for all of them. */
#define LOOKUPS 256UL

struct vmas {
	struct bench_machine m;
	unsigned long base;
	unsigned long *slot;	/* random ones */
	unsigned long nr_slots, at;
};

/* ---- the rig ---- */

static unsigned long slot_addr(const struct vmas *vmas, unsigned long slot)
{
	return vmas->base + slot * SLOT_PAGES * vmas->m.page_size;
}

static unsigned long current_slot(const struct vmas *vmas)
{
	return slot_addr(vmas, vmas->slot[vmas->at]);
}

static void next_slot(struct vmas *vmas)
{
	vmas->at = vmas->at + 1 < vmas->nr_slots ? vmas->at + 1 : 0;
}

static void map(const struct vmas *vmas, unsigned long addr, unsigned long pages, int prot)
{
	if (sim_mmap(vmas->m.task, addr, pages * vmas->m.page_size, prot, ANON | MAP_FIXED, NULL,
		     0) < 0)
		bench_die("mmap");
}

static void unmap(const struct vmas *vmas, unsigned long addr, unsigned long pages)
{
	if (sim_munmap(vmas->m.task, addr, pages * vmas->m.page_size))
		bench_die("munmap");
}

/* A range of user space for @nr slots. */
static unsigned long find_room(const struct vmas *vmas, unsigned long nr)
{
	unsigned long pages = nr * SLOT_PAGES;
	long addr = sim_mmap(vmas->m.task, 0, pages * vmas->m.page_size, PROT_NONE, ANON, NULL, 0);

	if (addr < 0)
		bench_die("room for the vmas");
	unmap(vmas, (unsigned long)addr, pages);
	return (unsigned long)addr;
}

static void *setup(const struct point *point)
{
	struct vmas *vmas = bench_alloc(sizeof(*vmas));

	bench_machine_create(&vmas->m, point, 0, 0, SIM_TTM_DEFAULT);
	if (sim_set_max_map_count(vmas->m.machine, INT_MAX))
		bench_die("vm.max_map_count");
	vmas->base = find_room(vmas, point->nr);
	vmas->nr_slots = point->nr > RING ? point->nr : RING;
	vmas->slot = bench_alloc(vmas->nr_slots * sizeof(*vmas->slot));
	bench_shuffle(vmas->slot, vmas->nr_slots);
	for (unsigned long i = 0; i < vmas->nr_slots; i++) {
		if (vmas->slot[i] < point->nr)
			map(vmas, slot_addr(vmas, vmas->slot[i]), VMA_PAGES, RW);
		vmas->slot[i] %= point->nr;
	}
	return vmas;
}

static void teardown(void *rig)
{
	struct vmas *vmas = rig;

	sim_machine_destroy(vmas->m.machine);
	free(vmas->slot);
	free(vmas);
}

static struct sim_machine *machine(void *rig)
{
	return ((struct vmas *)rig)->m.machine;
}

static const char *unfit(const struct point *point)
{
	if (!point->nr)
		return "there is no vma to do it to";
	if (point->nr > INT_MAX / SLOT_PAGES)
		return "more vmas than an address space counts";
	return bench_no_room(point, point->nr * SLOT_PAGES);
}

static unsigned long one(const struct point *point)
{
	(void)point;
	return 1;
}

/* ---- what is measured ---- */

static unsigned long lookups(const struct point *point)
{
	(void)point;
	return LOOKUPS;
}

static void run_find(void *rig, unsigned int thread)
{
	struct vmas *vmas = rig;
	struct mm_struct *mm = vmas->m.task->mm;

	(void)thread;
	mmap_read_lock(mm);
	for (unsigned long i = 0; i < LOOKUPS; i++) {
		bench_use((uintptr_t)find_vma(mm, current_slot(vmas)));
		next_slot(vmas);
	}
	mmap_read_unlock(mm);
}

static void map_fourth(void *rig, unsigned int thread)
{
	const struct vmas *vmas = rig;

	(void)thread;
	map(vmas, current_slot(vmas) + VMA_PAGES * vmas->m.page_size, 1, PROT_READ);
}

static void unmap_fourth(void *rig, unsigned int thread)
{
	struct vmas *vmas = rig;

	(void)thread;
	unmap(vmas, current_slot(vmas) + VMA_PAGES * vmas->m.page_size, 1);
	next_slot(vmas);
}

static void unmap_vma(void *rig, unsigned int thread)
{
	const struct vmas *vmas = rig;

	(void)thread;
	unmap(vmas, current_slot(vmas), VMA_PAGES);
}

static void map_vma(void *rig, unsigned int thread)
{
	struct vmas *vmas = rig;

	(void)thread;
	map(vmas, current_slot(vmas), VMA_PAGES, RW);
	next_slot(vmas);
}

static void protect_middle(const struct vmas *vmas, int prot)
{
	unsigned long page_size = vmas->m.page_size;

	if (sim_mprotect(vmas->m.task, current_slot(vmas) + page_size, page_size, prot))
		bench_die("mprotect");
}

static void split(void *rig, unsigned int thread)
{
	(void)thread;
	protect_middle(rig, PROT_READ);
}

static void merge(void *rig, unsigned int thread)
{
	(void)thread;
	protect_middle(rig, RW);
	next_slot(rig);
}

static const unsigned long sizes[] = { 1, 100, 10000, 100000, 0 };

#define VMA_FAMILY(title, text, per_run, runs, resets) { \
	.name = "vma/" title, .what = text, .unit = "call", \
	.axes = AXIS(ARCH) | AXIS(RELEASE) | AXIS(NR) | AXIS(CPUS), .sizes = sizes, \
	.unfit = unfit, .setup = setup, .run = runs, .reset = resets, .ops = per_run, \
	.teardown = teardown, .machine = machine, \
}

const struct family vma_families[] = {
	VMA_FAMILY("find", "find_vma at random among nr vmas", lookups, run_find, NULL),
	VMA_FAMILY("mmap", "one more beside nr vmas, merged with none", one, map_fourth,
		   unmap_fourth),
	VMA_FAMILY("munmap", "of one of nr vmas", one, unmap_vma, map_vma),
	VMA_FAMILY("mprotect-split", "of the middle of one of nr vmas: three instead", one, split,
		   merge),
	{ 0 },
};
