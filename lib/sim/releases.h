/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef SIM_SIM_RELEASES_H
#define SIM_SIM_RELEASES_H

#include <ttmsim/sim.h>

#include "base/release.h"

/* NULL where no release has this name. */
const struct sim_release *sim_release_find(const char *name);
/* "release 6.6 is not known: 5.11 5.14 6.1 6.12; nearest 6.1"; @name need not end with 0. */
void sim_release_unknown(char *out, size_t size, const char *name, size_t len);

#endif
