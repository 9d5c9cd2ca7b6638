/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pat.c - pat/...: what it costs to ask for the memory type of a page.
 *
 *	lookup		I/O memory, every second page of which is reserved as
 *			write-combining: from the tree of reservations
 *	lookup-ram	from the flags of the struct page, whatever is reserved
 *
 * Pages are asked for at random.
 */
#include <stdlib.h>

#include "bench.h"

/* Pages to go through, of an area at least as large. */
#define RING (1UL << 16)
#define LOOKUPS 256UL
#define MIN_AREA 1024UL

struct types {
	struct bench_machine m;
	unsigned long *pfn;
	unsigned long nr_pfns, at;
};

static unsigned long area_pages(const struct point *point)
{
	return 2 * point->nr > MIN_AREA ? 2 * point->nr : MIN_AREA;
}

static const char *unfit(const struct point *point)
{
	const struct sim_arch *arch = sim_arch_find(point->arch);

	if (!sim_arch_has(arch, sim_release_number(point->release), SIM_FEAT_PAT))
		return "that architecture does not track memory types";
	if (area_pages(point) > (4ULL << 30) >> arch->page_shift)
		return "that is more memory than a machine can have";
	return NULL;
}

static void reserve(const struct types *types, unsigned long first, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++)
		if (arch_io_reserve_memtype_wc((first + 2 * i) * types->m.page_size,
					       types->m.page_size))
			bench_die("reserving I/O memory");
}

static struct types *create(const struct point *point, unsigned long first_pfn)
{
	struct types *types = bench_alloc(sizeof(*types));
	unsigned long area = area_pages(point);

	bench_machine_create(&types->m, point, 0, area, SIM_TTM_DEFAULT);
	types->nr_pfns = area > RING ? area : RING;
	types->pfn = bench_alloc(types->nr_pfns * sizeof(*types->pfn));
	bench_shuffle(types->pfn, types->nr_pfns);
	for (unsigned long i = 0; i < types->nr_pfns; i++)
		types->pfn[i] = first_pfn + types->pfn[i] % area;
	return types;
}

static void *setup_io(const struct point *point)
{
	unsigned long first_pfn = sim_arch_find(point->arch)->io_start_pfn;
	struct types *types = create(point, first_pfn);

	reserve(types, first_pfn, point->nr);
	return types;
}

static void *setup_ram(const struct point *point)
{
	return create(point, sim_arch_find(point->arch)->ram_start_pfn);
}

static void teardown(void *rig)
{
	struct types *types = rig;

	sim_machine_destroy(types->m.machine);
	free(types->pfn);
	free(types);
}

static struct sim_machine *machine(void *rig)
{
	return ((struct types *)rig)->m.machine;
}

static unsigned long lookups(const struct point *point)
{
	(void)point;
	return LOOKUPS;
}

static void run(void *rig, unsigned int thread)
{
	struct types *types = rig;

	(void)thread;
	for (unsigned long i = 0; i < LOOKUPS; i++) {
		bench_use(sim_memtype_lookup(types->m.machine, types->pfn[types->at]));
		types->at = types->at + 1 < types->nr_pfns ? types->at + 1 : 0;
	}
}

static const unsigned long reservations[] = { 0, 10, 1000, 100000, 0 };

#define PAT_FAMILY(title, text, along, nrs, make) { \
	.name = "pat/" title, .what = text, .unit = "pfn", \
	.axes = AXIS(RELEASE) | AXIS(CPUS) | (along), .sizes = nrs, .unfit = unfit, \
	.setup = make, .run = run, .ops = lookups, .teardown = teardown, .machine = machine, \
}

const struct family pat_families[] = {
	PAT_FAMILY("lookup", "the type of I/O memory with nr reservations", AXIS(NR), reservations,
		   setup_io),
	PAT_FAMILY("lookup-ram", "the type of RAM", 0, NULL, setup_ram),
	{ 0 },
};
