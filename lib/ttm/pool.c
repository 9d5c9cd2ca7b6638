/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * pool.c - the pages of ttm_tts: the largest blocks that fit, and a store of
 * blocks whose memory type was expensive to change.
 *
 * alloc_pages() is asked without __GFP_COMP: a block's head has one reference,
 * its tails none. page->private holds the block's order, in the head only, and
 * that is how the array is cut into blocks again when it is freed:
 *
 *	pages[]   | head ord 2 | tail | tail | tail | head ord 0 | ...
 *	refcount	1	  0	 0	0	   1
 *
 * Only x86 keeps blocks, WC and UC ones: elsewhere the memory type is a matter
 * of the mapping alone.
 *
 * Models: drivers/gpu/drm/ttm/ttm_pool.c, 6.1.
 */
#include "ttm/internal.h"

/* ---- the lists ---- */

static struct ttm_pool_type *ttm_pool_select_type(struct ttm_pool *pool,
						  enum ttm_caching caching, unsigned int order)
{
	if (caching == ttm_cached || !pool->sim_machine->mmu->has_pat)
		return NULL;
	return &pool->caching[caching].orders[order];
}

static void pool_count(struct ttm_pool *pool, long pages)
{
	__atomic_fetch_add(&pool->sim_allocated.counter, pages, __ATOMIC_RELAXED);
}

static void ttm_pool_type_give(struct ttm_pool *pool, struct ttm_pool_type *pt, struct page *p)
{
	unsigned long pfn = sim_page_to_pfn(p);

	sim_assert(p->private_data == pt->order && !p->sim_next);
	for (unsigned long i = 0; i < 1UL << pt->order; i++)
		(void)sim_phys_clear(pool->sim_machine, pfn + i);
	sim_spin_lock(pool->sim_machine, &pt->lock, SIM_RANK_POOL);
	p->sim_next = pt->sim_pages;
	pt->sim_pages = p;
	sim_spin_unlock(&pt->lock, SIM_RANK_POOL);
	pool_count(pool, 1L << pt->order);
}

static struct page *ttm_pool_type_take(struct ttm_pool *pool, struct ttm_pool_type *pt)
{
	struct page *p;

	sim_spin_lock(pool->sim_machine, &pt->lock, SIM_RANK_POOL);
	p = pt->sim_pages;
	if (p) {
		pt->sim_pages = p->sim_next;
		p->sim_next = NULL;
	}
	sim_spin_unlock(&pt->lock, SIM_RANK_POOL);
	sim_assert(!p || p->private_data == pt->order);
	if (p)
		pool_count(pool, -(1L << pt->order));
	return p;
}

/* ---- pages from and to the page allocator ---- */

static struct page *ttm_pool_alloc_page(struct ttm_pool *pool, unsigned int order)
{
	struct page *p = sim_alloc_pages(pool->sim_machine, order);

	/* Reclaim: the shrinker gives up what the pool keeps. */
	if (!p && order == 0 && sim_ttm_pool_shrink(pool, 1))
		p = sim_alloc_pages(pool->sim_machine, order);
	if (p)
		p->private_data = order;
	return p;
}

static void ttm_pool_free_page(struct ttm_pool *pool, enum ttm_caching caching,
			       unsigned int order, struct page *p)
{
	if (caching != ttm_cached)
		(void)sim_set_memtype_ram(pool->sim_machine, sim_page_to_pfn(p), 1UL << order,
					  SIM_CACHE_WB);
	p->private_data = 0;
	sim_free_pages(p, order);
}

/* Give tt->pages [first, last), fresh from the allocator, their memory type. */
static int ttm_pool_apply_caching(struct ttm_pool *pool, struct ttm_tt *tt, unsigned long first,
				  unsigned long last)
{
	enum sim_cache_mode mode = tt->caching == ttm_write_combined ? SIM_CACHE_WC
								     : SIM_CACHE_UC_MINUS;
	unsigned long nr;
	int ret = 0;

	if (tt->caching == ttm_cached || !pool->sim_machine->mmu->has_pat)
		return 0;
	for (; first < last && !ret; first += nr) {
		struct page *p = tt->pages[first];

		nr = 1UL << p->private_data;
		ret = sim_set_memtype_ram(pool->sim_machine, sim_page_to_pfn(p), nr, mode);
	}
	return ret;
}

/* ---- filling a ttm_tt ---- */

/* How far an array has been filled; pages [0, typed) have their memory type. */
struct pool_fill {
	struct ttm_pool *pool;
	struct ttm_tt *tt;
	unsigned long filled, typed;
};

static unsigned long fill_left(const struct pool_fill *fill)
{
	return fill->tt->num_pages - fill->filled;
}

static void fill_add(struct pool_fill *fill, struct page *p, unsigned int order)
{
	sim_assert(fill_left(fill) >= 1UL << order && p->private_data == order);
	for (unsigned long i = 0; i < 1UL << order; i++)
		fill->tt->pages[fill->filled++] = p + i;
}

/* Blocks that the pool keeps: they have their memory type, so what came before
 * them gets it now and the typed part stays one run. */
