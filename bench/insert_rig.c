/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * insert_rig.c - the machine on which insert/... and zap/... run.
 *
 * A thread has an object of its own in a task of its own, or all share one:
 *
 *	own	task 0	|0 0 0 0 0 0 0 0|	shared	|0 0 1 1 0 0 1 1|
 *		task 1	|1 1 1 1 1 1 1 1|
 *
 * A shared object is dealt out in stripes as large as what one TTM fault maps,
 * so threads meet in the same tables, as faults on one object do; what takes a
 * range is called once per stripe.
 *
 * An object has at most as many pages as fit its share of the memory. It is
 * mapped as many times over as the PTEs that are asked for take, each time in
 * a vma of its own. Its pages lie in one piece, in which a list may be in
 * random order.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "insert.h"
#include "pte/tlb.h"
#include "sim/machine.h"

#define MAX_MEMORY (4UL << 30)	/* of a machine's RAM, and of its VRAM: bytes */
#define UNIT 1024UL		/* objects that repeat are a multiple of: pages */
#define STRIPE 16UL		/* a TTM fault's prefault */
#define RESERVED_PAGES 64UL	/* that one reservation covers */

/* What follows from way and point alone. Pages unless said otherwise. */
struct geometry {
	const struct sim_arch *arch;
	unsigned long leaf;		/* a PMD leaf, which is a table of PTEs, too */
	unsigned int objects;
	unsigned int lanes;		/* threads that share an object */
	unsigned long stripe;
	unsigned long nr;		/* PTEs of a thread */
	unsigned long span;		/* PTEs of an object, holes included */
	unsigned long pages;		/* of an object; a vma is at most as large */
	unsigned long base;		/* where each task has its first vma; bytes */
};

struct insert_thread {
	struct task_struct *task;
	struct insert_part *part;
	unsigned long nr_parts;
};

struct insert_rig {
	struct bench_machine m;
	struct point point;
	const struct insert_way *way;
	struct geometry g;
	struct file *file;
	unsigned long *pfn;		/* those of object 0, then 1, ... */
	struct page **page;		/* the same; NULL for I/O memory */
	struct insert_thread thread[];
};

/* ---- geometry ---- */

static unsigned long round_up_to(unsigned long n, unsigned long unit)
{
	return (n + unit - 1) / unit * unit;
}

