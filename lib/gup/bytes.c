/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bytes.c - moving bytes between a buffer and pages that GUP got.
 */
#include "gup/internal.h"

static int transfer_page(struct sim_machine *machine, struct page *page, size_t offset, size_t len,
			 const struct transfer *t)
{
	if (SIM_BUG_ON(machine, SIM_GUP_FILE, !page /* counted, not written down */))
		return -EIO;
	if (t->from)
		return sim_phys_write(machine, sim_page_to_pfn(page), offset, t->from, len);
	return sim_phys_read(machine, sim_page_to_pfn(page), offset, t->to, len);
}

int transfer_pages(struct mm_struct *mm, unsigned long addr, struct page **pages, size_t len,
		   struct transfer *t)
{
	while (len) {
		size_t bytes = in_page(mm, addr, len);
		int ret = transfer_page(mm->sim_machine, *pages++,
					addr & (mmu_page_size(mm->sim_mmu) - 1), bytes, t);

		if (ret)
			return ret;
		addr += bytes;
		len -= bytes;
		transfer_advance(t, bytes);
	}
	return 0;
}
