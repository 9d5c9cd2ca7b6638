/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * leaks.c - has a machine got back all that it gave?
 */
#include <stdarg.h>
#include <stdio.h>

#include "phys/phys.h"
#include "sim/machine.h"

struct leaks {
	struct sim_machine *machine;
	void (*tell)(const char *what, void *data);
	void *data;
	unsigned int nr;
};

__attribute__((format(printf, 2, 3)))
static void found(struct leaks *leaks, const char *format, ...)
{
	char text[160];
	va_list args;

	leaks->nr++;
	if (!leaks->tell)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	leaks->tell(text, leaks->data);
}

/* Bytes of pages stay with the machine, and so do its threads' counters. */
static bool may_stay(enum sim_object kind)
{
	return kind == SIM_OBJ_PAGE_BYTES || kind == SIM_OBJ_CPU;
}

/* The same goes for the directory of bytes of I/O memory. */
static unsigned long nr_io_leaves(const struct sim_phys *phys)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i << SIM_IO_LEAF_LG2 < phys->io_nr; i++)
		nr += phys->io[i] != NULL;
	return nr;
}

static void compare_objects(struct leaks *leaks)
{
	const struct sim_sim *sim = leaks->machine->sim;

	for (int i = 0; i < SIM_NR_OBJECTS; i++) {
		enum sim_object kind = (enum sim_object)i;
		unsigned long live = sim_live_objects(leaks->machine, kind);

		if (kind == SIM_OBJ_MISC)
			live -= nr_io_leaves(leaks->machine->phys);
		if (!may_stay(kind) && live != sim->base_objects[kind])
			found(leaks, "%s: %ld too many", sim_object_name(kind),
			      (long)(live - sim->base_objects[kind]));
	}
}

static void compare_free_pages(struct leaks *leaks)
{
	const struct sim_phys *phys = leaks->machine->phys;
	unsigned long nr_free = sim_phys_free_pages(leaks->machine);
	unsigned long nr_held = 0;

	if (nr_free != leaks->machine->sim->base_free_pages)
		found(leaks, "RAM: %ld pages are not back",
		      (long)(leaks->machine->sim->base_free_pages - nr_free));
	for (unsigned long nr = 0; nr < phys->fresh; nr++) {
		const struct page *page = &phys->ram.map[nr];

		if (sim_page_test(page, PG_sim_free) &&
		    (page_count(page) || page_mapcount(page)))
			nr_held++;
	}
	if (nr_held)
		found(leaks, "%lu free pages have references or mappings", nr_held);
}

unsigned int sim_machine_leaks(struct sim_machine *machine,
			       void (*tell)(const char *what, void *data), void *data)
{
	struct leaks leaks = { .machine = machine, .tell = tell, .data = data };
	struct sim_ttm_device *ttm;

	if (!machine || sim_enter(machine))
		return 0;
	ttm = machine->sim->ttm;
	if (ttm)
		sim_ttm_pool_shrink(&sim_ttm_bdev(ttm)->pool, ~0UL);
	compare_objects(&leaks);
	compare_free_pages(&leaks);
	return leaks.nr;
}