static unsigned long min_of(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

/* Pages that all objects together may have. */
static unsigned long memory_pages(const struct insert_way *way, const struct sim_arch *arch,
				  enum bench_backing backing)
{
	uint64_t pages = arch->io_start_pfn - arch->ram_start_pfn;

	if (way->reservations)
		return way->reservations * RESERVED_PAGES;
	if (backing == BENCH_IO)
		pages = (1ULL << (arch->max_phys_bits - arch->page_shift)) - arch->io_start_pfn -
			(SIM_DEV_IO_BYTES >> arch->page_shift);
	/* A unit is left for what the machine itself takes. */
	return min_of(pages, MAX_MEMORY >> arch->page_shift) - UNIT;
}

static struct geometry geometry_of(const struct insert_way *way, const struct point *point)
{
	struct geometry g = { .arch = sim_arch_find(point->arch) };
	unsigned long memory = memory_pages(way, g.arch, point->backing);

	g.leaf = 1UL << (g.arch->level[1].shift - g.arch->page_shift);
	g.objects = point->shared ? 1 : point->threads;
	g.lanes = point->threads / g.objects;
	g.nr = point->nr;
	g.stripe = way->leaf ? g.leaf : STRIPE;
	g.span = g.lanes > 1 ? round_up_to(g.nr, g.stripe) * g.lanes : g.nr;
	g.pages = min_of(g.span, memory / g.objects / UNIT * UNIT);
	if (g.lanes == 1)
		g.stripe = g.pages;
	/* Low, with room above; there and after each full vma a table begins. */
	g.base = g.arch->task_size / 16 & ~((1UL << g.arch->level[1].shift) - 1);
	return g;
}

const char *insert_unfit(const struct insert_way *way, const struct point *point)
{
	struct geometry g = geometry_of(way, point);
	uint16_t release = sim_release_number(point->release);

	if (!point->nr)
		return "nothing to insert";
	if (!g.pages)
		return "too little memory for so many objects";
	if (way->pages_only && point->backing != BENCH_RAM)
		return "I/O memory has no struct pages";
	if (way->leaf && !sim_arch_has(g.arch, release, SIM_FEAT_PMD_LEAF))
		return "no PMD leaves";
	if (way->leaf && point->nr % g.leaf)
		return "not in whole PMD leaves";
	if (way->reservations && point->backing != BENCH_IO)
		return "only I/O memory is reserved (--backing=io)";
	if (way->reservations && !sim_arch_has(g.arch, release, SIM_FEAT_PAT))
		return "memory types are not tracked";
	if (way->write_locked && point->threads > 1)
		return "mmap_lock is held for writing: one after the other";
	if (point->fresh && point->shared)
		return "tables that others use are not freed";
	return bench_no_room(point, g.span);
}

/* ---- memory ---- */

/* Takes pages until @nr lie in one piece from a multiple of @align on. */
static unsigned long take_ram(struct sim_machine *machine, unsigned long nr, unsigned long align)
{
	struct page *page = sim_alloc_pages(machine, 0);
	unsigned long first;

	while (page && page_to_pfn(page) % align)
		page = sim_alloc_pages(machine, 0);
	first = page ? page_to_pfn(page) : 0;
	for (unsigned long i = 1; i < nr && page; i++) {
		page = sim_alloc_pages(machine, 0);
		if (page && page_to_pfn(page) != first + i)
			bench_die("taking RAM in one piece");
	}
	if (!page)
		bench_die("sim_alloc_pages");
	return first;
}

/* Reservations side by side; the object lies in the middle of them. */
static unsigned long reserve_each(const struct insert_rig *rig, unsigned long nr)
{
	const struct sim_arch *arch = rig->g.arch;
	unsigned long start = arch->io_start_pfn, pages = rig->way->reservations * RESERVED_PAGES;

	for (unsigned long i = 0; i < rig->way->reservations; i++)
		if (arch_io_reserve_memtype_wc((start + i * RESERVED_PAGES) << arch->page_shift,
					       RESERVED_PAGES << arch->page_shift))
			bench_die("arch_io_reserve_memtype_wc");
	return start + (pages - nr) / 2 / RESERVED_PAGES * RESERVED_PAGES;
}

static unsigned long take_io(const struct insert_rig *rig, unsigned long nr)
{
	const struct sim_arch *arch = rig->g.arch;

	if (rig->way->reservations)
		return reserve_each(rig, nr);
	if (rig->point.caching == SIM_CACHE_WC &&
	    arch_io_reserve_memtype_wc(arch->io_start_pfn << arch->page_shift,
				       nr << arch->page_shift))
		bench_die("arch_io_reserve_memtype_wc");
	return arch->io_start_pfn;
}

static void list_pages(struct insert_rig *rig, unsigned long first, unsigned long nr)
{
	rig->pfn = bench_alloc(nr * sizeof(*rig->pfn));
	for (unsigned long i = 0; i < nr; i++)
		rig->pfn[i] = i % rig->g.pages;
	for (unsigned int i = 0; i < rig->g.objects && rig->point.shuffled; i++)
		bench_shuffle(rig->pfn + i * rig->g.pages, rig->g.pages);
	for (unsigned long i = 0; i < nr; i++)
		rig->pfn[i] += first + i / rig->g.pages * rig->g.pages;
	if (rig->point.backing == BENCH_IO)
		return;
	rig->page = bench_alloc(nr * sizeof(*rig->page));
	for (unsigned long i = 0; i < nr; i++)
		rig->page[i] = pfn_to_page(rig->pfn[i]);
}

static void take_memory(struct insert_rig *rig)
{
	unsigned long nr = rig->g.pages * rig->g.objects, first;

	if (rig->point.backing == BENCH_IO) {
		first = take_io(rig, nr);
	} else {
		first = take_ram(rig->m.machine, nr, rig->way->leaf ? rig->g.leaf : 1);
		if (sim_set_memtype_ram(rig->m.machine, first, nr, rig->point.caching))
			bench_die("sim_set_memtype_ram");
	}
	list_pages(rig, first, nr);
}

static void make_machine(struct insert_rig *rig)
{
	unsigned long pages = rig->g.pages * rig->g.objects;
	unsigned long vram = rig->way->reservations ? rig->way->reservations * RESERVED_PAGES
						    : pages;

	if (rig->point.backing == BENCH_IO)
		bench_machine_create(&rig->m, &rig->point, UNIT, vram, SIM_TTM_DEFAULT);
	else
		bench_machine_create(&rig->m, &rig->point, pages + UNIT, UNIT, SIM_TTM_DEFAULT);
}

/* ---- mapping ---- */

static pgprot_t caching_prot(enum sim_cache_mode caching, pgprot_t prot)
{
	if (caching == SIM_CACHE_WB)
		return prot;
	return caching == SIM_CACHE_WC ? pgprot_writecombine(prot) : pgprot_noncached(prot);
}

/* VM_DONTEXPAND, for that neighbours stay apart. */
static int map_file(struct file *file, struct vm_area_struct *vma)
{
	static const struct vm_operations_struct no_faults;
	const struct insert_rig *rig = file->private_data;

	vma->vm_flags |= rig->way->vm_flags | VM_DONTEXPAND;
	vma->vm_page_prot = caching_prot(rig->point.caching, vma->vm_page_prot);
	vma->vm_ops = &no_faults;
	return 0;
}

static void open_file(struct insert_rig *rig)
{
	static const struct file_operations fops = { .mmap = map_file };
	struct address_space *mapping = sim_mapping_create(rig->m.machine);

	if (!mapping)
		bench_die("sim_mapping_create");
	rig->file = sim_file_create(mapping, &fops, FMODE_READ | FMODE_WRITE, rig, "insert");
	sim_mapping_put(mapping);
	if (!rig->file)
		bench_die("sim_file_create");
}

/* Maps the object of @task as many times as it takes. */
static void map_object(const struct insert_rig *rig, struct task_struct *task)
{
	const struct geometry *g = &rig->g;

	for (unsigned long at = 0; at < g->span; at += g->pages) {
		unsigned long nr = min_of(g->pages, g->span - at);
		long ret = sim_mmap(task, g->base + at * rig->m.page_size, nr * rig->m.page_size,
				    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, rig->file, 0);

		if (ret < 0)
			bench_die("sim_mmap");
	}
}

/* The part that begins at PTE @at of an object. */
static struct insert_part make_part(const struct insert_rig *rig, struct mm_struct *mm,
				    unsigned int object, unsigned long at, unsigned long nr)
{
	unsigned long page = object * rig->g.pages + at % rig->g.pages;
	unsigned long addr = rig->g.base + at * rig->m.page_size;

	return (struct insert_part){
		.vma = find_vma(mm, addr),
		.addr = addr,
		.nr = nr,
		.page_size = rig->m.page_size,
		.leaf_pages = rig->g.leaf,
		.pfn = rig->pfn + page,
		.page = rig->page ? rig->page + page : NULL,
	};
}

static void deal_parts(struct insert_rig *rig, unsigned int n)
{
	const struct geometry *g = &rig->g;
	struct insert_thread *thread = &rig->thread[n];
	unsigned int lane = g->lanes > 1 ? n : 0, object = g->lanes > 1 ? 0 : n;

	thread->part = bench_alloc((g->nr / g->stripe + 1) * sizeof(*thread->part));
	for (unsigned long done = 0; done < g->nr; done += g->stripe) {
		unsigned long at = done * g->lanes + lane * g->stripe;

		thread->part[thread->nr_parts++] = make_part(rig, thread->task->mm, object, at,
							     min_of(g->stripe, g->nr - done));
	}
}

/* Thread 0 has the machine's own task. */
static void make_thread(struct insert_rig *rig, unsigned int n)
{
	struct insert_thread *thread = &rig->thread[n];

	thread->task = rig->m.task;
	if (n && rig->g.objects > 1)
		thread->task = sim_task_create(rig->m.machine, "insert");
	if (!thread->task)
		bench_die("sim_task_create");
	if (!n || rig->g.objects > 1)
		map_object(rig, thread->task);
	deal_parts(rig, n);
}

/* ---- running ---- */

void insert_enter(void *data, unsigned int n)
{
	struct insert_rig *rig = data;

	sim_task_switch(rig->thread[n].task);
}

void insert_run(void *data, unsigned int n)
{
	const struct insert_rig *rig = data;
	const struct insert_thread *thread = &rig->thread[n];

	for (unsigned long i = 0; i < thread->nr_parts; i++)
		rig->way->insert(&thread->part[i]);
}

/* As munmap() would: the task has nothing else. */
static void free_tables(const struct insert_rig *rig, struct mm_struct *mm)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, mm);
	sim_free_tables(&tlb, rig->g.base, rig->g.base + rig->g.span * rig->m.page_size, 0, 0);
	tlb_flush_mmu(&tlb);
}

