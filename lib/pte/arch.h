/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * arch.h - architectures by words of a text, and what is said where there is none.
 */
#ifndef SIM_PTE_ARCH_H
#define SIM_PTE_ARCH_H

#include <ttmsim/arch.h>

/* As sim_arch_find(); @name need not end with 0. */
const struct sim_arch *sim_arch_find_word(const char *name, size_t len);
/* "architecture vax is not known: arm arm64 ...; did you mean arm?" */
void sim_arch_unknown(char *out, size_t size, const char *name, size_t len);

#endif
