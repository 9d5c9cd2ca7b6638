// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * page.c - what the kernel knows of a physical page.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "arch.h"

/*
 * _mapcount of a single page, -1 where it is not mapped. Other small values
 * say that the field has another use.
 */
static s32 mapcount_of(struct page *page)
{
	s32 count = atomic_read(&page->_mapcount) + 1;

	return count < 0 ? 0 : count;
}

#define SHIELD 512		/* below what counts as a pin */
#define SHIELD_MARK 0x74746d6fUL

static bool is_shielded(struct page *page)
{
	return page_private(page) == SHIELD_MARK;
}

void oracle_shield(struct page *page)
{
	if (is_shielded(page))
		return;
	set_page_private(page, SHIELD_MARK);
	page_ref_add(page, SHIELD);
}

void oracle_unshield(struct page *page)
{
	int left = page_ref_count(page) - SHIELD;

	set_page_private(page, 0);
	atomic_set(&page->_mapcount, -1);
	set_page_count(page, max(left, 1));
}

static void describe_page(struct page *page, struct oracle_page *out)
{
	struct folio *folio = page_folio(page);
	struct address_space *mapping = folio_mapping(folio);

	out->valid = 1;
	out->refcount = folio_ref_count(folio) - (is_shielded(page) ? SHIELD : 0);
	out->mapcount = mapcount_of(page);
	out->anon = !!folio_test_anon(folio);
	out->dirty = !!PageDirty(page);
	if (mapping && mapping->host && !out->anon) {
		out->ino = mapping->host->i_ino;
		out->index = folio->index + folio_page_idx(folio, page);
	}
}

void oracle_look_page(struct oracle_page *out)
{
	u64 pfn = out->pfn;

	memset(out, 0, sizeof(*out));
	out->pfn = pfn;
	/* Pages on their way to an LRU list have a reference for it. */
	if (oracle_symbols.lru_add_drain)
		oracle_symbols.lru_add_drain();
	if (pfn_valid(pfn))
		describe_page(pfn_to_page(pfn), out);
	out->memtype = arch_memtype(pfn);
}
