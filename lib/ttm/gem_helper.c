/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * gem_helper.c - GEM objects that are TTM's.
 * Models: drivers/gpu/drm/drm_gem_ttm_helper.c, 6.1 and 6.12.
 */
#include <ttmsim/ttm_gem.h>

#include "ttm/internal.h"

int drm_gem_ttm_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma)
{
	int ret = ttm_bo_mmap_obj(vma, drm_gem_ttm_of_gem(gem));

	if (ret < 0)
		return ret;
	drm_gem_object_put(gem);
	return 0;
}