void insert_zap(void *data, unsigned int n)
{
	static const struct sim_zap all = { .even_cows = true };
	const struct insert_rig *rig = data;
	const struct insert_thread *thread = &rig->thread[n];

	for (unsigned long i = 0; i < thread->nr_parts; i++) {
		const struct insert_part *part = &thread->part[i];

		sim_zap_range(part->vma, part->addr, part->addr + part->nr * part->page_size,
			      &all);
	}
	if (rig->point.fresh)
		free_tables(rig, thread->task->mm);
}

/* ---- checking, once ---- */

static void check_pte(const struct insert_rig *rig, const struct insert_part *part,
		      unsigned long i)
{
	bool marks = rig->way->special < SIM_NR_FEATURES &&
		     sim_machine_features(rig->m.machine) >> rig->way->special & 1;
	bool tracked = rig->way->tracked &&
		       sim_machine_features(rig->m.machine) >> SIM_FEAT_PAT & 1;
	struct sim_pte_info info;

	if (sim_pte_lookup(part->vma->vm_mm, part->addr + i * part->page_size, &info))
		bench_die("sim_pte_lookup");
	if (!info.present || info.level != (rig->way->leaf ? SIM_LEAF_PMD : SIM_LEAF_PTE) ||
	    info.pfn != part->pfn[i] || info.special != marks)
		bench_die("an inserted PTE");
	if (tracked && info.cache != sim_memtype_lookup(rig->m.machine, info.pfn))
		bench_die("an inserted PTE's memory type");
}

