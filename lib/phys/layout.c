/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * layout.c - where RAM and I/O memory lie.
 */
#include "phys/layout.h"

#include <errno.h>

#include "base/arena.h"
#include "phys/phys.h"

#define MAX_RAM_PAGES ((SIM_ARENA_BYTES - SIM_ARENA_MEM_MAP) / sizeof(struct page))
#define MAX_IO_PAGES (1UL << 36)
#define MAX_PFN (1UL << 52)

static size_t io_dir_bytes(const struct sim_phys *phys)
{
	unsigned long per_leaf = 1UL << SIM_IO_LEAF_LG2;

	return (phys->io_nr + per_leaf - 1) / per_leaf * sizeof(*phys->io);
}

static bool layout_is_valid(const struct sim_phys *phys)
{
	const struct sim_ram *ram = &phys->ram;
	unsigned long io_end = phys->io_start + phys->io_nr;

	if (ram->nr == 0 || ram->nr > MAX_RAM_PAGES || phys->io_nr > MAX_IO_PAGES)
		return false;
	if (ram->start > MAX_PFN || phys->io_start > MAX_PFN)
		return false;
	if (phys->page_shift < 12 || phys->page_shift > 16)
		return false;
	return phys->io_nr == 0 || io_end <= ram->start || phys->io_start >= ram->start + ram->nr;
}

/* The first RAM page, for good: one reference, reserved, never counted. */
static void reserve_zero_page(struct sim_machine *machine, struct sim_phys *phys)
{
	struct page *page = phys->ram.map;

	sim_arena_use_pages(machine, 1, sizeof(*page));
	page->flags = 1UL << PG_reserved | 1UL << PG_sim_zero | 1UL << PG_uptodate;
	page->_refcount.counter = 1;
	phys->zero_pfn = phys->ram.start;
	phys->fresh = 1;
	phys->nr_free = phys->ram.nr - 1;
}

static size_t types_bytes(const struct sim_phys *phys)
{
	unsigned long blocks = ((phys->ram.nr - 1) >> SIM_TYPE_BLOCK_LG2) + 1;

	return blocks * sizeof(struct sim_type_block);
}

static void free_phys(struct sim_phys *phys)
{
	sim_free(phys->io, io_dir_bytes(phys), SIM_OBJ_MISC);
	sim_free(phys->types, types_bytes(phys), SIM_OBJ_MISC);
	sim_free(phys, sizeof(*phys), SIM_OBJ_MISC);
}

int sim_phys_create(struct sim_machine *machine, unsigned int page_shift,
		    unsigned long ram_start_pfn, unsigned long ram_pages,
		    unsigned long io_start_pfn, unsigned long io_pages)
{
	const struct sim_phys layout = {
		.ram = { ram_start_pfn, ram_pages,
			 (struct page *)((uintptr_t)machine + SIM_ARENA_MEM_MAP) },
		.io_start = io_start_pfn,
		.io_nr = io_pages,
		.page_shift = page_shift,
	};
	struct sim_phys *phys;

	if (!layout_is_valid(&layout))
		return -EINVAL;
	phys = sim_alloc(machine, sizeof(*phys), SIM_OBJ_MISC);
	if (!phys)
		return -ENOMEM;
	*phys = layout;
	phys->types = sim_alloc(machine, types_bytes(phys), SIM_OBJ_MISC);
	if (io_pages)
		phys->io = sim_alloc(machine, io_dir_bytes(phys), SIM_OBJ_MISC);
	if (!phys->types || (io_pages && !phys->io)) {
		free_phys(phys);
		return -ENOMEM;
	}
	reserve_zero_page(machine, phys);
	machine->phys = phys;
	return 0;
}

void sim_phys_destroy(struct sim_machine *machine)
{
	struct sim_phys *phys = machine->phys;

	if (!phys)
		return;
	sim_phys_destroy_bytes(machine);
	free_phys(phys);
	machine->phys = NULL;
}
