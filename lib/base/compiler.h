/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * compiler.h - what is usual and what is not, under the kernel's names.
 */
#ifndef SIM_BASE_COMPILER_H
#define SIM_BASE_COMPILER_H

#define likely(cond) __builtin_expect(!!(cond), 1)
#define unlikely(cond) __builtin_expect(!!(cond), 0)

#endif
