/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * refs.c - references as drivers take them, and counts that go wrong.
 */
#include "phys/refs.h"

#include "base/outcome.h"

void get_page(struct page *page)
{
	sim_get_page(page, 1);
}

void put_page(struct page *page)
{
	sim_put_page(page, 1);
}

static void bad_page(const struct page *page, const char *file, const char *function,
		     const char *condition)
{
	sim_outcome_record(sim_machine_of(page), SIM_BAD_PAGE, file, function, condition);
}

void sim_page_get_dead(struct page *page)
{
	sim_phys_touch(page);
	bad_page(page, "include/linux/mm.h", "get_page", "page_ref_count(page) <= 0");
}

void sim_page_put_dead(struct page *page)
{
	bad_page(page, "include/linux/mm.h", "put_page", "page_ref_count(page) <= 0");
}

void sim_page_unmap_dead(struct page *page)
{
	bad_page(page, "mm/rmap.c", "page_remove_rmap", "page_mapcount(page) < 0");
}