static void check_inserted(const struct insert_rig *rig, const struct insert_thread *thread)
{
	for (unsigned long i = 0; i < thread->nr_parts; i++)
		for (unsigned long j = 0; j < thread->part[i].nr; j++)
			check_pte(rig, &thread->part[i], j);
}

static void check_zapped(const struct insert_rig *rig)
{
	struct sim_pte_info info;

	for (unsigned int n = 0; n < rig->point.threads; n++) {
		struct mm_struct *mm = rig->thread[n].task->mm;

		for (unsigned long i = 0; i < rig->g.span; i++) {
			if (sim_pte_lookup(mm, rig->g.base + i * rig->m.page_size, &info))
				bench_die("sim_pte_lookup");
			if (!info.none)
				bench_die("a zapped PTE");
		}
	}
	if (sim_nr_outcomes(rig->m.machine, SIM_BAD_PAGE) ||
	    sim_nr_outcomes(rig->m.machine, SIM_WARN))
		bench_die("an insertion that warns");
}

/* Inserts and zaps for all threads, and looks whether it is right. */
static void try_once(struct insert_rig *rig, bool mapped)
{
	for (unsigned int n = 0; n < rig->point.threads; n++) {
		insert_run(rig, n);
		check_inserted(rig, &rig->thread[n]);
	}
	for (unsigned int n = 0; n < rig->point.threads; n++)
		insert_zap(rig, n);
	check_zapped(rig);
	for (unsigned int n = 0; n < rig->point.threads && mapped; n++)
		insert_run(rig, n);
}

/* ---- life ---- */

void *insert_rig_create(const struct insert_way *way, const struct point *point, bool mapped)
{
	struct insert_rig *rig = bench_alloc(sizeof(*rig) +
					     point->threads * sizeof(rig->thread[0]));

	rig->point = *point;
	/* Tables are for insertions to make; a zap finds them. */
	rig->point.fresh = point->fresh && !mapped;
	rig->way = way;
	rig->g = geometry_of(way, point);
	make_machine(rig);
	take_memory(rig);
	open_file(rig);
	for (unsigned int n = 0; n < point->threads; n++)
		make_thread(rig, n);
	if (way->write_locked)
		mmap_write_lock(rig->m.task->mm);
	try_once(rig, mapped);
	return rig;
}

void insert_rig_destroy(void *data)
{
	struct insert_rig *rig = data;

	if (rig->way->write_locked)
		mmap_write_unlock(rig->m.task->mm);
	sim_machine_destroy(rig->m.machine);
	for (unsigned int n = 0; n < rig->point.threads; n++)
		free(rig->thread[n].part);
	free(rig->page);
	free(rig->pfn);
	free(rig);
}

struct sim_machine *insert_rig_machine(void *data)
{
	const struct insert_rig *rig = data;

	return rig->m.machine;
}
