/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef SIM_SIM_RELEASES_H
#define SIM_SIM_RELEASES_H

#include <ttmsim/sim.h>

#include "base/release.h"

/* NULL where no release has this name. */
const struct sim_release *sim_release_find(const char *name);

#endif
