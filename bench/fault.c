/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * fault.c - fault/..., move and fork: a buffer object as a program has it mapped.
 *
 * An object is touched a page at a time, in order, so that there is one fault
 * for each point->prefault pages, and each page is accessed once. With several
 * threads each is a process of its own, whose object or whose mapping of the
 * shared object it touches; what they contend for is the object's.
 *
 *	fault/MODE	run: touch all pages		reset: unmap the object, or
 *							with fresh tables: the mapping anew
 *	fault/none	run: touch all pages, mapped	that much of fault/MODE is no fault
 *	fault/one16	run: touch one page of 16 objects; a fault maps an object
 *	move		run: unmap, touch all pages
 *	move/unmap	run: unmap			reset: touch all pages
 *	move/vram	run: to VRAM or back, touch all	pages
 *	fork		run: fork, the child ends
 *	fork/shared ...	run: fork			reset: the child ends
 *	fork/exit	run: the child ends		reset: fork
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/release.h"
#include "bench.h"
#include "pte/pgtable.h"
#include "sim/machine.h"

/* Of RAM besides the objects': room for the largest blocks of the pool, whole. */
#define SPARE_PAGES 2048
/* Of RAM and of VRAM a machine has at most so much. */
#define MAX_BYTES (4ULL << 30)

#define ONE_OBJECTS 16
#define ONE_PAGES 16

struct mapping {
	struct task_struct *task;
	struct ttm_buffer_object *bo;
	unsigned long addr;
};

struct rig {
	struct sim_machine *machine;
	struct sim_ttm_device *dev;
	struct file *file;
	unsigned long bytes;	/* of an object */
	bool shared;		/* the mappings are of one object */
	bool fresh;		/* a mapping begins without tables */
	int map_flags;
	uint32_t placement;	/* TTM_PL_* at first */
	struct task_struct *child;
	unsigned int nr;
	struct mapping mapping[];
};

/* What is to be mapped, besides what the point says. */
struct kind {
	enum sim_ttm_mode mode;
	int map_flags;		/* MAP_SHARED or MAP_PRIVATE */
	bool both_memories;	/* RAM and VRAM for it */
};

/* ---- building a rig ---- */

static enum ttm_caching ttm_caching_of(enum sim_cache_mode mode)
{
	switch (mode) {
	case SIM_CACHE_WB:
		return ttm_cached;
	case SIM_CACHE_WC:
		return ttm_write_combined;
	default:
		return ttm_uncached;
	}
}

static unsigned int nr_objects(const struct point *point)
{
	return point->shared ? 1 : point->threads;
}

static struct ttm_buffer_object *object_create(struct rig *rig, const struct point *point)
{
	struct ttm_buffer_object *bo = sim_bo_create(rig->dev, point->nr, rig->placement,
						     ttm_caching_of(point->caching));

	if (!bo)
		bench_die("sim_bo_create");
	return bo;
}

/* At mapping->addr, or where there is room. */
static void map_object(const struct rig *rig, struct mapping *mapping)
{
	long addr = sim_mmap(mapping->task, mapping->addr, rig->bytes, PROT_READ | PROT_WRITE,
			     rig->map_flags | (mapping->addr ? MAP_FIXED : 0), rig->file,
			     sim_bo_pgoff(mapping->bo));

	if (addr < 0) {
		errno = (int)-addr;
		bench_die("sim_mmap of an object");
	}
	mapping->addr = (unsigned long)addr;
}

static void machine_create(struct rig *rig, const struct point *point, const struct kind *kind,
			   unsigned int objects)
{
	unsigned long pages = point->nr * objects, ram = SPARE_PAGES, vram = 0;
	struct bench_machine machine;

	if (point->backing == BENCH_RAM || kind->both_memories)
		ram += pages;
	if (point->backing == BENCH_IO || kind->both_memories)
		vram += pages;
	bench_machine_create(&machine, point, ram, vram, kind->mode);
	rig->machine = machine.machine;
	rig->dev = sim_machine_ttm(rig->machine);
	rig->file = sim_ttm_open(rig->dev, FMODE_READ | FMODE_WRITE);
	if (!rig->file)
		bench_die("sim_ttm_open");
	rig->bytes = point->nr * machine.page_size;
	rig->placement = point->backing == BENCH_IO ? TTM_PL_VRAM : TTM_PL_SYSTEM;
	rig->mapping[0].task = machine.task;
}

