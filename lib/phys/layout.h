/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * layout.h - physical memory made and taken apart.
 */
#ifndef SIM_PHYS_LAYOUT_H
#define SIM_PHYS_LAYOUT_H

#include <ttmsim/base.h>

/*
 * Lay out physical memory. RAM's first page becomes the zero page.
 * @page_shift: bytes of a page, log2
 * Returns 0; -EINVAL where a range is empty (RAM), wraps, overlaps the other
 * or is too large for an arena; -ENOMEM.
 */
int sim_phys_create(struct sim_machine *machine, unsigned int page_shift,
		    unsigned long ram_start_pfn, unsigned long ram_pages,
		    unsigned long io_start_pfn, unsigned long io_pages);
/* Gives back every byte page and the directory; pages still in use as well. */
void sim_phys_destroy(struct sim_machine *machine);

#endif
