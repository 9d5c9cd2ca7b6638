/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * phys.c - pfns and struct pages, as drivers ask for them.
 */
#include "base/arena.h"
#include "phys/phys.h"

int pfn_valid(unsigned long pfn)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine && sim_pfn_valid(machine, pfn);
}

struct page *pfn_to_page(unsigned long pfn)
{
	const struct sim_machine *machine = sim_current_machine();

	return machine ? sim_pfn_to_page(machine, pfn) : NULL;
}

unsigned long page_to_pfn(const struct page *page)
{
	return sim_page_to_pfn(page);
}

int page_count(const struct page *page)
{
	return sim_page_refs(page);
}

int page_mapcount(const struct page *page)
{
	return __atomic_load_n(&page->_mapcount.counter, __ATOMIC_RELAXED);
}

bool page_maybe_dma_pinned(const struct page *page)
{
	return sim_page_refs(page) >= GUP_PIN_COUNTING_BIAS;
}

unsigned long sim_zero_pfn(const struct sim_machine *machine)
{
	return machine ? machine->phys->zero_pfn : 0;
}

bool sim_phys_is_iomem(const struct sim_machine *machine, unsigned long pfn)
{
	const struct sim_phys *phys;

	if (!machine)
		return false;
	phys = machine->phys;
	return pfn - phys->io_start < phys->io_nr;
}

unsigned long sim_phys_free_pages(const struct sim_machine *machine)
{
	return machine ? __atomic_load_n(&machine->phys->nr_free, __ATOMIC_RELAXED) : 0;
}

void sim_phys_touch(const struct page *page)
{
	const struct sim_ram *ram = sim_ram_of_page(page);

	sim_arena_use_pages(sim_machine_of(page), (unsigned long)(page - ram->map) + 1,
			    sizeof(*page));
}
