/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * poison.h - free memory of the checked library, which has no sanitizer of its own, told
 * to what the program around it has: ASan where the program was built with it (then its
 * runtime has these functions), and valgrind where it runs under that.
 */
#ifndef SIM_BASE_POISON_H
#define SIM_BASE_POISON_H

#include <stddef.h>

#ifdef SIM_HAS_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_NOACCESS(ptr, size) ((void)(ptr), (void)(size))
#define VALGRIND_MAKE_MEM_DEFINED(ptr, size) ((void)(ptr), (void)(size))
#endif

void __asan_poison_memory_region(void const volatile *ptr, size_t size) __attribute__((weak));
void __asan_unpoison_memory_region(void const volatile *ptr, size_t size) __attribute__((weak));

static inline void sim_poison(const void *ptr, size_t size)
{
	if (__asan_poison_memory_region)
		__asan_poison_memory_region(ptr, size);
	VALGRIND_MAKE_MEM_NOACCESS(ptr, size);
}

static inline void sim_unpoison(const void *ptr, size_t size)
{
	if (__asan_unpoison_memory_region)
		__asan_unpoison_memory_region(ptr, size);
	VALGRIND_MAKE_MEM_DEFINED(ptr, size);
}

#endif
