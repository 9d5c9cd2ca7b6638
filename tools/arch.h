/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef TTMSIM_TOOLS_ARCH_H
#define TTMSIM_TOOLS_ARCH_H

#include "pte/mmu.h"

/* The bits of one entry format, highest first: a box drawing of at most 79
 * columns, then what each field is. @bits: of an entry, 32 or 64. */
void draw_format(const struct sim_entry_format *format, unsigned int bits, bool color);

/*
 * What an entry says, and the entry that words ask for; the exit status. @level: "pmd",
 * or NULL for a pte or, of an entry that is none, a guess.
 */
int decode_entry(const struct sim_mmu *mmu, const char *release, const char *text,
		 const char *level);
int encode_entry(const struct sim_mmu *mmu, const char *text, const char *level);

#endif