static int fill_from_pool(struct pool_fill *fill, unsigned int order)
{
	struct ttm_pool_type *pt = ttm_pool_select_type(fill->pool, fill->tt->caching, order);
	struct page *p;

	while (pt && fill_left(fill) >= 1UL << order &&
	       (p = ttm_pool_type_take(fill->pool, pt))) {
		int ret = ttm_pool_apply_caching(fill->pool, fill->tt, fill->typed,
						 fill->filled);

		if (ret) {
			ttm_pool_type_give(fill->pool, pt, p);
			return ret;
		}
		fill_add(fill, p, order);
		fill->typed = fill->filled;
	}
	return 0;
}

/* Blocks of the page allocator; false where it had none of this order. */
static bool fill_from_allocator(struct pool_fill *fill, unsigned int order)
{
	while (fill_left(fill) >= 1UL << order) {
		struct page *p = ttm_pool_alloc_page(fill->pool, order);

		if (!p)
			return false;
		fill_add(fill, p, order);
	}
	return true;
}

static unsigned int order_for(unsigned long pages, unsigned int max)
{
	unsigned int order = 63 - (unsigned int)__builtin_clzl(pages);

	return order < max ? order : max;
}

static int fill_all(struct pool_fill *fill)
{
	unsigned int order = fill->pool->sim_nr_orders - 1;

	while (fill_left(fill)) {
		int ret;

		order = order_for(fill_left(fill), order);
		ret = fill_from_pool(fill, order);
		if (ret)
			return ret;
		if (fill_from_allocator(fill, order))
			continue;
		if (!order)
			return -ENOMEM;
		order--;
	}
	sim_assert(fill->typed <= fill->filled);
	return ttm_pool_apply_caching(fill->pool, fill->tt, fill->typed, fill->filled);
}

static void ttm_pool_free_range(struct ttm_pool *pool, struct ttm_tt *tt,
				enum ttm_caching caching, unsigned long start, unsigned long end)
{
	while (start < end) {
		struct page *p = tt->pages[start];
		unsigned int order = (unsigned int)p->private_data;
		struct ttm_pool_type *pt = ttm_pool_select_type(pool, caching, order);

		if (pt)
			ttm_pool_type_give(pool, pt, p);
		else
			ttm_pool_free_page(pool, caching, order, p);
		for (unsigned long end_block = start + (1UL << order); start < end_block; start++)
			tt->pages[start] = NULL;
	}
}

int ttm_pool_alloc(struct ttm_pool *pool, struct ttm_tt *tt, struct ttm_operation_ctx *ctx)
{
	struct pool_fill fill = { .pool = pool, .tt = tt };
	int ret = fill_all(&fill);

	(void)ctx;
	if (ret) {
		ttm_pool_free_range(pool, tt, tt->caching, 0, fill.typed);
		ttm_pool_free_range(pool, tt, ttm_cached, fill.typed, fill.filled);
	}
	return ret;
}

void ttm_pool_free(struct ttm_pool *pool, struct ttm_tt *tt)
{
	unsigned long kept;

	ttm_pool_free_range(pool, tt, tt->caching, 0, tt->num_pages);
	kept = sim_ttm_pool_pages(pool);
	if (kept > pool->sim_limit)
		sim_ttm_pool_shrink(pool, kept - pool->sim_limit);
}

/* ---- the shrinker ---- */

/* Free one block of the next list in turn. Returns its pages, or 0. */
static unsigned long ttm_pool_shrink(struct ttm_pool *pool)
{
	unsigned int nr = __atomic_fetch_add(&pool->sim_shrink_next, 1, __ATOMIC_RELAXED);
	struct ttm_pool_type *pt = &pool->caching[nr / MAX_ORDER % TTM_NUM_CACHING_TYPES]
					   .orders[nr % MAX_ORDER];
	struct page *p = ttm_pool_type_take(pool, pt);

	if (!p)
		return 0;
	ttm_pool_free_page(pool, pt->caching, pt->order, p);
	return 1UL << pt->order;
}

unsigned long sim_ttm_pool_pages(const struct ttm_pool *pool)
{
	if (!pool)
		return 0;
	return (unsigned long)__atomic_load_n(&pool->sim_allocated.counter, __ATOMIC_RELAXED);
}

unsigned long sim_ttm_pool_shrink(struct ttm_pool *pool, unsigned long nr_pages)
{
	unsigned long freed = 0;

	while (freed < nr_pages && sim_ttm_pool_pages(pool))
		freed += ttm_pool_shrink(pool);
	return freed;
}

void ttm_pool_init(struct ttm_pool *pool, struct sim_machine *machine)
{
	pool->sim_machine = machine;
	pool->sim_nr_orders = MAX_ORDER;
	pool->sim_limit = machine->phys->ram.nr / 2;
	for (unsigned int i = 0; i < TTM_NUM_CACHING_TYPES; i++) {
		for (unsigned int j = 0; j < MAX_ORDER; j++) {
			struct ttm_pool_type *pt = &pool->caching[i].orders[j];

			pt->order = j;
			pt->caching = (enum ttm_caching)i;
		}
	}
}

void ttm_pool_fini(struct ttm_pool *pool)
{
	sim_ttm_pool_shrink(pool, sim_ttm_pool_pages(pool));
}
