/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * simdrv.h - the ready-made driver from the inside.
 */
#ifndef SIM_TTM_SIMDRV_H
#define SIM_TTM_SIMDRV_H

#include "ttm/internal.h"

struct sim_ttm_driver {
	struct ttm_device bdev;
	struct drm_device ddev;
	struct drm_vma_offset_manager offsets;
	struct address_space *mapping;	/* of all its files */
	unsigned long vram_pfn;
	unsigned long vram_pages;
	bool wc_reserved;		/* VRAM, with the architecture */
};

struct sim_bo {
	struct ttm_buffer_object base;
	enum ttm_caching caching;	/* wherever it lies */
};

/* Copy bytes from or to a reserved object (simbo.c): 0, -EINVAL, -ENOMEM, -EIO. */
int sim_bo_copy_reserved(struct ttm_buffer_object *bo, uint64_t offset, void *buf, size_t len,
			 bool write);

#endif
