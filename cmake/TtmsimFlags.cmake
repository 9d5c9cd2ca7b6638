# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Language level, warnings, assertions, sanitizers. Set for the whole
# directory, so that nothing of it reaches a project that links the library.

option(TTMSIM_WERROR "Treat warnings as errors" OFF)
option(TTMSIM_COVERAGE "Build with coverage counters (gcc)" OFF)
option(TTMSIM_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(TTMSIM_SANITIZE "" CACHE STRING
	"Sanitizers: address,undefined or thread; empty for none")
set(TTMSIM_ASSERT_LEVEL "" CACHE STRING
	"0 none, 1 cheap, 2 expensive; empty: 0 in release builds, else 2")
set_property(CACHE TTMSIM_ASSERT_LEVEL PROPERTY STRINGS "" 0 1 2)

option(TTMSIM_CHECKED "Build libttmsim-checked, too: for tests that link it" "${PROJECT_IS_TOP_LEVEL}")

get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT multi_config AND NOT CMAKE_BUILD_TYPE AND PROJECT_IS_TOP_LEVEL)
	set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # typeof, statement expressions
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Lines, so that a debugger and a backtrace name them; no types or variables. Functions
# begin with a cache line: else a change moves those that follow by 16 bytes or so, and
# the same instructions were 5 % slower.
set(CMAKE_C_FLAGS_RELEASE "-O3 -falign-functions=64 -g1 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_C_COMPILER_LAUNCHER)
	set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
	-Wall -Wextra
	-Wmissing-prototypes -Wstrict-prototypes
	# In the descriptors, what is left out is zero and means the default.
	-Wno-missing-field-initializers
	# Entries are read at the width of the architecture, pages as bytes.
	-fno-strict-aliasing
	# The current task is thread-local and read on every fault.
	-ftls-model=initial-exec)
if(TTMSIM_WERROR)
	add_compile_options(-Werror)
endif()

if(NOT TTMSIM_ASSERT_LEVEL STREQUAL "")
	add_compile_definitions(SIM_ASSERT_LEVEL=${TTMSIM_ASSERT_LEVEL})
else()
	add_compile_definitions(
		SIM_ASSERT_LEVEL=$<IF:$<CONFIG:Release,MinSizeRel,RelWithDebInfo,None>,0,2>)
endif()

# Where the library itself is checked there is no second one.
if(TTMSIM_SANITIZE OR TTMSIM_COVERAGE OR TTMSIM_FUZZ OR CMAKE_BUILD_TYPE STREQUAL "Debug"
   OR (TTMSIM_ASSERT_LEVEL AND TTMSIM_ASSERT_LEVEL GREATER 0))
	set(TTMSIM_CHECKED OFF)
endif()

set(TTMSIM_EXTRA_FLAGS "") # what a program linked with the library needs as well
if(TTMSIM_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
		message(FATAL_ERROR "TTMSIM_FUZZ needs clang: set CC=clang")
	endif()
	if(TTMSIM_SANITIZE STREQUAL "")
		set(TTMSIM_SANITIZE "address,undefined")
	endif()
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TTMSIM_SANITIZE)
	list(APPEND TTMSIM_EXTRA_FLAGS "-fsanitize=${TTMSIM_SANITIZE}")
	add_compile_options(
		"-fsanitize=${TTMSIM_SANITIZE}"
		-fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options("-fsanitize=${TTMSIM_SANITIZE}")
	if(TTMSIM_SANITIZE MATCHES "thread" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
		# gcc warns that TSan does not model fences.
		add_compile_options(-Wno-tsan)
	endif()
endif()
if(TTMSIM_COVERAGE)
	list(APPEND TTMSIM_EXTRA_FLAGS "--coverage")
	add_compile_options(--coverage -fprofile-update=atomic)
	add_link_options(--coverage)
endif()
