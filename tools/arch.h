/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef TTMSIM_TOOLS_ARCH_H
#define TTMSIM_TOOLS_ARCH_H

#include "pte/mmu.h"

/* The bits of one entry format, highest first: a box drawing of at most 79
 * columns, then what each field is. @bits: of an entry, 32 or 64. */
void draw_format(const struct sim_entry_format *format, unsigned int bits, bool color);

#endif