/* Mappings of @point->nr pages; nothing is there yet. */
static struct rig *rig_create(const struct point *point, const struct kind *kind,
			      unsigned int mappings)
{
	struct rig *rig = bench_alloc(sizeof(*rig) + mappings * sizeof(rig->mapping[0]));

	rig->nr = mappings;
	rig->shared = point->shared;
	rig->fresh = point->fresh;
	rig->map_flags = kind->map_flags;
	machine_create(rig, point, kind, point->shared ? 1 : mappings);
	for (unsigned int i = 0; i < mappings; i++) {
		struct mapping *mapping = &rig->mapping[i];

		if (i < point->threads && i > 0)
			mapping->task = sim_task_create(rig->machine, "bench");
		else
			mapping->task = rig->mapping[0].task;
		if (!mapping->task)
			bench_die("sim_task_create");
		mapping->bo = i && rig->shared ? rig->mapping[0].bo : object_create(rig, point);
		map_object(rig, mapping);
	}
	return rig;
}

static void teardown(void *data)
{
	struct rig *rig = data;

	sim_machine_destroy(rig->machine);
	free(rig);
}

static struct sim_machine *machine_of(void *data)
{
	struct rig *rig = data;

	return rig->machine;
}

/* ---- touching and unmapping ---- */

static void touch(void *data, unsigned int thread)
{
	const struct rig *rig = data;
	const struct mapping *mapping = &rig->mapping[thread];

	if (sim_touch(mapping->task, mapping->addr, rig->bytes, false))
		bench_die("sim_touch of an object");
}

/* From one address space alone: the other threads are at work in theirs. */
static void unmap_mine(const struct rig *rig, const struct mapping *mapping)
{
	static const struct sim_zap zap = { .even_cows = true };
	struct mm_struct *mm = mapping->task->mm;

	mmap_read_lock(mm);
	sim_zap_range(find_vma(mm, mapping->addr), mapping->addr, mapping->addr + rig->bytes,
		      &zap);
	mmap_read_unlock(mm);
}

/* Its tables go with a mapping. */
static void map_anew(const struct rig *rig, struct mapping *mapping)
{
	if (sim_munmap(mapping->task, mapping->addr, rig->bytes))
		bench_die("sim_munmap of an object");
	map_object(rig, mapping);
}

static void unmap(void *data, unsigned int thread)
{
	struct rig *rig = data;

	if (rig->fresh)
		map_anew(rig, &rig->mapping[thread]);
	else if (rig->shared)
		unmap_mine(rig, &rig->mapping[thread]);
	else
		ttm_bo_unmap_virtual(rig->mapping[thread].bo);
}

static void touch_all(struct rig *rig)
{
	for (unsigned int i = 0; i < rig->nr; i++)
		touch(rig, i);
}

/* Objects that have their pages, in address spaces that have their tables or not. */
static struct rig *unmapped_rig(const struct point *point, const struct kind *kind)
{
	struct rig *rig = rig_create(point, kind, point->threads);

	touch_all(rig);
	for (unsigned int i = 0; i < rig->nr; i++)
		unmap(rig, i);
	return rig;
}

static struct rig *mapped_rig(const struct point *point, const struct kind *kind)
{
	struct rig *rig = rig_create(point, kind, point->threads);

	touch_all(rig);
	return rig;
}

/* ---- fault/MODE, fault/none ---- */

