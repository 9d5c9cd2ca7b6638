/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * types.c - the memory types of RAM pages, and of whole blocks of them.
 *
 * A type is two bits of a page's flags: WC, UC-, or none for WB. Each change of them
 * goes through here, so that a block knows how many of its pages have which. A
 * driver's pages are allocated in blocks and set to one type, so most blocks agree
 * and a bulk insert need not touch their struct pages.
 */
#include "phys/phys.h"

static struct sim_type_block *block_of(const struct sim_phys *phys, unsigned long nr)
{
	return &phys->types[nr >> SIM_TYPE_BLOCK_LG2];
}

/* The counter that a page with these bits is in; NULL: WB is in none. */
static uint16_t *counter_of(struct sim_type_block *block, unsigned long bits)
{
	if (bits & 1UL << PG_uncached)
		return &block->uc;
	return bits & 1UL << PG_arch_1 ? &block->wc : NULL;
}

void sim_page_set_type_bits(struct page *page, unsigned long bits)
{
	const struct sim_phys *phys = sim_machine_of(page)->phys;
	struct sim_type_block *block = block_of(phys, (unsigned long)(page - phys->ram.map));
	unsigned long old = __atomic_load_n(&page->flags, __ATOMIC_RELAXED);
	uint16_t *from, *to;

	while (!__atomic_compare_exchange_n(&page->flags, &old, (old & ~SIM_TYPE_BITS) | bits,
					    true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	from = counter_of(block, old & SIM_TYPE_BITS);
	to = counter_of(block, bits);
	if (from == to)
		return;
	if (to)
		__atomic_fetch_add(to, 1, __ATOMIC_RELAXED);
	if (from)
		__atomic_fetch_sub(from, 1, __ATOMIC_RELAXED);
}

bool sim_block_has_one_type(const struct sim_phys *phys, unsigned long nr, unsigned long *bits)
{
	const struct sim_type_block *block = block_of(phys, nr);
	unsigned long first = nr >> SIM_TYPE_BLOCK_LG2 << SIM_TYPE_BLOCK_LG2;
	unsigned long left = phys->ram.nr - first, size = 1UL << SIM_TYPE_BLOCK_LG2;
	unsigned int wc = __atomic_load_n(&block->wc, __ATOMIC_RELAXED);
	unsigned int uc = __atomic_load_n(&block->uc, __ATOMIC_RELAXED);

	size = left < size ? left : size;
	*bits = uc ? 1UL << PG_uncached : wc ? 1UL << PG_arch_1 : 0;
	return (!uc && (!wc || wc == size)) || (!wc && uc == size);
}
