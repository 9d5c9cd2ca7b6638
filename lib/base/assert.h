/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * assert.h - two levels of assertion about our own code (never about what a
 * caller did: that gets -errno).
 *
 * SIM_ASSERT_LEVEL 0: none. 1: sim_assert(), cheap. 2: sim_assert_expensive()
 * too, which may walk whole structures.
 */
#ifndef SIM_BASE_ASSERT_H
#define SIM_BASE_ASSERT_H

#ifndef SIM_ASSERT_LEVEL
#define SIM_ASSERT_LEVEL 1
#endif

/* Prints the failed condition with its place and aborts. */
_Noreturn void sim_assert_fail(const char *file, int line, const char *function,
			       const char *condition);

/* Where there is none the condition is compiled all the same, and never evaluated. */
#define SIM_ASSERT_CHECK_(cond) \
	((cond) ? (void)0 : sim_assert_fail(__FILE__, __LINE__, __func__, #cond))

#if SIM_ASSERT_LEVEL >= 1
#define sim_assert(cond) SIM_ASSERT_CHECK_(cond)
#else
#define sim_assert(cond) ((void)(0 && (cond)))
#endif

#if SIM_ASSERT_LEVEL >= 2
#define sim_assert_expensive(cond) SIM_ASSERT_CHECK_(cond)
#else
#define sim_assert_expensive(cond) ((void)(0 && (cond)))
#endif

#endif