#define FAULT_SETUP(name, MODE) \
static void *setup_##name(const struct point *point) \
{ \
	static const struct kind kind = { .mode = SIM_TTM_##MODE, .map_flags = MAP_SHARED }; \
\
	return unmapped_rig(point, &kind); \
}

FAULT_SETUP(pfn, PFN)
FAULT_SETUP(mixed, MIXED)
FAULT_SETUP(apply, APPLY)
FAULT_SETUP(pfns, PFNS)
FAULT_SETUP(huge_or_not, HUGE)

static void *setup_huge(const struct point *point)
{
	struct rig *rig = setup_huge_or_not(point);
	struct sim_pte_info leaf;

	touch(rig, 0);
	if (sim_pte_lookup(rig->mapping[0].task->mm, rig->mapping[0].addr, &leaf) ||
	    leaf.level != SIM_LEAF_PMD)
		bench_die("a huge leaf");
	unmap(rig, 0);
	return rig;
}

static const struct kind of_release = { .mode = SIM_TTM_DEFAULT, .map_flags = MAP_SHARED };

static void *setup_mapped(const struct point *point)
{
	return mapped_rig(point, &of_release);
}

/* ---- fault/one16 ---- */

static void *setup_one16(const struct point *point)
{
	struct point one = *point;
	struct rig *rig;

	one.nr = ONE_PAGES;
	one.prefault = ONE_PAGES;
	rig = rig_create(&one, &of_release, ONE_OBJECTS);
	touch_all(rig);
	for (unsigned int i = 0; i < rig->nr; i++)
		unmap(rig, i);
	return rig;
}

static void read_each(void *data, unsigned int thread)
{
	const struct rig *rig = data;
	char byte;

	(void)thread;
	for (unsigned int i = 0; i < rig->nr; i++)
		if (sim_read(rig->mapping[i].task, rig->mapping[i].addr, &byte, 1))
			bench_die("sim_read of an object");
}

static void unmap_each(void *data, unsigned int thread)
{
	const struct rig *rig = data;

	(void)thread;
	for (unsigned int i = 0; i < rig->nr; i++)
		ttm_bo_unmap_virtual(rig->mapping[i].bo);
}

static unsigned long one16_ops(const struct point *point)
{
	(void)point;
	return ONE_OBJECTS;
}

/* ---- move ---- */

static void unmap_and_touch(void *data, unsigned int thread)
{
	unmap(data, thread);
	touch(data, thread);
}

static void *setup_move_vram(const struct point *point)
{
	static const struct kind kind = { .map_flags = MAP_SHARED, .both_memories = true };

	return mapped_rig(point, &kind);
}

static void move_and_touch(void *data, unsigned int thread)
{
	const struct rig *rig = data;
	struct ttm_buffer_object *bo = rig->mapping[thread].bo;
	bool in_vram = sim_bo_mem_type(bo) == TTM_PL_VRAM;
	int err = sim_bo_move(bo, in_vram ? TTM_PL_SYSTEM : TTM_PL_VRAM);

	if (err) {
		errno = -err;
		bench_die("sim_bo_move");
	}
	touch(data, thread);
}

/* ---- fork ---- */

static void child_begins(void *data, unsigned int thread)
{
	struct rig *rig = data;
	int err = sim_fork(rig->mapping[0].task, "child", &rig->child);

	(void)thread;
	if (err) {
		errno = -err;
		bench_die("sim_fork");
	}
}

static void child_ends(void *data, unsigned int thread)
{
	struct rig *rig = data;

	(void)thread;
	sim_exit(rig->child);
}

static void child_lives(void *data, unsigned int thread)
{
	child_begins(data, thread);
	child_ends(data, thread);
}

/* Copy on write: only VM_MIXEDMAP allows it. */
static void *setup_private(const struct point *point)
{
	static const struct kind kind = { .mode = SIM_TTM_MIXED, .map_flags = MAP_PRIVATE };

	return mapped_rig(point, &kind);
}

static void *setup_with_child(const struct point *point)
{
	struct rig *rig = mapped_rig(point, &of_release);

	child_begins(rig, 0);
	return rig;
}

/* ---- what cannot be ---- */

static const char *no_memory(const struct point *point, bool ram, bool vram)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);
	uint64_t pages = (uint64_t)point->nr * nr_objects(point) + SPARE_PAGES;
	uint64_t io_end = arch->io_start_pfn + pages + (SIM_DEV_IO_BYTES >> arch->page_shift);

	if (pages > MAX_BYTES >> arch->page_shift)
		return "a machine has no memory for that many pages";
	if ((ram && arch->ram_start_pfn + pages > arch->io_start_pfn) ||
	    (vram && io_end > 1ULL << (arch->max_phys_bits - arch->page_shift)))
		return "that architecture has no room for that much memory";
	return bench_no_room(point, point->nr);
}

static const char *fault_unfit(const struct point *point)
{
	return no_memory(point, point->backing == BENCH_RAM, point->backing == BENCH_IO);
}

static const char *move_vram_unfit(const struct point *point)
{
	return no_memory(point, true, true);
}

/* What only a machine of that architecture and release can say. */
static const char *ask(const struct point *point,
		       const char *(*question)(const struct sim_machine *machine,
					       const struct point *point))
{
	/* quiet: what it meets is the answer */
	struct sim_machine_config config = {
		.arch = point->arch, .release = point->release, .quiet = true,
	};
	struct sim_machine *machine = sim_machine_create(&config);
	const char *why;

	if (!machine)
		bench_die("building a machine");
	why = question(machine, point);
	sim_machine_destroy(machine);
	return why ? why : fault_unfit(point);
}

static const char *why_not_huge(const struct sim_machine *machine, const struct point *point)
{
	const struct sim_mmu *mmu = machine->mmu;

	if (!mmu->has_leaf[1])
		return "that architecture has no huge leaves";
	if (!sim_rule(machine, SIM_RULE_HUGE_FAULT_ON_SPECIAL_VMA))
		return "that release asks no driver for huge leaves";
	if (point->nr & ((mmu_leaf_size(mmu, 1) >> mmu->page_shift) - 1))
		return "no whole number of huge leaves";
	return NULL;
}

static const char *huge_unfit(const struct point *point)
{
	return ask(point, why_not_huge);
}

