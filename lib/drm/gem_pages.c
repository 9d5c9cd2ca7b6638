/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem_pages.c - the pages of GEM objects that are backed by a file.
 * Models: drivers/gpu/drm/drm_gem.c, drm_gem_get_pages and drm_gem_put_pages, 6.1; no
 * page is ever evicted, so none is marked unevictable.
 */
#include "drm/internal.h"
#include "vma/internal.h"

static unsigned long nr_pages(const struct drm_gem_object *obj)
{
	return obj->size >> sim_page_shift(obj->dev->sim_machine);
}

static struct page **error(int err)
{
	return (struct page **)(intptr_t)err;
}

struct page **drm_gem_get_pages(struct drm_gem_object *obj)
{
	unsigned long nr = nr_pages(obj);
	struct page **pages;

	if (SIM_WARN_ON(obj->dev->sim_machine, "drivers/gpu/drm/drm_gem.c", !obj->filp))
		return error(-EINVAL);
	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return error(-ENOMEM);
	for (unsigned long i = 0; i < nr; i++) {
		pages[i] = sim_page_cache_get(obj->filp->f_mapping, i);
		if (pages[i])
			continue;
		while (i--)
			put_page(pages[i]);
		kvfree(pages);
		return error(-ENOMEM);
	}
	return pages;
}

void drm_gem_put_pages(struct drm_gem_object *obj, struct page **pages, bool dirty, bool accessed)
{
	(void)accessed;
	for (unsigned long i = 0; i < nr_pages(obj); i++) {
		if (!pages[i])
			continue;
		if (dirty)
			sim_page_set(pages[i], PG_dirty);
		put_page(pages[i]);
	}
	kvfree(pages);
}
