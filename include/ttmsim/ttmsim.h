/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * ttmsim.h - all of the library, the lowest floor first.
 */
#ifndef TTMSIM_TTMSIM_H
#define TTMSIM_TTMSIM_H

#include <ttmsim/base.h>
#include <ttmsim/phys.h>
#include <ttmsim/mm_types.h>
#include <ttmsim/arch.h>
#include <ttmsim/pte.h>
#include <ttmsim/file.h>
#include <ttmsim/vma.h>
#include <ttmsim/gup.h>
#include <ttmsim/mm.h>
#include <ttmsim/pages.h>
#include <ttmsim/kernel.h>
#include <ttmsim/lock.h>
#include <ttmsim/slab.h>
#include <ttmsim/drm_mm.h>
#include <ttmsim/resv.h>
#include <ttmsim/drm.h>
#include <ttmsim/drm_gem.h>
#include <ttmsim/ttm.h>
#include <ttmsim/ttm_bo.h>
#include <ttmsim/ttm_gem.h>
#include <ttmsim/sim.h>
#include <ttmsim/scenario.h>
#include <ttmsim/matrix.h>

#endif
