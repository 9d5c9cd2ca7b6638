# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# The commands and the example programs. Examples link what a user links: the
# public library and CMocka, nothing internal.

# What all commands share.
add_library(ttmsim_program OBJECT "${CMAKE_CURRENT_SOURCE_DIR}/tools/common/program.c")
target_include_directories(ttmsim_program PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/tools")
target_link_libraries(ttmsim_program PRIVATE ttmsim_internal)

function(ttmsim_command name folder)
	file(GLOB sources CONFIGURE_DEPENDS
		"${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.c")
	if(NOT sources)
		return()
	endif()
	string(REPLACE "-" "_" target "${name}_command")
	add_executable(${target} ${sources})
	set_target_properties(${target} PROPERTIES OUTPUT_NAME "${name}")
	target_include_directories(${target} PRIVATE
		"${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
	target_link_libraries(${target} PRIVATE ttmsim_program ttmsim_internal)
	install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()

ttmsim_command(ttmsim tools)
ttmsim_command(ttmsim-bench bench)
# Loops of a few instructions, that all figures are divided by: half as fast where
# the linker happens to lay them across a cache line, and nearly twice as fast where
# one compiler unrolls them and the other does not.
set_source_files_properties(bench/limit.c PROPERTIES
	COMPILE_OPTIONS "-falign-loops=64;-fno-unroll-loops")
if(TARGET ttmsim_bench_command)
	target_link_libraries(ttmsim_bench_command PRIVATE m)
endif()

file(GLOB TTMSIM_SCENARIOS CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/examples/*.sim")
file(GLOB example_sources CONFIGURE_DEPENDS
	"${CMAKE_CURRENT_SOURCE_DIR}/examples/*.c")
set(TTMSIM_EXAMPLE_NAMES "")
if(TTMSIM_EXAMPLES)
	foreach(source IN LISTS example_sources)
		get_filename_component(name "${source}" NAME_WE)
		add_executable(example_${name} "${source}")
		target_link_libraries(example_${name} PRIVATE
			ttmsim::ttmsim PkgConfig::CMOCKA Threads::Threads)
		set_target_properties(example_${name} PROPERTIES
			RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/examples")
		list(APPEND TTMSIM_EXAMPLE_NAMES "${name}")
	endforeach()
endif()
