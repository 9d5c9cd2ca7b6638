# SPDX-License-Identifier: GPL-2.0-only OR MIT

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LIBBSD REQUIRED IMPORTED_TARGET libbsd-overlay)
pkg_check_modules(URCU REQUIRED IMPORTED_TARGET liburcu-bp)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
if(BUILD_TESTING OR TTMSIM_EXAMPLES)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()

find_path(UTHASH_INCLUDE_DIR uthash.h)
if(NOT UTHASH_INCLUDE_DIR)
	message(FATAL_ERROR "uthash.h not found (Debian: uthash-dev)")
endif()

include(CheckIncludeFile)
if(TTMSIM_CHECKED)
	check_include_file(valgrind/memcheck.h TTMSIM_HAS_VALGRIND)
endif()

# What the library's own objects are compiled and linked with.
set(TTMSIM_PRIVATE_DEPS
	PkgConfig::LIBBSD PkgConfig::URCU PkgConfig::JANSSON Threads::Threads)