/*
 * Without a special bit the pages of an object are counted. The pool's blocks have
 * one reference, that of their first page: later releases see that the others have
 * none, and a fault is SIGBUS.
 */
static const char *why_not_mixed(const struct sim_machine *machine, const struct point *point)
{
	if (point->backing == BENCH_RAM && !machine->mmu->has_special &&
	    sim_rule(machine, SIM_RULE_INSERT_PAGE_CHECKS_REFCOUNT))
		return "that release inserts no page that has no reference";
	return NULL;
}

static const char *mixed_unfit(const struct point *point)
{
	return ask(point, why_not_mixed);
}

/* ---- the families ---- */

#define MACHINE_AXES (AXIS(ARCH) | AXIS(RELEASE) | AXIS(CPUS))
#define OBJECT_AXES (MACHINE_AXES | AXIS(BACKING) | AXIS(CACHING) | AXIS(NR))
#define THREAD_AXES (AXIS(THREADS) | AXIS(SHARED))
#define FAULT_AXES (OBJECT_AXES | THREAD_AXES | AXIS(TABLES) | AXIS(PREFAULT))

static const unsigned long fault_sizes[] = { 512, 262144, 0 };
static const unsigned long object_sizes[] = { 512, 0 };

#define FAULT(mode, text, unfit_fn) { \
	.name = "fault/" #mode, .what = text, .unit = "pte", .axes = FAULT_AXES, \
	.sizes = fault_sizes, .unfit = unfit_fn, .setup = setup_##mode, .run = touch, \
	.reset = unmap, .teardown = teardown, .machine = machine_of }

#define OBJECT(title, text, unfit_fn, setup_fn, run_fn, reset_fn) { \
	.name = title, .what = text, .unit = "pte", .axes = OBJECT_AXES, \
	.sizes = object_sizes, .unfit = unfit_fn, .setup = setup_fn, .run = run_fn, \
	.reset = reset_fn, .teardown = teardown, .machine = machine_of }

const struct family fault_families[] = {
	FAULT(pfn, "touch an object; faults insert by vmf_insert_pfn_prot()", fault_unfit),
	FAULT(mixed, "... by vmf_insert_mixed_prot()", mixed_unfit),
	FAULT(apply, "... by apply_to_page_range(), unchecked", fault_unfit),
	FAULT(pfns, "... by sim_vmf_insert_pfns_prot(), all at once", fault_unfit),
	{ .name = "fault/huge", .what = "... a huge leaf", .unit = "pte",
	  .axes = OBJECT_AXES | THREAD_AXES | AXIS(TABLES), .sizes = fault_sizes,
	  .unfit = huge_unfit, .setup = setup_huge, .run = touch, .reset = unmap,
	  .teardown = teardown, .machine = machine_of },
	{ .name = "fault/none", .what = "touch an object that is mapped", .unit = "pte",
	  .axes = OBJECT_AXES | THREAD_AXES, .sizes = fault_sizes, .unfit = fault_unfit,
	  .setup = setup_mapped, .run = touch, .teardown = teardown, .machine = machine_of },
	{ .name = "fault/one16", .what = "a load that maps 16 PTEs", .unit = "fault",
	  .axes = MACHINE_AXES | AXIS(BACKING) | AXIS(CACHING), .setup = setup_one16,
	  .run = read_each, .reset = unmap_each, .ops = one16_ops, .teardown = teardown,
	  .machine = machine_of },
	OBJECT("move", "unmap_mapping_range() of an object, touch it again", fault_unfit,
	       setup_mapped, unmap_and_touch, NULL),
	OBJECT("move/unmap", "unmap_mapping_range() of an object", fault_unfit, setup_mapped,
	       unmap, touch),
	{ .name = "move/vram", .what = "an object moves to VRAM or back, touch it again",
	  .unit = "pte", .axes = MACHINE_AXES | AXIS(CACHING) | AXIS(NR), .sizes = object_sizes,
	  .unfit = move_vram_unfit, .setup = setup_move_vram, .run = move_and_touch,
	  .teardown = teardown, .machine = machine_of },
	OBJECT("fork", "fork with an object mapped, and the child ends", fault_unfit,
	       setup_mapped, child_lives, NULL),
	OBJECT("fork/shared", "fork with an object mapped", fault_unfit, setup_mapped,
	       child_begins, child_ends),
	OBJECT("fork/private", "fork with an object mapped MAP_PRIVATE", mixed_unfit,
	       setup_private, child_begins, child_ends),
	OBJECT("fork/exit", "a child ends that has an object mapped", fault_unfit,
	       setup_with_child, child_ends, child_begins),
	{ 0 }
};
