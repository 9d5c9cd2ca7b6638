# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Hosts that it cannot be built for are told so before anything else is looked for.

include(CheckSymbolExists)

if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
	message(FATAL_ERROR "ttmsim needs a 64-bit host: a machine reserves 16 GiB of address space, and an unsigned long holds a simulated 64-bit address")
endif()
check_symbol_exists(__GLIBC__ features.h TTMSIM_GLIBC)
if(NOT TTMSIM_GLIBC)
	message(FATAL_ERROR "ttmsim needs the GNU C library: others, such as musl, have no rwlock that prefers writers, no strerrorname_np() and no argp")
endif()
