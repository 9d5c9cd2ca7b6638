/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttm_gem.h - GEM objects that are TTM's, under their kernel names.
 */
#ifndef TTMSIM_TTM_GEM_H
#define TTMSIM_TTM_GEM_H

#include <ttmsim/ttm.h>

SIM_BEGIN_DECLS

#define drm_gem_ttm_of_gem(gem_obj) container_of(gem_obj, struct ttm_buffer_object, base)

/**
 * drm_gem_ttm_mmap - ->mmap of the funcs of such objects
 *
 * TTM counts its own references: GEM's, which drm_gem_mmap_obj() took, is dropped.
 *
 * Returns: as ttm_bo_mmap_obj().
 * Models: drivers/gpu/drm/drm_gem_ttm_helper.c, drm_gem_ttm_mmap, 6.1 and 6.12.
 */
SIM_API int drm_gem_ttm_mmap(struct drm_gem_object *gem, struct vm_area_struct *vma);

SIM_END_DECLS

#endif
