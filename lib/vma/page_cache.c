/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * page_cache.c - the pages of a memory-backed file, by file page.
 *
 * A hash table with chains through the pages themselves (page->sim_next, which
 * only pages outside any cache use otherwise), made at the first page and as
 * large as the file calls for. The cache holds one reference to each page.
 */
#include "vma/internal.h"

#define MIN_BUCKETS_LG2 3
#define MAX_BUCKETS_LG2 10

struct page_cache {
	unsigned int buckets_lg2;
	struct page *bucket[];
};

static size_t cache_bytes(unsigned int buckets_lg2)
{
	return sizeof(struct page_cache) + (sizeof(struct page *) << buckets_lg2);
}

static struct page_cache *cache_create(const struct address_space *mapping)
{
	unsigned int lg2 = MIN_BUCKETS_LG2;
	struct page_cache *cache;

	while (lg2 < MAX_BUCKETS_LG2 && 1UL << lg2 < mapping->sim_nr_pages)
		lg2++;
	cache = sim_alloc(mapping->sim_machine, cache_bytes(lg2), SIM_OBJ_HASH);
	if (cache)
		cache->buckets_lg2 = lg2;
	return cache;
}

/* Neighbours in the file go to neighbouring buckets. */
static struct page **bucket_of(struct page_cache *cache, pgoff_t pgoff)
{
	return &cache->bucket[pgoff & ((1UL << cache->buckets_lg2) - 1)];
}

static struct page *cache_add(struct address_space *mapping, struct page **bucket, pgoff_t pgoff)
{
	struct page *page = sim_alloc_pages(mapping->sim_machine, 0);

	if (!page)
		return NULL;
	page->mapping = mapping;
	page->index = pgoff;
	sim_page_set(page, PG_uptodate);
	if (mapping->sim_swapbacked)
		sim_page_set(page, PG_swapbacked);
	page->sim_next = *bucket;
	*bucket = page;
	return page;
}

static struct page *cache_find(struct page_cache *cache, pgoff_t pgoff)
{
	struct page *page = *bucket_of(cache, pgoff);

	while (page && page->index != pgoff)
		page = page->sim_next;
	return page;
}

/* Holds: mapping->sim_pages_lock. */
static struct page *cache_get_locked(struct address_space *mapping, pgoff_t pgoff)
{
	struct page_cache *cache = mapping->sim_pages;
	struct page *page;

	if (!cache)
		cache = mapping->sim_pages = cache_create(mapping);
	if (!cache)
		return NULL;
	page = cache_find(cache, pgoff);
	return page ? page : cache_add(mapping, bucket_of(cache, pgoff), pgoff);
}

struct page *sim_page_cache_get(struct address_space *mapping, pgoff_t pgoff)
{
	struct page *page;

	if (sim_mutex_lock(mapping->sim_machine, &mapping->sim_pages_lock, SIM_RANK_PAGES,
			   __func__))
		return NULL;
	page = cache_get_locked(mapping, pgoff);
	if (page)
		get_page(page);
	sim_mutex_unlock(&mapping->sim_pages_lock, SIM_RANK_PAGES);
	return page;
}

bool sim_page_cache_has(struct address_space *mapping, pgoff_t pgoff)
{
	bool has;

	if (sim_mutex_lock(mapping->sim_machine, &mapping->sim_pages_lock, SIM_RANK_PAGES,
			   __func__))
		return false;
	has = mapping->sim_pages && cache_find(mapping->sim_pages, pgoff);
	sim_mutex_unlock(&mapping->sim_pages_lock, SIM_RANK_PAGES);
	return has;
}

/* Out of its chain, and no page of the file any more. */
static void drop_page(struct page **at)
{
	struct page *page = *at;

	*at = page->sim_next;
	page->sim_next = NULL;
	/* A pinned page outlives the file. */
	__atomic_store_n(&page->mapping, NULL, __ATOMIC_RELEASE);
	put_page(page);
}

void sim_page_cache_remove(struct address_space *mapping, pgoff_t first, unsigned long nr)
{
	struct page_cache *cache;

	if (sim_mutex_lock(mapping->sim_machine, &mapping->sim_pages_lock, SIM_RANK_PAGES,
			   __func__))
		return;
	cache = mapping->sim_pages;
	for (unsigned long i = 0; cache && i < 1UL << cache->buckets_lg2; i++) {
		struct page **at = &cache->bucket[i];

		while (*at) {
			if ((*at)->index - first < nr)
				drop_page(at);
			else
				at = &(*at)->sim_next;
		}
	}
	sim_mutex_unlock(&mapping->sim_pages_lock, SIM_RANK_PAGES);
}

void sim_page_cache_free(struct address_space *mapping)
{
	struct page_cache *cache = mapping->sim_pages;

	if (!cache)
		return;
	for (unsigned long i = 0; i < 1UL << cache->buckets_lg2; i++) {
		while (cache->bucket[i])
			drop_page(&cache->bucket[i]);
	}
	sim_free(cache, cache_bytes(cache->buckets_lg2), SIM_OBJ_HASH);
	mapping->sim_pages = NULL;
}
